"""P12: the ten minutes before the hour: everybody who owes the daily commitment signs it, and the clock marks the rest.

Each request goes through the whole application of permits (token, schema, transaction, audit, events) on PostgreSQL,
from several threads at once, as fast as they are answered; only sockets and the gateway are left out. Meanwhile a
process of its own, as the worker is one, works off what has fallen due for the live permits of the same day.
"""

import time
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from typing import Any

from sqlalchemy import func, select

from benchmarks.applications import Application, application, environment_of
from benchmarks.permit_rows import ENDS_AT, PROMISED, REMINDED_AT, due_steps, fill_permits, received, taken_steps
from benchmarks.results import Report
from benchmarks.setting import Setting, quantile, say
from services.permits.settings import from_env
from services.permits.subscriptions import on_enterprise_state, on_obligations_changed
from services.permits.tables import commitment, permit
from services.permits.worker import declarations
from shared.clock import Clock, business_date
from shared.contracts.registry import EnterpriseRegistered, ObligationsChanged
from shared.database import Database, connect
from shared.database.chassis import outbox
from shared.ids import new_id
from shared.logs import configure_logs
from shared.security.keys import entrust
from shared.work.timers import run_due

SIGNING, SILENT, PERMITS, BATCH, THREADS = 5_000, 200, 2_000, 1_000, 4
MINUTES = 10  # in which all of them have to be signed
LONGEST = 500  # milliseconds of 95 requests in 100
LATEST = 120  # seconds after which the last of 2,000 people is told what is due at the same moment
COMMITMENTS = "/api/v1/permits/commitments"
CONTENT = {"risk_grade": 4, "units": 2, "running": 2}
ACTIONS = ["commitment:read", "commitment:sign", "commitment:write"]


@dataclass(frozen=True)
class Signed:
    """The status, the milliseconds of the slower of two requests, and whether the worker was busy meanwhile."""

    status: int
    milliseconds: float
    is_beside: bool


def measure(setting: Setting) -> Report:
    """Return how long signing takes while everybody signs and clocks run, and whether each step of them is exact."""
    report, signing = Report("P12"), setting.size(SIGNING)
    quiet = partial(configure_logs, level="WARNING")
    with setting.postgresql() as server, ProcessPoolExecutor(1, get_context("spawn"), quiet) as worker:
        environment = environment_of(setting, "permits", server.create_database("permits"))
        app = application("permits", environment)
        database, day = app.database, _tomorrow(app.clock)
        ids = _owing(database, signing + setting.size(SILENT), before=day - timedelta(hours=2))
        run_due(database, declarations(), now=day)
        kinds = fill_permits(database, ids[: setting.size(PERMITS)], midnight=day)
        ten_to = day + timedelta(hours=9, minutes=50)
        _advance(app.clock, until=ten_to)
        worker.submit(declarations).result()  # its process is there
        say(f"P12 {signing:,} of {len(ids):,} sign, {len(kinds):,} have live permits")
        began, due = time.perf_counter(), worker.submit(work_off, environment, ten_to)
        with ThreadPoolExecutor(THREADS) as pool:
            signed = list(pool.map(lambda one: _sign(app, one, kind=kinds.get(one), due=due), ids[:signing]))
        seconds = time.perf_counter() - began
        _judge(report, signed)
        rate, needed = signing / seconds, SIGNING / (MINUTES * 60)
        report.at_least(f"commitments a second, {THREADS} at once", rate, needed, unit="/s")
        _tell(report, due.result(), "freshness and records of permits, while everybody signs")
        _mark(report, database, ids[signing:], hour=day + timedelta(hours=10, minutes=1))
        for what, after in (("reminders of their end", REMINDED_AT), ("ends of permits", ENDS_AT)):
            _tell(report, worker.submit(work_off, environment, day + after).result(), what)
        _compare(report, database, midnight=day)
        database.close()
    return report


def work_off(environment: dict[str, str], now: datetime) -> tuple[int, float]:
    """Run all timers that are due, as the worker does; return how many ran, and the seconds."""
    settings, declared = from_env(environment), declarations()
    database = connect(settings.database_url)
    entrust(database, settings.secret_key)
    began, ran = time.perf_counter(), 0
    while some := run_due(database, declared, now=now):
        ran += some
    seconds = time.perf_counter() - began
    database.close()
    return ran, seconds


def _tomorrow(clock: Clock) -> datetime:
    """Return the midnight in China that comes next."""
    local = (clock.now() + timedelta(hours=8)).replace(hour=0, minute=0, second=0, microsecond=0)
    return local + timedelta(days=1) - timedelta(hours=8)


def _advance(clock: Clock, *, until: datetime) -> None:
    clock.advance(until - clock.now())


def _owing(database: Database, count: int, *, before: datetime) -> list[str]:
    """Let permits hear of so many enterprises that owe the commitment from the next day on."""
    ids = [new_id() for _ in range(count)]
    duty = {"duty": "commitment", "rule": "x", "basis": "y", "frequency": "daily", "ends_on": None}
    owed = (duty | {"starts_on": business_date(before).isoformat()},)
    for start in range(0, count, BATCH):
        some = ids[start : start + BATCH]
        known = [
            EnterpriseRegistered(enterprise_id=one, uscc="", name="某化工厂", division="331002001") for one in some
        ]
        duties = [ObligationsChanged(enterprise_id=one, obligations=owed) for one in some]
        with database.transaction() as session:
            on_enterprise_state(session, [received(one, before) for one in known], now=before)
            on_obligations_changed(session, [received(one, before) for one in duties], now=before)
    return ids


def _sign(app: Application, enterprise_id: str, *, kind: str | None, due: Future[tuple[int, float]]) -> Signed:
    """Open and sign as the principal of an enterprise; who has a live permit promises its work, the others none."""
    claims = {"sub": enterprise_id, "roles": ["enterprise_principal"], "actions": ACTIONS}
    send = app.asked_by(claims | {"enterprise_id": enterprise_id})
    content = CONTENT | ({PROMISED[kind]: 1} if kind else {})
    opened_at = time.perf_counter()
    opened: Any = send("POST", f"{COMMITMENTS}/today", json={"enterprise_id": enterprise_id})
    signed_at, said = time.perf_counter(), {"content": content, "is_nil": kind is None}
    answer = send("POST", f"{COMMITMENTS}/{opened.json['id']}/sign", json=said)
    slower = max(signed_at - opened_at, time.perf_counter() - signed_at) * 1000
    return Signed(answer.status_code, slower, is_beside=not due.done())


def _judge(report: Report, signed: list[Signed]) -> None:
    slow, beside = [one.milliseconds for one in signed], [one.milliseconds for one in signed if one.is_beside]
    report.at_most(f"p95 of {len(slow):,} commitments, the slower of opening and signing", quantile(slow, 0.95),
                   LONGEST, unit=" ms")  # fmt: skip
    report.at_most(f"p95 of the {len(beside):,} signed while clocks of permits were worked off",
                   quantile(beside, 0.95), LONGEST, unit=" ms")  # fmt: skip
    report.at_most("refused commitments", sum(one.status != 200 for one in signed), 0, unit="")
    report.notes.append(f"middle {quantile(slow, 0.5):.0f} ms, slowest {max(slow):.0f} ms.")


def _tell(report: Report, worked: tuple[int, float], what: str) -> None:
    count, seconds = worked
    report.at_most(f"working off {count:,} timers: {what}", seconds, LATEST, unit=" s")
    report.notes.append(f"{what}: {seconds / max(count, 1) * 1000:.1f} ms for each of {count:,} timers.")


def _compare(report: Report, database: Database, *, midnight: datetime) -> None:
    """Count the steps of permits that the clock did not take, took twice, or took for another moment."""
    with database.reading() as session:
        due, taken = Counter(due_steps(session, midnight=midnight)), Counter(taken_steps(session))
        told = outbox.c.type == "permits.permit_expired.v1"
        events = session.scalar(select(func.count()).select_from(outbox).where(told)) or 0
        live = session.scalar(select(func.count()).select_from(permit).where(permit.c.state != "expired")) or 0
    wrong = sum(((due - taken) + (taken - due)).values())
    report.at_most(f"wrong, missing or repeated of {due.total():,} steps of permits", wrong, 0, unit="")
    report.at_most("permits that outlive their end, or whose end is told twice or never",
                   live + abs(events - due.total() // 3), 0, unit="")  # fmt: skip


def _mark(report: Report, database: Database, silent: list[str], *, hour: datetime) -> None:
    """Let the clock mark: exactly the silent ones, each told of once."""
    run_due(database, declarations(), now=hour - timedelta(minutes=2))  # what else is due: seals, the reminder
    began = time.perf_counter()
    run_due(database, declarations(), now=hour)
    seconds = time.perf_counter() - began
    with database.reading() as session:
        marked = set(session.scalars(select(commitment.c.enterprise_id).where(commitment.c.is_missed)))
        told = outbox.c.type == "permits.commitment_missed.v1"
        events = session.scalar(select(func.count()).select_from(outbox).where(told))
    report.at_most("enterprises marked wrongly or not at all", len(marked ^ set(silent)), 0, unit="")
    report.at_most("missed commitments told more than once, or never", abs((events or 0) - len(silent)), 0, unit="")
    report.at_most(f"marking {len(silent):,} missed commitments", seconds, 5, unit=" s")
