"""What pages call divisions, intermediaries and staff, of whom a row holds only code or id."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.gateway.pages import own_api, viewer

SUBDISTRICT_DIGITS = 9
OFFICER = "bureau_officer"


def divisions() -> dict[str, str]:
    """Return the names of all divisions by code."""
    return {row["code"]: row["name"] for row in own_api.read("registry/divisions")["items"]}


def subdistricts(known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the names of the subdistricts by code, out of the ``known`` divisions where these were read already."""
    return {code: name for code, name in (known or divisions()).items() if len(code) == SUBDISTRICT_DIGITS}


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
