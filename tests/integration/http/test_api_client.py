"""What a command tells of an API that says no."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from marshmallow import ValidationError

from shared.errors import Refused
from shared.http.problems import INVALID_FIELDS_DETAIL, register_problems
from shared.running.client import ApiClient, ApiRefused
from tests.support.serving import serving


@pytest.fixture(scope="module")
def client() -> Iterator[ApiClient]:
    app = Flask("api")
    register_problems(app)

    @app.post("/api/v1/auth/login")
    def sign_in() -> dict[str, str]:
        return {"access_token": ""}

    @app.get("/api/v1/fields")
    def refuse_fields() -> None:
        raise ValidationError({"name": ["Missing."], "contacts": {0: {"phone": ["Too short."]}}})

    @app.get("/api/v1/rule")
    def refuse() -> None:
        raise Refused("It is not owed yet.")

    @app.get("/api/v1/proxy")
    def answer_for_it() -> tuple[str, int]:
        return "<p>Nobody is at home.", 502

    with serving(app) as url:
        yield ApiClient(url, username="admin", password="")


class TestARefusal:
    @pytest.mark.parametrize(
        ("path", "told"),
        [
            ("fields", f"422 {INVALID_FIELDS_DETAIL} name: Missing.; contacts.0.phone: Too short."),
            ("rule", "422 It is not owed yet."),
            ("proxy", "502 BAD GATEWAY"),
        ],
    )
    def test_is_told_with_the_fields_that_it_lists(self, client: ApiClient, path: str, told: str) -> None:
        with pytest.raises(ApiRefused, match=f"^{re.escape(told)}$"):
            client.call("GET", path)
