"""A client of another agency is told what its grant names, and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from marshmallow import Schema
from sqlalchemy.orm import Session

from shared.http import Blueprint, make_app, principal, reads
from shared.http.admission import admits
from tests.support.callers import Signer, service_settings
from tests.support.databases import migrated_sqlite

ROW = {"uscc": "91331002MA28G00017", "name": "甲", "contact": "hidden"}
THINGS = "/api/v1/things"
FIELDS = ["uscc", "name", "contact", "divisions", "grids", "enterprise_id"]
WHOLE = {"thing:read": {"divisions": ["331002001"], "fields": FIELDS}}
GRANTS = {"thing:read": {"divisions": ["331002001"], "fields": ["uscc", "name"]}}


def things() -> Blueprint:
    blp = Blueprint("things", __name__, url_prefix="/api/v1/things")

    @blp.route("", methods=["GET"])
    @reads("thing:read")
    def listed(session: Session) -> Any:
        return {"items": [ROW], "next_cursor": None, "total": 7}

    @blp.route("/one", methods=["GET"])
    @admits("thing:read")
    def one() -> Any:
        area = {"grids": list(principal().grids), "enterprise_id": principal().enterprise_id}
        return {**ROW, "divisions": list(principal().divisions), **area}

    @blp.route("/own", methods=["GET"])
    @reads("account:self")
    def own(session: Session) -> Any:
        return ROW

    @blp.route("/sheet", methods=["GET"])
    @reads("thing:read")
    def sheet(session: Session) -> Any:
        return Response("uscc,contact", mimetype="text/csv")

    @blp.route("/other", methods=["GET"])
    @reads("other:read")
    @blp.response(200, Schema)
    def other(session: Session) -> Any:
        return {}

    return blp


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    database = migrated_sqlite(tmp_path / "test.db", "registry")
    return make_app(service_settings(home=tmp_path, database_url=database.url), database, blueprints=[things()])


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def ask(app: Flask, signer: Signer) -> Callable[..., Any]:
    client = signer.client(app, actions=["thing:read"], client_id="c1", grants=GRANTS, divisions=["331002"])
    return lambda path="": client.get(f"{THINGS}{path}")


class TestAgency:
    def test_gets_granted_fields_of_rows_and_no_totals(self, ask: Callable[..., Any]) -> None:
        assert ask().json == {"items": [{"uscc": ROW["uscc"], "name": "甲"}], "next_cursor": None}

    def test_gets_granted_fields_of_one_document(self, ask: Callable[..., Any]) -> None:
        assert ask("/one").json == {"uscc": ROW["uscc"], "name": "甲"}

    def test_gets_no_file_whose_fields_cannot_be_told_apart(self, ask: Callable[..., Any]) -> None:
        assert (ask("/sheet").status_code, ask("/sheet").json["code"]) == (403, "not_tellable_by_field")

    @pytest.mark.parametrize(("agency_id", "code"), [("c1", "not_granted"), ("", "agency_not_named")])
    def test_of_a_role_without_a_grant_says_who_has_to_do_what(
        self, app: Flask, signer: Signer, *, agency_id: str, code: str
    ) -> None:
        clerk = signer.client(app, actions=["thing:read"], agency_id=agency_id, grants={})
        assert (clerk.get(f"{THINGS}").json["code"], clerk.get(f"{THINGS}/one").json["code"]) == (code, code)

    def test_sees_nothing_but_by_its_grant(self, app: Flask, signer: Signer) -> None:
        own = {"grids": ["g1"], "enterprise_id": "e1", "divisions": ["33"]}
        clerk = signer.client(app, actions=["thing:read"], agency_id="c1", grants=WHOLE, **own)
        area = {"divisions": ["331002001"], "grids": [], "enterprise_id": ""}
        assert clerk.get(f"{THINGS}/one").json == {**ROW, **area}

    def test_is_granted_nothing_by_a_token_that_says_nothing_of_grants(self, app: Flask, signer: Signer) -> None:
        assert signer.client(app, actions=["thing:read"], client_id="c1").get(THINGS).json["code"] == "not_granted"

    def test_has_an_own_account_without_a_grant(self, app: Flask, signer: Signer) -> None:
        clerk = signer.client(app, actions=["account:self"], agency_id="", grants={})
        assert clerk.get(f"{THINGS}/own").json == ROW

    def test_gets_nothing_for_an_action_without_a_grant(self, ask: Callable[..., Any]) -> None:
        assert ask("/other").json["code"] == "action_not_allowed"
