"""One audit trail out of those of all services."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from services.gateway.app import create_app
from services.gateway.settings import Settings
from shared.database import Database
from shared.http.paging import cursor_of
from shared.security.audit import AuditFact, record
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer, service_settings
from tests.support.databases import migrated_sqlite

TRAIL = "/api/v1/identity/audit"
START = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)


def entry(minute: int, **changes: Any) -> dict[str, Any]:
    plain = {"subject": "s", "action": "a:write", "address": "127.0.0.1", "result": "done", "entity": "", "details": {}}
    moment = (START + timedelta(minutes=minute)).isoformat()
    more = {"id": f"0192f3a0-0000-7000-8000-0000000000{minute:02}", "at": moment, "request_id": "", **changes}
    return {**plain, "before_digest": None, "after_digest": None, **more}


@pytest.fixture
def identity() -> Iterator[Neighbour]:
    with neighbour() as service:
        trail = [entry(minute) for minute in (9, 7, 5, 3, 1)]

        def page() -> dict[str, Any]:
            items = trail[: int(request.args.get("limit", 50))] if "cursor" not in request.args else trail[2:]
            return {"items": items, "next_cursor": None}

        service.answers["/api/v1/identity/audit"] = page
        yield service


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = migrated_sqlite(tmp_path / "gateway.db", "gateway")
    with database.transaction() as session:
        record(session, AuditFact(subject="operator", action="event:drop"), now=START + timedelta(minutes=8))
    yield database
    database.close()


@pytest.fixture
def auditor(identity: Neighbour, database: Database, tmp_path: Path) -> FlaskClient:
    urls = {"identity": identity.url, "risk": "http://127.0.0.1:9"}
    settings: Settings = service_settings(
        Settings, home=tmp_path, service="gateway", database_url=database.url, service_urls=urls
    )
    app: Flask = create_app(settings)
    return Signer().client(app, actions=["audit:read"])


class TestTrail:
    def test_mixes_the_services_by_time_and_names_who_is_down(self, auditor: FlaskClient) -> None:
        answer = auditor.get(TRAIL).json
        told = [(one["service"], one["at"][14:16]) for one in answer["items"]]
        assert told[:3] == [("identity", "09"), ("gateway", "08"), ("identity", "07")]
        assert (answer["unavailable"], answer["next_cursor"]) == (["risk"], None)

    def test_goes_on_behind_the_last_entry_in_every_service(self, auditor: FlaskClient, identity: Neighbour) -> None:
        first = auditor.get(TRAIL, query_string={"limit": 3}).json
        last = entry(7)
        assert first["next_cursor"] == cursor_of([datetime.fromisoformat(last["at"]), last["id"]])
        second = auditor.get(TRAIL, query_string={"limit": 3, "cursor": first["next_cursor"]}).json
        assert [one["at"][14:16] for one in second["items"]] == ["05", "03", "01"]
        assert first["next_cursor"] in identity.requests[-1][1]

    @pytest.mark.parametrize(("service", "services"), [("gateway", {"gateway"}), ("identity", {"identity"})])
    def test_narrows_to_one_service(self, auditor: FlaskClient, service: str, services: set[str]) -> None:
        answer = auditor.get(TRAIL, query_string={"service": service}).json
        assert {one["service"] for one in answer["items"]} == services
        assert answer["unavailable"] == []

    def test_hands_the_filters_on(self, auditor: FlaskClient, identity: Neighbour) -> None:
        auditor.get(TRAIL, query_string={"subject": "lin", "since": "2026-05-01T00:00:00Z"})
        assert "subject=lin" in identity.requests[-1][1]
        assert "since=2026-05-01" in identity.requests[-1][1]

    def test_refuses_a_filter_that_is_none(self, auditor: FlaskClient) -> None:
        assert auditor.get(TRAIL, query_string={"since": "yesterday"}).status_code == 422
