"""Reads checklists: the default set of this release, and what people write in the editor, by the same reader."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from services.inspections.domain.checklist_problems import problems_of
from services.inspections.domain.checklist_sheets import SheetWords
from services.inspections.domain.checklists import (
    MEANINGS,
    OF_FAULTS,
    Checklist,
    Condition,
    Item,
    Response,
    Section,
)
from services.inspections.rules.reading import major_hazards, table
from shared.machines import NotAllowed, UnusableTable

DEFAULTS = ("general", "chemicals", "confined", "dust", "ammonia", "fire")

Row = Mapping[str, Any]


@cache
def default_checklists() -> tuple[Checklist, ...]:
    """Return the default set of this release; raises ``NotAllowed`` when a list cannot be worked with."""
    lists = tuple(read_checklist(table(f"checklist_{name}.toml")) for name in DEFAULTS)
    for one in lists:
        check_checklist(one)
    return lists


@cache
def response_sets() -> Mapping[str, Mapping[str, Response]]:
    """Return the answers that items may have; raises ``UnusableTable`` for one without a meaning."""
    return read_responses(table("responses.toml"))


def standard_sets() -> list[dict[str, Any]]:
    """Return the response sets of this release as a document has them, for a list that begins."""
    return list(table("responses.toml")["set"])


@cache
def sheet_words() -> SheetWords:
    """Return the columns and words of a checklist that is a sheet."""
    content = table("checklist_sheet.toml")
    titles = {row["id"]: (row["zh"], row["en"]) for row in content["column"]}
    return SheetWords(titles, content["words"])


def read_responses(content: Row) -> Mapping[str, Mapping[str, Response]]:
    """Return the response sets of a table; raises ``UnusableTable``."""
    sets = {row["id"]: {one["id"]: Response(**one) for one in row["responses"]} for row in content["set"]}
    vague = [one.id for found in sets.values() for one in found.values() if one.meaning not in MEANINGS]
    if vague:
        raise UnusableTable(f"these answers mean nothing known: {', '.join(vague)}")
    return sets


def read_checklist(content: Row) -> Checklist:
    """Return the checklist of a document, as a table has it; ``checklist_problems`` says whether it can be used."""
    head = content["checklist"]
    names = ("id", "version", "zh", "en", "source", "status")
    return Checklist(
        **{name: head[name] for name in names},
        effective_from=_day(head["effective_from"]),
        sections=tuple(
            Section(row["id"], row["zh"], row["en"], tuple(_item(item) for item in row.get("item", ())))
            for row in content.get("section", ())
        ),
        response_sets=read_responses(content) if "set" in content else response_sets(),
    )


def checklist_problems(checklist: Checklist) -> list[dict[str, str]]:
    """Return what keeps a list from being published, each with the sentence that says what to do."""
    found = problems_of(checklist, major_items=frozenset(major_hazards().items))
    return [{**one._asdict(), "detail": one.detail} for one in found]


def check_checklist(checklist: Checklist) -> None:
    """Raise ``NotAllowed`` that names everything that keeps a list from being published."""
    if problems := checklist_problems(checklist):
        raise NotAllowed("checklist_unusable", "Mend what is named, then publish the list.", problems=problems)


def _item(row: Row) -> Item:
    asks = row.get("shown_if")
    return Item(
        id=row["id"],
        zh=row["zh"],
        en=row["en"],
        clause=row["clause"],
        responses=row["responses"],
        weight=row["weight"],
        is_mandatory=row.get("is_mandatory", True),
        shown_if=Condition(asks["item"], frozenset(asks["responses"])) if asks else None,
        major=row.get("major", ""),
        photo=row.get("photo", OF_FAULTS),
    )


def _day(value: date | str) -> date:
    """A table has days, a stored version of it their text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
