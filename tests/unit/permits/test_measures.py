"""Measures of the forms A.1 to A.8, and when a job surely involves them."""

from decimal import Decimal
from functools import partial

import pytest

from services.permits.domain.kinds import WorkFacts
from services.permits.domain.measures import measures_of, suggested
from services.permits.rules.measures import read_measures
from services.permits.rules.reading import table
from shared.machines import UnusableTable
from tests.unit.permits.builders import RULES, refusal

COUNTS = {
    "hot_work": 16,
    "confined_space": 15,
    "blinding": 11,
    "height": 15,
    "lifting": 20,
    "temp_power": 14,
    "excavation": 11,
    "road_closing": 4,
}
rows_of = partial(measures_of, rules=RULES.measures)


def involved(kind: str, facts: WorkFacts, level: str = "") -> set[int]:
    found = suggested(kind, facts, rules=RULES.measures, level=level)
    return {number for number, answer in found.items() if answer == "involved"}


class TestWhatBelongsIntoAMeasure:
    def test_is_asked_for_where_a_sentence_has_blanks_and_at_the_other_measure(self) -> None:
        """Annex A: numbers of blinds, extinguishers, ropes, tonnes; the last row of each form is another measure."""
        asked = {kind: {row.number: row.blanks for row in rows_of(kind) if row.asks_for_words} for kind in COUNTS}

        assert asked == {kind: {last: 0} for kind, last in COUNTS.items()} | {
            "hot_work": {2: 1, 8: 3, 16: 0},
            "confined_space": {11: 3, 15: 0},
            "lifting": {13: 1, 20: 0},
        }

    @pytest.mark.parametrize(
        ("kind", "number", "note", "is_complete"),
        [
            ("hot_work", 1, "", True),
            ("hot_work", 2, "", False),
            ("hot_work", 2, "按图加盲板", False),
            ("hot_work", 2, "2", True),
            ("hot_work", 8, "灭火器2台，灭火毯1块", False),
            ("hot_work", 8, "灭火器2台，灭火毯1块，消防水带0", True),
            ("hot_work", 16, " ", False),
            ("hot_work", 16, "设专人看护；编制：安全员", True),
            ("lifting", 13, "12.5", True),
            ("confined_space", 11, "12.5、3", False),
            ("confined_space", 11, "４、２、２", True),
        ],
    )
    def test_is_a_number_for_each_blank_or_words(self, kind: str, number: int, note: str, is_complete: bool) -> None:
        assert rows_of(kind)[number - 1].is_complete(note) is is_complete


class TestMeasures:
    @pytest.mark.parametrize(("kind", "count"), COUNTS.items(), ids=COUNTS)
    def test_are_as_many_as_on_the_form(self, kind: str, count: int) -> None:
        rows = rows_of(kind)

        assert ([row.number for row in rows], rows[-1].is_free) == (list(range(1, count + 1)), True)

    @pytest.mark.parametrize(
        ("kind", "always"),
        [
            ("hot_work", {8, 12, 15}),
            ("confined_space", {3, 6, 9, 10, 12, 13}),
            ("blinding", {1, 10}),
            ("height", {1, 2, 4, 12}),
            ("lifting", {3, 4, 5, 9, 10, 11, 13, 15}),
            ("temp_power", {1, 3, 4, 10, 11}),
            ("excavation", {3, 8}),
            ("road_closing", {1, 2}),
        ],
        ids=COUNTS,
    )
    def test_that_always_apply_are_involved_by_themselves(self, kind: str, always: set[int]) -> None:
        assert involved(kind, WorkFacts()) == always

    def test_are_never_called_not_involved(self) -> None:
        facts = WorkFacts({"gas_welding": False, "electric_welding": False})

        assert set(suggested("hot_work", facts, rules=RULES.measures).values()) == {"involved", "unanswered"}

    @pytest.mark.parametrize(
        ("kind", "facts", "level", "number"),
        [
            ("hot_work", WorkFacts({"gas_welding": True}), "L2", 7),
            ("hot_work", WorkFacts(related=("height",)), "L2", 5),
            ("hot_work", WorkFacts(), "SP", 14),
            ("hot_work", WorkFacts({"continuous_test": True}), "L1", 13),
            ("confined_space", WorkFacts(related=("hot_work",)), "", 14),
            ("height", WorkFacts(height_m=Decimal("30.1")), "IV", 11),
            ("lifting", WorkFacts(), "L2", 1),
            ("excavation", WorkFacts({"gas_area": True}, depth_m=Decimal("1.21")), "", 9),
        ],
        ids=["welding", "at height", "special class", "by analysis", "related", "30 m", "plan", "deep in gas"],
    )
    def test_follow_from_what_is_known(self, kind: str, facts: WorkFacts, level: str, number: int) -> None:
        assert number in involved(kind, facts, level)

    @pytest.mark.parametrize(
        ("kind", "facts", "level", "number"),
        [
            ("hot_work", WorkFacts(related=("lifting",)), "L1", 5),
            ("hot_work", WorkFacts(), "L1", 14),
            ("height", WorkFacts(height_m=Decimal(30)), "III", 11),
            ("excavation", WorkFacts({"gas_area": True}, depth_m=Decimal("1.2")), "", 9),
            ("excavation", WorkFacts(depth_m=Decimal(3)), "", 9),
            ("excavation", WorkFacts({"gas_area": True}), "", 9),
        ],
        ids=["other kind", "class 1", "30 m", "1.2 m", "gas unknown", "depth unknown"],
    )
    def test_stay_unanswered_until_somebody_decides(self, kind: str, facts: WorkFacts, level: str, number: int) -> None:
        assert number not in involved(kind, facts, level)

    def test_of_no_kind_are_refused(self) -> None:
        assert refusal(rows_of, "gardening") == "kind_unknown"

    def test_out_of_order_cannot_be_read(self) -> None:
        content = table("measures.toml")

        with pytest.raises(UnusableTable):
            read_measures({"measure": content["measure"][1:]})

    def test_depend_on_questions_that_the_forms_ask(self) -> None:
        asked = {(kind, each.id) for each in RULES.questions for kind in each.kinds}
        needed = {(row["kind"], name) for row in table("measures.toml")["measure"] for name in _questions(row)}

        assert needed - asked == set()


def _questions(row: dict[str, str]) -> list[str]:
    return [row[name] for name in ("condition", "with") if name in row]
