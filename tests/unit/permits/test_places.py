"""Places that lie in each other, and what keeps one from being changed or removed."""

from datetime import date
from typing import Any

import pytest

from services.permits.domain.places import (
    Place,
    PlaceInUse,
    PlaceMalformed,
    assessed_until,
    chain_of,
    check_place,
    check_removable,
    holder,
    is_poisonous,
)
from services.permits.rules.places import place_rules

PLACES = {
    one.id: one
    for one in (
        Place("unit", "unit"),
        Place("pipe", "pipe", within_id="unit"),
        Place("blind", "blind", within_id="pipe"),
        Place("ring-1", "spot", within_id="ring-2"),
        Place("ring-2", "spot", within_id="ring-1"),
    )
}
RULES = place_rules()
AREA = {"kind": "fixed_hot_area", "assessed_on": date(2027, 1, 1), "risk_distance_m": 30}
GIVEN: dict[str, Any] = {"kind": "spot", "within_id": ""}


class TestChain:
    @pytest.mark.parametrize(
        ("place_id", "chain"),
        [("blind", ["blind", "pipe", "unit"]), ("ring-1", ["ring-1", "ring-2"]), ("", []), ("gone", [])],
    )
    def test_ends_outside_of_all(self, place_id: str, chain: list[str]) -> None:
        assert [one.id for one in chain_of(PLACES, place_id)] == chain

    @pytest.mark.parametrize(("kind", "held"), [("pipe", "pipe"), ("unit", "unit"), ("dike", "")])
    def test_finds_the_nearest_of_a_kind(self, kind: str, held: str) -> None:
        assert holder(PLACES, "blind", kind=kind) == held


class TestAPlace:
    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"within_id": "elsewhere"}, "within_id"),
            ({"within_id": "mine"}, "within_id"),
            ({"kind": "blind"}, "within_id"),
            ({"kind": "blind", "within_id": "unit"}, "within_id"),
            (AREA | {"assessed_on": None}, "assessed_on"),
            (AREA | {"risk_distance_m": 29.9}, "risk_distance_m"),
            (AREA | {"risk_distance_m": None}, "risk_distance_m"),
        ],
    )
    def test_is_refused_with_the_field(self, given: dict[str, Any], field: str) -> None:
        with pytest.raises(PlaceMalformed) as refused:
            check_place(RULES, GIVEN | given, place_id="mine", places=PLACES | {"mine": Place("mine", "spot")})
        assert refused.value.facts["field"] == field

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"within_id": "unit"},
            {"kind": "blind", "within_id": "pipe"},
            AREA,
        ],
    )
    def test_is_accepted(self, given: dict[str, Any]) -> None:
        check_place(RULES, GIVEN | given, place_id="mine", places=PLACES)

    def test_cannot_move_into_what_lies_in_it(self) -> None:
        with pytest.raises(PlaceMalformed, match="in itself"):
            check_place(RULES, GIVEN | {"within_id": "blind"}, place_id="unit", places=PLACES)


class TestRemoving:
    @pytest.mark.parametrize(("place_id", "used"), [("blind", {"blind"}), ("pipe", set())])
    def test_waits_until_nothing_is_there(self, place_id: str, used: set[str]) -> None:
        with pytest.raises(PlaceInUse):
            check_removable(place_id, used=used, places=PLACES.values())

    def test_is_possible_when_empty(self) -> None:
        check_removable("blind", used={"pipe"}, places=PLACES.values())


class TestHotAreas:
    @pytest.mark.parametrize(
        ("kind", "assessed_on", "until"),
        [
            ("fixed_hot_area", date(2027, 3, 1), date(2028, 3, 1)),
            ("fixed_hot_area", date(2028, 2, 29), date(2029, 2, 28)),
            ("fixed_hot_area", None, None),
            ("unit", date(2027, 3, 1), None),
        ],
    )
    def test_are_assessed_every_year(self, kind: str, assessed_on: date | None, until: date | None) -> None:
        assert assessed_until(RULES, kind, assessed_on=assessed_on) == until


class TestHazards:
    @pytest.mark.parametrize(
        ("hazards", "is_needed"),
        [(["h2s"], True), (["combustible", "co"], True), (["combustible"], False), ([], False)],
    )
    def test_of_poisoning_need_the_principal(self, hazards: list[str], is_needed: bool) -> None:
        """Order 13 Art. 7."""
        assert is_poisonous(RULES, hazards) is is_needed
