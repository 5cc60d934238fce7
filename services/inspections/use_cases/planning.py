"""Keeps what others tell, and makes the tasks that running duties ask for: one for each period, never two."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.schedules import FREQUENCIES, Period, first_period, period_of
from services.inspections.queries.enterprises import present_id
from services.inspections.queries.visits import is_visited
from services.inspections.rules import schedule, task_rules
from services.inspections.tables import (
    avoidance,
    check_record,
    complaint,
    credit_fact,
    document,
    enterprise,
    halt_order,
    hazard,
    merged_enterprise,
    obligation,
    public_report,
    review,
    service_contract,
    staff,
    standing,
    task,
    transfer,
    visit,
)
from services.inspections.use_cases.assessments import begin_month
from services.inspections.use_cases.tasks import ABSENCE, MOVABLE, NewTask, make_task, step_task
from shared.clock import business_date
from shared.contracts.identity import StaffChanged
from shared.contracts.registry import EnterprisesMerged, EnterpriseState, ObligationsChanged
from shared.contracts.risk import EnterpriseGraded
from shared.database.bulk import among, upsert_rows
from shared.errors import NotYet
from shared.events.received import Received
from shared.machines import clock_step, end_of
from shared.work.timers import cancel, schedule_all
from shared.work.timers import schedule as set_timer

ACTIVE, MERGED = "active", "merged"
# What hangs on an enterprise and goes over to the entry that stays.
FOLLOWING = (
    *(hazard, halt_order, check_record, public_report, avoidance, visit, service_contract, review, complaint),
    *(document, transfer, credit_fact),
)


def keep_register_state(session: Session, states: Sequence[tuple[EnterpriseState, int]]) -> None:
    """Take over (state, sequence) pairs of the register; outdated ones change nothing."""
    newest = {state.enterprise_id: (state, sequence) for state, sequence in sorted(states, key=lambda one: one[1])}
    rows = [_copy_of(*newest[enterprise_id]) for enterprise_id in sorted(newest)]
    upsert_rows(session, enterprise, rows, key=["enterprise_id"], newer="sequence")


def _copy_of(state: EnterpriseState, sequence: int) -> dict[str, Any]:
    same = ("name", "division", "subdistrict", "grid", "industry", "longitude", "latitude", "location_precision",
            "headcount")  # fmt: skip
    return {
        "enterprise_id": state.enterprise_id,
        "sequence": sequence,
        **{name: getattr(state, name) for name in same},
        "supervision": state.supervision,
        "is_active": state.status == ACTIVE,
        "features": sorted(name for name, fact in state.features.items() if fact["value"] == "yes"),
    }


PLAN = "plan_tasks"
DUTIES = {1: "self_check", 2: "contract", 3: "self_check"}  # the duty that makes a tier's tasks due
VISITING = 2  # the tier whose tasks come from a contract that names its visits
UNOWED = "not_owed_any_more"
FOLLOWS_LEVEL = ("by_level", "continuous")


def keep_grades(session: Session, received: Sequence[Received[EnterpriseGraded]], *, now: datetime) -> None:
    """Keep present levels, and plan again for those enterprises."""
    newest = _newest(received)
    rows = [{"enterprise_id": one.subject, "sequence": one.sequence, "level": one.data.level} for one in newest]
    upsert_rows(session, standing, rows, key=["enterprise_id"], newer="sequence")
    plan_for_owing(session, [one.subject for one in newest], now=now)


def keep_obligations(session: Session, received: Sequence[Received[ObligationsChanged]], *, now: datetime) -> None:
    """Keep what enterprises owe, and plan for them."""
    rows = [
        {
            "enterprise_id": one.subject,
            "sequence": one.sequence,
            "obligations": [dict(row) for row in one.data.obligations],
        }
        for one in _newest(received)
    ]
    upsert_rows(session, obligation, rows, key=["enterprise_id"], newer="sequence")
    begin_month(session, now=now)
    plan_for_owing(session, [str(row["enterprise_id"]) for row in rows], now=now)


def plan_for_owing(session: Session, enterprise_ids: Collection[str], *, now: datetime) -> None:
    """Plan for those of the enterprises that owe something, each in a transaction of its own.

    A decision about thousands arrives as one batch; after an import of a city nobody owes anything.
    """
    owing = select(obligation.c.enterprise_id).where(among(session, obligation.c.enterprise_id, set(enterprise_ids)))
    schedule_all(session, PLAN, sorted(session.scalars(owing)), due_at=now)


def keep_staff(session: Session, received: Sequence[Received[StaffChanged]], *, now: datetime) -> None:
    """Keep who works where, with which skills, and who is away: the tasks of these are given to others."""
    lists = ("roles", "divisions", "grids", "skills")
    rows = [
        {
            "account_id": one.subject,
            "sequence": one.sequence,
            **{name: list(getattr(one.data, name)) for name in lists},
            "enterprise_id": one.data.enterprise_id,
            "intermediary_id": one.data.intermediary_id,
            "is_available": one.data.is_enabled and not one.data.is_absent and not one.data.is_licence_expired,
            "licence_until": one.data.licence_valid_until,
            "is_enabled": one.data.is_enabled,
            "is_absent": one.data.is_absent,
        }
        for one in _newest(received)
    ]
    upsert_rows(session, staff, rows, key=["account_id"], newer="sequence")
    for row in rows:
        if not row["is_available"]:
            set_timer(session, ABSENCE, str(row["account_id"]), due_at=now)


def plan_tasks(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """Make the tasks of the present periods of an enterprise, and wake up when the next ones begin.

    Only a running duty makes tasks: those of one that has ended are cancelled, so that nothing becomes overdue.
    """
    row = _planned_for(session, enterprise_id)
    if row is None or present_id(session, enterprise_id) != enterprise_id:
        return
    today, wake_on = business_date(now), []
    for tier, duty in DUTIES.items():
        owed = _owed(row, duty=duty, today=today)
        if owed is None:
            _cancel_unowed(session, enterprise_id, tier=tier, duty=duty, now=now)
            continue
        period = _period(row, owed, tier=tier, today=today)
        wake_on += _turning_days(owed, period, today=today)
        if period and period.first <= today and not (tier == VISITING and is_visited(session, enterprise_id, now=now)):
            make_task(session, NewTask(enterprise_id, tier, duty, period), now=now)
    if wake_on:
        set_timer(session, PLAN, enterprise_id, due_at=end_of(min(wake_on) - timedelta(days=1)))


def _owed(row: Row[Any], *, duty: str, today: date) -> Mapping[str, Any] | None:
    """Return the running duty; None when it has ended, and of an enterprise that is no more."""
    live = (one for one in row.obligations or () if one["duty"] == duty and _is_live(one, today))
    return next(live, None) if row.is_active else None


def _cancel_unowed(session: Session, enterprise_id: str, *, tier: int, duty: str, now: datetime) -> None:
    """Cancel what nobody has begun of a duty that runs no more, and leave the period to a duty that begins anew."""
    columns = task.c
    own = (columns.enterprise_id == enterprise_id, columns.tier == tier, columns.origin == duty)
    not_begun = select(columns.id, columns.key).where(*own, columns.state.in_(MOVABLE)).order_by(columns.id)
    for task_id, key in session.execute(not_begun).all():
        step_task(session, task_id, step=clock_step("cancel", now, reason=UNOWED))
        session.execute(update(task).where(columns.id == task_id).values(key=f"{key} {task_id}"))


def _turning_days(owed: Mapping[str, Any], period: Period | None, *, today: date) -> list[date]:
    """Return the days on which planning has to look again: the duty ends, a period begins."""
    ends_on = [date.fromisoformat(owed["ends_on"])] if owed["ends_on"] else []
    if period is None:
        return ends_on
    return [*ends_on, period.following_day if period.first <= today else period.first]


def _period(row: Row[Any], owed: Mapping[str, Any], *, tier: int, today: date) -> Period | None:
    """Return the period that runs, or the first one that will; None when the level asks for nothing."""
    usual = schedule().frequency(tier=tier, level=row.level, industry=row.industry)
    if usual is None:
        return None
    own = owed["frequency"]
    frequency = own if tier == 1 and own not in FOLLOWS_LEVEL and own in FREQUENCIES else usual
    first = first_period(frequency, date.fromisoformat(owed["starts_on"]))
    return first if first.first > today else period_of(frequency, today)


def _is_live(one: Mapping[str, Any], today: date) -> bool:
    return not one["ends_on"] or date.fromisoformat(one["ends_on"]) > today


def _planned_for(session: Session, enterprise_id: str) -> Any:
    joined = enterprise.outerjoin(standing, standing.c.enterprise_id == enterprise.c.enterprise_id).outerjoin(
        obligation, obligation.c.enterprise_id == enterprise.c.enterprise_id
    )
    columns = (enterprise.c.industry, enterprise.c.is_active, standing.c.level, obligation.c.obligations)
    wanted = select(*columns).select_from(joined).where(enterprise.c.enterprise_id == enterprise_id)
    return session.execute(wanted.with_for_update(of=enterprise)).one_or_none()


def follow_merge(session: Session, merge: EnterprisesMerged, *, now: datetime) -> None:
    """Let what hangs on merged entries hang on the one that stays, and plan for that one.

    Later findings, checks and reports about a merged entry are about the other one. Raises ``NotYet`` when the one
    that stays has not arrived.
    """
    kept_id, columns = present_id(session, merge.enterprise_id), enterprise.c
    both = select(columns.enterprise_id).where(columns.enterprise_id.in_([kept_id, *merge.merged_ids]))
    if kept_id not in session.scalars(both.order_by(columns.enterprise_id).with_for_update()).all():
        raise NotYet(f"enterprise:{kept_id}")
    for merged_id in sorted(merge.merged_ids):
        upsert_rows(session, merged_enterprise, [{"merged_id": merged_id, "kept_id": kept_id}], key=["merged_id"])
        chained = update(merged_enterprise).where(merged_enterprise.c.kept_id == merged_id)
        session.execute(chained.values(kept_id=kept_id))
        _move_tasks(session, merged_id, kept_id, now=now)
        for table in FOLLOWING:
            session.execute(update(table).where(table.c.enterprise_id == merged_id).values(enterprise_id=kept_id))
        cancel(session, PLAN, merged_id)
    plan_for_owing(session, [kept_id], now=now)


def _move_tasks(session: Session, merged_id: str, kept_id: str, *, now: datetime) -> None:
    """Let tasks go over; what both entries owe for one duty is done once, so that of the merged one is cancelled."""
    columns = task.c
    both = select(task).where(columns.enterprise_id.in_([merged_id, kept_id])).order_by(columns.id)
    rows = session.execute(both.with_for_update()).all()
    own = [row for row in rows if row.enterprise_id == kept_id]
    keys = {(row.tier, row.key) for row in own}
    queues = {f"enterprise:{merged_id}": f"enterprise:{kept_id}"}
    for row in (row for row in rows if row.enterprise_id == merged_id):
        is_double = (row.state, "cancel") in task_rules().machine.transitions and _is_owed_twice(row, own)
        if is_double:
            step_task(session, row.id, step=clock_step("cancel", now, reason=MERGED))
        key = f"{row.key} {merged_id}" if is_double or (row.tier, row.key) in keys else row.key
        changes = {"enterprise_id": kept_id, "key": key, "owner": queues.get(row.owner, row.owner)}
        session.execute(update(task).where(columns.id == row.id).values(**changes))


def _is_owed_twice(row: Row[Any], own: Sequence[Row[Any]]) -> bool:
    """A duty is one task of a tier at a time, whatever the lengths of the two periods."""
    same = [one for one in own if (one.tier, one.origin) == (row.tier, row.origin)]
    return row.origin in DUTIES.values() and any(one.is_open or one.key == row.key for one in same)


def _newest(received: Sequence[Received[Any]]) -> list[Received[Any]]:
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    return [newest[subject] for subject in sorted(newest)]
