"""What follows from a listing: the legal gate, the matrix by agency, purposes, and the way of a restriction."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.credit.domain.checks import CreditCodeMalformed, TooManyCodes, codes_asked
from services.credit.domain.measures import ADVISORY, RESTRICT, Measure, PurposeNotGranted, PurposeUnknown
from services.credit.domain.restrictions import (
    FEEDBACK,
    RESTRICTION_GUARDS,
    Restriction,
    is_escalated,
    next_reminder,
    take_restriction_step,
)
from services.credit.rules.measures import measure_rules, restriction_rules
from shared.machines import NotAllowed, Step, StepNotPossible, clock_step

MEASURES, RULES = measure_rules(), restriction_rules()
NOW = datetime(2026, 9, 29, 2, tzinfo=UTC)
GIVEN = {"measure": "下调授信", "date": "2026-09-28", "handler": "信贷部", "reason": "无依据"}
WHOLE = Measure("M", "…", "…", "FIN", "安全生产法", "第七十八条", "2024年版")


class TestLegalGate:
    @pytest.mark.parametrize("missing", ["basis_doc", "basis_article", "measure_list_version"])
    def test_only_advises_where_a_part_of_the_basis_is_missing(self, missing: str) -> None:
        assert WHOLE.effect == RESTRICT
        assert replace(WHOLE, **{missing: ""}).effect == ADVISORY

    def test_lets_banks_be_told_only_for_reference(self) -> None:
        effects = {code: one.effect for code, one in MEASURES.restrictions.items()}
        assert effects["R-FIN"] == effects["R-PROC"] == effects["R-TAX"] == ADVISORY
        assert {code for code, effect in effects.items() if effect == RESTRICT} == {
            "R-INS", "R-PROJ", "R-ENV", "R-OCC",
        }  # fmt: skip


class TestMatrix:
    def test_knows_every_agency_as_a_purpose(self) -> None:
        assert {one.agency for one in MEASURES.restrictions.values()} == MEASURES.purposes.keys() - {"SUPERVISION"}

    def test_tells_an_agency_its_own_rows(self) -> None:
        assert [one.code for one in MEASURES.measures_for("MKT")] == ["R-MKT", "R-OCC"]

    def test_tells_the_bureau_everything(self) -> None:
        assert len(MEASURES.measures_for("SUPERVISION")) == len(MEASURES.measures) + len(MEASURES.restrictions)


class TestCodes:
    def test_are_asked_for_once_each(self) -> None:
        first, second = "91330000704676287N", "91330000742004828D"
        assert codes_asked([second, first, f" {second.lower()}\n"]) == [second, first]

    @pytest.mark.parametrize("text", ["A", "91330000704676287N1", "91330000704676287N junk", ""])
    def test_that_cannot_be_one_are_refused(self, text: str) -> None:
        with pytest.raises(CreditCodeMalformed):
            codes_asked([text])

    def test_are_a_thousand_at_most(self) -> None:
        with pytest.raises(TooManyCodes):
            codes_asked(["A"] * 1001)


class TestPurpose:
    def test_has_to_be_one_of_the_list(self) -> None:
        with pytest.raises(PurposeUnknown):
            MEASURES.require_purpose("CURIOSITY", granted=None)

    def test_has_to_be_granted(self) -> None:
        with pytest.raises(PurposeNotGranted):
            MEASURES.require_purpose("FIN", granted=frozenset({"PROC"}))
        assert MEASURES.require_purpose("PROC", granted=frozenset({"PROC"})).code == "PROC"
        assert MEASURES.require_purpose("FIN", granted=None).code == "FIN"


EXPECTED = {
    "pushed": {
        "receive": "received", "apply": "applied", "refuse": "refused", "request_lift": "lift_requested",
        "remind": "pushed", "escalate": "pushed",
    },
    "received": {"apply": "applied", "refuse": "refused", "request_lift": "lift_requested"},
    "applied": {"request_lift": "lift_requested"},
    "refused": {},
    "lift_requested": {"lift": "lifted", "remind": "lift_requested", "escalate": "lift_requested"},
    "lifted": {},
}  # fmt: skip


def a_step(event: str, **given: Any) -> Step:
    return clock_step(event, NOW) if event in ("remind", "escalate") else Step(event, "k", 0, NOW, GIVEN | given)


class TestRestriction:
    @pytest.mark.parametrize("state", RULES.machine.states)
    @pytest.mark.parametrize("event", RULES.machine.events)
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        one = Restriction(state, "FIN", "removing", frozenset({"FIN"}))
        if event in EXPECTED[state]:
            assert take_restriction_step(RULES, one, step=a_step(event))[0] == EXPECTED[state][event]
        else:
            with pytest.raises(StepNotPossible):
                take_restriction_step(RULES, one, step=a_step(event))

    def test_uses_every_guard_and_every_word_of_feedback(self) -> None:
        used = {guard for row in RULES.machine.transitions.values() for guard in row.guards}
        assert used == RESTRICTION_GUARDS.keys()
        assert set(FEEDBACK.values()) <= set(RULES.machine.events)

    @pytest.mark.parametrize(
        ("one", "step", "code"),
        [
            (Restriction("pushed", "FIN", agencies=frozenset({"TAX"})), a_step("receive"), "other_agency"),
            (Restriction("pushed", "FIN"), a_step("apply", handler=""), "feedback_incomplete"),
            (Restriction("pushed", "FIN"), a_step("apply", date="2026-09-30"), "feedback_ahead"),
            (Restriction("pushed", "FIN", asked_at=NOW), a_step("apply", date="1900-01-01"), "feedback_before"),
            (Restriction("pushed", "FIN"), a_step("refuse", reason=""), "reason_missing"),
            (Restriction("applied", "FIN", "active"), a_step("request_lift"), "listing_runs"),
            (Restriction("pushed", "FIN"), Step("remind", "k", 0, NOW), "by_itself"),
        ],
    )
    def test_is_refused_with_its_reason(self, one: Restriction, step: Step, code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            take_restriction_step(RULES, one, step=step)
        assert refused.value.code == code


class TestReminders:
    """Asked on 29 September 2026: the working days after it are 30 September, 8, 9, 10 and 12 October."""

    @pytest.mark.parametrize(
        ("reminders", "event", "moment"),
        [(0, "remind", "2026-10-08T16:00:00+00:00"), (1, "escalate", "2026-10-12T16:00:00+00:00")],
    )
    def test_come_after_two_and_five_working_days(self, reminders: int, event: str, moment: str) -> None:
        found = next_reminder(RULES, Restriction("pushed", "FIN", asked_at=NOW, reminders=reminders))
        assert found is not None
        assert (found[0], found[1].astimezone(UTC).isoformat()) == (event, moment)

    @pytest.mark.parametrize(
        "one",
        [
            Restriction("applied", "FIN", asked_at=NOW),
            Restriction("pushed", "FIN"),
            Restriction("pushed", "FIN", asked_at=NOW, reminders=2),
        ],
    )
    def test_end_when_nothing_is_waited_for(self, one: Restriction) -> None:
        assert next_reminder(RULES, one) is None

    def test_are_escalated_after_the_second(self) -> None:
        assert is_escalated(Restriction("lift_requested", "FIN", asked_at=NOW, reminders=2))
        assert not is_escalated(Restriction("lift_requested", "FIN", asked_at=NOW, reminders=1))
