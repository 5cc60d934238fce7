"""The registry on a real database: its application, its worker's jobs, and callers."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from services.registry import worker
from services.registry.app import create_app
from services.registry.settings import Settings
from services.registry.tables import enterprise
from shared.database import Database
from shared.database.chassis import outbox
from shared.work.jobs import run_step
from tests.support.applications import application
from tests.support.callers import Signer, service_settings
from tests.support.databases import reused_home

ALL = [
    "enterprise:read",
    "enterprise:write",
    "enterprise:import",
    "enterprise:export",
    "division:read",
    "division:write",
    "obligation:decide",
    "survey:write",
    "attachment:write",
    "enterprise:end",
    "enterprise:merge",
]
BASE = "/api/v1/registry"


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    return open_database("registry")


@pytest.fixture
def app(database: Database) -> Flask:
    return application(create_app, service_settings(Settings, home=reused_home(), database_url=database.url))


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def bureau(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ALL, divisions=["331002"])


@pytest.fixture
def subdistrict(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ALL, divisions=["331002004"])


@pytest.fixture
def run_jobs(database: Database) -> Callable[[], None]:
    """Run every step that is due, as the worker's thread does."""

    def run() -> None:
        declarations = worker.declarations()
        while run_step(database, declarations, now=datetime.now(UTC)):
            pass

    return run


@pytest.fixture
def load(bureau: FlaskClient, run_jobs: Callable[[], None]) -> Callable[..., Mapping[str, Any]]:
    """Import a file whole and return how it ended."""

    def load_file(content: bytes, **form: str) -> Mapping[str, Any]:
        import_id = send(bureau, content, **form).get_json()["id"]
        run_jobs()
        return bureau.get(f"{BASE}/imports/{import_id}").get_json()

    return load_file


def send(client: FlaskClient, content: bytes, path: str = "imports", **form: str) -> Any:
    """Upload a file."""
    return client.post(f"{BASE}/{path}", data={"file": (BytesIO(content), "register.csv"), **form})


def downloaded(client: FlaskClient, path: str) -> bytes:
    """Return the content of a file."""
    with client.get(f"{BASE}/{path}") as answer:
        return answer.data


def counts(progress: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return state, rows, accepted, unchanged, corrected and refused."""
    return tuple(progress[name] for name in ("state", "rows", "accepted", "unchanged", "corrected", "refused"))


def enterprises_and_events(database: Database) -> tuple[int, int]:
    """Return how many enterprises there are and how many events tell of them."""
    with database.reading() as session:
        events = select(func.count()).where(outbox.c.type.like("registry.enterprise_%"))
        return session.scalar(select(func.count()).select_from(enterprise)), session.scalar(events)


def events(database: Database, kind: str) -> list[dict[str, Any]]:
    """Return the envelopes of one type in the order in which they were published."""
    statement = select(outbox.c.body).where(outbox.c.type == kind).order_by(outbox.c.id)
    with database.reading() as session:
        return [orjson.loads(body) for body in session.scalars(statement)]
