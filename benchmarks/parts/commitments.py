"""P12: the ten minutes before the hour: everybody who owes the daily commitment signs it, and the clock marks the rest.

Each request goes through the whole application of permits (token, schema, transaction, audit, events) on PostgreSQL,
from several threads at once, as fast as they are answered; only sockets and the gateway are left out.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from flask import Flask
from joserfc.jwk import OKPKey
from sqlalchemy import func, select

from benchmarks.results import Report
from benchmarks.setting import Setting, quantile, say
from services.permits.app import create_app
from services.permits.settings import from_env
from services.permits.subscriptions import on_enterprise_state, on_obligations_changed
from services.permits.tables import commitment
from services.permits.worker import declarations
from shared.clock import Clock, business_date
from shared.contracts.envelope import decode, encode
from shared.contracts.registry import EnterpriseRegistered, ObligationsChanged
from shared.database import Database, connect
from shared.database.chassis import outbox
from shared.database.migrate import migrate
from shared.http.chassis import EXTENSION
from shared.ids import new_id
from shared.security.tokens import KeyRing, sign_token
from shared.work.timers import run_due

SIGNING, SILENT, BATCH, THREADS = 5_000, 200, 1_000, 4
MINUTES = 10  # in which all of them have to be signed
LONGEST = 500  # milliseconds of 95 requests in 100
COMMITMENTS = "/api/v1/permits/commitments"
NIL = {"content": {"risk_grade": 4, "units": 2, "running": 2}, "is_nil": True}
ACTIONS = ["commitment:read", "commitment:sign", "commitment:write"]


def measure(setting: Setting) -> Report:
    """Return how long signing takes while everybody signs, and whether exactly the silent ones are marked."""
    report, signing = Report("P12"), setting.size(SIGNING)
    with setting.postgresql() as server:
        url = server.create_database("permits")
        app, key = _application(setting, url)
        database = app.extensions[EXTENSION].database
        day = _tomorrow(app)
        ids = _owing(database, signing + setting.size(SILENT), before=day - timedelta(hours=2))
        run_due(database, declarations(), now=day)
        _advance(app, until=day + timedelta(hours=9, minutes=50))
        say(f"P12 {signing:,} of {len(ids):,} sign")
        began = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            taken = list(pool.map(lambda one: _sign(app, key, one), ids[:signing]))
        seconds = time.perf_counter() - began
        _judge(report, taken, refused=[status for status, _ in taken if status != 200])
        rate, needed = signing / seconds, SIGNING / (MINUTES * 60)
        report.at_least(f"commitments a second, {THREADS} at once", rate, needed, unit="/s")
        _mark(report, database, ids[signing:], hour=day + timedelta(hours=10, minutes=1))
        database.close()
    return report


def _application(setting: Setting, url: str) -> tuple[Flask, Any]:
    environment = {"SISE_HOME": str(setting.home / "permits"), "SISE_DATABASE_URL_PERMITS": url, "SISE_DEMO": "1"}
    database = connect(url)
    migrate(database, "permits")
    database.close()
    key = OKPKey.generate_key("Ed25519", {"kid": "bench"}, private=True)
    app = create_app(from_env({**environment, "SISE_URL_IDENTITY": "http://127.0.0.1:9"}))
    ring = KeyRing(lambda: {"keys": [key.as_dict(private=False)]})
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], keys=ring)
    return app, key


def _tomorrow(app: Flask) -> datetime:
    """Return the midnight in China that comes next."""
    now = app.extensions[EXTENSION].clock.now()
    local = (now + timedelta(hours=8)).replace(hour=0, minute=0, second=0, microsecond=0)
    return local + timedelta(days=1) - timedelta(hours=8)


def _advance(app: Flask, *, until: datetime) -> None:
    clock: Clock = app.extensions[EXTENSION].clock
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
            on_enterprise_state(session, [_received(one, before) for one in known], now=before)
            on_obligations_changed(session, [_received(one, before) for one in duties], now=before)
    return ids


def _received(event: Any, at: datetime) -> Any:
    return decode(orjson.loads(encode(event, sequence=1, at=at)[1]))


def _sign(app: Flask, key: Any, enterprise_id: str) -> tuple[int, float]:
    """Open and sign as the principal of an enterprise; return the status and the milliseconds of the slower request."""
    clock, client = app.extensions[EXTENSION].clock, app.test_client()
    claims = {"sub": enterprise_id, "roles": ["enterprise_principal"], "actions": ACTIONS}
    token = sign_token(claims | {"enterprise_id": enterprise_id}, key, now=clock.now(), lifetime=timedelta(minutes=10))
    headers, opened_at = {"Authorization": f"Bearer {token}"}, time.perf_counter()
    opened: Any = client.post(f"{COMMITMENTS}/today", json={"enterprise_id": enterprise_id}, headers=headers)
    signed_at = time.perf_counter()
    answer = client.post(f"{COMMITMENTS}/{opened.json['id']}/sign", json=NIL, headers=headers)
    return answer.status_code, max(signed_at - opened_at, time.perf_counter() - signed_at) * 1000


def _judge(report: Report, taken: list[tuple[int, float]], *, refused: list[int]) -> None:
    slow = [milliseconds for _, milliseconds in taken]
    report.at_most(f"p95 of {len(taken):,} commitments, the slower of opening and signing", quantile(slow, 0.95),
                   LONGEST, unit=" ms")  # fmt: skip
    report.at_most("refused commitments", len(refused), 0, unit="")
    report.notes.append(f"middle {quantile(slow, 0.5):.0f} ms, slowest {max(slow):.0f} ms.")


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
