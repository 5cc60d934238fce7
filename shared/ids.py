"""Identifiers: UUIDv7 as text, so that they sort by time and index well."""

import re

import uuid_utils

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_id() -> str:
    """Return a new UUIDv7, 36 characters, lower case; those of one process sort in the order of their making."""
    return str(uuid_utils.uuid7())
