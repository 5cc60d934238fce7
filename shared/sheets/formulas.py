"""Cells that no spreadsheet can run: a quotation mark before what would be a formula."""

from __future__ import annotations


def guarded(cell: str) -> str:
    """Return the cell so that no spreadsheet runs it as a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell[:1] else cell


def unguarded(cell: str) -> str:
    """Undo `guarded`, so that an exported file can be imported again unchanged."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@\t\r" else cell
