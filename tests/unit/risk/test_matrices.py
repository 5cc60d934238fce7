"""LEC (risk-grading §3.1), LS 5×5 (§3.2) and the 4×4 matrix for whole enterprises (§3.3)."""

from collections import Counter
from decimal import Decimal
from itertools import product

import pytest

from services.risk.domain.cards import Matrix, UnsuitableFactor
from services.risk.domain.levels import Level
from services.risk.rules import rulebook

# red, orange, yellow, blue of all combinations
DISTRIBUTIONS = [
    ("LEC", (40, 21, 28, 163)),
    ("LS5-COAL", (3, 8, 9, 5)),
    ("LS5-DB37", (3, 3, 5, 14)),
    ("LS4", (3, 3, 5, 5)),
]
LS4 = {1: 4, 2: 4, 3: 4, 4: 3, 6: 3, 8: 2, 9: 2, 12: 1, 16: 1}
# (L, E, C, level): both sides of each reachable boundary
LEC = [
    ("10", "10", "3", Level.ORANGE),
    ("6", "6", "15", Level.RED),
    ("3", "6", "15", Level.ORANGE),
    ("10", "2", "7", Level.YELLOW),
    ("10", "1", "7", Level.BLUE),
    ("1", "10", "7", Level.BLUE),
    ("0.5", "10", "15", Level.YELLOW),
    ("0.1", "0.5", "1", Level.BLUE),
]


def judged(matrix: Matrix, *values: str | Decimal) -> dict[str, Decimal]:
    return {factor.id: Decimal(value) for factor, value in zip(matrix.factors, values, strict=True)}


class TestDistribution:
    @pytest.mark.parametrize(("name", "expected"), DISTRIBUTIONS, ids=[name for name, _ in DISTRIBUTIONS])
    def test_of_all_combinations(self, name: str, expected: tuple[int, ...]) -> None:
        matrix = rulebook().matrices[name]

        levels = Counter(
            matrix.level(judged(matrix, *values)) for values in product(*(one.values for one in matrix.factors))
        )

        assert tuple(levels[level] for level in Level) == expected


class TestLEC:
    @pytest.mark.parametrize(("likelihood", "exposure", "consequence", "level"), LEC)
    def test_gives_the_better_colour_at_a_boundary(
        self, likelihood: str, exposure: str, consequence: str, level: Level
    ) -> None:
        matrix = rulebook().matrices["LEC"]

        assert matrix.level(judged(matrix, likelihood, exposure, consequence)) == level

    def test_refuses_a_value_that_is_not_in_its_table(self) -> None:
        matrix = rulebook().matrices["LEC"]

        with pytest.raises(UnsuitableFactor, match="E must be one of"):
            matrix.level(judged(matrix, "10", "4", "1"))


class TestLS4:
    @pytest.mark.parametrize(("risk", "level"), LS4.items())
    def test_covers_every_product(self, risk: int, level: int) -> None:
        matrix = rulebook().matrices["LS4"]
        pairs = [(a, b) for a, b in product(range(1, 5), repeat=2) if a * b == risk]

        assert {int(matrix.level(judged(matrix, Decimal(a), Decimal(b)))) for a, b in pairs} == {level}
