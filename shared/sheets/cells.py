"""What a cell says, however the other system has written it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?!\d)|(\d{4})(\d{2})(\d{2})\Z")
_SERIAL_DAY_ZERO = date(1899, 12, 30)  # spreadsheets count days from here


def day(cell: str) -> date | None:
    """Return a date written as 1980-08-04, 1980/8/4, 1980年8月4日, 19800804 or a spreadsheet's day number."""
    folded = unicodedata.normalize("NFKC", cell).strip()
    match = _DATE.match(folded)
    try:
        if match:
            return date(*(int(part) for part in match.groups() if part is not None))
        serial = float(folded)
        return _SERIAL_DAY_ZERO + timedelta(days=int(serial)) if 366 <= serial < 80_000 else None
    except ValueError:
        return None
