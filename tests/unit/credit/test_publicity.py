"""How penalties are made public (credit-and-inspections §3.1–3.3): periods, deadlines, classes, steps."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from services.credit.domain.publicity import (
    DECIDED,
    Publicity,
    allowed_publicity_steps,
    begin,
    deadline,
    due_now,
    moments,
    shown_at_least_until,
    shown_until,
    take_publicity_step,
)
from services.credit.rules.publicity import publicity_rules
from shared.clock import BUSINESS_ZONE
from shared.machines import NotAllowed, Step, StepNotPossible, clock_step

RULES = publicity_rules()
DECIDED_ON = date(2026, 5, 11)  # a Monday without holidays around it


def at(day: date, clock: str = "10:00") -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=BUSINESS_ZONE)


def stands(state: str = DECIDED, penalty_class: str = "general", **facts: Any) -> Publicity:
    return Publicity(state, penalty_class, facts.pop("decided_on", DECIDED_ON), **facts)


def taken(publicity: Publicity, event: str, *, on: date = DECIDED_ON + timedelta(days=400), **given: Any) -> Publicity:
    return take_publicity_step(RULES, publicity, step=Step(event, "officer", 3, at(on), given))[0]


def refusal(publicity: Publicity, event: str, **more: Any) -> str:
    with pytest.raises(NotAllowed) as refused:
        taken(publicity, event, **more)
    return refused.value.code


class TestPeriods:
    @pytest.mark.parametrize(
        ("decided_on", "penalty_class", "least", "most"),
        [
            (date(2026, 3, 31), "general", date(2027, 3, 31), date(2029, 3, 31)),
            (date(2026, 4, 1), "general", date(2026, 7, 1), date(2027, 4, 1)),
            (date(2026, 4, 1), "serious", date(2027, 4, 1), date(2029, 4, 1)),
            (date(2026, 4, 1), "light", date(2026, 4, 1), date(2026, 7, 1)),
            (date(2020, 1, 1), "general", date(2021, 1, 1), date(2023, 1, 1)),
        ],
    )
    def test_are_those_of_the_order_in_force_on_the_day_of_the_decision(
        self, decided_on: date, penalty_class: str, least: date, most: date
    ) -> None:
        known = stands(decided_on=decided_on, penalty_class=penalty_class)
        assert (shown_at_least_until(RULES, known), shown_until(RULES, known)) == (least, most)


class TestTheDeadline:
    def test_is_the_seventh_working_day_after_the_decision(self) -> None:
        assert deadline(RULES, "publish", day=DECIDED_ON) == at(date(2026, 5, 21), "00:00")

    def test_leaves_holidays_out(self) -> None:
        assert deadline(RULES, "publish", day=date(2026, 9, 30)) > at(date(2026, 10, 14), "00:00")

    def test_is_warned_of_before_and_met_by_the_clock(self) -> None:
        assert moments(RULES, stands()) == [
            (at(date(2026, 5, 19), "00:00"), "warn"),
            (at(date(2026, 5, 20), "00:00"), "publish"),
            (at(date(2027, 5, 12), "00:00"), "expire_uncorrected"),
        ]

    def test_asks_the_officer_about_a_light_one(self) -> None:
        light = stands(penalty_class="light")
        assert [event for _, event in moments(RULES, light)] == ["warn", "expire_uncorrected"]
        warned = stands(penalty_class="light", is_warned=True)
        assert moments(RULES, warned) == [(at(date(2026, 8, 12), "00:00"), "expire_uncorrected")]


class TestTheClass:
    def test_is_that_of_the_gravest_kind(self) -> None:
        assert [
            RULES.usual_class(kinds) for kinds in (["warning"], ["warning", "fine"], ["fine", "licence_revoked"])
        ] == [
            "light",
            "general",
            "serious",
        ]

    def test_is_light_in_the_simple_procedure(self) -> None:
        assert RULES.usual_class(["fine"], is_simple=True) == "light"

    def test_is_serious_for_an_aggravated_fine(self) -> None:
        assert RULES.usual_class(["fine"], act="V-114-2") == "serious"


class TestTheBeginning:
    def test_is_to_be_published(self) -> None:
        assert begin(RULES, stands(), today=DECIDED_ON) == "decided"

    def test_is_not_public_where_the_order_publishes_none_of_its_class(self) -> None:
        light = stands(penalty_class="light", decided_on=date(2026, 3, 31))
        assert begin(RULES, light, today=date(2026, 3, 31)) == "not_published"
        kept = stands("not_published", "light", decided_on=date(2026, 3, 31))
        assert refusal(kept, "publish", on=date(2026, 3, 31), reason="需要") == "never_published"
        asked = Step("", "officer", 3, at(date(2026, 3, 31)))
        assert "publish" not in allowed_publicity_steps(RULES, kept, asked=asked)

    def test_is_history_when_the_longest_period_is_over(self) -> None:
        today = DECIDED_ON + timedelta(days=3000)
        assert begin(RULES, stands(), today=today) == "uncorrected"
        assert begin(RULES, stands(settled_on=DECIDED_ON), today=today) == "expired"


class TestTheClock:
    def test_warns_then_publishes_then_ends(self) -> None:
        known, done = stands(), []
        for day in (date(2026, 5, 18), date(2026, 5, 19), date(2026, 5, 20), date(2027, 5, 12)):
            while event := due_now(RULES, known, now=at(day)):
                known, _ = take_publicity_step(RULES, known, step=clock_step(event, at(day)))
                done.append((day, event))
        assert done == [
            (date(2026, 5, 19), "warn"),
            (date(2026, 5, 20), "publish"),
            (date(2027, 5, 12), "expire_uncorrected"),
        ]

    def test_ends_what_is_settled_for_good(self) -> None:
        known = stands("published", settled_on=DECIDED_ON)
        assert due_now(RULES, known, now=at(date(2027, 5, 12))) == "expire"

    @pytest.mark.parametrize(
        ("penalty_class", "settled_on", "event", "state"),
        [
            ("general", None, "expire_uncorrected", "uncorrected"),
            ("general", DECIDED_ON, "expire", "expired"),
            ("light", None, "expire_uncorrected", "uncorrected"),
        ],
    )
    def test_ends_what_was_never_published_when_its_longest_period_is_over(
        self, penalty_class: str, settled_on: date | None, *, event: str, state: str
    ) -> None:
        known, now = stands(penalty_class=penalty_class, settled_on=settled_on), at(date(2027, 5, 12))
        assert due_now(RULES, known, now=now) == event
        moved, row = take_publicity_step(RULES, known, step=clock_step(event, now))
        assert (moved.state, row.tells) == (state, ())

    @pytest.mark.parametrize("event", ["expire", "expire_uncorrected"])
    def test_is_nobody_who_calls(self, event: str) -> None:
        assert refusal(stands("published"), event) == "clock_only"


class TestAStep:
    def test_publishes_a_light_one_only_where_it_is_needed(self) -> None:
        light = stands(penalty_class="light")
        assert refusal(light, "publish", on=DECIDED_ON) == "need_missing"
        assert taken(light, "publish", on=DECIDED_ON, reason="社会关注").state == "published"

    def test_keeps_back_only_a_light_one(self) -> None:
        assert refusal(stands(), "keep_back", reason="轻微") == "must_be_published"
        light = stands(penalty_class="light")
        assert refusal(light, "keep_back") == "reason_missing"
        kept = taken(light, "keep_back", reason="轻微", on=DECIDED_ON)
        assert taken(kept, "publish", reason="社会关注", on=DECIDED_ON).state == "published"

    def test_publishes_nothing_after_the_longest_period(self) -> None:
        assert refusal(stands(), "publish", on=date(2027, 5, 12)) == "period_over"

    def test_settles_once_between_the_decision_and_today(self) -> None:
        given = {"settled_on": DECIDED_ON, "proof": "缴款书"}
        settled = taken(stands("published"), "settle", **given)
        assert (settled.state, settled.settled_on) == ("published", DECIDED_ON)
        assert refusal(settled, "settle", **given) == "settled_already"
        assert refusal(stands(), "settle", proof="缴款书") == "settling_missing"
        early = given | {"settled_on": DECIDED_ON - timedelta(days=1)}
        assert refusal(stands(), "settle", **early) == "day_impossible"
        assert taken(stands("uncorrected"), "settle", **given).state == "expired"

    def test_applies_for_repair_after_the_minimum_with_everything(self) -> None:
        settled = stands("published", settled_on=DECIDED_ON)
        assert refusal(stands("published"), "apply_repair", promise="承诺书") == "not_settled"
        assert refusal(settled, "apply_repair", on=date(2026, 8, 10), promise="承诺书") == "minimum_not_reached"
        assert refusal(settled, "apply_repair", on=date(2026, 8, 11)) == "promise_missing"
        assert taken(settled, "apply_repair", on=date(2026, 8, 11), promise="承诺书").state == "repair_applied"

    def test_repairs_or_refuses(self) -> None:
        applied, accepted = (stands(state, settled_on=DECIDED_ON) for state in ("repair_applied", "repair_accepted"))
        assert taken(applied, "accept_repair").state == "repair_accepted"
        assert taken(applied, "reject_repair", reason="材料不全").state == "published"
        assert taken(accepted, "refuse_repair", reason="未纠正").state == "published"
        assert refusal(accepted, "repair") == "not_corrected"
        assert taken(accepted, "repair", is_corrected=True).state == "repaired"

    def test_withdraws_whatever_its_state_with_the_annulment(self) -> None:
        given = {"reason": "复议撤销", "document": "复议决定书1号", "annulled_on": DECIDED_ON}
        for state in ("decided", "published", "repaired", "expired"):
            assert taken(stands(state), "withdraw", **given).state == "withdrawn"
        assert refusal(stands(), "withdraw", reason="复议撤销") == "annulment_missing"
        late = given | {"annulled_on": date(2099, 1, 1)}
        assert refusal(stands(), "withdraw", **late) == "day_impossible"
        with pytest.raises(StepNotPossible):
            taken(stands("withdrawn"), "withdraw", **given)

    def test_strikes_out_what_was_entered_wrongly_and_says_why(self) -> None:
        assert refusal(stands(), "strike", reason=" ") == "reason_missing"
        for state in ("decided", "published", "repair_applied", "repaired", "expired", "uncorrected"):
            moved, row = take_publicity_step(
                RULES, stands(state), step=Step("strike", "officer", 3, at(DECIDED_ON), {"reason": "金额录错"})
            )
            assert (moved.state, row.tells, row.source.status) == ("withdrawn", ("withdrawn",), "design")


class TestWhatIsAllowed:
    def test_is_what_the_state_allows(self) -> None:
        asked = Step("", "officer", 3, at(date(2026, 8, 11)))
        allowed = {
            name: allowed_publicity_steps(RULES, known, asked=asked)
            for name, known in {
                "decided": stands(),
                "light": stands(penalty_class="light"),
                "published": stands("published", settled_on=DECIDED_ON),
            }.items()
        }
        assert allowed == {
            "decided": ["publish", "settle", "withdraw", "strike"],
            "light": ["publish", "keep_back", "settle", "withdraw", "strike"],
            "published": ["apply_repair", "withdraw", "strike"],
        }
