"""Requests and responses of risk, by topic."""
