"""What a request has sent, as the use cases take it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID


def as_text(given: Any) -> Any:
    """Return what was sent with every id as text, however deep it lies."""
    if isinstance(given, Mapping):
        return {name: as_text(value) for name, value in given.items()}
    if isinstance(given, list):
        return [as_text(one) for one in given]
    return str(given) if isinstance(given, UUID) else given
