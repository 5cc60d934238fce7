"""The teams of grids: put together, imported, and what identity tells of accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from services.registry.domain.drafts import Draft
from services.registry.domain.grids import Member, check_members
from services.registry.queries.grids import members_of, roles_of_accounts
from services.registry.tables import grid, grid_member, staff
from services.registry.use_cases.grids import record_grids
from services.registry.use_cases.recording import ImportRun, Verdict, refused
from shared.contracts.identity import StaffChanged
from shared.database.bulk import insert_rows, upsert_rows
from shared.errors import SiseError
from shared.events.received import Received
from shared.ids import ID


def put_members(
    session: Session, current: Mapping[str, Any], members: Sequence[Member], *, now: datetime
) -> dict[str, Any]:
    """Make `members` the whole team of the locked grid `current`; returns the row as it is now.

    Raises `MemberKindUnknown`, `MemberUnfit`.
    """
    team = sorted(set(members))
    check_members(team, roles=roles_of_accounts(session, {member.account_id for member in team}))
    if team == sorted(members_of(session, [current["id"]])[current["id"]]):
        return dict(current)
    return _man(session, current, team, now=now)


def import_members(session: Session, run: ImportRun, *, drafts: Sequence[Draft]) -> list[Verdict]:
    """Put accounts, named by user name or id, into the teams of grids; a file takes nobody out."""
    statement = select(grid).where(grid.c.code.in_([draft.given["code"] for draft in drafts])).order_by(grid.c.id)
    grids = {row["code"]: dict(row) for row in session.execute(statement.with_for_update()).mappings()}
    accounts = _accounts_named(session, [draft.given["account"] for draft in drafts])
    roles = roles_of_accounts(session, accounts.values())
    before = members_of(session, [row["id"] for row in grids.values()])
    after = {grid_id: list(team) for grid_id, team in before.items()}
    verdicts: list[Verdict] = []
    for draft in drafts:
        row, account = grids.get(draft.given["code"]), accounts.get(draft.given["account"])
        if row is None or account is None:
            verdicts.append(refused(draft, "account_unknown" if row else "grid_unknown"))
        else:
            member = Member(account, draft.given["kind"])
            verdicts.append(_added(draft, member, team=after[row["id"]], roles=roles))
    for row in grids.values():
        if len(after[row["id"]]) > len(before[row["id"]]):
            _man(session, row, after[row["id"]], now=run.now)
    return verdicts


def keep_staff(session: Session, received: Sequence[Received[StaffChanged]]) -> None:
    """Keep which accounts there are and what roles they have; the newest version wins."""
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    rows = [
        {
            "account_id": account_id,
            "username_digest": one.data.username_digest,
            "roles": list(one.data.roles),
            "intermediary_id": one.data.intermediary_id,
            "is_enabled": one.data.is_enabled,
            "sequence": one.sequence,
        }
        for account_id, one in sorted(newest.items())
    ]
    upsert_rows(session, staff, rows, key=["account_id"], newer="sequence")


def username_digest(username: str) -> str:
    """Return how identity tells of a user name (SHA-256 of it in lower case)."""
    return sha256(username.strip().lower().encode()).hexdigest()


def _man(session: Session, current: Mapping[str, Any], team: Sequence[Member], *, now: datetime) -> dict[str, Any]:
    session.execute(delete(grid_member).where(grid_member.c.grid_id == current["id"]))
    insert_rows(session, grid_member, [{"grid_id": current["id"], **member._asdict()} for member in team])
    row = {**current, "version": current["version"] + 1, "updated_at": now}
    record_grids(session, [(current, row)], now=now)
    return row


def _accounts_named(session: Session, names: Sequence[str]) -> dict[str, str]:
    digests = {name: username_digest(name) for name in names}
    named = or_(staff.c.username_digest.in_(digests.values()), staff.c.account_id.in_(_ids(names)))
    rows = session.execute(select(staff.c.account_id, staff.c.username_digest).where(named)).all()
    by_digest = {row.username_digest: row.account_id for row in rows if row.username_digest}
    by_id = {row.account_id: row.account_id for row in rows}
    found = {name: by_digest.get(digest) or by_id.get(name.lower(), "") for name, digest in digests.items()}
    return {name: account for name, account in found.items() if account}


def _ids(names: Sequence[str]) -> list[str]:
    return [name.lower() for name in names if ID.fullmatch(name.lower())]


def _added(draft: Draft, member: Member, *, team: list[Member], roles: Mapping[str, frozenset[str]]) -> Verdict:
    if member in team:
        return "unchanged"
    try:
        check_members([member], roles=roles)
    except SiseError as refusal:
        return refused(draft, refusal.code)
    team.append(member)
    return "created"
