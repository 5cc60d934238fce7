"""What is answered to who asks about a subject: hits, lists, and what the asking agency has to do about them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.credit.domain.measures import Measure, MeasureRules
from shared.errors import Refused

MOST_CODES = 1000
CODE_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
ON_THE_LIST = "ACTIVE"
Document = dict[str, Any]


class CreditCodeMalformed(Refused):
    code = "credit_code_malformed"


class TooManyCodes(Refused):
    code = "too_many_codes"


@dataclass(frozen=True, slots=True)
class Listing:
    """One listing that is in force."""

    code: str
    reason: str
    basis: str
    decision_number: str
    decided_by: str
    listed_on: date
    managed_until: date
    early_removal_from: date


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom somebody asks about; ``name`` is empty when nobody here knows the code, ``penalties`` are public ones."""

    uscc: str
    name: str = ""
    listings: tuple[Listing, ...] = ()
    penalties: tuple[Document, ...] = ()


def answer_about(subject: Subject, *, purpose: str, rules: MeasureRules) -> Document:
    """Return the answer about one subject: what ended is absent, and no hit is an answer too."""
    measures = rules.measures_for(purpose) if subject.listings else ()
    return {
        "uscc": subject.uscc,
        "name": subject.name,
        "hit": bool(subject.listings),
        "lists": [_list_entry(one, rules) for one in subject.listings],
        "measures": [measure_view(one) for one in measures],
        "penalties": list(subject.penalties),
    }


def _list_entry(one: Listing, rules: MeasureRules) -> Document:
    return {
        "list_code": rules.list_code,
        "list_name": rules.list_name,
        "status": ON_THE_LIST,
        "reason_code": one.code,
        "reason": one.reason,
        "basis": one.basis,
        "decision_number": one.decision_number,
        "decided_by": one.decided_by,
        "listed_on": one.listed_on.isoformat(),
        "managed_until": one.managed_until.isoformat(),
        "early_removal_from": one.early_removal_from.isoformat(),
    }


def measure_view(one: Measure) -> Document:
    """Return a measure with its effect and what it rests on."""
    return {
        "code": one.code,
        "name": one.zh,
        "name_en": one.en,
        "agency": one.agency,
        "effect": one.effect,
        "basis": one.basis,
        "measure_list_version": one.measure_list_version,
    }


def code_asked(text: str) -> str:
    """Return a credit code in capitals; raises ``CreditCodeMalformed`` for what cannot be one (GB 32100-2015)."""
    code = text.strip().upper()
    if not CODE_SHAPE.fullmatch(code):
        raise CreditCodeMalformed("A unified social credit code has 18 digits and capital letters.", field="uscc")
    return code


def codes_asked(codes: Sequence[str]) -> list[str]:
    """Return each code once, in the order in which it was asked for.

    Raises ``TooManyCodes`` beyond 1,000, and ``CreditCodeMalformed``.
    """
    if len(codes) > MOST_CODES:
        raise TooManyCodes("Ask for at most 1,000 codes at once.", most=MOST_CODES, asked=len(codes))
    return list(dict.fromkeys(map(code_asked, codes)))


def told_to(answer: Mapping[str, Any], *, fields: frozenset[str] | None) -> Document:
    """Return the part of an answer that a grant names, before it is signed; people are told all of it."""
    return {name: value for name, value in answer.items() if fields is None or name in fields}
