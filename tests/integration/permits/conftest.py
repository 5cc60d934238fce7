"""A migrated database of permits, its application, enterprises that owe, and callers of each role."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.identity.domain.accounts import actions_of
from services.permits.app import create_app
from services.permits.settings import Settings
from services.permits.subscriptions import on_enterprise_state, on_obligations_changed
from services.permits.worker import declarations
from shared.clock import BUSINESS_ZONE, Clock, business_date
from shared.contracts.registry import EnterpriseRegistered, ObligationsChanged
from shared.database import Database
from shared.database.chassis import outbox
from shared.http.chassis import EXTENSION
from shared.ids import new_id
from shared.work.timers import run_due
from tests.support.applications import application
from tests.support.callers import Signer, service_settings
from tests.support.databases import reused_home
from tests.support.events import received

# The applications here live at half past ten of a working day in China, whenever the tests are run.
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=BUSINESS_ZONE)
TODAY = business_date(NOW)
DIVISION = "331002001001"
PERMITS = "/api/v1/permits"
COMMITMENTS = f"{PERMITS}/commitments"

Caller = Callable[..., FlaskClient]


class StandingClock(Clock):
    """A clock at which it is always ``NOW``."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    """Return a migrated database of permits."""
    return open_database("permits")


@pytest.fixture
def app(database: Database) -> Flask:
    """Return the application of permits on the same database."""
    settings = service_settings(Settings, home=reused_home(), service="permits", database_url=database.url)
    app = application(create_app, settings)
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], clock=StandingClock())
    return app


@pytest.fixture
def caller(app: Flask) -> Caller:
    """Return a function that gives a client acting in a role, as another person for each ``subject``."""
    signer = Signer()

    def call(role: str = "bureau_officer", *, subject: str = "", **claims: Any) -> FlaskClient:
        named = {"subject": subject or f"a-{role}", "roles": [role], "divisions": ["331002"]}
        return signer.client(app, actions=sorted(actions_of([role])), at=NOW, **named | claims)

    return call


def at(day: date, clock: str) -> datetime:
    """Return a moment of a day in China: ``at(day, "10:00")``."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=BUSINESS_ZONE)


def known_enterprise(database: Database, **facts: Any) -> str:
    """Let permits hear of an enterprise in the first subdistrict and return its id."""
    enterprise_id, sequence = str(facts.pop("enterprise_id", new_id())), facts.pop("sequence", 1)
    now = facts.pop("now", NOW)
    values = {"uscc": "", "name": "甲字号化工厂", "division": DIVISION, "subdistrict": DIVISION[:9]} | facts
    event = EnterpriseRegistered(enterprise_id=enterprise_id, **values)
    with database.transaction() as session:
        on_enterprise_state(session, [received(event, sequence=sequence)], now=now)
    return enterprise_id


def owes(database: Database, *enterprise_ids: str, now: datetime, sequence: int = 1, **changes: Any) -> None:
    """Let permits hear that enterprises owe the daily commitment, from yesterday unless said otherwise."""
    since = (business_date(now) - timedelta(days=1)).isoformat()
    duty = {"duty": "commitment", "rule": "x", "basis": "y", "frequency": "daily", "starts_on": since, "ends_on": None}
    events = [ObligationsChanged(enterprise_id=one, obligations=(duty | changes,)) for one in enterprise_ids]
    with database.transaction() as session:
        on_obligations_changed(session, [received(one, sequence=sequence) for one in events], now=now)


def told(database: Database, *names: str) -> list[dict[str, Any]]:
    """Return the events in the outbox, or those of these short names, in the order of their telling."""
    with database.reading() as session:
        events = [orjson.loads(body) for body in session.scalars(select(outbox.c.body).order_by(outbox.c.id))]
    return [one for one in events if not names or one["type"].split(".")[1] in names]


def run_clock(database: Database, *, now: datetime) -> None:
    """Run the timers that are due at ``now``."""
    run_due(database, declarations(), now=now)
