"""Certificates as rows of a file: which column says what, and what a row asks to enter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.machines import NotAllowed
from shared.sheets.cells import day

PERSON, KIND, FROM = "person_id", "kind", "valid_from"
REQUIRED = (PERSON, KIND, FROM)
DAYS = (FROM, "valid_to", "review_by")
TEXTS: Mapping[str, int] = {"category": 60, "number": 40, "authority": 60}  # the longest that is taken
HIDDEN = "*"  # a number that was shown masked is not one


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row (as a spreadsheet counts) was not entered: the ``field``, a stable code and what to do."""

    row: int
    field: str
    code: str
    detail: str


@dataclass(slots=True)
class FileResult:
    """What became of the rows: entered, known already, refused; rows without a certificate count for nothing."""

    entered: int = 0
    known: int = 0
    refused: list[RowProblem] = field(default_factory=list)


def columns_of(header: Sequence[str], titles: Mapping[str, str]) -> dict[str, int]:
    """Return in which column each field stands, by the ``titles`` of the fields; raises ``NotAllowed``."""
    found = {name: at for at, cell in enumerate(header) for name, title in titles.items() if cell.strip() == title}
    missing = [titles[name] for name in REQUIRED if name not in found]
    if missing:
        sentence = f"These columns are missing: {', '.join(missing)}. Start from the file that is offered here."
        raise NotAllowed("certificate_columns_missing", sentence, field="file", missing=missing)
    return found


def cells_of(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """Return the cells of a row by field; what the row does not reach is empty."""
    return {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}


def certificate_of(cells: Mapping[str, str], *, kinds: Mapping[str, str]) -> dict[str, Any]:
    """Return what a row asks to enter; ``kinds`` are ids by id and by words. Raises ``NotAllowed``."""
    kind = kinds.get(cells[KIND].casefold())
    if kind is None:
        raise NotAllowed("certificate_kind_unknown", "Choose one of the kinds of certificates.", field=KIND)
    given: dict[str, Any] = {KIND: kind} | {name: cells.get(name, "")[:most] for name, most in TEXTS.items()}
    if HIDDEN in given["number"]:
        given["number"] = ""
    for name in DAYS:
        text = cells.get(name, "")
        given[name] = day(text)
        if (text or name in REQUIRED) and given[name] is None:
            raise NotAllowed("day_unreadable", "Write the day as 2026-11-26.", field=name)
    return given
