"""The credit grade (credit-and-inspections §5.4): points, limits, what moves it, and how long a fact counts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.credit.domain.ratings import CreditFact, Rating, as_document, next_change, policy_on, rate
from services.credit.rules.ratings import rating_policies

POLICY = rating_policies()[0]
TODAY = date(2026, 5, 11)


def facts(*kinds: str, day: date = TODAY) -> list[CreditFact]:
    return [CreditFact(kind, day, f"r{number}") for number, kind in enumerate(kinds)]


def rated(*kinds: str) -> Rating:
    return rate(POLICY, facts(*kinds), today=TODAY)


class TestTheScore:
    def test_begins_at_a_hundred(self) -> None:
        assert (rated().grade, rated().score, rated().counted, rated().moved) == ("A", 100, [], [])

    @pytest.mark.parametrize(
        ("kind", "points"),
        [
            ("self_check_overdue", -2),
            ("penalty_light", -1),
            ("penalty_general", -3),
            ("penalty_serious", -10),
            ("hazard_overdue", -1),
            ("self_check_refuted", -10),
            ("entry_refused", -10),
        ],
    )
    def test_falls_by_the_points_of_each_fact(self, kind: str, points: int) -> None:
        assert rated(kind).score == 100 + points

    @pytest.mark.parametrize(
        ("refused", "score", "grade"),
        [(1, 90, "A"), (2, 80, "B"), (4, 60, "B"), (5, 50, "C"), (6, 40, "C"), (7, 30, "D"), (12, 0, "D")],
    )
    def test_makes_the_grade(self, refused: int, score: int, *, grade: str) -> None:
        found = rated(*["entry_refused"] * refused)
        assert (found.score, found.grade, found.by_score) == (score, grade, grade)


class TestAMove:
    @pytest.mark.parametrize(
        ("kinds", "grade"),
        [
            (["penalty_light"], "A"),
            (["penalty_light", "penalty_general"], "B"),
            (["fatal_accident"], "C"),
            (["fatal_accident", "fatal_accident"], "D"),
            (["grave_accident"], "D"),
            (["major_hazard_overdue"], "D"),
            (["listed"], "D"),
            (["listed", "grave_accident"], "D"),
        ],
    )
    def test_makes_the_grade_worse_whatever_the_score(self, kinds: list[str], grade: str) -> None:
        assert rated(*kinds).grade == grade

    def test_explains_itself_with_the_rows_behind_it(self) -> None:
        shown = as_document(rated("penalty_light", "penalty_light"))
        assert shown["counted"] == [
            {"id": "penalty_light", "zh": "行政处罚（轻微）", "en": "light penalty", "count": 2, "points": -2}
            | {"references": ["r0", "r1"]}
        ]
        assert [(one["id"], one["steps"], one["references"]) for one in shown["moved"]] == [
            ("two_penalties", 1, ["r0", "r1"])
        ]


class TestAFact:
    def test_counts_for_twelve_months(self) -> None:
        days = (date(2025, 5, 11), date(2025, 5, 12))
        scores = [rate(POLICY, facts("penalty_serious", day=day), today=TODAY).score for day in days]
        assert scores == [100, 90]

    def test_counts_as_long_as_its_cause_lasts(self) -> None:
        assert rate(POLICY, facts("listed", day=date(2024, 1, 1)), today=TODAY).grade == "D"

    def test_ends_on_a_day_that_is_known(self) -> None:
        assert next_change(POLICY, facts("penalty_light", day=date(2025, 6, 1)), today=TODAY) == date(2026, 6, 1)
        assert next_change(POLICY, facts("listed"), today=TODAY) is None
        leap = facts("penalty_light", day=date(2024, 2, 29))
        assert next_change(POLICY, leap, today=date(2025, 2, 28)) == date(2025, 3, 1)


class TestThePolicy:
    def test_is_the_one_in_force(self) -> None:
        later = replace(POLICY, version="v2", effective_from=TODAY)
        days = (date(2020, 1, 1), TODAY - timedelta(days=1), TODAY)
        assert [policy_on([POLICY, later], day).version for day in days] == ["v1", "v1", "v2"]

    def test_is_tried_out_with_other_points(self) -> None:
        tried = POLICY.changed({"penalty_light": -30}, start=95)
        assert rate(tried, facts("penalty_light", "hazard_overdue"), today=TODAY).score == 64
        assert POLICY.changed({}).start == 100
