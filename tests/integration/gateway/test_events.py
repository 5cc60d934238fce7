"""Pages hear what happens in their area, and miss nothing while they are away."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from services.gateway.api import events
from services.gateway.subscriptions import on_assessment_published, on_plan_published
from services.gateway.tables import stream_event
from services.gateway.use_cases.streaming import Told
from services.gateway.use_cases.streaming import tell as tell_pages
from shared.contracts.inspections import AssessmentPublished, EnforcementPlanPublished
from shared.database import Database
from shared.database.chassis import scope_contract
from shared.ids import new_id
from tests.integration.gateway.builders import BAIYUN, HAIMEN, NOW, enterprise
from tests.integration.gateway.conftest import ACTIONS, Tell
from tests.support.callers import Signer
from tests.support.events import received

STREAM = "/api/v1/events/stream"
FIRMS = {name: f"0192f3a0-0000-7000-8000-00000000000{name}" for name in "abcd"}
INTERMEDIARY = "0192f3a0-0000-7000-8000-0000000000ff"


def _told(name: str, firm_id: str) -> Told:
    """Return what is told of an enterprise; each has a grid, and only the first lies in Haimen."""
    division = HAIMEN if name == "a" else BAIYUN
    return Told(
        kind="enterprise_graded", division=division, grid=f"grid-{name}", enterprise_id=firm_id, content={"id": firm_id}
    )


@pytest.fixture
def short(app: Flask) -> Flask:
    """Let every stream end after it has told what is new."""
    change_streams(app, longest=0.0)
    return app


def change_streams(app: Flask, **changes: Any) -> None:
    """Give the application's streams another pace or other places."""
    app.extensions[events.EXTENSION] = replace(app.extensions[events.EXTENSION], **changes)


def heard(client: FlaskClient, last: int | str | None = None) -> list[tuple[str, dict[str, Any]]]:
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    answer = client.get(STREAM, headers=headers)
    assert answer.status_code == 200, answer.text
    return list(frames(answer.text))


def frames(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for frame in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.splitlines() if not line.startswith(":"))
        if "event" in fields:
            yield fields["event"], orjson.loads(fields["data"])


def areas(told: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [content["subdistrict"] for kind, content in told if kind == "change"]


class TestPublications:
    @pytest.mark.parametrize(
        ("division", "expected"),
        [("331002", 2), (HAIMEN, 1), ("331003", 0)],
        ids=["district", "subdistrict", "elsewhere"],
    )
    def test_of_a_ranking_are_told_to_who_is_ranked(
        self, short: Flask, signer: Signer, database: Database, division: str, expected: int
    ) -> None:
        ranking = tuple({"unit": unit, "rank": 1} for unit in (HAIMEN, BAIYUN))
        published = AssessmentPublished(month="2026-11", version=2, ranking=ranking)
        with database.transaction() as session:
            on_assessment_published(session, received(published), now=NOW)

        told = heard(signer.client(short, actions=ACTIONS, divisions=[division]), last=0)

        assert [(kind, one["month"], one["version"]) for kind, one in told] == [
            ("assessment_published", "2026-11", 2)
        ] * expected

    def test_of_a_plan_are_told_to_its_authority(self, short: Flask, signer: Signer, database: Database) -> None:
        published = EnforcementPlanPublished(plan_id=new_id(), authority="331002", year=2027, number=2)
        with database.transaction() as session:
            on_plan_published(session, received(published), now=NOW)

        [(kind, told)] = heard(signer.client(short, actions=ACTIONS, divisions=["331002"]), last=0)

        assert (kind, told["plan_id"], told["year"]) == ("plan_published", published.plan_id, 2027)


@pytest.mark.usefixtures("short")
class TestStream:
    def test_goes_on_behind_the_last_position(self, officer: FlaskClient, tell: Tell) -> None:
        tell(enterprise())
        tell(enterprise(subdistrict=BAIYUN))

        assert areas(heard(officer, last=1)) == [BAIYUN]

    def test_begins_with_what_comes(self, officer: FlaskClient, tell: Tell) -> None:
        tell(enterprise())

        assert heard(officer) == []

    def test_tells_each_only_of_its_area(self, app: Flask, signer: Signer, tell: Tell) -> None:
        tell(enterprise(), enterprise(subdistrict=BAIYUN))
        neighbour = signer.client(app, actions=ACTIONS, divisions=[BAIYUN])

        assert areas(heard(neighbour, last=0)) == [BAIYUN]

    @pytest.mark.parametrize(
        ("scope", "expected"),
        [
            ({"divisions": [HAIMEN]}, {"a"}),
            ({"grids": ["grid-b"]}, {"b"}),
            ({"enterprise_id": FIRMS["c"]}, {"c"}),
            ({"intermediary_id": INTERMEDIARY}, {"d"}),
            ({"divisions": ["331003"]}, set()),
            ({}, set()),
        ],
        ids=["division", "grid", "enterprise", "intermediary", "elsewhere", "nobody"],
    )
    def test_tells_each_scope_its_own_rows(
        self, app: Flask, signer: Signer, database: Database, scope: dict[str, Any], expected: set[str]
    ) -> None:
        contract = {"contract_id": new_id(), "enterprise_id": FIRMS["d"], "intermediary_id": INTERMEDIARY}
        with database.transaction() as session:
            tell_pages(session, [_told(name, firm_id) for name, firm_id in FIRMS.items()], now=NOW)
            session.execute(scope_contract.insert(), {**contract, "starts_at": NOW - timedelta(days=1), "sequence": 1})

        told = heard(signer.client(app, actions=ACTIONS, **scope), last=0)

        assert {name for name, firm_id in FIRMS.items() if firm_id in str(told)} == expected

    @pytest.mark.parametrize("last", [999, "nonsense", 0])
    def test_says_reset_when_something_was_missed(
        self, officer: FlaskClient, tell: Tell, database: Database, last: int | str
    ) -> None:
        tell(enterprise())
        tell(enterprise())
        with database.transaction() as session:
            session.execute(delete(stream_event).where(stream_event.c.position == 1))

        assert heard(officer, last=last) == [("reset", {})]

    def test_needs_a_token(self, app: Flask) -> None:
        assert app.test_client().get(STREAM).status_code == 401


class TestOpenStream:
    def test_tells_what_happens_while_it_is_open(self, app: Flask, officer: FlaskClient, tell: Tell) -> None:
        change_streams(app, look_every=0.01)
        answer = officer.get(STREAM)
        pieces = iter(answer.response)
        next(pieces), next(pieces)

        tell(enterprise())

        assert areas(list(frames(bytes(next(pieces)).decode()))) == [HAIMEN]
        answer.close()

    def test_gives_its_place_back(self, app: Flask, officer: FlaskClient) -> None:
        places = threading.BoundedSemaphore(1)
        change_streams(app, places=places)
        officer.get(STREAM).close()

        assert places.acquire(blocking=False)

    def test_ends_at_once_when_no_place_is_free(self, app: Flask, officer: FlaskClient, tell: Tell) -> None:
        change_streams(app, places=threading.Semaphore(0))
        tell(enterprise())

        assert areas(heard(officer, last=0)) == [HAIMEN]

    def test_keeps_the_connection_alive(self, app: Flask, officer: FlaskClient) -> None:
        change_streams(app, look_every=0.01, keep_alive_every=0.0)
        answer = officer.get(STREAM)
        pieces = iter(answer.response)

        spoken = [bytes(next(pieces)) for _ in range(4)]

        assert spoken[2:] == [b": alive\nid: 0\n\n"] * 2
        answer.close()


class TestLookout:
    def test_asks_the_database_once_for_all_streams_of_an_interval(self, database: Database, tell: Tell) -> None:
        lookout = events.Lookout()
        before = lookout.newest(database)

        tell(enterprise())

        assert lookout.newest(database, within=60) == before
        assert lookout.newest(database, within=0) == before + 1
        assert lookout.newest(database, within=60) == before + 1
