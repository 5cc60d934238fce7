"""``/healthz`` (alive), ``/readyz`` (dependencies answer), ``/metrics`` (Prometheus)."""

from collections.abc import Callable

import structlog
from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.database import Database
from shared.database.migrate import is_current
from shared.errors import Unavailable
from shared.http.access import Access, marked
from shared.http.chassis import chassis
from shared.metrics import figures

OPEN = Access("public_reads")
log = structlog.get_logger(__name__)


class NotReady(Unavailable):
    code = "not_ready"


def register_health(app: Flask, database: Database, *, service: str, checks: tuple[Callable[[], None], ...]) -> None:
    """Add the three routes; a check raises ``Unavailable`` when something it needs does not answer."""
    migrated: set[str] = set()

    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    def readyz() -> dict[str, str]:
        if chassis().ending.is_set():
            raise NotReady("The process is about to end.")
        _require_database(database, service, migrated)
        for check in checks:
            check()
        return {"status": "ready"}

    def metrics() -> Response:
        return Response(generate_latest(figures()), content_type=CONTENT_TYPE_LATEST)

    for view in (healthz, readyz, metrics):
        app.add_url_rule(f"/{view.__name__}", view_func=marked(view, OPEN), methods=["GET"])


def _require_database(database: Database, service: str, migrated: set[str]) -> None:
    try:
        with database.reading() as session:
            session.execute(text("SELECT 1"))
        if service not in migrated and is_current(database, service):
            migrated.add(service)
    except SQLAlchemyError as problem:
        raise NotReady("The database does not answer.") from problem
    if service not in migrated:
        raise NotReady("The database is not migrated: run `sise migrate`.")
