"""Every state with every event of a visit (credit-and-inspections §7.4), its guards, and where somebody was when."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.inspections.domain.presence import (
    InspectorElsewhere,
    Place,
    Spot,
    Stay,
    away,
    check_one_place,
    minutes_between,
    too_fast,
)
from services.inspections.domain.schedules import contract_period
from services.inspections.domain.visits import VISIT_GUARDS, MovedVisit, Visit, allowed_visit_steps, take_visit_step
from services.inspections.rules import visit_rules
from services.inspections.rules.reading import table
from services.inspections.rules.visiting import read_visits
from shared.machines import NotAllowed, Step, StepNotPossible, UnusableTable, clock_step
from tests.unit.inspections.builders import NOW, ROLES

RULES = visit_rules()
MARKED = {"explain": None, "settle": None}  # leave the state as it is
EXPECTED: dict[str, dict[str, str | None]] = {
    "planned": {"start": "started", "cancel": "cancelled", "lapse": None, "refuse_entry": "refused_entry", **MARKED},
    "started": {"end": "ended", "refuse_entry": "refused_entry", "time_out": "ended", "find": None, **MARKED},
    "ended": {"find": None, "report": "reported", "lapse": None, **MARKED},
    "reported": {"countersign": "countersigned", "dispute": "disputed", "uphold": "countersigned", **MARKED},
    "disputed": {"find": None, "report": "reported", "uphold": "countersigned", **MARKED},
    "countersigned": {"follow_up": "followed_up", "rate": "rated", "lapse": None, **MARKED},
    "followed_up": {"rate": "rated", "close": "closed", **MARKED},
    "rated": {"close": "closed", **MARKED},
    "closed": {**MARKED},
    "refused_entry": {**MARKED},
    "cancelled": {},
}
PAIRS = [(state, event) for state in RULES.machine.states for event in RULES.machine.events]
WHO = {
    **dict.fromkeys(("countersign", "dispute", "rate"), ("principal", 1)),
    **dict.fromkeys(("uphold", "close", "cancel", "settle"), ("officer", 4)),
}
EVERYTHING: dict[str, Any] = {
    "longitude": 121.43,
    "latitude": 28.67,
    "summary": "检查车间与仓库",
    "conclusion": "in_order",
    "signed": True,
    "reason": "企业停产",
    "evidence": ["photo-1"],
    "stars": 5,
    "flag": "too_short",
    "outcome": "upheld",
}


def step(state: str, event: str, *, visit: dict[str, Any] | None = None, **given: Any) -> MovedVisit:
    """Take a step with a visit that began an hour ago and is due now; ``None`` leaves something out."""
    by, tier = WHO.get(event, ("inspector", 2))
    by, tier = given.pop("by", by), given.pop("tier", tier)
    shown = {name: value for name, value in (EVERYTHING | given).items() if value is not None}
    by_hand = Step(event, by, tier, NOW, shown, given.get("roles", ROLES[tier]))
    wanted = clock_step(event, NOW, **shown) if event in ("time_out", "lapse") and tier == 2 else by_hand
    values: dict[str, Any] = {
        "state": state,
        "people": ("inspector",),
        "started_at": NOW - timedelta(hours=1),
        "due_at": NOW,
        "is_checked": event != "refuse_entry",
        "flags": frozenset({"too_short"}),
    }
    return take_visit_step(RULES, Visit(**(values | (visit or {}))), step=wanted)


class TestEveryStateWithEveryEvent:
    def test_has_a_row_here_for_every_state(self) -> None:
        assert EXPECTED.keys() == RULES.machine.states.keys()

    @pytest.mark.parametrize(("state", "event"), PAIRS)
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        if event in EXPECTED[state]:
            assert step(state, event).visit.state == (EXPECTED[state][event] or state)
        else:
            with pytest.raises(StepNotPossible) as refused:
                step(state, event)
            assert refused.value.code == "step_not_possible"

    def test_uses_every_guard(self) -> None:
        assert {guard for row in RULES.machine.transitions.values() for guard in row.guards} == VISIT_GUARDS.keys()

    def test_tells_of_coming_and_going(self) -> None:
        told = {event: row.tells for (_, event), row in RULES.machine.transitions.items() if row.tells}
        assert told == {"start": ("started",), "end": ("ended",), "time_out": ("ended",), "refuse_entry": ("ended",)}


class TestRefusals:
    @pytest.mark.parametrize(
        ("state", "event", "changes", "code"),
        [
            ("planned", "start", {"tier": 3}, "intermediary_only"),
            ("planned", "start", {"latitude": None}, "position_missing"),
            ("planned", "start", {"at": NOW - timedelta(hours=73)}, "too_long_ago"),
            ("planned", "cancel", {"tier": 2}, "authority_only"),
            ("closed", "settle", {"roles": ("grid_worker",), "tier": 3}, "authority_only"),
            ("planned", "cancel", {"reason": " "}, "reason_missing"),
            ("planned", "lapse", {"tier": 4}, "clock_only"),
            ("planned", "lapse", {"visit": {"due_at": NOW + timedelta(seconds=1)}}, "not_due"),
            ("planned", "lapse", {"visit": {"due_at": None}}, "not_due"),
            ("planned", "refuse_entry", {"tier": 3}, "intermediary_only"),
            ("planned", "refuse_entry", {"evidence": []}, "evidence_missing"),
            ("started", "refuse_entry", {"by": "another"}, "not_on_the_visit"),
            ("started", "refuse_entry", {"visit": {"is_checked": True}}, "checked_already"),
            ("started", "refuse_entry", {"reason": ""}, "reason_missing"),
            ("started", "end", {"by": "another"}, "not_on_the_visit"),
            ("started", "end", {"at": NOW - timedelta(hours=2)}, "ends_before_start"),
            ("started", "find", {"at": NOW - timedelta(hours=2)}, "found_before_visit"),
            ("ended", "report", {"visit": {"is_checked": False}}, "checklist_missing"),
            ("ended", "report", {"summary": ""}, "summary_missing"),
            ("ended", "report", {"visit": {"findings": 1}}, "conclusion_does_not_fit"),
            ("ended", "report", {"conclusion": "not_in_order"}, "conclusion_does_not_fit"),
            ("ended", "report", {"signed": False}, "signature_missing"),
            ("reported", "countersign", {"tier": 2}, "enterprise_only"),
            ("countersigned", "follow_up", {"visit": {"open_findings": 2}}, "findings_open"),
            ("countersigned", "rate", {"visit": {"open_findings": 2}}, "findings_open"),
            ("followed_up", "rate", {"stars": None}, "stars_missing"),
            ("followed_up", "rate", {"stars": 6}, "stars_missing"),
            ("followed_up", "close", {"tier": 1}, "authority_only"),
            ("closed", "explain", {"flag": "too_fast"}, "flag_unknown"),
            ("closed", "settle", {"outcome": "perhaps"}, "outcome_missing"),
        ],
    )
    def test_name_their_reason(self, state: str, event: str, changes: dict[str, Any], code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            step(state, event, **changes)
        assert refused.value.code == code

    def test_bind_the_clock_to_its_time(self) -> None:
        """Row 10: an authority closes whenever it likes, the clock when the time for rating has passed."""
        visit = Visit("rated", due_at=NOW + timedelta(seconds=1))
        with pytest.raises(NotAllowed, match="not passed"):
            take_visit_step(RULES, visit, step=clock_step("close", NOW))
        assert step("rated", "close", visit={"due_at": None}).visit.state == "closed"

    def test_of_a_clock_without_anything_noted_stop_the_process(self) -> None:
        content = table("visits.toml")
        content["anomaly"] = [one for one in content["anomaly"] if one["id"] != "report_late"]
        with pytest.raises(UnusableTable, match="lapse"):
            read_visits(content)


class TestTime:
    @pytest.mark.parametrize(
        ("state", "event", "after"),
        [
            ("planned", "start", timedelta(hours=12)),
            ("planned", "lapse", None),
            ("reported", "dispute", None),
            ("started", "settle", timedelta()),
        ],
    )
    def test_runs_to_what_is_expected_next(self, state: str, event: str, after: timedelta | None) -> None:
        assert step(state, event).visit.due_at == (None if after is None else NOW + after)

    def test_of_a_report_is_three_working_days_from_leaving(self) -> None:
        """NOW is a Monday in China: the report is due with the end of Thursday."""
        assert step("started", "end").visit.due_at == datetime(2026, 3, 5, 16, tzinfo=UTC)

    def test_is_what_the_phone_tells_and_never_of_the_future(self) -> None:
        earlier, later = NOW - timedelta(hours=30), NOW + timedelta(hours=1)
        assert step("planned", "start", at=earlier).visit.started_at == earlier
        assert step("planned", "start", at=later).visit.started_at == NOW


class TestAllowedSteps:
    @pytest.mark.parametrize(
        ("visit", "tier", "steps"),
        [
            (Visit("planned"), 2, ["start", "refuse_entry"]),
            (Visit("planned"), 3, ["cancel"]),
            (Visit("started", ("me",)), 2, ["end", "find", "refuse_entry"]),
            (Visit("started", ("me",), is_checked=True), 2, ["end", "find"]),
            (Visit("ended", ("me",)), 2, ["find"]),
            (Visit("ended", ("me",), is_checked=True), 2, ["find", "report"]),
            (Visit("ended", ("another",), is_checked=True), 2, []),
            (Visit("reported"), 1, ["countersign", "dispute"]),
            (Visit("countersigned", open_findings=1), 1, []),
            (Visit("followed_up"), 4, ["close"]),
            (Visit("closed", flags=frozenset({"too_short"})), 4, ["settle"]),
            (Visit("closed", flags=frozenset({"too_short"})), 2, ["explain"]),
        ],
    )
    def test_leave_out_what_is_somebody_elses(self, visit: Visit, tier: int, steps: list[str]) -> None:
        asked = Step("", "me", tier, NOW, roles=ROLES[tier])
        assert sorted(allowed_visit_steps(RULES, visit, asked=asked)) == sorted(steps)


GATE = Spot(121.43, 28.67)


class TestPlace:
    """A degree of latitude is 111.2 km: 0.0018° is 200.2 m, 0.0045° is 500.4 m."""

    @pytest.mark.parametrize(
        ("precision", "spot", "metres"),
        [
            ("exact", Spot(121.43, 28.6717), None),
            ("exact", Spot(121.43, 28.6720), 222),
            ("exact", Spot(121.43, 28.6720, accuracy=30), None),
            ("proposed", Spot(121.43, 28.6740), None),
            ("proposed", Spot(121.43, 28.6750), 556),
        ],
    )
    def test_has_a_fence_as_wide_as_it_is_known(self, precision: str, spot: Spot, metres: int | None) -> None:
        assert away(Place(precision, GATE), spot, fences=RULES.limits.fences) == metres

    def test_that_nobody_knows_has_no_fence(self) -> None:
        assert away(None, Spot(120, 30), fences=RULES.limits.fences) is None

    @pytest.mark.parametrize(("headcount", "minutes"), [(None, 60), (299, 60), (300, 120)])
    def test_asks_for_a_stay_by_its_size(self, headcount: int | None, minutes: int) -> None:
        assert RULES.limits.shortest_stay(headcount) == minutes

    def test_counts_whole_minutes(self) -> None:
        assert minutes_between(NOW, NOW + timedelta(minutes=59, seconds=59)) == 59


def stay(begin: int, end: int | None, *, first: Spot | None = GATE, last: Spot | None = GATE) -> Stay:
    """Return a stay from one minute to another, counted from now."""
    ended_at = None if end is None else NOW + timedelta(minutes=end)
    return Stay("other", NOW + timedelta(minutes=begin), ended_at, first, last)


class TestOnePerson:
    @pytest.mark.parametrize(
        ("other", "begin", "end", "is_refused"),
        [
            (stay(0, None), 30, None, True),
            (stay(0, 60), 30, None, True),
            (stay(0, 60), 60, None, False),
            (stay(60, 120), 30, None, False),
            (stay(60, 120), 30, 60, False),
            (stay(60, 120), 30, 61, True),
            (stay(60, None), 30, 61, True),
            (stay(60, None), 30, None, True),
            (stay(0, 60), 30, 90, True),
            (stay(0, 30), 30, 90, False),
        ],
    )
    def test_is_in_one_place_at_a_time(self, other: Stay, begin: int, end: int | None, is_refused: bool) -> None:
        wanted = stay(begin, end)
        if is_refused:
            with pytest.raises(InspectorElsewhere) as refused:
                check_one_place([other], started_at=wanted.started_at, ended_at=wanted.ended_at)
            assert (refused.value.status, refused.value.code) == (409, "inspector_elsewhere")
        else:
            assert check_one_place([other], started_at=wanted.started_at, ended_at=wanted.ended_at) is None

    @pytest.mark.parametrize(
        ("other", "here", "is_impossible"),
        [
            (stay(0, 60), stay(65, None, first=Spot(121.43, 28.77)), True),  # 11.1 km in 5 minutes: 133 km/h
            (stay(0, 60), stay(66, None, first=Spot(121.43, 28.77)), False),  # in 6 minutes: 111 km/h
            (stay(0, 60, last=None), stay(65, None, first=Spot(121.43, 28.77)), True),
            (stay(0, 60), stay(60, None, first=Spot(121.43, 28.6701, accuracy=20)), False),
            (stay(0, None), stay(65, None, first=Spot(121.43, 28.77)), False),
            (stay(0, 60, first=None, last=None), stay(65, None, first=Spot(121.43, 28.77)), False),
            (stay(95, 120), stay(60, 90, first=Spot(121.43, 28.77), last=Spot(121.43, 28.77)), True),
        ],
    )
    def test_travels_no_faster_than_a_car(self, other: Stay, here: Stay, is_impossible: bool) -> None:
        assert (too_fast([other], here, speed_kmh=RULES.limits.speed_kmh) == other) is is_impossible


class TestPeriodOfAContract:
    @pytest.mark.parametrize(
        ("today", "first", "last"),
        [
            (date(2027, 1, 1), date(2027, 1, 1), date(2027, 4, 1)),
            (date(2027, 4, 2), date(2027, 4, 2), date(2027, 7, 1)),
            (date(2027, 12, 31), date(2027, 10, 1), date(2027, 12, 31)),
            (date(2028, 2, 1), date(2028, 1, 1), date(2028, 3, 31)),
        ],
    )
    def test_is_an_equal_part_of_its_year(self, today: date, first: date, last: date) -> None:
        period = contract_period(date(2027, 1, 1), date(2029, 1, 1), per_year=4, today=today)
        assert period
        assert (period.first, period.last) == (first, last)

    @pytest.mark.parametrize(
        ("per_year", "today"), [(0, date(2027, 1, 1)), (4, date(2026, 12, 31)), (4, date(2029, 1, 1))]
    )
    def test_is_none_outside_of_it(self, per_year: int, today: date) -> None:
        assert contract_period(date(2027, 1, 1), date(2029, 1, 1), per_year=per_year, today=today) is None

    def test_is_owed_when_it_is_cut_off_only_if_it_is_the_first(self) -> None:
        starts_on, ends_on = date(2027, 1, 1), date(2027, 5, 1)
        assert contract_period(starts_on, ends_on, per_year=4, today=date(2027, 4, 20)) is None
        short = contract_period(starts_on, date(2027, 2, 1), per_year=4, today=date(2027, 1, 20))
        assert short
        assert short.last == date(2027, 1, 31)

    def test_knows_leap_years(self) -> None:
        period = contract_period(date(2028, 2, 29), date(2031, 1, 1), per_year=1, today=date(2029, 3, 1))
        assert period
        assert period.first == date(2029, 3, 1)
