"""The nine acts of articles 6 and 7, the trades of article 2, and what accidents alone fulfil."""

from datetime import date

import pytest

from services.credit.domain.case_conditions import (
    Accident,
    ConditionUnknown,
    accidents_of_penalty,
    suggested_conditions,
)
from services.credit.rules.cases import case_rules

RULES = case_rules().conditions


def accidents(*rows: tuple[str, str]) -> list[Accident]:
    return [Accident(grade, date.fromisoformat(day)) for grade, day in rows]


class TestConditions:
    def test_are_the_nine_of_the_order(self) -> None:
        assert list(RULES.conditions) == [
            *(f"BL-6-{number}" for number in range(1, 6)),
            *(f"BL-7-{number}" for number in range(1, 5)),
        ]
        assert [one.source.clause for one in RULES.conditions.values()][::4] == [
            "第六条第一项",
            "第六条第五项",
            "第七条第四项",
        ]

    def test_names_only_the_principal_who_fled(self) -> None:
        assert [one.code for one in RULES.conditions.values() if not one.names_firm] == ["BL-6-5"]

    def test_are_no_others(self) -> None:
        with pytest.raises(ConditionUnknown):
            RULES.condition("BL-8-1")


class TestAccidents:
    @pytest.mark.parametrize(
        ("recorded", "codes"),
        [
            (accidents(("serious", "2026-03-01")), ["BL-6-1"]),
            (accidents(("larger", "2026-03-01")), []),
            (accidents(("larger", "2026-03-01"), ("larger", "2027-03-01")), ["BL-6-2"]),
            (accidents(("larger", "2026-03-01"), ("larger", "2027-03-02")), []),
            (accidents(("general", "2026-03-01"), ("larger", "2026-03-02")), []),
            (accidents(("larger", "2024-01-01"), ("larger", "2026-01-01"), ("larger", "2026-06-01")), ["BL-6-2"]),
            (accidents(("extraordinary", "2026-01-01"), ("larger", "2026-06-01")), ["BL-6-1", "BL-6-2"]),
        ],
    )
    def test_count_within_twelve_months(self, recorded: list[Accident], codes: list[str]) -> None:
        found = suggested_conditions(RULES, clause="V-97-1", accidents=recorded)
        assert [one.code for one in found] == codes

    @pytest.mark.parametrize(
        ("clause", "codes"),
        [
            ("V-92-2", ["BL-7-2"]),
            ("V-110", ["BL-6-5"]),
            ("V-114-2", ["BL-6-3"]),
            ("V-114", []),
            ("V-99-4", []),
            ("", []),
        ],
    )
    def test_are_not_needed_where_the_clause_says_it(self, clause: str, codes: list[str]) -> None:
        found = suggested_conditions(RULES, clause=clause, accidents=[])
        assert [one.code for one in found] == codes

    def test_of_a_penalty_lie_before_it_and_after_the_order(self) -> None:
        days = ("2023-09-30", "2023-10-01", "2026-11-02", "2026-11-03")
        recorded = accidents(*(("serious", day) for day in days))
        counted = accidents_of_penalty(recorded, decided_on=date(2026, 11, 2), since=date(2023, 10, 1))
        assert counted == recorded[1:3]


class TestTrades:
    @pytest.mark.parametrize(
        ("industry", "covered"),
        [("C2614", True), ("B0610", True), ("G5942", True), ("M7450", True), ("E4720", False), ("G5431", False)],
    )
    def test_are_those_of_the_order(self, industry: str, covered: bool) -> None:
        assert RULES.trades.cover(industry) is covered

    @pytest.mark.parametrize("industry", ["", "A0111", "H6110"])
    def test_leave_to_a_person_what_the_code_does_not_say(self, industry: str) -> None:
        assert RULES.trades.cover(industry) is None
