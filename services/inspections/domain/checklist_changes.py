"""What two versions of a checklist do not have in common."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from services.inspections.domain.checklists import Checklist, Condition, Item

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
Fields = Mapping[str, str]
Parts = Mapping[tuple[str, str], Fields]  # (kind of part, id) -> its fields


class Change(NamedTuple):
    """``part`` is list, section, item or response (``id`` then is set/answer); ``field`` only of what changed."""

    kind: str
    part: str
    id: str
    field: str = ""
    before: str = ""
    after: str = ""


def changes_between(before: Checklist, after: Checklist) -> list[Change]:
    """Return what is new, gone, different and elsewhere in ``after``, in the order of the list."""
    old, new = _parts(before), _parts(after)
    gone = [Change(REMOVED, *key, before=_name(old[key])) for key in old if key not in new]
    return [*_new_and_different(old, new), *gone, *_moved(before, after)]


def _new_and_different(old: Parts, new: Parts) -> Iterator[Change]:
    for key, fields in new.items():
        if key not in old:
            yield Change(ADDED, *key, after=_name(fields))
            continue
        for field, text in fields.items():
            if old[key][field] != text:
                yield Change(CHANGED, *key, field, old[key][field], text)


def _moved(before: Checklist, after: Checklist) -> Iterator[Change]:
    for part, old, new in (
        ("section", [one.id for one in before.sections], [one.id for one in after.sections]),
        ("item", list(before.items), list(after.items)),
    ):
        yield from (Change(MOVED, part, name) for name in _out_of_order(old, new))


def _out_of_order(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return those of both lists that do not keep their order, as few as possible."""
    here, there = [name for name in old if name in new], [name for name in new if name in old]
    blocks = SequenceMatcher(None, here, there, autojunk=False).get_matching_blocks()
    kept = {name for block in blocks for name in there[block.b : block.b + block.size]}
    return [name for name in there if name not in kept]


def _name(fields: Fields) -> str:
    return fields["zh"]


def _parts(checklist: Checklist) -> Parts:
    head = {"zh": checklist.zh, "en": checklist.en, "source": checklist.source, "status": checklist.status}
    answers = {
        ("response", f"{name}/{one.id}"): {
            "zh": one.zh, "en": one.en, "meaning": one.meaning, "percent": str(one.percent),
        }
        for name, responses in checklist.response_sets.items()
        for one in responses.values()
    }  # fmt: skip
    sections = {("section", one.id): {"zh": one.zh, "en": one.en} for one in checklist.sections}
    items = {
        ("item", item.id): _item_fields(item, section=section.id)
        for section in checklist.sections
        for item in section.items
    }
    return {("list", checklist.id): head, **answers, **sections, **items}


def _item_fields(item: Item, *, section: str) -> Fields:
    names = ("zh", "en", "clause", "responses", "major", "photo")
    return {
        "section": section,
        **{name: getattr(item, name) for name in names},
        "weight": str(item.weight),
        "is_mandatory": "yes" if item.is_mandatory else "no",
        "shown_if": _condition_text(item.shown_if),
    }


def _condition_text(asks: Condition | None) -> str:
    return f"{asks.item} = {' | '.join(sorted(asks.responses))}" if asks else ""
