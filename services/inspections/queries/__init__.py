"""Every read of inspections, by topic."""
