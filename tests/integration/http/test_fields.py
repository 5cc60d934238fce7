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
        return {**ROW, "divisions": list(principal().divisions)}

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
def ask(tmp_path: Path) -> Callable[..., Any]:
    database = migrated_sqlite(tmp_path / "test.db", "registry")
    app: Flask = make_app(service_settings(home=tmp_path, database_url=database.url), database, blueprints=[things()])
    client = Signer().client(app, actions=["thing:read"], client_id="c1", grants=GRANTS, divisions=["331002"])
    return lambda path="": client.get(f"/api/v1/things{path}")


class TestAgency:
    def test_gets_granted_fields_of_rows_and_no_totals(self, ask: Callable[..., Any]) -> None:
        assert ask().json == {"items": [{"uscc": ROW["uscc"], "name": "甲"}], "next_cursor": None}

    def test_gets_granted_fields_of_one_document(self, ask: Callable[..., Any]) -> None:
        assert ask("/one").json == {"uscc": ROW["uscc"], "name": "甲"}

    def test_gets_no_file_whose_fields_cannot_be_told_apart(self, ask: Callable[..., Any]) -> None:
        assert (ask("/sheet").status_code, ask("/sheet").json["code"]) == (403, "not_tellable_by_field")

    def test_gets_nothing_for_an_action_without_a_grant(self, ask: Callable[..., Any]) -> None:
        assert ask("/other").json["code"] == "action_not_allowed"
