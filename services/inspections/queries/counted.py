"""The rows that a month counts: live from tasks, hazards and checks, or as an edition of the month kept them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    Boolean,
    Integer,
    Select,
    Subquery,
    Table,
    Text,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

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
    month_check_record_tally,
    month_enterprise_tally,
    month_hazard_tally,
    month_task_tally,
    standing,
    task,
)
from shared.machines import end_of

HANDED_IN, TURNED_AWAY, CANCELLED = ("submitted", "confirmed", "closed"), "refused_entry", "cancelled"
NOT_OURS = ("rejected", "transferred")
SUPERVISED = "supervised"
CONFIRMING = 3  # the lowest tier that refutes a self-check
NOTHING = literal(0)
CLASS_DIGITS = 3  # C25: section and division of GB/T 4754


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows that a month counts, and the supervised enterprises that it is about.

    ``sums`` are what the rows come to by unit and indicator, one source at a time, and ``supervised`` how many
    enterprises each unit has.
    """

    rows: Subquery
    enterprises: Subquery
    sums: Sequence[Select[Any]]
    supervised: Select[Any]


def live(rules: AssessmentRules, month: str) -> Counted:
    """Return what ``month`` counts at this moment."""
    parts = [part for _, part in _every_part(rules, period_of_month(month))]
    columns = (enterprise.c.enterprise_id, *_of_enterprise())
    supervised = select(*columns).select_from(_joined(enterprise)).where(*owing()).subquery("supervised")
    return Counted(_together(parts), supervised, [_sum(part.subquery("part")) for part in parts], _number(supervised))


def live_rows(rules: AssessmentRules, month: str, *, indicator: str) -> Subquery:
    """Return what ``month`` counts for one indicator at this moment; the first rows are found by an index."""
    return _together([part for name, part in _every_part(rules, period_of_month(month)) if name == indicator])


def _every_part(rules: AssessmentRules, period: Period) -> Iterable[tuple[str, Select[Any]]]:
    for one in rules.indicators:
        yield from ((one.id, part) for part in _parts(one, rules, period=period))
    yield from ((REFUTED, _refuted(period)), (SELF_CHECKED, _self_checked(period)))


def _together(parts: Sequence[Select[Any]]) -> Subquery:
    return (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("counted")


def tallied(rules: AssessmentRules, month: str) -> Counted:
    """Return what ``month`` counts at this moment, its sums from the changes that triggers write (docs/adr/0012).

    Of a month before the first open one nothing is kept.
    """
    added = partial(_added, month=month)
    sums = [one for indicator in rules.indicators for one in _tallies(indicator, rules, added=added)]
    columns = month_check_record_tally.c
    refuted = added(month_check_record_tally, REFUTED, sums=(columns.refuted, NOTHING, NOTHING, NOTHING))
    checks = (columns.number, columns.number, columns.score, columns.scored)
    self_checked = added(month_check_record_tally, SELF_CHECKED, sums=checks)
    sums += [refuted.where(columns.tier >= CONFIRMING), self_checked.where(columns.tier == 1)]
    unit, number = month_enterprise_tally.c.unit, func.sum(month_enterprise_tally.c.number)
    supervised = select(unit, number).group_by(unit).having(number != 0)
    return replace(live(rules, month), sums=sums, supervised=supervised)


def kept(month: str, version: int) -> Counted:
    """Return what an edition counts."""
    columns, own = assessment_row.c, assessment_enterprise.c
    is_in = (columns.month == month, columns.since <= version, or_(columns.before.is_(None), columns.before > version))
    rows = select(*(columns[name] for name in COLUMNS)).where(*is_in).subquery("counted")
    supervised = select(own.enterprise_id, own.unit, own.industry, own.level).where(own.month == month)
    counted = supervised.subquery("supervised")
    return Counted(rows, counted, [_sum(rows)], _number(counted))


COLUMNS = (
    *("indicator", "kind", "thing_id", "shown_id", "enterprise_id", "unit", "industry", "level"),
    *("times", "is_done", "score", "due_on"),
)


def _sum(rows: Subquery) -> Select[Any]:
    own = rows.c
    done = func.sum(case((own.is_done, own.times), else_=0))
    sums = (func.sum(own.times), done, func.sum(own.score), func.count(own.score))
    return select(own.unit, own.indicator, *sums).group_by(own.unit, own.indicator)


def _number(enterprises: Subquery) -> Select[Any]:
    return select(enterprises.c.unit, func.count()).group_by(enterprises.c.unit)


def _tallies(one: Indicator, rules: AssessmentRules, *, added: Callable[..., Select[Any]]) -> Iterable[Select[Any]]:
    if one.tasks_tier:
        columns = month_task_tally.c
        done = case((_is_task_done(columns, columns.is_in_time), columns.number), else_=0)
        sums = (columns.number, done, NOTHING, NOTHING)
        yield added(month_task_tally, one.id, sums=sums).where(*_tasks_of(one, columns))
    if one.hazards_tier:
        own = month_hazard_tally.c
        times = own.number * _times(rules, own)
        done = case((own.is_closed if one.closed == AT_ALL else own.is_in_time, times), else_=0)
        yield added(month_hazard_tally, one.id, sums=(times, done, NOTHING, NOTHING)).where(*_hazards_of(one, own))


def _added(tally: Table, indicator: str, *, month: str, sums: Sequence[Any]) -> Select[Any]:
    """Return the sums of a tally by unit; a unit of which nothing is left is none."""
    planned, *others = (func.sum(one) for one in sums)
    chosen = select(tally.c.unit, literal(indicator, Text), planned, *others)
    return chosen.where(tally.c.month == month).group_by(tally.c.unit).having(planned != 0)


def _is_task_done(columns: Any, is_in_time: Any) -> Any:
    return columns.state.in_(HANDED_IN) & is_in_time | ((columns.state == TURNED_AWAY) & ~columns.is_overdue)


def _tasks_of(one: Indicator, columns: Any) -> tuple[Any, ...]:
    return (columns.tier == one.tasks_tier, columns.origin.in_(one.origins), columns.state != CANCELLED)


def _hazards_of(one: Indicator, columns: Any) -> tuple[Any, ...]:
    return (columns.found_tier >= one.hazards_tier, columns.state.not_in(NOT_OURS))


def _times(rules: AssessmentRules, columns: Any) -> Any:
    return case((columns.level == MAJOR, rules.major_counts), else_=1)


def _parts(one: Indicator, rules: AssessmentRules, *, period: Period) -> Iterable[Select[Any]]:
    if one.tasks_tier:
        yield _tasks(one, period)
    if one.hazards_tier:
        yield _hazards(one, rules, period=period)


def _tasks(one: Indicator, period: Period) -> Select[Any]:
    columns = task.c
    is_done = _is_task_done(columns, is_in_time(columns))
    chosen = _row(one.id, "task", thing=columns.id, shown=columns.id, times=literal(1), is_done=is_done)
    return (
        select(*chosen, cast(null(), Integer).label("score"), columns.last_day.label("due_on"))
        .select_from(_joined(task))
        .where(
            *_tasks_of(one, columns),
            columns.last_day.between(period.first, period.last),
            *owing(),
        )
    )


def _hazards(one: Indicator, rules: AssessmentRules, *, period: Period) -> Select[Any]:
    """A hazard is owed whoever it was found at: the order is the basis, not a duty of the enterprise."""
    columns = hazard.c
    is_done = columns.closed_on.is_not(None) if one.closed == AT_ALL else is_closed_in_time(columns)
    chosen = _row(one.id, "hazard", thing=columns.id, shown=columns.id, times=_times(rules, columns), is_done=is_done)
    return (
        select(*chosen, cast(null(), Integer).label("score"), columns.deadline.label("due_on"))
        .select_from(_joined(hazard))
        .where(
            *_hazards_of(one, columns),
            columns.deadline.between(period.first, period.last),
            *placed(),
        )
    )


def _refuted(period: Period) -> Select[Any]:
    """A row for each check that refuted something; it counts as often as it refuted an item."""
    found = _checks(REFUTED, period, times=refuted_items(), is_done=literal(False, Boolean))
    return found.where(check_record.c.tier >= CONFIRMING, cast(check_record.c.refuted, Text) != "[]")


def _self_checked(period: Period) -> Select[Any]:
    found = _checks(SELF_CHECKED, period, times=literal(1), is_done=literal(True, Boolean))
    return found.where(check_record.c.tier == 1)


def _checks(name: str, period: Period, *, times: Any, is_done: Any) -> Select[Any]:
    columns = check_record.c
    chosen = _row(name, "check", thing=columns.id, shown=columns.task_id, times=times, is_done=is_done)
    joined = _joined(check_record).outerjoin(task, task.c.id == columns.task_id)
    begins, ends = end_of(period.first - timedelta(days=1)), end_of(period.last)
    wanted = select(*chosen, columns.score_hundredths.label("score"), task.c.last_day.label("due_on"))
    return wanted.select_from(joined).where(columns.at >= begins, columns.at < ends, *placed())


def refuted_items() -> Any:
    """Return how many items a check refuted: its list has two quotes for each."""
    listed = cast(check_record.c.refuted, Text)
    quotes = func.length(listed) - func.length(func.replace(listed, '"', ""))
    return cast(quotes / 2, Integer)


def is_in_time(columns: Any) -> Any:
    """Return whether a task was handed in by its moment, if at all."""
    return func.coalesce(columns.submitted_at, columns.due_at) <= columns.due_at


def is_closed_in_time(columns: Any) -> Any:
    """Return whether a hazard was closed by its deadline."""
    return func.coalesce(columns.closed_on <= columns.deadline, False)


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


def placed() -> tuple[Any, ...]:
    """Return when an enterprise, and what is found there, counts for a subdistrict."""
    return (enterprise.c.is_active, enterprise.c.subdistrict != "")


def owing() -> tuple[Any, ...]:
    """Return when what an enterprise owes counts for its subdistrict."""
    return (*placed(), enterprise.c.supervision == SUPERVISED)
