"""A register of accidents or penalties as rows of a file: what each cell means, and what is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from services.credit.domain.penalties import TENTHOUSAND
from shared.errors import Refused
from shared.sheets.cells import day

BETWEEN = re.compile(r"[、,，;；|]\s*")
SHOWN = 100  # characters of a refused value that are told
DETAILS: Mapping[str, str] = {
    "value_missing": "This cell has to be filled.",
    "day_unreadable": "Write the day as 2026-01-05.",
    "number_unreadable": "Write a number.",
    "number_too_large": "This number is too large: look at it again.",
    "cell_too_long": "This text is too long: shorten it.",
    "flag_unreadable": "Write yes or no.",
    "word_unknown": "This word is not known here: use one of the table.",
    "enterprise_unknown": "No enterprise of your area has this code.",
    "row_broken": "This row cannot be read: export the file again.",
}


class ImportRefused(Refused):
    code = "import_refused"


class RowError(NamedTuple):
    """What is wrong in which row (as a spreadsheet counts) and field."""

    row: int
    field: str
    value: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A column by its titles; ``words`` map what a cell may say to the value that is meant.

    ``most`` is the largest number (of amounts in yuan), or the longest text.
    """

    field: str
    titles: tuple[str, ...]
    type: str
    is_required: bool
    words: Mapping[str, Any]
    most: int


@dataclass(frozen=True)
class ImportRules:
    """The columns of each register, and how many rows a file may have."""

    registers: Mapping[str, Sequence[ImportColumn]]
    most_rows: int


class _Wrong(Exception):
    """The code of what is wrong with a cell."""


def positions_of(columns: Sequence[ImportColumn], header: Sequence[str]) -> Mapping[str, int]:
    """Return where each column stands; raises ``ImportRefused`` that names the required ones that are missing."""
    titles = [_folded(one) for one in header]
    found = {}
    for column in columns:
        wanted = [_folded(one) for one in column.titles]
        place = next((titles.index(one) for one in wanted if one in titles), None)
        if place is not None:
            found[column.field] = place
    missing = [one.titles[0] for one in columns if one.is_required and one.field not in found]
    if missing:
        raise ImportRefused("Columns are missing: add them to the header.", missing=missing)
    return found


def read_row(
    columns: Sequence[ImportColumn], positions: Mapping[str, int], *, number: int, cells: Sequence[str]
) -> tuple[dict[str, Any], list[RowError]]:
    """Return what the cells of a row mean by field, and what is wrong with them; empty cells are left out."""
    document: dict[str, Any] = {}
    errors = []
    for column in columns:
        place = positions.get(column.field)
        cell = cells[place].strip() if place is not None and place < len(cells) else ""
        try:
            if cell:
                document[column.field] = READERS[column.type](column, cell)
            elif column.is_required:
                raise _Wrong("value_missing")
        except _Wrong as wrong:
            errors.append(row_error(number, column.field, value=cell, code=str(wrong)))
    return document, errors


def row_error(row: int, field: str, *, value: str, code: str, detail: str = "") -> RowError:
    """Return an error of a row in the words of its code."""
    return RowError(row, field, value[:SHOWN], code, detail or DETAILS[code])


def _folded(title: str) -> str:
    return re.sub(r"[\s*＊]", "", title).casefold()


def _text(column: ImportColumn, cell: str) -> str:
    if len(cell) > column.most:
        raise _Wrong("cell_too_long")
    return cell


def _day(_column: ImportColumn, cell: str) -> date:
    found = day(cell)
    if found is None:
        raise _Wrong("day_unreadable")
    return found


def _number(column: ImportColumn, cell: str) -> int:
    value = _decimal(cell, most=column.most)
    if value != int(value):
        raise _Wrong("number_unreadable")
    return int(value)


def _yuan(column: ImportColumn, cell: str) -> int:
    return int((_decimal(cell, most=column.most // TENTHOUSAND) * TENTHOUSAND).to_integral_value())


def _decimal(cell: str, *, most: int) -> Decimal:
    """Return the number of a cell; how large it is, is looked at before anything is made of it."""
    try:
        value = Decimal(cell.replace(",", "").replace("，", ""))
    except InvalidOperation as problem:
        raise _Wrong("number_unreadable") from problem
    if not value.is_finite() or value < 0:
        raise _Wrong("number_unreadable")
    if value > most:
        raise _Wrong("number_too_large")
    return value


def _flag(column: ImportColumn, cell: str) -> bool:
    if cell.casefold() not in column.words:
        raise _Wrong("flag_unreadable")
    return bool(column.words[cell.casefold()])


def _choice(column: ImportColumn, cell: str) -> str:
    if cell not in column.words:
        raise _Wrong("word_unknown")
    return str(column.words[cell])


def _choices(column: ImportColumn, cell: str) -> list[str]:
    return list(dict.fromkeys(_choice(column, one) for one in BETWEEN.split(cell) if one))


READERS = {
    "text": _text,
    "day": _day,
    "number": _number,
    "tenthousand": _yuan,
    "flag": _flag,
    "choice": _choice,
    "choices": _choices,
    "subject": _choice,
    "act": _choice,
}
