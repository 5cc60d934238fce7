import gzip
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.database import Database, connect
from shared.errors import Unavailable
from shared.http import make_app
from shared.http.chassis import end_open_answers
from shared.http.problems import MEDIA_TYPE
from tests.integration.http.conftest import upload_of
from tests.support.callers import service_settings

BOOKS = "/api/v1/shelf/books"


class TestProblems:
    @pytest.mark.parametrize(
        ("method", "path", "options", "status", "code"),
        [
            ("GET", "/nowhere", {}, 404, "route_not_found"),
            ("GET", f"{BOOKS}/not-a-uuid", {}, 404, "route_not_found"),
            ("PUT", BOOKS, {}, 405, "method_not_allowed"),
            ("OPTIONS", BOOKS, {}, 405, "method_not_allowed"),
            ("POST", BOOKS, {"data": "{", "content_type": "application/json"}, 400, "malformed_request"),
            ("POST", BOOKS, {"data": "title=x", "content_type": "text/plain"}, 415, "media_type_not_supported"),
            ("POST", BOOKS, {"json": {"title": "a\0b"}}, 400, "malformed_request"),
            ("GET", f"{BOOKS}?cursor=%00", {}, 400, "malformed_request"),
            ("POST", BOOKS, {"json": {"title": "x" * 1_100_000}}, 413, "body_too_large"),
            ("GET", f"{BOOKS}?cursor=abc", {}, 422, "cursor_invalid"),
            ("GET", f"{BOOKS}?colour=red", {}, 422, "invalid_fields"),
            ("GET", f"{BOOKS}?limit=201", {}, 422, "invalid_fields"),
        ],
    )
    def test_are_documents_with_a_stable_code(
        self, client: FlaskClient, method: str, path: str, options: dict, status: int, code: str
    ) -> None:
        answer = client.open(path, method=method, **options)
        assert (answer.status_code, answer.content_type) == (status, MEDIA_TYPE)
        assert (answer.json["code"], answer.json["status"]) == (code, status)
        assert answer.json["request_id"] == answer.headers["X-Request-Id"]

    def test_name_each_field_that_is_wrong(self, client: FlaskClient) -> None:
        answer = client.post(BOOKS, json={"titel": "Dune"})
        assert sorted((each["field"], each["code"]) for each in answer.json["errors"]) == [
            ("titel", "unknown_field"),
            ("title", "required"),
        ]

    def test_hide_a_bug_behind_the_request_id(self, app: Flask) -> None:
        answer = app.test_client().get("/api/v1/shelf/broken")
        assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
        assert "a bug" not in answer.text


class TestRequests:
    def test_keep_the_request_id_of_the_caller(self, client: FlaskClient) -> None:
        answer = client.get(BOOKS, headers={"X-Request-Id": "trace-12345"})
        assert answer.headers["X-Request-Id"] == "trace-12345"

    def test_replace_a_request_id_that_could_forge_a_log_line(self, client: FlaskClient) -> None:
        answer = client.get(BOOKS, headers={"X-Request-Id": "a b"})
        assert len(answer.headers["X-Request-Id"]) == 36

    def test_are_refused_for_a_foreign_host(self, client: FlaskClient) -> None:
        assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400

    def test_may_be_larger_where_the_route_says_so(self, client: FlaskClient) -> None:
        sizes = (2_000_000, 3_300_000)
        answers = [client.post("/api/v1/shelf/covers", **upload_of(b"x" * size)) for size in sizes]
        assert [answer.status_code for answer in answers] == [200, 413]


class TestResponses:
    def test_carry_security_headers_and_no_cors(self, client: FlaskClient) -> None:
        headers = client.get(BOOKS, headers={"Origin": "https://evil.example"}).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Cache-Control"] == "no-store"
        assert not [name for name in dict(headers) if name.startswith("Access-Control")]

    def test_are_compressed_when_large_and_asked_for(self, client: FlaskClient) -> None:
        for number in range(20):
            client.post(BOOKS, json={"title": f"A rather long title {number:03}"})
        answer = client.get(BOOKS, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(json.loads(gzip.decompress(answer.data))["items"]) == 20


class TestPaging:
    def test_walks_through_everything_once(self, client: FlaskClient) -> None:
        for number in range(5):
            client.post(BOOKS, json={"title": f"Title {number // 2}"})
        seen, cursor = [], ""
        while cursor is not None:
            part = client.get(BOOKS, query_string={"limit": 2, "cursor": cursor}).json
            seen += [item["id"] for item in part["items"]]
            cursor = part["next_cursor"]
        assert (len(seen), len(set(seen))) == (5, 5)


class TestHealth:
    def test_is_alive_and_ready(self, client: FlaskClient) -> None:
        assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 200]

    def test_is_not_ready_before_the_migration(self, tmp_path) -> None:
        database = connect(f"sqlite:///{tmp_path}/empty.db")
        app = make_app(service_settings(home=tmp_path), database, blueprints=[])
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.json["code"]) == (503, "not_ready")
        database.close()

    def test_is_not_ready_while_a_dependency_is_away(self, database: Database, tmp_path) -> None:
        def broker() -> None:
            raise Unavailable("The broker does not answer.")

        settings = service_settings(home=tmp_path, database_url=database.url)
        app = make_app(settings, database, blueprints=[], readiness=(broker,))
        assert app.test_client().get("/readyz").status_code == 503

    def test_is_not_ready_once_the_process_is_to_end(self, client: FlaskClient) -> None:
        end_open_answers(client.application)
        assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 503]


class TestOpenApi:
    def test_describes_routes_problems_and_security(self, client: FlaskClient) -> None:
        document = client.get("/api/v1/registry/openapi.json").json
        operation = document["paths"][BOOKS]["get"]
        assert document["openapi"] == "3.1.0"
        assert operation["security"] == [{"bearer": []}]
        assert MEDIA_TYPE in document["components"]["responses"]["DEFAULT_ERROR"]["content"]
