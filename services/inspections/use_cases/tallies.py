"""Sums the counts up anew, now and then: few rows to read again, and whatever two changes at once have blurred."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, and_, func, select, true
from sqlalchemy.orm import Session

from services.inspections.domain.assessments import period_of_month
from services.inspections.queries.assessments import first_open
from services.inspections.queries.counted import is_closed_in_time, is_in_time, owing, placed, refuted_items
from services.inspections.queries.enterprises import SUBDISTRICT_DIGITS
from services.inspections.tables import (
    check_record,
    enterprise,
    hazard,
    hazard_area_tally,
    hazard_tally,
    month_check_record_tally,
    month_enterprise_tally,
    month_hazard_tally,
    month_task_tally,
    task,
    task_tally,
)
from shared.clock import BUSINESS_ZONE
from shared.database.bulk import replace_rows
from shared.machines import end_of
from shared.work.timers import schedule

SUM_UP, EVERY = "sum_up", timedelta(minutes=10)
LONG_AGO = date(2000, 1, 1)
PLACE: Mapping[str, Any] = {name: enterprise.c[name] for name in ("division", "grid")}
UNIT: Mapping[str, Any] = {"unit": enterprise.c.subdistrict}
NUMBER: Mapping[str, Any] = {"number": func.count()}


@dataclass(frozen=True)
class Sums:
    """What ``tally`` keeps of the rows of ``table`` that count: ``sums`` by ``key``; of months those from ``since``."""

    tally: Table
    table: Table
    key: Mapping[str, Any]
    counts: Any
    sums: Mapping[str, Any]
    since: str = ""

    @property
    def counted(self) -> Select[Any]:
        """The statement that counts the rows themselves."""
        source: Any = self.table
        if source is not enterprise:
            source = source.join(enterprise, enterprise.c.enterprise_id == source.c.enterprise_id)
        columns = (*self.key.values(), *self.sums.values())
        return select(*columns).select_from(source).where(self.counts).group_by(*self.key.values())

    @property
    def kept(self) -> Select[Any]:
        """The statement that adds up what is kept."""
        key = [self.tally.c[name] for name in self.key]
        since = (self.tally.c.month >= self.since,) if self.since else ()
        return select(*key, *(func.sum(self.tally.c[name]) for name in self.sums)).where(*since).group_by(*key)


def sum_up(session: Session, entity: str, *, now: datetime) -> None:
    """Count hazards and open tasks of each place anew, and what open months count, and again in ten minutes."""
    _replace_all(session)
    schedule(session, SUM_UP, entity, due_at=now + EVERY)


def recount(session: Session, *, repair: bool) -> int:
    """Return how many kept sums differ from the rows that they count; with ``repair`` all are summed up anew."""
    wrong = sum(_differences(session, one) for one in _all(session))
    if wrong and repair:
        _replace_all(session)
    return wrong


def _all(session: Session) -> Iterable[Sums]:
    return (*_of_places(), *_of_months(session))


def _replace_all(session: Session) -> None:
    for one in _all(session):
        replace_rows(session, one.tally, columns=[*one.key, *one.sums], selected=one.counted)


def _differences(session: Session, sums: Sums) -> int:
    size = len(sums.key)
    kept, counted = (
        {tuple(row[:size]): tuple(map(int, row[size:])) for row in session.execute(statement)}
        for statement in (sums.kept, sums.counted)
    )
    nothing = (0,) * len(sums.sums)
    return sum(kept.get(key, nothing) != counted.get(key, nothing) for key in kept.keys() | counted.keys())


def _of_places() -> Iterable[Sums]:
    hazards = {name: hazard.c[name] for name in ("state", "level", "is_overdue")}
    tasks = {"is_overdue": task.c.is_overdue, "is_queued": task.c.owner.contains(":")}
    yield Sums(hazard_tally, hazard, {**PLACE, **hazards}, true(), NUMBER)
    area = func.substr(enterprise.c.division, 1, SUBDISTRICT_DIGITS)
    yield Sums(hazard_area_tally, hazard, {"division": area, **hazards}, true(), NUMBER)  # after what feeds it
    yield Sums(task_tally, task, {**PLACE, **tasks}, task.c.is_open, NUMBER)


def _of_months(session: Session) -> Iterable[Sums]:
    """A month that is closed has editions and needs no sums: what it counted is left out."""
    first = first_open(session)
    since = period_of_month(first).first if first else LONG_AGO
    month = f"{since:%Y-%m}"
    tasks, hazards, checks = task.c, hazard.c, check_record.c
    yield Sums(month_enterprise_tally, enterprise, UNIT, and_(*owing()), NUMBER)
    key = {**UNIT, "month": _month(session, tasks.last_day)}
    key |= {name: tasks[name] for name in ("tier", "origin", "state", "is_overdue")} | {"is_in_time": is_in_time(tasks)}
    yield Sums(month_task_tally, task, key, and_(*owing(), tasks.last_day >= since), NUMBER, month)
    key = {**UNIT, "month": _month(session, hazards.deadline)}
    key |= {name: hazards[name] for name in ("found_tier", "level", "state")}
    key |= {"is_closed": hazards.closed_on.is_not(None), "is_in_time": is_closed_in_time(hazards)}
    yield Sums(month_hazard_tally, hazard, key, and_(*placed(), hazards.deadline >= since), NUMBER, month)
    key = {**UNIT, "month": _month(session, _in_china(session, checks.at)), "tier": checks.tier}
    scores = {
        "score": func.coalesce(func.sum(checks.score_hundredths), 0),
        "scored": func.count(checks.score_hundredths),
    }
    sums = {**NUMBER, "refuted": func.sum(refuted_items()), **scores}
    begins = end_of(since - timedelta(days=1))
    yield Sums(month_check_record_tally, check_record, key, and_(*placed(), checks.at >= begins), sums, month)


def _month(session: Session, day: Any) -> Any:
    return func.to_char(day, "YYYY-MM") if _is_postgresql(session) else func.strftime("%Y-%m", day)


def _in_china(session: Session, moment: Any) -> Any:
    return func.timezone(BUSINESS_ZONE.key, moment) if _is_postgresql(session) else func.datetime(moment, "+8 hours")


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
