"""Policies of the bureau's own: what may be changed, who adopts, from when, and what cannot be taken back."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.credit.domain.rating_policies import (
    Adoption,
    DayTaken,
    Draft,
    NotADraft,
    NotTriedOut,
    PolicyHasBegun,
    PolicyLocked,
    PolicyUnsuitable,
    check_adoption,
    check_draft,
    check_withdrawal,
    differences,
    merged,
    numbers_of,
    with_numbers,
)
from services.credit.domain.ratings import CreditFact, rate
from services.credit.rules.ratings import rating_policies
from shared.machines import NotAllowed

POLICY, TODAY = rating_policies()[0], date(2026, 5, 11)
DRAFT = Draft("draft", ["officer"], 3, 3)


class TestTheNumbers:
    def test_are_those_of_the_policy_until_they_are_changed(self) -> None:
        assert with_numbers(POLICY, {}) == replace(POLICY, grades=list(POLICY.grades), moves=list(POLICY.moves))
        assert numbers_of(POLICY)["grades"] == {"A": 80, "B": 60, "C": 40}

    def test_of_a_change_leave_the_others_as_they_are(self) -> None:
        changes = {"start": 95, "months": None, "points": {"penalty_light": -30}}
        tried = with_numbers(POLICY, changes)
        told = [CreditFact(kind, TODAY, kind) for kind in ("penalty_light", "hazard_overdue")]
        assert rate(tried, told, today=TODAY).score == 95 - 30 - 1
        assert (tried.months, tried.points["penalty_serious"]) == (12, -10)

    def test_change_limits_steps_bonuses_and_how_many_are_needed(self) -> None:
        tried = with_numbers(
            POLICY,
            {"grades": {"A": 90}, "moves": {"two_penalties": 2}, "needed": {"two_penalties": 1}}
            | {"bonuses": {"model_municipal": 4}, "starts": {"standardised_1": 90}},
        )
        told = [CreditFact("penalty_light", TODAY, "p"), CreditFact("standardised_1", TODAY, "s")]
        found = rate(tried, told, today=TODAY)
        assert (found.score, found.by_score, found.grade) == (89, "B", "D")
        assert {one.words.id: one.points for one in tried.bonuses}["model_municipal"] == 4

    def test_of_two_changes_are_those_of_both(self) -> None:
        numbers = merged(merged(numbers_of(POLICY), {"start": 90}), {"points": {"penalty_light": -2}})
        assert (numbers["start"], numbers["points"]["penalty_light"]) == (90, -2)

    @pytest.mark.parametrize("limits", [{"B": 80}, {"C": 61}, {"A": 50}, {"C": 0}])
    def test_let_a_better_grade_need_more_points(self, limits: dict[str, int]) -> None:
        with pytest.raises(PolicyUnsuitable):
            with_numbers(POLICY, {"grades": limits})

    @pytest.mark.parametrize("changes", [{"moves": {"listed": 1}}, {"needed": {"listed": 2}}])
    def test_leave_who_is_listed_at_the_worst_grade(self, changes: dict[str, Any]) -> None:
        with pytest.raises(PolicyLocked):
            with_numbers(POLICY, changes)

    def test_are_compared_with_those_before(self) -> None:
        found = differences(POLICY, with_numbers(POLICY, {"start": 90, "grades": {"A": 85}, "needed": {"listed": 1}}))
        assert [(one.part, one.words.id, one.before, one.after) for one in found] == [
            ("start", "start", 100, 90), ("grades", "A", 80, 85),
        ]  # fmt: skip


class TestAnAdoption:
    @pytest.mark.parametrize("ahead", [0, 30])
    def test_is_by_somebody_else_from_today_or_later(self, ahead: int) -> None:
        adoption = Adoption(TODAY + timedelta(ahead), "椒应急〔2026〕8号")
        assert check_adoption(DRAFT, adoption, by="leader", today=TODAY, taken=()) is None

    @pytest.mark.parametrize(
        ("by", "ahead", "code"), [("officer", 0, "drafted_yourself"), ("leader", -1, "first_day_passed")]
    )
    def test_is_refused_to_who_wrote_it_and_for_the_past(self, by: str, ahead: int, code: str) -> None:
        with pytest.raises(NotAllowed) as refusal:
            check_adoption(DRAFT, Adoption(TODAY + timedelta(ahead), "8号"), by=by, today=TODAY, taken=())
        assert refusal.value.code == code

    @pytest.mark.parametrize(
        ("draft", "taken", "error"),
        [
            (replace(DRAFT, tried_revision=2), (), NotTriedOut),
            (replace(DRAFT, state="adopted"), (), NotADraft),
            (DRAFT, (TODAY,), DayTaken),
        ],
    )
    def test_needs_a_draft_that_was_tried_out_and_a_free_day(
        self, draft: Draft, taken: tuple[date, ...], error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            check_adoption(draft, Adoption(TODAY, "8号"), by="leader", today=TODAY, taken=taken)


class TestAnEnd:
    def test_is_for_drafts_a_drop(self) -> None:
        assert check_draft(DRAFT) is None
        with pytest.raises(NotADraft):
            check_draft(replace(DRAFT, state="dropped"))

    def test_is_for_what_has_not_begun_a_withdrawal(self) -> None:
        assert check_withdrawal("adopted", TODAY + timedelta(1), today=TODAY) is None
        with pytest.raises(PolicyHasBegun):
            check_withdrawal("adopted", TODAY, today=TODAY)

    @pytest.mark.parametrize(("state", "day"), [("draft", None), ("withdrawn", TODAY + timedelta(1))])
    def test_is_not_for_others(self, state: str, day: date | None) -> None:
        with pytest.raises(NotADraft):
            check_withdrawal(state, day, today=TODAY)
