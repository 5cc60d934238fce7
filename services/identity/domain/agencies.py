"""Agencies: what may be granted to a client system, and for how long."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from services.identity.domain import read_rules
from services.identity.domain.accounts import JurisdictionMalformed
from shared.errors import Forbidden, NotFound, Refused, SiseError


class ClientNotFound(NotFound):
    code = "client_not_found"


class AgencyUnknown(Refused):
    code = "agency_unknown"


class AgencyShut(Forbidden):
    code = "agency_shut"
    keeps_changes = True


class GrantNotFound(NotFound):
    code = "grant_not_found"


class GrantMalformed(Refused):
    code = "grant_malformed"


class OverlapTooLong(Refused):
    code = "overlap_too_long"


class TokenRefused(SiseError):
    """An error of the token endpoint in the words of RFC 6749 §5.2; ``error`` is one of its codes."""

    status = 400
    code = "token_refused"
    keeps_changes = True

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(detail)
        self.error = error
        self.status = 401 if error == "invalid_client" else 400


@dataclass(frozen=True, slots=True)
class Grantable:
    """One action that may be granted, with the fields of its answers that may be named in a grant.

    ``purposes``: for what the answers may be used, where the action asks for it.
    """

    action: str
    title: str
    title_en: str
    fields: tuple[str, ...]
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """The table ``limits`` of ``rules/agencies.toml``."""

    longest_grant: timedelta
    longest_overlap: timedelta
    usual_overlap: timedelta
    tokens_at_once: int
    tokens_per_minute: int


@cache
def grantable() -> Mapping[str, Grantable]:
    """Return every action that may be granted, by its name."""
    return {
        action: Grantable(action, row["title"], row["title_en"], tuple(row["fields"]), tuple(row.get("purposes", ())))
        for action, row in read_rules("agencies")["action"].items()
    }


@cache
def limits() -> Limits:
    """Return how long grants and old secrets may live, and how many tokens a client gets."""
    row = read_rules("agencies")["limits"]
    return Limits(
        longest_grant=timedelta(days=row["longest_grant_days"]),
        longest_overlap=timedelta(days=row["longest_overlap_days"]),
        usual_overlap=timedelta(days=row["usual_overlap_days"]),
        tokens_at_once=row["tokens_at_once"],
        tokens_per_minute=row["tokens_per_minute"],
    )


def check_grant(
    action: str, *, divisions: Sequence[str], fields: Sequence[str], until: datetime, now: datetime
) -> None:
    """Raise ``GrantMalformed`` unless the grant names an action, an area, fields and an end (deny by default).

    Raises ``JurisdictionMalformed`` when there is no area.
    """
    row = grantable().get(action)
    if row is None:
        raise GrantMalformed("This action is granted to no agency: see the list of what is.", action=action)
    if not divisions:
        raise JurisdictionMalformed("Name at least one division: a grant without an area grants nothing.")
    unknown = sorted(set(fields) - set(row.fields))
    if unknown or not fields:
        raise GrantMalformed("Name the fields that may be told, out of those of the action.", unknown=unknown)
    if not now < until <= now + limits().longest_grant:
        raise GrantMalformed(f"A grant ends in the future, within {limits().longest_grant.days} days.")


def check_purposes(action: str, purposes: Sequence[str]) -> None:
    """Raise ``GrantMalformed`` unless a grant names purposes exactly where its action asks for them."""
    possible = grantable()[action].purposes
    unknown = sorted(set(purposes) - set(possible))
    if unknown or bool(possible) != bool(purposes):
        detail = "Name the purposes for which it may be used, out of those of the action."
        raise GrantMalformed(detail, unknown=unknown, possible=list(possible))


def check_overlap(days: int) -> timedelta:
    """Return how long the old secret still counts; raises ``OverlapTooLong``."""
    overlap = timedelta(days=days)
    if overlap > limits().longest_overlap:
        raise OverlapTooLong(f"An old secret counts at most {limits().longest_overlap.days} days beside a new one.")
    return overlap


def asked_actions(scope: str, *, granted: Iterable[str]) -> list[str]:
    """Return the actions that a token shall carry: those asked for in ``scope``, else all that are granted.

    Raises ``TokenRefused`` (``invalid_scope``, RFC 6749 §3.3) when one is asked for that is not granted.
    """
    known = sorted(granted)
    asked = scope.split()
    if not set(asked) <= set(known):
        raise TokenRefused("invalid_scope", "Ask only for what the grants of this client name.")
    return sorted(set(asked)) or known
