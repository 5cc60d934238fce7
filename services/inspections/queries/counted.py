"""The rows that a month counts: live from tasks, hazards and checks, or as an edition of the month kept them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Boolean, Integer, Select, Subquery, Text, case, cast, func, literal, null, or_, select, union_all

from services.inspections.domain.assessments import (
    AT_ALL,
    REFUTED,
    SELF_CHECKED,
    AssessmentRules,
    Indicator,
    period_of_month,
)
from services.inspections.domain.hazard_facts import MAJOR
from services.inspections.domain.schedules import Period
from services.inspections.tables import (
    assessment_enterprise,
    assessment_row,
    check_record,
    enterprise,
    hazard,
    standing,
    task,
)
from shared.machines import end_of

HANDED_IN, TURNED_AWAY, CANCELLED = ("submitted", "confirmed", "closed"), "refused_entry", "cancelled"
NOT_OURS = ("rejected", "transferred")
SUPERVISED = "supervised"
CONFIRMING = 3  # the lowest tier that refutes a self-check
CLASS_DIGITS = 3  # C25: section and division of GB/T 4754


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows that a month counts, and the supervised enterprises that it is about.

    ``parts`` are the same rows one source at a time: a sum over one of them reads hardly more than an index.
    """

    rows: Subquery
    enterprises: Subquery
    parts: Sequence[Subquery]


def live(rules: AssessmentRules, month: str) -> Counted:
    """Return what ``month`` counts at this moment."""
    period = period_of_month(month)
    parts = [part for one in rules.indicators for part in _parts(one, rules, period=period)]
    parts += [_refuted(period), _self_checked(period)]
    rows = union_all(*parts).subquery("counted")
    columns = (enterprise.c.enterprise_id, *_of_enterprise())
    supervised = select(*columns).select_from(_joined(enterprise)).where(*_owing())
    return Counted(rows, supervised.subquery("supervised"), [part.subquery("part") for part in parts])


def kept(month: str, version: int) -> Counted:
    """Return what an edition counts."""
    columns, own = assessment_row.c, assessment_enterprise.c
    is_in = (columns.month == month, columns.since <= version, or_(columns.before.is_(None), columns.before > version))
    rows = select(*(columns[name] for name in COLUMNS)).where(*is_in).subquery("counted")
    supervised = select(own.enterprise_id, own.unit, own.industry, own.level).where(own.month == month)
    return Counted(rows, supervised.subquery("supervised"), [rows])


COLUMNS = (
    *("indicator", "kind", "thing_id", "shown_id", "enterprise_id", "unit", "industry", "level"),
    *("times", "is_done", "score", "due_on"),
)


def _parts(one: Indicator, rules: AssessmentRules, *, period: Period) -> Iterable[Select[Any]]:
    if one.tasks_tier:
        yield _tasks(one, period)
    if one.hazards_tier:
        yield _hazards(one, rules, period=period)


def _tasks(one: Indicator, period: Period) -> Select[Any]:
    columns = task.c
    in_time = columns.state.in_(HANDED_IN) & (func.coalesce(columns.submitted_at, columns.due_at) <= columns.due_at)
    is_done = in_time | ((columns.state == TURNED_AWAY) & ~columns.is_overdue)
    chosen = _row(one.id, "task", thing=columns.id, shown=columns.id, times=literal(1), is_done=is_done)
    return (
        select(*chosen, cast(null(), Integer).label("score"), columns.last_day.label("due_on"))
        .select_from(_joined(task))
        .where(
            columns.tier == one.tasks_tier,
            columns.origin.in_(one.origins),
            columns.last_day.between(period.first, period.last),
            columns.state != CANCELLED,
            *_owing(),
        )
    )


def _hazards(one: Indicator, rules: AssessmentRules, *, period: Period) -> Select[Any]:
    """A hazard is owed whoever it was found at: the order is the basis, not a duty of the enterprise."""
    columns = hazard.c
    is_ended = columns.closed_on.is_not(None)
    is_done = is_ended if one.closed == AT_ALL else is_ended & (columns.closed_on <= columns.deadline)
    times = case((columns.level == MAJOR, rules.major_counts), else_=1)
    chosen = _row(one.id, "hazard", thing=columns.id, shown=columns.id, times=times, is_done=is_done)
    return (
        select(*chosen, cast(null(), Integer).label("score"), columns.deadline.label("due_on"))
        .select_from(_joined(hazard))
        .where(
            columns.found_tier >= one.hazards_tier,
            columns.deadline.between(period.first, period.last),
            columns.state.not_in(NOT_OURS),
            *_placed(),
        )
    )


def _refuted(period: Period) -> Select[Any]:
    """A row for each check that refuted something; it counts as often as it refuted an item."""
    listed = cast(check_record.c.refuted, Text)
    quotes = func.length(listed) - func.length(func.replace(listed, '"', ""))
    found = _checks(REFUTED, period, times=quotes / 2, is_done=literal(False, Boolean))
    return found.where(check_record.c.tier >= CONFIRMING, listed != "[]")


def _self_checked(period: Period) -> Select[Any]:
    found = _checks(SELF_CHECKED, period, times=literal(1), is_done=literal(True, Boolean))
    return found.where(check_record.c.tier == 1)


def _checks(name: str, period: Period, *, times: Any, is_done: Any) -> Select[Any]:
    columns = check_record.c
    chosen = _row(name, "check", thing=columns.id, shown=columns.task_id, times=cast(times, Integer), is_done=is_done)
    joined = _joined(check_record).outerjoin(task, task.c.id == columns.task_id)
    begins, ends = end_of(period.first - timedelta(days=1)), end_of(period.last)
    wanted = select(*chosen, columns.score_hundredths.label("score"), task.c.last_day.label("due_on"))
    return wanted.select_from(joined).where(columns.at >= begins, columns.at < ends, *_placed())


def _row(indicator: str, kind: str, *, thing: Any, shown: Any, times: Any, is_done: Any) -> list[Any]:
    return [
        literal(indicator, Text).label("indicator"),
        literal(kind, Text).label("kind"),
        thing.label("thing_id"),
        shown.label("shown_id"),
        enterprise.c.enterprise_id,
        *_of_enterprise(),
        times.label("times"),
        case((is_done, True), else_=False).label("is_done"),
    ]


def _of_enterprise() -> list[Any]:
    columns = enterprise.c
    industry = func.substr(columns.industry, 1, CLASS_DIGITS)
    level = func.coalesce(standing.c.level, 0)
    return [columns.subdistrict.label("unit"), industry.label("industry"), level.label("level")]


def _joined(source: Any) -> Any:
    joined = (
        source
        if source is enterprise
        else source.join(enterprise, enterprise.c.enterprise_id == source.c.enterprise_id)
    )
    return joined.outerjoin(standing, standing.c.enterprise_id == enterprise.c.enterprise_id)


def _placed() -> tuple[Any, ...]:
    return (enterprise.c.is_active, enterprise.c.subdistrict != "")


def _owing() -> tuple[Any, ...]:
    return (*_placed(), enterprise.c.supervision == SUPERVISED)
