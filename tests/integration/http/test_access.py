from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from shared.clock import Clock
from shared.database import Database
from shared.database.chassis import audit_entry, token_deny
from tests.integration.http.conftest import book
from tests.support.callers import Signer

BOOKS = "/api/v1/shelf/books"


def audit_rows(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(session.execute(select(audit_entry)))


def count_books(database: Database) -> int:
    with database.reading() as session:
        return len(list(session.execute(select(book))))


class TestWhoMayCall:
    def test_refuses_a_caller_without_a_token(self, app: Flask) -> None:
        answer = app.test_client().get(BOOKS)
        assert answer.status_code == 401
        assert answer.json["code"] == "unauthenticated"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_refuses_a_token_of_somebody_else(self, app: Flask, client: FlaskClient) -> None:
        stranger = Signer().token(actions=["book:read"])
        answer = client.get(BOOKS, headers={"Authorization": f"Bearer {stranger}"})
        assert answer.status_code == 401

    def test_refuses_a_principal_without_the_action_and_writes_it_down(
        self, app: Flask, signer: Signer, database: Database
    ) -> None:
        answer = signer.client(app, actions=["other:read"], subject="curious").get(BOOKS)
        assert (answer.status_code, answer.json["code"]) == (403, "action_not_allowed")
        (entry,) = audit_rows(database)
        assert (entry.subject, entry.action, entry.result) == ("curious", "book:read", "action_not_allowed")

    def test_refuses_a_disabled_account_at_once(self, client: FlaskClient, database: Database) -> None:
        with database.transaction() as session:
            row = {"subject": "tester", "denied_at": Clock().now(), "sequence": 1}
            session.execute(insert(token_deny), row)
        answer = client.get(BOOKS)
        assert (answer.status_code, answer.json["code"]) == (403, "account_denied")

    def test_lets_a_principal_with_the_action_in(self, client: FlaskClient) -> None:
        assert client.get(BOOKS).json == {"items": [], "next_cursor": None}


class TestOneTransaction:
    def test_keeps_change_and_audit_entry_together(self, client: FlaskClient, database: Database) -> None:
        answer = client.post(BOOKS, json={"title": "Dune"})
        assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
        (entry,) = audit_rows(database)
        assert entry.entity == f"book:{answer.json['id']}"
        assert (entry.subject, entry.action, entry.result) == ("tester", "book:write", "done")
        assert (entry.address, entry.request_id) == ("127.0.0.1", answer.headers["X-Request-Id"])
        assert (entry.before_digest, len(entry.after_digest)) == (None, 64)

    def test_writes_down_a_refused_change(self, client: FlaskClient, database: Database) -> None:
        unknown = "0192f0a0-0000-7000-8000-000000000000"
        answer = client.patch(f"{BOOKS}/{unknown}", json={"title": "x"})
        assert answer.status_code == 404
        assert [entry.result for entry in audit_rows(database)] == ["book_not_found"]

    def test_keeps_what_a_refusal_is_meant_to_keep(self, app: Flask, database: Database) -> None:
        answer = app.test_client().post("/api/v1/shelf/word")
        assert (answer.status_code, answer.json["code"]) == (401, "wrong_word")
        (entry,) = audit_rows(database)
        assert (entry.subject, entry.entity, entry.result) == ("somebody", "word:1", "wrong_word")
        assert count_books(database) == 1


class TestVersions:
    @pytest.mark.parametrize(
        ("named", "status"),
        [('"1"', 200), ("1", 200), ('"7", "1"', 200), ("*", 428), ('W/"1"', 412), ('"11"', 412), ("", 428)],
    )
    def test_are_named_as_the_header_or_the_document_says_them(
        self, client: FlaskClient, named: str, status: int
    ) -> None:
        path = f"{BOOKS}/{client.post(BOOKS, json={'title': 'Dune'}).json['id']}"
        assert client.patch(path, json={"title": "x"}, headers={"If-Match": named}).status_code == status

    def test_asks_for_the_version_a_change_is_based_on(self, client: FlaskClient) -> None:
        made = client.post(BOOKS, json={"title": "Dune"}).json
        answer = client.patch(f"{BOOKS}/{made['id']}", json={"title": "Emma"})
        assert (answer.status_code, answer.json["code"]) == (428, "version_required")

    def test_refuses_a_change_of_an_older_version(self, client: FlaskClient) -> None:
        made = client.post(BOOKS, json={"title": "Dune"}).json
        path, change = f"{BOOKS}/{made['id']}", {"title": "Emma"}
        first = client.patch(path, json=change, headers={"If-Match": '"1"'})
        second = client.patch(path, json=change, headers={"If-Match": '"1"'})
        assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
        assert (second.status_code, second.json["code"]) == (412, "version_changed")
