"""Reads the tables of the rule sets: numbers with a point are exact, as limits are compared with them."""

import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Any


def table(name: str) -> dict[str, Any]:
    """Return the content of one rule table; numbers with a point are exact."""
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"), parse_float=Decimal)


def exact(value: Any) -> Decimal:
    """Return a number of a table exactly."""
    return Decimal(value)
