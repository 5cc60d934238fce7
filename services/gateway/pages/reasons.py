"""Why an enterprise has its colour, laid out for reading: the card's bands, what counted, what is known."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.gateway.pages import own_api

Document = Mapping[str, Any]
RED = 1


def reasons_of(enterprise_id: str) -> dict[str, Any]:
    """Return explanation, history, bands of the card and the answers so far, from the API of risk."""
    explained = own_api.read(f"risk/grades/{enterprise_id}/explain")
    card = own_api.read(f"risk/cards/{explained['card']}") if explained["card"] else {}
    sheet = own_api.read(f"risk/facts/{enterprise_id}")
    grades = own_api.read(f"risk/grades/{enterprise_id}/history")["items"]
    return {
        "explained": explained,
        "card": card,
        "bands": bands(card),
        "trend": {"grades": score_points(grades), "bands": bands(card)},
        "answers": answers(card, sheet),
        "titles": {fact["id"]: fact for fact in card.get("facts", ())},
        "grades": grades,
    }


def bands(card: Document) -> list[dict[str, Any]]:
    """Return the card's score ranges, red first; below the lowest threshold everything is red."""
    steps = sorted(card.get("thresholds", ()), key=lambda step: step["at_least"])
    lows = [0.0, *(step["at_least"] for step in steps)]
    levels = [RED, *(step["level"] for step in steps)]
    highs = [*lows[1:], float(card.get("base", 100))]
    return [
        {"level": level, "low": low, "high": high}
        for level, low, high in zip(levels, lows, highs, strict=True)
        if steps
    ]


def score_points(grades: Sequence[Document]) -> list[tuple[str, float]]:
    """Return moment and score of each grade that has one, the oldest first, for the chart."""
    return [(grade["graded_at"], grade["score"]) for grade in reversed(grades) if grade["score"] is not None]


def answers(card: Document, sheet: Document) -> list[dict[str, Any]]:
    """Return the card's questions that have an answer; a confirmed one hides what the register suggests."""
    known = {**sheet.get("register", {}), **sheet.get("facts", {})}
    return [{**fact, "fact": fact["id"], **known[fact["id"]]} for fact in card.get("facts", ()) if fact["id"] in known]
