"""Time limits of a case: working days across National Day and Spring Festival, months, and the day of a new rule."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.credit.domain.limits import (
    WHO,
    CaseDays,
    NoOrderInForce,
    deadlines,
    early_from,
    last_day,
    limits_on,
    next_moment,
    period_end,
    standing,
    warn_after,
    window_end,
    working_days_left,
)
from services.credit.domain.penalties import REPAIRS
from services.credit.domain.restrictions import OWED
from services.credit.rules.cases import case_rules
from services.credit.rules.limits import _kind, limit_kinds
from shared.calendar import working_days_between
from shared.machines import Due, UnusableTable, end_of

LIMITS = case_rules().limits_on(date(2026, 11, 26))


def due(state: str, **days: Any) -> dict[str, str]:
    return {one.step: one.due_on.isoformat() for one in deadlines(LIMITS, state, days=CaseDays(**days))}


class TestWorkingDays:
    """2024: 4 to 7 October off after 1 to 3, 12 October worked; Spring Festival 10 to 17 February, 4 and 18 worked.
    2025: 1 to 8 October off, 28 September and 11 October worked; 28 January to 4 February, 26 January and 8 February.
    2026: 1 to 7 October, 20 September and 10 October worked; 15 to 23 February, 14 and 28 February worked.
    """

    @pytest.mark.parametrize(
        ("served_on", "last"),
        [
            (date(2024, 9, 27), date(2024, 10, 10)),
            (date(2025, 9, 26), date(2025, 10, 10)),
            (date(2025, 9, 30), date(2025, 10, 14)),
            (date(2026, 9, 30), date(2026, 10, 13)),
            (date(2024, 2, 8), date(2024, 2, 21)),
            (date(2025, 1, 27), date(2025, 2, 10)),
            (date(2026, 2, 13), date(2026, 2, 27)),
        ],
    )
    def test_of_the_window_jump_over_the_holidays(self, served_on: date, last: date) -> None:
        assert window_end(LIMITS, CaseDays(notice_served_on=served_on)) == last

    @pytest.mark.parametrize(
        ("decided_on", "record", "serve", "publish"),
        [
            (date(2024, 9, 29), "2024-10-09", "2024-10-14", "2024-10-31"),
            (date(2025, 9, 30), "2025-10-11", "2025-10-16", "2025-11-04"),
            (date(2026, 9, 30), "2026-10-10", "2026-10-15", "2026-11-03"),
            (date(2025, 1, 27), "2025-02-07", "2025-02-12", "2025-03-03"),
            (date(2026, 2, 14), "2026-02-26", "2026-03-03", "2026-03-20"),
        ],
    )
    def test_of_a_decision(self, decided_on: date, record: str, serve: str, publish: str) -> None:
        assert due("decided", decided_on=decided_on) == {"record": record, "serve": serve, "publish": publish}

    def test_run_from_the_application_the_acceptance_and_the_removal(self) -> None:
        assert due("repair_applied", applied_on=date(2026, 9, 29)) == {"accept": "2026-10-12"}
        assert due("repair_accepted", accepted_on=date(2026, 2, 13)) == {"grant": "2026-03-19"}
        removing = due("removing", removal_on=date(2026, 9, 30))
        assert removing == {"update_system": "2026-10-10", "complete": "2026-10-20"}

    def test_end_where_the_step_is_done(self) -> None:
        days = CaseDays(removal_on=date(2026, 9, 30), is_system_updated=True)
        assert [one.step for one in deadlines(LIMITS, "removing", days=days)] == ["complete"]
        assert due("served", decided_on=date(2026, 11, 2)) == {"record": "2026-11-05", "publish": "2026-11-30"}
        assert due("recorded", decided_on=date(2026, 11, 2)) == {"publish": "2026-11-30"}

    def test_are_none_where_nothing_has_begun(self) -> None:
        assert window_end(LIMITS, CaseDays()) is None
        assert due("noticed") == due("candidate") == due("under_review") == due("active") == {}

    def test_run_from_the_proposal_to_the_decision(self) -> None:
        assert due("candidate", proposed_on=date(2026, 9, 30)) == {"issue_notice": "2026-12-29"}
        assert due("noticed", proposed_on=date(2026, 9, 30)) == {"serve_notice": "2026-12-29"}
        assert due("under_review", proposed_on=date(2026, 9, 30)) == {"decide_listing": "2026-12-29"}

    @pytest.mark.parametrize("state", ["decided", "served", "recorded"])
    def test_are_only_the_revocation_once_the_penalty_was_withdrawn(self, state: str) -> None:
        days = {"decided_on": date(2026, 9, 28), "withdrawn_on": date(2026, 9, 30)}
        assert due(state, **days) == {"revoke": "2026-10-08"}
        listed = {**days, "applied_on": date(2026, 9, 29), "managed_until": date(2029, 9, 28)}
        assert due("repair_applied", **listed) == {"revoke": "2026-10-08", "expire": "2029-09-28"}
        assert list(due("removing", removal_on=date(2026, 9, 29), **days)) == ["update_system", "complete"]


class TestTheWarning:
    """Of every limit, when it ends and after which day somebody is warned, over National Day and Spring Festival."""

    @pytest.mark.parametrize("kind", sorted(limit_kinds()))
    def test_comes_on_a_day_before_the_last_one(self, kind: str) -> None:
        last = date(2026, 3, 20)
        before = warn_after(last, limit_kinds()[kind].left)
        assert before < last
        assert working_days_between(before, last) == limit_kinds()[kind].left

    @pytest.mark.parametrize(
        ("days", "left", "begins_on", "warned_after", "last"),
        [
            (1, 1, date(2025, 9, 30), date(2025, 10, 8), date(2025, 10, 9)),
            (1, 1, date(2026, 2, 14), date(2026, 2, 23), date(2026, 2, 24)),
            (3, 1, date(2025, 9, 30), date(2025, 10, 10), date(2025, 10, 11)),
            (3, 1, date(2026, 9, 30), date(2026, 10, 9), date(2026, 10, 10)),
            (3, 1, date(2025, 1, 27), date(2025, 2, 6), date(2025, 2, 7)),
            (3, 1, date(2026, 2, 14), date(2026, 2, 25), date(2026, 2, 26)),
            (5, 2, date(2025, 9, 30), date(2025, 10, 12), date(2025, 10, 14)),
            (5, 2, date(2026, 9, 29), date(2026, 10, 9), date(2026, 10, 12)),
            (5, 3, date(2025, 1, 27), date(2025, 2, 6), date(2025, 2, 10)),
            (5, 3, date(2026, 2, 13), date(2026, 2, 24), date(2026, 2, 27)),
            (7, 2, date(2025, 9, 30), date(2025, 10, 14), date(2025, 10, 16)),
            (7, 2, date(2026, 9, 30), date(2026, 10, 13), date(2026, 10, 15)),
            (7, 2, date(2025, 1, 27), date(2025, 2, 10), date(2025, 2, 12)),
            (7, 2, date(2026, 2, 14), date(2026, 3, 1), date(2026, 3, 3)),
            (10, 3, date(2025, 9, 30), date(2025, 10, 16), date(2025, 10, 21)),
            (10, 3, date(2026, 2, 13), date(2026, 3, 2), date(2026, 3, 5)),
            (20, 5, date(2025, 9, 30), date(2025, 10, 28), date(2025, 11, 4)),
            (20, 3, date(2026, 2, 14), date(2026, 3, 17), date(2026, 3, 20)),
        ],
    )
    def test_counts_working_days_back_from_the_last_one(
        self, days: int, left: int, *, begins_on: date, warned_after: date, last: date
    ) -> None:
        assert last_day(Due(days, "working_days"), begins_on=begins_on) == last
        assert warn_after(last, left) == warned_after

    def test_is_followed_by_the_mark(self) -> None:
        last, warned = date(2026, 10, 10), date(2026, 10, 9)
        moments = [end_of(warned), end_of(last)]
        before = [one - timedelta(seconds=1) for one in moments]
        assert [standing(last, warned_after=warned, now=one) for one in (*before, *moments)] == [
            "open", "warned", "warned", "missed",
        ]  # fmt: skip
        assert [next_moment(last, warned_after=warned, now=one) for one in (*before, *moments)] == [
            *moments, moments[1], None,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("today", "left"),
        [
            (date(2026, 9, 30), 2), (date(2026, 10, 8), 1), (date(2026, 10, 9), 0), (date(2026, 10, 10), -1),
            (date(2026, 10, 11), -1), (date(2026, 10, 12), -2),
        ],
    )  # fmt: skip
    def test_says_how_many_working_days_are_left(self, today: date, left: int) -> None:
        assert working_days_left(date(2026, 10, 9), today=today) == left


class TestTheKinds:
    def test_are_all_that_is_ever_due(self) -> None:
        steps = {
            "issue_notice", "serve_notice", "window_elapsed", "decide_listing", "serve", "record", "publish", "accept",
            "grant", "update_system", "complete", "revoke", "expire",
        }  # fmt: skip
        assert {one.id for one in limit_kinds().values() if one.about == "case"} == {f"case_{one}" for one in steps}
        assert set(REPAIRS.values()) | set(OWED.values()) <= set(limit_kinds())

    def test_say_who_and_whose_rule_it_is(self) -> None:
        kinds = limit_kinds().values()
        assert {one.by for one in kinds} == set(WHO)
        assert [one.id for one in kinds if not (one.zh and one.en and one.source.clause and one.source.document)] == []

    def test_of_which_nobody_is_known_are_refused(self) -> None:
        head = {"source": "s", "status": "design", "effective_from": date(2026, 1, 1)}
        with pytest.raises(UnusableTable):
            _kind({"id": "x", "by": "anybody"}, head)


class TestPeriods:
    def test_is_three_years_from_the_listing(self) -> None:
        assert period_end(LIMITS, date(2026, 11, 26)) == date(2029, 11, 26)
        assert due("active", managed_until=date(2029, 11, 26)) == {"expire": "2029-11-26"}

    def test_let_a_removal_be_applied_for_after_twelve_months(self) -> None:
        assert early_from(LIMITS, date(2026, 11, 26)) == date(2027, 11, 26)


class TestNewRules:
    def test_change_on_their_day(self) -> None:
        newer = replace(LIMITS, effective_from=date(2027, 1, 1), record=Due(2, "working_days"))
        assert limits_on([LIMITS, newer], date(2026, 12, 31)) == LIMITS
        assert limits_on([LIMITS, newer], date(2027, 1, 1)) == newer

    def test_are_refused_before_the_first_order(self) -> None:
        assert limits_on([LIMITS], date(2023, 10, 1)) == LIMITS
        with pytest.raises(NoOrderInForce):
            limits_on([LIMITS], date(2023, 9, 30))
