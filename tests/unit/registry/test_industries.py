"""GB/T 4754-2017 and the size of an enterprise, against the numbers that were written down by hand."""

import pytest

from services.registry.domain.industries import scale_of
from services.registry.domain.rulebook import rulebook

RULES = rulebook()
# risk-grading §5.2: division → words of its name
MANUFACTURING = {
    "13": "农副食品",
    "14": "食品",
    "15": "酒、饮料",
    "16": "烟草",
    "17": "纺织",
    "18": "服装",
    "19": "制鞋",
    "20": "木材",
    "21": "家具",
    "22": "造纸",
    "23": "印刷",
    "24": "文教、工美、体育",
    "25": "石油、煤炭",
    "26": "化学原料",
    "27": "医药",
    "28": "化学纤维",
    "29": "橡胶和塑料",
    "30": "非金属矿物",
    "31": "黑色金属冶炼",
    "32": "有色金属冶炼",
    "33": "金属制品",
    "34": "通用设备",
    "35": "专用设备",
    "36": "汽车",
    "37": "铁路、船舶、航空",
    "38": "电气",
    "39": "计算机、通信",
    "40": "仪器仪表",
    "41": "其他",
    "42": "废弃资源",
    "43": "修理",
}
# risk-grading §5.2: the classes that are typical here → words of their name
TYPICAL = {
    "C2614": "有机化学原料",
    "C2631": "农药",
    "C2641": "涂料",
    "C2645": "染料",
    "C2710": "原料药",
    "C2720": "制剂",
    "C2926": "塑料包装",
    "C2929": "塑料零件",
    "C3360": "表面处理及热处理",
    "C3391": "黑色金属铸造",
    "C3392": "有色金属铸造",
    "C3443": "阀门",
    "C3525": "模具",
    "C3553": "缝制机械",
    "C3670": "汽车零部件",
    "C3731": "金属船舶",
    "C3976": "光电子器件",
    "C1361": "水产品冷冻",
    "C2110": "木质家具",
    "G5942": "危险化学品仓储",
    "F5265": "机动车燃油零售",
}
# 统计上大中小微型企业划分办法(2017), by headcount: industry → from how many people large, medium, small
SIZES = {
    "B": (1000, 300, 20),
    "C": (1000, 300, 20),
    "D": (1000, 300, 20),
    "F51": (200, 20, 5),
    "F52": (300, 50, 10),
    "G": (1000, 300, 20),
    "G59": (200, 100, 20),
    "G60": (1000, 300, 20),
    "H": (300, 100, 10),
    "I63": (2000, 100, 10),
    "I64": (2000, 100, 10),
    "I65": (300, 100, 10),
    "K7020": (1000, 300, 100),
    "K7030": (300, 100, 10),
    "K7090": (300, 100, 10),
    "L": (300, 100, 10),
    "M": (300, 100, 10),
    "N": (300, 100, 10),
    "O": (300, 100, 10),
    "Q85": (300, 100, 10),
    "R": (300, 100, 10),
}
ORDER = ("large", "medium", "small", "micro")


class TestClasses:
    def test_are_named_for_all_divisions_of_manufacturing_5_2(self) -> None:
        names = {code[1:]: name for code, name in RULES.industries.divisions.items() if code.startswith("C")}

        assert names.keys() == MANUFACTURING.keys()
        assert [code for code, words in MANUFACTURING.items() if words not in names[code]] == []

    @pytest.mark.parametrize(("code", "words"), TYPICAL.items())
    def test_that_are_typical_here_have_their_name_5_2(self, code: str, words: str) -> None:
        assert (RULES.industries.normalised(code[1:]), words in RULES.industries.name(code)) == (code, True)

    def test_are_twenty_sections_of_ninety_seven_divisions_5_2(self) -> None:
        assert "".join(RULES.industries.sections) == "ABCDEFGHIJKLMNOPQRST"
        assert sorted(code[1:] for code in RULES.industries.divisions) == [f"{number:02d}" for number in range(1, 98)]


class TestSize:
    @pytest.mark.parametrize(("industry", "limits"), SIZES.items())
    def test_changes_exactly_at_the_limits_5_2(self, industry: str, limits: tuple[int, int, int]) -> None:
        sizes = [
            (scale_of(industry, limit, rows=RULES.scale_rows), scale_of(industry, limit - 1, rows=RULES.scale_rows))
            for limit in limits
        ]

        assert sizes == [(ORDER[place], ORDER[place + 1]) for place in range(3)]

    @pytest.mark.parametrize("industry", ["A01", "E47", "K7010", "J66", "P83"])
    def test_is_unknown_where_only_turnover_decides(self, industry: str) -> None:
        assert scale_of(industry, 5000, rows=RULES.scale_rows) == ""

    @pytest.mark.parametrize("headcount", [None, 0, 5])
    def test_needs_a_headcount(self, headcount: int | None) -> None:
        assert scale_of("C29", headcount, rows=RULES.scale_rows) == ("" if headcount is None else "micro")
