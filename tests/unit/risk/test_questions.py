"""The questions that settle the colour: enough, and as few as possible."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.domain.facts import Known, Origin
from services.risk.domain.grading import Grade, Standing, grade, is_settled
from services.risk.domain.levels import Level
from services.risk.domain.policy import Rulebook
from services.risk.domain.possibilities import contradicted, silent
from services.risk.domain.questions import changes_to, next_questions
from services.risk.rules import rulebook
from tests.unit.risk.builders import book_of, card, confirmed, flag_rule, inferred, item, veto, yes
from tests.unit.risk.strategies import FEW, sheets, small_cards


def asked(book: Rulebook, sheet: dict[str, Known]) -> tuple[str, ...]:
    standing = Standing(sheet)
    return next_questions(book, standing, graded=grade(book, standing))


def settled_by(book: Rulebook, standing: Standing, graded: Grade, facts: tuple[str, ...]) -> bool:
    """Return whether confirming what is assumed of ``facts`` leaves no other colour."""
    assumed = silent(graded.outlook.card, graded.outlook.possible)
    answered = {fact: Known(assumed[fact], Origin.CONFIRMED) for fact in facts}
    return is_settled(book, standing, level=graded.level, sheet={**standing.confirmed, **answered})


class TestQuestions:
    @FEW
    @given(st.data())
    def test_are_as_few_as_brute_force_finds(self, drawn: st.DataObject) -> None:
        one = drawn.draw(small_cards())
        book, standing = book_of(one), Standing(drawn.draw(sheets(one)))
        graded = grade(book, standing)

        questions = next_questions(book, standing, graded=graded)

        unconfirmed = [fact for fact in one.facts if fact not in standing.confirmed]
        fewest = next(
            count
            for count in range(len(unconfirmed) + 1)
            if any(settled_by(book, standing, graded, facts) for facts in combinations(unconfirmed, count))
        )
        assert settled_by(book, standing, graded, questions)
        assert len(questions) == fewest

    def test_begin_with_what_can_mean_direct_red(self) -> None:
        book = book_of(card(item("A", 200, flag_rule("x", -150)), vetoes=(veto(yes("v")),)))

        assert asked(book, {}) == ("v", "x")

    def test_leave_out_what_cannot_reach_a_threshold(self) -> None:
        book = book_of(card(item("A", 100, flag_rule("small", -50)), item("B", 100, flag_rule("smaller", -50))))

        assert asked(book, {}) == ()

    def test_take_the_heavier_of_two(self) -> None:
        book = book_of(card(item("A", 200, flag_rule("light", -60), flag_rule("heavy", -120))))

        assert asked(book, {}) == ("heavy",)

    def test_ask_for_what_was_only_inferred(self) -> None:
        book = book_of(card(item("A", 200, flag_rule("x", -150))))

        assert asked(book, inferred(x="yes")) == ("x",)

    def test_ask_nothing_when_a_confirmed_veto_made_it_red(self) -> None:
        book = book_of(card(item("A", 200, flag_rule("x", -150)), vetoes=(veto(yes("v")),)))

        assert asked(book, confirmed(v="yes")) == ()

    def test_ask_only_for_the_veto_when_an_inferred_one_made_it_red(self) -> None:
        book = book_of(card(item("A", 200, flag_rule("x", -150)), vetoes=(veto(yes("v")),)))

        assert asked(book, inferred(v="yes")) == ("v",)


class TestQuestionsOfTheRealCards:
    def test_begin_with_the_choice_of_the_card(self) -> None:
        assert asked(rulebook(), {})[:2] == ("hazchem_production", "hazchem_storage_trade")

    def test_ask_one_reason_for_the_chemical_card(self) -> None:
        questions = asked(rulebook(), inferred(hazchem_production="yes"))

        assert (questions[0], "hazchem_storage_trade" in questions) == ("hazchem_production", False)

    def test_settle_the_colour_when_answered_as_assumed(self) -> None:
        book, standing = rulebook(), Standing(inferred(metal_smelting="yes", coating="yes"))
        graded = grade(book, standing)

        questions = next_questions(book, standing, graded=graded)

        assert settled_by(book, standing, graded, questions)
        assert not settled_by(book, standing, graded, questions[:-1])

    def test_do_not_ask_what_another_answer_tells(self) -> None:
        questions = asked(rulebook(), confirmed(hazchem_production="yes", key_process_kinds=0, mhs_level="none"))

        assert {"process_not_automated", "no_independent_sis", "major_hazard_source"}.isdisjoint(questions)


def changed(book: Rulebook, sheet: dict[str, Known], wanted: Level) -> list[tuple[str, object]] | None:
    standing = Standing(sheet)
    changes = changes_to(book, standing, graded=grade(book, standing), wanted=wanted)
    return None if changes is None else [(change.fact, change.after) for change in changes]


class TestChanges:
    def test_may_pass_a_level_on_the_way_to_a_better_one(self) -> None:
        book = book_of(card(item("A", 200, flag_rule("x", -50)), vetoes=(veto(yes("v")),)))

        assert changed(book, confirmed(v="yes", x="no"), Level.YELLOW) == [("v", "no")]

    def test_may_pass_a_level_on_the_way_to_a_worse_one(self) -> None:
        book = book_of(card(item("A", 500, flag_rule("x", -500))))

        assert changed(book, confirmed(x="no"), Level.YELLOW) == [("x", "yes")]

    def test_are_none_where_no_fact_helps(self) -> None:
        book = book_of(card(item("A", 50, flag_rule("x", -50))))

        assert changed(book, confirmed(x="no"), Level.RED) is None


class TestChangesOfTheRealCards:
    def test_leave_alone_what_cannot_become_true(self) -> None:
        standing = Standing(confirmed(major_hazard_source="no", std_level="none"))

        changes = changes_to(rulebook(), standing, graded=grade(rulebook(), standing), wanted=Level.ORANGE)

        assert changes is not None
        assert "mhs_level" not in {change.fact for change in changes}

    @pytest.mark.parametrize("level", Level)
    def test_never_contradict_each_other(self, level: Level) -> None:
        dusty = {"metal_dust": "yes", "organic_dust": "yes", "dust_workers": 400}
        standing = Standing(confirmed(**dusty, fatal_accidents_1y=2, ammonia_tonnes=12))

        changes = changes_to(rulebook(), standing, graded=grade(rulebook(), standing), wanted=level) or ()

        after = {**standing.sheet, **confirmed(**{change.fact: change.after for change in changes})}
        assert contradicted(after, rulebook().clauses) is None
