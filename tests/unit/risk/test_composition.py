"""From score, risk points and vetoes to one grade (risk-grading §1.3)."""

import pytest

from services.risk.domain.levels import Level, Strategy, colour_of, compose, worst_of

RED, ORANGE, YELLOW, BLUE = Level

CASES = [
    (Strategy.SCORE_CARD, BLUE, None, 0, BLUE),
    (Strategy.SCORE_CARD, BLUE, ORANGE, 0, ORANGE),
    (Strategy.SCORE_CARD, RED, BLUE, 0, RED),
    (Strategy.SCORE_CARD, None, None, 0, None),
    (Strategy.MAX_OF_RISK_POINTS, BLUE, YELLOW, 0, YELLOW),
    (Strategy.MAX_OF_RISK_POINTS, RED, BLUE, 0, BLUE),
    (Strategy.MAX_OF_RISK_POINTS, RED, None, 0, None),
    (Strategy.OVERALL_ASSESSMENT, YELLOW, None, 0, YELLOW),
    (Strategy.OVERALL_ASSESSMENT, YELLOW, None, -1, ORANGE),
    (Strategy.OVERALL_ASSESSMENT, YELLOW, None, 1, BLUE),
    (Strategy.OVERALL_ASSESSMENT, BLUE, None, 1, BLUE),
    (Strategy.OVERALL_ASSESSMENT, RED, None, -1, RED),
    (Strategy.OVERALL_ASSESSMENT, BLUE, ORANGE, 1, ORANGE),
    (Strategy.OVERALL_ASSESSMENT, None, None, 1, None),
]


class TestComposition:
    @pytest.mark.parametrize(("strategy", "card", "risk_points", "correction", "expected"), CASES)
    def test_takes_the_worst_that_the_strategy_counts(
        self,
        strategy: Strategy,
        card: Level | None,
        risk_points: Level | None,
        correction: int,
        expected: Level | None,
    ) -> None:
        assert compose(strategy, card=card, risk_points=risk_points, correction=correction) == expected

    @pytest.mark.parametrize("strategy", Strategy)
    def test_is_red_with_a_veto(self, strategy: Strategy) -> None:
        assert compose(strategy, card=BLUE, risk_points=BLUE, correction=1, is_vetoed=True) == RED


class TestLevels:
    def test_take_the_smallest_number_as_the_worst(self) -> None:
        assert worst_of(BLUE, None, ORANGE) == ORANGE

    def test_have_no_worst_of_nothing(self) -> None:
        assert worst_of(None) is None

    def test_have_colours(self) -> None:
        assert [colour_of(level) for level in (1, 2, 3, 4, None)] == ["red", "orange", "yellow", "blue", "grey"]
