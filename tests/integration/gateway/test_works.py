"""Works under a permit on the map: the same in every order, twice or late; seen in the own area only; told at once."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.gateway.domain.counting import Place
from services.gateway.domain.divisions import Division
from services.gateway.queries.works import known_works, work_item
from services.gateway.subscriptions import on_commitment, on_enterprises_merged, on_permit
from services.gateway.tables import commitment_mark, live_work
from services.gateway.use_cases.works import KEPT, TOLD_ONE_BY_ONE
from shared.clock import business_date
from shared.contracts.permits import (
    CommitmentDisputed,
    CommitmentMade,
    CommitmentMissed,
    PermitApproved,
    PermitFinished,
    PermitResumed,
    PermitStarted,
    PermitSubmitted,
    PermitSuspended,
)
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.ids import new_id
from tests.integration.gateway.builders import BAIYUN, HAIMEN, at, enterprise, grade
from tests.integration.gateway.conftest import ACTIONS, Tell
from tests.integration.gateway.test_events import change_streams, heard
from tests.support.callers import Signer
from tests.support.events import NOON, received

WORK, ROWS = "/api/v1/map/work", "/api/v1/map/work/rows"
MAY = (*ACTIONS, "permit:read", "commitment:read")
PERMIT = new_id()
AT = {"longitude": 121.43, "latitude": 28.66, "accuracy_m": 3.0}
Say = Callable[..., None]


@pytest.fixture
def say(database: Database) -> Say:
    """Return a function that lets the gateway hear of permits, each word with its number."""

    def handle(*words: tuple[Any, int], now: Any = NOON) -> None:
        with database.transaction() as session:
            on_permit(session, [received(word, sequence=number) for word, number in words], now=now)

    return handle


@pytest.fixture
def reader(app: Flask, signer: Signer) -> FlaskClient:
    """Return a client that may see the works of the whole district."""
    return signer.client(app, actions=MAY, divisions=["331002"])


def word(event: type[Any], enterprise_id: str, **facts: Any) -> Any:
    """Return what permits tells of the work ``PERMIT``."""
    window = {"starts_at": NOON.isoformat(), "ends_at": (NOON + timedelta(hours=8)).isoformat()}
    known = {"permit_id": PERMIT, "kind": "hot_work", "level": "L1", "number": "DHZY-1", **AT, **window}
    return event(enterprise_id=enterprise_id, **(known | facts))


def items(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{WORK}{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json["items"])


class TestAWork:
    @pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
    def test_ends_the_same_in_every_order(
        self, database: Database, tell: Tell, say: Say, order: tuple[int, ...], *, reader: FlaskClient
    ) -> None:
        firm = enterprise()
        tell(firm)
        kinds = (PermitApproved, PermitStarted, PermitSuspended, PermitResumed)
        words = [(word(kind, firm.enterprise_id), number) for number, kind in enumerate(kinds, 1)]

        for number in order:
            say(words[number], words[number])

        [one] = items(reader)
        assert (one["state"], one["permit_id"], one["accuracy_m"], one["precision"]) == ("active", PERMIT, 3.0, "work")

    def test_leaves_the_map_when_it_ends_and_no_older_word_brings_it_back(
        self, tell: Tell, say: Say, reader: FlaskClient
    ) -> None:
        firm = enterprise()
        tell(firm)
        started, ended = (word(kind, firm.enterprise_id) for kind in (PermitStarted, PermitFinished))
        say((started, 2))
        before = len(items(reader))

        say((ended, 5))
        say((word(PermitResumed, firm.enterprise_id), 4), (started, 2))

        assert (before, items(reader)) == (1, [])

    def test_is_forgotten_a_week_later_and_begins_no_more(
        self, database: Database, tell: Tell, say: Say, reader: FlaskClient
    ) -> None:
        firm = enterprise()
        tell(firm)
        say((word(PermitFinished, firm.enterprise_id), 3))
        later = NOON + KEPT + timedelta(hours=9)

        say((word(PermitSubmitted, firm.enterprise_id, permit_id=new_id(), ends_at=later.isoformat()), 1), now=later)
        say((word(PermitStarted, firm.enterprise_id), 2), now=later)

        with database.reading() as session:
            assert session.scalars(select(live_work.c.state)).all() == ["planned"]
        assert items(reader) == []

    def test_waits_for_its_enterprise(self, tell: Tell, say: Say, reader: FlaskClient) -> None:
        firm = enterprise()
        say((word(PermitStarted, firm.enterprise_id, starts_at="", ends_at=(NOON + KEPT).isoformat()), 2))
        before = items(reader)
        tell(firm)

        assert (before, [one["name"] for one in items(reader)]) == ([], [firm.name])

    def test_follows_a_merge_also_with_later_words(
        self, database: Database, tell: Tell, say: Say, *, reader: FlaskClient
    ) -> None:
        kept, gone = enterprise(name="Kept"), enterprise(name="Gone")
        tell(kept, gone)
        say((word(PermitStarted, gone.enterprise_id), 2))
        merge = EnterprisesMerged(merge_id=new_id(), enterprise_id=kept.enterprise_id, merged_ids=(gone.enterprise_id,))

        with database.transaction() as session:
            on_enterprises_merged(session, received(merge), now=NOON)
        first = [one["name"] for one in items(reader)]
        say((word(PermitSuspended, gone.enterprise_id), 3))

        assert (first, [(one["name"], one["state"]) for one in items(reader)]) == (["Kept"], [("Kept", "suspended")])


class TestItsPlace:
    @pytest.mark.parametrize(
        ("firm", "expected"),
        [
            (at(121.5, 28.7), (121.5, 28.7, "enterprise")),
            (enterprise(), (121.4, 28.6, "subdistrict")),
            (enterprise(subdistrict="", division="", placement="unplaced"), (None, None, "none")),
        ],
        ids=["enterprise", "subdistrict", "nowhere"],
    )
    def test_is_the_closest_that_is_known(
        self, database: Database, tell: Tell, say: Say, firm: Any, *, expected: tuple[Any, ...]
    ) -> None:
        tell(firm)
        say((word(PermitStarted, firm.enterprise_id, longitude=None, latitude=None), 2))

        with database.reading() as session:
            [(row, told)] = known_works(session, [PERMIT])
        one = work_item(row, {HAIMEN: Division(HAIMEN, "Haimen", 121.4, 28.6)})

        assert (one["longitude"], one["latitude"], one["precision"]) == expected
        assert (told["longitude"] is None) == (row.place_kind != Place.POINT)


@pytest.fixture
def two_firms(tell: Tell, say: Say) -> tuple[Any, Any]:
    """Return two enterprises in different subdistricts: hot work goes on in the first, lifting stopped in the other."""
    one, other = enterprise(grid="grid-1"), enterprise(subdistrict=BAIYUN, industry_section="F")
    tell(one, other)
    tell(grade(one.enterprise_id, 1))
    say((word(PermitStarted, one.enterprise_id), 2))
    say((word(PermitSuspended, other.enterprise_id, permit_id=new_id(), kind="lifting", level="L3"), 4))
    return one, other


class TestWhoSees:
    @pytest.mark.parametrize(
        ("scope", "expected"),
        [
            ({"divisions": ["331002"]}, 2),
            ({"divisions": [BAIYUN]}, 1),
            ({"grids": ["grid-1"]}, 1),
            ({"divisions": ["331003"]}, 0),
            ({}, 0),
        ],
        ids=["district", "subdistrict", "grid", "elsewhere", "nobody"],
    )
    @pytest.mark.usefixtures("two_firms")
    def test_the_own_area_only(self, app: Flask, signer: Signer, scope: dict[str, Any], expected: int) -> None:
        client = signer.client(app, actions=MAY, **scope)

        assert (len(items(client)), len(client.get(ROWS).json["items"])) == (expected, expected)

    def test_the_own_enterprise(self, app: Flask, signer: Signer, two_firms: tuple[Any, Any]) -> None:
        client = signer.client(app, actions=MAY, enterprise_id=two_firms[1].enterprise_id)

        assert [one["kind"] for one in items(client)] == ["lifting"]

    def test_nothing_without_the_right_to_read_permits(self, officer: FlaskClient) -> None:
        assert [officer.get(path).status_code for path in (WORK, ROWS)] == [403, 403]


@pytest.mark.usefixtures("two_firms")
class TestFigures:
    @pytest.mark.parametrize(
        ("query", "kinds"),
        [
            ("?level=1", ["hot_work"]),
            (f"?division={BAIYUN}", ["lifting"]),
            ("?section=C", ["hot_work"]),
            ("?level=2", []),
        ],
    )
    def test_obey_the_filters_of_the_map(self, reader: FlaskClient, query: str, kinds: list[str]) -> None:
        answer = reader.get(f"{WORK}{query}").json

        assert [one["kind"] for one in answer["items"]] == kinds
        assert (sum(answer["counts"].values()), answer["left_off"]) == (len(kinds), 0)

    @pytest.mark.parametrize(
        ("query", "kinds"),
        [("?state=suspended", ["lifting"]), ("?kind=hot_work", ["hot_work"]), ("?state=approved", [])],
    )
    def test_open_their_rows(self, reader: FlaskClient, query: str, kinds: list[str]) -> None:
        assert [one["kind"] for one in reader.get(f"{ROWS}{query}").json["items"]] == kinds

    def test_are_paged(self, reader: FlaskClient) -> None:
        first = reader.get(f"{ROWS}?limit=1").json
        second = reader.get(f"{ROWS}?limit=1&cursor={first['next_cursor']}").json

        assert {one["kind"] for one in (*first["items"], *second["items"])} == {"hot_work", "lifting"}
        assert second["next_cursor"] is None

    def test_stand_in_the_overview_for_who_may_see_them(self, reader: FlaskClient, officer: FlaskClient) -> None:
        found = {one["name"]: one for one in reader.get("/api/v1/overview").json["figures"]}

        assert (found["work_active"]["value"], found["work_active"]["rows"]) == (1, "/permits/now?state=active")
        assert "work_active" not in str(officer.get("/api/v1/overview").json)


class TestTheStream:
    def test_tells_of_a_work_that_begins_and_of_one_that_ends(
        self, app: Flask, tell: Tell, say: Say, *, reader: FlaskClient
    ) -> None:
        change_streams(app, longest=0.0)
        firm = at(121.5, 28.7)
        tell(firm)
        say((word(PermitStarted, firm.enterprise_id), 2))
        say((word(PermitFinished, firm.enterprise_id), 3))
        say((word(PermitSubmitted, firm.enterprise_id, permit_id=new_id()), 1))

        told = [content["work"] for kind, content in heard(reader, last=0) if kind == "work_changed"]

        assert [(one["state"], one["permit_id"], one["name"]) for one in told] == [
            ("active", PERMIT, firm.name),
            ("finished", PERMIT, firm.name),
        ]

    @pytest.mark.usefixtures("two_firms")
    def test_tells_nobody_who_may_not_read_permits(self, app: Flask, officer: FlaskClient, reader: FlaskClient) -> None:
        change_streams(app, longest=0.0)

        counts = [str(heard(client, last=0)).count("work_changed") for client in (officer, reader)]

        assert counts == [0, 2]

    def test_names_places_only_when_there_is_much_to_tell(
        self, app: Flask, tell: Tell, say: Say, *, reader: FlaskClient
    ) -> None:
        change_streams(app, longest=0.0)
        firm = enterprise()
        tell(firm)
        say(*((word(PermitStarted, firm.enterprise_id, permit_id=new_id()), 2) for _ in range(TOLD_ONE_BY_ONE + 1)))

        told = [content for kind, content in heard(reader, last=0) if kind == "work_changed"]

        assert [one["subdistrict"] for one in told] == [HAIMEN]
        assert "work" not in told[0]


class TestCommitments:
    def marks(self, reader: FlaskClient, query: str = "") -> dict[str, int]:
        return dict(reader.get(f"{WORK}{query}").json["commitments"])

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)], ids=str)
    def test_of_today_are_counted_in_every_order(
        self, app: Flask, database: Database, tell: Tell, *, reader: FlaskClient, order: tuple[int, ...]
    ) -> None:
        change_streams(app, longest=0.0)
        firm, other = enterprise(), enterprise(subdistrict=BAIYUN)
        tell(firm, other)
        day = reader.get(WORK).json["day"]
        late, own = ({"commitment_id": new_id(), "day": day} for _ in range(2))
        words = [
            (CommitmentMissed(enterprise_id=firm.enterprise_id, **late), 1),
            (CommitmentMade(enterprise_id=firm.enterprise_id, is_late=True, **late), 2),
            (CommitmentMade(enterprise_id=other.enterprise_id, **own), 1),
        ]
        for number in order:
            event, sequence = words[number]
            with database.transaction() as session:
                on_commitment(session, [received(event, sequence=sequence)] * 2, now=NOON)

        assert self.marks(reader) == {"made": 1, "late": 1, "missed": 1, "disputed": 0}
        assert self.marks(reader, f"?division={BAIYUN}") == {"made": 1, "late": 0, "missed": 0, "disputed": 0}
        told = [content["subdistrict"] for kind, content in heard(reader, last=0) if kind == "commitment_changed"]
        assert sorted(set(told)) == [HAIMEN, BAIYUN]

    def test_are_disputed_until_an_amendment_agrees(self, database: Database, tell: Tell, reader: FlaskClient) -> None:
        firm = enterprise()
        tell(firm)
        one = {"commitment_id": new_id(), "day": reader.get(WORK).json["day"], "enterprise_id": firm.enterprise_id}
        found = []
        for event, sequence in ((CommitmentDisputed(**one), 2), (CommitmentMade(**one, edition=2), 3)):
            with database.transaction() as session:
                on_commitment(session, [received(event, sequence=sequence)], now=NOON)
            found.append(self.marks(reader)["disputed"])

        assert found == [1, 0]

    def test_are_forgotten_after_a_week(self, database: Database) -> None:
        days = [business_date(NOON) - back for back in (timedelta(days=9), timedelta(0))]
        words = [CommitmentMissed(commitment_id=new_id(), enterprise_id=new_id(), day=str(day)) for day in days]

        with database.transaction() as session:
            on_commitment(session, [received(one) for one in words], now=NOON)

        with database.reading() as session:
            assert session.scalars(select(commitment_mark.c.day)).all() == [business_date(NOON)]

    def test_are_not_told_to_who_may_not_read_them(self, app: Flask, signer: Signer) -> None:
        client = signer.client(app, actions=("map:read", "permit:read"), divisions=["331002"])

        assert "commitments" not in client.get(WORK).json
