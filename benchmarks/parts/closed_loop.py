"""P11: lists, boards and the monthly assessment of inspections over a million checks and 200,000 hazards.

Each look is what the route does: the statement within the jurisdiction of somebody, one page, and the view of each row.
The same looks are taken in a small and in a large district; what a look costs must not follow the number of rows.
"""

import time
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from benchmarks.loop_rows import COMPUTED, RUNNING, Lookers, fill
from benchmarks.results import Report
from benchmarks.setting import Setting, quantile, say
from deploy.native import PostgreSQL
from services.inspections.queries import assessments, hazards, tasks
from services.inspections.tables import check_record, hazard, task
from shared.database import Database, connect
from shared.database.migrate import migrate
from shared.http.paging import page
from shared.security.principal import Principal

CHECKS, SMALL = 1_000_000, 100  # the small district has one row in so many
LOOKS, WARM = 100, 10
LONGEST, DEARER = 300, 1.5  # milliseconds of 95 looks in 100; times the cost in the small district
Look = Callable[[Session, Principal], object]


def _hazards(**wanted: object) -> Look:
    def look(session: Session, principal: Principal) -> object:
        rows, _ = page(session, hazards.hazards(principal, wanted=wanted), key=[hazard.c.id], descending=True)
        return [hazards.hazard_view(row) for row in rows]

    return look


def _tasks(**wanted: object) -> Look:
    def look(session: Session, principal: Principal) -> object:
        owner = {"owner": principal.subject} if wanted.get("mine") else {}
        own = {name: value for name, value in wanted.items() if name != "mine"} | owner
        rows, _ = page(session, tasks.tasks(principal, wanted=own), key=[task.c.due_at, task.c.id])
        return [tasks.task_view(row) for row in rows]

    return look


def _checks(**wanted: object) -> Look:
    def look(session: Session, principal: Principal) -> object:
        rows, _ = page(session, tasks.checks(principal, wanted=wanted), key=[check_record.c.id], descending=True)
        return [tasks.check_view(row) for row in rows]

    return look


def _month(month: str) -> Look:
    def look(session: Session, principal: Principal) -> object:
        return assessments.month_view(session, principal, assessments.month_at(session, month))

    return look


def _figure(month: str) -> Look:
    def look(session: Session, principal: Principal) -> object:
        one = assessments.month_at(session, month)
        counted = assessments.counted_rows(principal, one, wanted={"indicator": "self_check"})
        key = [counted.selected_columns[name] for name in ("indicator", "thing_id")]
        return page(session, counted, key=key)

    return look


MONTHS: Mapping[str, Look] = {
    "month, computed": _month(COMPUTED),
    "month, computed, rows of a figure": _figure(COMPUTED),
    "month, open": _month(RUNNING),
    "month, open, rows of a figure": _figure(RUNNING),
}
SEE_MONTHS = ("bureau", "subdistrict")
LOOK_AT: Mapping[str, Look] = {
    "hazards": _hazards(),
    "hazards open": _hazards(is_open=True),
    "hazards major, open": _hazards(is_open=True, level="major"),
    "hazards overdue": _hazards(is_overdue=True),
    "board of hazards": lambda session, principal: hazards.board(session, principal, wanted={}),
    "tasks open": _tasks(is_open=True),
    "tasks overdue": _tasks(is_open=True, is_overdue=True),
    "tasks of one's own": _tasks(is_open=True, mine=True),
    "inbox": tasks.inbox,
    "records of checks": _checks(),
    "records of tier 4": _checks(tier=4),
    **MONTHS,
}


def measure(setting: Setting) -> Report:
    """Return what each look costs, in the large district and against the small one (PostgreSQL)."""
    report = Report("P11")
    with setting.postgresql() as server:
        small, large = (_district(server, setting.size(checks)) for checks in (CHECKS // SMALL, CHECKS))
        for kind, what in [(kind, what) for what in LOOK_AT for kind, _ in small[1].each() if _may_look(kind, what)]:
            few, many = (_milliseconds(*district, kind=kind, what=what) for district in (small, large))
            _judge(report, f"{what}, {kind}", few, many)
        for database, _ in (small, large):
            database.close()
    return report


def _may_look(kind: str, what: str) -> bool:
    return what not in MONTHS or kind in SEE_MONTHS


def _district(server: PostgreSQL, checks: int) -> tuple[Database, Lookers]:
    say(f"P11 writing {checks:,} records of checks")
    database = connect(server.create_database(f"inspections_{checks}"))
    migrate(database, "inspections")
    return database, fill(database, checks=checks)


def _milliseconds(database: Database, lookers: Lookers, *, kind: str, what: str) -> list[float]:
    somebody, look, taken = dict(lookers.each())[kind], LOOK_AT[what], []
    for number in range(WARM + LOOKS):
        principal = somebody()
        began = time.perf_counter()
        with database.reading() as session:
            look(session, principal)
        if number >= WARM:
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def _judge(report: Report, work: str, few: list[float], many: list[float]) -> None:
    """One row each: the slowest of ordinary looks, and the middle one against that of the small district."""
    report.at_most(f"{work}: p95 of {LOOKS}", quantile(many, 0.95), LONGEST, unit=" ms")
    report.at_most(
        f"{work}: middle, against 1 % of the rows", quantile(many, 0.5) / quantile(few, 0.5), DEARER, unit=" ×"
    )
    report.notes.append(
        f"{work}: middle {quantile(few, 0.5):.1f} ms of few rows, {quantile(many, 0.5):.1f} ms of many."
    )
