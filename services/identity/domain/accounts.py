"""Accounts: roles and what they allow, jurisdiction, user names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from services.identity.domain import read_rules
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.security.principal import EVERYONE

READING = ":read"
STAFF, AGENCY = "staff", "agency"
SIDES = (STAFF, "intermediary", "enterprise", AGENCY)
USERNAME_SHAPE = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")
DIVISION_SHAPE = re.compile(r"\d{6}|\d{9}|\d{12}")


class AccountNotFound(NotFound):
    code = "account_not_found"


class UsernameTaken(Conflict):
    code = "username_taken"


class UsernameMalformed(Refused):
    code = "username_malformed"


class RoleUnknown(Refused):
    code = "role_unknown"


class RolesConflict(Refused):
    code = "roles_conflict"


class JurisdictionMalformed(Refused):
    code = "jurisdiction_malformed"


class JurisdictionTooWide(Forbidden):
    code = "jurisdiction_too_wide"


class AgencyMissing(Refused):
    code = "agency_missing"


class AgencyMisplaced(Refused):
    code = "agency_misplaced"


class OwnAccount(Refused):
    code = "own_account"


@dataclass(frozen=True, slots=True)
class Role:
    """One row of ``rules/roles.toml``.

    An exclusive role cannot be combined with another; one that needs a licence only reads when it has expired;
    ``side`` is ``staff`` (of bureau, subdistrict and grid), ``intermediary``, ``enterprise`` or ``agency``.
    """

    id: str
    title: str
    title_en: str
    actions: frozenset[str]
    is_exclusive: bool = False
    needs_licence: bool = False
    side: str = STAFF


@cache
def roles() -> Mapping[str, Role]:
    """Return every role by its id."""
    return {
        name: Role(
            id=name,
            title=row["title"],
            title_en=row["title_en"],
            actions=frozenset(row["actions"]),
            is_exclusive=row.get("is_exclusive", False),
            needs_licence=row.get("needs_licence", False),
            side=row.get("side", STAFF),
        )
        for name, row in read_rules("roles").items()
    }


def actions_of(role_ids: Iterable[str], *, is_licence_expired: bool = False) -> frozenset[str]:
    """Return what accounts with these roles may do; a role that has been removed from the table grants nothing.

    With an expired licence a role that needs one only reads (Administrative Penalty Law 2021 art. 42: penalties are
    carried out by persons qualified to enforce).
    """
    known = [roles()[role_id] for role_id in role_ids if role_id in roles()]
    return frozenset({EVERYONE}.union(*(_granted_by(role, is_licence_expired) for role in known)))


def roles_of_side(side: str) -> frozenset[str]:
    """Return the ids of the roles of one side."""
    return frozenset(role.id for role in roles().values() if role.side == side)


def is_of_agency(role_ids: Iterable[str]) -> bool:
    """Return whether an account with these roles acts for another agency."""
    return not roles_of_side(AGENCY).isdisjoint(role_ids)


def check_agency(role_ids: Iterable[str], *, agency_id: str) -> None:
    """Raise ``AgencyMissing`` unless who acts for another agency names it, ``AgencyMisplaced`` for anybody else."""
    if is_of_agency(role_ids) and not agency_id:
        raise AgencyMissing("Name the agency for which this person acts: what was granted to it is all they may do.")
    if agency_id and not is_of_agency(role_ids):
        raise AgencyMisplaced("Only accounts of other agencies name one: leave it empty, or choose such a role.")


def check_roles(role_ids: Sequence[str]) -> None:
    """Raise ``RoleUnknown``, or ``RolesConflict`` when an exclusive role is combined (GB/T 22239-2019 8.1.5)."""
    if not role_ids:
        raise RoleUnknown("Give the account at least one role.")
    for role_id in role_ids:
        if role_id not in roles():
            raise RoleUnknown(f"There is no role {role_id}.", role=role_id)
        if roles()[role_id].is_exclusive and len(role_ids) > 1:
            raise RolesConflict(f"The role {role_id} cannot be combined with another.", role=role_id)


def check_username(username: str) -> None:
    """Raise ``UsernameMalformed`` unless it is 3 to 64 of a-z 0-9 . _ - and begins with a letter or digit."""
    if not USERNAME_SHAPE.fullmatch(username):
        raise UsernameMalformed("A user name has 3 to 64 of a-z, 0-9, dot, underscore and hyphen.")


def check_divisions(divisions: Sequence[str], *, within: Sequence[str] | None) -> None:
    """Raise ``JurisdictionMalformed``, or ``JurisdictionTooWide`` for one that is not ``within`` the giver's own."""
    for division in divisions:
        if not DIVISION_SHAPE.fullmatch(division):
            raise JurisdictionMalformed("A division has 6, 9 or 12 digits.", division=division)
        if within is not None and not division.startswith(tuple(within)):
            raise JurisdictionTooWide("You can only give away what lies in your own area.", division=division)


def _granted_by(role: Role, is_licence_expired: bool) -> frozenset[str]:
    if role.needs_licence and is_licence_expired:
        return frozenset(action for action in role.actions if action.endswith(READING))
    return role.actions
