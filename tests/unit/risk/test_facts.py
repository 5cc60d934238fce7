"""What may be known of an enterprise: fitting answers, contradictions, what the register suggests."""

import pytest

from services.risk.domain.facts import Known, Origin, UnknownFact, UnsuitableValue, Value, merged
from services.risk.domain.policy import ContradictingFacts
from services.risk.rules import rulebook
from tests.unit.risk.builders import confirmed, inferred

UNSUITABLE: list[tuple[str, Value]] = [
    ("coating", "perhaps"),
    ("coating", 1),
    ("coating", True),
    ("headcount", -1),
    ("headcount", "20"),
    ("headcount", True),
    ("key_process_kinds", 19),
    ("chem_graduate_leaders", 4),
    ("mhs_level", "5"),
    ("mhs_level", 1),
]


def suggested(industry: str = "", headcount: int | None = None, **features: str) -> dict[str, Value]:
    """Return the values that a register row with inferred ``features`` suggests."""
    stated = {name: {"value": value, "origin": "inferred", "words": ["词"]} for name, value in features.items()}
    sheet = rulebook().inference.sheet(features=stated, industry=industry, headcount=headcount)
    return {fact: known.value for fact, known in sheet.items()}


class TestAnswers:
    @pytest.mark.parametrize(("fact", "value"), UNSUITABLE)
    def test_are_refused_when_they_do_not_fit_the_question(self, fact: str, value: Value) -> None:
        with pytest.raises(UnsuitableValue, match=fact):
            rulebook().check(confirmed(**{fact: value}))

    def test_are_refused_for_a_fact_that_nobody_asks_for(self) -> None:
        with pytest.raises(UnknownFact, match="shoe_size"):
            rulebook().check(confirmed(shoe_size=43))

    def test_are_refused_when_they_contradict_each_other(self) -> None:
        with pytest.raises(ContradictingFacts, match="fatal_1_2_accident_3y, no_accident_5y"):
            rulebook().check(confirmed(no_accident_5y="yes", fatal_1_2_accident_3y="yes"))

    def test_may_be_given_at_both_ends_of_a_count(self) -> None:
        rulebook().check(confirmed(headcount=0, key_process_kinds=18))


class TestMerging:
    def test_lets_the_confirmed_beat_the_inferred(self) -> None:
        assert merged(inferred(coating="yes"), confirmed(coating="no"))["coating"].value == "no"

    def test_lets_the_earlier_sheet_win_among_equals(self) -> None:
        assert merged(inferred(coating="yes"), inferred(coating="no"))["coating"].value == "yes"


class TestLaterWord:
    @pytest.mark.parametrize(
        ("origin", "on", "is_later"),
        [
            (Origin.CONFIRMED, "2026-03-02T01:00:00+08:00", True),  # 17:00 UTC of the day before
            (Origin.CONFIRMED, "2026-03-01T16:00:00+00:00", False),
            (Origin.CONFIRMED, "", False),
            (Origin.INFERRED, "2026-03-03T00:00:00+00:00", False),
        ],
    )
    def test_is_told_by_the_moments_of_two_confirmations(self, origin: Origin, on: str, is_later: bool) -> None:
        held = Known(3, Origin.CONFIRMED, (), ("a-1", "", "2026-03-01T16:00:00+00:00"))

        assert Known(5, origin, (), ("a-2", "", on) if on else ()).is_later(held) is is_later


class TestRegister:
    def test_suggests_its_features_and_keeps_their_words(self) -> None:
        stated = {"coating": {"value": "yes", "origin": "confirmed", "words": ["喷漆"]}}

        known = rulebook().inference.sheet(features=stated, industry="", headcount=None)["coating"]

        assert (known.value, known.origin, known.words) == ("yes", Origin.CONFIRMED, ("喷漆",))

    def test_suggests_nothing_for_an_unknown_or_foreign_feature(self) -> None:
        assert suggested(coating="unknown", flying="yes") == {}

    def test_suggests_the_headcount(self) -> None:
        assert suggested(headcount=57) == {"headcount": 57}

    @pytest.mark.parametrize(
        ("industry", "facts"),
        [
            ("C2929", {"industry_kind": "machinery_plastics"}),
            ("C3391", {"industry_kind": "machinery_plastics", "casting": "yes", "molten_metal": "yes"}),
            ("C3120", {"industry_kind": "other", "metal_smelting": "yes"}),
            ("C2110", {"industry_kind": "other", "organic_dust": "yes"}),
            ("F5211", {"industry_kind": "other"}),
            ("", {}),
        ],
    )
    def test_suggests_what_the_longest_known_industry_says(self, industry: str, facts: dict[str, Value]) -> None:
        assert suggested(industry) == facts

    def test_suggests_what_a_feature_entails(self) -> None:
        assert suggested(fuel_retail="yes") == {"fuel_retail": "yes", "jia_yi_storage": "yes"}

    def test_never_lets_a_suggestion_beat_a_statement(self) -> None:
        assert suggested("C3391", casting="no")["casting"] == "no"

    @pytest.mark.parametrize(
        "fact", sorted({s.fact for many in rulebook().inference.industries.values() for s in many})
    )
    def test_suggests_only_facts_that_exist(self, fact: str) -> None:
        assert fact in rulebook().facts

    def test_confirms_what_a_person_counted_but_no_hazard_of_a_confirmed_industry(self) -> None:
        seen = {"by": "a-1", "on": "2026-03-01T08:00:00+00:00"}

        known = rulebook().inference.sheet(
            features={}, industry="C3391", headcount=57, confirmed={"headcount": seen, "industry": {}}
        )

        assert {fact for fact, one in known.items() if one.is_confirmed} == {"headcount", "industry_kind"}
        assert (known["headcount"].seen, known["industry_kind"].seen) == (("a-1", "", seen["on"]), ())
