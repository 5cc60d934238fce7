"""Requests and responses of inspections, by topic."""
