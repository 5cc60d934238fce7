"""A gateway with a database of its own; on SQLite and on PostgreSQL where a test asks for ``database``."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway.api import events
from services.gateway.app import create_app
from services.gateway.settings import Settings
from services.gateway.use_cases.projecting import apply_grades, apply_registrations
from shared.contracts.risk import EnterpriseGraded
from shared.database import Database
from shared.events.received import Received
from tests.integration.gateway.builders import NOW, received
from tests.support.applications import application
from tests.support.callers import Signer, service_settings
from tests.support.databases import reused_home

ACTIONS = ("map:read", "enterprise:read", "search:read", "grade:read", "system:read", "event:operate")
Tell = Callable[..., None]


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    """Return the gateway's migrated database, once on each kind."""
    return open_database("gateway")


@pytest.fixture
def tell(database: Database) -> Tell:
    """Return a function that lets the projection handle events in one transaction."""

    def handle(*events: Any, sequence: int = 1) -> None:
        batch = [each if isinstance(each, Received) else received(each, sequence=sequence) for each in events]
        project(database, batch)

    return handle


def project(database: Database, batch: Sequence[Received[Any]]) -> None:
    """Handle ``batch`` as the worker does: each kind of event to its handler, one transaction."""
    grades = [each for each in batch if isinstance(each.data, EnterpriseGraded)]
    states = [each for each in batch if not isinstance(each.data, EnterpriseGraded)]
    with database.transaction() as session:
        if states:
            apply_registrations(session, states, now=NOW)
        if grades:
            apply_grades(session, grades, now=NOW)


@pytest.fixture
def settings(database: Database) -> Settings:
    """Return settings whose neighbours do not exist."""
    settings: Settings = service_settings(
        Settings, home=reused_home(), service="gateway", database_url=database.url, service_urls={}
    )
    return settings


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    app = application(create_app, settings)
    fresh = {"lookout": events.Lookout(), "places": threading.BoundedSemaphore(settings.most_streams)}
    app.extensions[events.EXTENSION] = replace(app.extensions[events.EXTENSION], **fresh)
    return app


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    """Return a client that may see the whole district."""
    return signer.client(app, actions=ACTIONS, divisions=["331002"])
