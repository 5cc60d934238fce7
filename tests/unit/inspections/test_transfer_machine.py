"""Every state with every event of a transfer to another authority."""

from datetime import timedelta
from typing import Any

import pytest

from services.inspections.domain.transfers import MovedTransfer, take_transfer_step
from services.inspections.rules.transfers import transfer_rules
from shared.machines import NotAllowed, Step, StepNotPossible
from tests.unit.inspections.builders import NOW, TODAY, YESTERDAY

RULES = transfer_rules()
EXPECTED = {
    "sent": {
        "receive": "received",
        "accept": "accepted",
        "refuse": "refused",
        "resolve": "resolved",
        "take_back": "taken_back",
    },
    "received": {"accept": "accepted", "refuse": "refused", "resolve": "resolved", "take_back": "taken_back"},
    "accepted": {"resolve": "resolved", "take_back": "taken_back"},
    "resolved": {},
    "refused": {},
    "taken_back": {},
}
PAIRS = [(state, event) for state in RULES.machine.states for event in RULES.machine.events]
GIVEN: dict[str, Any] = {"signed_for_by": "值班室", "on": TODAY, "reply": "已受理"}


def step(state: str, event: str, **changes: Any) -> MovedTransfer:
    given = {name: value for name, value in (GIVEN | changes).items() if value is not None}
    return take_transfer_step(RULES, state, step=Step(event, "officer-1", 4, NOW, given), sent_at=NOW)


class TestEveryStateWithEveryEvent:
    def test_has_a_row_here_for_every_state(self) -> None:
        assert EXPECTED.keys() == RULES.machine.states.keys()

    @pytest.mark.parametrize(("state", "event"), PAIRS)
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        if event in EXPECTED[state]:
            assert step(state, event).state == EXPECTED[state][event]
        else:
            with pytest.raises(StepNotPossible):
                step(state, event)


class TestDue:
    @pytest.mark.parametrize(
        ("event", "is_awaited"), [("receive", True), ("accept", True), ("refuse", False), ("resolve", False)]
    )
    def test_is_set_while_something_is_awaited(self, event: str, is_awaited: bool) -> None:
        due_at = step("sent", event).due_at
        assert (due_at is not None and due_at > NOW + timedelta(days=9)) is is_awaited


class TestRefusals:
    @pytest.mark.parametrize(
        ("event", "changes", "code"),
        [
            ("receive", {"signed_for_by": " "}, "receipt_missing"),
            ("receive", {"on": None}, "receipt_missing"),
            ("receive", {"on": YESTERDAY}, "day_not_possible"),
            ("accept", {"reply": None}, "reply_missing"),
            ("accept", {"on": TODAY + timedelta(days=1)}, "day_not_possible"),
        ],
    )
    def test_name_their_reason(self, event: str, changes: dict[str, Any], code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            step("sent", event, **changes)
        assert refused.value.code == code

    def test_take_today_when_no_day_is_given(self) -> None:
        assert step("sent", "accept", on=None).state == "accepted"
