"""The first sheet of an XLSX file, row by row, in little memory and with limits against zip bombs.

The archive is unpacked piece by piece and abandoned as soon as it swells beyond reason. The XML is read by expat as
it comes; a document type (the door of entity attacks) is refused. Shared strings are kept as one block of bytes,
because a list of a million Python strings would not be small.
"""

from __future__ import annotations

import posixpath
import zlib
from array import array
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from shared.sheets.rows import FileUnreadable, SheetRow

_PIECE = 128 * 1024
_LARGEST_SHEET = 2 << 30
_LARGEST_STRINGS_XML = 192 << 20
_LARGEST_STRINGS = 96 << 20
_STEEPEST = 400  # bytes out per byte in; real sheets stay below 40
_FREE = 16 << 20
_MOST_COLUMNS = 256
_LONGEST_CELL = 40_000  # characters; a spreadsheet allows 32,767
_BROKEN = (BadZipFile, zlib.error, expat.ExpatError, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError)


def workbook_rows(stream: BinaryIO) -> Iterator[SheetRow]:
    """Yield the rows of the first sheet; raises `FileUnreadable` when the archive is no workbook."""
    try:
        with ZipFile(stream) as archive:
            sheet = _first_sheet(archive)
            strings = _shared_strings(archive)
            yield from _SheetParser(strings).rows(_pieces(archive, sheet, _LARGEST_SHEET))
    except _BROKEN as problem:
        raise _damaged() from problem


def _first_sheet(archive: ZipFile) -> str:
    sheets = _attributes(archive, "xl/workbook.xml", "sheet")
    targets = {row["Id"]: row["Target"] for row in _attributes(archive, "xl/_rels/workbook.xml.rels", "Relationship")}
    for sheet in sheets:
        target = targets.get(next((value for name, value in sheet.items() if name.endswith(":id")), ""))
        if target:
            return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    raise FileUnreadable("no_sheet", "The workbook holds no sheet: put the register on the first one.")


def _attributes(archive: ZipFile, member: str, tag: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    parser = _new_parser()
    parser.StartElementHandler = lambda name, attributes: (
        found.append(attributes) if name.rpartition(":")[2] == tag else None
    )
    for piece in _pieces(archive, member, _FREE):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return found


def _pieces(archive: ZipFile, member: str, limit: int) -> Iterator[bytes]:
    """Yield a member of the archive in pieces and stop a bomb while it swells, not after."""
    packed = max(archive.getinfo(member).compress_size, 1)
    total = 0
    with archive.open(member) as content:
        while piece := content.read(_PIECE):
            total += len(piece)
            if total > limit or (total > _FREE and total > packed * _STEEPEST):
                raise _too_large()
            yield piece


def _shared_strings(archive: ZipFile) -> _Strings:
    strings = _Strings()
    if "xl/sharedStrings.xml" not in archive.namelist():
        return strings
    collector = _TextCollector("si", strings.add)
    for piece in _pieces(archive, "xl/sharedStrings.xml", _LARGEST_STRINGS_XML):
        collector.parser.Parse(piece, False)
    collector.parser.Parse(b"", True)
    return strings


def _new_parser() -> expat.XMLParserType:
    """Return a parser of UTF-8 or UTF-16 XML that knows no document types."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise FileUnreadable("file_forbidden", "The workbook contains a document type: save it again as .xlsx.")


class _Strings:
    """Texts by number in one block of UTF-8."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._ends = array("L", [0])

    def add(self, text: str) -> None:
        """Keep one more text; raises `FileUnreadable` when the workbook holds more than a register can."""
        self._block += text.encode("utf-8", "replace")
        self._ends.append(len(self._block))
        if len(self._block) > _LARGEST_STRINGS:
            raise _too_large()

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends) - 1:
            raise _damaged()
        return self._block[self._ends[number] : self._ends[number + 1]].decode()


class _TextCollector:
    """Hands the text of every element `tag` on; phonetic hints (rPh) are left out."""

    def __init__(self, tag: str, give: Callable[[str], None]) -> None:
        self._tag, self._give = tag, give
        self._texts: list[str] = []
        self._is_text = self._is_hint = False
        self.parser = _new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, _: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == self._tag:
            self._texts.clear()
        self._is_hint = self._is_hint or name == "rPh"
        self._is_text = name == "t" and not self._is_hint

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self._is_text = False
        if name == "rPh":
            self._is_hint = False
        if name == self._tag:
            self._give("".join(self._texts))

    def _text(self, text: str) -> None:
        if self._is_text:
            self._texts.append(text)


class _SheetParser:
    """Collects the cells of a worksheet; a cell that is left out in the file is empty here."""

    def __init__(self, strings: _Strings) -> None:
        self._strings = strings
        self._ready: list[SheetRow] = []
        self._cells: list[str] = []
        self._number = self._column = 0
        self._type = ""
        self._texts: list[str] = []
        self._is_text = False
        self._parser = _new_parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def rows(self, pieces: Iterator[bytes]) -> Iterator[SheetRow]:
        """Yield the rows of a worksheet given in pieces; where it breaks off, all rows before that place."""
        try:
            for piece in pieces:
                self._parser.Parse(piece, False)
                yield from self._taken()
            self._parser.Parse(b"", True)
        except _BROKEN:
            yield from self._taken()
            raise

    def _taken(self) -> list[SheetRow]:
        rows, self._ready = self._ready, []
        return rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name in ("v", "t"):
            self._is_text = True
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._cells, self._column = [], 0

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self._column = _column_of(place) if place else len(self._cells)
        self._type = attributes.get("t", "n")
        self._texts.clear()

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self._is_text = False
        if name == "c" and self._column < _MOST_COLUMNS:
            missing = self._column - len(self._cells)
            self._cells += [""] * missing
            self._cells[self._column :] = [self._value()]
        elif name == "row":
            self._ready.append(SheetRow(self._number, self._cells, may_be_short=True))

    def _text(self, text: str) -> None:
        if self._is_text:
            self._texts.append(text)

    def _value(self) -> str:
        text = "".join(self._texts)[:_LONGEST_CELL]
        if self._type == "s" and text.isdigit():
            return self._strings[int(text)]
        if self._type == "e":
            return ""
        return text[:-2] if self._type == "n" and text.endswith(".0") else text


def _column_of(place: str) -> int:
    """Return 27 for AB12."""
    column = 0
    for character in place.rstrip("0123456789"):
        column = column * 26 + ord(character) - 64
    return column - 1


def _damaged() -> FileUnreadable:
    return FileUnreadable("file_damaged", "The workbook is damaged or cut short: save it again and send that.")


def _too_large() -> FileUnreadable:
    return FileUnreadable(
        "workbook_too_large", "The workbook unpacks to more than is allowed: save it as CSV or split it."
    )
