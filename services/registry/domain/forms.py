"""What a file of each kind holds: enterprises have a reader of their own, the other kinds are lists of plain fields."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from services.registry.domain import cells, credit_code, places
from services.registry.domain.columns import ColumnNames, Columns
from services.registry.domain.drafts import (
    HIDDEN,
    LONGEST_OTHER,
    REASONS,
    SHOWN,
    Correction,
    Draft,
    DraftReader,
    Problem,
    digest_of,
    padded,
    whole_row_problem,
)
from services.registry.domain.enterprise import CONTACT_FIELDS
from services.registry.domain.grids import member_kinds
from services.registry.domain.intermediaries import rules as intermediary_rules
from services.registry.domain.persons import is_identity, key_of, post_named
from services.registry.domain.rulebook import Rulebook
from shared.sheets.cells import day
from shared.sheets.formulas import unguarded
from shared.sheets.rows import SheetRow

ENTERPRISES = "enterprises"
KINDS = (ENTERPRISES, "persons", "grids", "members", "intermediaries", "contracts")
_TABLE = Path(__file__).parents[1] / "rules" / "forms.toml"
_SEPARATOR = re.compile(r"[、,，;；/|\n]+")
_NONE: Mapping[str, Any] = {"features": {}, "values": {"yes": [], "no": [], "deregistered": []}, "crs": {}}

ALL_REASONS: Mapping[str, str] = {
    **REASONS,
    "field_missing": "This cell is empty: fill it in.",
    "key_repeated": "An earlier row of this file speaks of the same with other content: keep one of them.",
    "enterprise_unknown": "No enterprise has this credit code: import the enterprises first.",
    "intermediary_unknown": "No intermediary has this credit code: import the intermediaries first.",
    "grid_unknown": "No grid has this code: import the grids first.",
    "account_unknown": "No account has this user name: have it created first.",
    "post_unknown": "One of the posts is unknown: use those of the list, divided by 、.",
    "identity_malformed": "This is no identity card number: 18 characters with a fitting check digit.",
    "member_kind_unknown": "This kind of member is unknown: use the name or the id of one of the list.",
    "member_unfit": "The account is shut or has no role that this kind of member needs.",
    "service_unknown": "One of the services is unknown: use those of the list, divided by 、.",
    "geometry_unreadable": "The outline is no GeoJSON: write a Polygon or MultiPolygon.",
    "area_invalid": "The outline cannot be used: no position outside China, no loop, at most 2,000 positions.",
    "grid_malformed": "A grid needs a code of letters and digits and a subdistrict or village of this district.",
    "dates_reversed": "The last day lies before the first one.",
    "intermediary_may_not_work": "The intermediary is suspended or not registered for these services.",
    "contract_exists": "This number belongs to a contract with another enterprise.",
    "enterprise_has_ended": "This enterprise has left the register: register it again first.",
    "contract_ended": "This contract has ended: use a new number for a new contract.",
}


class Reader(Protocol):
    """Reads one row of a file."""

    def read(self, row: SheetRow) -> Draft | list[Problem]: ...


class Form(NamedTuple):
    """One kind of file: columns, reader, the fields that hold personal data, and whether the key is made of such."""

    kind: str
    columns: ColumnNames
    reader: Callable[[Columns, Rulebook], Reader]
    hidden: frozenset[str]
    has_personal_key: bool = False


class Cell(NamedTuple):
    """How one field is read: `read` gives None for what it cannot read, which is refused with `problem`."""

    read: Callable[[str, Rulebook], Any]
    problem: str = "text_too_long"
    is_required: bool = False
    is_hidden: bool = False


def form_of(kind: str, rules: Rulebook) -> Form:
    """Return the form of a kind of `KINDS`."""
    if kind == ENTERPRISES:
        return Form(kind, rules.columns, DraftReader, frozenset(CONTACT_FIELDS))
    own = _CELLS[kind]
    hidden = frozenset(name for name, cell in own.items() if cell.is_hidden)
    return Form(
        kind,
        _column_names()[kind],
        lambda columns, rules: RowReader(kind, columns, rules),
        hidden,
        has_personal_key=kind == "persons",
    )


@cache
def _column_names() -> Mapping[str, ColumnNames]:
    table = tomllib.loads(_TABLE.read_text("utf-8"))
    return {kind: ColumnNames({**_NONE, **table[kind]}) for kind in _CELLS}


def text_of(longest: int) -> Callable[[str, Rulebook], str | None]:
    """Return a reader of texts up to a length."""
    return lambda cell, _: cell if len(cell) <= longest else None


def _code(cell: str, _: Rulebook) -> str | None:
    uscc = cells.code(cell)
    return None if credit_code.check(uscc).problem else uscc


def _day(cell: str, _: Rulebook) -> Any:
    return day(cell)


def _count(cell: str, _: Rulebook) -> int | None:
    count = cells.whole_number(cell)
    return count if count is not None and 0 <= count <= 1_000_000 else None


def _division(cell: str, rules: Rulebook) -> str | None:
    if places.is_code(cell):
        return cell if places.is_within(cell, rules.gazetteer.home) else None
    return places.named(rules.gazetteer, cell) or None


def _identity(cell: str, _: Rulebook) -> str | None:
    number = cells.code(cell)
    return number if is_identity(number) else None


def _phone(cell: str, _: Rulebook) -> str | None:
    number = cells.code(cell)
    return number if len(number) <= 30 else None


def _posts(cell: str, _: Rulebook) -> list[str] | None:
    return _each(cell, post_named)


def _services(cell: str, _: Rulebook) -> list[str] | None:
    known = {word: name for name, row in intermediary_rules().services.items() for word in (name, row["title"])}
    return _each(cell, known.get)


def _member_kind(cell: str, _: Rulebook) -> str | None:
    known = {word: kind.id for kind in member_kinds().values() for word in (kind.id, kind.title)}
    return known.get(cell)


def _geometry(cell: str, _: Rulebook) -> Any:
    try:
        geometry = json.loads(cell)
    except ValueError:
        return None
    return geometry if isinstance(geometry, dict) else None


def _system(cell: str, rules: Rulebook) -> str | None:
    return rules.columns.coordinate_system(cell)


def _each(cell: str, known: Callable[[str], str | None]) -> list[str] | None:
    words = [known(word.strip()) for word in _SEPARATOR.split(cell) if word.strip()]
    return None if None in words else sorted({word for word in words if word})


_NAME, _LINE = text_of(50), text_of(LONGEST_OTHER)
_CODE = Cell(_code, "code_format", is_required=True)
_CELLS: Mapping[str, Mapping[str, Cell]] = {
    "persons": {
        "uscc": _CODE,
        "name": Cell(_NAME, is_required=True, is_hidden=True),
        "posts": Cell(_posts, "post_unknown", is_required=True),
        "phone": Cell(_phone, is_hidden=True),
        "identity": Cell(_identity, "identity_malformed", is_hidden=True),
        "joined_on": Cell(_day, "date_unreadable"),
        "left_on": Cell(_day, "date_unreadable"),
    },
    "grids": {
        "code": Cell(text_of(64), is_required=True),
        "name": Cell(text_of(100), is_required=True),
        "division": Cell(_division, "division_unknown", is_required=True),
        "geometry": Cell(_geometry, "geometry_unreadable"),
        "crs": Cell(_system, "crs_unknown"),
    },
    "members": {
        "code": Cell(text_of(64), is_required=True),
        "account": Cell(text_of(64), is_required=True),
        "kind": Cell(_member_kind, "member_kind_unknown", is_required=True),
    },
    "intermediaries": {
        "uscc": _CODE,
        "name": Cell(_LINE, is_required=True),
        "address": Cell(_LINE),
        "premises": Cell(_count, "number_unreadable"),
        "services": Cell(_services, "service_unknown"),
        "contact_name": Cell(_NAME, is_hidden=True),
        "contact_phone": Cell(_phone, is_hidden=True),
        "notice_number": Cell(text_of(100)),
        "notice_until": Cell(_day, "date_unreadable"),
        "qualification_number": Cell(text_of(100)),
        "qualification_until": Cell(_day, "date_unreadable"),
    },
    "contracts": {
        "number": Cell(text_of(60), is_required=True),
        "uscc": _CODE,
        "intermediary": _CODE,
        "services": Cell(_services, "service_unknown", is_required=True),
        "starts_on": Cell(_day, "date_unreadable", is_required=True),
        "ends_on": Cell(_day, "date_unreadable", is_required=True),
        "visits_per_year": Cell(_count, "number_unreadable"),
        "fee": Cell(_count, "number_unreadable"),
    },
}
_KEYS: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, ...]]] = {
    "persons": lambda given: (
        given["uscc"],
        key_of(identity=given.get("identity", ""), phone=given.get("phone", ""), name=given["name"]),
    ),
    "grids": lambda given: (given["code"],),
    "members": lambda given: (given["code"], given["account"].lower(), given["kind"]),
    "intermediaries": lambda given: (given["uscc"],),
    "contracts": lambda given: (given["intermediary"], given["number"]),
}


@dataclass(slots=True)
class RowReader:
    """Reads the rows of a file of plain fields."""

    kind: str
    columns: Columns
    rules: Rulebook

    def read(self, row: SheetRow) -> Draft | list[Problem]:
        """Return the draft of a row, or every reason why the row is refused."""
        own, width = _CELLS[self.kind], len(self.columns.header)
        row = padded(row, width)
        if whole := whole_row_problem(row, width):
            is_open = not any(cell.is_hidden for cell in own.values())
            return [Problem(row.number, "", ",".join(row.cells)[:SHOWN] if is_open else HIDDEN, whole)]
        given: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, cell in own.items():
            if name in self.columns.fields:
                self._read(row, name, cell=cell, given=given, problems=problems)
        return problems or self._draft(row, given)

    def _read(self, row: SheetRow, name: str, *, cell: Cell, given: dict[str, Any], problems: list[Problem]) -> None:
        title, raw = self._title(name), row.cells[self.columns.fields[name]]
        text = unguarded(cells.text(raw)) if name != "geometry" else raw.strip()
        shown = HIDDEN if cell.is_hidden and text else text[:SHOWN]
        if not text and cell.is_required:
            problems.append(Problem(row.number, title, shown, "field_missing"))
        elif text and (value := cell.read(text, self.rules)) is None:
            problems.append(Problem(row.number, title, shown, cell.problem))
        elif text:
            given[name] = value

    def _draft(self, row: SheetRow, given: dict[str, Any]) -> Draft:
        key = "\x1f".join(_KEYS[self.kind](given))
        first = next(iter(_CELLS[self.kind]))
        raw = row.cells[self.columns.fields[first]]
        is_corrected = first == "uscc" and given[first] != raw
        correction = Correction(row.number, self._title(first), raw, given[first]) if is_corrected else None
        digest = digest_of(self.kind, key, cells=row.cells)
        return Draft(row.number, key, given, digest, self._title(first), given[first], correction)

    def _title(self, name: str) -> str:
        return self.columns.header[self.columns.fields[name]]
