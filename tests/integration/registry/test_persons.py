"""People of an enterprise over HTTP: sealed, masked, found by blind index, told by id and post only."""

from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.registry import subscriptions
from services.registry.tables import person
from shared.database import Database
from shared.database.chassis import audit_entry, outbox
from tests.integration.registry.conftest import BASE
from tests.integration.registry.intermediaries import day, enterprise
from tests.support.callers import Signer

ACTIONS = ["enterprise:read", "enterprise:write", "person:read", "person:write", "personal_data:read"]
CARD = "11010519491231002X"
PHONE = "13800138000"


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ACTIONS, divisions=["331002"])


@pytest.fixture
def firm(officer: FlaskClient) -> str:
    return enterprise(officer)


def added(client: FlaskClient, firm: str, **changes: Any) -> Any:
    body = {"name": "样例人", "phone": PHONE, "identity": CARD, "posts": ["worker"], "joined_on": day(-100), **changes}
    return client.post(f"{BASE}/enterprises/{firm}/persons", json=body)


def changed(client: FlaskClient, row: dict[str, Any], path: str = "", **body: Any) -> Any:
    send = client.post if path else client.patch
    return send(f"{BASE}/persons/{row['id']}{path}", json=body, headers={"If-Match": f'"{row["version"]}"'})


def told(database: Database) -> list[tuple[str, Any]]:
    with database.reading() as session:
        rows = session.execute(select(outbox.c.type, outbox.c.body).order_by(outbox.c.id)).all()
    return [(row.type.split(".")[1], orjson.loads(row.body)["data"]) for row in rows if ".person_" in row.type]


class TestRegistering:
    def test_masks_and_seals(self, officer: FlaskClient, firm: str, database: Database) -> None:
        row = added(officer, firm).get_json()
        with database.reading() as session:
            stored = str(session.execute(select(person)).one())

        assert (row["name"], row["phone"], row["identity"]) == ("样**", "138****8000", "1****************X")
        assert [secret for secret in ("样例人", PHONE, CARD) if secret in stored] == []

    def test_tells_ids_and_posts_only(self, officer: FlaskClient, firm: str, database: Database) -> None:
        row = added(officer, firm, posts=["worker", "principal", "worker"]).get_json()

        assert told(database) == [
            (
                "person_registered",
                {
                    "person_id": row["id"],
                    "enterprise_id": firm,
                    "posts": ["principal", "worker"],
                    "account_id": "",
                    "joined_on": day(-100),
                    "left_on": "",
                },
            )
        ]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"posts": ["king"]}, "post_unknown"),
            ({"posts": []}, "invalid_fields"),
            ({"identity": "110105194912310021"}, "identity_malformed"),
            ({"identity": "1"}, "invalid_fields"),
        ],
    )
    def test_refuses_what_is_wrong(self, officer: FlaskClient, firm: str, changes: Any, code: str) -> None:
        assert added(officer, firm, **changes).get_json()["code"] == code

    @pytest.mark.parametrize(
        ("first", "again"),
        [
            ({}, {"phone": "1"}),
            ({"identity": ""}, {"identity": "", "name": "同号"}),
            ({"identity": "", "phone": ""},) * 2,
        ],
        ids=["card", "telephone", "name"],
    )
    def test_refuses_the_same_person_twice(self, officer: FlaskClient, firm: str, first: Any, again: Any) -> None:
        added(officer, firm, **first)

        assert added(officer, firm, **again).get_json()["code"] == "person_exists"

    def test_takes_the_same_person_at_another_enterprise(self, officer: FlaskClient, firm: str) -> None:
        added(officer, firm)

        assert added(officer, enterprise(officer, 2)).status_code == 201


class TestLeaving:
    def test_is_told_and_may_be_undone_by_coming_back(
        self, officer: FlaskClient, firm: str, database: Database
    ) -> None:
        row = added(officer, firm).get_json()
        left = changed(officer, row, "/leave", left_on=day(0)).get_json()
        gone = officer.get(f"{BASE}/enterprises/{firm}/persons?has_left=true").get_json()["items"]
        back = added(officer, firm, posts=["guardian"], joined_on=day(1)).get_json()

        assert ([one["id"] for one in gone], left["left_on"], back["left_on"]) == ([row["id"]], day(0), None)
        assert (back["id"], back["version"], back["posts"]) == (row["id"], 3, ["guardian"])
        assert [kind for kind, _ in told(database)] == ["person_registered", "person_left", "person_registered"]

    def test_happens_once_and_not_before_joining(self, officer: FlaskClient, firm: str) -> None:
        row = added(officer, firm).get_json()
        early = changed(officer, row, "/leave", left_on=day(-101)).get_json()
        left = changed(officer, row, "/leave", left_on=day(0)).get_json()

        late = changed(officer, left, posts=["worker"]).get_json()

        assert (early["code"], late["code"]) == ("dates_reversed", "person_left_already")


class TestChanging:
    def test_writes_only_news(self, officer: FlaskClient, firm: str, database: Database) -> None:
        row = added(officer, firm).get_json()
        same = changed(officer, row, phone=PHONE, name="样例人").get_json()
        account = "01932f7e-5c00-7a10-8b21-0c4d5e6f7a91"

        now = changed(officer, same, phone="", posts=["approver", "principal"], account_id=account).get_json()

        assert (same["version"], now["version"], now["phone"], now["account_id"]) == (1, 2, "", account)
        assert told(database)[-1][1]["posts"] == ["principal", "approver"]

    def test_needs_the_version_that_was_read(self, officer: FlaskClient, firm: str) -> None:
        row = added(officer, firm).get_json()

        assert changed(officer, {**row, "version": 9}, posts=["worker"]).status_code == 412


class TestSearch:
    @pytest.mark.parametrize(
        ("words", "count"),
        [
            ({"phone": PHONE}, 1),
            ({"identity": CARD, "name": "样例人"}, 1),
            ({"name": "别人"}, 0),
            ({"phone": "138"}, 0),
        ],
    )
    def test_finds_exactly_whom_it_names(self, officer: FlaskClient, firm: str, words: Any, count: int) -> None:
        added(officer, firm)

        assert len(officer.post(f"{BASE}/persons/search", json=words).get_json()["items"]) == count

    def test_writes_down_that_it_was_made_and_not_for_whom(
        self, officer: FlaskClient, firm: str, database: Database
    ) -> None:
        officer.post(f"{BASE}/persons/search", json={"phone": PHONE})
        with database.reading() as session:
            details = session.scalar(select(audit_entry.c.details).where(audit_entry.c.entity == "person:search"))

        assert (details["by"], details["found"], PHONE in str(details)) == (["phone"], 0, False)

    def test_needs_words(self, officer: FlaskClient) -> None:
        assert officer.post(f"{BASE}/persons/search", json={}).get_json()["code"] == "search_empty"


class TestUnmasking:
    def test_shows_all_for_a_reason_that_is_written_down(
        self, officer: FlaskClient, firm: str, database: Database
    ) -> None:
        row = added(officer, firm, phone="").get_json()

        shown = officer.post(f"{BASE}/persons/{row['id']}/unmask", json={"reason": "事故调查"}).get_json()

        assert shown == {"name": "样例人", "phone": "", "identity": CARD}
        with database.reading() as session:
            entity = audit_entry.c.entity == f"person:{row['id']}"
            reasons = [one.get("reason") for one in session.scalars(select(audit_entry.c.details).where(entity))]
        assert "事故调查" in reasons


class TestScope:
    def test_is_that_of_the_enterprise(self, officer: FlaskClient, firm: str, app: Flask, signer: Signer) -> None:
        row = added(officer, firm).get_json()
        callers = {
            "own": {"enterprise_id": firm},
            "street": {"divisions": ["331002004"]},
            "other street": {"divisions": ["331002001"]},
            "other enterprise": {"enterprise_id": row["id"]},
        }
        answers = {}
        for name, claims in callers.items():
            client = signer.client(app, actions=ACTIONS, **claims)
            found = client.post(f"{BASE}/persons/search", json={"phone": PHONE}).get_json()["items"]
            listed = client.get(f"{BASE}/enterprises/{firm}/persons")
            answers[name] = (client.get(f"{BASE}/persons/{row['id']}").status_code, listed.status_code, len(found))

        assert answers == {
            "own": (200, 200, 1),
            "street": (200, 200, 1),
            "other street": (404, 404, 0),
            "other enterprise": (404, 404, 0),
        }


class TestOthers:
    def test_can_ask_for_the_present_state_and_the_posts(
        self, officer: FlaskClient, firm: str, database: Database
    ) -> None:
        added(officer, firm)
        added(officer, firm, identity="", phone="1")
        with database.reading() as session:
            first = subscriptions.current_persons(session, None, 1)
            rest = subscriptions.current_persons(session, first[-1].key, 5)

        assert len({one.key for one in (*first, *rest)}) == 2
        assert "guardian" in [post["id"] for post in officer.get(f"{BASE}/persons/posts").get_json()["items"]]
