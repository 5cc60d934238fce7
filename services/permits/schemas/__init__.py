"""Requests and responses of permits, by topic."""
