"""HTTPS on the local network, with an own certificate: phones give their place and work offline only over HTTPS."""
