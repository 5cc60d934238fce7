"""The grade of an enterprise: which card, solid or provisional, known of total, reasons."""

import pytest

from services.risk.domain.facts import NO, YES, Fact, Kind, Known, Value
from services.risk.domain.grading import Grade, Standing, grade
from services.risk.domain.levels import Level
from services.risk.domain.results import GREY_RESULT, points, result_of
from services.risk.rules import rulebook
from tests.unit.risk.builders import confirmed, inferred

NOT_CHEMICAL = confirmed(hazchem_production="no", hazchem_storage_trade="no")


def graded(sheet: dict[str, Known], *, is_assessed: bool = False, risk_points: Level | None = None) -> Grade:
    return grade(rulebook(), Standing(sheet, is_assessed=is_assessed, risk_points=risk_points))


def harmless(card: str, **others: Value) -> dict[str, Known]:
    """Return every fact of ``card`` confirmed at its mildest, without bonuses for performance, save ``others``."""
    book = rulebook()
    mild = {fact: values[0] for fact, values in book.ladders[card].items()}
    mild |= {"hazchem_production": NO, "hazchem_storage_trade": NO, "std_level": "none", "no_accident_5y": NO}
    return confirmed(**(mild | others))


class TestCard:
    @pytest.mark.parametrize("feature", ["hazchem_production", "hazchem_storage_trade"])
    def test_is_the_chemical_one_for_producers_and_traders_with_storage(self, feature: str) -> None:
        assert graded(inferred(**{feature: "yes"})).counted.card.id == "WH-YJ2018-19"

    def test_is_the_general_one_for_everyone_else(self) -> None:
        assert graded(inferred(hazchem_use_licence="yes")).counted.card.id == "GM-DESIGN"

    def test_may_still_be_the_chemical_one_while_that_is_unknown(self) -> None:
        known = harmless("GM-DESIGN")
        del known["hazchem_production"]

        unsure = graded(known)

        assert (unsure.level, unsure.worst_level, unsure.is_provisional) == (Level.BLUE, Level.RED, True)


class TestUnknown:
    def test_is_never_no(self) -> None:
        nothing = graded({})

        assert (nothing.level, nothing.worst_level, nothing.doubts) == (Level.BLUE, Level.RED, ("unknown_facts",))

    def test_costs_only_what_is_certain(self) -> None:
        assert graded(confirmed(industry_kind="other")).counted.score == 1000 - 10 - 10

    def test_is_no_reason(self) -> None:
        """However few work there costs a point; that they are few is not known."""
        known = confirmed(industry_kind="other")
        few = graded(known | confirmed(headcount=5))

        assert (graded(known).reasons, few.reasons) == (("G1j", "unknown_facts"), ("G1j", "G2d", "unknown_facts"))
        assert graded(known).counted.score == few.counted.score

    def test_is_counted(self) -> None:
        result = result_of(graded(NOT_CHEMICAL | confirmed(coating="no")))

        # the two gates, coating, and solvent spraying that follows from it, of 35 facts and two gates
        assert (result.known, result.total) == (4, 37)


class TestProvisional:
    def test_is_over_when_confirmed_facts_settle_the_colour(self) -> None:
        solid = graded(harmless("GM-DESIGN"))

        assert (solid.level, solid.doubts) == (Level.BLUE, ())

    def test_is_over_before_every_fact_is_known_when_the_rest_cannot_matter(self) -> None:
        known = harmless("GM-DESIGN")
        del known["headcount"]

        assert not graded(known).is_provisional

    def test_lasts_while_an_inferred_fact_may_change_the_colour(self) -> None:
        shaky = graded(harmless("GM-DESIGN") | inferred(metal_smelting="yes"))

        assert (shaky.level, shaky.doubts) == (Level.YELLOW, ("inferred_facts",))

    @pytest.mark.parametrize("feature", sorted(rulebook().inference.features))
    def test_lasts_for_every_blue_enterprise_with_an_inferred_hazard(self, feature: str) -> None:
        for card in rulebook().cards:
            shaky = graded(harmless(card) | inferred(**{feature: YES}), is_assessed=True)

            assert shaky.level is not Level.BLUE or shaky.is_provisional

    def test_lasts_under_the_chemical_card_until_the_assessment_is_confirmed(self) -> None:
        known = harmless("WH-YJ2018-19", hazchem_production="yes")

        before, after = graded(known), graded(known, is_assessed=True)

        assert (before.level, before.doubts) == (Level.BLUE, ("assessment_not_confirmed",))
        assert (after.level, after.doubts) == (Level.BLUE, ())

    def test_lasts_for_an_assessed_chemical_enterprise_with_unknown_vetoes(self) -> None:
        known = harmless("WH-YJ2018-19", hazchem_production="yes")
        del known["unproven_new_process"]

        assert graded(known, is_assessed=True).worst_level is Level.RED


class TestReasons:
    def test_name_vetoes_then_the_heaviest_rules_then_the_doubts(self) -> None:
        reasons = graded(
            confirmed(hazchem_production="yes", unproven_new_process="yes", mhs_level="2", no_dual_power="yes")
        ).reasons

        assert reasons == ("R1", "1.1b", "4.1c", "assessment_not_confirmed")

    def test_are_at_most_eight(self) -> None:
        book = rulebook()
        worst = {fact: values[-1] for fact, values in book.ladders["GM-DESIGN"].items()}

        assert len(graded(confirmed(**(worst | {"hazchem_production": NO, "hazchem_storage_trade": NO}))).reasons) == 8


class TestRiskPoints:
    def test_keep_the_enterprise_from_being_better_than_its_worst_point(self) -> None:
        held = graded(harmless("GM-DESIGN"), risk_points=Level.ORANGE)

        assert (held.level, held.worst_level, held.is_provisional) == (Level.ORANGE, Level.ORANGE, False)


class TestResult:
    def test_holds_plain_values(self) -> None:
        result = result_of(graded(harmless("GM-DESIGN")))

        assert (result.level, result.colour, points(result.score_tenths), result.card_version) == (
            4,
            "blue",
            98.0,
            "2026.1",
        )

    def test_of_a_deregistered_enterprise_is_grey(self) -> None:
        assert (GREY_RESULT.colour, GREY_RESULT.level, points(GREY_RESULT.score_tenths)) == ("grey", None, None)


class TestQuestionsOfEveryFact:
    @pytest.mark.parametrize("fact", rulebook().facts.values(), ids=lambda fact: fact.id)
    def test_stand_in_both_languages_and_have_answers(self, fact: Fact) -> None:
        assert fact.question.zh.endswith("？")
        assert fact.question.en.endswith("?")
        assert fact.maximum > 0 if fact.kind is Kind.COUNT else len(fact.options) >= 2
