"""A register file in the middle of being read: header found, columns known, so many rows done."""

from __future__ import annotations

from io import RawIOBase
from itertools import islice

from services.registry.domain.columns import Columns
from services.registry.domain.drafts import is_blank
from services.registry.domain.forms import ENTERPRISES, form_of
from services.registry.domain.rulebook import Rulebook
from shared.sheets import FileUnreadable, SheetRow, open_sheet

_HEADER_WITHIN = 10  # rows; other systems put a title above the header


class RegisterFile:
    """Rows of one file in order; `consumed` counts all that were read, title, header and blank ones too."""

    def __init__(self, raw: RawIOBase, rules: Rulebook, *, kind: str = ENTERPRISES) -> None:
        self.consumed = 0
        self.rules = rules
        self.form = form_of(kind, rules)
        self._failure: FileUnreadable | None = None
        sheet = open_sheet(raw)
        self.format = sheet.description
        self._rows = sheet.rows
        self.columns = self._find_header()
        self.drafts = self.form.reader(self.columns, rules)

    def take(self, count: int) -> list[SheetRow]:
        """Return the next rows that have content, reading `count` rows at most; empty only at the end.

        Raises `FileUnreadable` where the file breaks off, after all rows before that place have been given.
        """
        if self._failure:
            raise self._failure
        taken: list[SheetRow] = []
        while not taken:
            before = self.consumed
            try:
                for row in islice(self._rows, count):
                    self.consumed += 1
                    taken.append(row)
            except FileUnreadable as failure:
                self._failure = failure
            if self._failure and not taken:
                raise self._failure
            if self.consumed == before:
                return []
            taken = [row for row in taken if not is_blank(row)]
        return taken

    def skip_to(self, consumed: int) -> None:
        """Read on without looking until `consumed` rows have been read."""
        for _ in islice(self._rows, consumed - self.consumed):
            self.consumed += 1

    def _find_header(self) -> Columns:
        missing = self.form.columns.required_titles
        for row in islice(self._rows, _HEADER_WITHIN):
            self.consumed += 1
            columns = self.form.columns.recognise([cell.strip() for cell in row.cells])
            if not columns.missing:
                return columns
            missing = min(missing, columns.missing, key=len)
        raise FileUnreadable(
            "columns_missing",
            f"No column was recognised for {'、'.join(missing)}: name the columns in the first row of the file.",
        )
