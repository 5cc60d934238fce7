"""The four colours. Level 1 is the worst, so "worse" is numerically smaller."""

from enum import IntEnum

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
