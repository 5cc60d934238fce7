"""Requests and responses of credit, by topic."""
