"""DY-06: penalties with an open major hazard; credit, which proposes the closure, counts them in the same way."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis.strategies import dates, integers, lists, one_of, sampled_from

from services.credit.domain.suggestions import trigger_of
from services.credit.rules import closure_rules
from services.risk.domain.dynamics import Application, Phase
from services.risk.domain.occurrences import Occurrence, Window
from services.risk.rules import dynamic_rules
from shared.clock import BUSINESS_ZONE

TODAY = date(2026, 6, 1)
DAY = timedelta(days=1)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BUSINESS_ZONE)


def active(days: list[date], *, today: date, is_of_safety_law: bool = True) -> dict[str, Application]:
    """Return which rules count on a day, with a major hazard and penalties decided on these days."""
    told = [Occurrence("major_hazard", "1", began_at=midnight(date(2020, 1, 1)))]
    by_law = {"is_of_safety_law": is_of_safety_law}
    told += [Occurrence("penalty", str(n), began_at=midnight(day), details=by_law) for n, day in enumerate(days)]
    found = dynamic_rules().applications(told, midnight(today))
    return {one.rule: one for one in found if one.phase is Phase.ACTIVE}


class TestPenaltiesWithAMajorHazard:
    """DY-06 holds exactly on the days on which credit proposes a closure (安全生产法 第一百一十三条第一项)."""

    @settings(max_examples=300, deadline=None)
    @given(
        today=dates(date(2023, 1, 1), date(2029, 12, 31)),
        days_ago=lists(one_of(integers(0, 400), sampled_from([179, 180, 359, 364, 365, 366])), min_size=2, max_size=6),
    )
    def test_are_counted_as_credit_counts_them(self, today: date, days_ago: list[int]) -> None:
        days = {str(n): today - timedelta(days=one) for n, one in enumerate(days_ago)}
        proposed = trigger_of(closure_rules(), days, has_major=True, today=today)

        assert ("DY-06" in active(list(days.values()), today=today)) is (proposed is not None)

    def test_are_only_those_of_the_law(self) -> None:
        others = active([TODAY - DAY] * 4, today=TODAY, is_of_safety_law=False)
        assert ("DY-06" in others, "DY-07" in others) == (False, True)

    def test_stay_together_until_the_last_one_is_out_of_the_span(self) -> None:
        days, end = [TODAY - ago * DAY for ago in (10, 100, 170)], TODAY + 170 * DAY
        assert active(days, today=TODAY)["DY-06"].until == midnight(end)
        assert ["DY-06" in active(days, today=day) for day in (end - DAY, end)] == [True, False]

    def test_of_a_leap_day_count_a_whole_year(self) -> None:
        window, leap = Window(months=12), midnight(date(2028, 2, 29))
        held = [window.holds(leap, end=midnight(day)) for day in (date(2029, 2, 28), date(2029, 3, 1))]
        assert (held, midnight(date(2029, 3, 1)) in window.left_by(leap)) == ([True, False], True)
