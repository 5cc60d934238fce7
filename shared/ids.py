"""Identifiers: UUIDv7 as text, so that they sort by time and index well."""

import uuid6


def new_id() -> str:
    """Return a new UUIDv7, 36 characters, lower case."""
    return str(uuid6.uuid7())
