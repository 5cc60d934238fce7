"""The day of the commitments: opened at midnight, reminded, and marked when the hour has passed.

Marks are set for all at once. Who is not marked by the clock because the worker was away is marked by the late
signature itself, so that the mark is the same whenever the clock runs.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlalchemy.orm import Session

from services.permits.domain.commitments import OPEN, month_of
from services.permits.queries.commitments import first_days, owing_on
from services.permits.rules import commitment_rules
from services.permits.tables import commitment, commitment_step
from services.permits.use_cases.commitment_checks import check_day
from shared.clock import BUSINESS_ZONE, business_date
from shared.contracts.permits import CommitmentMissed
from shared.database.bulk import among, insert_rows, upsert_rows
from shared.events.outbox import publish_all
from shared.ids import new_id
from shared.work.timers import schedule

DAY, REMINDER, DEADLINE = "commitment_day", "commitment_reminder", "commitment_deadline"
CLOCK = "clock"


def open_for(session: Session, enterprise_ids: Collection[str], *, now: datetime) -> None:
    """Open today's commitment of those of the enterprises that owe one, and let the clock go on.

    Whose duty has ended owes nothing any more; what is published stays.
    """
    today, columns = business_date(now), commitment.c
    duties = first_days(session, enterprise_ids)
    if not duties:
        return
    owing = owing_on(session, today, among_ids=duties)
    unsigned = (columns.day == today, columns.signed_at.is_(None), ~columns.is_missed)
    told_of = update(commitment).where(*unsigned, among(session, columns.enterprise_id, set(duties)))
    session.execute(told_of.values(is_owed=among(session, columns.enterprise_id, set(owing))))
    if owing:
        _open_rows(session, owing, day=today)
        _wind_clock(session, today, now=now)
    schedule_day(session, max(min(duties.values()), today + timedelta(days=1)))


def schedule_day(session: Session, day: date) -> None:
    """Let ``day`` begin at its midnight."""
    schedule(session, DAY, day.isoformat(), due_at=datetime.combine(day, time(), tzinfo=BUSINESS_ZONE))


def open_day(session: Session, entity: str, *, now: datetime) -> None:
    """Open the commitments of a day for all who owe one, set its clocks and let the following day begin."""
    day = date.fromisoformat(entity)
    _open_rows(session, owing_on(session, day), day=day)
    _wind_clock(session, day, now=None)
    schedule_day(session, day + timedelta(days=1))
    check_day(session, day - timedelta(days=1), now=now)


def open_one(session: Session, enterprise_id: str, *, now: datetime) -> bool:
    """Open today's commitment of an enterprise, whether or not the clock has done so; return whether it owes one."""
    today = business_date(now)
    owing = owing_on(session, today, among_ids=[enterprise_id])
    _open_rows(session, owing, day=today)
    return bool(owing)


def _open_rows(session: Session, owing: Mapping[str, Row[Any]], *, day: date) -> None:
    """Open what is not open yet; a row that somebody else writes at this moment is left as it is."""
    known = commitment.c
    present = select(known.enterprise_id).where(known.day == day, among(session, known.enterprise_id, set(owing)))
    there = set(session.scalars(present))
    rows = [_new_row(owing[enterprise_id], day) for enterprise_id in sorted(set(owing) - there)]
    upsert_rows(session, commitment, rows, key=["day", "enterprise_id"], newer="version")


def _new_row(row: Row[Any], day: date) -> dict[str, Any]:
    rules = commitment_rules()
    empty: dict[str, Any] = dict.fromkeys(("signed_by", "letter", "offline_reason"), "")
    no: dict[str, Any] = dict.fromkeys(("is_nil", "is_late", "is_missed", "is_disputed"), False)
    return {
        "id": new_id(),
        "enterprise_id": row.enterprise_id,
        "day": day,
        "due_at": rules.deadline_of(row.division).due_at(day),
        "is_owed": True,
        "tiers": list(rules.tiers_of(row.headcount)),
        "state": OPEN,
        "version": 0,
        "told": 0,
        "edition": 0,
        "content": {},
        "misses_this_month": 0,
        "disputes": [],
        **empty,
        **no,
    }


def _wind_clock(session: Session, day: date, *, now: datetime | None) -> None:
    """Set the clocks of a day; those whose moment has passed are not set again when ``now`` is given."""
    for one in commitment_rules().deadlines:
        entity = f"{day.isoformat()} {one.at.isoformat('minutes')}"
        for kind, due_at in ((REMINDER, one.reminds_at(day)), (DEADLINE, one.marks_at(day))):
            if now is None or now < due_at:
                schedule(session, kind, entity, due_at=due_at)


def remind(session: Session, entity: str, *, now: datetime) -> None:
    """Note that those who have not signed by the reminder have been reminded: their pages say so."""
    unsigned = (_of_hour(entity), commitment.c.signed_at.is_(None), commitment.c.is_owed)
    session.execute(update(commitment).where(*unsigned).values(reminded_at=now))


def mark_missed(session: Session, entity: str, *, now: datetime) -> None:
    """Mark all who owed the commitment of this hour and had not signed before it; for ever."""
    miss(session, _of_hour(entity), now=now)


def miss(session: Session, which: ColumnElement[bool], *, now: datetime) -> None:
    """Mark those of ``which`` that were owed and not signed in time, each once, and tell of them."""
    columns = commitment.c
    too_late = or_(columns.signed_at.is_(None), columns.signed_at >= columns.due_at)
    marked = (
        update(commitment)
        .where(which, columns.is_owed, ~columns.is_missed, too_late)
        .values(is_missed=True, version=columns.version + 1, told=columns.told + 1)
        .returning(columns.id, columns.enterprise_id, columns.day, columns.state, columns.version, columns.told)
    )
    rows = sorted(session.execute(marked).all(), key=lambda row: row.id)
    if not rows:
        return
    misses = _count_misses(session, rows)
    insert_rows(session, commitment_step, [_missed_step(row, now) for row in rows])
    publish_all(session, [(_missed(row, misses[row.id]), row.told) for row in rows], at=now)


def _count_misses(session: Session, rows: Sequence[Row[Any]]) -> Mapping[str, int]:
    """Keep with each of these rows, all of one day, how many were missed in its month up to that day."""
    columns, other, day = commitment.c, commitment.alias("other"), rows[0].day
    same = (other.c.enterprise_id == columns.enterprise_id, other.c.is_missed)
    count = select(func.count()).where(*same, other.c.day >= month_of(day), other.c.day <= day).scalar_subquery()
    counted = update(commitment).where(among(session, columns.id, {row.id for row in rows}))
    kept = counted.values(misses_this_month=count).returning(columns.id, columns.misses_this_month)
    return {row.id: row.misses_this_month for row in session.execute(kept)}


def _missed_step(row: Row[Any], now: datetime) -> dict[str, Any]:
    return {
        "commitment_id": row.id,
        "version": row.version,
        "event": "miss",
        "tier": "",
        "state": row.state,
        "by": CLOCK,
        "at": now,
        "given": {},
    }


def _missed(row: Row[Any], misses: int) -> CommitmentMissed:
    return CommitmentMissed(
        commitment_id=row.id, enterprise_id=row.enterprise_id, day=row.day.isoformat(), misses_this_month=misses
    )


def _of_hour(entity: str) -> ColumnElement[bool]:
    """Return the condition of the commitments of a day whose hour has come: ``2026-11-27 10:00``."""
    day, at = entity.split()
    moment = datetime.combine(date.fromisoformat(day), time.fromisoformat(at), tzinfo=BUSINESS_ZONE)
    return and_(commitment.c.day == date.fromisoformat(day), commitment.c.due_at <= moment)
