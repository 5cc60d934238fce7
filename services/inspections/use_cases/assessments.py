"""A month on its way: computed by the clock, frozen when all is decided, published; editions, never overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, literal, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.assessments import (
    ACCIDENT,
    COMPUTED,
    DONE,
    DROPPED,
    OPEN,
    PUBLISHED,
    Calendar,
    calendar_of,
    entry_points,
    month_of,
    next_moment,
    next_state,
    period_of_month,
)
from services.inspections.queries.counted import COLUMNS, kept, live
from services.inspections.queries.enterprises import present_id
from services.inspections.queries.figures import assessed, entries
from services.inspections.queries.objections import undecided
from services.inspections.rules import assessment_formula, assessment_rules, read_assessment
from services.inspections.tables import (
    assessment,
    assessment_edition,
    assessment_enterprise,
    assessment_entry,
    assessment_row,
    assessment_unit,
    enterprise,
)
from shared.clock import business_date
from shared.contracts.credit import AccidentRecorded
from shared.contracts.inspections import AssessmentPublished
from shared.database.bulk import upsert_rows
from shared.errors import Conflict, NotFound, NotYet, Refused
from shared.events.outbox import publish
from shared.ids import new_id
from shared.work.timers import schedule

ASSESS = "assess_month"
CLOCK, CREDIT = "clock", "credit"


class MonthNotComputed(Conflict):
    code = "month_not_computed"


class RowNotCounted(NotFound):
    code = "row_not_counted"


class NothingToChange(Refused):
    code = "nothing_to_change"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the bureau enters for a unit beside the figures: an accident, a false figure, a commendation."""

    month: str
    unit: str
    kind: str
    reason: str
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A counted thing becomes ``done`` or ``not_done``, or is ``dropped``."""

    indicator: str
    thing_id: str
    change: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What is counted otherwise in the figures of a unit, and why."""

    month: str
    unit: str
    changes: Sequence[Change]
    reason: str


def begin_month(session: Session, *, now: datetime) -> None:
    """Let the clock assess the present month from now on: the first running duty begins it; twice does nothing."""
    _begin(session, month_of(business_date(now)))


def advance_month(session: Session, month: str, *, now: datetime) -> None:
    """Lead a month as far as it has come, and wake up when it goes on; each step happens once.

    What came too late to be seen in time is made up: a month computed late has its whole window for objections.
    An empty ``month`` is the present one.
    """
    if not month:
        begin_month(session, now=now)
        return
    row = held_month(session, month)
    reached = next_state(row.state, _calendar(row), now=now, undecided=undecided(session, month))
    if reached == row.state:
        _wake(session, row, now=now)
        return
    session.execute(update(assessment).where(assessment.c.month == month).values(state=reached))
    if reached == COMPUTED:
        _compute(session, row, now=now)
    elif reached == PUBLISHED:
        _publish(session, held_month(session, month), now=now)
    advance_month(session, month, now=now)


def held_month(session: Session, month: str) -> Row[Any]:
    """Return the row of a month, locked; raises ``MonthNotComputed`` for one that the clock does not know."""
    row = session.execute(select(assessment).where(assessment.c.month == month).with_for_update()).one_or_none()
    if row is None:
        raise MonthNotComputed("This month is not assessed: choose one of the list.", month=month)
    return row


def correct_month(session: Session, correction: Correction, *, by: str, now: datetime) -> int:
    """Make a new edition in which the changes hold and return its number; what is public is published anew.

    Raises ``MonthNotComputed``, ``RowNotCounted``, ``NothingToChange``.
    """
    row = held_month(session, correction.month)
    if row.state == OPEN:
        raise MonthNotComputed("This month is still open: mend the task or the hazard itself.", month=row.month)
    for change in correction.changes:
        _apply(session, row, change, unit=correction.unit)
    return _new_edition(session, row, reason=correction.reason, by=by, now=now)


def enter(session: Session, entry: Entry, *, by: str, now: datetime) -> str:
    """Enter an accident, a false figure or a commendation and return its id; a computed month gets a new edition."""
    row = held_month(session, entry.month)
    entry_id, points = new_id(), entry_points(assessment_rules(), entry.kind, deaths=entry.deaths)
    values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__} | {"points": float(points)}
    session.execute(insert(assessment_entry).values(id=entry_id, since=row.version + 1, by=by, at=now, **values))
    _renew(session, row, reason=entry.reason, by=by, now=now)
    return entry_id


def note_accident(session: Session, accident: AccidentRecorded, *, now: datetime) -> None:
    """Take from the year of a subdistrict what an accident costs it (S71), in the month in which it happened.

    An accident that costs nothing, or of a month that is not assessed, is nobody's entry. Told again with other
    figures, its entry is taken back and made anew. Raises ``NotYet`` while the enterprise has not arrived.
    """
    month = accident.occurred_on[:7]
    if not session.scalar(select(assessment.c.month).where(assessment.c.month == month)):
        return
    enterprise_id = present_id(session, accident.enterprise_id)
    place = session.execute(select(enterprise).where(enterprise.c.enterprise_id == enterprise_id)).one_or_none()
    if place is None:
        raise NotYet(f"enterprise:{enterprise_id}")
    if place.subdistrict:
        reason = f"{place.name} {accident.occurred_on}"
        _enter_once(session, Entry(month, place.subdistrict, ACCIDENT, reason, accident.deaths), now=now)


def _enter_once(session: Session, entry: Entry, *, now: datetime) -> None:
    """Enter what an accident costs; what the same accident cost before is taken back when the figures differ."""
    columns = assessment_entry.c
    same = (columns.month == entry.month, columns.unit == entry.unit, columns.kind == ACCIDENT)
    standing = (columns.reason == entry.reason, columns.by == CREDIT, columns.before.is_(None))
    earlier = session.execute(select(assessment_entry).where(*same, *standing)).first()
    if earlier is not None and earlier.deaths == entry.deaths:
        return
    if earlier is not None:
        withdraw_entry(session, earlier, reason=entry.reason, by=CREDIT, now=now)
    if entry_points(assessment_rules(), ACCIDENT, deaths=entry.deaths):
        enter(session, entry, by=CREDIT, now=now)


def withdraw_entry(session: Session, entry: Row[Any], *, reason: str, by: str, now: datetime) -> None:
    """Take back what was entered; it stays in the editions that had it."""
    row = held_month(session, entry.month)
    columns = assessment_entry.c
    withdrawn: Any = session.execute(
        update(assessment_entry).where(columns.id == entry.id, columns.before.is_(None)).values(before=row.version + 1)
    )
    if not withdrawn.rowcount:
        raise NothingToChange("This entry was taken back already.", id=entry.id)
    _renew(session, row, reason=reason, by=by, now=now)


def _begin(session: Session, month: str) -> None:
    calendar = calendar_of(assessment_rules(), month)
    row = {"month": month, "state": OPEN, "version": 0, "told": 0}
    moments = {name: getattr(calendar, name) for name in Calendar.__dataclass_fields__}
    if session.scalar(select(assessment.c.month).where(assessment.c.month == month)) is None:
        upsert_rows(session, assessment, [row | moments], key=["month"], newer="version")
        schedule(session, ASSESS, month, due_at=calendar.computed_at)


def _calendar(row: Row[Any]) -> Calendar:
    return Calendar(row.computed_at, row.objections_until, row.published_at)


def _wake(session: Session, row: Row[Any], *, now: datetime) -> None:
    """A moment that has passed needs no clock: the last decision goes on from there."""
    moment = next_moment(row.state, _calendar(row))
    if moment is not None and moment > now:
        schedule(session, ASSESS, row.month, due_at=moment)


def _compute(session: Session, row: Row[Any], *, now: datetime) -> None:
    """Keep what the month counts, make its first edition, and begin the month that follows it."""
    rules, columns = assessment_rules(), assessment.c
    calendar = calendar_of(rules, row.month, not_before=business_date(now) - timedelta(days=1))
    moments = {"objections_until": calendar.objections_until, "published_at": calendar.published_at}
    session.execute(update(assessment).where(columns.month == row.month).values(computed_at=now, **moments))
    counted = live(rules, row.month)
    rows, enterprises = counted.rows.c, counted.enterprises.c
    chosen = select(literal(row.month), literal(1), *(rows[name] for name in COLUMNS))
    session.execute(insert(assessment_row).from_select(["month", "since", *COLUMNS], chosen))
    names = ["enterprise_id", "unit", "industry", "level"]
    owing = select(literal(row.month), *(enterprises[name] for name in names))
    session.execute(insert(assessment_enterprise).from_select(["month", *names], owing))
    _new_edition(session, row, reason="", by=CLOCK, now=now)
    _begin(session, month_of(period_of_month(row.month).following_day))


def _renew(session: Session, row: Row[Any], *, reason: str, by: str, now: datetime) -> None:
    if row.state != OPEN:
        _new_edition(session, row, reason=reason, by=by, now=now)


def _new_edition(session: Session, row: Row[Any], *, reason: str, by: str, now: datetime) -> int:
    """Keep the figures that follow from the rows and entries of the next edition, by the formula of the month."""
    version = row.version + 1
    formula = _formula(session, row)
    entered = entries(session, row.month, version)
    units = assessed(session, kept(row.month, version), read_assessment(formula), entered=entered)
    edition = {"month": row.month, "version": version}
    session.execute(insert(assessment_edition).values(**edition, formula=formula, reason=reason, by=by, at=now))
    flags = ("unit", "points", "is_last", "is_very_last")
    rows = [{**edition, **{name: one[name] for name in flags}, "document": one} for one in units]
    if rows:
        session.execute(insert(assessment_unit), rows)
    session.execute(update(assessment).where(assessment.c.month == row.month).values(version=version))
    if row.state == PUBLISHED:
        _publish(session, held_month(session, row.month), now=now)
    return version


def _formula(session: Session, row: Row[Any]) -> Mapping[str, Any]:
    """Return the formula that the month was computed with; that of this release for one that is computed now."""
    columns = assessment_edition.c
    wanted = select(columns.formula).where(columns.month == row.month, columns.version == row.version)
    return session.scalar(wanted) or assessment_formula()


def _apply(session: Session, row: Row[Any], change: Change, *, unit: str) -> None:
    columns, version = assessment_row.c, row.version + 1
    own = (columns.month == row.month, columns.indicator == change.indicator, columns.thing_id == change.thing_id)
    present = select(assessment_row).where(*own, columns.unit == unit, columns.before.is_(None))
    found = session.execute(present).one_or_none()
    if found is None:
        raise RowNotCounted("This month counts no such row under this figure.", thing_id=change.thing_id)
    is_done = change.change == DONE
    if change.change != DROPPED and found.is_done == is_done:
        raise NothingToChange("This row is counted like that already.", thing_id=change.thing_id)
    same = (*own, columns.since == found.since)
    session.execute(update(assessment_row).where(*same).values(before=version))
    if change.change != DROPPED:
        session.execute(insert(assessment_row).values(**found._asdict() | {"since": version, "is_done": is_done}))


def _publish(session: Session, row: Row[Any], *, now: datetime) -> None:
    """Tell the ranking of the latest edition."""
    columns = assessment_unit.c
    wanted = select(columns.document).where(columns.month == row.month, columns.version == row.version)
    names = ("unit", "rank", "rate", "points")
    documents = sorted(session.scalars(wanted), key=lambda one: (one["rank"] is None, one["rank"], one["unit"]))
    figures = [figure for one in documents for figure in one["figures"]]
    event = AssessmentPublished(
        month=row.month,
        version=row.version,
        planned=sum(figure["planned"] for figure in figures),
        done=sum(figure["done"] for figure in figures),
        ranking=tuple({name: one[name] for name in names} for one in documents),
    )
    session.execute(update(assessment).where(assessment.c.month == row.month).values(told=row.told + 1))
    publish(session, event, sequence=row.told + 1, at=now)
