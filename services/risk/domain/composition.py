"""How a score, the risk points and the vetoes become one grade.

No national formula exists; three methods occur and a policy names the one it uses. Whatever the method, a veto is
red and no enterprise is better than its worst risk point (就高原则).
"""

from enum import StrEnum

from services.risk.domain.levels import Level, worst_of


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
