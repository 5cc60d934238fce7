"""Group service: the density of risk, the mixed team, what a plan holds, when a campaign is over."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.inspections.domain.campaigns import (
    STATES,
    Density,
    check_items,
    check_number,
    check_open,
    check_team,
    check_tick,
    densities,
    side_of,
)
from services.inspections.rules import campaign_rules, plan_rules
from shared.machines import NotAllowed, StepNotPossible

RULES = campaign_rules()


def code(refused: Any) -> str:
    return str(refused.value.code)


class TestDensity:
    def test_is_the_weight_of_the_levels_over_the_enterprises_that_have_one(self) -> None:
        found = densities(RULES, [("a", 1, 1), ("a", 4, 3), ("a", None, 6), ("b", 2, 2), ("b", 2, 1)])
        assert found == [Density("b", 3, {2: 3}, 12), Density("a", 10, {1: 1, 4: 3}, 11)]
        assert [(one.graded, one.hundredths) for one in found] == [(3, 400), (4, 275)]

    def test_of_a_group_without_levels_is_nothing(self) -> None:
        [found] = densities(RULES, [("a", None, 6)])
        assert (found.hundredths, found.enterprises) == (0, 6)

    def test_says_by_what_it_is_divided(self) -> None:
        assert RULES.density_per == "enterprise"

    def test_puts_the_heavier_of_two_equally_dense_groups_first(self) -> None:
        assert [one.key for one in densities(RULES, [("a", 3, 1), ("b", 3, 2)])] == ["b", "a"]


class TestTeam:
    def test_stands_on_the_sides_of_the_table(self) -> None:
        roles = (["bureau_officer"], ["grid_worker"], ["intermediary_inspector"], ["enterprise_user"], [])
        assert [side_of(RULES, one) for one in roles] == ["bureau", "subdistrict", "intermediary", "", ""]

    def test_is_mixed(self) -> None:
        check_team(RULES, {"a": "bureau", "b": "intermediary"}, leader="a")

    @pytest.mark.parametrize(
        ("sides", "leader", "expected"),
        [
            ({"a": "bureau", "b": ""}, "a", "team_member_unfit"),
            ({"a": "bureau"}, "a", "team_not_mixed"),
            ({"a": "bureau", "b": "bureau"}, "a", "team_not_mixed"),
            ({"a": "bureau", "b": "subdistrict"}, "c", "leader_missing"),
        ],
        ids=["a stranger", "alone", "one side", "another leader"],
    )
    def test_is_refused_otherwise(self, sides: Mapping[str, str], leader: str, expected: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            check_team(RULES, sides, leader=leader)
        assert code(refused) == expected


class TestPlan:
    def test_holds_items_of_the_table(self) -> None:
        check_items(RULES, list(RULES.items))

    @pytest.mark.parametrize("items", [[], ["dance"]], ids=str)
    def test_holds_nothing_else(self, items: list[str]) -> None:
        with pytest.raises(NotAllowed) as refused:
            check_items(RULES, items)
        assert code(refused) == "items_unknown"

    @pytest.mark.parametrize(
        ("number", "expected"), [(0, "nobody_chosen"), (RULES.most_enterprises + 1, "too_many_chosen")]
    )
    def test_is_made_for_a_number_that_a_team_can_visit(self, number: int, expected: str) -> None:
        check_number(RULES, RULES.most_enterprises)
        with pytest.raises(NotAllowed) as refused:
            check_number(RULES, number)
        assert code(refused) == expected

    @pytest.mark.parametrize(
        ("outcome", "given", "missing"),
        [
            ("done", {}, []),
            ("not_applicable", {"note": "没有特种作业"}, []),
            ("not_applicable", {"note": " "}, ["note"]),
            ("finding", {"description": "无护栏", "place": "平台"}, []),
            ("finding", {"description": "无护栏"}, ["place"]),
        ],
        ids=str,
    )
    def test_asks_what_belongs_to_an_outcome(self, outcome: str, given: Mapping[str, str], missing: list[str]) -> None:
        if not missing:
            check_tick(outcome, given)
            return
        with pytest.raises(NotAllowed) as refused:
            check_tick(outcome, given)
        assert (code(refused), refused.value.facts["missing"]) == ("tick_incomplete", missing)


class TestState:
    @pytest.mark.parametrize("state", STATES)
    def test_lets_only_an_open_campaign_go_on(self, state: str) -> None:
        if state == "open":
            check_open(state)
            return
        with pytest.raises(StepNotPossible):
            check_open(state)


class TestCap:
    def test_counts_nothing_of_group_service(self) -> None:
        """product.md: never counted against the cap."""
        assert plan_rules().causes["service"].is_counted is False
