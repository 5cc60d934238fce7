"""Which checklist a task gets when nobody names one: by industry, tier and hazard features, as data."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from shared.machines import NotAllowed

ANY = ("",)


@dataclass(frozen=True, slots=True)
class Choice:
    """The list for enterprises of an industry (GB/T 4754 prefixes) that have all ``features``; no tiers means all."""

    checklist: str
    prefixes: tuple[str, ...] = ANY
    tiers: tuple[int, ...] = ()
    features: tuple[str, ...] = ()

    @property
    def is_for_all(self) -> bool:
        """Return whether it fits every task."""
        return "" in self.prefixes and not self.tiers and not self.features

    def fits(self, *, industry: str, tier: int, features: Collection[str]) -> bool:
        """Return whether a task of ``tier`` at an enterprise with these hazard features gets the list."""
        is_tier = not self.tiers or tier in self.tiers
        return industry.startswith(self.prefixes) and is_tier and set(self.features) <= set(features)


def chosen(choices: Sequence[Choice], *, industry: str, tier: int, features: Collection[str]) -> str:
    """Return the list of the first choice that fits; the last one always does."""
    return next(one.checklist for one in choices if one.fits(industry=industry, tier=tier, features=features))


def check_choices(choices: Sequence[Choice], *, known: Collection[str]) -> None:
    """Raise ``NotAllowed`` that names the rows which cannot be followed."""
    problems = list(_problems(choices, known))
    if problems:
        raise NotAllowed("choices_unusable", "Mend the rows that are named.", problems=problems)


def _problems(choices: Sequence[Choice], known: Collection[str]) -> Iterator[dict[str, object]]:
    for row, one in enumerate(choices, 1):
        if one.checklist not in known:
            yield {"row": row, "field": "checklist", "code": "checklist_not_in_force"}
        if one.is_for_all and row < len(choices):
            yield {"row": row, "field": "prefixes", "code": "hides_what_follows"}
    if not choices or not choices[-1].is_for_all:
        yield {"row": len(choices), "field": "prefixes", "code": "last_not_for_all"}
