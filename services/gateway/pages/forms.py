"""What forms of pages share: reading their fields, telling a refusal, going on after a success."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, make_response, redirect
from flask_babel import gettext

from services.gateway.pages.own_api import Refusal

PLACE = ZoneInfo("Asia/Shanghai")
GROUPS = ("refusal", "problem", "reason")  # of the catalogue: what was refused is said in one of them
FACT = re.compile(r"%\((\w+)\)s")
SEPARATORS = re.compile(r"[\s,;，；、]+")


def lines_of(text: str) -> list[str]:
    """Return the words of a field that takes several, separated by spaces, commas or line breaks."""
    return [part for part in SEPARATORS.split(text) if part]


def moment_of(text: str) -> str:
    """Return a local date and time of a form as an ISO 8601 moment; what is none stays for the API to refuse."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=PLACE).isoformat()
    except ValueError:
        return text


def refusal_of(refusal: Refusal) -> str:
    """Return the sentence of a refusal in the page's language, the API's own where its code is not known."""
    for key in (f"{group}.{refusal.reason}" for group in GROUPS):
        sentence = gettext(key)
        if sentence != key:
            return FACT.sub(lambda found: str(refusal.facts.get(found[1], "")), sentence)
    return refusal.detail


def after(address: str, done: str) -> Response:
    """Go on to ``address``, where ``done.<done>`` is told."""
    joint = "&" if "?" in address else "?"
    return make_response(redirect(f"{address}{joint}done={done}", 303))
