"""What a penalty decision has to say (credit-and-inspections §8.1)."""

from datetime import date
from typing import Any

import pytest

from services.credit.domain.penalties import (
    Decision,
    PenaltyRefused,
    as_number,
    check_decision,
    class_of,
    in_tenthousands,
    without_persons,
)
from services.credit.domain.violations import check_violation
from services.credit.rules import catalogue
from services.credit.rules.publicity import publicity_rules
from shared.machines import NotAllowed

TODAY = date(2026, 5, 11)


def decision(**changes: Any) -> Decision:
    usual: dict[str, Any] = {
        "enterprise_id": "e",
        "document_number": "应急罚〔2026〕1号",
        "conduct": "未采取措施消除事故隐患",
        "facts": "冲床无防护",
        "basis": "安全生产法 第一百零二条",
        "kinds": ["fine"],
        "content": "罚款三万元",
        "fine": 30_000,
        "decided_on": TODAY,
        "authority": "区应急管理局",
    }
    return Decision(**usual | changes)


class TestADecision:
    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("decided_on", {"decided_on": date(2026, 5, 12)}),
            ("decided_on", {"decided_on": date(1996, 9, 30)}),
            ("confiscated", {"confiscated": 1}),
            ("valid_until", {"valid_until": date(2026, 5, 10)}),
            ("fine", {"fine": 0}),
            ("fine", {"kinds": ["warning"]}),
            ("person", {"subject_kind": "natural"}),
            ("person", {"person": "王某"}),
            ("settled_on", {"settled_on": date(2026, 5, 10)}),
            ("settled_on", {"settled_on": date(2026, 5, 12)}),
        ],
    )
    def test_that_cannot_be_is_refused_by_its_field(self, field: str, changes: dict[str, Any]) -> None:
        with pytest.raises(PenaltyRefused) as refusal:
            check_decision(decision(**changes), today=TODAY)
        assert (refusal.value.facts["field"], refusal.value.facts["reason"]) == (field, f"penalty.{field}")

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"subject_kind": "natural", "person": "王某"},
            {"settled_on": TODAY, "valid_until": TODAY},
            {"kinds": ["fine", "confiscation"], "confiscated": 1},
            {"decided_on": date(1996, 10, 1)},
        ],
    )
    def test_that_can_be_is_taken(self, changes: dict[str, Any]) -> None:
        assert check_decision(decision(**changes), today=TODAY) is None

    def test_is_of_its_usual_class_unless_somebody_says_why(self) -> None:
        rules = publicity_rules()
        assert (class_of(rules, decision()), class_of(rules, decision(penalty_class="general"))) == ("general",) * 2
        with pytest.raises(PenaltyRefused):
            class_of(rules, decision(penalty_class="serious"))
        assert class_of(rules, decision(penalty_class="serious", class_reason="屡犯")) == "serious"


class TestTheSimpleProcedure:
    """行政处罚法 第五十一条: a warning, or a fine of 3,000 yuan at most, of a person 200."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"fine": 3_000},
            {"kinds": ["warning"], "fine": 0},
            {"subject_kind": "natural", "person": "王某", "fine": 200},
            {"subject_kind": "individual_business", "kinds": ["warning", "fine"], "fine": 3_000},
        ],
    )
    def test_leads_to_a_light_penalty(self, changes: dict[str, Any]) -> None:
        assert class_of(publicity_rules(), decision(is_simple=True, **changes)) == "light"

    @pytest.mark.parametrize(
        "changes",
        [
            {"fine": 3_001},
            {"fine": 5_000_000},
            {"kinds": ["licence_revoked"], "fine": 0},
            {"subject_kind": "natural", "person": "王某", "fine": 201},
        ],
    )
    def test_is_not_for_what_is_grave(self, changes: dict[str, Any]) -> None:
        with pytest.raises(PenaltyRefused) as refusal:
            class_of(publicity_rules(), decision(is_simple=True, **changes))
        assert refusal.value.facts["field"] == "is_simple"


class TestAnAmount:
    @pytest.mark.parametrize(
        ("yuan", "shown"), [(30_000, "3"), (5_000, "0.5"), (1, "0.0001"), (100_000, "10"), (1_234_500, "123.45")]
    )
    def test_is_shown_in_ten_thousands(self, yuan: int, shown: str) -> None:
        assert in_tenthousands(yuan) == shown


class TestANumber:
    @pytest.mark.parametrize(
        "typed",
        [
            "（台椒）应急罚〔2026〕1号",
            "(台椒)应急罚[2026]1号",
            " （台椒）应急罚【2026】 1号\n",
            "（台椒）应急罚（2026）１号",
            "（台椒）应急罚［2026］1号",
        ],
    )
    def test_is_the_same_whatever_brackets_somebody_typed(self, typed: str) -> None:
        assert as_number(typed) == "（台椒）应急罚〔2026〕1号"


class TestAPublicText:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("身份证330719199001011234。", "身份证3****************4。"),
            ("操作证T33071919900101123x", "操作证T3****************x"),
            ("电话13800138000，", "电话1*********0，"),
            ("统一社会信用代码91331002720043076F", "统一社会信用代码91331002720043076F"),
            ("文号12345678901234567890，罚款138001380001元", "文号12345678901234567890，罚款138001380001元"),
        ],
    )
    def test_keeps_first_and_last_of_the_number_of_a_person(self, text: str, shown: str) -> None:
        assert without_persons(text) == shown

    def test_keeps_the_first_character_of_the_names_that_are_known(self) -> None:
        text = "欧阳大明、王大明和王大与法定代表人李四"
        assert without_persons(text, names=["王大", "王大明", "李四"]) == "欧阳大明、王**和王*与法定代表人李*"


class TestAViolation:
    def test_is_not_of_a_day_to_come(self) -> None:
        assert check_violation(catalogue(), "V-102", found_on=TODAY, today=TODAY).code == "V-102"
        with pytest.raises(NotAllowed) as refusal:
            check_violation(catalogue(), "V-102", found_on=date(2026, 5, 12), today=TODAY)
        assert refusal.value.code == "day_impossible"
