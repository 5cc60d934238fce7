"""Time limits of a case: working days across National Day and Spring Festival, months, and the day of a new rule."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.credit.domain.limits import (
    CaseDays,
    NoOrderInForce,
    deadlines,
    early_from,
    limits_on,
    months_later,
    period_end,
    window_end,
)
from services.credit.rules.cases import case_rules
from shared.machines import Due

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
        assert due("noticed") == due("candidate") == due("active") == {}


class TestPeriods:
    def test_is_three_years_from_the_listing(self) -> None:
        assert period_end(LIMITS, date(2026, 11, 26)) == date(2029, 11, 26)
        assert due("active", managed_until=date(2029, 11, 26)) == {"expire": "2029-11-26"}

    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 2, 29), 36, date(2027, 2, 28)),
            (date(2026, 12, 31), 2, date(2027, 2, 28)),
            (date(2026, 12, 1), 1, date(2027, 1, 1)),
        ],
    )
    def test_end_with_the_same_day_or_the_last_of_a_shorter_month(self, day: date, months: int, later: date) -> None:
        assert months_later(day, months) == later

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
