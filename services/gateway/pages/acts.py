"""The forms of steps: which fields a step asks for, and which steps are offered to whom looks at the page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

# How a field is filled in; every other one is a line of text.
KINDS = {
    "reason": "long",
    "measures": "long",
    "goal": "long",
    "methods": "long",
    "emergency": "long",
    "condition": "long",
    "difficulty": "long",
    "treatment": "long",
    "reply": "long",
    "answer": "long",
    "facts": "long",
    "rights": "long",
    "repair": "long",
    "remedies": "long",
    "ban_until": "date",
    "duty_done": "tick",
    "harm_removed": "tick",
    "no_relapse": "tick",
    "deadline": "date",
    "settled_on": "date",
    "annulled_on": "date",
    "is_corrected": "tick",
    "on": "date",
    "told_workers_on": "date",
    "evidence": "photos",
    "before": "photos",
    "after": "photos",
    "place": "place",
    "officers": "names",
    "signed": "tick",
    "item": "item",
    "ground": "ground",
    "penalties_180_days": "number",
    "penalties_one_year": "number",
}
OPTIONAL = "?"  # behind the name of a field that may stay empty


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Act:
    """One step with its form; ``is_main`` is what one usually does next."""

    event: str
    fields: tuple[Field, ...]
    is_main: bool


def acts_of(offered: Mapping[str, Sequence[str]], may: Collection[str], *, main: Collection[str]) -> list[Act]:
    """Return the steps of ``offered`` that are in ``may``, in the order of the table."""
    return [Act(event, tuple(map(_field, names)), event in main) for event, names in offered.items() if event in may]


def _field(name: str) -> Field:
    plain = name.removesuffix(OPTIONAL)
    return Field(plain, KINDS.get(plain, "line"), name == plain)
