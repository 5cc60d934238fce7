"""Which grid an enterprise lies in, and who may be in its team (credit-and-inspections §7.3)."""

from typing import Any

import pytest

from services.registry.domain.coordinates import Point
from services.registry.domain.enterprise import EMPTY, known
from services.registry.domain.grids import (
    GridArea,
    GridIndex,
    GridMalformed,
    Member,
    MemberKindUnknown,
    MemberUnfit,
    check_grid,
    check_members,
    grid_of,
    kinds_missing,
    member_kinds,
)
from services.registry.domain.rulebook import rulebook

HOME = "331002"
HAIMEN, BAIYUN = "331002001", "331002002"


def square(west: float, south: float, side: float = 0.04) -> Any:
    east, north = west + side, south + side
    return [[[[west, south], [east, south], [east, north], [west, north], [west, south]]]]


WIDE = GridArea("wide", HAIMEN, square(121.40, 28.60))
SMALL = GridArea("small", BAIYUN, square(121.41, 28.61, side=0.01))
INSIDE = {"location_precision": "exact", "longitude": 121.405, "latitude": 28.605}
NOWHERE = {"location_precision": "none", "longitude": None, "latitude": None}


def facts(**changes: Any) -> dict[str, Any]:
    return {**NOWHERE, "stated_grid": "", "origins": {}, "division": "", **changes}


class TestTheGridOfAnEnterprise:
    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            (facts(**INSIDE, stated_grid="b", origins={"grid": "person"}), ("wide", "polygon")),
            (facts(stated_grid="b", origins={"grid": "person"}, division=HAIMEN), ("b", "person")),
            (facts(stated_grid="b", origins={"grid": "file"}), ("b", "file")),
            (facts(division=f"{HAIMEN}003"), ("wide", "division")),
            (facts(division="331002007"), ("", "")),
            (facts(**{**INSIDE, "location_precision": "address"}), ("", "")),
            (facts(**{**INSIDE, "longitude": 121.9}, division=HAIMEN), ("wide", "division")),
        ],
        ids=["polygon", "person", "file", "division", "none", "inexact", "outside"],
    )
    def test_follows_the_strongest_reason(self, told: dict[str, Any], expected: tuple[str, str]) -> None:
        assert grid_of(told, GridIndex([WIDE, SMALL])) == expected

    def test_is_the_smallest_where_polygons_overlap(self) -> None:
        index = GridIndex([WIDE, SMALL])

        assert [index.holding(Point(x, 28.615)) for x in (121.405, 121.415)] == ["wide", "small"]

    @pytest.mark.parametrize(
        ("others", "division", "expected"),
        [
            ([], HAIMEN, "wide"),
            ([GridArea("second", HAIMEN, [])], HAIMEN, ""),
            ([GridArea("village", f"{HAIMEN}003", [])], HAIMEN, ""),
            ([GridArea("village", f"{HAIMEN}003", [])], f"{HAIMEN}003", "village"),
            ([GridArea("village", f"{HAIMEN}003", [])], f"{HAIMEN}004", "wide"),
            ([], HOME, ""),
            ([], "", ""),
        ],
    )
    def test_follows_the_division_only_when_one_grid_answers_for_it(
        self, others: list[GridArea], division: str, expected: str
    ) -> None:
        assert GridIndex([WIDE, *others]).of_division(division) == expected

    def test_is_kept_apart_from_what_was_said(self) -> None:
        rules = rulebook(grids=GridIndex([WIDE]))
        said = known(EMPTY, {"name": "样例厂", "grid": "b", "location": (121.405, 28.605)}, origin="file", rules=rules)

        again = known(said, {}, origin="inferred", rules=rulebook())

        assert (said["grid"], said["stated_grid"], said["grid_basis"]) == ("wide", "b", "polygon")
        assert (again["grid"], again["grid_basis"]) == ("b", "file")


class TestAGrid:
    @pytest.mark.parametrize("code", ["", "a b", "a/b", "x" * 65])
    def test_has_a_code_that_can_stand_in_an_address(self, code: str) -> None:
        with pytest.raises(GridMalformed, match="64 letters"):
            check_grid(code, HAIMEN, home=HOME)

    @pytest.mark.parametrize("division", ["331002", "331003001", "33100200", "x"])
    def test_lies_in_a_subdistrict_of_the_district(self, division: str) -> None:
        with pytest.raises(GridMalformed, match="subdistrict or village"):
            check_grid("洪家-07", division, home=HOME)

    def test_may_lie_in_a_village(self) -> None:
        check_grid("洪家-07", f"{HAIMEN}003", home=HOME)

        assert member_kinds()["grid_leader"].group == "fixed"


class TestTheTeam:
    def test_takes_accounts_with_a_fitting_role(self) -> None:
        team = [Member("one", "full_time_worker"), Member("two", "enterprise_safety_officer")]
        roles = {"one": frozenset({"grid_worker"}), "two": frozenset({"enterprise_user"})}

        check_members(team, roles=roles)

        assert kinds_missing(team) == ["grid_leader"]

    @pytest.mark.parametrize(
        ("member", "error"),
        [
            (Member("one", "chief"), MemberKindUnknown),
            (Member("one", "grid_leader"), MemberUnfit),
            (Member("gone", "full_time_worker"), MemberUnfit),
        ],
    )
    def test_refuses_others(self, member: Member, error: type[Exception]) -> None:
        with pytest.raises(error):
            check_members([member], roles={"one": frozenset({"enterprise_user"})})

    def test_lets_only_public_posts_see_the_enterprises_of_the_grid(self) -> None:
        outsiders = {"enterprise_user", "intermediary_inspector"}
        seeing = [kind for kind in member_kinds().values() if kind.grants_scope]

        assert [kind.id for kind in seeing if kind.roles & outsiders] == []
