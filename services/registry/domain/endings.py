"""How an enterprise leaves the register and comes back: with a reason, a day and a basis (rules/endings.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

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
