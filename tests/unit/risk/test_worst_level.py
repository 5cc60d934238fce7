"""The worst and best colour still possible, against every completion of the unknown facts."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.risk.domain.cards import tally
from services.risk.domain.facts import Condition, Known, Value
from services.risk.domain.grading import Standing, grade
from services.risk.domain.levels import Level
from services.risk.domain.possibilities import (
    Literal,
    UnusableCard,
    contradicted,
    possible_values,
    require_exact,
)
from services.risk.rules import rulebook
from tests.unit.risk.builders import book_of, card, confirmed, count_rule, flag_rule, inferred, item, veto, yes
from tests.unit.risk.strategies import FEW, completions, sheets, small_cards

# Groups of facts of the real cards that imply each other, with the card that they belong to.
LINKED = [
    ("WH-YJ2018-19", ["mhs_level", "no_independent_sis", "no_emergency_cutoff", "mhs_monitor_missing"]),
    ("WH-YJ2018-19", ["key_process_kinds", "process_not_automated", "mhs_level", "key_unit_managers_undereducated"]),
    ("WH-YJ2018-19", ["no_accident_5y", "major_accident_3y", "fatal_1_2_accident_3y", "fatal_accidents_1y"]),
    ("GM-DESIGN", ["metal_dust", "organic_dust", "dust_workers", "dry_dust_collectors"]),
    ("GM-DESIGN", ["confined_space", "toxic_confined_space", "confined_space_count", "coating", "solvent_spraying"]),
    ("GM-DESIGN", ["ammonia_refrigeration", "ammonia_tonnes", "mhs_level", "jia_yi_storage", "headcount"]),
]


class TestWorstLevel:
    @FEW
    @given(st.data())
    def test_is_the_worst_of_all_completions(self, drawn: st.DataObject) -> None:
        one = drawn.draw(small_cards())
        book = book_of(one)
        known = drawn.draw(sheets(one))

        graded = grade(book, Standing(known))

        levels = [tally(one, values).level for values in completions(book, known, list(one.facts))]
        assert (graded.worst_level, graded.outlook.best) == (min(levels), max(levels))

    @FEW
    @given(st.data())
    def test_is_never_better_than_the_level(self, drawn: st.DataObject) -> None:
        one = drawn.draw(small_cards())
        graded = grade(book_of(one), Standing(drawn.draw(sheets(one))))

        assert graded.worst_level <= graded.level <= graded.outlook.best

    @pytest.mark.parametrize(("card_id", "facts"), LINKED, ids=[facts[0] for _, facts in LINKED])
    @FEW
    @given(st.data())
    def test_honours_what_excludes_each_other(self, card_id: str, facts: list[str], drawn: st.DataObject) -> None:
        book = rulebook()
        ladders = book.ladders[card_id]
        known = confirmed(
            **{fact: drawn.draw(st.sampled_from(ladders[fact])) for fact in facts if drawn.draw(st.booleans())}
        )
        free = [fact for fact in facts if fact not in known]
        ways = [known | confirmed(**dict(zip(free, way, strict=True))) for way in product(*(ladders[f] for f in free))]
        totals = [
            tally(book.cards[card_id], values_of(way)).total for way in ways if not contradicted(way, book.clauses)
        ]

        possible = possible_values({fact: ladders[fact] for fact in facts}, known, clauses=book.clauses)

        worst = tally(book.cards[card_id], {fact: values[-1] for fact, values in possible.items()}).total
        assume(totals)
        assert worst == min(totals)


class TestMutualExclusion:
    def test_counts_one_level_of_major_hazard_source(self) -> None:
        graded = grade(rulebook(), Standing(inferred(hazchem_production="yes", major_hazard_source="yes")))

        assert graded.outlook.possible["mhs_level"] == ("4", "3", "2", "1")
        assert graded.counted.score == 1000 - 40

    def test_leaves_no_tank_farm_rules_without_a_major_hazard_source(self) -> None:
        graded = grade(rulebook(), Standing(inferred(hazchem_production="yes", major_hazard_source="no")))

        assert [graded.outlook.possible[fact] for fact in ("no_independent_sis", "mhs_monitor_missing")] == [
            ("no",),
            (0,),
        ]

    def test_reads_a_known_consequence_backwards(self) -> None:
        graded = grade(rulebook(), Standing(confirmed(hazchem_production="yes", no_independent_sis="yes")))

        assert graded.outlook.possible["mhs_level"] == ("2", "1")


class TestCardsThatCannotBeEvaluatedExactly:
    def test_are_refused_when_a_fact_stands_in_two_items(self) -> None:
        with pytest.raises(UnusableCard, match="one item"):
            book_of(card(item("A", 50, flag_rule("x", -10)), item("B", 50, flag_rule("x", -20))))

    def test_are_refused_when_a_fact_adds_and_deducts(self) -> None:
        both = item("A", 50, flag_rule("x", -10, group="g"), flag_rule("x", 10, group="g"))

        with pytest.raises(UnusableCard, match="adds and deducts"):
            book_of(card(both))

    def test_are_refused_when_a_veto_spares_the_costliest_value(self) -> None:
        none_is_red = card(item("A", 50, flag_rule("x", -10)), vetoes=(veto(Condition("x", ("no",))),))

        with pytest.raises(UnusableCard, match="costliest"):
            require_exact(none_is_red, {"x": ("no", "yes")})


class TestContradictions:
    def test_are_found_in_the_known_facts(self) -> None:
        clause = (Literal(yes("a"), is_negated=True), Literal(yes("b")))

        assert contradicted(confirmed(a="yes", b="no"), (clause,)) == clause

    def test_leave_what_is_known_alone(self) -> None:
        clause = (Literal(yes("a"), is_negated=True), Literal(yes("b")))
        known: dict[str, Known] = confirmed(a="yes", b="no")

        assert possible_values({}, known, clauses=(clause,)) == {"a": ("yes",), "b": ("no",)}


class TestCounts:
    def test_stop_where_the_cap_is_reached(self) -> None:
        book = book_of(card(item("A", 50, count_rule("n", -20))))

        assert book.ladders["TEST"]["n"] == (0, 1, 3)

    def test_without_a_cap_go_up_to_the_largest_answer(self) -> None:
        book = book_of(card(item("A", None, count_rule("n", -20))))

        assert grade(book, Standing({})).worst_level == Level.RED


def values_of(sheet: dict[str, Known]) -> dict[str, Value]:
    return {fact: known.value for fact, known in sheet.items()}
