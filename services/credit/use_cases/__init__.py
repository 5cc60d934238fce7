"""Every write of credit, by topic."""
