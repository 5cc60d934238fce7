"""Every state with every event of a hazard (credit-and-inspections §6.3), and every reason to refuse a step."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.inspections.domain.hazard_facts import Hazard, overdue_at
from services.inspections.domain.hazards import Moved, allowed_steps, is_repeat, is_reported_late, take_step
from services.inspections.rules import hazard_rules
from shared.machines import NotAllowed, Step, StepNotPossible
from tests.unit.inspections.builders import NOW, TODAY, YESTERDAY, a_hazard, a_step

RULES = hazard_rules()
# What the table of the reference says, row by row; everything else is refused.
EXPECTED = {
    "new": {"find": "reported"},
    "reported": {
        "grade_general": "open_general", "grade_major": "open_major", "reject": "rejected", "transfer": "transferred",
    },
    "rejected": {},
    "open_general": {
        "fix_on_spot": "fixed", "order": "rectifying", "grade_major": "open_major", "transfer": "transferred",
    },
    "fixed": {"pass": "verified", "fail": "open_general"},
    "rectifying": {
        "rectify": "pending_review", "overdue": "overdue", "extend": "rectifying", "grade_major": "open_major",
        "withdraw_order": "open_general",
    },
    "overdue": {"rectify": "pending_review", "grade_major": "open_major", "withdraw_order": "open_general"},
    "pending_review": {"pass": "verified", "fail": "rectifying"},
    "verified": {"close": "closed"},
    "closed": {},
    "open_major": {
        "dual_report": "major_reported", "safety_order": "major_halted", "grade_general": "open_general",
        "transfer": "transferred",
    },
    "major_reported": {
        "safety_order": "major_halted", "approve_plan": "major_treating", "grade_general": "open_general",
        "propose_closing": "close_proposed",
    },
    "major_halted": {
        "approve_plan": "major_treating", "overdue": "major_halted", "propose_closing": "close_proposed",
        "withdraw_order": "major_reported",
    },
    "major_treating": {
        "list": "supervised", "rectify": "major_review", "overdue": "major_treating", "safety_order": "major_halted",
        "request_extension": "major_treating", "grant_extension": "major_treating",
        "refuse_extension": "major_treating", "propose_closing": "close_proposed",
    },
    "supervised": {
        "rectify": "major_review", "overdue": "supervised", "safety_order": "major_halted",
        "request_extension": "supervised", "grant_extension": "supervised", "refuse_extension": "supervised",
        "propose_closing": "close_proposed",
    },
    "major_review": {"pass": "cancelled", "fail": "major_halted", "propose_closing": "close_proposed"},
    "cancelled": {"close": "closed"},
    "close_proposed": {"shut_down": "closed", "keep_open": "major_halted"},
    "transferred": {"note_reply": "closed", "take_back": "reported"},
}  # fmt: skip
PAIRS = [(state, event) for state in RULES.machine.states for event in RULES.machine.events]


def step(state: str, event: str, *, hazard: dict[str, Any] | None = None, **changes: Any) -> Moved:
    yesterday = {"deadline": YESTERDAY} if event == "overdue" else {}
    return take_step(RULES, a_hazard(state, **(yesterday | (hazard or {}))), step=a_step(event, **changes))


def refusal(state: str, event: str, *, hazard: dict[str, Any] | None = None, **changes: Any) -> str:
    with pytest.raises(NotAllowed) as refused:
        step(state, event, hazard=hazard, **changes)
    return refused.value.code


class TestEveryStateWithEveryEvent:
    def test_has_a_row_here_for_every_state(self) -> None:
        assert EXPECTED.keys() == RULES.machine.states.keys()

    @pytest.mark.parametrize(("state", "event"), PAIRS)
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        if event in EXPECTED[state]:
            assert step(state, event).hazard.state == EXPECTED[state][event]
        else:
            with pytest.raises(StepNotPossible) as refused:
                step(state, event)
            assert (refused.value.code, refused.value.facts["possible"]) == (
                "step_not_possible",
                list(RULES.machine.possible(state)),
            )


class TestRefusals:
    @pytest.mark.parametrize(
        ("state", "event", "changes", "code"),
        [
            ("new", "find", {"description": " "}, "hazard_not_described"),
            ("new", "find", {"tier": 0}, "reporter_has_no_tier"),
            ("reported", "reject", {"reason": None}, "reason_missing"),
            ("reported", "reject", {"by": "finder"}, "same_person"),
            ("reported", "grade_general", {"tier": 2}, "tier_too_low"),
            ("open_general", "order", {"tier": 1}, "tier_too_low"),
            ("transferred", "note_reply", {"reply": None}, "reply_missing"),
            ("reported", "grade_major", {"expert_opinion": None}, "no_basis_for_major"),
            ("reported", "transfer", {"receiver": None}, "receiver_missing"),
            ("reported", "transfer", {"tier": 2}, "authority_only"),
            ("transferred", "take_back", {"reason": None}, "reason_missing"),
            ("rectifying", "withdraw_order", {"tier": 3}, "officers_only"),
            ("open_general", "fix_on_spot", {"after": None}, "evidence_missing"),
            ("open_general", "fix_on_spot", {"now": NOW + timedelta(days=1)}, "not_on_the_spot"),
            ("open_general", "order", {"funds": ""}, "order_incomplete"),
            ("open_general", "order", {"deadline": YESTERDAY}, "deadline_not_allowed"),
            ("rectifying", "rectify", {"before": None}, "evidence_missing"),
            ("rectifying", "extend", {"deadline": date(2026, 3, 16)}, "deadline_not_later"),
            ("rectifying", "overdue", {}, "not_overdue"),
            ("pending_review", "pass", {"by": "safety-officer"}, "same_person"),
            ("pending_review", "pass", {"tier": 2}, "tier_too_low"),
            ("verified", "close", {"tier": 1}, "tier_too_low"),
            ("open_major", "dual_report", {"told_workers_on": None}, "report_incomplete"),
            ("open_major", "dual_report", {"told_workers_on": TODAY + timedelta(days=1)}, "told_in_future"),
            ("open_major", "safety_order", {"tier": 3}, "officers_only"),
            ("open_major", "safety_order", {"order_number": None}, "order_number_missing"),
            ("open_major", "grade_general", {"by": "finder"}, "same_person"),
            ("major_reported", "approve_plan", {"emergency": None}, "plan_incomplete"),
            ("major_reported", "approve_plan", {"deadline": None}, "deadline_missing"),
            ("major_reported", "approve_plan", {"deadline": date(2027, 3, 3)}, "deadline_not_allowed"),
            ("major_treating", "list", {"decision": None}, "decision_missing"),
            ("major_treating", "rectify", {"evaluation": None}, "evaluation_missing"),
            ("major_review", "pass", {"officers": ["officer-1"]}, "two_officers_needed"),
            ("major_review", "pass", {"signed": False}, "two_officers_needed"),
            ("major_review", "propose_closing", {"penalties_180_days": 2}, "closing_not_grounded"),
            ("major_review", "propose_closing", {"ground": "halt_refused"}, "closing_not_grounded"),
            ("major_review", "propose_closing", {"ground": "whim"}, "closing_not_grounded"),
        ],
    )
    def test_name_their_reason(self, state: str, event: str, changes: dict[str, Any], code: str) -> None:
        if event == "overdue":
            with pytest.raises(NotAllowed) as refused:
                take_step(RULES, a_hazard(state), step=a_step(event))
            assert refused.value.code == code
        else:
            assert refusal(state, event, **changes) == code

    def test_say_which_parts_are_missing(self) -> None:
        with pytest.raises(NotAllowed) as refused:
            step("open_general", "order", funds=None, acceptance="")
        assert refused.value.facts == {"missing": ["funds", "acceptance"]}

    @pytest.mark.parametrize(("by", "tier"), [("officer-1", 4), ("clock", 0)])
    def test_let_only_the_clock_say_that_a_day_has_passed(self, by: str, tier: int) -> None:
        late = a_hazard("rectifying", deadline=YESTERDAY)
        with pytest.raises(NotAllowed, match="clock"):
            take_step(RULES, late, step=Step("overdue", by, tier, NOW))


class TestGrading:
    def test_by_the_official_list_is_major(self) -> None:
        assert refusal("reported", "grade_general", hazard={"item": "GM-13-01"}) == "matches_major_item"

    def test_needs_no_expert_for_an_item_of_the_list(self) -> None:
        moved = step("reported", "grade_major", hazard={"item": "GM-11-03"}, expert_opinion=None)
        assert (moved.hazard.level, moved.due_at) == ("major", NOW)

    def test_may_be_corrected(self) -> None:
        assert step("overdue", "grade_major").hazard == a_hazard(
            "open_major", level="major", deadline=None, began_on=None
        )


class TestTimeLimits:
    """The working days around 2026-03-02 are those of the Chinese calendar; a limit ends with its last day."""

    @pytest.mark.parametrize(
        ("state", "event", "day"),
        [
            ("new", "find", date(2026, 3, 3)),  # row 2: graded within one working day
            ("rectifying", "rectify", date(2026, 3, 12)),  # row 9: verified within ten days
            ("open_major", "dual_report", date(2026, 3, 9)),  # row 12: the plan within five working days
            ("major_treating", "list", date(2026, 3, 9)),  # row 13: published within five working days
            ("major_treating", "request_extension", date(2026, 3, 16)),  # row 14: answered within ten working days
            ("supervised", "rectify", date(2026, 3, 12)),  # row 16: reviewed on site within ten days
            ("major_review", "pass", date(2026, 3, 9)),  # row 19: un-posted within five working days
        ],
    )
    def test_are_those_of_the_table(self, state: str, event: str, day: date) -> None:
        midnight = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)  # 24:00 in China
        assert step(state, event).due_at == midnight

    def test_are_two_hours_for_a_major_item_that_an_intermediary_finds(self) -> None:
        """Yuhang (S54): a major hazard reaches the regulator in two hours, counted from the finding."""
        found_at = NOW - timedelta(minutes=30)
        moved = step("new", "find", hazard={}, tier=2, item="GM-11-03", found_at=found_at)
        assert moved.due_at == found_at + timedelta(hours=2)

    @pytest.mark.parametrize(
        ("tier", "level", "minutes", "is_late"),
        [(2, "major", 121, True), (2, "major", 120, False), (3, "major", 300, False), (2, "general", 300, False)],
    )
    def test_of_the_report_are_seen(self, tier: int, level: str, minutes: int, is_late: bool) -> None:
        told = {"found_at": NOW, "reported_at": NOW + timedelta(minutes=minutes)}
        assert is_reported_late(RULES, tier=tier, level=level, **told) is is_late

    def test_of_an_order_are_fifteen_days_unless_said(self) -> None:
        assert step("open_general", "order", deadline=None).hazard.deadline == date(2026, 3, 17)

    def test_of_an_order_are_thirty_days_at_most(self) -> None:
        assert step("open_general", "order", deadline=date(2026, 4, 1)).hazard.deadline == date(2026, 4, 1)
        assert refusal("open_general", "order", deadline=date(2026, 4, 2)) == "deadline_not_allowed"

    def test_end_with_the_last_day_in_china(self) -> None:
        assert overdue_at(a_hazard("rectifying")) == datetime(2026, 3, 17, 16, tzinfo=UTC)
        assert overdue_at(a_hazard("rectifying", is_overdue=True)) is None


class TestExtension:
    def test_is_asked_for_twenty_working_days_before(self) -> None:
        """§6.2 (Qingdao): 2026-03-30 is the twentieth working day after 2026-03-02."""
        assert (
            step("supervised", "request_extension", hazard={"deadline": date(2026, 3, 30)}).hazard.state == "supervised"
        )
        assert (
            refusal("supervised", "request_extension", hazard={"deadline": date(2026, 3, 29)}) == "extension_too_late"
        )

    def test_ends_within_a_year_of_the_first_day(self) -> None:
        assert refusal("supervised", "request_extension", deadline=date(2027, 3, 3)) == "deadline_not_allowed"

    def test_counts_when_it_is_granted(self) -> None:
        asked = step("supervised", "request_extension", hazard={"wanted_deadline": None}).hazard
        granted = take_step(RULES, asked, step=a_step("grant_extension")).hazard
        assert (asked.deadline, granted.deadline) == (date(2026, 9, 1), date(2026, 10, 1))

    def test_leaves_the_day_when_it_is_refused(self) -> None:
        refused = step("supervised", "refuse_extension").hazard
        assert (refused.deadline, refused.wanted_deadline) == (date(2026, 9, 1), None)

    def test_is_answered_only_when_wanted(self) -> None:
        wanted = {"wanted_deadline": None}
        assert refusal("supervised", "grant_extension", hazard=wanted) == "no_extension_wanted"


class TestRefusedRectification:
    def test_goes_on_under_a_new_day(self) -> None:
        again = step("pending_review", "fail", hazard={"deadline": YESTERDAY, "is_overdue": True}).hazard
        assert (again.again, again.deadline, again.is_overdue) == (1, date(2026, 3, 20), False)

    def test_needs_a_day_that_has_not_passed(self) -> None:
        assert refusal("pending_review", "fail", hazard={"deadline": YESTERDAY}, deadline=None) == "deadline_missing"

    def test_of_a_major_hazard_halts_production(self) -> None:
        assert step("major_review", "fail").hazard == a_hazard(
            "major_halted", again=1, submitted_by="", was_halted=True
        )


class TestListing:
    def test_stays_when_the_review_fails(self) -> None:
        listed = {"listed_on": TODAY}
        halted = step("major_review", "fail", hazard=listed).hazard
        planned = take_step(RULES, halted, step=a_step("approve_plan")).hazard
        assert (halted.state, planned.state) == ("major_halted", "supervised")

    def test_ends_with_a_publication(self) -> None:
        assert refusal("cancelled", "close", hazard={"listed_on": TODAY}, publication=None) == "publication_missing"
        assert step("cancelled", "close", publication=None).hazard.state == "closed"


class TestClosingProposal:
    @pytest.mark.parametrize(
        ("given", "was_halted"),
        [
            ({"penalties_180_days": 3}, False),
            ({"penalties_180_days": 0, "penalties_one_year": 4}, False),
            ({"ground": "halt_in_vain"}, True),
            ({"ground": "halt_refused"}, True),
        ],
    )
    def test_has_a_ground_of_article_113(self, given: dict[str, Any], was_halted: bool) -> None:
        moved = step("major_halted", "propose_closing", hazard={"was_halted": was_halted}, **given)
        assert moved.hazard.state == "close_proposed"


class TestRepetition:
    @pytest.mark.parametrize(
        ("closed_on", "found_on", "is_again"),
        [
            (date(2025, 3, 2), date(2026, 3, 2), True),
            (date(2025, 3, 1), date(2026, 3, 2), False),
            (date(2024, 2, 29), date(2025, 2, 28), True),
            (date(2024, 2, 29), date(2025, 3, 1), False),
            (date(2025, 12, 31), date(2026, 12, 31), True),
            (date(2026, 3, 3), date(2026, 3, 2), False),
        ],
    )
    def test_is_the_same_within_twelve_months(self, closed_on: date, found_on: date, is_again: bool) -> None:
        assert is_repeat(RULES, closed_on=closed_on, found_on=found_on) is is_again


def test_a_finding_remembers_who_where_and_when() -> None:
    found = take_step(RULES, Hazard(), step=a_step("find", by="worker", tier=3, item="GM-13-02")).hazard
    assert (found.state, found.item, found.found_by, found.found_tier, found.found_at) == (
        "reported", "GM-13-02", "worker", 3, NOW,
    )  # fmt: skip


class TestAllowedSteps:
    @pytest.mark.parametrize(
        ("hazard", "tier", "steps"),
        [
            (a_hazard("pending_review", submitted_by="me"), 3, []),
            (a_hazard("pending_review", submitted_by="other"), 2, []),
            (a_hazard("pending_review", submitted_by="other"), 3, ["pass", "fail"]),
            (a_hazard("rectifying"), 1, ["rectify"]),
            (a_hazard("rectifying"), 3, ["rectify", "extend", "grade_major"]),
            (a_hazard("reported", item="GM-13-01"), 3, ["grade_major", "reject", "transfer"]),
        ],
    )
    def test_leaves_out_what_is_for_others(self, hazard: Hazard, tier: int, steps: list[str]) -> None:
        assert sorted(allowed_steps(RULES, hazard, asked=Step("", "me", tier, NOW))) == sorted(steps)
