"""The four colours, and how a score, the risk points and the vetoes become one of them.

Level 1 is the worst, so "worse" is numerically smaller. No national formula exists; three methods occur and a policy
names the one it uses. Whatever the method, a veto is red and no enterprise is better than its worst risk point
(就高原则).
"""

from enum import IntEnum, StrEnum

GREY = "grey"


class Level(IntEnum):
    """Risk level of an enterprise (安委办〔2016〕11号); the number, not a letter, is the key."""

    RED = 1
    ORANGE = 2
    YELLOW = 3
    BLUE = 4

    @property
    def colour(self) -> str:
        """Return the English colour name."""
        return self.name.lower()


def colour_of(level: int | None) -> str:
    """Return the colour of ``level``; grey when there is no grade."""
    return GREY if level is None else Level(level).colour


def worst_of(*levels: Level | None) -> Level | None:
    """Return the worst of ``levels``; those that are None do not count."""
    return min((level for level in levels if level is not None), default=None)


class Strategy(StrEnum):
    """Where the inherent level comes from."""

    MAX_OF_RISK_POINTS = "MAX_OF_RISK_POINTS"  # practice of DB37/T 2882
    SCORE_CARD = "SCORE_CARD"  # 应急〔2018〕19号
    OVERALL_ASSESSMENT = "OVERALL_ASSESSMENT"  # 安委办〔2016〕11号


def compose(
    strategy: Strategy,
    *,
    card: Level | None = None,
    risk_points: Level | None = None,
    correction: int = 0,
    is_vetoed: bool = False,
) -> Level | None:
    """Return the enterprise's level, or None when the method lacks what it needs.

    ``card`` is the level by score, ``risk_points`` the worst of the risk points. ``correction`` moves the inherent
    level of OVERALL_ASSESSMENT for the state of management: +1 is one level better, -1 one level worse.
    """
    if is_vetoed:
        return Level.RED
    if strategy is Strategy.MAX_OF_RISK_POINTS:
        return risk_points
    if strategy is Strategy.SCORE_CARD:
        return worst_of(card, risk_points)
    return worst_of(_corrected(worst_of(card, risk_points), correction), risk_points)


def _corrected(level: Level | None, steps: int) -> Level | None:
    return None if level is None else Level(min(max(level + steps, Level.RED), Level.BLUE))
