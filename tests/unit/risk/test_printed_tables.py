"""The shipped cards and matrices against the tables of risk-grading §2.1, §3.1 and §3.2, copied by hand."""

import json
from decimal import Decimal
from itertools import product

import pytest

from services.risk.domain.cards import Card, Rule
from services.risk.domain.facts import Value
from services.risk.domain.levels import Level
from services.risk.rules import rulebook

ITEMS = {
    "1.1": 10, "1.2": 5, "1.3": 10, "1.4": 5, "2.1": 10, "3.1": 10, "4.1": 5, "5.1": 10, "6.1": 15, "7.1": 10,
    "8.1": None, "9.1": 10,
}  # fmt: skip
# id, item, points, once or per unit, fact (=value that counts)
PRINTED = """[
 ["1.1a","1.1",-10,"once","mhs_level=1"],["1.1b","1.1",-8,"once","mhs_level=2"],
 ["1.1c","1.1",-6,"once","mhs_level=3"],["1.1d","1.1",-4,"once","mhs_level=4"],
 ["1.2a","1.2",-2,"per","explosive_kinds"],["1.2b","1.2",-2,"per","inhal_toxic_kinds"],
 ["1.2c","1.2",-0.1,"per","other_key_chem_kinds"],["1.3a","1.3",-2,"per","key_process_kinds"],
 ["1.4a","1.4",-1,"per","class_jia_places"],["1.4b","1.4",-0.5,"per","class_yi_places"],
 ["1.4c","1.4",-5,"once","tank_next_to_fire"],["2.1a","2.1",-3,"once","outside_chem_park"],
 ["2.1b","2.1",-10,"once","ext_distance_fail"],["3.1a","3.1",-5,"once","first_use_process_unproven"],
 ["3.1b","3.1",-10,"once","no_reaction_risk_assessment"],["3.1c","3.1",2,"once","class_a_designer"],
 ["4.1a","4.1",-2,"per","obsolete_items"],["4.1b","4.1",-2,"once","special_equipment_unregistered"],
 ["4.1c","4.1",-5,"once","no_dual_power"],["5.1a","5.1",-10,"once","process_not_automated"],
 ["5.1b","5.1",-10,"once","no_independent_sis"],["5.1c","5.1",-5,"once","no_emergency_cutoff"],
 ["5.1d","5.1",-1,"per","mhs_monitor_missing"],["5.1e","5.1",-1,"per","gas_alarm_missing"],
 ["5.1f","5.1",-1,"per","non_ex_electrics"],["5.1g","5.1",-5,"per","rooms_in_jia_yi_unit"],
 ["6.1a","6.1",-5,"per","managers_unqualified"],["6.1b","6.1",-5,"per","fulltime_safety_undereducated"],
 ["6.1c","6.1",-5,"per","key_unit_managers_undereducated"],["6.1d","6.1",-3,"once","no_registered_safety_engineer"],
 ["6.1e","6.1",2,"per","chem_graduate_leaders"],["7.1a","7.1",-5,"once","sop_missing"],
 ["7.1b","7.1",-10,"once","special_work_system_fail"],["7.1c","7.1",-2,"per","posts_without_duty"],
 ["8.1a","8.1",3,"once","own_fire_brigade"],["9.1a","9.1",15,"once","std_level=1"],
 ["9.1b","9.1",5,"once","std_level=2"],["9.1c","9.1",2,"once","std_level=3"],
 ["9.1d","9.1",-10,"once","major_accident_3y=1"],["9.1e","9.1",-8,"once","fatal_1_2_accident_3y"],
 ["9.1f","9.1",-5,"once","social_impact_no_casualty_3y"],["9.1g","9.1",5,"once","no_accident_5y"]]"""
ROWS = json.loads(PRINTED, parse_float=Decimal)
LEC = {"L": "10 6 3 1 0.5 0.2 0.1", "E": "10 6 3 2 1 0.5", "C": "100 40 15 7 3 1"}
# The products of 1…5 × 1…5 by colour; red, orange, yellow, blue.
LS5 = {
    "LS5-COAL": ({20, 25}, {9, 10, 12, 15, 16}, {4, 5, 6, 8}, {1, 2, 3}),
    "LS5-DB37": ({20, 25}, {15, 16}, {9, 10, 12}, {1, 2, 3, 4, 5, 6, 8}),
}


@pytest.fixture
def card() -> Card:
    return rulebook().cards["WH-YJ2018-19"]


def counted_value(printed: str, *, unit: str) -> Value:
    """Return the answer for which a printed row counts; of what is counted, two."""
    _, _, value = printed.partition("=")
    if unit == "per":
        return 2
    return (int(value) if printed.startswith("major_accident") else value) if value else "yes"


class TestChemicalCard:
    def test_has_the_items_and_caps_of_2_1(self, card: Card) -> None:
        caps = {item.id: item.cap // 10 if item.cap is not None else None for item in card.items}

        assert caps == ITEMS

    def test_has_the_rules_of_2_1_in_their_items(self, card: Card) -> None:
        shipped = [(rule.id, item.id, rule.fact) for item in card.items for rule in item.rules]

        assert shipped == [(name, item, fact.partition("=")[0]) for name, item, _, _, fact in ROWS]

    @pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
    def test_gives_the_points_of_2_1(self, card: Card, row: list[str]) -> None:
        name, _, points, unit, fact = row
        rule: Rule = next(one for one in card.rules if one.id == name)

        tenths = rule.tenths_for(counted_value(fact, unit=unit))

        assert Decimal(tenths) / 10 == Decimal(points) * (2 if unit == "per" else 1)

    def test_begins_at_100_and_turns_at_90_75_and_60(self, card: Card) -> None:
        assert (card.base, [(lowest, level.value) for lowest, level in card.thresholds]) == (
            1000,
            [(900, 4), (750, 3), (600, 2)],
        )

    def test_has_the_four_vetoes(self, card: Card) -> None:
        assert [veto.id for veto in card.vetoes] == ["R1", "R2", "R3", "R4"]


class TestLEC:
    def test_has_the_values_of_3_1(self) -> None:
        factors = {factor.id: list(factor.values) for factor in rulebook().matrices["LEC"].factors}

        assert factors == {name: [Decimal(value) for value in values.split()] for name, values in LEC.items()}

    def test_turns_above_320_160_and_70_of_3_1(self) -> None:
        bands = [(int(band.bound), band.is_strict, band.level) for band in rulebook().matrices["LEC"].bands]

        assert bands == [(320, True, Level.RED), (160, True, Level.ORANGE), (70, True, Level.YELLOW)]


class TestLS5:
    @pytest.mark.parametrize("name", LS5)
    def test_gives_every_cell_the_colour_of_3_2(self, name: str) -> None:
        matrix = rulebook().matrices[name]

        cells = {(a, b): matrix.level({"L": Decimal(a), "S": Decimal(b)}) for a, b in product(range(1, 6), repeat=2)}

        printed = dict(zip(Level, LS5[name], strict=True))
        assert [cell for cell, level in cells.items() if cell[0] * cell[1] not in printed[level]] == []
