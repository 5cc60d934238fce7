"""Cross-checks of the commitment (permits §3.4, §8.20)."""

import pytest

from services.permits.domain.commitment_checks import computed_grade, disputes
from services.permits.domain.commitments import declared
from services.permits.rules import commitment_rules

RULES = commitment_rules()


def content(**given: int) -> dict[str, int]:
    said = {"risk_grade": 4} | given
    return declared(RULES, said, is_nil=not any(said.get(one.id) for one in RULES.works))


class TestDispute:
    @pytest.mark.parametrize(
        ("said", "works", "is_over", "expected"),
        [
            ({}, {"hot_work_1": 1}, False, ["permit_after_zero"]),
            ({"hot_work_1": 1}, {"hot_work_1": 2}, False, ["less_than_permits"]),
            ({"hot_work_1": 1}, {"hot_work_1": 1}, True, []),
            ({"hot_work_1": 2}, {"hot_work_1": 1}, False, []),
            ({"hot_work_1": 2}, {"hot_work_1": 1}, True, ["more_than_permits"]),
            ({"hot_work_1": 2}, None, True, []),
        ],
        ids=["zero", "less", "equal", "more-so-far", "more", "unknown"],
    )
    def test_compares_counts_with_permits(
        self, said: dict[str, int], works: dict[str, int] | None, is_over: bool, expected: list[str]
    ) -> None:
        """§8.20: the commitment says 0 hot work with one ACTIVE permit: DISPUTED."""
        found = disputes(content(**said), circumstances=(), works=works, is_over=is_over)

        assert [one.check for one in found] == expected

    @pytest.mark.parametrize(
        ("said", "circumstances", "expected"),
        [
            ({}, {"open_major"}, ["major_hazard_hidden"]),
            ({"has_major_hazard": 1}, {"open_major"}, []),
            ({"running": 2}, {"halted"}, ["running_while_halted"]),
            ({"running": 0}, {"halted"}, []),
            ({"running": 2}, set(), []),
        ],
        ids=["hidden", "said", "running", "standing", "free"],
    )
    def test_compares_with_what_others_say(
        self, said: dict[str, int], circumstances: set[str], expected: list[str]
    ) -> None:
        found = disputes(content(**said), circumstances=circumstances, works=None)

        assert [one.check for one in found] == expected
        assert {*expected} <= {*RULES.checks}


class TestGrade:
    @pytest.mark.parametrize(
        ("said", "circumstances", "expected"),
        [
            ({}, set(), 4),
            ({"confined_space": 1}, set(), 3),
            ({"confined_space": 1, "hot_work_special": 1}, set(), 2),
            ({"is_trial_production": 1}, set(), 2),
            ({}, {"red"}, 2),
            ({}, {"open_major"}, 1),
        ],
        ids=["quiet", "entry", "special", "trial", "red", "hazard"],
    )
    def test_is_the_worst_that_the_facts_ask_for(
        self, said: dict[str, int], circumstances: set[str], expected: int
    ) -> None:
        assert computed_grade(RULES, content(**said), circumstances=circumstances) == expected
