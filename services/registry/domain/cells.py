"""What a cell of somebody else's file means once the accidents of typing are taken away."""

from __future__ import annotations

import re
import unicodedata

# What other systems write when they have nothing to write.
_NOTHING = frozenset(
    {"N/A", "#N/A", "NA", "NULL", "NONE", "NIL", "-", "--", "—", "——", "/", "\\N", "无", "空", "暂无", "不详", "未知"}
)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


def text(cell: str) -> str:
    """Return the cell without invisible characters and runs of white space; "" when it says "nothing"."""
    cell = " ".join(cell.split())
    if not cell.isprintable():
        cell = "".join(character for character in cell if character.isprintable()).strip()
    return "" if len(cell) <= 4 and cell.upper() in _NOTHING else cell


def code(cell: str) -> str:
    """Return an identifier cell: half width (NFKC), upper case, without any white space or leading quote."""
    folded = text(unicodedata.normalize("NFKC", cell)).upper()
    return folded.replace(" ", "").lstrip("'’`")


def number(cell: str) -> float | None:
    """Return the first number of a cell such as `1,280(万元)`, full width allowed; None when there is none."""
    match = _NUMBER.search(unicodedata.normalize("NFKC", cell).replace(",", ""))
    return float(match.group()) if match else None


def whole_number(cell: str) -> int | None:
    """Return a count such as `120人`; None when the cell holds no number or not a whole one."""
    value = number(cell)
    return int(value) if value is not None and value == int(value) else None


def is_spreadsheet_number(cell: str) -> bool:
    """True for 9.1331E+17: a code that a spreadsheet turned into a number and thereby destroyed."""
    return bool(re.fullmatch(r"\d(?:\.\d+)?[Ee]\+?\d{2}", cell.strip()))
