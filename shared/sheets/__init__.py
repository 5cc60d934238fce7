"""Register files as rows of cells: CSV and XLSX, read as a stream, whatever the system that wrote them.

Row numbers are those that a spreadsheet shows: the header is row 1 when it is the first line.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import NamedTuple

from shared.sheets.delimited import delimited_rows
from shared.sheets.rows import FileUnreadable, SheetRow
from shared.sheets.workbook import workbook_rows
from shared.sheets.writing import csv_lines, xlsx_file

__all__ = ["FileUnreadable", "Sheet", "SheetRow", "csv_lines", "open_sheet", "xlsx_file"]

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BUFFER = 256 * 1024


class Sheet(NamedTuple):
    """An opened file: what it is ("csv utf-8", "xlsx"), and its rows one by one, the header among them."""

    description: str
    rows: Iterator[SheetRow]


def open_sheet(raw: RawIOBase) -> Sheet:
    """Return the rows of a seekable binary stream; raises `FileUnreadable` for what is neither CSV nor XLSX."""
    stream = BufferedReader(raw, _BUFFER)
    start = stream.peek(8)[:8]
    if not start:
        raise FileUnreadable("file_empty", "The file is empty: export it again from the other system.")
    if start == _OLD_EXCEL:
        raise FileUnreadable("old_excel", "This is an old .xls file: save it as .xlsx or CSV and send that.")
    if start.startswith(_ZIP):
        return Sheet("xlsx", workbook_rows(stream))
    return Sheet(*delimited_rows(stream))
