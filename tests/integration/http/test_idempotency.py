import threading
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from shared.clock import Clock
from shared.database import Database
from shared.database.chassis import audit_entry, idempotency_key
from shared.http.idempotency import Claim, RequestInProgress, earlier_answer
from shared.work.retention import KEEP_IDEMPOTENCY_KEYS
from tests.integration.http.conftest import book, upload_of
from tests.support.databases import migrated_postgresql
from tests.support.postgresql import TestPostgreSQL

BOOKS = "/api/v1/shelf/books"
KEY = {"Idempotency-Key": "0f8fad5b-d9cb-469f"}


def count(database: Database, table: object) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


class TestRepetition:
    def test_takes_effect_once_and_answers_the_same(self, client: FlaskClient, database: Database) -> None:
        first = client.post(BOOKS, json={"title": "Dune"}, headers=KEY)
        second = client.post(BOOKS, json={"title": "Dune"}, headers=KEY)
        assert (second.status_code, second.data) == (201, first.data)
        assert second.headers["ETag"] == first.headers["ETag"]
        assert second.headers["Idempotent-Replayed"] == "true"
        assert (count(database, book), count(database, audit_entry)) == (1, 1)

    def test_refuses_another_body_under_the_same_key(self, client: FlaskClient) -> None:
        client.post(BOOKS, json={"title": "Dune"}, headers=KEY)
        answer = client.post(BOOKS, json={"title": "Emma"}, headers=KEY)
        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")

    def test_keeps_the_keys_of_two_principals_apart(self, client: FlaskClient, database: Database, signer, app) -> None:
        other = signer.client(app, subject="other", actions=["book:write"])
        client.post(BOOKS, json={"title": "Dune"}, headers=KEY)
        other.post(BOOKS, json={"title": "Dune"}, headers=KEY)
        assert count(database, book) == 2

    def test_lets_a_refused_request_be_repeated(self, client: FlaskClient, database: Database) -> None:
        client.post(BOOKS, json={"title": ""}, headers=KEY)
        answer = client.post(BOOKS, json={"title": "Dune"}, headers=KEY)
        assert (answer.status_code, count(database, book)) == (201, 1)

    def test_forgets_a_key_after_a_day(self, client: FlaskClient, database: Database) -> None:
        client.post(BOOKS, json={"title": "Dune"}, headers=KEY)
        with database.transaction() as session:
            session.execute(update(idempotency_key).values(created_at=Clock().now() - KEEP_IDEMPOTENCY_KEYS * 1.1))
        answer = client.post(BOOKS, json={"title": "Emma"}, headers=KEY)
        assert (answer.status_code, count(database, book)) == (201, 2)

    def test_refuses_a_malformed_key(self, client: FlaskClient) -> None:
        answer = client.post(BOOKS, json={"title": "Dune"}, headers={"Idempotency-Key": "é"})
        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_malformed")


class TestUploads:
    def test_compare_by_content_not_by_boundary(self, client: FlaskClient, database: Database) -> None:
        answers = [self.upload(client, b"x" * 2_000_000) for _ in range(2)]
        assert [answer.json for answer in answers] == [{"size": 2_000_000}] * 2
        assert count(database, book) == 1

    def test_tell_two_files_apart(self, client: FlaskClient) -> None:
        self.upload(client, b"one")
        assert self.upload(client, b"two").status_code == 422

    def upload(self, client: FlaskClient, content: bytes):
        return client.post("/api/v1/shelf/covers", **upload_of(content), headers=KEY)


class TestWhileTheFirstIsRunning:
    @pytest.fixture
    def postgresql_database(self, postgresql: TestPostgreSQL) -> Iterator[Database]:
        opened = migrated_postgresql(postgresql, "registry")
        yield opened
        opened.close()

    def test_answers_in_progress(self, postgresql_database: Database) -> None:
        claim = Claim("tester", "POST", BOOKS, "0f8fad5b", "hash")
        seen: list[type[Exception]] = []

        def second() -> None:
            with postgresql_database.reading() as session:
                try:
                    earlier_answer(session, claim, now=Clock().now())
                except RequestInProgress as problem:
                    seen.append(type(problem))

        with postgresql_database.transaction() as session:
            earlier_answer(session, claim, now=Clock().now())
            thread = threading.Thread(target=second)
            thread.start()
            thread.join()
        assert seen == [RequestInProgress]
