"""Every read of identity, by topic."""
