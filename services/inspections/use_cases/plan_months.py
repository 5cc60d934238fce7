"""What a published plan does as the year goes on: the visits of a month become tasks when it begins."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.plans import MONTHS, PLAN, PUBLISHED
from services.inspections.domain.schedules import Period, period_of
from services.inspections.queries.enterprises import held_id
from services.inspections.queries.tasks import HIGHEST_TIER
from services.inspections.tables import enterprise, plan, plan_visit, task
from services.inspections.use_cases.tasks import MOVABLE, NewTask, make_task, step_task
from shared.clock import BUSINESS_ZONE, business_date
from shared.machines import NotAllowed, clock_step
from shared.work.timers import schedule, schedule_all

MONTH, VISIT = "plan_month", "plan_visit"
CHANGED = "plan_changed"


def begin_month(session: Session, plan_id: str, *, now: datetime) -> None:
    """Let the visits of the months that have begun become tasks, each by itself, and wake up again."""
    row = session.execute(select(plan.c.year, plan.c.state).where(plan.c.id == plan_id)).one()
    if row.state != PUBLISHED:
        return
    today, columns = business_date(now), plan_visit.c
    reached = today.month if today.year == row.year else MONTHS * (today.year > row.year)
    waiting = (columns.plan_id == plan_id, columns.task_id.is_(None), columns.dropped == "", columns.month <= reached)
    schedule_all(session, VISIT, session.scalars(select(columns.id).where(*waiting).order_by(columns.id)), due_at=now)
    if reached < MONTHS:
        following = date(row.year, reached + 1, 1)
        schedule(session, MONTH, plan_id, due_at=datetime.combine(following, time(), tzinfo=BUSINESS_ZONE))


def begin_visit(session: Session, visit_id: str, *, now: datetime) -> None:
    """Make the task of a planned visit, or write down why there is none."""
    joined = plan_visit.join(plan, plan.c.id == plan_visit.c.plan_id)
    columns = (plan_visit, plan.c.year, plan.c.authority, plan.c.state)
    wanted = select(*columns).select_from(joined).where(plan_visit.c.id == visit_id)
    # The version that replaces this plan waits: it has to hear of the task.
    session.execute(wanted.with_for_update(of=plan, read=True))
    row = session.execute(wanted.with_for_update(of=plan_visit)).one_or_none()
    if row is None or row.state != PUBLISHED or row.task_id or row.dropped:
        return
    outcome = _outcome(session, row, now=now)
    session.execute(update(plan_visit).where(plan_visit.c.id == visit_id).values(**outcome))


def _outcome(session: Session, row: Row[Any], *, now: datetime) -> dict[str, Any]:
    month, present = period_of("monthly", date(row.year, row.month, 1)), held_id(session, row.enterprise_id)
    if not session.scalar(select(enterprise.c.is_active).where(enterprise.c.enterprise_id == present)):
        return {"dropped": "inactive"}
    if month.last < business_date(now):
        return {"dropped": "month_over"}
    try:
        return {"task_id": make_task(session, _task(row, month), now=now)}
    except NotAllowed as refused:
        return {"dropped": refused.code}


def _task(row: Row[Any], month: Period) -> NewTask:
    key = f"{PLAN} {month.first}"
    return NewTask(row.enterprise_id, HIGHEST_TIER, PLAN, month, cause=PLAN, authority=row.authority, key=key)


def follow_plan(session: Session, row: Row[Any], *, now: datetime) -> None:
    """Let the version ``row`` know what has become of the visits of the one before; call off what it leaves out."""
    old, new = plan_visit.alias("old"), plan_visit
    same = and_(new.c.plan_id == row.id, new.c.enterprise_id == old.c.enterprise_id, new.c.month == old.c.month)
    columns = (old.c.task_id, old.c.dropped, new.c.id, task.c.state)
    is_behind = new.c.task_id.is_distinct_from(old.c.task_id) | (new.c.dropped != old.c.dropped)
    joined = old.outerjoin(new, same).outerjoin(task, task.c.id == old.c.task_id)
    begun = (old.c.plan_id == row.replaces, (old.c.task_id.is_not(None)) | (old.c.dropped != ""), is_behind)
    for one in session.execute(select(*columns).select_from(joined).where(*begun)).all():
        if one.id is not None:
            changes = {"task_id": one.task_id, "dropped": one.dropped}
            session.execute(update(plan_visit).where(plan_visit.c.id == one.id).values(**changes))
        elif one.state in MOVABLE:
            step_task(session, one.task_id, step=clock_step("cancel", now, reason=CHANGED))
