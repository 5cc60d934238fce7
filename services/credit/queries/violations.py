"""The catalogue of acts, and what was recorded within the caller's area."""

from typing import Any

from services.credit.rules import catalogue

Document = dict[str, Any]


def violation_table() -> Document:
    """Return the catalogue with the source of each act."""
    table = catalogue()
    same = ("code", "clause", "zh", "en", "first", "refusal", "persons", "hazard_items", "basis")
    acts = [
        {**{name: getattr(one, name) for name in same}, "document": one.source.document, "status": one.source.status}
        for one in table.acts.values()
    ]
    return {"version": table.version, "acts": acts, "severities": list(table.severities.values())}
