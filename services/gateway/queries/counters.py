"""Reads the counters of the map within a principal's scope."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from services.gateway.domain.counting import ALL, FIGURES, SUMS, CounterKey, counted, differences
from services.gateway.domain.tally import only
from services.gateway.queries.questions import Question, areas_in_scope, is_by_area, is_within, rows_in_scope
from services.gateway.tables import enterprise_view, map_counter
from shared.security.principal import Principal

COUNTED_COLUMNS = ("status", "division", "section", "flags", "level", "is_provisional", "kind", "place")


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter that answers: the colours asked for, and the sums of all positions in it."""

    cell: int
    area: str
    section: str
    sums: Sequence[int]
    positions: tuple[int, int]
    members: int

    @property
    def enterprises(self) -> int:
        """How many of the colours asked for."""
        return sum(self.sums)


def figures(session: Session, principal: Principal, *, question: Question) -> list[Counter]:
    """Return the counters without a map, one per kind of place, area and section."""
    kinds = question.kinds
    found = _answers(session, principal, _Asked(question, FIGURES, None))
    return [counter for counter in found if not kinds or counter.cell in kinds]


def cells(
    session: Session, principal: Principal, *, question: Question, zoom: int, within: tuple[int, int]
) -> list[Counter]:
    """Return the counters of ``zoom`` whose cells lie in the half-open range ``within``, one per cell and area."""
    return _answers(session, principal, _Asked(question, zoom, within))


def _answers(session: Session, principal: Principal, asked: "_Asked") -> list[Counter]:
    read = _kept if is_by_area(principal) else _counted_now
    answers = (_counter(key, sums, asked.question) for key, sums in read(session, principal, asked))
    return [counter for counter in answers if counter.enterprises]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which counters answer: those of a map within ``cells``, or the figures by section."""

    question: Question
    zoom: int
    cells: tuple[int, int] | None

    @property
    def flag(self) -> str:
        return self.question.flag or ALL

    def sections(self) -> tuple[str, ...]:
        return self.question.sections or (() if self.cells is None else (ALL,))

    def holds(self, key: CounterKey) -> bool:
        zoom, section, flag, cell, area = key
        sections = self.sections()
        return (
            (zoom, flag) == (self.zoom, self.flag)
            and (section in sections if sections else section != ALL)
            and (self.cells is None or self.cells[0] <= cell < self.cells[1])
            and (not self.question.divisions or area.startswith(self.question.divisions))
        )


def _kept(session: Session, principal: Principal, asked: _Asked) -> Iterator[tuple[CounterKey, Sequence[int]]]:
    columns = map_counter.c
    statement = select(columns.cell, columns.area, columns.section, *(columns[name] for name in SUMS)).where(
        columns.zoom == asked.zoom, columns.flag == asked.flag, areas_in_scope(principal), *_conditions(asked)
    )
    for row in session.execute(statement):
        yield (asked.zoom, row[2], asked.flag, row[0], row[1]), row[3:]


def _conditions(asked: _Asked) -> Iterator[ColumnElement[bool]]:
    columns = map_counter.c
    sections = asked.sections()
    yield columns.section.in_(sections) if sections else columns.section != ALL
    if asked.cells is not None:
        yield columns.cell >= asked.cells[0]
        yield columns.cell < asked.cells[1]
    if asked.question.divisions:
        yield or_(*(is_within(columns.area, code) for code in asked.question.divisions))


def _counted_now(session: Session, principal: Principal, asked: _Asked) -> Iterator[tuple[CounterKey, Sequence[int]]]:
    columns = [enterprise_view.c[name] for name in COUNTED_COLUMNS]
    rows = session.execute(select(*columns).where(rows_in_scope(principal)))
    totals = differences((None, counted(row)) for row in rows)
    return ((key, sums) for key, sums in totals.items() if asked.holds(key))


def _counter(key: CounterKey, sums: Sequence[int], question: Question) -> Counter:
    shown = only(sums, levels=question.levels, is_provisional=question.is_provisional)
    return Counter(key[3], key[4], key[1], shown, (sums[-2], sums[-1]), sum(sums[:-2]))
