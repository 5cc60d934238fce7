"""The order to stop work: every state with every event, who signs, who lifts (permits §5.3)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.permits.domain.declarations import AUTHORITY
from services.permits.domain.stop_orders import (
    STEPS,
    STOP_ORDER_GUARDS,
    NothingNamed,
    StopOrder,
    allowed_order_steps,
    check_preparing,
    take_order_step,
)
from services.permits.rules.stop_orders import stop_order_rules
from shared.machines import NotAllowed, Step, StepNotPossible

RULES = stop_order_rules()
NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
OFFICER = frozenset({"bureau_officer"})
EXPECTED = {
    "prepared": {"countersign": "in_force", "issue_alone": "in_force", "drop": "dropped"},
    "in_force": {"lift": "lifted"},
    "lifted": {},
    "dropped": {},
}


def a_step(event: str, *, by: str = "second", roles: frozenset[str] = OFFICER, **given: Any) -> Step:
    return Step(event, by, AUTHORITY, NOW, {"reason": "现场无监护人"} | given, roles)


class TestEveryStateWithEveryEvent:
    def test_has_a_row_here_for_every_state(self) -> None:
        assert EXPECTED.keys() == RULES.machine.states.keys()
        assert set(STEPS) == set(RULES.machine.events)

    @pytest.mark.parametrize("state", RULES.machine.states)
    @pytest.mark.parametrize("event", RULES.machine.events)
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        order = StopOrder(state, "first")
        if event in EXPECTED[state]:
            assert take_order_step(RULES, order, step=a_step(event))[0] == EXPECTED[state][event]
        else:
            with pytest.raises(StepNotPossible):
                take_order_step(RULES, order, step=a_step(event))

    def test_uses_every_guard(self) -> None:
        used = {guard for row in RULES.machine.transitions.values() for guard in row.guards}
        assert used == STOP_ORDER_GUARDS.keys()


class TestRefusals:
    @pytest.mark.parametrize(
        ("state", "step", "code"),
        [
            ("prepared", a_step("countersign", by="first"), "signed_already"),
            ("prepared", a_step("countersign", roles=frozenset({"subdistrict_officer"})), "officers_only"),
            ("prepared", a_step("issue_alone", by="first", reason=""), "reason_missing"),
            ("in_force", a_step("lift", reason=" "), "reason_missing"),
            ("in_force", a_step("lift", roles=frozenset({"grid_worker"})), "officers_only"),
        ],
    )
    def test_name_their_reason(self, state: str, step: Step, code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            take_order_step(RULES, StopOrder(state, "first"), step=step)
        assert refused.value.code == code


class TestAllowed:
    @pytest.mark.parametrize(
        ("by", "roles", "expected"),
        [
            ("second", OFFICER, ["countersign", "issue_alone", "drop"]),
            ("first", OFFICER, ["issue_alone", "drop"]),
            ("somebody", frozenset({"subdistrict_officer"}), []),
        ],
    )
    def test_goes_by_who_asks(self, by: str, roles: frozenset[str], expected: list[str]) -> None:
        asked = a_step("", by=by, roles=roles)
        assert allowed_order_steps(RULES, StopOrder("prepared", "first"), asked=asked) == expected


class TestPreparing:
    @pytest.mark.parametrize(("is_whole", "named"), [(True, 0), (False, 2)])
    def test_covers_everything_or_what_is_named(self, is_whole: bool, named: int) -> None:
        check_preparing(RULES, a_step("prepare"), is_whole=is_whole, named=named)

    @pytest.mark.parametrize(("is_whole", "named"), [(True, 1), (False, 0)])
    def test_is_never_both_nor_neither(self, is_whole: bool, named: int) -> None:
        with pytest.raises(NothingNamed):
            check_preparing(RULES, a_step("prepare"), is_whole=is_whole, named=named)

    def test_is_the_bureaus(self) -> None:
        with pytest.raises(NotAllowed):
            check_preparing(RULES, a_step("prepare", roles=frozenset()), is_whole=True, named=0)

    def test_numbers_by_year(self) -> None:
        assert RULES.numbered(year=2026, serial=7) == "应急停作〔2026〕7号"
