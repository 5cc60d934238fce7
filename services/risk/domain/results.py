"""A grade as it is kept and told: nothing but plain values, the same for all enterprises with the same facts."""

from dataclasses import dataclass

from services.risk.domain.grading import Grade
from services.risk.domain.levels import colour_of

DEREGISTERED = "deregistered"


@dataclass(frozen=True, slots=True)
class GradeResult:
    """``score_tenths`` is the score in tenths of a point; levels are None when the enterprise is grey."""

    level: int | None
    score_tenths: int | None
    worst_level: int | None
    known: int
    total: int
    card: str
    card_version: str
    is_provisional: bool
    reasons: tuple[str, ...]

    @property
    def colour(self) -> str:
        """The English colour name."""
        return colour_of(self.level)


GREY_RESULT = GradeResult(
    level=None,
    score_tenths=None,
    worst_level=None,
    known=0,
    total=0,
    card="",
    card_version="",
    is_provisional=False,
    reasons=(DEREGISTERED,),
)


def result_of(graded: Grade) -> GradeResult:
    """Return the plain result of a grading."""
    card = graded.counted.card
    return GradeResult(
        level=graded.level,
        score_tenths=graded.counted.score,
        worst_level=graded.worst_level,
        known=len(graded.facts) - len(graded.open_facts),
        total=len(graded.facts),
        card=card.id,
        card_version=card.version,
        is_provisional=graded.is_provisional,
        reasons=graded.reasons,
    )


def points(tenths: int | None) -> float | None:
    """Return tenths of a point as points with one decimal."""
    return None if tenths is None else tenths / 10
