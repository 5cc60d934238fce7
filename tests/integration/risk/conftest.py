"""A migrated database of risk, its application, and short ways to tell it what the register says."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from services.risk.app import create_app
from services.risk.settings import Settings
from services.risk.subscriptions import on_enterprise_state
from shared.contracts import contract_of
from shared.contracts.registry import EnterpriseRegistered, EnterpriseState
from shared.database import Database
from shared.events.received import Received
from shared.ids import new_id
from tests.support.applications import application
from tests.support.callers import Signer, service_settings
from tests.support.databases import reused_home

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
DIVISION = "331002001000"

Tell = Callable[..., None]


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    """Return a migrated database of risk."""
    return open_database("risk")


@pytest.fixture
def tell(database: Database) -> Tell:
    """Return a function that lets risk receive events of the register in one batch."""

    def tell_all(*received: Received[EnterpriseState], now: datetime = NOW) -> None:
        with database.transaction() as session:
            on_enterprise_state(session, list(received), now=now)

    return tell_all


@pytest.fixture
def app(database: Database) -> Flask:
    """Return the application of risk on the same database."""
    settings = service_settings(Settings, home=reused_home(), service="risk", database_url=database.url)
    return application(create_app, settings)


@pytest.fixture
def signer() -> Signer:
    """Return a stand-in for identity."""
    return Signer()


def state_event(
    enterprise_id: str, *, kind: type[Any] = EnterpriseRegistered, sequence: int = 1, **facts: Any
) -> Received[EnterpriseState]:
    """Return an event of the register about an enterprise in the first subdistrict."""
    values = {"uscc": "", "name": "", "division": DIVISION, "industry": "C3443"} | facts
    return Received(
        id=new_id(),
        type=contract_of(kind).name,
        source="/sise/registry",
        subject=enterprise_id,
        sequence=sequence,
        time=NOW,
        partition_key=enterprise_id,
        correlation_id="",
        traceparent="",
        actor="",
        data=kind(enterprise_id=enterprise_id, **values),
    )


def feature(value: str = "yes", *, origin: str = "inferred", words: tuple[str, ...] = ("词",)) -> dict[str, Any]:
    """Return a hazard feature as the register tells it."""
    return {"value": value, "origin": origin, "words": list(words)}
