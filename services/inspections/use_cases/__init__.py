"""Every write of inspections, by topic."""
