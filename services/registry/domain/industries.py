"""Industry codes of GB/T 4754-2017 and the size of an enterprise (rules: risk-grading §5.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_CODE = re.compile(r"([A-T])(\d{2,4})?\Z")
_DIGITS = re.compile(r"\d{2,4}\Z")
SIZES = ("large", "medium", "small", "micro")


class Industries:
    """The sections, divisions and classes of rules/industries.toml."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.sections: Mapping[str, str] = table["sections"]
        self.divisions: Mapping[str, str] = table["divisions"]
        self.classes: Mapping[str, str] = table["classes"]
        self._letters = {code[1:]: code[0] for code in self.divisions}

    def normalised(self, text: str) -> str | None:
        """Return `C2710` for C2710, 2710 or C2710-化学药品原料药制造; None when no such division exists."""
        code = text.split("-")[0].split(" ")[0].upper()
        if _DIGITS.match(code):
            code = self._letters.get(code[:2], "") + code
        match = _CODE.match(code)
        if not match:
            return None
        known = self.sections if match[2] is None else self.divisions
        return code if code[:3] in known else None

    def name(self, code: str) -> str:
        """Return the most precise name known for a code, "" for none."""
        names = {**self.sections, **self.divisions, **self.classes}
        return next((names[code[:length]] for length in range(len(code), 0, -1) if code[:length] in names), "")


def scale_of(industry: str, headcount: int | None, *, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the largest size that `headcount` allows in `industry`, "" when unknown (工信部联企业〔2011〕300号)."""
    if headcount is None:
        return ""
    fitting = [row for row in rows if industry.startswith(row["industry"])]
    if not fitting:
        return ""
    limits = max(fitting, key=lambda row: len(row["industry"]))["at_least"]
    return next((size for size, least in zip(SIZES, limits, strict=False) if headcount >= least), "micro")
