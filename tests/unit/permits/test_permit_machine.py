"""Every state with every event of a permit (permits §2), and what falls due in each."""

from datetime import timedelta
from typing import Any

import pytest

from services.permits.domain.permit_facts import Member, Permit, Relative, hindrances
from services.permits.domain.permits import (
    alerts,
    allowed_permit_steps,
    carried_along,
    due_now,
    is_away,
    next_moment,
    take_permit_step,
)
from services.permits.rules.permitting import permit_rules
from shared.machines import StepNotPossible
from tests.unit.permits.permits import HOUR, MINUTE, NOW, SPACE, a_permit, a_relative, a_space, a_step, gas

RULES = permit_rules()
GAS = {"test_gas": ""}
BEFORE = {"edit": "draft", "withdraw": "withdrawn", **GAS}
CREW = {"check_in": "", "check_out": ""}
# What the table of the reference says; "" stays. Everything else is refused.
EXPECTED: dict[str, dict[str, str]] = {
    "new": {"apply": "draft"},
    "draft": {"edit": "draft", "submit": "reserved", "withdraw": "withdrawn"},
    "reserved": {**BEFORE, "analyse": "analysed", "answer": "", "warn": ""},
    "analysed": {**BEFORE, "answer": "", "confirm": "prepared", "warn": ""},
    "prepared": {**BEFORE, "brief": "briefed", "warn": ""},
    "briefed": {**BEFORE, "send": "in_approval", "warn": ""},
    "in_approval": {**BEFORE, "sign": "", "approve": "approved", "reject": "rejected", "warn": ""},
    "approved": {
        **BEFORE, **CREW, "check_ticket": "", "start": "active", "expire": "expired", "end_with_parent": "expired",
        "void": "void", "warn": "",
    },
    "active": {
        **GAS, **CREW, "suspend": "suspended", "finish": "finished", "expire": "expired", "end_with_parent": "expired",
        "warn": "",
    },
    "suspended": {
        **GAS, **CREW, "resume": "active", "revoke": "revoked", "expire": "expired", "end_with_parent": "expired",
        "warn": "",
    },
    "finished": {"close": "closed", "warn": ""},
    "closed": {"archive": "archived"},
    "archived": {},
    "expired": {"check_out": "", "confirm_out": "", "warn": ""},
    "revoked": {"check_out": "", "confirm_out": "", "warn": ""},
    "void": {},
    "rejected": {},
    "withdrawn": {},
}  # fmt: skip
PAIRS = [(state, event) for state in RULES.machine.states for event in RULES.machine.events]


def ready_for(state: str, event: str) -> Permit:
    """Return a permit in ``state`` that may take ``event``."""
    changes: dict[str, Any] = {}
    if event == "sign":
        changes["signed"] = ("work_leader",)
    if event in ("start", "close"):
        changes["tickets"] = ("shift_leader",)
    if event == "expire":
        changes["ends_at"] = NOW
    return a_permit(state, **changes)


def taken(permit: Permit, event: str, **given: Any) -> str:
    by = "applicant-1" if event == "withdraw" else "approver-1"
    return take_permit_step(RULES, permit, step=a_step(event, by=by, **given)).state


class TestEveryStateWithEveryEvent:
    def test_has_a_row_here_for_every_state(self) -> None:
        assert EXPECTED.keys() == RULES.machine.states.keys()

    @pytest.mark.parametrize(("state", "event"), PAIRS)
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        permit = ready_for(state, event)
        if event in EXPECTED[state]:
            assert taken(permit, event) == (EXPECTED[state][event] or state)
        else:
            with pytest.raises(StepNotPossible):
                taken(permit, event)

    def test_prolongs_nothing(self) -> None:
        """4.16: no row of any state is an extension."""
        assert {"extend", "prolong"} & set(RULES.machine.events) == set()

    def test_tells_each_event_of_the_contract(self) -> None:
        told = {word for row in RULES.machine.transitions.values() for word in row.tells}
        assert told == {
            "submitted", "approved", "started", "suspended", "resumed", "finished", "closed", "expired", "revoked",
            "rejected",
        }  # fmt: skip


class TestAllowedSteps:
    def test_leave_out_what_the_clock_does(self) -> None:
        assert "expire" not in allowed_permit_steps(RULES, a_permit("active"), asked=a_step(""))

    def test_leave_out_what_belongs_to_the_applicant(self) -> None:
        allowed = allowed_permit_steps(RULES, a_permit("in_approval"), asked=a_step("", by="applicant-1"))
        others = allowed_permit_steps(RULES, a_permit("in_approval"), asked=a_step("", by="approver-1"))
        assert ("withdraw" in allowed, "approve" in allowed) == (True, False)
        assert ("withdraw" in others, "approve" in others) == (False, True)

    def test_leave_out_editing_after_the_first_signature(self) -> None:
        assert "edit" not in allowed_permit_steps(RULES, a_permit("analysed", is_frozen=True), asked=a_step(""))


class TestHindrances:
    def test_are_what_others_say_the_gravest_first(self) -> None:
        permit = a_permit("approved", is_halted=True, has_alarm=True, problems=("review_due w",), conflicts=("I3 p",))
        assert [(one.code, one.about) for one in hindrances(permit)] == [
            ("production_halted", ()),
            ("alarm_goes_on", ()),
            ("people_not_fit", ("review_due w",)),
            ("work_in_conflict", ("I3 p",)),
        ]
        assert hindrances(a_permit("approved")) == ()


def names(permit: Permit, *, at: timedelta) -> list[str]:
    return [name for name, _ in due_now(RULES, permit, now=NOW + at)]


class TestWhatFallsDue:
    @pytest.mark.parametrize(
        ("permit", "after", "expected"),
        [
            (a_permit("active"), 7.5 * HOUR - MINUTE, []),
            (a_permit("active"), 7.5 * HOUR, ["expiring"]),
            (a_permit("active"), 8 * HOUR, ["expiring", "expire"]),
            (a_permit("approved"), 19 * MINUTE, []),
            (a_permit("approved"), 20 * MINUTE, ["gas_stale"]),
            (a_permit("approved", gas=()), HOUR, []),
            (a_permit("suspended"), 24 * MINUTE, []),
            (a_permit("suspended"), 25 * MINUTE, ["break_limit"]),
            (a_permit("finished"), 2 * HOUR - MINUTE, []),
            (a_permit("finished"), 2 * HOUR, ["acceptance_overdue"]),
            (a_permit("draft"), 90 * HOUR, []),
            (a_permit("expired"), 90 * HOUR, []),
        ],
        ids=lambda value: value.state if isinstance(value, Permit) else str(value),
    )
    def test_is_told_in_time(self, permit: Permit, after: timedelta, expected: list[str]) -> None:
        assert names(permit, at=after) == expected

    @pytest.mark.parametrize(("minutes", "expected"), [(109, []), (110, ["gas_log_due"])])
    def test_asks_for_a_record_of_a_confined_space_every_two_hours(self, minutes: int, expected: list[str]) -> None:
        """6.5; §8.9."""
        assert names(a_space("active"), at=minutes * MINUTE) == expected

    def test_counts_the_two_hours_from_the_start_when_that_is_later(self) -> None:
        assert names(a_space("active", active_since=NOW), at=110 * MINUTE) == []

    def test_asks_for_nothing_where_nobody_has_measured_or_begun(self) -> None:
        assert names(a_space("active", gas=()), at=5 * HOUR) == []

    @pytest.mark.parametrize("state", ["expired", "revoked"])
    def test_reminds_of_who_is_inside_when_the_work_is_over(self, state: str) -> None:
        """4.16, 4.10 e: people are counted out also when the permit is taken away for good."""
        inside = a_space(
            state,
            ends_at=NOW,
            ended_at=NOW,
            crew=(*a_permit().crew[:1], a_permit().crew[1].__class__("w", "worker", True)),
        )
        assert names(inside, at=timedelta()) == ["people_inside"]

    @pytest.mark.parametrize(
        ("away", "seconds", "expected"),
        [
            ((0,), 59, []),
            ((0,), 60, ["guardian_away"]),
            ((0, 30), 89, []),
            ((0, 30), 90, ["guardian_away"]),
            ((0, None), 600, []),
        ],
        ids=["59 s", "60 s", "the second one stays longer", "both for a minute", "one is here"],
    )
    def test_stops_work_whose_guardians_have_been_away_for_a_minute(
        self, away: tuple[int | None, ...], seconds: int, expected: list[str]
    ) -> None:
        """4.10 f, §2 timers."""
        found = [None if one is None else NOW + timedelta(seconds=one) for one in away]
        crew = tuple(Member(f"guardian-{number}", "guardian", True, one) for number, one in enumerate(found))
        gone = Member("guardian-9", "guardian")  # checked out: nobody waits for it
        assert names(a_permit("active", crew=(*crew, gone)), at=timedelta(seconds=seconds)) == expected

    @pytest.mark.parametrize(
        ("metres", "accuracy", "expected"), [(50, 0, False), (50.1, 0, True), (120, 70, False), (120.1, 70, True)]
    )
    def test_counts_a_guardian_as_away_only_when_that_is_certain(
        self, metres: float, accuracy: float, expected: bool
    ) -> None:
        assert is_away(RULES, metres, accuracy_m=accuracy) is expected

    def test_is_told_once(self) -> None:
        permit = a_permit("active", warned={"expiring": (NOW + 7.5 * HOUR).isoformat()})
        assert next_moment(RULES, permit) == NOW + 8 * HOUR

    def test_holds_until_it_is_done(self) -> None:
        told = {"expiring": (NOW + 7.5 * HOUR).isoformat(), "gas_stale": NOW.isoformat()}
        assert alerts(RULES, a_permit("active", warned=told)) == ["expiring"]

    def test_is_nothing_at_the_end(self) -> None:
        assert next_moment(RULES, a_permit("closed")) is None


def along(state: str, *relatives: Relative, **changes: Any) -> dict[str, str]:
    return carried_along(a_permit("active", relatives=relatives, **changes), state=state)


class TestOtherPermitsOfTheJob:
    """I1, I11, I19 (4.6, 10.8)."""

    @pytest.mark.parametrize(
        ("state", "kind", "other", "step"),
        [
            ("suspended", "temp_power", "active", "suspend"),
            ("finished", "temp_power", "active", "end_with_parent"),
            ("expired", "temp_power", "approved", "end_with_parent"),
            ("revoked", "temp_power", "suspended", "end_with_parent"),
            ("finished", "temp_power", "draft", ""),
            ("suspended", "confined_space", "active", "suspend"),
            ("suspended", "confined_space", "approved", ""),
            ("finished", "confined_space", "active", ""),
            ("expired", "confined_space", "active", "suspend"),
            ("active", "temp_power", "active", ""),
        ],
    )
    def test_follow(self, state: str, kind: str, other: str, step: str) -> None:
        found = along(state, a_relative(kind, other))
        assert found == ({"other": step} if step else {})

    def test_go_on_without_the_power_for_them(self) -> None:
        assert along("suspended", a_relative("hot_work", "active", relation="parent"), kind="temp_power") == {}

    def test_end_at_its_end_whoever_is_inside(self) -> None:
        inside = a_space("active", ends_at=NOW, terms=SPACE)
        assert taken(inside, "expire") == "expired"

    def test_are_not_ended_by_a_gas_result(self) -> None:
        assert taken(a_permit("active", gas=(gas(good=False),)), "test_gas") == "active"
