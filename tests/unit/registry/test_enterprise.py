"""How new knowledge of an enterprise is weighed against old: person before file before inference."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.registry.domain.enterprise import EMPTY, FEATURES, Origin, changes_between, known
from services.registry.domain.rulebook import rulebook

RULES = rulebook()
REGISTERED = {"name": "样例厂", "scope": "铸件制造、加工。", "address": "台州市椒江区洪家街道样例路1号"}


def learned(*steps: tuple[Origin, Mapping[str, Any]], start: Mapping[str, Any] = REGISTERED) -> dict[str, Any]:
    """Return what is known after a register row and these steps."""
    facts = known(EMPTY, start, origin="file", rules=RULES)
    for origin, given in steps:
        facts = known(facts, given, origin=origin, rules=RULES)
    return facts


class TestOrigins:
    @pytest.mark.parametrize(("first", "second", "headcount"), [
        ("person", "file", 7), ("person", "person", 9), ("file", "file", 9), ("file", "person", 9),
    ])  # fmt: skip
    def test_let_the_stronger_and_of_equals_the_newer_win(self, first: Origin, second: Origin, headcount: int) -> None:
        assert learned((first, {"headcount": 7}), (second, {"headcount": 9}))["headcount"] == headcount

    def test_say_who_confirmed_a_value_until_another_person_does(self) -> None:
        first = known(EMPTY, {"headcount": 7, "industry": "C27"}, origin="person", rules=RULES, seen={"by": "a-1"})
        filed = known(first, {"headcount": 9, "grid": "g1"}, origin="file", rules=RULES, seen={"by": "a-9"})
        second = known(filed, {"headcount": 8}, origin="person", rules=RULES, seen={"by": "a-2"})

        assert (
            first["confirmations"] == filed["confirmations"] == {"headcount": {"by": "a-1"}, "industry": {"by": "a-1"}}
        )
        assert second["confirmations"] == {"headcount": {"by": "a-2"}, "industry": {"by": "a-1"}}

    def test_keep_an_industry_that_a_file_stated(self) -> None:
        facts = learned(("file", {"industry": "C2710", "scope": "塑料制品制造"}))

        assert (facts["industry"], facts["industry_section"]) == ("C2710", "C")

    def test_let_an_inferred_industry_follow_the_scope(self) -> None:
        before, after = learned(), learned(("file", {"scope": "缝纫机配件制造。"}))

        assert (before["industry"][:3], after["industry"]) == ("C33", "C3553")
        assert after["hints"]["industry"] == ["缝纫机配件"]


class TestFeatures:
    @pytest.mark.parametrize(
        ("steps", "value", "source"),
        [
            ([], "yes", "inferred"),
            ([("file", "no")], "no", "file"),
            ([("person", "no"), ("file", "yes")], "no", "person"),
            ([("file", "no"), ("person", "unknown")], "unknown", "person"),
        ],
        ids=["words", "file", "person then file", "file then person"],
    )
    def test_are_what_the_best_source_says(self, steps: list[tuple[Origin, str]], value: str, source: str) -> None:
        entry = learned(*[(origin, {"features": {"casting": (said, [])}}) for origin, said in steps])["features"]

        assert (entry["casting"]["value"], entry["casting"]["source"]) == (value, source)

    def test_are_confirmed_by_people_only(self) -> None:
        facts = learned(
            ("file", {"features": {"coating": ("yes", ["涂装"])}}), ("person", {"features": {"lpg": ("no", [])}})
        )

        origins = {name: entry["origin"] for name, entry in facts["features"].items()}
        assert origins == {
            "casting": "inferred",
            "molten_metal": "inferred",
            "coating": "inferred",
            "lpg": "confirmed",
        }

    def test_that_nothing_suggests_are_absent_and_so_unknown(self) -> None:
        assert set(learned()["features"]) == {"casting", "molten_metal"} < set(FEATURES)

    def test_fall_away_with_the_words_that_suggested_them(self) -> None:
        assert learned(("file", {"scope": "塑料制品销售"}))["features"] == {}


class TestPlacement:
    @pytest.mark.parametrize(
        ("given", "placement", "division", "subdistrict", "precision"),
        [
            ({}, "placed", "331002004", "331002004", "subdistrict"),
            ({"address": "台州市椒江区中山西路1号"}, "unplaced", "331002", "", "none"),
            ({"address": "台州市椒江区中山西路1号", "location": (121.4, 28.6)}, "placed", "331002", "", "exact"),
            ({"division": "331002005001"}, "placed", "331002005001", "331002005", "subdistrict"),
            ({"division": "331002"}, "unplaced", "331002", "", "none"),
            ({"address": "台州市路桥区样例镇"}, "other_county", "", "", "none"),
        ],
        ids=["address", "no place", "point alone", "stated village", "stated county", "other county"],
    )  # fmt: skip
    def test_follows_statement_address_and_point(
        self, given: dict[str, Any], placement: str, division: str, subdistrict: str, precision: str
    ) -> None:
        facts = learned(("file", given))

        found = [facts[name] for name in ("placement", "division", "subdistrict", "location_precision")]
        assert found == [placement, division, subdistrict, precision]

    def test_names_the_other_county_until_a_division_is_stated(self) -> None:
        elsewhere = {"address": "台州市路桥区样例镇"}
        before, after = learned(("file", elsewhere)), learned(("file", {**elsewhere, "division": "331002001"}))

        assert (before["neighbour"], after["neighbour"]) == ("331004", "")

    def test_shows_the_words_that_said_so(self) -> None:
        assert learned()["hints"]["division"] == ["洪家街道"]


class TestChanges:
    def test_are_what_differs(self) -> None:
        before = learned()
        after = known(before, {"headcount": 25}, origin="file", rules=RULES)

        changes = changes_between(before, after)

        assert changes["headcount"] == [None, 25]
        assert changes["scale"] == ["", "small"]
        assert set(changes) == {"headcount", "scale", "origins"}
