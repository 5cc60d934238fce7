"""The way of an annual plan: every state and event, every reason to refuse, nobody approves the own plan."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.inspections.domain.plan_steps import PlanState, allowed_plan_steps, months_left, take_plan_step
from services.inspections.rules import plan_rules
from shared.machines import NotAllowed, Step, StepNotPossible, clock_step

MACHINE = plan_rules().machine
NOW = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
SOUND = PlanState("draft", by=frozenset({"author"}), lines=3, visits=90, most=93)
GIVEN = {"reason": "因为如此"}
LEADS = {
    ("draft", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "return"): "draft",
    ("approved", "return"): "draft",
    ("approved", "publish"): "published",
    ("draft", "withdraw"): "withdrawn",
    ("published", "replace"): "replaced",
}


def step(event: str, by: str = "leader", **given: str) -> Step:
    return clock_step(event, NOW, **given) if event == "replace" else Step(event, by, 4, NOW, given)


class TestMachine:
    @pytest.mark.parametrize("event", MACHINE.events)
    @pytest.mark.parametrize("state", list(MACHINE.states))
    def test_leads_on_or_refuses(self, state: str, event: str) -> None:
        plan = replace(SOUND, state=state)
        if (state, event) in LEADS:
            assert take_plan_step(MACHINE, plan, step=step(event, **GIVEN)).to == LEADS[state, event]
        else:
            with pytest.raises(StepNotPossible) as refused:
                take_plan_step(MACHINE, plan, step=step(event, **GIVEN))
            assert refused.value.facts["state"] == state

    def test_tells_of_nothing_but_the_publication(self) -> None:
        assert {row.event for row in MACHINE.transitions.values() if row.tells} == {"publish"}


class TestGuards:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"most": None}, "capacity_missing"),
            ({"lines": 0}, "plan_empty"),
            ({"missing": 1}, "must_be_included"),
            ({"over_cap": 2}, "cap_exceeded"),
            ({"visits": 94}, "more_than_capacity"),
        ],
        ids=["capacity", "empty", "missing", "cap", "too_much"],
    )
    def test_keep_an_unsound_plan_a_draft(self, changes: dict[str, int], code: str) -> None:
        """§4.1 capacity, §4.2 who must be in it, §4.3 cap."""
        with pytest.raises(NotAllowed) as refused:
            take_plan_step(MACHINE, replace(SOUND, **changes), step=step("submit"))
        assert refused.value.code == code

    def test_let_a_plan_pass_that_says_how_it_fits(self) -> None:
        plan = replace(SOUND, visits=200)
        assert take_plan_step(MACHINE, plan, step=step("submit", reason="向市局借调两人")).to == "submitted"

    @pytest.mark.parametrize(
        ("state", "taken", "code"),
        [
            ("submitted", step("approve", by="author"), "same_person"),
            ("submitted", step("return", reason=" "), "reason_missing"),
            ("draft", step("withdraw"), "reason_missing"),
            ("published", Step("replace", "leader", 4, NOW), "clock_only"),
        ],
        ids=["own_plan", "no_reason", "withdrawn_for_nothing", "by_hand"],
    )
    def test_refuse_who_may_not_or_does_not_say_why(self, state: str, taken: Step, code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            take_plan_step(MACHINE, replace(SOUND, state=state), step=taken)
        assert refused.value.code == code

    def test_offer_nobody_the_approval_of_the_own_plan(self) -> None:
        plan = replace(SOUND, state="submitted")
        offered = [allowed_plan_steps(MACHINE, plan, asked=step("", by=by)) for by in ("author", "leader")]
        assert offered == [["return"], ["approve", "return"]]


class TestMonthsLeft:
    @pytest.mark.parametrize(
        ("year", "months"),
        [(2026, []), (2027, list(range(3, 13))), (2028, list(range(1, 13)))],
        ids=["past", "present", "coming"],
    )
    def test_are_those_that_are_not_over(self, year: int, months: list[int]) -> None:
        assert list(months_left(year, date(2027, 3, 31))) == months
