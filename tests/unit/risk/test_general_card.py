"""The general-industry card (our design, risk-grading §3.4): every rule, group and cap."""

import pytest

from services.risk.domain.cards import Card, tally
from services.risk.domain.facts import Value
from services.risk.domain.levels import Level
from services.risk.rules import rulebook

# (rule, facts, points of the 100)
RULES: list[tuple[str, dict[str, Value], float]] = [
    ("G1a", {"metal_smelting": "yes"}, -15),
    ("G1b", {"hazchem_use_licence": "yes"}, -15),
    ("G1c", {"molten_metal": "yes"}, -12),
    ("G1d", {"deep_well_casting": "yes"}, -12),
    ("G1e", {"gas_works": "yes"}, -12),
    ("G1f", {"coating": "yes"}, -8),
    ("G1g", {"surface_treatment": "yes"}, -8),
    ("G1h", {"casting": "yes"}, -8),
    ("G1i", {"industry_kind": "machinery_plastics"}, -4),
    ("G1j", {"industry_kind": "other"}, -1),
    ("G2a", {"headcount": 300}, -5),
    ("G2b", {"headcount": 299}, -3),
    ("G2b", {"headcount": 100}, -3),
    ("G2c", {"headcount": 99}, -2),
    ("G2c", {"headcount": 20}, -2),
    ("G2d", {"headcount": 19}, -1),
    ("G3a", {"mhs_level": "1"}, -12),
    ("G3b", {"mhs_level": "2"}, -10),
    ("G3c", {"mhs_level": "3"}, -8),
    ("G3d", {"mhs_level": "4"}, -6),
    ("G3e", {"jia_yi_storage": "yes"}, -3),
    ("G3f", {"solvent_spraying": "yes"}, -3),
    ("G4a", {"metal_dust": "yes"}, -8),
    ("G4b", {"organic_dust": "yes"}, -5),
    ("G4c", {"dust_workers": 30}, -4),
    ("G4d", {"dust_workers": 29}, -3),
    ("G4d", {"dust_workers": 10}, -3),
    ("G4e", {"dust_workers": 9}, -1),
    ("G4f", {"dry_dust_collectors": 2}, -2),
    ("G5a", {"toxic_confined_space": "yes"}, -6),
    ("G5b", {"confined_space": "yes"}, -2),
    ("G5c", {"confined_space_count": 11}, -2),
    ("G6a", {"ammonia_tonnes": 10}, -8),
    ("G6b", {"ammonia_refrigeration": "yes"}, -4),
    ("G7a", {"shared_building": "yes"}, -3),
    ("G7b", {"dormitory_in_building": "yes"}, -8),
    ("G8a", {"no_dual_prevention": "yes"}, -5),
    ("G8b", {"no_safety_staff": "yes"}, -5),
    ("G8c", {"principal_untrained": "yes"}, -3),
    ("G8d", {"high_hazard_uninsured": "yes"}, -2),
    ("G9a", {"open_major_hazards": 1}, -6),
    ("G9b", {"overdue_general_hazards": 3}, -3),
    ("G9c", {"penalties_1y": 2}, -6),
    ("G10a", {"major_accident_3y": 1}, -10),
    ("G10b", {"fatal_1_2_accident_3y": "yes"}, -8),
    ("G10c", {"std_level": "1"}, 15),
    ("G10d", {"std_level": "2"}, 5),
    ("G10e", {"std_level": "3"}, 2),
    ("G10f", {"no_accident_5y": "yes"}, 5),
]
# (why, facts, points): only the heaviest of a group counts, and an item deducts at most its cap.
TOGETHER: list[tuple[str, dict[str, Value], float]] = [
    ("G1-heaviest", {"metal_smelting": "yes", "coating": "yes", "industry_kind": "machinery_plastics"}, -15),
    ("G3-no-store-beside-a-major-hazard-source", {"mhs_level": "4", "jia_yi_storage": "yes"}, -6),
    ("G3-cap", {"mhs_level": "1", "solvent_spraying": "yes"}, -12),
    ("G4-heavier-dust", {"metal_dust": "yes", "organic_dust": "yes"}, -8),
    ("G4-cap", {"metal_dust": "yes", "dust_workers": 40, "dry_dust_collectors": 5}, -12),
    ("G5-cap", {"toxic_confined_space": "yes", "confined_space": "yes", "confined_space_count": 20}, -8),
    ("G6-heavier", {"ammonia_refrigeration": "yes", "ammonia_tonnes": 12}, -8),
    ("G7-cap", {"shared_building": "yes", "dormitory_in_building": "yes"}, -8),
    ("G9-cap", {"open_major_hazards": 3}, -12),
    ("G10-heavier-accident", {"major_accident_3y": 1, "fatal_1_2_accident_3y": "yes"}, -10),
]
NINETY: dict[str, Value] = {"dormitory_in_building": "yes", "confined_space": "yes"}
SEVENTY_FIVE = NINETY | {"metal_smelting": "yes"}
SIXTY = SEVENTY_FIVE | {"mhs_level": "2", "no_dual_prevention": "yes"}
SIDES: list[tuple[dict[str, Value], float, Level]] = [
    (NINETY, 90, Level.BLUE),
    (NINETY | {"headcount": 1}, 89, Level.YELLOW),
    (SEVENTY_FIVE, 75, Level.YELLOW),
    (SEVENTY_FIVE | {"headcount": 1}, 74, Level.ORANGE),
    (SIXTY, 60, Level.ORANGE),
    (SIXTY | {"headcount": 1}, 59, Level.RED),
]


@pytest.fixture
def card() -> Card:
    return rulebook().cards["GM-DESIGN"]


class TestRules:
    def test_all_have_a_line_here(self, card: Card) -> None:
        assert {rule.id for rule in card.rules} == {rule for rule, *_ in RULES}

    @pytest.mark.parametrize(
        ("rule", "values", "points"), RULES, ids=[f"{rule}-{next(iter(v.items()))}" for rule, v, _ in RULES]
    )
    def test_move_the_score(self, card: Card, rule: str, values: dict[str, Value], points: float) -> None:
        counted = tally(card, values)

        assert (counted.total / 10, counted.hits[0].rule.id) == (100 + points, rule)


class TestItems:
    def test_have_caps_that_add_up_to_the_whole_card(self, card: Card) -> None:
        assert sum(item.cap or 0 for item in card.items) == 1000

    @pytest.mark.parametrize(("why", "values", "points"), TOGETHER, ids=[why for why, *_ in TOGETHER])
    def test_count_groups_once_and_stop_at_the_cap(
        self, card: Card, why: str, values: dict[str, Value], points: float
    ) -> None:
        assert tally(card, values).total / 10 == 100 + points, why


class TestThresholds:
    @pytest.mark.parametrize(("values", "score", "level"), SIDES, ids=[str(score) for _, score, _ in SIDES])
    def test_belong_to_the_better_level(self, card: Card, values: dict[str, Value], score: float, level: Level) -> None:
        counted = tally(card, values)

        assert (counted.score / 10, counted.level) == (score, level)
