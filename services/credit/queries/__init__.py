"""Every read of credit, by topic."""
