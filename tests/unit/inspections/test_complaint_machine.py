"""Every state with every event of a complaint about an intermediary, its guards and its times (AQ 9010-2019)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.inspections.domain.complaints import (
    COMPLAINT_GUARDS,
    Complaint,
    allowed_complaint_steps,
    check_complainer,
    take_complaint_step,
)
from services.inspections.rules import complaint_rules
from shared.machines import NotAllowed, Step, StepNotPossible, clock_step
from tests.unit.inspections.builders import NOW, ROLES

RULES = complaint_rules()
OPEN = {"respond": None, "uphold": "upheld", "reject": "unfounded", "withdraw": "withdrawn", "overdue": None}
EXPECTED: dict[str, dict[str, str | None]] = {
    "received": {"examine": "examined", **OPEN},
    "examined": {"extend": "extended", **OPEN},
    "extended": {**OPEN},
    "upheld": {},
    "unfounded": {},
    "withdrawn": {},
}
TIERS = {"respond": 2, "withdraw": 1}
DUE = datetime(2026, 3, 16, 16, tzinfo=UTC)


def a_step(event: str, *, tier: int | None = None, **given: Any) -> Step:
    shown = {"reason": "需要核查", "answer": "已核实", **given}
    if event == "overdue" and tier is None:
        return clock_step(event, DUE, **shown)
    tier = TIERS.get(event, 3) if tier is None else tier
    return Step(event, "somebody", tier, DUE, shown, given.get("roles", ROLES[tier]))


def a_complaint(state: str, **changes: Any) -> Complaint:
    return Complaint(**({"state": state, "received_at": NOW, "due_at": DUE} | changes))


class TestEveryStateWithEveryEvent:
    def test_has_a_row_here_for_every_state(self) -> None:
        assert EXPECTED.keys() == RULES.machine.states.keys()

    @pytest.mark.parametrize(
        ("state", "event"), [(state, event) for state in RULES.machine.states for event in RULES.machine.events]
    )
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        if event in EXPECTED[state]:
            moved, _ = take_complaint_step(RULES, a_complaint(state), step=a_step(event))
            assert moved.state == (EXPECTED[state][event] or state)
        else:
            with pytest.raises(StepNotPossible):
                take_complaint_step(RULES, a_complaint(state), step=a_step(event))

    def test_uses_every_guard(self) -> None:
        assert {guard for row in RULES.machine.transitions.values() for guard in row.guards} == COMPLAINT_GUARDS.keys()


class TestRefusals:
    @pytest.mark.parametrize(
        ("event", "changes", "code"),
        [
            ("respond", {"tier": 3}, "intermediary_only"),
            ("examine", {"tier": 2}, "authority_only"),
            ("uphold", {"roles": ("grid_worker",)}, "authority_only"),
            ("examine", {"reason": ""}, "reason_missing"),
            ("uphold", {"answer": " "}, "answer_missing"),
            ("withdraw", {"tier": 4}, "enterprise_only"),
            ("overdue", {"tier": 4}, "clock_only"),
        ],
    )
    def test_name_their_reason(self, event: str, changes: dict[str, Any], code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            take_complaint_step(RULES, a_complaint("received"), step=a_step(event, **changes))
        assert refused.value.code == code

    @pytest.mark.parametrize(
        "changes", [{"due_at": None}, {"due_at": DUE + timedelta(seconds=1)}, {"is_overdue": True}]
    )
    def test_note_once_that_the_time_has_passed(self, changes: dict[str, Any]) -> None:
        with pytest.raises(NotAllowed, match="not passed"):
            take_complaint_step(RULES, a_complaint("received", **changes), step=a_step("overdue"))

    def test_keep_everybody_else_from_complaining(self) -> None:
        with pytest.raises(NotAllowed, match="enterprise"):
            check_complainer(Step("complain", "inspector", 2, NOW))
        assert check_complainer(Step("complain", "principal", 1, NOW)) is None


class TestTime:
    """NOW is Monday 2026-03-02 in China."""

    def test_is_ten_working_days(self) -> None:
        assert RULES.answer.after(NOW) == datetime(2026, 3, 16, 16, tzinfo=UTC)

    def test_is_thirty_working_days_from_receipt_and_thirty_days_more(self) -> None:
        late = a_complaint("received", is_overdue=True)
        examined, _ = take_complaint_step(RULES, late, step=a_step("examine"))
        extended, _ = take_complaint_step(RULES, examined, step=a_step("extend"))
        assert (examined.due_at, examined.is_overdue) == (
            RULES.machine.transitions["received", "examine"].due.after(NOW),
            False,
        )  # type: ignore[union-attr]
        assert extended.due_at == examined.due_at + timedelta(days=30)  # type: ignore[operator]

    def test_stays_while_somebody_only_responds_and_ends_with_the_answer(self) -> None:
        late = a_complaint("received", is_overdue=True)
        responded, _ = take_complaint_step(RULES, late, step=a_step("respond"))
        answered, _ = take_complaint_step(RULES, late, step=a_step("uphold"))
        assert (responded.due_at, responded.is_overdue) == (DUE, True)
        assert (answered.due_at, answered.is_overdue) == (None, True)


class TestAllowedSteps:
    @pytest.mark.parametrize(
        ("tier", "roles", "steps"),
        [
            (1, ROLES[1], ["withdraw"]),
            (2, ROLES[2], ["respond"]),
            (3, ROLES[3], ["examine", "reject", "uphold"]),
            (3, ("grid_worker",), []),
            (0, (), []),
        ],
    )
    def test_leave_out_what_is_somebody_elses(self, tier: int, roles: tuple[str, ...], steps: list[str]) -> None:
        asked = Step("", "somebody", tier, NOW, roles=roles)
        assert sorted(allowed_complaint_steps(RULES, a_complaint("received"), asked=asked)) == steps
