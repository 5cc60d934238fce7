"""The first sheet of an XLSX file, row by row, in little memory and with limits against zip bombs.

The archive is unpacked piece by piece and abandoned as soon as it swells beyond reason.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from services.registry.domain.sheets.cells_xml import (
    DAMAGED,
    TOO_LARGE,
    SheetParser,
    Strings,
    TextCollector,
    new_parser,
)
from services.registry.domain.sheets.rows import FileUnreadable, SheetRow

_PIECE = 128 * 1024
_LARGEST_SHEET = 2 << 30
_LARGEST_STRINGS = 192 << 20
_STEEPEST = 400  # bytes out per byte in; real sheets stay below 40
_FREE = 16 << 20


def workbook_rows(stream: BinaryIO) -> Iterator[SheetRow]:
    """Yield the rows of the first sheet; raises `FileUnreadable` when the archive is no workbook."""
    try:
        with ZipFile(stream) as archive:
            sheet = _first_sheet(archive)
            strings = _shared_strings(archive)
            yield from SheetParser(strings).rows(_pieces(archive, sheet, _LARGEST_SHEET))
    except (BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError) as problem:
        raise DAMAGED from problem
    except expat.ExpatError as problem:
        raise DAMAGED from problem


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
    parser = new_parser()
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
                raise TOO_LARGE
            yield piece


def _shared_strings(archive: ZipFile) -> Strings:
    strings = Strings()
    if "xl/sharedStrings.xml" not in archive.namelist():
        return strings
    collector = TextCollector("si", strings.add)
    for piece in _pieces(archive, "xl/sharedStrings.xml", _LARGEST_STRINGS):
        collector.parser.Parse(piece, False)
    collector.parser.Parse(b"", True)
    return strings
