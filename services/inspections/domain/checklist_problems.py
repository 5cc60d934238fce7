"""What keeps a checklist from being published, item by item."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from services.inspections.domain.checklists import NOT_APPLICABLE, PHOTOS, Checklist, Item

DETAILS: Mapping[str, str] = {
    "no_items": "The list has no items: add one.",
    "nothing_scored": "No item counts: give at least one a weight and answers that count.",
    "name_missing": "Write the text in both languages.",
    "source_missing": "Name the document that the list is taken from.",
    "section_empty": "The section has no items: add one, or take the section away.",
    "id_double": "Something else has this id already: choose another one.",
    "responses_empty": "The response set has no answers: add one, or take the set away.",
    "clause_missing": "Name the clause that the item checks.",
    "responses_unknown": "There is no such response set: choose one of the list's.",
    "weight_negative": "A weight is not negative.",
    "photo_unknown": "A photo is asked for of faults or always.",
    "major_unknown": "The official list of major hazards has no such item.",
    "condition_not_above": "An item may only depend on an item above it.",
    "condition_without_answers": "Choose the answers after which the item appears.",
    "condition_impossible": "The item above cannot be answered like that.",
}


class Problem(NamedTuple):
    """``where`` is the id of an item, a section or a response set; empty for the list as a whole."""

    where: str
    field: str
    code: str

    @property
    def detail(self) -> str:
        """Return the sentence that says what to do."""
        return DETAILS[self.code]


def problems_of(checklist: Checklist, *, major_items: frozenset[str]) -> list[Problem]:
    """Return what is wrong with a list; an empty answer means that it can be published."""
    return [
        *_head_problems(checklist),
        *_part_problems(checklist),
        *_double_ids(checklist),
        *(one for item in _every_item(checklist) for one in _item_problems(checklist, item, major_items)),
        *_condition_problems(checklist),
    ]


def _every_item(checklist: Checklist) -> list[Item]:
    return [item for section in checklist.sections for item in section.items]


def _head_problems(checklist: Checklist) -> Iterator[Problem]:
    if not checklist.zh or not checklist.en:
        yield Problem("", "zh", "name_missing")
    if not checklist.source:
        yield Problem("", "source", "source_missing")
    items = _every_item(checklist)
    if not items:
        yield Problem("", "sections", "no_items")
    elif not any(_counts(checklist, item) for item in items):
        yield Problem("", "sections", "nothing_scored")


def _counts(checklist: Checklist, item: Item) -> bool:
    possible = checklist.response_sets.get(item.responses, {}).values()
    return item.weight > 0 and any(one.meaning != NOT_APPLICABLE for one in possible)


def _part_problems(checklist: Checklist) -> Iterator[Problem]:
    for section in checklist.sections:
        if not section.zh or not section.en:
            yield Problem(section.id, "zh", "name_missing")
        if not section.items:
            yield Problem(section.id, "items", "section_empty")
    for name, responses in checklist.response_sets.items():
        if not responses:
            yield Problem(name, "responses", "responses_empty")
        if not all(one.zh and one.en for one in responses.values()):
            yield Problem(name, "responses", "name_missing")


def _double_ids(checklist: Checklist) -> Iterator[Problem]:
    for ids in ([one.id for one in checklist.sections], [one.id for one in _every_item(checklist)]):
        for name, count in Counter(ids).items():
            if count > 1:
                yield Problem(name, "id", "id_double")


def _item_problems(checklist: Checklist, item: Item, major_items: frozenset[str]) -> Iterator[Problem]:
    wrong = {
        ("zh", "name_missing"): not item.zh or not item.en,
        ("clause", "clause_missing"): not item.clause,
        ("responses", "responses_unknown"): item.responses not in checklist.response_sets,
        ("weight", "weight_negative"): item.weight < 0,
        ("photo", "photo_unknown"): item.photo not in PHOTOS,
        ("major", "major_unknown"): bool(item.major) and item.major not in major_items,
    }
    yield from (Problem(item.id, field, code) for (field, code), is_wrong in wrong.items() if is_wrong)


def _condition_problems(checklist: Checklist) -> Iterator[Problem]:
    """A condition looks back, so that none can go round in a circle: on an item above, and on its possible answers."""
    above: dict[str, Item] = {}
    for item in _every_item(checklist):
        asks = item.shown_if
        if asks is not None and asks.item not in above:
            yield Problem(item.id, "shown_if", "condition_not_above")
        elif asks is not None and not asks.responses:
            yield Problem(item.id, "shown_if", "condition_without_answers")
        elif asks is not None and asks.responses - checklist.response_sets.get(above[asks.item].responses, {}).keys():
            yield Problem(item.id, "shown_if", "condition_impossible")
        above[item.id] = item
