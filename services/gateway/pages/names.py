"""What pages call divisions, intermediaries and staff, of whom a row holds only code or id."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import g

from services.gateway.pages import own_api, viewer
from shared.errors import Forbidden, Unavailable

SUBDISTRICT_DIGITS = 9
DIVISION_DIGITS = (12, 9, 6)  # a community, the subdistrict around it, the district
OFFICER = "bureau_officer"


def divisions() -> dict[str, str]:
    """Return the names of all divisions by code."""
    if "divisions" not in g:
        g.divisions = {row["code"]: row["name"] for row in own_api.read("registry/divisions")["items"]}
    known: dict[str, str] = g.divisions
    return known


def subdistricts() -> dict[str, str]:
    """Return the names of the subdistricts by code."""
    return {code: name for code, name in divisions().items() if len(code) == SUBDISTRICT_DIGITS}


def area(code: str | None) -> str:
    """Return what a division is called, by the smallest one around it that has a name; without names, its code."""
    if not code:
        return ""
    known = _told("division:read", divisions)
    around = (code, *(code[:digits] for digits in DIVISION_DIGITS if digits < len(code)))
    return next((known[one] for one in around if one in known), code)


def grid(code: str) -> str:
    """Return what a grid of one's area is called; another one, and one without a name, goes by its code."""
    return _told("grid:read", _grids).get(code) or code


def _grids() -> dict[str, str]:
    if "grids" not in g:
        g.grids = {row["code"]: row["name"] for row in own_api.read_all("registry/grids")}
    known: dict[str, str] = g.grids
    return known


def _told(action: str, read: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """Return the names for whom may read them; where the register does not answer, codes have to do."""
    try:
        return read() if viewer.may(action) else {}
    except (Unavailable, Forbidden):
        return {}


def intermediaries() -> dict[str, str]:
    """Return the names of the intermediaries by id, for whom may read them."""
    rows = own_api.read_all("registry/intermediaries") if viewer.may("intermediary:read") else []
    return {row["id"]: row["name"] for row in rows}


def staff() -> dict[str, str]:
    """Return what officers are called by id, for whom may read that.

    A name may be masked, so the name of the account stands beside it.
    """
    return {row["id"]: _called(row) for row in _staff()}


def second_officers(*, today: date) -> dict[str, str]:
    """Return by id which other officers of the bureau can sign today: their licence to enforce is valid."""
    someone, last = viewer.current(), today.isoformat()
    able = [row for row in _staff() if OFFICER in row["roles"] and (row.get("licence_valid_until") or "") >= last]
    return {row["id"]: _called(row) for row in able if someone is None or row["id"] != someone.person}


def _staff() -> list[dict[str, Any]]:
    return own_api.read_all("identity/staff") if viewer.may("staff:read") else []


def _called(row: dict[str, Any]) -> str:
    return f"{row['name']} {row['username']}"
