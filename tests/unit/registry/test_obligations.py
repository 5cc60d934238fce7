"""Who owes what, and since when."""

from datetime import date
from typing import Any

import pytest

from services.registry.domain.obligations import (
    Decision,
    DecisionMalformed,
    Obligation,
    SupervisionNotAllowed,
    check_decision,
    check_supervision,
    decided,
    effect_on,
    ended,
    followed,
    owed,
    proposals,
)

TODAY = date(2026, 11, 25)
TOMORROW = date(2026, 11, 26)


def features(origin: str = "confirmed", **values: str) -> dict[str, dict[str, Any]]:
    return {name: {"value": value, "origin": origin} for name, value in values.items()}


def obligation(duty: str = "commitment", **changes: Any) -> Obligation:
    terms = {"rule": "decision", "basis": "区安委办〔2026〕3号", "frequency": "daily", "starts_on": TODAY}
    return Obligation(duty=duty, **(terms | changes))


def row(supervision: str, **known: dict[str, Any]) -> dict[str, Any]:
    return {"supervision": supervision, "features": known}


class TestCommitment:
    """应急〔2018〕74号 (permits §3.1): producers, traders with storage, holders of the safe-use licence."""

    @pytest.mark.parametrize("feature", ["hazchem_production", "hazchem_storage_trade", "hazchem_use_licence"])
    def test_is_owed_daily_by_those_that_the_notice_names(self, feature: str) -> None:
        commitment = next(one for one in owed(features(**{feature: "yes"}), today=TODAY) if one.duty == "commitment")

        assert (commitment.frequency, commitment.starts_on) == ("daily", TOMORROW)

    @pytest.mark.parametrize(
        "known",
        [
            features(hazchem_trade="yes"),
            features(metal_dust="yes"),
            features(hazchem_production="no"),
            features("inferred", hazchem_production="yes"),
        ],
    )
    def test_is_owed_by_nobody_else(self, known: dict[str, Any]) -> None:
        assert [one.duty for one in owed(known, today=TODAY)] == ["self_check", "training"]

    def test_is_proposed_for_others_and_for_what_is_only_inferred(self) -> None:
        found = proposals(features("inferred", hazchem_production="yes", metal_dust="yes"), [obligation("training")])

        assert [one.id for one in found] == [
            "SELF-CHECK", "COMMITMENT-HAZCHEM", "COMMITMENT-OTHERS", "DECLARATION-HAZCHEM", "DECLARATION-OTHERS",
            "CONTRACT",
        ]  # fmt: skip


class TestSupervision:
    def test_starts_nothing_before_somebody_supervises(self) -> None:
        assert (
            followed("unverified", row("unverified", **features(hazchem_production="yes")), present=[], today=TODAY)
            == []
        )

    def test_starts_what_the_law_says_on_the_next_day(self) -> None:
        started = followed(
            "unverified", row("supervised", **features(hazchem_production="yes")), present=[], today=TODAY
        )

        assert [(one.duty, one.starts_on) for one in started] == [
            (duty, TOMORROW) for duty in ("self_check", "commitment", "declaration", "training")
        ]

    def test_leaves_what_runs_and_what_a_decision_ended(self) -> None:
        present = [obligation("training"), obligation("self_check", ends_on=TODAY, end_reason="decision")]

        assert followed("supervised", row("supervised"), present=present, today=TODAY) == []

    def test_starts_again_what_ended_with_it(self) -> None:
        present = [obligation("training", ends_on=TODAY, end_reason="supervision"), obligation("self_check")]

        assert [one.duty for one in followed("ceased", row("supervised"), present=present, today=TODAY)] == ["training"]

    def test_ends_all_when_it_ends(self) -> None:
        present = [obligation("training", starts_on=TOMORROW), obligation("self_check", ends_on=TODAY)]

        stopped = followed("supervised", row("transferred"), present=present, today=TODAY)

        assert [(one.duty, one.ends_on, one.end_reason) for one in stopped] == [("training", TOMORROW, "supervision")]

    @pytest.mark.parametrize(("before", "after"), [("supervised", "unverified"), ("recorded", "unverified")])
    def test_never_goes_back_to_unverified(self, before: str, after: str) -> None:
        with pytest.raises(SupervisionNotAllowed):
            check_supervision(before, after, status="active")

    def test_of_what_is_deregistered_can_only_cease(self) -> None:
        check_supervision("supervised", "ceased", status="deregistered")
        with pytest.raises(SupervisionNotAllowed):
            check_supervision("ceased", "supervised", status="deregistered")


class TestObligation:
    @pytest.mark.parametrize(
        ("day", "runs"), [(date(2026, 11, 24), False), (TODAY, True), (TOMORROW, True), (date(2026, 11, 27), False)]
    )
    def test_runs_from_its_first_day_up_to_its_end(self, day: date, runs: bool) -> None:
        assert obligation(ends_on=date(2026, 11, 27)).runs_on(day) is runs

    def test_never_ends_before_it_begins(self) -> None:
        assert not ended(obligation(starts_on=TOMORROW), TODAY, reason="decision").runs_on(TOMORROW)


class TestDecision:
    @pytest.mark.parametrize(
        "decision",
        [
            Decision("supervision"),
            Decision("start", effective_on=TOMORROW),
            Decision("end", duties=("contract",), effective_on=date(2026, 11, 24)),
        ],
    )
    def test_needs_content_and_a_day_to_come(self, decision: Decision) -> None:
        with pytest.raises(DecisionMalformed):
            check_decision(decision, today=TODAY)

    @pytest.mark.parametrize(
        "decision", [Decision("supervision", "supervised"), Decision("start", duties=("contract",), effective_on=TODAY)]
    )
    def test_may_hold_from_today(self, decision: Decision) -> None:
        check_decision(decision, today=TODAY)

    @pytest.mark.parametrize(
        ("decision", "state", "running", "effect"),
        [
            (Decision("supervision", "supervised"), "unverified", 0, "changed"),
            (Decision("supervision", "supervised"), "supervised", 0, "unchanged"),
            (Decision("supervision", "unverified"), "supervised", 0, "refused"),
            (Decision("start", duties=("contract",)), "unverified", 0, "refused"),
            (Decision("start", duties=("contract",)), "supervised", 0, "changed"),
            (Decision("start", duties=("contract",)), "supervised", 1, "unchanged"),
            (Decision("end", duties=("contract",)), "supervised", 1, "changed"),
            (Decision("end", duties=("contract",)), "supervised", 0, "unchanged"),
        ],
    )
    def test_has_one_effect_on_each(self, decision: Decision, state: str, running: int, effect: str) -> None:
        assert effect_on(decision, supervision=state, status="active", running=running) == effect

    def test_starts_what_does_not_run_with_its_usual_frequency(self) -> None:
        decision = Decision(
            "start", duties=("contract", "training"), basis="区安委办〔2026〕3号", effective_on=TOMORROW
        )

        started = decided(decision, [obligation("training")])

        assert [(one.duty, one.frequency, one.starts_on) for one in started] == [("contract", "continuous", TOMORROW)]

    def test_ends_what_runs(self) -> None:
        decision = Decision("end", duties=("contract", "training"), effective_on=TOMORROW)

        stopped = decided(decision, [obligation("training")])

        assert [(one.duty, one.ends_on, one.end_reason) for one in stopped] == [("training", TOMORROW, "decision")]
