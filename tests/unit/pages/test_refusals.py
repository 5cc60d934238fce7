"""What a page says when the API refuses, in the language of the page."""

from typing import Any

import pytest
from flask import Flask

from services.gateway.pages.forms import refusal_of
from services.gateway.pages.language import COOKIE, register_languages
from services.gateway.pages.own_api import Refusal
from services.gateway.pages.permit_details import hindered_by


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("pages")
    register_languages(app)
    return app


def refused(code: str, **facts: Any) -> Refusal:
    return Refusal(422, {"code": code, "detail": "Said by the API.", "facts": facts})


@pytest.mark.parametrize(
    ("language", "refusal", "sentence"),
    [
        ("zh", refused("mass_missing"), "吊装级别由吊物质量决定，请填写吨数。"),
        ("en", refused("mass_missing"), "The level of a lift follows from its mass: give it in tonnes."),
        ("en", refused("commitment_published"), None),
        ("en", refused("of_another_release"), "Said by the API."),
    ],
)
def test_of_the_api_is_said_in_the_language_of_the_page(
    app: Flask, language: str, refusal: Refusal, sentence: str | None
) -> None:
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={language}"}):
        said = refusal_of(refusal)
    assert said == sentence if sentence else said not in ("", "Said by the API.")


def test_fills_in_the_facts(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=en"}):
        said = refusal_of(refused("valid_too_long", hours=8))
    assert "%(" not in said


def test_of_hindrances_names_whom_it_is_about(app: Flask) -> None:
    problems = ["certificate_ended p-1", "review_due p-2", "nobody_certified", "I3 MBCD-20261126-0001"]
    one = {"hindrances": [{"code": "people_not_fit", "about": problems}, {"code": "alarm_goes_on", "about": []}]}
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=zh"}):
        found = hindered_by(one, {"p-1": "李*"})
    assert found == [
        (
            "people_not_fit",
            ["李* 证书已停用", "证书在作业结束前应复审", "作业组没有人持有需要的证书", "I3 MBCD-20261126-0001"],
        ),
        ("alarm_goes_on", []),
    ]
