"""Where an address lies (risk-grading §5.3)."""

import pytest

from services.registry.domain.places import (
    Division,
    is_code,
    is_within,
    named,
    parent_of,
    subdistrict_of,
)
from services.registry.domain.rulebook import rulebook

FINDER = rulebook().finder
# NBS 2022-10-31: streets 001-099, towns 100-199, quasi-units 400-599
SUBDISTRICTS = {
    "331002001": "海门街道",
    "331002002": "白云街道",
    "331002003": "葭沚街道",
    "331002004": "洪家街道",
    "331002005": "三甲街道",
    "331002006": "下陈街道",
    "331002007": "前所街道",
    "331002008": "章安街道",
    "331002009": "海虹街道",
    "331002101": "大陈镇",
    "331002400": "椒江农场",
    "331002402": "月湖新城",
}
NEIGHBOURS = {
    "331003": "黄岩区",
    "331004": "路桥区",
    "331022": "三门县",
    "331023": "天台县",
    "331024": "仙居县",
    "331081": "温岭市",
    "331082": "临海市",
    "331083": "玉环市",
}


class TestCodes:
    def test_are_cut_by_length_not_by_zeros(self) -> None:
        assert subdistrict_of("331002400000") == "331002400"

    @pytest.mark.parametrize(("code", "parent"), [("331002400", "331002"), ("331002", "3310"), ("33", "")])
    def test_have_parents(self, code: str, parent: str) -> None:
        assert parent_of(code) == parent

    def test_have_the_length_of_a_level(self) -> None:
        assert [is_code(text) for text in ("331002", "3310021", "33100x", "331002001000")] == [True, False, False, True]

    def test_lie_within_their_prefix(self) -> None:
        assert (is_within("331002001", "331002"), is_within("331003001", "331002")) == (True, False)

    def test_are_found_by_any_name(self) -> None:
        assert [named(rulebook().gazetteer, name) for name in ("洪家镇", "海办", "无此街道")] == [
            "331002004",
            "331002001",
            "",
        ]


class TestShippedDivisions:
    def test_are_the_twelve_of_the_home_district_5_3(self) -> None:
        gazetteer = rulebook().gazetteer

        assert {row.code: row.name for row in gazetteer.subdistricts()} == SUBDISTRICTS
        assert (gazetteer.home, gazetteer.divisions["331002"].name) == ("331002", "椒江区")

    def test_know_the_counties_around_5_3(self) -> None:
        assert {row.code: row.name for row in rulebook().gazetteer.elsewhere} == NEIGHBOURS

    @pytest.mark.parametrize(("code", "name"), (SUBDISTRICTS | NEIGHBOURS).items())
    def test_are_found_in_an_address_by_their_full_name_5_3(self, code: str, name: str) -> None:
        assert FINDER.find(f"浙江省台州市{name}样例路1号").division == code

    @pytest.mark.parametrize("code", SUBDISTRICTS)
    def test_have_twelve_digit_codes_that_lie_in_them_5_3(self, code: str) -> None:
        assert (subdistrict_of(f"{code}000"), parent_of(f"{code}000")) == (code, code)


class TestFinder:
    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("台州市椒江区洪家街道样例村1号", "331002004"),
            ("台州市椒江葭芷镇西路10号", "331002003"),
            ("台州市椒江区东山镇样例村", "331002003"),
            ("椒江区杨司样例村", "331002008"),
            ("台州市椒江区海门样例路6号", "331002001"),
            ("台州市椒江区椒江农场一分场", "331002400"),
            ("浙江省台州市椒江区大陈镇样例岙", "331002101"),
        ],
    )
    def test_places_by_names_former_names_and_variants(self, address: str, code: str) -> None:
        place = FINDER.find(address)

        assert (place.kind, place.division) == ("placed", code)

    @pytest.mark.parametrize(
        "address", ["", "台州市椒江区中山西路1号", "台州市椒江区白云山南路3号", "台州市海虹大道8号"]
    )
    def test_leaves_an_address_without_a_place_unplaced(self, address: str) -> None:
        assert FINDER.find(address).kind == "unplaced"

    @pytest.mark.parametrize(
        ("address", "code"), [("台州市路桥区样例镇", "331004"), ("玉环县样例镇", "331083"), ("临海市样例镇", "331082")]
    )
    def test_tells_another_county(self, address: str, code: str) -> None:
        place = FINDER.find(address)

        assert (place.kind, place.division) == ("other_county", code)

    def test_lets_the_county_that_is_named_first_hold(self) -> None:
        assert FINDER.find("台州市椒江区前所街道样例路（临海市样例站）").division == "331002007"

    def test_takes_the_first_of_two_equal_names(self) -> None:
        assert FINDER.find("椒江区洪家街道样例村（三甲街道界）").division == "331002004"

    def test_prefers_a_full_name_to_a_short_one(self) -> None:
        assert FINDER.find("椒江区洪家三甲街道样例村").division == "331002005"


class TestOwnDivisions:
    def test_stand_above_the_shipped_ones(self) -> None:
        own = Division("331002001", "海门街道", names=("海门街道", "样例老镇"))

        assert rulebook((own,)).finder.find("椒江区样例老镇3号").division == "331002001"

    def test_may_move_the_home_district(self) -> None:
        assert rulebook(home="331004").gazetteer.subdistricts() == []
