"""P11: lists, boards and the monthly assessment of inspections over a million checks and 200,000 hazards.

Each look is a request to the application of inspections (token, scope, statements, schema), without sockets and
gateway. What a page of the usual size takes is measured in the large district. The same looks are then taken in a small
and in the large district, with pages of as many rows as the small one has: what a page costs must not follow the rows.
"""

import time
from collections.abc import Iterator, Mapping

from benchmarks.applications import Application, application, environment_of
from benchmarks.loop_rows import COMPUTED, RUNNING, Lookers, fill
from benchmarks.results import Report
from benchmarks.setting import Setting, quantile, say
from deploy.native import PostgreSQL

CHECKS, SMALL = 1_000_000, 100  # the small district has one row in so many
LOOKS, WARM = 100, 10
LONGEST, DEARER = 300, 1.5  # milliseconds of 95 looks in 100; times the cost in the small district
USUAL = 50  # rows of a page
INSPECTIONS = "/api/v1/inspections"
PAGED: Mapping[str, str] = {
    "hazards": "hazards?",
    "hazards open": "hazards?is_open=true",
    "hazards major, open": "hazards?is_open=true&level=major",
    "hazards overdue": "hazards?is_overdue=true",
    "tasks open": "tasks?is_open=true",
    "tasks overdue": "tasks?is_open=true&is_overdue=true",
    "tasks of one's own": "tasks?is_open=true&mine=true",
    "records of checks": "checks?",
    "records of tier 4": "checks?tier=4",
    "month, computed, rows of a figure": f"assessments/rows?month={COMPUTED}&indicator=self_check",
    "month, open, rows of a figure": f"assessments/rows?month={RUNNING}&indicator=self_check",
}
WHOLE: Mapping[str, str] = {
    "board of hazards": "hazards/board",
    "inbox": "tasks/inbox",
    "month, computed": f"assessments/{COMPUTED}",
    "month, open": f"assessments/{RUNNING}",
}
SEE_MONTHS = ("bureau", "subdistrict")
District = tuple[Application, Lookers]


def measure(setting: Setting) -> Report:
    """Return what each look costs, in the large district and against the small one (PostgreSQL)."""
    report = Report("P11")
    with setting.postgresql() as server:
        small, large = (_district(setting, server, setting.size(checks)) for checks in (CHECKS // SMALL, CHECKS))
        for what, kind in _every_look():
            usual, _ = _looks(*large, kind=kind, what=what, rows=USUAL)
            _, found = _looks(*small, kind=kind, what=what, rows=USUAL)
            few, many = (_looks(*district, kind=kind, what=what, rows=max(found, 1))[0] for district in (small, large))
            _judge(report, f"{what}, {kind}", usual, few=few, many=many)
        for app, _ in (small, large):
            app.database.close()
    return report


def _every_look() -> Iterator[tuple[str, str]]:
    for what in (*PAGED, *WHOLE):
        yield from ((what, kind) for kind in (SEE_MONTHS if what.startswith("month") else Lookers.KINDS))


def _district(setting: Setting, server: PostgreSQL, checks: int) -> District:
    say(f"P11 writing {checks:,} records of checks")
    url = server.create_database(f"inspections_{checks}")
    app = application("inspections", environment_of(setting, "inspections", url))
    return app, fill(app.database, checks=checks)


def _looks(app: Application, lookers: Lookers, *, kind: str, what: str, rows: int) -> tuple[list[float], int]:
    """Return the milliseconds of each look with pages of so many ``rows``, and the fewest rows that one found."""
    taken, found = [], []
    address = f"{INSPECTIONS}/{PAGED[what]}&limit={rows}" if what in PAGED else f"{INSPECTIONS}/{WHOLE[what]}"
    for number in range(WARM + LOOKS):
        send = app.asked_by(lookers.somebody(kind))
        began = time.perf_counter()
        answer = send("GET", address)
        seconds = time.perf_counter() - began
        if answer.status_code != 200:
            raise RuntimeError(f"{address} was answered with {answer.status_code}: {answer.text}")
        if number >= WARM:
            taken.append(seconds * 1000)
            found.append(len((answer.json or {}).get("items", ())))
    return taken, min(found)


def _judge(report: Report, work: str, usual: list[float], *, few: list[float], many: list[float]) -> None:
    """One row each: the slowest of ordinary looks, and the middle one against that of the small district."""
    report.at_most(f"{work}: p95 of {LOOKS}", quantile(usual, 0.95), LONGEST, unit=" ms")
    cheap, dear = quantile(few, 0.5), quantile(many, 0.5)
    report.at_most(f"{work}: middle, against 1 % of the rows", dear / cheap, DEARER, unit=" ×")
    report.notes.append(f"{work}: middle {cheap:.1f} ms of few rows, {dear:.1f} ms of many.")
