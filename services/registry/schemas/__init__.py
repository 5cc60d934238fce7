"""Requests and responses of the registry, by topic."""
