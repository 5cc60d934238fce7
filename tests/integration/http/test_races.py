"""Requests that run into each other, or into a database that is away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import Column, Table, Text, func, select, text

from shared.database import Database, Id, Session, connect, service_metadata
from shared.database.bulk import insert_rows
from shared.database.chassis import audit_entry
from shared.errors import Conflict
from shared.http import Blueprint, audit_note, make_app, public_reads, writes
from shared.http.access import MOST_ATTEMPTS
from shared.ids import new_id
from tests.integration.http.conftest import upload_of
from tests.support.callers import Signer, service_settings
from tests.support.databases import migrated_postgresql
from tests.support.postgresql import TestPostgreSQL
from tests.support.racing import meanwhile

metadata = service_metadata()
label = Table("label", metadata, Column("id", Id, primary_key=True), Column("name", Text, nullable=False, unique=True))
blp = Blueprint("labels", __name__, url_prefix="/api/v1/shelf")
LABELS = "/api/v1/shelf/labels"
DEADLOCK = text("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$")


class LabelTaken(Conflict):
    code = "label_taken"


@blp.route("/labels/<name>", methods=["POST"])
@writes("label:write")
@blp.response(201)
def create_label(session: Session, name: str) -> Any:
    if found := session.scalar(select(label.c.id).where(label.c.name == name)):
        audit_note(session, entity=f"label:{found}")
        raise LabelTaken("There is such a label already.")
    row = {"id": new_id(), "name": name}
    audit_note(session, entity=f"label:{row['id']}")
    insert_rows(session, label, [row])
    return row


@blp.route("/sizes/<int:deadlocks>", methods=["POST"])
@writes("label:write")
@blp.response(200)
def measure(session: Session, deadlocks: int) -> Any:
    """Lose as many times against others as the caller says, each time after the upload has been read."""
    size = len(request.files["file"].read())
    request.environ["lost"] = request.environ.get("lost", 0) + 1
    if request.environ["lost"] <= deadlocks:
        session.execute(DEADLOCK)
    return {"size": size}


@blp.route("/labels", methods=["GET"])
@public_reads()
@blp.response(200)
def count_labels(session: Session) -> Any:
    return {"count": session.scalar(select(func.count()).select_from(label))}


@pytest.fixture
def database(postgresql: TestPostgreSQL) -> Iterator[Database]:
    opened = migrated_postgresql(postgresql, "registry")
    metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    settings = service_settings(home=tmp_path, service="registry", database_url=database.url)
    return make_app(settings, database, blueprints=[blp])


@pytest.fixture
def client(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=["label:write"])


class TestLosingARace:
    def test_gives_the_answer_that_the_use_case_has_for_it(self, client: FlaskClient, database: Database) -> None:
        winner = new_id()
        answer = meanwhile(
            database,
            lambda session: insert_rows(session, label, [{"id": winner, "name": "Dune"}]),
            second=lambda: client.post(f"{LABELS}/Dune"),
        )

        assert (answer.status_code, answer.json["code"]) == (409, "label_taken")
        assert trail(database) == [(f"label:{winner}", "label_taken")]

    def test_is_repeated_with_the_same_body(self, client: FlaskClient) -> None:
        answer = client.post("/api/v1/shelf/sizes/2", **upload_of(b"cover"))

        assert (answer.status_code, answer.json) == (200, {"size": 5})

    def test_is_a_conflict_when_it_never_ends(self, client: FlaskClient, database: Database) -> None:
        answer = client.post(f"/api/v1/shelf/sizes/{MOST_ATTEMPTS}", **upload_of(b"cover"))

        assert (answer.status_code, answer.json["code"]) == (409, "changed_meanwhile")
        assert trail(database) == [("", "changed_meanwhile")]


class TestDatabaseAway:
    def test_is_said_and_no_bug(self, tmp_path: Path) -> None:
        gone = connect("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
        app = make_app(service_settings(home=tmp_path, database_url=gone.url), gone, blueprints=[blp])

        answer = app.test_client().get(LABELS)

        assert (answer.status_code, answer.json["code"]) == (503, "database_away")

    def test_is_told_apart_from_a_bug(self, tmp_path: Path) -> None:
        empty = connect(f"sqlite:///{tmp_path}/empty.db")
        app = make_app(service_settings(home=tmp_path, database_url=empty.url), empty, blueprints=[blp])

        answer = app.test_client().get(LABELS)

        assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
        empty.close()


def trail(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(row.entity, row.result) for row in session.execute(select(audit_entry.c.entity, audit_entry.c.result))]
