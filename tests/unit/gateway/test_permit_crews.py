"""What the form of an application takes from the ledger, whom it always asks for, and which time it judges by."""

from typing import Any

import pytest

from services.gateway.pages.permit_crews import known_of, usual_crew, window_of
from services.gateway.pages.permit_details import entries_of

NINE, FIVE = "2026-11-26T09:00", "2026-11-26T17:00"


def place(kind: str = "spot", **said: Any) -> dict[str, Any]:
    silent = {"medium": "", "title": "R-101", "risk_place": "unknown", "needs_principal": False}
    return {"kind": kind, **silent, "is_assessment_due": False, **said}


class TestLedger:
    @pytest.mark.parametrize(
        ("one", "kind", "known"),
        [
            (place(), "hot_work", {}),
            (place(medium="甲苯", risk_place="no"), "hot_work", {"form.medium": "甲苯", "facts.risk_place": "false"}),
            (
                place("confined_space", needs_principal=True),
                "confined_space",
                {"form.space_name": "R-101", "facts.internal_work": "true", "facts.toxic_risk": "true"},
            ),
            (
                place("confined_space", risk_place="yes"),
                "hot_work",
                {"facts.risk_place": "true", "form.space_name": "R-101", "facts.internal_work": "true"},
            ),
            (place("pipe"), "blinding", {"form.pipe": "R-101"}),
            (place("fixed_hot_area"), "hot_work", {"facts.fixed_hot_work_area": "true"}),
            (place("fixed_hot_area"), "height", {}),
            (place("fixed_hot_area", is_assessment_due=True), "hot_work", {}),
        ],
    )
    def test_answers_what_it_knows_and_nothing_else(self, one: dict[str, Any], kind: str, known: Any) -> None:
        assert known_of(one, kind) == known


class TestCrew:
    def test_has_a_leader_a_worker_and_a_guardian(self) -> None:
        assert usual_crew("height") == ("work_leader", "worker", "guardian")

    @pytest.mark.parametrize(("kind", "role"), [("lifting", "lift_commander"), ("blinding", "blind_commander")])
    def test_has_a_commander_where_the_standard_asks_for_one(self, kind: str, role: str) -> None:
        """GB 30871-2022 7.1, 9.2.6."""
        assert usual_crew(kind)[-1] == role


class TestTime:
    def test_is_read_in_the_zone_of_the_place(self) -> None:
        moments = {"starts_at": f"{NINE}:00+08:00", "ends_at": f"{FIVE}:00+08:00"}
        assert window_of({"starts_at": NINE, "ends_at": FIVE}) == moments

    @pytest.mark.parametrize("given", [{}, {"starts_at": NINE}, {"starts_at": FIVE, "ends_at": NINE}])
    def test_that_is_none_judges_nobody(self, given: dict[str, str]) -> None:
        assert window_of(given) == {}


class TestEntries:
    def test_are_those_of_the_kind_in_their_words(self) -> None:
        option = {"id": "grinding", "zh": "打磨", "en": "grinding"}
        fields = [
            {"kind": "hot_work", "id": "method", "options": [option]},
            {"kind": "hot_work", "id": "height_m", "options": []},
            {"kind": "hot_work", "id": "hot_spot", "options": []},
            {"kind": "height", "id": "height_m", "options": []},
        ]
        one = {"kind": "hot_work", "form": {"method": "grinding", "hot_spot": ""}, "facts": {"height_m": 2.5}}

        assert [(field["id"], value) for field, value in entries_of(one, fields)] == [
            ("method", option),
            ("height_m", 2.5),
        ]
