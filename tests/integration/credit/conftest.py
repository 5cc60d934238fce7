"""A migrated database of credit, its application, enterprises that are known, and callers of each role."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.credit.app import create_app
from services.credit.settings import Settings
from services.credit.subscriptions import on_enterprise_state
from services.credit.worker import declarations
from services.identity.domain.accounts import actions_of
from shared.contracts.registry import EnterpriseRegistered
from shared.database import Database
from shared.database.chassis import outbox
from shared.ids import new_id
from shared.security.keys import entrust
from shared.work.timers import run_due
from tests.support.applications import application
from tests.support.callers import SECRET, Signer, service_settings
from tests.support.databases import reused_home
from tests.support.events import received

DIVISION = "331002001001"
CREDIT = "/api/v1/credit"

Caller = Callable[..., FlaskClient]


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    """Return a migrated database of credit."""
    opened = open_database("credit")
    entrust(opened, SECRET)
    return opened


@pytest.fixture
def app(database: Database) -> Flask:
    """Return the application of credit on the same database."""
    settings = service_settings(Settings, home=reused_home(), service="credit", database_url=database.url)
    return application(create_app, settings)


@pytest.fixture
def signer() -> Signer:
    """Return who signs the tokens of all callers of a test."""
    return Signer()


@pytest.fixture
def caller(app: Flask, signer: Signer) -> Caller:
    """Return a function that gives a client acting in a role, as another person for each ``subject``."""

    def call(role: str = "bureau_officer", *, subject: str = "", **claims: Any) -> FlaskClient:
        area = {"divisions": ["331002"]} | claims
        return signer.client(
            app, subject=subject or f"a-{role}", roles=[role], actions=sorted(actions_of([role])), **area
        )

    return call


def known_enterprise(database: Database, **facts: Any) -> str:
    """Let credit hear of an enterprise in the first subdistrict and return its id."""
    enterprise_id, sequence = str(facts.pop("enterprise_id", new_id())), facts.pop("sequence", 1)
    values = {"uscc": "", "name": "甲字号化工厂", "division": DIVISION, "subdistrict": DIVISION[:9]} | facts
    event = EnterpriseRegistered(enterprise_id=enterprise_id, **values)
    with database.transaction() as session:
        on_enterprise_state(session, [received(event, sequence=sequence)], now=datetime.now(UTC))
    return enterprise_id


def told(database: Database, *names: str) -> list[dict[str, Any]]:
    """Return the events in the outbox, or those of these short names, in the order of their telling."""
    with database.reading() as session:
        events = [orjson.loads(body) for body in session.scalars(select(outbox.c.body).order_by(outbox.c.id))]
    return [one for one in events if not names or one["type"].split(".")[1] in names]


def run_clock(database: Database, *, now: datetime) -> None:
    """Run the timers that are due at ``now``."""
    run_due(database, declarations(), now=now)
