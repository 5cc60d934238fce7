"""Checklists: sections of items with a clause each, items that appear only after certain answers, scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from shared.machines import NotAllowed, require

NORMAL, ABNORMAL, NOT_APPLICABLE = "normal", "abnormal", "not_applicable"
MEANINGS = (NORMAL, ABNORMAL, NOT_APPLICABLE)
OF_FAULTS, ALWAYS = "fault", "always"
PHOTOS = (OF_FAULTS, ALWAYS)
Answers = Mapping[str, str]  # item -> response


@dataclass(frozen=True, slots=True)
class Response:
    """``meaning`` is what it says for the loop; ``percent`` of the item's weight that it earns."""

    id: str
    zh: str
    en: str
    meaning: str
    percent: int


@dataclass(frozen=True, slots=True)
class Condition:
    """The item appears only when ``item`` was answered with one of ``responses``."""

    item: str
    responses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """``major`` names the item of the official list that an abnormal answer points to.

    ``photo``: a fault always needs one; ``always`` asks for one whatever the answer, unless the item does not apply.
    """

    id: str
    zh: str
    en: str
    clause: str
    responses: str
    weight: int
    is_mandatory: bool = True
    shown_if: Condition | None = None
    major: str = ""
    photo: str = OF_FAULTS


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    zh: str
    en: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Checklist:
    """One version. What was answered with it is read with it for ever."""

    id: str
    version: int
    zh: str
    en: str
    source: str
    status: str
    effective_from: date
    sections: tuple[Section, ...]
    response_sets: Mapping[str, Mapping[str, Response]]

    @property
    def items(self) -> Mapping[str, Item]:
        """Return every item by id, in the order of the list."""
        return {item.id: item for section in self.sections for item in section.items}

    def response(self, item: Item, answer: str) -> Response:
        """Return the response that an answer names; raises ``NotAllowed`` for one that is not in the item's set."""
        found = self.response_sets[item.responses]
        require(answer in found, NotAllowed("response_unknown", "Choose one of the answers.", item=item.id))
        return found[answer]


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers come to; ``photographed`` needs a photo; ``score`` is 0 to 100, None when nothing applies."""

    meanings: Mapping[str, str]
    unanswered: Sequence[str]
    abnormal: Sequence[str]
    photographed: Sequence[str]
    score: Fraction | None
    majors: Mapping[str, str]


def shown_items(checklist: Checklist, answers: Answers) -> list[Item]:
    """Return the items that appear after these answers: a hidden item hides what depends on it."""
    shown: list[Item] = []
    names: set[str] = set()
    for item in checklist.items.values():
        asks = item.shown_if
        if asks is None or (asks.item in names and answers.get(asks.item) in asks.responses):
            shown.append(item)
            names.add(item.id)
    return shown


def result_of(checklist: Checklist, answers: Answers) -> Result:
    """Return what ``answers`` come to; raises ``NotAllowed`` for an item or an answer that the list does not have."""
    unknown = sorted(set(answers) - checklist.items.keys())
    require(not unknown, NotAllowed("item_unknown", "This list has no such item.", unknown=unknown))
    shown = shown_items(checklist, answers)
    hidden = sorted(set(answers) - {item.id for item in shown})
    require(not hidden, NotAllowed("item_not_shown", "These items do not appear after your answers.", hidden=hidden))
    given = {item.id: checklist.response(item, answers[item.id]) for item in shown if item.id in answers}
    abnormal = [name for name, response in given.items() if response.meaning == ABNORMAL]
    return Result(
        meanings={name: response.meaning for name, response in given.items()},
        unanswered=[item.id for item in shown if item.is_mandatory and item.id not in given],
        abnormal=abnormal,
        photographed=[name for name, response in given.items() if _needs_photo(checklist.items[name], response)],
        score=_score(checklist, given),
        majors={name: major for name in abnormal if (major := checklist.items[name].major)},
    )


def _needs_photo(item: Item, response: Response) -> bool:
    asks_always = item.photo == ALWAYS and response.meaning != NOT_APPLICABLE
    return asks_always or response.meaning == ABNORMAL


def _score(checklist: Checklist, given: Mapping[str, Response]) -> Fraction | None:
    weighed = [
        (checklist.items[name].weight, response)
        for name, response in given.items()
        if response.meaning != NOT_APPLICABLE
    ]
    total = sum(weight for weight, _ in weighed)
    earned = sum(weight * response.percent for weight, response in weighed)
    return Fraction(earned, total) if total else None
