"""Production accidents: how grave one is (国务院令第493号 第三条), and what was last year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.credit.domain.violations import Named
from shared.errors import Refused

FIRST_DAY = date(1990, 1, 1)  # the first year of the figures; a year typed short lies before it


class AccidentRefused(Refused):
    code = "accident_refused"


@dataclass(frozen=True, slots=True)
class Grade:
    """From which figures on an accident is of this grade; one of them is enough. ``loss`` is yuan."""

    id: str
    zh: str
    en: str
    deaths: int
    serious_injuries: int
    loss: int


@dataclass(frozen=True)
class AccidentRules:
    """``grades`` from the gravest on."""

    grades: Sequence[Grade]
    kinds: Mapping[str, Named]
    version: str

    def grade_of(self, *, deaths: int, serious_injuries: int, loss: int) -> Grade:
        """Return how grave an accident is (第三条)."""
        found = (
            one
            for one in self.grades
            if deaths >= one.deaths > 0 or serious_injuries >= one.serious_injuries > 0 or loss >= one.loss > 0
        )
        return next(found, self.grades[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Accident:
    """What is known of an accident; ``loss`` is yuan, ``document`` its report or investigation."""

    enterprise_id: str
    occurred_on: date
    kind: str
    deaths: int = 0
    serious_injuries: int = 0
    loss: int = 0
    place: str = ""
    description: str = ""
    document: str = ""
    is_mainly_responsible: bool = False
    has_social_impact: bool = False
    is_concealed: bool = False


def check_accident(accident: Accident, *, today: date) -> None:
    """Raise ``AccidentRefused`` for a day to come, or one before any register."""
    if not FIRST_DAY <= accident.occurred_on <= today:
        raise AccidentRefused("An accident is not of a day to come, nor before 1990.", field="occurred_on")


def change_in_percent(before: int, now: int) -> float | None:
    """Return by how many per cent a figure has changed, with one decimal; null when there was nothing before."""
    return round((now - before) * 100 / before, 1) if before else None
