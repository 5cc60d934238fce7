"""应急〔2018〕19号: every rule, veto, cap, bonus and threshold, with the numbers of the printed card."""

import pytest

from services.risk.domain.cards import Card, tally
from services.risk.domain.facts import Value
from services.risk.domain.levels import Level
from services.risk.domain.possibilities import harshest
from services.risk.rules import rulebook

# (rule, fact, value, points): what one fact alone does to the 100 points, bonuses before the final clamp.
RULES = [
    ("1.1a", "mhs_level", "1", -10),
    ("1.1b", "mhs_level", "2", -8),
    ("1.1c", "mhs_level", "3", -6),
    ("1.1d", "mhs_level", "4", -4),
    ("1.2a", "explosive_kinds", 1, -2),
    ("1.2b", "inhal_toxic_kinds", 2, -4),
    ("1.2c", "other_key_chem_kinds", 3, -0.3),
    ("1.3a", "key_process_kinds", 4, -8),
    ("1.4a", "class_jia_places", 2, -2),
    ("1.4b", "class_yi_places", 3, -1.5),
    ("1.4c", "tank_next_to_fire", "yes", -5),
    ("2.1a", "outside_chem_park", "yes", -3),
    ("2.1b", "ext_distance_fail", "yes", -10),
    ("3.1a", "first_use_process_unproven", "yes", -5),
    ("3.1b", "no_reaction_risk_assessment", "yes", -10),
    ("3.1c", "class_a_designer", "yes", 2),
    ("4.1a", "obsolete_items", 2, -4),
    ("4.1b", "special_equipment_unregistered", "yes", -2),
    ("4.1c", "no_dual_power", "yes", -5),
    ("5.1a", "process_not_automated", "yes", -10),
    ("5.1b", "no_independent_sis", "yes", -10),
    ("5.1c", "no_emergency_cutoff", "yes", -5),
    ("5.1d", "mhs_monitor_missing", 3, -3),
    ("5.1e", "gas_alarm_missing", 4, -4),
    ("5.1f", "non_ex_electrics", 5, -5),
    ("5.1g", "rooms_in_jia_yi_unit", 1, -5),
    ("6.1a", "managers_unqualified", 2, -10),
    ("6.1b", "fulltime_safety_undereducated", 1, -5),
    ("6.1c", "key_unit_managers_undereducated", 3, -15),
    ("6.1d", "no_registered_safety_engineer", "yes", -3),
    ("6.1e", "chem_graduate_leaders", 3, 6),
    ("7.1a", "sop_missing", "yes", -5),
    ("7.1b", "special_work_system_fail", "yes", -10),
    ("7.1c", "posts_without_duty", 4, -8),
    ("8.1a", "own_fire_brigade", "yes", 3),
    ("9.1a", "std_level", "1", 15),
    ("9.1b", "std_level", "2", 5),
    ("9.1c", "std_level", "3", 2),
    ("9.1d", "major_accident_3y", 1, -10),
    ("9.1e", "fatal_1_2_accident_3y", "yes", -8),
    ("9.1f", "social_impact_no_casualty_3y", "yes", -5),
    ("9.1g", "no_accident_5y", "yes", 5),
]
# (item, cap, facts that would deduct more than the cap)
CAPS: list[tuple[str, float, dict[str, Value]]] = [
    ("1.1", 10, {"mhs_level": "1"}),
    ("1.2", 5, {"explosive_kinds": 2, "inhal_toxic_kinds": 1}),
    ("1.3", 10, {"key_process_kinds": 6}),
    ("1.4", 5, {"tank_next_to_fire": "yes", "class_jia_places": 9}),
    ("2.1", 10, {"outside_chem_park": "yes", "ext_distance_fail": "yes"}),
    ("3.1", 10, {"first_use_process_unproven": "yes", "no_reaction_risk_assessment": "yes"}),
    ("4.1", 5, {"obsolete_items": 2, "no_dual_power": "yes"}),
    ("5.1", 10, {"process_not_automated": "yes", "no_independent_sis": "yes", "gas_alarm_missing": 7}),
    ("6.1", 15, {"managers_unqualified": 3, "no_registered_safety_engineer": "yes"}),
    ("7.1", 10, {"sop_missing": "yes", "special_work_system_fail": "yes"}),
    ("9.1", 10, {"major_accident_3y": 1, "fatal_1_2_accident_3y": "yes"}),
]
VETOES: list[tuple[str, dict[str, Value]]] = [
    ("R1", {"unproven_new_process": "yes"}),
    ("R2", {"undesigned_plant_undiagnosed": "yes"}),
    ("R3", {"special_operators_uncertified": "yes"}),
    ("R4", {"grave_accident_3y": "yes"}),
    ("R4", {"major_accident_3y": 2}),
    ("R4", {"fatal_accidents_1y": 2}),
]
# 60 points: 10 (1.1) + 10 (1.3) + 10 (2.1) + 10 (3.1) are gone.
FORTY_LOST: dict[str, Value] = {
    "mhs_level": "1",
    "key_process_kinds": 5,
    "ext_distance_fail": "yes",
    "no_reaction_risk_assessment": "yes",
}
# (facts, score, level): both sides of each threshold, a tenth of a point apart.
SIDES: list[tuple[dict[str, Value], float, Level]] = [
    ({"ext_distance_fail": "yes"}, 90, Level.BLUE),
    ({"ext_distance_fail": "yes", "other_key_chem_kinds": 1}, 89.9, Level.YELLOW),
    ({"ext_distance_fail": "yes", "special_work_system_fail": "yes", "no_dual_power": "yes"}, 75, Level.YELLOW),
    (
        {
            "ext_distance_fail": "yes",
            "special_work_system_fail": "yes",
            "no_dual_power": "yes",
            "other_key_chem_kinds": 1,
        },
        74.9,
        Level.ORANGE,
    ),
    (FORTY_LOST, 60, Level.ORANGE),
    (FORTY_LOST | {"other_key_chem_kinds": 1}, 59.9, Level.RED),
]


@pytest.fixture
def card() -> Card:
    return rulebook().cards["WH-YJ2018-19"]


class TestRules:
    def test_are_forty_two(self, card: Card) -> None:
        assert [rule.id for rule in card.rules] == [rule for rule, *_ in RULES]

    @pytest.mark.parametrize(("rule", "fact", "value", "points"), RULES, ids=[rule for rule, *_ in RULES])
    def test_move_the_score(self, card: Card, rule: str, fact: str, value: Value, points: float) -> None:
        counted = tally(card, {fact: value})

        assert (counted.total / 10, [hit.rule.id for hit in counted.hits]) == (100 + points, [rule])

    @pytest.mark.parametrize(("rule", "fact", "value", "points"), RULES, ids=[rule for rule, *_ in RULES])
    def test_do_nothing_when_the_answer_is_harmless(
        self, card: Card, rule: str, fact: str, value: Value, points: float
    ) -> None:
        harmless: Value = 0 if isinstance(value, int) else "no" if value == "yes" else "none"

        assert tally(card, {fact: harmless}).total == 1000


class TestCaps:
    def test_add_up_to_the_whole_card(self, card: Card) -> None:
        assert sum(item.cap or 0 for item in card.items) == 1000

    @pytest.mark.parametrize(("item", "cap", "values"), CAPS, ids=[item for item, *_ in CAPS])
    def test_limit_what_an_item_deducts(self, card: Card, item: str, cap: float, values: dict[str, Value]) -> None:
        deducted = {one.item.id: one.deducted / 10 for one in tally(card, values).items if one.deducted}

        assert deducted == {item: cap}

    def test_leave_a_bonus_of_the_same_item_whole(self, card: Card) -> None:
        counted = tally(card, {"std_level": "1", "major_accident_3y": 1, "fatal_1_2_accident_3y": "yes"})

        assert counted.total / 10 == 100 - 10 + 15

    def test_leave_the_total_between_0_and_100(self, card: Card) -> None:
        best = tally(card, {"std_level": "1", "no_accident_5y": "yes", "own_fire_brigade": "yes"})
        worst = tally(card, harshest(rulebook().ladders[card.id]))

        assert (best.score / 10, worst.score / 10) == (100, 0)

    def test_count_tenths_without_drift(self, card: Card) -> None:
        assert tally(card, {"other_key_chem_kinds": 49}).score / 10 == 95.1


class TestVetoes:
    @pytest.mark.parametrize(("veto", "values"), VETOES, ids=[f"{name}-{next(iter(v))}" for name, v in VETOES])
    def test_mean_red_at_any_score(self, card: Card, veto: str, values: dict[str, Value]) -> None:
        counted = tally(card, values | {"std_level": "1"})

        assert (counted.level, [one.id for one in counted.vetoes]) == (Level.RED, [veto])

    @pytest.mark.parametrize("values", [{"major_accident_3y": 1}, {"fatal_accidents_1y": 1}], ids=["3y", "1y"])
    def test_need_the_second_accident_of_r4(self, card: Card, values: dict[str, Value]) -> None:
        assert tally(card, values).vetoes == ()


class TestThresholds:
    @pytest.mark.parametrize(("values", "score", "level"), SIDES, ids=[str(score) for _, score, _ in SIDES])
    def test_belong_to_the_better_level(self, card: Card, values: dict[str, Value], score: float, level: Level) -> None:
        counted = tally(card, values)

        assert (counted.score / 10, counted.level) == (score, level)
