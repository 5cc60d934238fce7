"""Where the row behind a fact of the credit grade is opened, and what fields of a policy say."""

from typing import Any

import pytest
from flask import Flask, g

from services.gateway.pages import credit_policies, credit_ratings
from services.gateway.pages.site import site
from services.gateway.pages.viewer import Viewer
from shared.errors import NotFound

SEEN = frozenset({"case:read", "hazard:read", "task:read"})


CHECKS = {"inspections/checks/17": {"task_id": "18"}}


def read(path: str) -> dict[str, Any]:
    if path not in CHECKS:
        raise NotFound("There is no such check.")
    return CHECKS[path]


def address(kind: str, *, reference: str = "17", actions: frozenset[str] = SEEN) -> str:
    app = Flask("pages")
    app.register_blueprint(site)
    fact = {"kind": kind, "reference": reference, "happened_on": "2026-11-26"}
    with app.test_request_context():
        g.viewer = Viewer(person="p", name="n", roles=(), actions=actions, csrf_token="")
        return credit_ratings.address_of("9", fact, read=read)


class TestAFact:
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("penalty_light", "/credit/penalties/17"),
            ("fatal_accident", "/credit/accidents?year=2026&enterprise_id=9#accident-17"),
            ("grave_accident", "/credit/accidents?year=2026&enterprise_id=9#accident-17"),
            ("listed", "/cases/17"),
            ("hazard_overdue", "/hazards/17"),
            ("major_hazard_overdue", "/hazards/17"),
            ("self_check_overdue", "/tasks/17"),
            ("entry_refused", "/tasks/17"),
            ("years_without_death", "/credit/accidents?enterprise_id=9"),
            ("standardised_2", "/enterprises/9"),
            ("model_national", "/credit/ratings/9#attestation-17"),
            ("self_evaluation_missed", "/credit/ratings/9#attestation-17"),
        ],
    )
    def test_opens_its_row(self, kind: str, expected: str) -> None:
        assert address(kind) == expected

    def test_of_a_refuted_check_opens_the_task_of_the_check(self) -> None:
        assert address("self_check_refuted") == "/tasks/18"
        assert address("self_check_refuted", reference="19") == ""

    @pytest.mark.parametrize("kind", ["listed", "hazard_overdue", "self_check_refuted"])
    def test_opens_nothing_for_whom_may_not_see_it(self, kind: str) -> None:
        assert address(kind, actions=frozenset()) == ""


class TestTheFieldsOfAPolicy:
    def test_are_its_numbers_by_kind(self) -> None:
        given = {"csrf_token": "t", "start": "95", "points.penalty_light": "-2", "points.entry_refused": "-5"}
        assert credit_policies.numbers_of(given) == {
            "start": "95",
            "points": {"penalty_light": "-2", "entry_refused": "-5"},
        }
