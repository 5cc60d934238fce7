"""How an entry leaves the register: for a reason and perhaps for a while, or as part of another entry, for ever.

Reasons stand in rules/endings.toml, what makes two entries suspicious in rules/duplicates.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

from services.registry.domain.enterprise import MERGED
from services.registry.domain.obligations import SUPERVISED
from shared.errors import Conflict, Refused

ACTIVE, DEREGISTERED = "active", "deregistered"

_RULES = Path(__file__).parents[1] / "rules" / "endings.toml"


class AlreadyEnded(Conflict):
    code = "already_ended"


class NotEnded(Conflict):
    code = "not_ended"


class EnterpriseHasEnded(Conflict):
    code = "enterprise_has_ended"


class EndingMalformed(Refused):
    code = "ending_malformed"


@dataclass(frozen=True, slots=True)
class Ending:
    """Why an enterprise is no more, since which day, and on what paper that rests."""

    reason: str
    on: date
    basis: str

    @property
    def grounds(self) -> dict[str, str]:
        """What the history of the enterprise keeps of it."""
        return {"ending_reason": self.reason, "ending_on": self.on.isoformat(), "ending_basis": self.basis}


@cache
def reasons() -> Mapping[str, Mapping[str, Any]]:
    """Return the reasons of rules/endings.toml by id, in the order of the table, each with its source."""
    table = tomllib.loads(_RULES.read_text("utf-8"))
    return {row["id"]: {"effective_from": table["effective_from"], **row} for row in table["reason"]}


def check_ending(ending: Ending, *, status: str, today: date) -> None:
    """Raise `AlreadyEnded`, or `EndingMalformed` for an unknown reason or a day that has not come."""
    if status != ACTIVE:
        raise AlreadyEnded("This enterprise has left the register already.", status=status)
    if ending.reason not in reasons():
        raise EndingMalformed("Choose one of the reasons of the list.", field="reason", known=list(reasons()))
    if ending.on > today:
        raise EndingMalformed("The day must not lie in the future: deregister it when it has come.", field="on")


def check_return(*, status: str) -> None:
    """Raise `NotEnded` unless the enterprise is deregistered."""
    if status != DEREGISTERED:
        raise NotEnded("Only a deregistered enterprise can be registered again.", status=status)


def require_active(status: str) -> None:
    """Raise `EnterpriseHasEnded` for an enterprise that is in the register no more."""
    if status != ACTIVE:
        raise EnterpriseHasEnded("This enterprise has left the register: register it again first.", status=status)


KINDS = ("organisation", "name", "address")
# What is chosen together: one choice of the page, and the columns that it carries.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "enterprise_type": ("enterprise_type",),
    "registered_on": ("registered_on",),
    "capital": ("capital",),
    "scope": ("scope",),
    "address": ("address", "province", "city"),
    "division": ("division",),
    "location": (
        "longitude",
        "latitude",
        "park_id",
        "park_division",
        "park_precision",
        "own_longitude",
        "own_latitude",
    ),
    "grid": ("stated_grid",),
    "industry": ("industry",),
    "headcount": ("headcount",),
    "supervision": ("supervision",),
    "contact": ("contact_name", "contact_phone"),
}
_LIKENESS = Path(__file__).parents[1] / "rules" / "duplicates.toml"
_RANK = {"inferred": 0, "file": 1, "person": 2}


class SameEnterprise(Refused):
    code = "same_enterprise"


class AlreadyMerged(Conflict):
    code = "already_merged"


@dataclass(frozen=True, slots=True)
class Likeness:
    """The table: what is left out of names, and how alike they must be at one address."""

    left_out: tuple[str, ...]
    likeness: float
    most_at_one_address: int


@cache
def likeness_rules() -> Likeness:
    """Return the table of rules/duplicates.toml."""
    table = tomllib.loads(_LIKENESS.read_text("utf-8"))
    words = (*table["marks"], *table["places"], *table["forms"])
    return Likeness(words, table["likeness"], table["most_at_one_address"])


def are_alike(one: str, other: str) -> bool:
    """Return whether two names, without what is left out, are alike enough for one address."""
    return SequenceMatcher(None, bare(one), bare(other)).ratio() >= likeness_rules().likeness


def bare(text: str) -> str:
    """Return a name or an address without marks, places and legal forms, so that two writings can be compared."""
    return _left_out().sub("", text)


@cache
def _left_out() -> re.Pattern[str]:
    words = sorted(likeness_rules().left_out, key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in words))


def check_merge(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    """Raise `SameEnterprise` for one entry named twice, `AlreadyMerged` unless both are in the register."""
    if kept["id"] == merged["id"]:
        raise SameEnterprise("Choose two different entries.")
    if kept["status"] != ACTIVE or merged["status"] == MERGED:
        raise AlreadyMerged("One of the entries is in the register no more: look at the list again.")


def better_from(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> list[str]:
    """Return the choices in which the entry that goes away knows more: a stronger origin, or anything at all."""
    return [name for name in CHOICES if _is_better(name, kept, merged)]


def united(kept: Mapping[str, Any], merged: Mapping[str, Any], *, take: Collection[str]) -> dict[str, Any]:
    """Return the row of the kept entry with the choices of `take` from the other and the surer of all features."""
    row = dict(kept)
    for name in take:
        row |= {column: merged[column] for column in CHOICES[name]}
    for told in ("origins", "confirmations"):
        own = {name: one for name, one in kept[told].items() if name not in take}
        row[told] = own | {name: one for name, one in merged[told].items() if name in take}
    row["features"] = _features(kept["features"], merged["features"])
    later = max(kept, merged, key=lambda one: (one["surveyed_at"] is not None, one["surveyed_at"]))
    return row | {"survey_outcome": later["survey_outcome"], "surveyed_at": later["surveyed_at"]}


def _is_better(name: str, kept: Mapping[str, Any], merged: Mapping[str, Any]) -> bool:
    column = CHOICES[name][0]
    if name == "supervision":
        return bool(merged[column] == SUPERVISED != kept[column])
    if merged[column] in ("", None):
        return False
    ranks = (_RANK[one["origins"].get(name, "inferred")] for one in (kept, merged))
    own, other = ranks
    return kept[column] in ("", None) or other > own


def _features(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> dict[str, Any]:
    features = dict(kept)
    for name, entry in merged.items():
        if name not in features or _RANK[entry["source"]] > _RANK[features[name]["source"]]:
            features[name] = entry
    return features
