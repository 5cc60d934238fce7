"""What one row of somebody else's register says of an enterprise, or why it is refused (risk-grading Annex A)."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

import pytest

from services.registry.domain.coordinates import Point, wgs84_to_gcj02
from services.registry.domain.drafts import Draft
from services.registry.domain.register_file import RegisterFile
from services.registry.domain.rulebook import rulebook
from shared.sheets import xlsx_file
from tests.unit.registry.registers import code_of, csv_text

BASICS = {"企业名称": "样例塑料厂", "统一社会信用代码": code_of(1)}


def draft_of(content: bytes) -> Any:
    """Return what the reader makes of a file with one row."""
    file = RegisterFile(BytesIO(content), rulebook())  # type: ignore[arg-type]
    (only,) = file.take(10)
    return file.drafts.read(only)


def result(cells: Mapping[str, str]) -> Any:
    """Return what the reader makes of these columns beside name and code."""
    row = {**BASICS, **cells}
    return draft_of(csv_text([list(row.values())], list(row)).encode())


def given(**cells: str) -> dict[str, Any]:
    """Return what such a row says beside the name."""
    draft = result(cells)
    assert isinstance(draft, Draft), draft
    return {name: value for name, value in draft.given.items() if name != "name"}


def refusals(**cells: str) -> list[tuple[str, str, str]]:
    """Return field, value and code of each reason why such a row is refused."""
    return [(one.field, one.value, one.code) for one in result(cells)]


class TestCells:
    @pytest.mark.parametrize(
        ("header", "cell", "fact"),
        [
            ("成立日期", "2019年8月4日", {"registered_on": date(2019, 8, 4)}),
            ("从业人数", "120人", {"headcount": 120}),
            ("所属街道", "洪家街道", {"division": "331002004"}),
            ("区划代码", "331002004001", {"division": "331002004001"}),
            ("行业代码", "2710", {"industry": "C2710"}),
            ("登记状态", "吊销，未注销", {"status": "deregistered"}),
            ("网格", "样例1格", {"grid": "样例1格"}),
            ("联系电话", "13800138000", {"contact_phone": "13800138000"}),
            ("经营范围", "'=塑料制品制造", {"scope": "=塑料制品制造"}),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_are_read_in_the_words_of_other_systems(self, header: str, cell: str, fact: dict[str, Any]) -> None:
        assert given(**{header: cell}) == fact

    @pytest.mark.parametrize(
        ("header", "cell"), [("行业", "其他"), ("状态", "存续"), ("地址", "不详"), ("经度", "121.4"), ("人员规模", "/")]
    )
    def test_that_say_nothing_usable_are_left_out(self, header: str, cell: str) -> None:
        assert given(**{header: cell}) == {}

    @pytest.mark.parametrize(
        ("header", "cell", "code"),
        [
            ("从业人数", "很多", "number_unreadable"),
            ("从业人数", "1000001", "number_unreadable"),
            ("从业人数", "-1", "number_unreadable"),
            ("所属街道", "无此街道", "division_unknown"),
            ("区划代码", "3310", "division_unknown"),
            ("区划代码", "331003001", "division_unknown"),
            ("注册资本", "多" * 201, "text_too_long"),
        ],
    )
    def test_that_cannot_be_meant_are_refused(self, header: str, cell: str, code: str) -> None:
        assert refusals(**{header: cell}) == [(header, cell[:200], code)]

    def test_are_all_named_when_several_are_wrong(self) -> None:
        wrong = refusals(企业名称="", 注册日期="soon", 从业人数="many")

        assert [code for _, _, code in wrong] == ["name_missing", "date_unreadable", "number_unreadable"]


class TestWidth:
    def test_of_a_workbook_row_may_be_short(self) -> None:
        with xlsx_file([*BASICS, "经营范围", "注册地址"], [[*BASICS.values()]]) as workbook:
            draft = draft_of(workbook.read())

        assert draft.given == {"name": "样例塑料厂"}

    def test_may_exceed_the_header_by_empty_cells(self) -> None:
        draft = draft_of(csv_text([[*BASICS.values(), "", ""]], list(BASICS)).encode())

        assert draft.given == {"name": "样例塑料厂"}


class TestPosition:
    PLACE = Point(121.442, 28.673)

    def test_is_wgs84_unless_the_file_says_otherwise(self) -> None:
        assert given(经度="121.442", 纬度="28.673") == {"location": (121.442, 28.673)}

    def test_is_turned_into_wgs84(self) -> None:
        shown = wgs84_to_gcj02(self.PLACE)

        location = given(经度=str(shown.longitude), 纬度=str(shown.latitude), 坐标系="高德")["location"]

        assert location == pytest.approx(self.PLACE, abs=1e-7)

    def test_may_be_empty(self) -> None:
        assert given(经度="", 纬度="", 坐标系="火星坐标") == {}

    @pytest.mark.parametrize(
        ("east", "north", "system", "refusal"),
        [
            ("121.4", "", "", ("经度", "121.4", "coordinates_unreadable")),
            ("28.673", "121.442", "", ("经度", "28.673", "coordinates_unreadable")),
            ("121.4", "95", "", ("经度", "121.4", "coordinates_unreadable")),
            ("121.4", "28.6", "北京54", ("坐标系", "北京54", "crs_unknown")),
        ],
    )
    def test_is_refused_when_it_is_no_place_in_china(
        self, east: str, north: str, system: str, refusal: tuple[str, str, str]
    ) -> None:
        assert refusals(经度=east, 纬度=north, 坐标系=system) == [refusal]


class TestFeatures:
    @pytest.mark.parametrize(
        ("cell", "answer"),
        [("是", "yes"), ("√", "yes"), ("涉及", "yes"), ("TRUE", "yes"), ("否", "no"), ("无", "no"), ("0", "no")],
    )
    def test_of_other_supervision_systems_are_read(self, cell: str, answer: str) -> None:
        assert given(涉氨制冷=cell) == {"features": {"ammonia_refrigeration": (answer, ["涉氨制冷"])}}

    @pytest.mark.parametrize("cell", ["", "不详", "暂无"])
    def test_that_nobody_answered_stay_unknown(self, cell: str) -> None:
        assert given(涉氨制冷=cell, 有限空间="") == {}

    def test_that_are_neither_yes_nor_no_are_refused(self) -> None:
        assert refusals(有限空间="可能") == [("有限空间", "可能", "answer_unreadable")]

    def test_take_the_first_of_two_columns(self) -> None:
        assert given(有限空间="是", 涉有限空间="否")["features"]["confined_space"] == ("yes", ["有限空间"])
