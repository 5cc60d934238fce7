"""What identity takes and gives over HTTP, by topic."""
