"""The survey's order, its questions and what an answer settles."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.registry.domain.surveys import (
    MOST_QUESTIONS,
    Answer,
    SurveyMalformed,
    check_moment,
    features_of,
    prefilled,
    rank_of,
    settled,
    supervision_after,
    survey_table,
)

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def row(
    section: str = "F", headcount: int | None = 5, supervision: str = "unverified", **features: Any
) -> dict[str, Any]:
    return {"industry_section": section, "headcount": headcount, "features": features, "supervision": supervision}


def feature(value: str = "yes", origin: str = "inferred") -> dict[str, Any]:
    return {"value": value, "origin": origin, "words": ["喷漆"]}


class TestOrder:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (row(hazchem_production=feature()), row("C", 500, coating=feature())),
            (row("C", coating=feature()), row("C")),
            (row("C"), row("F", None)),
            (row("F", 300), row("F", 100)),
            (row("F", None), row("F", 5)),
            (row(), row(coating=feature("no"), section="S")),
        ],
    )
    def test_is_by_suggested_hazards_then_industry_then_headcount(self, first: Any, second: Any) -> None:
        assert rank_of(first) > rank_of(second)


class TestQuestions:
    def test_are_at_most_eight(self) -> None:
        assert len(survey_table().questions) <= MOST_QUESTIONS

    def test_are_filled_in_with_what_is_suggested(self) -> None:
        surface = next(one for one in prefilled({"coating": feature()}) if one["id"] == "surface")

        assert [(one["id"], one["value"], one["words"]) for one in surface["facts"]] == [
            ("coating", "yes", ["喷漆"]),
            ("surface_treatment", "unknown", []),
        ]

    def test_settle_every_fact_when_nothing_is_there(self) -> None:
        facts = settled([Answer("dust", "none"), Answer("record", "none")])

        assert (facts["metal_dust"], facts["organic_dust"], facts["penalties_1y"]) == ("no", "no", 0)

    def test_settle_what_is_ticked_and_what_is_not(self) -> None:
        assert settled([Answer("dust", "some", ("metal_dust",))]) == {"metal_dust": "yes", "organic_dust": "no"}

    def test_leave_a_number_open_that_nobody_counted(self) -> None:
        facts = settled([Answer("record", "some", ("penalties_1y",))])

        assert ("penalties_1y" in facts, facts["open_major_hazards"]) == (False, 0)

    def test_settle_nothing_when_nobody_knows(self) -> None:
        assert settled([Answer("dust", "unknown")]) == {}

    @pytest.mark.parametrize("answer", [Answer("weather", "none"), Answer("dust", "some", ("coating",))])
    def test_refuse_what_was_not_asked(self, answer: Answer) -> None:
        with pytest.raises(SurveyMalformed):
            settled([answer])

    def test_give_the_register_its_own_features_only(self) -> None:
        assert features_of({"coating": "no", "no_safety_staff": "no", "penalties_1y": 0}) == {"coating": "no"}


class TestSupervision:
    @pytest.mark.parametrize(
        ("found", "state"),
        [
            (row("C"), "supervised"),
            (row("F", lpg=feature(origin="confirmed")), "supervised"),
            (row("F", lpg=feature()), "recorded"),
            (row("F", lpg=feature("no", "confirmed")), "recorded"),
            (row("C", supervision="recorded"), "recorded"),
        ],
    )
    def test_follows_from_what_was_found_unless_somebody_decided(self, found: Any, state: str) -> None:
        assert supervision_after(found) == state


class TestMoment:
    @pytest.mark.parametrize("at", [NOON + timedelta(hours=1), NOON - timedelta(days=61)])
    def test_is_refused_when_it_cannot_be(self, at: datetime) -> None:
        with pytest.raises(SurveyMalformed):
            check_moment(at, now=NOON)

    def test_may_be_a_month_ago(self) -> None:
        assert check_moment(NOON - timedelta(days=30), now=NOON) is None
