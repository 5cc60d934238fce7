"""What may be declared, and every state of a declared job with every event (permits §5.3, §5.5)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.permits.domain.declarations import (
    AUTHORITY,
    DECLARATION_GUARDS,
    ENTERPRISE,
    DeclarationRefused,
    Job,
    allowed_job_steps,
    check_day,
    check_job,
    step_with_permit,
    take_job_step,
)
from services.permits.rules.declarations import declaration_rules
from shared.clock import BUSINESS_ZONE
from shared.machines import NotAllowed, Step, StepNotPossible, clock_step

RULES = declaration_rules()
DAY = date(2026, 11, 30)
FIRST = datetime(2026, 11, 30, tzinfo=BUSINESS_ZONE)
STARTS, ENDS, LATER = FIRST.replace(hour=9), FIRST.replace(hour=11), FIRST.replace(hour=12)
WITH_PERMIT = {"end": "finished", "fall_away": "withdrawn"}
EXPECTED: dict[str, dict[str, str]] = {
    "declared": {
        "receive": "received",
        "advise": "advised",
        "finish": "finished",
        "withdraw": "withdrawn",
        "overdue": "declared",
        "stop": "stopped",
        **WITH_PERMIT,
    },
    "received": {
        "advise": "advised",
        "finish": "finished",
        "withdraw": "withdrawn",
        "overdue": "received",
        "stop": "stopped",
        **WITH_PERMIT,
    },
    "advised": {"finish": "finished", "withdraw": "withdrawn", "overdue": "advised", "stop": "stopped", **WITH_PERMIT},
    "stopped": {"lift": "received", **WITH_PERMIT},
    "finished": {},
    "withdrawn": {},
}
GIVEN: dict[str, Any] = {
    "reason": "大风",
    "ended_at": ENDS,
    "photos": ["photo-1"],
    "is_fire_out": True,
    "order": "1号",
    "permit": "p-1",
}
HOT_WORK: dict[str, Any] = {
    "kind": "hot_work",
    "starts_at": STARTS,
    "ends_at": ENDS,
    "is_contractor": False,
    "approver": "principal",
    "is_guardian_trained": True,
    "has_certificates": True,
    "surroundings": "other",
    "is_shared_building": False,
    "is_cleared": True,
    "has_extinguishers": True,
    "has_notice": True,
    "in_business_hours": False,
}


def a_job(state: str = "declared", kind: str = "hot_work") -> Job:
    return Job(state, kind, STARTS, ENDS)


def a_step(event: str, *, side: int | None = None, now: datetime | None = None, **changes: Any) -> Step:
    given = {name: value for name, value in (GIVEN | changes).items() if value is not None}
    if event == "overdue" and side is None:
        return clock_step(event, LATER)
    usual = AUTHORITY if event in ("receive", "advise", "stop", "lift") else ENTERPRISE
    at = now or (STARTS - timedelta(hours=1) if event == "withdraw" else LATER)
    return Step(event, "somebody", usual if side is None else side, at, given)


class TestEveryStateWithEveryEvent:
    def test_has_a_row_here_for_every_state(self) -> None:
        assert EXPECTED.keys() == RULES.machine.states.keys()

    @pytest.mark.parametrize(
        ("state", "event"), [(state, event) for state in RULES.machine.states for event in RULES.machine.events]
    )
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        if event in EXPECTED[state]:
            assert take_job_step(RULES, a_job(state), step=a_step(event))[0] == EXPECTED[state][event]
        else:
            with pytest.raises(StepNotPossible):
                take_job_step(RULES, a_job(state), step=a_step(event))

    def test_uses_every_guard(self) -> None:
        used = {guard for row in RULES.machine.transitions.values() for guard in row.guards}
        assert used == DECLARATION_GUARDS.keys()

    def test_never_says_approved(self) -> None:
        assert not any("审批" in state.zh or "approv" in state.en for state in RULES.machine.states.values())


class TestRefusals:
    @pytest.mark.parametrize(
        ("step", "code"),
        [
            (a_step("receive", side=ENTERPRISE), "authority_only"),
            (a_step("advise", reason=" "), "reason_missing"),
            (a_step("finish", side=AUTHORITY), "enterprise_only"),
            (a_step("finish", ended_at=None), "end_unbelievable"),
            (a_step("finish", ended_at=STARTS), "end_unbelievable"),
            (a_step("finish", ended_at=LATER + timedelta(minutes=1)), "end_unbelievable"),
            (a_step("finish", photos=[]), "no_photo"),
            (a_step("finish", is_fire_out=False), "residual_fire_unchecked"),
            (a_step("finish", is_fire_out=None), "residual_fire_unchecked"),
            (a_step("withdraw", now=STARTS), "work_has_begun"),
            (a_step("withdraw", reason=None), "reason_missing"),
            (a_step("overdue", side=AUTHORITY), "clock_only"),
            (a_step("stop", order=None), "order_missing"),
            (a_step("end", permit=None), "permit_missing"),
        ],
    )
    def test_name_their_reason(self, step: Step, code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            take_job_step(RULES, a_job(), step=step)
        assert refused.value.code == code

    def test_ask_for_the_residual_fire_after_hot_work_only(self) -> None:
        step = a_step("finish", is_fire_out=None)
        assert take_job_step(RULES, a_job(kind="height"), step=step)[0] == "finished"


class TestAllowed:
    @pytest.mark.parametrize(
        ("side", "now", "expected"),
        [
            (AUTHORITY, LATER, ["receive", "advise"]),
            (ENTERPRISE, STARTS - timedelta(hours=1), ["finish", "withdraw"]),
            (ENTERPRISE, LATER, ["finish"]),
        ],
        ids=["authority", "enterprise-before", "enterprise-after"],
    )
    def test_goes_by_side_and_time(self, side: int, now: datetime, expected: list[str]) -> None:
        assert allowed_job_steps(RULES, a_job(), asked=Step("", "somebody", side, now)) == expected


class TestADay:
    @pytest.mark.parametrize("days", [0, 1])
    def test_is_today_or_tomorrow(self, days: int) -> None:
        check_day(RULES.limits, DAY + timedelta(days=days), today=DAY)

    @pytest.mark.parametrize("days", [-1, 2])
    def test_is_no_other(self, days: int) -> None:
        with pytest.raises(DeclarationRefused):
            check_day(RULES.limits, DAY + timedelta(days=days), today=DAY)


def check(**changes: Any) -> None:
    given = {name: value for name, value in (HOT_WORK | changes).items() if value is not None}
    check_job(RULES, given, day=DAY, first=FIRST, after=FIRST + timedelta(days=1))


class TestAJob:
    def test_is_taken_with_every_answer(self) -> None:
        check()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"starts_at": FIRST - timedelta(minutes=1)}, "starts_at"),
            ({"starts_at": FIRST + timedelta(days=1)}, "starts_at"),
            ({"ends_at": STARTS}, "ends_at"),
            ({"ends_at": STARTS + timedelta(hours=169)}, "ends_at"),
            ({"surroundings": None}, "surroundings"),
            ({"is_contractor": None}, "is_contractor"),
            ({"is_contractor": True, "has_agreement": True}, "contractor"),
            ({"is_contractor": True, "contractor": "甲方维保"}, "has_agreement"),
            ({"kind": "confined_space"}, "has_toxic_gas"),
            ({"kind": "height"}, "height_m"),
        ],
    )
    def test_is_refused_at_the_field_that_is_wrong(self, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(DeclarationRefused) as refused:
            check(**changes)
        assert refused.value.facts["field"] == field


class TestWithItsPermit:
    @pytest.mark.parametrize(
        ("job", "permit", "event"),
        [
            ("declared", "finished", "end"),
            ("stopped", "expired", "end"),
            ("received", "void", "fall_away"),
            ("declared", "active", ""),
            ("finished", "closed", ""),
        ],
    )
    def test_ends_or_falls_away(self, job: str, permit: str, event: str) -> None:
        assert step_with_permit(RULES.machine, job, permit_state=permit) == event
