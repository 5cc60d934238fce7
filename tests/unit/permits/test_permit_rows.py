"""Every row of the way of a permit from each of its states with each of its guards: one thing missing, one refusal."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from services.permits.domain.permit_facts import Engagement
from services.permits.domain.permits import take_permit_step
from services.permits.rules.measures import measure_rules
from services.permits.rules.permitting import permit_rules
from shared.machines import NotAllowed, Step, clock_step
from tests.unit.permits.permits import (
    CREW,
    EVERYTHING,
    HOUR,
    INSIDE,
    MINUTE,
    NOW,
    SPACE,
    TERMS,
    a_permit,
    a_relative,
    gas,
)

RULES = permit_rules()
FORM = measure_rules().measures["hot_work"]
VESSEL = {"facts": {"internal_work": True}}
PARENT = a_relative("hot_work", "active", relation="parent", ends_at=NOW + 4 * HOUR)
MIDNIGHT = NOW.replace(hour=16)
LONG = replace(TERMS, max_hours=72, break_minutes=60)
POWER = replace(TERMS, tickets=(), gases=())
ELSEWHERE = Engagement("p-2", "DHZY-2", is_guarding=True, is_beside=False)
Broken = tuple[Mapping[str, Any], Mapping[str, Any], str]
# What is missing, of the permit and of what is given with the step, and what the refusal says.
BROKEN: Mapping[str, Broken] = {
    "is_described": ({}, {"description": None}, "work_not_described"),
    "is_not_frozen": ({"is_frozen": True}, {}, "permit_frozen"),
    "needs_a_permit": ({"terms": replace(TERMS, needs_permit=False)}, {}, "no_permit_needed"),
    "window_fits": ({"ends_at": NOW + 8 * HOUR + MINUTE}, {}, "valid_too_long"),
    "ends_with_parent": ({"kind": "temp_power", "relatives": (PARENT,)}, {}, "outlives_parent"),
    "has_analysis": ({}, {"hazards": []}, "analysis_missing"),
    "both_units_signed": ({}, {"work_unit_by": None}, "analysis_not_signed"),
    "related_are_listed": (VESSEL, {}, "related_permit_missing"),
    "answers_are_known": ({}, {"answers": {9: True}}, "answer_unknown"),
    "measures_are_complete": ({"sentences": FORM, "measures": {8: None}}, {"answers": {8: True}}, "measure_incomplete"),
    "measures_stay_complete": ({"sentences": FORM, "measures": {8: True}}, {}, "measure_incomplete"),
    "measures_are_answered": ({"measures": {1: None}}, {}, "measures_unanswered"),
    "isolation_is_listed": ({"kind": "blinding"}, {"isolation": None}, "isolation_missing"),
    "plan_is_attached": ({"terms": replace(TERMS, needs_plan=True)}, {"plan": None}, "plan_missing"),
    "gas_is_acceptable": ({"gas": (gas(good=False),)}, {}, "gas_not_acceptable"),
    "briefer_is_apart": ({}, {"briefed_by": "worker-1"}, "same_person"),
    "all_are_briefed": ({}, {"receivers": ["worker-1"]}, "briefing_incomplete"),
    "has_guardian": ({"crew": CREW[1:]}, {}, "guardian_missing"),
    "certificates_are_valid": ({"problems": ("review_due worker-1",)}, {}, "people_not_fit"),
    "has_no_conflict": ({"conflicts": ("I3 MBCD-1",)}, {}, "work_in_conflict"),
    "role_is_next": ({}, {"role": "safety_dept"}, "not_next_to_sign"),
    "role_is_last": ({"signed": ("work_leader",)}, {}, "signatures_missing"),
    "is_on_site": ({}, {"distance_m": 50.1}, "not_on_site"),
    "approver_is_apart": ({}, {"by": "applicant-1"}, "same_person"),
    "related_exist": (VESSEL, {}, "related_permit_missing"),
    "is_applicant": ({"applied_by": "somebody-else"}, {}, "not_the_applicant"),
    "has_not_ended": ({"ends_at": NOW}, {}, "permit_over"),
    "has_reason": ({}, {"reason": None}, "reason_missing"),
    "is_clock": ({}, {"is_clock": False}, "clock_only"),
    "ticket_role_is_due": ({"tickets": ("shift_leader",)}, {}, "no_ticket_check_due"),
    "is_of_the_crew": ({}, {"person_id": "stranger"}, "not_of_the_crew"),
    "guards_nowhere_else": ({"engaged": (ELSEWHERE,)}, {}, "guards_elsewhere"),
    "works_nowhere_else": (
        {"engaged": (replace(ELSEWHERE, is_guarding=False),)}, {"person_id": CREW[0].person_id}, "works_elsewhere",
    ),
    "can_enter": ({"terms": SPACE}, {}, "work_not_active"),
    "has_begun": ({"starts_at": NOW + MINUTE}, {}, "not_yet_valid"),
    "is_not_halted": ({"is_halted": True}, {}, "production_halted"),
    "alarm_is_over": ({"has_alarm": True}, {}, "alarm_goes_on"),
    "gas_is_fresh": ({"gas": (gas(31),)}, {}, "gas_stale"),
    "guardian_is_here": ({"crew": (replace(CREW[0], is_in=False), *CREW[1:])}, {}, "guardian_absent"),
    "tickets_are_checked": ({"tickets": ()}, {}, "ticket_unchecked"),
    "video_is_live": ({"terms": replace(TERMS, needs_video=True)}, {"video_live": None}, "video_missing"),
    "gas_stream_is_live": (
        {"terms": replace(TERMS, is_continuous_gas=True)}, {"detector_live": None}, "detector_missing",
    ),
    "weather_allows": ({}, {"wind_force": 5}, "too_windy"),
    "related_are_ready": (VESSEL, {}, "related_permit_not_ready"),
    "parent_is_live": (
        {"kind": "temp_power", "terms": POWER, "relatives": (replace(PARENT, state="finished"),)}, {},
        "parent_not_ready",
    ),
    "people_are_out": (
        {"terms": replace(SPACE, gases=()), "crew": (*CREW, INSIDE)}, {"cause": "break"}, "people_inside",
    ),
    "cause_is_cleared": ({}, {"cleared": None}, "cause_not_cleared"),
    "gas_after_break": ({"gas": (gas(90),), "suspended_at": NOW - 31 * MINUTE}, {}, "analysis_needed"),
    "gas_is_of_today": (
        {"terms": LONG, "ends_at": NOW + 72 * HOUR, "suspended_at": MIDNIGHT - 20 * MINUTE},
        {"now": MIDNIGHT + 20 * MINUTE}, "daily_analysis_needed",
    ),
    "is_ventilated": (
        {"terms": replace(TERMS, ventilates=True), "gas": (gas(4),)}, {"ventilated": None}, "not_ventilated",
    ),
    "is_reconfirmed": ({"terms": replace(TERMS, reconfirms=True)}, {"reconfirmed": None}, "not_reconfirmed"),
    "fire_is_out": ({}, {"fire_out": None}, "fire_unchecked"),
    "line_is_removed": ({"kind": "temp_power"}, {"line_removed": None}, "line_not_removed"),
    "is_restored": ({}, {"restored": None}, "not_restored"),
    "blinds_are_confirmed": ({"kind": "blinding"}, {"confirmed_by": "approver-1"}, "blind_unconfirmed"),
    "children_have_ended": ({"relatives": (a_relative("temp_power", "finished"),)}, {}, "children_open"),
    "end_has_come": ({"ends_at": NOW + MINUTE}, {}, "not_over"),
    "is_sampled_now": ({}, {"sampled_at": NOW + MINUTE}, "sample_in_future"),
}  # fmt: skip
IMPOSSIBLE = {("active", "check_in", "can_enter")}  # while the work goes on its crew goes in
ROWS = sorted(
    (row.row, state, row.event, guard)
    for (state, _), row in RULES.machine.transitions.items()
    for guard in row.guards
    if (state, row.event, guard) not in IMPOSSIBLE
)


def whole(state: str, event: str) -> dict[str, Any]:
    """Return what a permit needs besides to take a step from a state."""
    changes: dict[str, Any] = {"signed": ("work_leader",)} if event == "sign" else {}
    if event == "start":
        changes["tickets"] = ("shift_leader",)
    if event == "expire":
        changes["ends_at"] = NOW
    return changes


def step(event: str, changes: Mapping[str, Any]) -> Step:
    given = {**EVERYTHING, "cause": "weather", **changes}
    by = given.pop("by", "applicant-1" if event == "withdraw" else "approver-1")
    now, is_clock = (
        given.pop("now", NOW),
        given.pop("is_clock", event in ("archive", "expire", "end_with_parent", "warn")),
    )
    kept = {name: value for name, value in given.items() if value is not None}
    return clock_step(event, now, **kept) if is_clock else Step(event, by, 0, now, kept)


def test_every_guard_is_broken_here() -> None:
    assert BROKEN.keys() == {guard for row in RULES.machine.transitions.values() for guard in row.guards}


@pytest.mark.parametrize(("row", "state", "event", "guard"), ROWS, ids=[" ".join(one) for one in ROWS])
def test_is_refused_when_one_thing_is_missing(row: str, state: str, event: str, guard: str) -> None:
    missing, given, code = BROKEN[guard]
    with pytest.raises(NotAllowed) as refused:
        take_permit_step(RULES, a_permit(state, **whole(state, event) | dict(missing)), step=step(event, given))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("state", "event"), sorted({(state, event) for _, state, event, _ in ROWS}), ids=lambda value: value
)
def test_is_taken_when_nothing_is(state: str, event: str) -> None:
    moved = take_permit_step(RULES, a_permit(state, **whole(state, event)), step=step(event, {}))
    assert moved.state == (RULES.machine.transition(state, event).to or state)
