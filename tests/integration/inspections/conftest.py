"""A migrated database of inspections, its application, one enterprise, and callers of each tier."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.identity.domain.accounts import actions_of
from services.inspections.app import create_app
from services.inspections.settings import Settings
from services.inspections.subscriptions import (
    on_enterprise_graded,
    on_enterprise_state,
    on_obligations_changed,
    on_staff_changed,
)
from services.inspections.worker import declarations
from shared.clock import business_date
from shared.contracts.identity import StaffChanged
from shared.contracts.registry import EnterpriseRegistered, ObligationsChanged
from shared.contracts.risk import EnterpriseGraded
from shared.database import Database
from shared.database.chassis import outbox
from shared.ids import new_id
from shared.work.timers import run_due
from tests.support.applications import application
from tests.support.callers import Signer, service_settings
from tests.support.databases import reused_home
from tests.support.events import received

NOW = datetime.now(UTC)
DIVISION = "331002001001"
INSPECTIONS = "/api/v1/inspections"
MONDAY = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)  # 09:00 in China, the first day of a week and of a month
ENTERPRISE = new_id()
PHOTO = b"\xff\xd8\xff one photo"

Caller = Callable[..., FlaskClient]


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    """Return a migrated database of inspections."""
    return open_database("inspections")


@pytest.fixture
def app(database: Database) -> Flask:
    """Return the application of inspections on the same database."""
    settings = service_settings(Settings, home=reused_home(), service="inspections", database_url=database.url)
    return application(create_app, settings)


@pytest.fixture
def enterprise_id(database: Database) -> str:
    """Return an enterprise that the register has told of."""
    return known_enterprise(database, enterprise_id=ENTERPRISE)


@pytest.fixture
def caller(app: Flask) -> Caller:
    """Return a function that gives a client acting in a role, as another person for each ``subject``."""
    signer = Signer()

    def call(role: str = "bureau_officer", *, subject: str = "", **claims: Any) -> FlaskClient:
        area = {"divisions": ["331002"]} | claims
        return signer.client(
            app, subject=subject or f"a-{role}", roles=[role], actions=sorted(actions_of([role])), **area
        )

    return call


@pytest.fixture
def officer(database: Database, caller: Caller) -> FlaskClient:
    """Return an officer whose licence is valid."""
    licensed(database, "a-bureau_officer")
    return caller(name="王一")


@pytest.fixture
def second(database: Database, caller: Caller) -> FlaskClient:
    """Return the officer who comes along."""
    licensed(database, "second")
    return caller(subject="second", name="李二")


def known_enterprise(database: Database, **facts: Any) -> str:
    """Let inspections hear of an enterprise in the first subdistrict and return its id."""
    enterprise_id, sequence = str(facts.pop("enterprise_id", new_id())), facts.pop("sequence", 1)
    values = {"uscc": "", "name": "甲字号机械厂", "division": DIVISION, "subdistrict": DIVISION[:9]} | facts
    event = EnterpriseRegistered(enterprise_id=enterprise_id, **values)
    with database.transaction() as session:
        on_enterprise_state(session, [received(event, sequence=sequence)], now=NOW)
    return enterprise_id


def told(database: Database, *names: str) -> list[dict[str, Any]]:
    """Return the events in the outbox, or those of these short names, in the order of their telling."""
    with database.reading() as session:
        events = [orjson.loads(body) for body in session.scalars(select(outbox.c.body).order_by(outbox.c.id))]
    return [one for one in events if not names or one["type"].split(".")[1] in names]


def names_of(events: list[dict[str, Any]]) -> list[str]:
    """Return the short names of events."""
    return [one["type"].split(".")[1] for one in events]


def run_clock(database: Database, *, now: datetime) -> None:
    """Run the timers that are due at ``now``."""
    run_due(database, declarations(), now=now)


def photo_of(client: FlaskClient, enterprise_id: str, content: bytes = PHOTO) -> str:
    """Send a photo and return the id of the attachment."""
    form = {"enterprise_id": enterprise_id, "taken_at": NOW.isoformat(), "file": (io.BytesIO(content), "a.jpg")}
    answer = client.post(f"{INSPECTIONS}/attachments", data=form, content_type="multipart/form-data")
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def graded(database: Database, enterprise_id: str, level: int | None, *, sequence: int = 1) -> None:
    """Let inspections hear of a grade."""
    event = EnterpriseGraded(enterprise_id=enterprise_id, level=level, colour="")
    with database.transaction() as session:
        on_enterprise_graded(session, [received(event, sequence=sequence)], now=MONDAY)


def owes(
    database: Database, enterprise_id: str, *duties: str, sequence: int = 1, now: datetime = MONDAY, **changes: Any
) -> None:
    """Let inspections hear of all that an enterprise owes, since the beginning of the year unless said otherwise."""
    usual = {"rule": "x", "basis": "y", "frequency": "by_level", "starts_on": "2027-01-01", "ends_on": None} | changes
    event = ObligationsChanged(
        enterprise_id=enterprise_id, obligations=tuple({"duty": duty} | usual for duty in duties)
    )
    with database.transaction() as session:
        on_obligations_changed(session, [received(event, sequence=sequence)], now=now)


def staffed(database: Database, account_id: str, *roles: str, sequence: int = 1, **changes: Any) -> None:
    """Let inspections hear of somebody who works in the first subdistrict."""
    event = StaffChanged(account_id=account_id, roles=roles, **({"divisions": ("331002001",)} | changes))
    with database.transaction() as session:
        on_staff_changed(session, [received(event, sequence=sequence)], now=MONDAY)


def licensed(database: Database, account_id: str) -> None:
    """Let inspections hear of an officer of the district whose licence is valid for most of a year."""
    until = (business_date(NOW) + timedelta(days=300)).isoformat()
    staffed(database, account_id, "bureau_officer", divisions=("331002",), licence_valid_until=until)
