"""Levels set by hand: asked for by one person, decided by another, and gone by themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.risk.tables import grade
from services.risk.worker import declarations
from shared.database import Database
from shared.database.chassis import audit_entry
from shared.ids import new_id
from shared.work.timers import run_due
from tests.integration.risk.conftest import Tell, state_event
from tests.support.callers import Signer

OVERRIDES = "/api/v1/risk/overrides"
IN_A_MONTH = datetime.now(UTC) + timedelta(days=30)


@pytest.fixture
def one(tell: Tell) -> str:
    enterprise_id = new_id()
    tell(state_event(enterprise_id, name="甲厂"))
    return enterprise_id


@pytest.fixture
def asker(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, subject="asker", actions=["grade:read", "override:request"], divisions=["331002"])


@pytest.fixture
def leader(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, subject="leader", actions=["grade:read", "override:approve"], divisions=["331002"])


def ask(client: FlaskClient, one: str, **changes: Any) -> Any:
    body = {"enterprise_id": one, "level": 2, "reason": "周边新增敏感目标", "expires_at": IN_A_MONTH.isoformat()}
    return client.post(OVERRIDES, json=body | changes)


def level(database: Database) -> Any:
    with database.reading() as session:
        return session.scalar(select(grade.c.level))


class TestOverride:
    def test_counts_only_after_somebody_else_approved_it(
        self, database: Database, asker: FlaskClient, leader: FlaskClient, one: str
    ) -> None:
        asked = ask(asker, one)
        before = level(database)

        answer = leader.post(f"{OVERRIDES}/{asked.json['id']}/approve", json={"note": "同意"})

        assert (asked.status_code, before, answer.json["state"], level(database)) == (201, 4, "approved", 2)

    def test_is_refused_to_the_person_who_asked(self, app: Flask, signer: Signer, one: str) -> None:
        actions = ["grade:read", "override:request", "override:approve"]
        both = signer.client(app, subject="both", actions=actions, divisions=["331002"])
        asked = ask(both, one).json["id"]

        answer = both.post(f"{OVERRIDES}/{asked}/approve", json={})

        assert (answer.status_code, answer.json["code"]) == (403, "own_request")

    def test_expires_by_itself(self, database: Database, asker: FlaskClient, leader: FlaskClient, one: str) -> None:
        leader.post(f"{OVERRIDES}/{ask(asker, one).json['id']}/approve", json={})

        run_due(database, declarations(), now=IN_A_MONTH)

        assert level(database) == 4

    def test_ends_when_it_is_withdrawn(
        self, database: Database, asker: FlaskClient, leader: FlaskClient, one: str
    ) -> None:
        asked = ask(asker, one).json["id"]
        leader.post(f"{OVERRIDES}/{asked}/approve", json={})

        asker.post(f"{OVERRIDES}/{asked}/withdraw", json={"note": "已不需要"})

        again = asker.post(f"{OVERRIDES}/{asked}/withdraw", json={})
        assert (level(database), again.json["code"]) == (4, "override_decided")

    def test_that_was_rejected_changes_nothing(
        self, database: Database, asker: FlaskClient, leader: FlaskClient, one: str
    ) -> None:
        asked = ask(asker, one).json["id"]
        leader.post(f"{OVERRIDES}/{asked}/reject", json={"note": "依据不足"})

        again = leader.post(f"{OVERRIDES}/{asked}/approve", json={})

        assert (level(database), again.json["code"]) == (4, "override_decided")

    @pytest.mark.parametrize("days", [-1, 400])
    def test_must_end_within_a_year(self, asker: FlaskClient, one: str, days: int) -> None:
        answer = ask(asker, one, expires_at=(datetime.now(UTC) + timedelta(days=days)).isoformat())

        assert (answer.status_code, answer.json["code"]) == (422, "unsuitable_expiry")

    def test_names_itself_as_the_reason_of_the_grade(self, asker: FlaskClient, leader: FlaskClient, one: str) -> None:
        leader.post(f"{OVERRIDES}/{ask(asker, one).json['id']}/approve", json={})

        assert asker.get(f"/api/v1/risk/grades/{one}").json["reasons"][0] == {
            "id": "override", "zh": "人工核定", "en": "Set by hand"
        }  # fmt: skip

    def test_leaves_an_audit_entry_for_each_step(
        self, database: Database, asker: FlaskClient, leader: FlaskClient, one: str
    ) -> None:
        leader.post(f"{OVERRIDES}/{ask(asker, one).json['id']}/approve", json={})

        with database.reading() as session:
            entries = session.execute(select(audit_entry).order_by(audit_entry.c.at)).all()
        assert [(row.subject, row.action) for row in entries] == [
            ("asker", "override:request"),
            ("leader", "override:approve"),
        ]


class TestList:
    def test_shows_the_own_area_by_state(self, app: Flask, signer: Signer, asker: FlaskClient, one: str) -> None:
        ask(asker, one)
        foreign = signer.client(app, actions=["grade:read", "override:approve"], divisions=["331002002"])

        listed = asker.get(f"{OVERRIDES}?state=requested&enterprise_id={one}").json["items"]

        assert [(row["name"], row["colour"], row["state"]) for row in listed] == [("甲厂", "orange", "requested")]
        assert foreign.get(OVERRIDES).json["items"] == []
        assert foreign.post(f"{OVERRIDES}/{listed[0]['id']}/approve", json={}).status_code == 404
