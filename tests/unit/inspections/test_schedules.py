"""How often each tier comes, calendar periods, routing without gaps, how far tiers are believed."""

from datetime import date
from typing import Any

import pytest

from services.inspections.domain.routing import Need, Worker, owner_of, tier_of
from services.inspections.domain.sampling import pass_rate, refuted_items, sample_size
from services.inspections.domain.schedules import Period, first_period, period_of
from services.inspections.rules import sampling_percent, schedule, tiers
from services.inspections.rules.reading import table
from services.inspections.rules.working import read_schedule
from shared.machines import NotAllowed, UnusableTable


class TestFrequency:
    @pytest.mark.parametrize(
        ("tier", "by_level"),
        [
            (1, ["weekly", "weekly", "fortnightly", "monthly"]),
            (2, ["monthly", "monthly", "quarterly", "half_yearly"]),
            (3, ["monthly", "quarterly", "quarterly", "half_yearly"]),
        ],
    )
    def test_is_that_of_the_tier_table(self, tier: int, by_level: list[str]) -> None:
        """credit-and-inspections §7.1, red / orange / yellow / blue."""
        assert [schedule().frequency(tier=tier, level=level, industry="C3443") for level in (1, 2, 3, 4)] == by_level

    def test_of_an_industry_is_never_rarer(self) -> None:
        """§6.6: chemicals weekly (应急〔2019〕78号), warehouses monthly (GA 1131)."""
        found = [schedule().frequency(tier=1, level=4, industry=code) for code in ("C2614", "G5990", "F5211")]
        assert found == ["weekly", "monthly", "monthly"]

    @pytest.mark.parametrize(("tier", "level"), [(1, None), (4, 1)])
    def test_is_none_for_grey_ones_and_for_the_annual_plan(self, tier: int, level: int | None) -> None:
        assert schedule().frequency(tier=tier, level=level, industry="C26") is None

    def test_that_nobody_knows_is_refused(self) -> None:
        content = table("tiers.toml")
        content["frequency"][0]["levels"]["1"] = "often"
        with pytest.raises(UnusableTable, match="often"):
            read_schedule(content)


class TestPeriods:
    @pytest.mark.parametrize(
        ("frequency", "first", "last"),
        [
            ("daily", date(2026, 3, 4), date(2026, 3, 4)),
            ("weekly", date(2026, 3, 2), date(2026, 3, 8)),
            ("monthly", date(2026, 3, 1), date(2026, 3, 31)),
            ("quarterly", date(2026, 1, 1), date(2026, 3, 31)),
            ("half_yearly", date(2026, 1, 1), date(2026, 6, 30)),
            ("yearly", date(2026, 1, 1), date(2026, 12, 31)),
        ],
    )
    def test_are_those_of_the_calendar(self, frequency: str, first: date, last: date) -> None:
        assert period_of(frequency, date(2026, 3, 4)) == Period(first, last)

    def test_of_a_fortnight_follow_each_other(self) -> None:
        one = period_of("fortnightly", date(2026, 3, 4))
        assert (one.first.weekday(), (one.last - one.first).days) == (0, 13)
        assert period_of("fortnightly", one.following_day).first == one.following_day

    def test_are_whole_from_the_beginning(self) -> None:
        """Nobody owes half a period: the day after an import nobody is overdue."""
        assert first_period("weekly", date(2026, 3, 3)) == Period(date(2026, 3, 9), date(2026, 3, 15))
        assert first_period("weekly", date(2026, 3, 2)).first == date(2026, 3, 2)

    def test_need_a_known_frequency(self) -> None:
        with pytest.raises(NotAllowed) as refused:
            period_of("before_work", date(2026, 3, 4))
        assert refused.value.code == "unknown_frequency"


def a_worker(account_id: str, *tiers_of_one: int, **changes: Any) -> Worker:
    return Worker(account_id, frozenset(tiers_of_one or (3,)), **({"divisions": ("331002001",)} | changes))


DUST = frozenset({"dust"})
NEED = Need(3, "e-1", division="331002001001", grid="g-1", skill="dust")


class TestRouting:
    """Row 43: by area, role and skill, with a fallback owner; wish 2 of §7: no task is ever unowned."""

    @pytest.mark.parametrize(
        ("workers", "name", "rung"),
        [
            ([a_worker("b", skills=DUST, load=2), a_worker("a", skills=DUST, load=3)], "b", "first"),
            ([a_worker("b", skills=DUST), a_worker("a", skills=DUST)], "a", "first"),
            ([a_worker("a", load=0), a_worker("b", skills=DUST, load=9)], "b", "first"),
            ([a_worker("a")], "a", "any_skill"),
            ([a_worker("a", grids=("g-2",))], "a", "subdistrict"),
            ([a_worker("a", 3, divisions=(), grids=("g-1",), skills=DUST)], "a", "first"),
            ([a_worker("a", 4, divisions=("331002",))], "a", "bureau"),
            ([a_worker("a", is_available=False)], "tier:3@331002001", "queue"),
            ([a_worker("a", divisions=("331003",))], "tier:3@331002001", "queue"),
            ([], "tier:3@331002001", "queue"),
        ],
    )  # fmt: skip
    def test_goes_wider_until_somebody_is_found(self, workers: list[Worker], name: str, rung: str) -> None:
        owner = owner_of(NEED, workers, district="331002")
        assert (owner.name, owner.rung) == (name, rung)

    def test_passes_over_who_did_not_do_it(self) -> None:
        workers = [a_worker("a"), a_worker("b")]
        assert owner_of(NEED, workers, district="331002", without=["a"]).name == "b"

    def test_of_the_unplaced_falls_to_the_district(self) -> None:
        assert owner_of(Need(4, "e-1"), [], district="331002").name == "tier:4@331002"
        assert owner_of(Need(4, "e-1"), [a_worker("a", 4, divisions=("331002",))], district="331002").rung == "queue"

    @pytest.mark.parametrize(
        ("need", "worker", "name", "rung"),
        [
            (Need(1, "e-1"), a_worker("a", 1, divisions=(), enterprise_id="e-1"), "a", "first"),
            (Need(1, "e-1"), a_worker("a", 1, enterprise_id="e-2"), "enterprise:e-1", "queue"),
            (Need(2, "e-1", intermediary_id="i"), a_worker("a", 2, intermediary_id="i"), "a", "first"),
            (Need(2, "e-1", intermediary_id="i", skill="x"), a_worker("a", 2, intermediary_id="i"), "a", "any_skill"),
            (Need(2, "e-1", intermediary_id="i"), a_worker("a", 2, intermediary_id="j"), "intermediary:i", "queue"),
            (Need(2, "e-1", division="331002001001"), a_worker("a", 3), "a", "first"),
        ],
    )  # fmt: skip
    def test_of_the_lower_tiers_stays_with_them(self, need: Need, worker: Worker, name: str, rung: str) -> None:
        owner = owner_of(need, [worker], district="331002")
        assert (owner.name, owner.rung) == (name, rung)


class TestTiers:
    @pytest.mark.parametrize(
        ("roles", "tier"),
        [
            (["enterprise_user"], 1), (["intermediary_inspector"], 2), (["grid_worker"], 3),
            (["subdistrict_officer"], 3), (["bureau_officer", "grid_worker"], 4), (["auditor"], 0), ([], 0),
        ],
    )  # fmt: skip
    def test_follow_the_roles(self, roles: list[str], tier: int) -> None:
        assert tier_of(tiers(), roles) == tier


LOWER = {"a": "normal", "b": "normal", "c": "abnormal", "d": "not_applicable"}
UPPER = {"a": "abnormal", "b": "normal", "c": "abnormal", "e": "abnormal"}


class TestBelief:
    def test_names_the_refuted_self_checks(self) -> None:
        """§6.6: items declared normal that a later tier found abnormal."""
        assert refuted_items(LOWER, UPPER) == ["a"]

    def test_leaves_out_of_the_pass_rate_what_does_not_apply(self) -> None:
        assert pass_rate(LOWER).share == pytest.approx(2 / 3)
        assert pass_rate({"d": "not_applicable"}).share is None

    @pytest.mark.parametrize(("count", "size"), [(0, 0), (1, 1), (20, 3), (21, 4), (106, 16)])
    def test_samples_at_least_fifteen_per_cent(self, count: int, size: int) -> None:
        """浙应急〔2024〕148号 draft (S58): at least 15 % of reports each half-year."""
        assert sample_size(count, percent=sampling_percent()) == size
