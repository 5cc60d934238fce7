"""Every reason to refuse a step of a permit (permits §2), named by its clause."""

from datetime import timedelta
from typing import Any

import pytest

from services.permits.domain.permit_facts import Member, Permit, Terms
from services.permits.domain.permit_guards import ABOUT_THE_PERMIT, GUARDS
from services.permits.domain.permits import take_permit_step
from services.permits.rules.measures import measure_rules
from services.permits.rules.permitting import permit_rules
from shared.machines import NotAllowed, Step
from tests.unit.permits.permits import (
    CREW,
    HOUR,
    INSIDE,
    MINUTE,
    NOW,
    SPACE,
    TERMS,
    a_permit,
    a_relative,
    a_space,
    a_step,
    gas,
)

RULES = permit_rules()
FORM = a_permit("reserved", measures=dict.fromkeys(range(1, 17)), sentences=measure_rules().measures["hot_work"])
POWER = Terms(approval=("work_leader", "power_supplier"))
GENERAL = Terms(gases=("oxygen",), gas_minutes=30, ventilates=True, counts_heads=True)
HEIGHT = Terms(reconfirms=True)
L2 = Terms(**{**{name: getattr(TERMS, name) for name in Terms.__slots__}, "max_hours": 72, "break_minutes": 60})
OLD = (gas(90), gas(90, group="oxygen"))
TWICE = (*CREW, Member("worker-1", "guardian"))
OUTDOOR = {"facts": {"outdoor": True}, "tickets": ("shift_leader",)}
VIDEO = Terms(needs_video=True, is_continuous_gas=True)


def refusal(permit: Permit, event: str, **changes: Any) -> str:
    with pytest.raises(NotAllowed) as refused:
        take_permit_step(RULES, permit, step=a_step(event, **changes))
    return refused.value.code


def outcome(permit: Permit, event: str, **changes: Any) -> str:
    """Return why a step is refused; nothing when it is taken."""
    try:
        take_permit_step(RULES, permit, step=a_step(event, **changes))
    except NotAllowed as refused:
        return refused.code
    return ""


def passes(permit: Permit, event: str, **changes: Any) -> bool:
    return bool(take_permit_step(RULES, permit, step=a_step(event, **changes)))


class TestTheTable:
    def test_uses_every_guard(self) -> None:
        used = {guard for row in RULES.machine.transitions.values() for guard in row.guards}
        assert used == GUARDS.keys()
        assert used >= ABOUT_THE_PERMIT

    def test_names_clause_and_document_in_every_row(self) -> None:
        rows = RULES.machine.transitions.values()
        assert [row.row for row in rows if not row.source.clause or not row.source.document] == []


class TestBeforeTheApproval:
    @pytest.mark.parametrize(
        ("permit", "event", "changes", "code"),
        [
            (a_permit("new"), "apply", {"description": " "}, "work_not_described"),
            (a_permit("new"), "apply", {"ends_at": NOW}, "window_reversed"),
            (a_permit("new"), "apply", {"starts_at": None}, "window_reversed"),
            (a_permit("draft", terms=Terms(needs_permit=False)), "submit", {}, "no_permit_needed"),
            (a_permit("reserved"), "analyse", {"hazards": []}, "analysis_missing"),
            (a_permit("reserved"), "analyse", {"unit_by": None}, "analysis_not_signed"),
            (a_permit("reserved"), "answer", {"answers": {9: True}}, "answer_unknown"),
            (a_permit("reserved"), "answer", {"answers": None}, "answer_unknown"),
            (FORM, "answer", {"answers": {2: True}}, "measure_incomplete"),
            (FORM, "answer", {"answers": {8: True}, "notes": {8: "灭火器2台"}}, "measure_incomplete"),
            (FORM, "answer", {"answers": {16: True}, "notes": {16: " "}}, "measure_incomplete"),
            (a_permit("reserved"), "test_gas", {"sampled_at": NOW + MINUTE}, "sample_in_future"),
            (a_permit("analysed", measures={1: None}), "confirm", {}, "measures_unanswered"),
            (a_permit("analysed", kind="blinding"), "confirm", {"blind_map": None}, "isolation_missing"),
            (a_permit("analysed", facts={"connected_pipe": True}), "confirm", {"isolation": None}, "isolation_missing"),
            (a_permit("analysed", terms=Terms(needs_plan=True)), "confirm", {"plan": None}, "plan_missing"),
            (a_permit("analysed", gas=()), "confirm", {}, "gas_not_acceptable"),
            (a_permit("analysed", gas=(gas(), gas(point="top", good=False))), "confirm", {}, "gas_not_acceptable"),
            (a_permit("prepared"), "brief", {"briefed_by": None}, "briefing_missing"),
            (a_permit("prepared"), "brief", {"briefed_by": "worker-1"}, "same_person"),
            (a_permit("prepared"), "brief", {"receivers": ["worker-1"]}, "briefing_incomplete"),
            (a_permit("prepared", crew=()), "brief", {}, "briefing_incomplete"),
            (a_permit("briefed", crew=CREW[1:]), "send", {}, "guardian_missing"),
            (
                a_permit("briefed", crew=(*CREW, Member("g2", "guardian"), Member("g2", "worker"))),
                "send",
                {},
                "guardian_works",
            ),
            (a_permit("briefed", problems=("worker-1 review_due",)), "send", {}, "people_not_fit"),
            (a_permit("briefed", conflicts=("I3 p-2",)), "send", {}, "work_in_conflict"),
            (a_permit("in_approval", signed=()), "sign", {"role": "unit"}, "not_next_to_sign"),
            (a_permit("in_approval"), "sign", {}, "not_next_to_sign"),
            (a_permit("in_approval", signed=()), "approve", {}, "signatures_missing"),
            (a_permit("in_approval"), "approve", {"by": "applicant-1"}, "same_person"),
            (a_permit("in_approval"), "approve", {"by": "analyst-1"}, "same_person"),
            (a_permit("in_approval"), "approve", {"now": NOW + 9 * HOUR}, "permit_over"),
            (a_permit("in_approval"), "reject", {"reason": ""}, "reason_missing"),
            (a_permit("approved"), "void", {"reason": None}, "reason_missing"),
            (a_permit("in_approval"), "withdraw", {}, "not_the_applicant"),
        ],
        ids=lambda value: value.state if isinstance(value, Permit) else "",
    )
    def test_names_the_reason(self, permit: Permit, event: str, changes: dict[str, Any], code: str) -> None:
        assert refusal(permit, event, **changes) == code

    def test_takes_a_measure_with_all_that_belongs_into_it(self) -> None:
        """Annex A: what is not involved stays empty."""
        answers = {1: True, 2: False, 8: True, 16: True}
        notes = {8: "灭火器2台，灭火毯1块，消防水带1条", 16: "设专人看护；编制：安全员"}
        assert outcome(FORM, "answer", answers=answers, notes=notes) == ""

    @pytest.mark.parametrize(("minutes", "fits"), [(0, True), (1, False)])
    def test_refuses_eight_hours_and_one_minute_of_class_1(self, minutes: int, fits: bool) -> None:
        """5.1.5; §8.1."""
        permit = a_permit("draft", ends_at=NOW + 8 * HOUR + minutes * MINUTE)
        assert outcome(permit, "submit") == ("" if fits else "valid_too_long")

    def test_refuses_a_window_without_an_end(self) -> None:
        assert refusal(a_permit("draft", ends_at=None), "submit") == "valid_too_long"

    def test_refuses_an_edit_after_the_first_signature(self) -> None:
        """4.18; §8.17."""
        assert refusal(a_permit("analysed", is_frozen=True), "edit") == "permit_frozen"

    def test_refuses_hot_work_in_a_vessel_without_entry_permit(self) -> None:
        """4.6, I1; §8.11."""
        permit = a_permit("reserved", facts={"internal_work": True})
        assert refusal(permit, "analyse") == "related_permit_missing"
        assert passes(permit, "analyse", related=["confined_space"])
        assert refusal(a_permit("in_approval", facts={"internal_work": True}), "approve") == "related_permit_missing"

    @pytest.mark.parametrize(
        ("kind", "facts", "needed"),
        [
            ("hot_work", {"height_m": 2.0}, True),
            ("hot_work", {"height_m": 1.9}, False),
            ("hot_work", {"height_m": None}, False),
            ("excavation", {"depth_m": 1.3, "gas_area": True}, True),
            ("excavation", {"depth_m": 1.2, "gas_area": True}, False),
            ("excavation", {"depth_m": 1.3}, True),
            ("excavation", {"depth_m": 1.3, "gas_area": False}, False),
            ("lifting", {"road_traffic": True}, True),
            ("lifting", {"road_traffic": False}, False),
            ("blinding", {"internal_work": True}, True),
            ("road_closing", {"height_m": 2.0}, True),
            ("temp_power", {"road_traffic": True}, True),
        ],
    )
    def test_asks_for_the_permits_of_other_kinds(self, kind: str, facts: dict[str, Any], needed: bool) -> None:
        """4.6, 11.10, 3.12: I1, I12, I13."""
        permit = a_permit("reserved", kind=kind, facts=facts)
        assert outcome(permit, "analyse") == ("related_permit_missing" if needed else "")

    def test_lets_power_for_a_hot_job_end_with_that_job(self) -> None:
        """10.8, I11; §8.16."""
        parent = a_relative("hot_work", relation="parent", ends_at=NOW + 4 * HOUR)
        permit = a_permit("draft", kind="temp_power", relatives=(parent,), terms=POWER)
        assert refusal(permit, "submit") == "outlives_parent"

    @pytest.mark.parametrize(("distance", "remote"), [(50.0, False), (50.1, True), (None, True)])
    def test_refuses_a_remote_signature_without_reason_and_photo(self, distance: float | None, remote: bool) -> None:
        """4.11; §8.21."""
        permit = a_permit("in_approval")
        if remote:
            assert refusal(permit, "approve", distance_m=distance) == "not_on_site"
            assert refusal(permit, "approve", distance_m=distance, remote_reason="台风") == "not_on_site"
        assert passes(permit, "approve", distance_m=distance, remote_reason="台风", photo="photo-1")


class TestTheStart:
    @pytest.mark.parametrize(
        ("permit", "changes", "code"),
        [
            (a_permit("approved", starts_at=NOW + MINUTE), {}, "not_yet_valid"),
            (a_permit("approved", ends_at=NOW), {}, "permit_over"),
            (a_permit("approved", is_halted=True), {}, "production_halted"),
            (a_permit("approved", crew=(Member("guardian-1", "guardian"),)), {}, "guardian_absent"),
            (a_permit("approved", crew=(Member("guardian-1", "guardian", True, NOW),)), {}, "guardian_absent"),
            (a_permit("approved"), {}, "ticket_unchecked"),
            (a_permit("approved", terms=VIDEO), {"video_live": None}, "video_missing"),
            (a_permit("approved", terms=VIDEO), {"detector_live": None}, "detector_missing"),
            (a_permit("approved", **OUTDOOR), {"wind_force": 5}, "too_windy"),
            (a_permit("approved", **OUTDOOR), {"wind_force": None}, "wind_unknown"),
            (a_permit("approved", tickets=("shift_leader",)), {"wind_force": None}, "wind_unknown"),
            (a_permit("approved", tickets=("shift_leader",)), {"wind_force": 5}, "too_windy"),
        ],
        ids=lambda value: "" if isinstance(value, Permit) else None,
    )
    def test_names_what_is_missing(self, permit: Permit, changes: dict[str, Any], code: str) -> None:
        assert refusal(permit, "start", **changes) == code

    @pytest.mark.parametrize(("minutes", "is_fresh"), [(30, True), (31, False)])
    def test_needs_a_sample_of_the_last_thirty_minutes(self, minutes: int, is_fresh: bool) -> None:
        """5.3.1 c; §8.3."""
        permit = a_permit("approved", gas=(gas(minutes),), tickets=("shift_leader",))
        assert outcome(permit, "start") == ("" if is_fresh else "gas_stale")

    def test_waits_for_another_result_of_each_point_that_was_bad(self) -> None:
        """5.3.1, 5.3.2: it does not become good by growing old."""
        bad, elsewhere = gas(40, point="top", good=False), gas(5, point="bottom")
        permit = a_permit("approved", gas=(bad, elsewhere), tickets=("shift_leader",))
        assert refusal(permit, "start") == "gas_stale"
        mended = a_permit("approved", gas=(bad, elsewhere, gas(4, point="top")), tickets=("shift_leader",))
        assert passes(mended, "start")

    def test_lets_hot_work_in_wind_that_was_upgraded_for_it(self) -> None:
        """5.2.15; for work at height and lifts there is no such exception."""
        facts = {"outdoor": True, "wind_exception": True}
        assert passes(a_permit("approved", facts=facts, tickets=("shift_leader",)), "start", wind_force=6)
        high = a_permit("approved", kind="height", facts=facts, tickets=("shift_leader",))
        assert refusal(high, "start", wind_force=6) == "too_windy"

    def test_does_not_ask_for_the_wind_indoors(self) -> None:
        permit = a_permit("approved", facts={"outdoor": False}, tickets=("shift_leader",))
        assert passes(permit, "start", wind_force=None)

    def test_asks_for_a_ticket_check_once(self) -> None:
        """A.1."""
        assert refusal(a_permit("approved", tickets=("shift_leader",)), "check_ticket") == "no_ticket_check_due"

    @pytest.mark.parametrize(
        ("state", "cause", "code"),
        [
            ("approved", "", ""),
            ("suspended", "related_permit", ""),
            ("suspended", "gas", "related_permit_not_ready"),
            ("in_approval", "", "related_permit_not_ready"),
        ],
    )
    def test_waits_for_the_other_permits_of_the_job(self, state: str, cause: str, code: str) -> None:
        """4.6."""
        facts, other = {"internal_work": True}, a_relative(state=state, cause=cause)
        permit = a_permit("approved", facts=facts, relatives=(other,), tickets=("shift_leader",))
        assert outcome(permit, "start") == code

    @pytest.mark.parametrize(("state", "ready"), [("active", True), ("finished", False)])
    def test_switches_power_on_only_while_its_work_may_go_on(self, state: str, ready: bool) -> None:
        """10.8."""
        parent = a_relative("hot_work", state, relation="parent")
        permit = a_permit("approved", kind="temp_power", terms=POWER, relatives=(parent,))
        assert outcome(permit, "start") == ("" if ready else "parent_not_ready")


class TestBreaks:
    @pytest.mark.parametrize(
        ("terms", "minutes", "needs_analysis"),
        [(TERMS, 30, False), (TERMS, 31, True), (L2, 59, False), (L2, 60, False), (L2, 61, True), (SPACE, 61, True)],
        ids=["class 1 30", "class 1 31", "class 2 59", "class 2 60", "class 2 61", "space 61"],
    )
    def test_ask_for_a_new_analysis_by_level(self, terms: Terms, minutes: int, needs_analysis: bool) -> None:
        """5.3.1 d, 6.3 f; §8.4."""
        permit = a_permit("suspended", terms=terms, gas=OLD, suspended_at=NOW - minutes * MINUTE)
        assert outcome(permit, "resume") == ("analysis_needed" if needs_analysis else "")

    def test_end_with_the_new_analysis(self) -> None:
        results = (gas(90), gas(5))
        assert passes(a_permit("suspended", gas=results, suspended_at=NOW - 31 * MINUTE), "resume")

    def test_over_night_need_the_analysis_of_the_day_inside_72_hours(self) -> None:
        """5.3.1 d; §8.5: a break of 40 minutes over midnight."""
        midnight = NOW.replace(hour=16)
        permit = a_permit("suspended", terms=L2, ends_at=NOW + 72 * HOUR, suspended_at=midnight - 20 * MINUTE, gas=())
        assert refusal(permit, "resume", now=midnight + 20 * MINUTE) == "daily_analysis_needed"

    @pytest.mark.parametrize(
        ("permit", "changes", "code"),
        [
            (a_permit("suspended"), {"cleared": None}, "cause_not_cleared"),
            (a_permit("suspended", cause="gas", gas=OLD), {}, "analysis_needed"),
            (a_permit("suspended", terms=GENERAL, gas=OLD), {}, "analysis_needed"),
            (a_permit("suspended", terms=Terms(ventilates=True)), {"ventilated": None}, "not_ventilated"),
            (a_permit("suspended", terms=HEIGHT), {"reconfirmed": None}, "not_reconfirmed"),
            (a_space("suspended", crew=(*CREW, INSIDE)), {}, "people_inside"),
            (a_permit("suspended", is_halted=True), {}, "production_halted"),
            (a_permit("suspended", ends_at=NOW), {}, "permit_over"),
        ],
        ids=lambda value: "" if isinstance(value, Permit) else None,
    )
    def test_end_only_when_everything_is_in_order(self, permit: Permit, changes: dict[str, Any], code: str) -> None:
        """5.3.1 d, 6.3 f, 8.2.11 (§8.23), Order 13 Art. 15."""
        assert refusal(permit, "resume", **changes) == code

    def test_need_a_result_that_is_still_fresh(self) -> None:
        permit = a_permit("suspended", suspended_at=NOW - 3 * HOUR, gas=(gas(40),))
        assert refusal(permit, "resume") == "gas_stale"

    @pytest.mark.parametrize(("cause", "stops"), [("break", False), ("gas", True)])
    def test_that_are_planned_wait_until_everybody_is_out(self, cause: str, stops: bool) -> None:
        """6.8, 6.9: an alarm stops the work at once."""
        permit = a_space("active", crew=(*CREW, INSIDE))
        assert outcome(permit, "suspend", cause=cause) == ("" if stops else "people_inside")


class TestTheEnd:
    @pytest.mark.parametrize(
        ("permit", "event", "changes", "code"),
        [
            (a_permit("active"), "finish", {"fire_out": None}, "fire_unchecked"),
            (a_permit("active", kind="temp_power"), "finish", {"line_removed": None}, "line_not_removed"),
            (a_space("active", crew=(INSIDE,)), "finish", {}, "people_inside"),
            (a_permit("finished"), "close", {"restored": None}, "not_restored"),
            (a_permit("finished", kind="blinding"), "close", {"confirmed_by": "approver-1"}, "blind_unconfirmed"),
            (a_permit("finished", relatives=(a_relative("temp_power", "active"),)), "close", {}, "children_open"),
            (a_permit("suspended"), "revoke", {"reason": None}, "reason_missing"),
            (a_permit("active"), "check_in", {"person_id": "stranger"}, "not_of_the_crew"),
            (a_space("suspended"), "check_in", {}, "work_not_active"),
            (a_permit("active"), "expire", {}, "not_over"),
        ],
        ids=lambda value: value.state if isinstance(value, Permit) else "",
    )
    def test_names_what_is_missing(self, permit: Permit, event: str, changes: dict[str, Any], code: str) -> None:
        assert refusal(permit, event, **changes) == code

    def test_belongs_to_the_clock(self) -> None:
        step = Step("archive", "approver-1", 0, NOW, {})
        with pytest.raises(NotAllowed, match="clock"):
            take_permit_step(RULES, a_permit("closed"), step=step)

    def test_lets_a_guardian_back_to_a_work_that_stands_still(self) -> None:
        assert passes(a_space("suspended"), "check_in", person_id="guardian-1")

    def test_of_a_blind_is_confirmed_by_two(self) -> None:
        """7.12."""
        assert passes(a_permit("finished", kind="blinding"), "close", now=NOW + timedelta(hours=1))
