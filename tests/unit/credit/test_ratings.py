"""The credit grade (credit-and-inspections §5.4): points, limits, what moves it, and how long a fact counts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.credit.domain.ratings import CreditFact, Rating, as_document, next_change, policy_on, quiet_from, rate
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
            ("self_evaluation_missed", -3),
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


class TestTheStart:
    @pytest.mark.parametrize(("kind", "points"), [("standardised_1", 100), ("standardised_2", 100)])
    def test_is_no_lower_for_who_is_certified(self, kind: str, points: int) -> None:
        found = rated(kind)
        assert (found.start, found.score, found.grade) == (points, points, "A")
        assert [(one.words.id, one.references) for one in found.started] == [(kind, ("r0",))]

    @pytest.mark.parametrize(
        ("kind", "score", "grade"),
        [
            ("standardised_1", 87, "A"),
            ("standardised_2", 77, "B"),
            ("standardised_3", 67, "B"),
            ("hazard_overdue", 96, "A"),
        ],
    )
    def test_may_follow_the_level_as_in_shandong(self, kind: str, score: int, grade: str) -> None:
        """§5.4: or 90, 80, 70 by standardisation; a general penalty takes three points of it."""
        by_level = replace(POLICY, starts=[replace(one, points=one.alternative) for one in POLICY.starts])
        found = rate(by_level, facts(kind, "penalty_general"), today=TODAY)
        assert (found.score, found.grade) == (score, grade)


class TestABonus:
    @pytest.mark.parametrize(
        ("engineers", "points"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (12, 2)]
    )  # §5.4: three +1, five +2
    def test_is_given_for_registered_engineers(self, engineers: int, points: int) -> None:
        told = CreditFact("registered_engineers", TODAY, "e", until=TODAY, count=engineers)
        found = rate(POLICY, [told, *facts("entry_refused")], today=TODAY)
        assert (found.bonus, found.score) == (points, 90 + points)

    @pytest.mark.parametrize(
        ("kinds", "points"),
        [
            (["model_municipal"], 1),
            (["model_provincial"], 2),
            (["model_national"], 3),
            (["model_municipal", "model_national", "model_provincial"], 3),
        ],
    )
    def test_is_given_for_the_highest_honour(self, kinds: list[str], points: int) -> None:
        told = [CreditFact(kind, TODAY, kind, until=TODAY) for kind in kinds]
        assert rate(POLICY, told, today=TODAY).bonus == points

    def test_is_given_for_five_years_without_a_death_and_explained(self) -> None:
        found = rate(POLICY, facts("years_without_death", "penalty_serious"), today=TODAY)
        assert (found.bonus, found.score) == (2, 92)
        [shown] = as_document(found)["earned"]
        assert (shown["id"], shown["points"], shown["references"]) == ("years_without_death", 2, ["r0"])

    def test_lifts_nobody_above_a_hundred_and_is_capped_at_ten(self) -> None:
        generous = replace(POLICY, bonuses=[replace(one, points=9) for one in POLICY.bonuses])
        earned = [CreditFact("model_national", TODAY, "m", until=TODAY), *facts("years_without_death")]
        assert rate(POLICY, earned, today=TODAY).score == 100
        found = rate(generous, [*earned, *facts(*["entry_refused"] * 3)], today=TODAY)
        assert (sum(one.points for one in found.earned), found.bonus, found.score) == (18, 10, 80)

    def test_counts_up_to_its_last_day_whatever_the_months(self) -> None:
        told = [CreditFact("model_national", date(2020, 1, 1), "m", until=date(2026, 5, 11))]
        assert [rate(POLICY, told, today=day).bonus for day in (TODAY, TODAY + timedelta(1))] == [3, 0]
        assert next_change(POLICY, told, today=TODAY) == date(2026, 5, 12)


class TestYearsWithoutADeath:
    @pytest.mark.parametrize(
        ("known", "death", "first_day"),
        [
            (date(2021, 5, 11), None, date(2026, 5, 11)),
            (date(2026, 1, 1), None, date(2031, 1, 1)),
            (date(2015, 1, 1), date(2021, 5, 12), date(2026, 5, 12)),
            (date(2024, 2, 29), date(2019, 1, 1), date(2029, 2, 28)),
        ],
    )
    def test_begin_with_the_last_death_or_when_the_enterprise_is_known(
        self, known: date, death: date | None, first_day: date
    ) -> None:
        assert quiet_from(known, death, years=5) == first_day

    def test_count_from_their_day_on(self) -> None:
        ahead = [CreditFact("years_without_death", TODAY + timedelta(1), "e")]
        assert rate(POLICY, ahead, today=TODAY).bonus == 0
        assert next_change(POLICY, ahead, today=TODAY) == TODAY + timedelta(1)
        assert rate(POLICY, ahead, today=TODAY + timedelta(1)).bonus == 2
