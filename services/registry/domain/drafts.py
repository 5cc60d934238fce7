"""One row of a register file becomes a draft of an enterprise, or the reasons why it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

from services.registry.domain import cells, credit_code, places
from services.registry.domain.columns import Columns
from services.registry.domain.coordinates import CoordinateSystem, Point, to_wgs84
from services.registry.domain.enterprise import CONTACT_FIELDS
from services.registry.domain.rulebook import Rulebook
from shared.sheets.cells import day
from shared.sheets.formulas import unguarded
from shared.sheets.rows import SheetRow

LONGEST = {"name": 200, "address": 500, "scope": 8000, "grid": 64, "contact_name": 50, "contact_phone": 50}
LONGEST_OTHER = 200
SHOWN = 200  # characters of a refused value that the error list shows
HIDDEN = "***"  # stands for personal data
_PLAIN = ("enterprise_type", "capital", "scope", "province", "city", "address", "grid", "contact_name", "contact_phone")

REASONS: Mapping[str, str] = {
    "column_count": "The row has another number of cells than the header: check quotes and delimiters in this row.",
    "quote_not_closed": "A quotation mark is opened and never closed in this row: remove or double it.",
    "line_too_long": "The line is longer than 65,536 characters: this is not a register row.",
    "unreadable_characters": "Some characters cannot be read: export the file in one encoding (UTF-8 or GB18030).",
    "name_missing": "The name is empty: fill it in.",
    "code_missing": "The credit code is empty: fill it in, it identifies the enterprise.",
    "code_destroyed": "A spreadsheet turned the code into a number: format the column as text and export again.",
    "code_format": "This is no credit code: 18 digits and capital letters without I, O, S, V, Z (GB 32100-2015).",
    "code_check_digit": "The check digit does not fit: compare the code with the business licence. "
    "If the licence really says so, create the enterprise by form with an override.",
    "code_repeated": "An earlier row of this file has the same code with other content: keep one of them.",
    "text_too_long": "The text is too long for this field: shorten it.",
    "date_unreadable": "The date cannot be read: write it as 2019-08-04.",
    "number_unreadable": "A whole number between 0 and 1,000,000 is expected.",
    "division_unknown": "The division is unknown: give its 6, 9 or 12 digits or the name of the subdistrict.",
    "coordinates_unreadable": "Longitude and latitude must both be decimal degrees inside China.",
    "crs_unknown": "The coordinate system is unknown: write WGS-84, GCJ-02 or BD-09.",
    "answer_unreadable": "Yes or no is expected (是/否, 有/无, 1/0).",
}


class Problem(NamedTuple):
    """Why a row is refused: the field (its header), the value as it stood in the file, and a stable code."""

    row: int
    field: str
    value: str
    code: str


class Correction(NamedTuple):
    """A value that was kept in another writing."""

    row: int
    field: str
    before: str
    after: str


@dataclass(slots=True)
class Draft:
    """What one row says of one thing, told from others by `key`; `given` is what its kind takes.

    A refusal of the whole thing shows the column `key_title` and the value `shown`.
    """

    row: int
    key: str
    given: dict[str, Any]
    digest: int
    key_title: str
    shown: str
    correction: Correction | None = None


@dataclass(slots=True)
class _Reading:
    row: SheetRow
    given: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class DraftReader:
    """Reads the rows of one file with its columns and the rules in force."""

    def __init__(self, columns: Columns, rules: Rulebook) -> None:
        self._rules = rules
        self._columns = columns
        self._width = len(columns.header)
        self._at = columns.fields
        self._names_at = columns.fields["name"]
        self._code_at = columns.fields["uscc"]
        self._plain = [(name, columns.fields[name]) for name in _PLAIN if name in columns.fields]
        self._holds_contacts = any(name in columns.fields for name in CONTACT_FIELDS)
        self._salt = f"{rules.version}\x1f{columns.header}"

    def read(self, row: SheetRow) -> Draft | list[Problem]:
        """Return the draft of a row, or every reason why the row is refused."""
        reading = _Reading(padded(row, self._width))
        if whole := whole_row_problem(reading.row, self._width):
            return [Problem(row.number, "", self._showable(row.cells), whole)]
        raw_code = reading.row.cells[self._code_at]
        uscc = cells.code(raw_code)
        self._check_code(reading, raw_code, uscc)
        self._read_name(reading)
        self._read_plain(reading)
        self._read_weighed(reading)
        if reading.problems:
            return reading.problems
        is_corrected = uscc != raw_code
        correction = Correction(row.number, self._title("uscc"), raw_code, uscc) if is_corrected else None
        digest = digest_of(self._salt, uscc, cells=reading.row.cells)
        return Draft(row.number, uscc, reading.given, digest, self._title("uscc"), uscc, correction)

    def _showable(self, row: list[str]) -> str:
        """Return what the error list may show of a row whose cells may stand in the wrong columns.

        Where the file holds contacts any cell could be one, so only what has the shape of a credit code is shown.
        """
        if not self._holds_contacts:
            return ",".join(row)[:SHOWN]
        codes = (cells.code(cell) for cell in row)
        return next((code for code in codes if credit_code.check(code).problem != "format"), "")

    def _check_code(self, reading: _Reading, raw: str, uscc: str) -> None:
        if not uscc:
            self._refuse(reading, "uscc", "code_missing")
        elif problem := credit_code.check(uscc).problem:
            is_destroyed = cells.is_spreadsheet_number(raw)
            self._refuse(reading, "uscc", "code_destroyed" if is_destroyed else f"code_{problem}")

    def _read_name(self, reading: _Reading) -> None:
        name = _text(reading.row.cells[self._names_at])
        if not name:
            self._refuse(reading, "name", "name_missing")
        elif len(name) > LONGEST["name"]:
            self._refuse(reading, "name", "text_too_long")
        reading.given["name"] = name

    def _read_plain(self, reading: _Reading) -> None:
        for name, position in self._plain:
            value = _text(reading.row.cells[position])
            if not value:
                continue
            if len(value) > LONGEST.get(name, LONGEST_OTHER):
                self._refuse(reading, name, "text_too_long")
            reading.given[name] = value

    def _read_weighed(self, reading: _Reading) -> None:
        cell = self._cell
        if text := cell(reading, "registered_on"):
            self._keep(reading, "registered_on", day(text), code="date_unreadable")
        if text := cell(reading, "headcount"):
            self._keep(reading, "headcount", _count(text), code="number_unreadable")
        if text := cell(reading, "division"):
            self._keep(reading, "division", self._division(text), code="division_unknown")
        if (text := cell(reading, "industry")) and (code := self._rules.industries.normalised(text)):
            reading.given["industry"] = code
        if (text := cell(reading, "status")) and self._rules.columns.is_deregistered(text):
            reading.given["status"] = "deregistered"
        if "longitude" in self._at and "latitude" in self._at:
            self._read_location(reading)
        if self._columns.features:
            self._read_features(reading)

    def _read_location(self, reading: _Reading) -> None:
        east, north = self._cell(reading, "longitude"), self._cell(reading, "latitude")
        if not east and not north:
            return
        written = self._cell(reading, "crs")
        system = self._rules.columns.coordinate_system(written) if written else "WGS-84"
        if system is None:
            self._refuse(reading, "crs", "crs_unknown")
            return
        self._keep(
            reading, "location", location(east, north, system=system), code="coordinates_unreadable", at="longitude"
        )

    def _read_features(self, reading: _Reading) -> None:
        features = {}
        for feature, position in self._columns.features.items():
            text = cells.text(reading.row.cells[position])
            raw = reading.row.cells[position].strip()
            answer = self._rules.columns.yes_or_no(text or raw)
            title = self._columns.header[position]
            if answer:
                features[feature] = (answer, [title])
            elif text:
                reading.problems.append(Problem(reading.row.number, title, text[:SHOWN], "answer_unreadable"))
        if features:
            reading.given["features"] = features

    def _division(self, text: str) -> str | None:
        if places.is_code(text):
            return text if len(text) >= 6 and places.is_within(text, self._rules.gazetteer.home) else None
        return places.named(self._rules.gazetteer, text) or None

    def _cell(self, reading: _Reading, name: str) -> str:
        position = self._at.get(name)
        return "" if position is None else cells.text(reading.row.cells[position])

    def _keep(self, reading: _Reading, name: str, value: Any, *, code: str, at: str = "") -> None:
        if value is None:
            self._refuse(reading, at or name, code)
        else:
            reading.given[name] = value

    def _refuse(self, reading: _Reading, name: str, code: str) -> None:
        value = HIDDEN if name in CONTACT_FIELDS else reading.row.cells[self._at[name]].strip()
        reading.problems.append(Problem(reading.row.number, self._title(name), value[:SHOWN], code))

    def _title(self, name: str) -> str:
        return self._columns.header[self._at[name]]


def location(east: str, north: str, *, system: str) -> tuple[float, float] | None:
    """Return (longitude, latitude) in WGS-84, rounded to about a centimetre; None when it is no place in China."""
    longitude, latitude = cells.number(east), cells.number(north)
    if longitude is None or latitude is None or not (73 <= longitude <= 136 and 3 <= latitude <= 54):
        return None
    known_system: CoordinateSystem = system  # type: ignore[assignment]  # one of the three, by the table
    point = to_wgs84(Point(longitude, latitude), known_system)
    return round(point.longitude, 7), round(point.latitude, 7)


def padded(row: SheetRow, width: int) -> SheetRow:
    """Return the row as wide as the header: workbooks leave empty cells out, other systems add some at the end."""
    surplus = len(row.cells) - width
    if surplus < 0 and row.may_be_short:
        return row._replace(cells=row.cells + [""] * -surplus)
    if surplus > 0 and not any(row.cells[width:]):
        return row._replace(cells=row.cells[:width])
    return row


def whole_row_problem(row: SheetRow, width: int) -> str:
    """Return the code of what is wrong with a padded row as a whole, "" when nothing is."""
    if row.problem:
        return row.problem
    if len(row.cells) != width:
        return "column_count"
    return "unreadable_characters" if any("\ufffd" in cell or "\0" in cell for cell in row.cells) else ""


def digest_of(salt: str, key: str, *, cells: Sequence[str]) -> int:
    """Return a number that changes with the content of a row, its key and what it is read with."""
    content = "\x1f".join((salt, key, *cells))
    return int.from_bytes(blake2b(content.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def _text(cell: str) -> str:
    return unguarded(cells.text(cell))


def _count(text: str) -> int | None:
    count = cells.whole_number(text)
    return count if count is not None and 0 <= count <= 1_000_000 else None


def is_blank(row: SheetRow) -> bool:
    """True for a row without any content: it is skipped and counted nowhere."""
    return not any(cell and not cell.isspace() for cell in row.cells)


def day_text(day: date | None) -> str:
    """Return a date as the export writes it, "" for none."""
    return day.isoformat() if day else ""
