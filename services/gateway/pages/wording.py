"""Filters that put values into words: level points, answers, texts in two languages, matched words."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

OURS = "Sise design"  # what rule tables call a rule of our own
_SEPARATORS = "; "
_BESIDE = " · "
_REFERENCE = r"(?:credit-and-inspections|messaging-and-libraries|monitoring-training-and-peers|risk-grading)\b"
_PART = r"(?:permits|product|contracts)(?=\.md|:|,? (?:§|row|chain)|, permits| roles table)"
_NOTES = re.compile(rf"[\s,:;，：；、·(（]*(?:{_REFERENCE}|{_PART})[^:;：；)）]*[)）]*(?:, Annex A)?[\s:;：；]*")
_NUMBERS = re.compile(r"\s*\(S\d+(?:, S\d+)*\)|(?:,| after) S\d+\b")  # of the list of sources behind our notes
_HAN = r"[\u4e00-\u9fff]"
_NOTED = re.compile(
    rf",? ?\b(after) (?=[A-Z]|{_HAN})| (and) (?={_HAN})|(?<={_HAN}) (practice|draft)\b"
    r"|\b(annex|note|table) (?=[A-Z\d])",
    re.IGNORECASE,
)
_ENGLISH = re.compile(r"[ ,]*\b[A-Z]?[a-z_]{2,}\b.*")
_BRACKET = re.compile(r"\s*[(（][^()（）]*[a-z_]{2,}[^()（）]*[)）]")
_PIECES = re.compile(r"(?<!\d)[:：]\s*|[:：](?!\d)\s*|[,，]\s+")
_CITED = re.compile(rf"[A-Z]{{2}}.*\d|\d\.\d|[A-Z]\.\d|{_HAN}.*\d")


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
    known = (_BESIDE.join(dict.fromkeys(filter(None, map(_cited, (text or "").split(_BESIDE))))) for text in texts)
    return " ".join(filter(None, known))


def _cited(text: str) -> str:
    said = _SEPARATORS.join(filter(None, _NOTES.split(_NUMBERS.sub("", text)))).replace(OURS, gettext("wording.ours"))
    locale = get_locale()
    return _without_english(said) if locale and locale.language == "zh" else said


def _without_english(text: str) -> str:
    """Return a source without what our tables note about it in English, which a Chinese page does not show."""
    named = _NOTED.sub(lambda found: gettext(f"wording.{next(filter(None, found.groups())).lower()}"), text)
    parts = (_shown_of(part) for part in re.split(r"\s*[;；]\s*", _BRACKET.sub("", named)))
    return _SEPARATORS.join(filter(None, parts))


def _shown_of(part: str) -> str:
    """Return the pieces of a source that are not in English, or cite something before the English begins."""
    if not _ENGLISH.search(part):
        return part
    cut = ((piece, _ENGLISH.sub("", piece)) for piece in _PIECES.split(part))
    return gettext("wording.comma").join(words for piece, words in cut if words == piece or _CITED.search(words))


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
