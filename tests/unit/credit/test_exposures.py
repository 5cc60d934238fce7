"""Public exposure: who decides, for how long, how it ends."""

from datetime import UTC, date, datetime

import pytest

from services.credit.domain.exposures import (
    Exposure,
    ObjectionRefused,
    allowed_exposure_steps,
    check_objection,
    take_exposure_step,
)
from services.credit.rules.exposures import exposure_rules
from shared.machines import NotAllowed, Step, StepNotPossible, clock_step

RULES = exposure_rules()
NOW = datetime(2026, 5, 11, 2, tzinfo=UTC)


def step(event: str, by: str = "leader", **given: str) -> Step:
    return Step(event, by, 3, NOW, given)


class TestADecision:
    def test_is_not_made_by_who_proposed_it(self) -> None:
        with pytest.raises(NotAllowed) as refusal:
            take_exposure_step(RULES, Exposure("proposed", "leader"), step=step("publish"))
        assert refusal.value.code == "proposed_yourself"
        assert take_exposure_step(RULES, Exposure("proposed", "officer"), step=step("publish"))[0] == "published"

    @pytest.mark.parametrize(
        ("state", "event", "then"),
        [
            ("proposed", "drop", "dropped"),
            ("published", "suspend", "suspended"),
            ("suspended", "resume", "published"),
            ("suspended", "withdraw", "withdrawn"),
        ],
    )
    def test_has_a_reason(self, state: str, event: str, then: str) -> None:
        with pytest.raises(NotAllowed) as refusal:
            take_exposure_step(RULES, Exposure(state, "officer"), step=step(event))
        assert refusal.value.code == "reason_missing"
        assert take_exposure_step(RULES, Exposure(state, "officer"), step=step(event, reason="因为"))[0] == then

    def test_that_the_state_does_not_allow_is_refused(self) -> None:
        with pytest.raises(StepNotPossible):
            take_exposure_step(RULES, Exposure("withdrawn", "officer"), step=step("resume", reason="因为"))

    def test_is_offered_to_who_may_make_it(self) -> None:
        offered = [
            allowed_exposure_steps(RULES, Exposure("proposed", "officer"), asked=step("", by))
            for by in ("officer", "leader")
        ]
        assert offered == [["drop"], ["publish", "drop"]]
        assert "expire" not in allowed_exposure_steps(RULES, Exposure("published", "officer"), asked=step(""))


class TestTheEnd:
    def test_comes_by_the_clock(self) -> None:
        assert take_exposure_step(RULES, Exposure("published", "a"), step=clock_step("expire", NOW))[0] == "expired"
        with pytest.raises(NotAllowed):
            take_exposure_step(RULES, Exposure("published", "a"), step=step("expire"))

    def test_is_the_same_day_so_many_months_later(self) -> None:
        assert RULES.shown_until(date(2026, 5, 31), 1) == date(2026, 6, 30)


class TestAnObjection:
    def test_is_to_what_is_public(self) -> None:
        assert (check_objection("published"), check_objection("suspended")) == (None, None)
        with pytest.raises(ObjectionRefused):
            check_objection("expired")
