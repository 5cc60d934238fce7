"""Writing the counters of the map: by differences as events come, and from the rows when they are checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from services.gateway.domain.counting import (
    ALL,
    FIGURES,
    HATCHED,
    KEY,
    SOLID,
    SUMS,
    Counted,
    Totals,
    counted,
    differences,
)
from services.gateway.tables import enterprise_view, map_counter
from services.gateway.use_cases.streaming import take_turn
from shared.database.bulk import insert_rows, stage_rows

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Recount:
    """The outcome of a check: how many enterprises were counted and how many counters differed from them."""

    enterprises: int
    wrong_counters: int


def add_to_counters(session: Session, totals: Totals) -> None:
    """Add ``totals`` to the counters with one statement; a counter that falls to nothing stays as a zero."""
    rows = _rows(totals)
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        _merge_staged(session, rows)
    else:
        statement = sqlite_insert(map_counter)
        added = {name: map_counter.c[name] + statement.excluded[name] for name in SUMS}
        session.connection().execute(statement.on_conflict_do_update(index_elements=KEY, set_=added), rows)


def recount(session: Session, *, repair: bool) -> Recount:
    """Count all enterprises anew and compare; with ``repair`` the counters are written again where they differ.

    The projection waits while they are mended. Only compared they are in a snapshot, and nobody waits.
    """
    if repair:
        take_turn(session)
    true = differences((None, enterprise) for enterprise in _counted(session))
    kept = _kept(session)
    wrong = sum(1 for key in true.keys() | kept.keys() if true.get(key) != kept.get(key))
    if wrong and repair:
        session.execute(delete(map_counter))
        insert_rows(session, map_counter, _rows(true))
    return Recount(enterprises=_grand_total(true), wrong_counters=wrong)


def _grand_total(totals: Totals) -> int:
    figures = (sums for key, sums in totals.items() if key[:3] == (FIGURES, ALL, ALL))
    return sum(sum(sums[: len(SOLID + HATCHED)]) for sums in figures)


def _rows(totals: Totals) -> list[dict[str, Any]]:
    names = KEY + SUMS
    return [dict(zip(names, (*key, *totals[key]), strict=True)) for key in sorted(totals)]


def _merge_staged(session: Session, rows: list[dict[str, Any]]) -> None:
    stage = stage_rows(session, map_counter, rows)
    added = ", ".join(f"{name} = map_counter.{name} + excluded.{name}" for name in SUMS)
    names = ", ".join(KEY + SUMS)
    session.connection().exec_driver_sql(
        f"INSERT INTO map_counter ({names}) SELECT {names} FROM {stage} "  # noqa: S608 - names of our own table
        f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {added}"
    )


def _counted(session: Session) -> Iterator[Counted]:
    view = enterprise_view.c
    columns = (
        view.status,
        view.division,
        view.section,
        view.flags,
        view.level,
        view.is_provisional,
        view.kind,
        view.place,
    )
    active = select(*columns).where(view.status == "active").execution_options(yield_per=ROWS_AT_ONCE)
    return (enterprise for row in session.execute(active) if (enterprise := counted(row)))


def _kept(session: Session) -> Totals:
    held = session.execute(select(*(map_counter.c[name] for name in KEY + SUMS)))
    kept = {row[: len(KEY)]: list(row[len(KEY) :]) for row in held}
    return {key: sums for key, sums in kept.items() if any(sums)}
