"""registry: who is there. Enterprises, divisions, and the register files they come from."""
