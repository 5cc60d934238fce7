"""The rule tables as data, and the reader that turns them into the domain's objects."""

from services.risk.rules.reading import rulebook

__all__ = ["rulebook"]
