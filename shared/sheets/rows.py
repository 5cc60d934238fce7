"""What every kind of file gives: numbered rows of cells, or the reason why there are none."""

from __future__ import annotations

from typing import NamedTuple


class FileUnreadable(Exception):
    """The file as a whole cannot be read; `code` is stable, `detail` says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class SheetRow(NamedTuple):
    """`number` as a spreadsheet counts; `problem` is the code of what is wrong with the row as a whole.

    A workbook leaves empty cells at the end out (`may_be_short`); in CSV a short row is a broken one.
    """

    number: int
    cells: list[str]
    problem: str = ""
    may_be_short: bool = False
