"""Every state with every event of a task (credit-and-inspections §7.2), its guards, and the ladder around it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.inspections.domain.routing import tier_of
from services.inspections.domain.tasks import (
    TASK_GUARDS,
    MovedTask,
    Task,
    allowed_task_steps,
    next_rung,
    take_task_step,
)
from services.inspections.rules import escalations, ladder, major_hazard_calls, task_rules, tiers
from services.inspections.rules.reading import table
from services.inspections.rules.working import read_calls, read_escalations, read_ladder
from shared.machines import NotAllowed, Step, StepNotPossible, UnusableTable, clock_step
from tests.unit.inspections.builders import NOW

RULES = task_rules()
EXPECTED = {
    "planned": {"assign": "assigned", "cancel": "cancelled", "overdue": "planned"},
    "assigned": {
        "assign": "assigned", "take": "accepted", "accept": "accepted", "check_in": "on_site", "cancel": "cancelled",
        "refuse_entry": "refused_entry", "overdue": "assigned",
    },
    "accepted": {
        "assign": "assigned", "check_in": "on_site", "cancel": "cancelled", "refuse_entry": "refused_entry",
        "overdue": "accepted",
    },
    "on_site": {
        "assign": "assigned", "submit": "submitted", "refuse_entry": "refused_entry", "overdue": "on_site",
    },
    "submitted": {"confirm": "confirmed", "return": "returned", "close": "closed"},
    "confirmed": {"close": "closed"},
    "returned": {
        "assign": "assigned", "check_in": "on_site", "submit": "submitted", "cancel": "cancelled",
        "overdue": "returned",
    },
    "closed": {},
    "cancelled": {},
    "refused_entry": {},
}  # fmt: skip
PAIRS = [(state, event) for state in RULES.machine.states for event in RULES.machine.events]
GATE = (121.43, 28.67)
EVERYTHING: dict[str, Any] = {
    "owner": "officer-1",
    "reason": "企业停产",
    "evidence": ["photo-1"],
    "longitude": 121.4301,
    "latitude": 28.6701,
    "signed": True,
}


def step(
    state: str,
    event: str,
    *,
    task: dict[str, Any] | None = None,
    tier: int = 4,
    roles: tuple[str, ...] = ("bureau_officer",),
    **given: Any,
) -> MovedTask:
    """Take a step with a government task of officer-1 that is due now; ``None`` leaves something out."""
    values: dict[str, Any] = {
        "state": state,
        "tier": 4 if event in ("submit", "close") else 3,
        "owner": "officer-1",
        "due_at": NOW,
        "is_recorded": True,
    }
    values |= {"owner": "tier:3@331002001"} if event == "take" else {}
    shown = {name: value for name, value in (EVERYTHING | given).items() if value is not None}
    by_hand = Step(event, str(given.get("by", "officer-1")), tier, NOW, shown, roles)
    wanted = clock_step(event, NOW, **shown) if event == "overdue" else by_hand
    return take_task_step(RULES, Task(**(values | {"place": GATE} | (task or {}))), step=wanted)


def refusal(state: str, event: str, **changes: Any) -> str:
    with pytest.raises(NotAllowed) as refused:
        step(state, event, **changes)
    return refused.value.code


class TestEveryStateWithEveryEvent:
    def test_has_a_row_here_for_every_state(self) -> None:
        assert EXPECTED.keys() == RULES.machine.states.keys()

    @pytest.mark.parametrize(("state", "event"), PAIRS)
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        if event in EXPECTED[state]:
            assert step(state, event).task.state == EXPECTED[state][event]
        else:
            with pytest.raises(StepNotPossible) as refused:
                step(state, event)
            assert refused.value.code == "step_not_possible"

    def test_uses_every_guard(self) -> None:
        assert {guard for row in RULES.machine.transitions.values() for guard in row.guards} == TASK_GUARDS.keys()


class TestRefusals:
    @pytest.mark.parametrize(
        ("state", "event", "changes", "code"),
        [
            ("planned", "assign", {"owner": ""}, "owner_missing"),
            ("planned", "assign", {"tier": 3, "roles": ("grid_worker",)}, "authority_only"),
            ("assigned", "take", {"task": {"owner": "officer-2"}}, "not_in_a_queue"),
            ("assigned", "take", {"tier": 2}, "tier_too_low"),
            ("assigned", "accept", {"by": "worker-9", "tier": 1}, "not_the_owner"),
            ("assigned", "accept", {"by": "officer-9"}, "not_the_owner"),
            ("assigned", "check_in", {"tier": 2}, "visit_missing"),
            ("assigned", "check_in", {"longitude": None}, "position_missing"),
            ("assigned", "check_in", {"latitude": 28.68}, "outside_fence"),
            ("on_site", "submit", {"unanswered": ["GI-01"]}, "answers_missing"),
            ("on_site", "submit", {"photographed": ["GI-02"], "photos": {"GI-01": ["p"]}}, "photos_missing"),
            ("on_site", "submit", {"signed": False, "task": {"tier": 1}}, "signature_missing"),
            ("submitted", "confirm", {"tier": 3}, "tier_too_low"),
            ("submitted", "return", {"reason": " "}, "reason_missing"),
            ("submitted", "close", {"task": {"tier": 3}}, "not_confirmed"),
            ("submitted", "close", {"tier": 3}, "not_confirmed"),
            ("submitted", "close", {"task": {"is_recorded": False}}, "record_not_signed"),
            ("assigned", "cancel", {"tier": 3}, "tier_too_low"),
            ("assigned", "refuse_entry", {"evidence": []}, "evidence_missing"),
            ("assigned", "overdue", {"task": {"due_at": NOW + timedelta(seconds=1)}}, "not_overdue"),
            ("assigned", "overdue", {"task": {"is_overdue": True}}, "not_overdue"),
            ("assigned", "overdue", {"task": {"due_at": None}}, "not_overdue"),
        ],
    )
    def test_name_their_reason(self, state: str, event: str, changes: dict[str, Any], code: str) -> None:
        assert refusal(state, event, **changes) == code

    @pytest.mark.parametrize(("by", "tier"), [("officer-1", 4), ("clock", 0)])
    def test_let_only_the_clock_say_that_a_task_is_overdue(self, by: str, tier: int) -> None:
        with pytest.raises(NotAllowed, match="clock"):
            take_task_step(RULES, Task("assigned", due_at=NOW), step=Step("overdue", by, tier, NOW))

    @pytest.mark.parametrize(("event", "code"), [("assign", "authority_only"), ("cancel", "tier_too_low")])
    def test_do_not_take_somebody_of_no_tier_for_the_clock(self, event: str, code: str) -> None:
        """Rows 2 and 10 let the clock do so; whoever belongs to none of the four tiers of §7.1 is not the clock."""
        assert refusal("assigned", event, tier=0, by="clock", roles=()) == code
        moved = take_task_step(RULES, Task("assigned", tier=3), step=clock_step(event, NOW, **EVERYTHING))
        assert moved.task.state == EXPECTED["assigned"][event]


class TestSubmitting:
    def test_of_government_supervision_is_signed_in_its_record(self) -> None:
        """Art. 68: the record is a document that both sides sign."""
        assert step("on_site", "submit", signed=False).task.state == "submitted"

    def test_takes_a_photo_of_each_abnormal_item(self) -> None:
        moved = step("on_site", "submit", photographed=["GI-02"], photos={"GI-02": ["p"]})
        assert moved.transition.tells == ("check_completed",)

    def test_of_a_lower_tier_needs_one_signature(self) -> None:
        assert step("on_site", "submit", task={"tier": 1}).task.state == "submitted"


class TestOwner:
    def test_of_a_self_check_is_the_enterprise(self) -> None:
        """Any of its people may do it; which enterprise that is, the area of the caller says."""
        assert step("assigned", "accept", task={"tier": 1}, by="worker-9", tier=1).task.state == "accepted"

    def test_of_a_queue_becomes_who_takes_it(self) -> None:
        assert step("assigned", "take", by="worker-9").task.owner == "worker-9"


class TestFence:
    def test_is_two_hundred_metres(self) -> None:
        """A degree of latitude is 111.2 km: 0.00179° is 199 m, 0.00181° is 201 m."""
        assert step("assigned", "check_in", longitude=121.43, latitude=28.67179).task.state == "on_site"
        assert refusal("assigned", "check_in", longitude=121.43, latitude=28.67181) == "outside_fence"

    @pytest.mark.parametrize("task", [{"place": None}, {"tier": 1}])
    def test_does_not_bind_without_an_exact_position_or_at_home(self, task: dict[str, Any]) -> None:
        assert step("assigned", "check_in", task=task, longitude=None).task.state == "on_site"


class TestAssigning:
    def test_keeps_the_new_owner(self) -> None:
        moved = step("accepted", "assign", owner="officer-7")
        assert (moved.task.owner, moved.transition.tells) == ("officer-7", ("escalated",))

    @pytest.mark.parametrize("role", sorted({role for tier in tiers().values() for role in tier.roles}))
    def test_is_for_the_subdistrict_and_the_bureau(self, role: str) -> None:
        """§7.3: a grid worker finds and reports, the office of the subdistrict hands on."""
        wanted = Step("assign", "me", tier_of(tiers(), [role]), NOW, EVERYTHING, (role,))
        if role in ("subdistrict_officer", "bureau_officer"):
            assert take_task_step(RULES, Task("planned"), step=wanted).task.state == "assigned"
        else:
            with pytest.raises(NotAllowed, match="ask there"):
                take_task_step(RULES, Task("planned"), step=wanted)


class TestLadder:
    """Due on Friday 2026-03-06, 24:00 in China; the week-end is not worked."""

    DUE = datetime(2026, 3, 6, 16, tzinfo=UTC)

    def test_climbs_in_working_days_after_the_moment(self) -> None:
        climbed = [next_rung(ladder(), self.DUE, climbed=number) for number in range(len(ladder()))]
        assert [(one[1].id, one[0] - self.DUE) for one in climbed if one] == [
            ("remind", timedelta(days=-2)),
            ("overdue", timedelta()),
            ("fallback", timedelta(days=3)),
            ("subdistrict", timedelta(days=5)),
            ("bureau", timedelta(days=7)),
        ]

    def test_ends_at_the_top(self) -> None:
        assert next_rung(ladder(), self.DUE, climbed=len(ladder())) is None

    def test_is_refused_when_it_does_not_climb(self) -> None:
        content = table("tasks.toml")
        content["rung"].reverse()
        with pytest.raises(UnusableTable, match="order"):
            read_ladder(content)


class TestCalls:
    def test_are_the_grid_and_the_bureau_by_the_next_working_day(self) -> None:
        """§7.1: a major hazard escalates to 网格确查 and to 政府督查."""
        days = [(call.tier, call.last_day(date(2026, 9, 29)).isoformat()) for call in major_hazard_calls()]
        assert days == [(3, "2026-09-30"), (4, "2026-09-30")]

    def test_name_a_cause_that_the_plan_knows(self) -> None:
        content = table("tasks.toml")
        content["major_hazard"][1]["cause"] = "whim"
        with pytest.raises(UnusableTable, match="whim"):
            read_calls(content)


class TestEscalation:
    def test_goes_where_the_tiers_say(self) -> None:
        """§7.1: T2 to T3 on refusal and disagreement, T3 to T4 on a false self-check; the rest has rules of its own."""
        found = {key: (call.tier, call.working_days, call.cause) for key, call in escalations().items()}
        assert found == {
            (2, "refusal"): (3, 3, ""),
            (2, "disagreement"): (3, 3, ""),
            (3, "refuted"): (4, 5, "handed_over"),
        }

    def test_brings_government_supervision_only_for_a_cause_that_the_plan_knows(self) -> None:
        content = table("tiers.toml")
        content["escalation"][2]["counts_as"] = "whim"
        with pytest.raises(UnusableTable, match="whim"):
            read_escalations(content)


class TestAllowedSteps:
    @pytest.mark.parametrize(
        ("task", "role", "steps"),
        [
            (Task("assigned", 3, owner="me"), "subdistrict_officer", ["assign", "accept", "check_in", "refuse_entry"]),
            (Task("assigned", 3, owner="me"), "grid_worker", ["accept", "check_in", "refuse_entry"]),
            (Task("assigned", 3, owner="tier:3@331002001"), "grid_worker", ["take"]),
            (Task("assigned", 3, owner="another"), "intermediary_inspector", []),
            (Task("submitted", 1, owner="another"), "grid_worker", ["confirm", "return"]),
            (Task("confirmed", 1, owner="another"), "enterprise_user", ["close"]),
        ],
    )
    def test_leaves_out_what_is_somebody_elses(self, task: Task, role: str, steps: list[str]) -> None:
        asked = Step("", "me", tier_of(tiers(), [role]), NOW, roles=(role,))
        assert sorted(allowed_task_steps(RULES, task, asked=asked)) == sorted(steps)
