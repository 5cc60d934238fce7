"""Unified social credit code, GB 32100-2015 (rules: risk-grading §5.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import mul
from typing import Literal

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters: I, O, S, V and Z are never used
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, positions 9 to 16 of the code
_SHAPE = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}\Z")

Problem = Literal["format", "check_digit"]


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The verdict on one code; `problem` is None when the code is valid.

    For a wrong check digit `expected` is the right one, and `organisation_digit_fits` reports position 17
    (GB 11714). It never decides: it only helps a person who considers an override, because some genuine early
    codes fail the last digit and fit this one.
    """

    problem: Problem | None
    expected: str = ""
    organisation_digit_fits: bool = False


_VALID = CodeCheck(None)


def check(code: str) -> CodeCheck:
    """Check an upper-case half-width code: shape first, then the check digit (GB 32100-2015, 5.5)."""
    if not _SHAPE.match(code):
        return CodeCheck("format")
    expected = check_digit(code[:17])
    if expected == code[17]:
        return _VALID
    return CodeCheck("check_digit", expected, organisation_digit(code[8:16]) == code[16])


def check_digit(body: str) -> str:
    """Return the 18th character for the 17 characters of `body` (GB 32100-2015, annex A)."""
    weighted = sum(map(mul, map(_VALUES.__getitem__, body), _WEIGHTS))
    return ALPHABET[-weighted % 31]


def organisation_digit(body: str) -> str:
    """Return the check character of the 8 characters of an organisation code (GB 11714-1997)."""
    values = (int(character, 36) for character in body)
    weighted = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-weighted % 11]


def foreign_characters(code: str) -> str:
    """Return the characters of `code` that no credit code may contain, each once, in order."""
    return "".join(dict.fromkeys(character for character in code if character not in _VALUES))
