"""What follows the registry: who can be claimed, areas of grid workers, and who is no more with an enterprise."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.orm import Session

from services.identity.domain.claims import ENDED, MERGED, OPEN, TURNED_DOWN, begins_to_be_away
from services.identity.tables import (
    account,
    claim,
    grid_team,
    invitation,
    known_enterprise,
    known_person,
    merged_enterprise,
)
from services.identity.use_cases.accounts import switch_account
from services.identity.use_cases.staff import renew_rights
from shared.contracts.registry import EnterprisesMerged, EnterpriseState, GridChanged, PersonState
from shared.database.bulk import among, upsert_rows
from shared.events.received import Received
from shared.work.timers import cancel, schedule

LEAVING = "person_leaves"


def keep_enterprises(session: Session, received: Sequence[Received[EnterpriseState]]) -> None:
    """Keep code, name and place of every enterprise; the newest version wins."""
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    rows = [
        {
            "enterprise_id": enterprise_id,
            "uscc": one.data.uscc,
            "name": one.data.name,
            "division": one.data.division,
            "grid": one.data.grid,
            "is_active": one.data.status == "active",
            "sequence": one.sequence,
        }
        for enterprise_id, one in sorted(newest.items())
    ]
    upsert_rows(session, known_enterprise, rows, key=["enterprise_id"], newer="sequence")


def follow_teams(session: Session, received: Sequence[Received[GridChanged]], *, now: datetime) -> None:
    """Give each grid to the accounts of its team that may see its enterprises, and take it from those who left.

    A grid that an account was given by hand stays; an older state of a team changes nothing.
    """
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    statement = select(grid_team).where(grid_team.c.grid_id.in_(newest)).with_for_update()
    held = {row.grid_id: row for row in session.execute(statement)}
    for grid_id, one in sorted(newest.items()):
        before = held.get(grid_id)
        if before is not None and before.sequence >= one.sequence:
            continue
        team = _seeing(one.data)
        place = {"code": one.data.code, "division": one.data.division}
        row = {"grid_id": grid_id, **place, "accounts": team, "sequence": one.sequence}
        upsert_rows(session, grid_team, [row], key=["grid_id"], newer="sequence")
        _give(session, one.data.code, gone=set(before.accounts if before else ()) - set(team), team=team, now=now)


def follow_standing(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Shut the accounts of enterprises that have left the register, and open them again when one comes back.

    Open claims are turned down and invitations count no more, except those of a merged entry, which go over to the
    one that stays. An account that somebody shut by hand stays shut.
    """
    gone = _switch(session, {one.subject for one in received}, now=now)
    merged = {one.subject for one in received if one.data.status == MERGED}
    if ended := sorted(set(gone) - merged):
        waiting = update(claim).where(claim.c.enterprise_id.in_(ended), claim.c.state == OPEN)
        session.execute(waiting.values(state=TURNED_DOWN, reason=ENDED, decided_at=now, password_hash=""))
        unused = update(invitation).where(invitation.c.enterprise_id.in_(ended), invitation.c.used_at.is_(None))
        session.execute(unused.where(invitation.c.revoked_at.is_(None)).values(revoked_at=now))


def follow_merge(session: Session, merge: EnterprisesMerged, *, now: datetime) -> None:
    """Let people, claims and invitations of merged entries belong to the one that stays; older tokens count no more."""
    columns = merged_enterprise.c
    kept_id = session.scalar(select(columns.kept_id).where(columns.merged_id == merge.enterprise_id))
    kept_id = kept_id or merge.enterprise_id
    merged_ids = sorted(merge.merged_ids)
    rows = [{"merged_id": one, "kept_id": kept_id} for one in merged_ids]
    upsert_rows(session, merged_enterprise, rows, key=["merged_id"])
    session.execute(update(merged_enterprise).where(columns.kept_id.in_(merged_ids)).values(kept_id=kept_id))
    for table in (claim, invitation):
        session.execute(update(table).where(table.c.enterprise_id.in_(merged_ids)).values(enterprise_id=kept_id))
    theirs = select(account).where(account.c.enterprise_id.in_(merged_ids)).order_by(account.c.id)
    for found in session.execute(theirs.with_for_update()).all():
        renew_rights(session, found, {"enterprise_id": kept_id}, now=now)
    _switch(session, [kept_id], now=now)


def _switch(session: Session, enterprise_ids: Collection[str], *, now: datetime) -> list[str]:
    """Let accounts be open or shut as their enterprises are, and return those enterprises that are no more."""
    known = known_enterprise.c
    standing = select(known.enterprise_id, known.is_active)
    rows = session.execute(standing.where(among(session, known.enterprise_id, list(enterprise_ids)))).all()
    gone = [row.enterprise_id for row in rows if not row.is_active]
    here = [row.enterprise_id for row in rows if row.is_active]
    for found in _accounts_to_switch(session, gone=gone, here=here):
        is_back = found.is_shut_by_register
        switch_account(session, found, is_enabled=is_back, by_register=not is_back, now=now)
    return gone


def keep_persons(session: Session, received: Sequence[Received[PersonState]], *, now: datetime) -> None:
    """Keep who works for whom; who has left signs in and signs no more. An older state changes nothing."""
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    statement = select(known_person).where(among(session, known_person.c.person_id, list(newest)))
    held = {row.person_id: row for row in session.execute(statement.with_for_update())}
    news = [one for id_, one in sorted(newest.items()) if id_ not in held or held[id_].sequence < one.sequence]
    rows = [
        {
            "person_id": one.subject,
            "enterprise_id": one.data.enterprise_id,
            "account_id": one.data.account_id,
            "left_on": one.data.left_on,
            "sequence": one.sequence,
        }
        for one in news
    ]
    upsert_rows(session, known_person, rows, key=["person_id"])
    for one in news:
        if one.data.left_on or (one.subject in held and held[one.subject].left_on):
            review_person(session, one.subject, now=now)


def review_person(session: Session, person_id: str, *, now: datetime) -> None:
    """Shut the accounts of a person whose day of leaving has come, or wait for it; who comes back is invited anew."""
    found = session.execute(select(known_person).where(known_person.c.person_id == person_id)).one()
    moment = begins_to_be_away(found.left_on)
    if moment is None:
        cancel(session, LEAVING, person_id)
    elif now < moment:
        schedule(session, LEAVING, person_id, due_at=moment)
    else:
        cancel(session, LEAVING, person_id)
        for one in _accounts_of(session, found):
            switch_account(session, one, is_enabled=False, now=now)


def _accounts_to_switch(session: Session, *, gone: Sequence[str], here: Sequence[str]) -> Sequence[Row[Any]]:
    """Return, locked, the accounts whose standing is another than their enterprise's."""
    shut = and_(among(session, account.c.enterprise_id, here), account.c.is_shut_by_register)
    open_ = and_(among(session, account.c.enterprise_id, gone), account.c.is_enabled)
    return session.execute(select(account).where(or_(shut, open_)).order_by(account.c.id).with_for_update()).all()


def _accounts_of(session: Session, person: Row[Any]) -> Sequence[Row[Any]]:
    """Return the accounts of a person, locked: linked here, or named by the registry for the same enterprise."""
    columns = account.c
    is_linked = columns.person_id == person.person_id
    is_theirs = or_(is_linked, columns.id == person.account_id) if person.account_id else is_linked
    is_open = or_(columns.is_enabled, columns.is_shut_by_register)
    statement = select(account).where(columns.enterprise_id == person.enterprise_id, is_theirs, is_open)
    return session.execute(statement.order_by(columns.id).with_for_update()).all()


def _seeing(grid: GridChanged) -> list[str]:
    members = grid.members if grid.is_open else ()
    return sorted({member["account_id"] for member in members if member["grants_scope"]})


def _give(session: Session, code: str, *, gone: set[str], team: list[str], now: datetime) -> None:
    statement = select(account).where(account.c.id.in_(gone | set(team))).order_by(account.c.id).with_for_update()
    for found in session.execute(statement).all():
        grids: list[Any] = sorted((set(found.grids) - {code}) | ({code} if found.id in team else set()))
        if grids == sorted(found.grids):
            continue
        renew_rights(session, found, {"grids": grids}, now=now)
