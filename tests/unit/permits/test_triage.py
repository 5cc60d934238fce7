"""How urgently declared work is looked at (permits §5.5): each row of the table, the night, and the share."""

from datetime import date, datetime
from typing import Any

import pytest

from services.permits.domain.triage import facts_of_time, is_visited, triaged
from services.permits.rules.declarations import declaration_rules, read_declarations
from shared.clock import BUSINESS_ZONE
from shared.machines import UnusableTable
from shared.machines.reading import rule_table

RULES = declaration_rules().triage
PLAIN: dict[str, Any] = {
    "is_contractor": False,
    "has_agreement": None,
    "approver": "principal",
    "has_certificates": True,
    "is_night": False,
    "is_rest_day": False,
    "has_undeclared": False,
    "is_first_contractor": False,
}
HOT = {"kind": "hot_work", "surroundings": "other", "is_shared_building": False}
SPACE = {"kind": "confined_space", "has_toxic_gas": False}
MONDAY = date(2026, 11, 30)


def facts(**changes: Any) -> dict[str, Any]:
    return PLAIN | changes


def at(hour: int, *, day: int = 30, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BUSINESS_ZONE)


class TestEveryRule:
    @pytest.mark.parametrize(
        ("rule", "colour", "changes"),
        [
            ("toxic_space", "red", SPACE | {"has_toxic_gas": True}),
            ("hot_work_near_fuel", "red", HOT | {"surroundings": "dust"}),
            ("hot_work_near_fuel", "red", HOT | {"surroundings": "paint"}),
            ("hot_work_near_fuel", "red", HOT | {"surroundings": "insulation"}),
            ("hot_work_shared_building", "red", HOT | {"is_shared_building": True}),
            ("contractor_without_agreement", "red", {"kind": "height", "is_contractor": True, "has_agreement": False}),
            ("certificate_missing", "red", {"kind": "temp_power", "has_certificates": False}),
            ("hot_work_at_night", "red", HOT | {"is_night": True}),
            ("hot_work_on_rest_day", "red", HOT | {"is_rest_day": True}),
            ("undeclared_before", "red", {"kind": "blinding", "has_undeclared": True}),
            ("other_space", "amber", SPACE),
            ("high", "amber", {"kind": "height", "height_m": 15}),
            ("heavy", "amber", {"kind": "lifting", "load_t": 40}),
            (
                "first_contractor",
                "amber",
                {"kind": "excavation", "is_contractor": True, "has_agreement": True, "is_first_contractor": True},
            ),
        ],
    )
    def test_gives_its_colour_and_is_the_reason(self, rule: str, colour: str, changes: dict[str, Any]) -> None:
        found = triaged(RULES, facts(**changes))
        assert (found.colour, found.reasons, found.open_rules) == (colour, (rule,), ())

    def test_is_named_where_the_principal_has_not_approved(self) -> None:
        found = triaged(RULES, facts(**SPACE, approver="other") | {"has_toxic_gas": True})
        assert found.reasons == ("toxic_space", "approver_unfit")

    @pytest.mark.parametrize(
        "changes",
        [
            HOT,
            {"kind": "height", "height_m": 14.9},
            {"kind": "lifting", "load_t": 39.9},
            {"kind": "excavation", "is_contractor": True, "has_agreement": True},
            {"kind": "blinding", "is_night": True, "is_rest_day": True},
        ],
        ids=["hot-work", "below-15-m", "below-40-t", "known-contractor", "night-without-fire"],
    )
    def test_leaves_the_rest_green(self, changes: dict[str, Any]) -> None:
        assert triaged(RULES, facts(**changes)).colour == "green"

    def test_names_the_gravest_reason_first(self) -> None:
        found = triaged(RULES, facts(kind="height", height_m=20, has_certificates=False))
        assert (found.colour, found.reasons) == ("red", ("certificate_missing", "high"))

    def test_takes_no_answer_for_no(self) -> None:
        found = triaged(RULES, facts(**HOT | {"surroundings": None}))
        assert (found.colour, found.reasons, found.open_rules) == ("amber", (), ("hot_work_near_fuel",))


class TestANight:
    @pytest.mark.parametrize(
        ("starts_at", "ends_at", "is_night"),
        [
            (at(8), at(17), False),
            (at(6), at(20), False),
            (at(5, minute=59), at(7), True),
            (at(19), at(20, minute=1), True),
            (at(22, day=29), at(23, day=29), True),
            (at(9, day=26), at(9, day=27), True),
        ],
        ids=["by-day", "up-to-the-edges", "before-six", "after-eight", "in-the-night", "round-the-clock"],
    )
    def test_lasts_from_eight_to_six(self, starts_at: datetime, ends_at: datetime, is_night: bool) -> None:
        assert facts_of_time(RULES.night, starts_at=starts_at, ends_at=ends_at)["is_night"] is is_night


class TestADayOfRest:
    @pytest.mark.parametrize(("first", "last", "is_rest"), [(27, 27, False), (28, 28, True), (27, 28, True)])
    def test_is_one_of_the_days_of_the_work(self, first: int, last: int, is_rest: bool) -> None:
        assert (
            facts_of_time(RULES.night, starts_at=at(9, day=first), ends_at=at(10, day=last))["is_rest_day"] is is_rest
        )


class TestAVisit:
    @pytest.mark.parametrize(("colour", "expected"), [("red", True), ("green", False)])
    def test_is_made_to_all_or_none_of_a_colour(self, colour: str, expected: bool) -> None:
        assert is_visited(RULES, colour, day=MONDAY, job_id="job-1") is expected

    def test_is_made_to_the_share_that_the_table_names(self) -> None:
        drawn = sum(is_visited(RULES, "amber", day=MONDAY, job_id=f"job-{number}") for number in range(4000))
        assert 900 < drawn < 1100

    def test_is_drawn_the_same_way_again(self) -> None:
        drawn = [is_visited(RULES, "amber", day=MONDAY, job_id=f"job-{number}") for number in range(50)]
        assert drawn == [is_visited(RULES, "amber", day=MONDAY, job_id=f"job-{number}") for number in range(50)]


class TestTheTable:
    def test_refuses_a_colour_that_does_not_exist(self) -> None:
        content = rule_table("services.permits.rules", "declarations.toml")
        content["rule"][0]["colour"] = "violet"
        with pytest.raises(UnusableTable, match="violet"):
            read_declarations(content)

    def test_asks_for_every_fact_that_a_rule_tests(self) -> None:
        told = {"kind", "is_night", "is_rest_day", "has_undeclared", "is_first_contractor"}
        tested = {one.fact for rule in RULES.rules for one in rule.conditions}
        assert tested - told <= {name for asked in RULES.asks.values() for name in asked}

    def test_names_a_clause_for_every_rule(self) -> None:
        assert all(rule.source.clause and rule.source.status == "design" for rule in RULES.rules)
