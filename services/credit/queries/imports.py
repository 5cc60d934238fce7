"""What the rows of a register file mean."""

from collections.abc import Iterator, Mapping
from io import RawIOBase
from typing import Any

from services.credit.domain.imports import ImportRefused, RowError, positions_of, read_row, row_error
from services.credit.rules.imports import import_rules
from shared.sheets import FileUnreadable, SheetRow, open_sheet

LARGEST_FILE = 5 * 1024 * 1024
Rows = list[tuple[int, Mapping[str, Any]]]


def read_register(register: str, stream: RawIOBase) -> tuple[Rows, list[RowError]]:
    """Return the rows of a CSV or XLSX file by their meaning, and what is wrong with the others.

    Raises ``ImportRefused`` for a file that cannot be read, has no header, or too many rows.
    """
    try:
        rows = [row for row in open_sheet(stream).rows if row.problem or any(cell.strip() for cell in row.cells)]
    except FileUnreadable as problem:
        raise ImportRefused(problem.detail, reason=problem.code) from problem
    most = import_rules().most_rows
    if not rows or len(rows) > most + 1:
        raise ImportRefused("A file has a header and at most so many rows.", most=most)
    columns = import_rules().registers[register]
    positions = positions_of(columns, rows[0].cells)
    return _understood(rows[1:], lambda row: read_row(columns, positions, number=row.number, cells=row.cells))


def _understood(rows: list[SheetRow], read: Any) -> tuple[Rows, list[RowError]]:
    understood: Rows = []
    errors: list[RowError] = []
    for row in rows:
        document, wrong = ({}, list(_broken(row))) if row.problem else read(row)
        if wrong:
            errors += wrong
        else:
            understood.append((row.number, document))
    return understood, errors


def _broken(row: SheetRow) -> Iterator[RowError]:
    yield row_error(row.number, "", value="", code="row_broken")
