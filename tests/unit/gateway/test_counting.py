"""What an enterprise adds to the counters."""

import pytest

from services.gateway.domain.counting import (
    ALL,
    FIGURES,
    GREY,
    SUMS,
    Counted,
    Place,
    Spot,
    area_of,
    counters_of,
    differences,
    kind_of_place,
)
from services.gateway.domain.flags import BITS, features_in, flags_of
from services.gateway.domain.tally import Tally, only

AREA = "331002001"
SPOT = Spot(AREA, "C", BITS["casting"] | BITS["coating"], Place.SUBDISTRICT, None)
POINT = Spot(AREA, "C", 0, Place.POINT, 12345678)


class TestCounters:
    def test_are_kept_for_every_question(self) -> None:
        asked = {(section, flag) for _, section, flag, _, _ in counters_of(SPOT)}

        assert asked == {(section, flag) for section in (ALL, "C") for flag in (ALL, "casting", "coating")}

    def test_of_points_are_kept_by_zoom_too(self) -> None:
        assert {key[0] for key in counters_of(POINT)} == {FIGURES, 9, 11, 13}

    def test_of_others_are_figures_only(self) -> None:
        assert {(key[0], key[3]) for key in counters_of(SPOT)} == {(FIGURES, Place.SUBDISTRICT)}


class TestDifferences:
    def test_are_nothing_when_nothing_changes(self) -> None:
        red = Counted(POINT, 1, True)

        assert differences([(red, red)]) == {}

    def test_move_a_recoloured_enterprise(self) -> None:
        change = differences([(Counted(SPOT, GREY, True), Counted(SPOT, 1, False))])

        sums = dict(zip(SUMS, change[(FIGURES, ALL, ALL, Place.SUBDISTRICT, AREA)], strict=True))
        assert {name: count for name, count in sums.items() if count} == {"red": 1, "grey_hatched": -1}

    def test_take_back_what_they_added(self) -> None:
        red, blue = Counted(POINT, 1, True), Counted(SPOT, 4, False)

        assert differences([(None, red), (red, blue), (blue, None)]) == {}


class TestKindOfPlace:
    @pytest.mark.parametrize(
        ("placement", "precision", "has_position", "kind"),
        [
            ("placed", "exact", True, Place.POINT),
            ("placed", "address", True, Place.POINT),
            ("placed", "subdistrict", True, Place.SUBDISTRICT),
            ("placed", "exact", False, Place.SUBDISTRICT),
            ("unplaced", "none", False, Place.UNPLACED),
            ("other_county", "none", False, Place.OTHER_COUNTY),
        ],
    )
    def test_draws_only_exact_ones_as_points(
        self, placement: str, precision: str, has_position: bool, kind: Place
    ) -> None:
        assert kind_of_place(placement, precision, has_position=has_position) is kind


class TestFlags:
    def test_are_set_for_what_is_known_to_be_there(self) -> None:
        features = {"casting": {"value": "yes"}, "coating": {"value": "no"}, "lpg": {"value": "unknown"}}

        assert list(features_in(flags_of(features))) == ["casting"]

    def test_ignore_features_of_the_future(self) -> None:
        assert flags_of({"cold_fusion": {"value": "yes"}}) == 0


class TestTally:
    def test_tells_the_provisional_ones_apart(self) -> None:
        tally = Tally()
        tally.add([1, 0, 0, 0, 0, 2, 0, 0, 0, 3])

        assert (tally.enterprises, tally.provisional) == (6, 5)
        assert tally.by_level() == {"1": 3, "2": 0, "3": 0, "4": 0, "none": 3}
        assert tally.provisional_by_level()["none"] == 3

    def test_keeps_only_what_was_asked_for(self) -> None:
        everything = list(range(1, 11))

        assert only(everything, levels=(1, GREY), is_provisional=True) == [0, 0, 0, 0, 0, 6, 0, 0, 0, 10]


def test_areas_are_subdistricts_or_coarser() -> None:
    assert [area_of(code) for code in ("331002001005", "331002", "")] == [AREA, "331002", ""]
