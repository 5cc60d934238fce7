"""Filters that put values into words: level points, answers, texts in two languages, matched words."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

OURS = "Sise design"  # what rule tables call a rule of our own
_SEPARATORS = "; "
_REFERENCE = r"(?:credit-and-inspections|messaging-and-libraries|monitoring-training-and-peers|risk-grading)\b"
_PART = r"(?:permits|product|contracts)(?=\.md|:|,? (?:§|row|chain)|, permits| roles table)"
_NOTES = re.compile(rf"[\s,:;，：；、·(（]*(?:{_REFERENCE}|{_PART})[^:;：；)）]*[)）]*(?:, Annex A)?[\s:;：；]*")
_NUMBERS = re.compile(r"\s*\(S\d+(?:, S\d+)*\)|(?:,| after) S\d+\b")  # of the list of sources behind our notes


def worded(text: str | Mapping[str, str] | None) -> str:
    """Return a text of a rule table in the page's language; a plain text is returned as it is."""
    if isinstance(text, Mapping):
        locale = get_locale()
        return text.get(locale.language if locale else "zh") or text.get("zh", "")
    return text or ""


def answered(value: Any) -> str:
    """Return the word for the answer to a question: yes, no, unknown, a number or an option of its own."""
    if value is None:
        return gettext("answer.unknown")
    key = f"answer.{value}"
    word = gettext(key)
    return str(value) if word == key else word


def reasoned(error: Mapping[str, Any]) -> str:
    """Return why a row or a whole file was refused, in the page's language where its code is known."""
    key = f"reason.{error['code']}"
    word = gettext(key)
    return str(error.get("reason") or error.get("detail", "")) if word == key else word


def signed(points: float | None) -> str:
    """Write points with their sign; none and zero are a dash."""
    if not points:
        return "–"
    text = f"{abs(points):g}"
    return f"+{text}" if points > 0 else f"−{text}"


def marked(text: str | None, wanted: str) -> Markup:
    """Return ``text`` with each of the ``wanted`` words marked, whatever their case."""
    return _mark(text or "", wanted.split())


def matched(text: str | None, features: Mapping[str, Any] | None) -> Markup:
    """Return a business scope with the words marked from which hazard features were inferred."""
    return _mark(text or "", [word for known in (features or {}).values() for word in known.get("words", ())])


def pretty(body: Any) -> str:
    """Write the body of an event for reading; what is not JSON stays as it is."""
    if isinstance(body, str):
        return body
    return json.dumps(body, ensure_ascii=False, indent=2)


def _mark(text: str, words: Iterable[str]) -> Markup:
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return escape(text)
    pieces = re.split("(" + "|".join(map(re.escape, wanted)) + ")", text, flags=re.IGNORECASE)
    parts = [Markup("<mark>{}</mark>").format(part) if at % 2 else escape(part) for at, part in enumerate(pieces)]
    return Markup("").join(parts)


def cited(*texts: str | None) -> str:
    """Return source and clause of a rule as a page shows them: laws and orders, not our notes about them."""
    known = [_SEPARATORS.join(filter(None, _NOTES.split(_NUMBERS.sub("", text or "")))) for text in texts]
    return " ".join(filter(None, known)).replace(OURS, gettext("wording.ours"))


FILTERS = {
    "worded": worded,
    "answered": answered,
    "signed": signed,
    "marked": marked,
    "matched": matched,
    "pretty": pretty,
    "reasoned": reasoned,
    "cited": cited,
}
