"""The terms of a permit follow its rules: what a table says of its kind and level holds."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.permits.domain.profiles import RuleSet
from services.permits.queries.permit_levels import Job, level_of
from tests.unit.permits.builders import OTHER, RULES, china

BEGINS: datetime = china("2026-03-03T09:00")
SPACE = ("confined_space", "")


def with_any_break(rules: RuleSet, is_any: bool) -> RuleSet:
    """Return the rules where confined spaces are aired and tested again after any break, or after none."""
    terms = {**rules.kinds.terms, SPACE: replace(rules.kinds.terms[SPACE], is_any_break=is_any)}
    return replace(rules, kinds=replace(rules.kinds, terms=terms))


class TestBreaks:
    @pytest.mark.parametrize(
        ("rules", "ventilates"),
        [(RULES, False), (OTHER, True), (with_any_break(RULES, True), True), (with_any_break(OTHER, False), False)],
        ids=["chemicals", "general", "a chemical table that says so", "a general table that does not"],
    )
    def test_of_any_length_ask_for_air_and_a_test_where_the_table_says_so(
        self, rules: RuleSet, ventilates: bool
    ) -> None:
        """Order 13 Art. 14, 15."""
        found = level_of(rules, Job("confined_space", {}, BEGINS, BEGINS + timedelta(hours=8)))

        assert found["terms"]["ventilates"] is ventilates
