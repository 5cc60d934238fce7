"""inspections: the closed loop from self-check to government supervision."""
