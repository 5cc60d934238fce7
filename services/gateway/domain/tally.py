"""A small table by colour, as answers show it: counts, and how many of them are provisional."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from services.gateway.domain.counting import GREY, SOLID

LEVEL_NAMES = ("1", "2", "3", "4", "none")
COLOUR_OF = {1: "red", 2: "orange", 3: "yellow", 4: "blue", GREY: "grey"}


def level_of(name: str) -> int:
    """Return the stored level of its name: "1" to "4", or "none"."""
    return LEVEL_NAMES.index(name) + 1


@dataclass(slots=True)
class Tally:
    """Counts by level, red first and grey last; ``hatched`` are the provisional ones among them."""

    solid: list[int] = field(default_factory=lambda: [0] * GREY)
    hatched: list[int] = field(default_factory=lambda: [0] * GREY)

    def add(self, sums: Sequence[int]) -> None:
        """Add a row of a counter: the certain ones, then the provisional ones."""
        for place in range(GREY):
            self.solid[place] += sums[place]
            self.hatched[place] += sums[place + len(SOLID)]

    @property
    def enterprises(self) -> int:
        """How many there are in all."""
        return sum(self.solid) + sum(self.hatched)

    @property
    def provisional(self) -> int:
        """How many of them are provisional."""
        return sum(self.hatched)

    def by_level(self) -> dict[str, int]:
        """Return all by the name of their level, provisional or not."""
        totals = (certain + open_ for certain, open_ in zip(self.solid, self.hatched, strict=True))
        return dict(zip(LEVEL_NAMES, totals, strict=True))

    def provisional_by_level(self) -> dict[str, int]:
        """Return the provisional ones by the name of their level."""
        return dict(zip(LEVEL_NAMES, self.hatched, strict=True))


def only(sums: Sequence[int], *, levels: Collection[int], is_provisional: bool | None) -> list[int]:
    """Return a counter's row with the colours that were not asked for set to zero; no ``levels`` means all."""
    return [
        count
        if (not levels or column % GREY + 1 in levels)
        and (is_provisional is None or is_provisional == (column >= GREY))
        else 0
        for column, count in enumerate(sums[: 2 * GREY])
    ]
