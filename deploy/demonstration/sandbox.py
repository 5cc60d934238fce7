"""A client system for trying the API out: granted little, in a demonstration only."""

from datetime import UTC, datetime, timedelta
from typing import Any

NAME = "沙箱 sandbox（演示）"
FIELDS = {
    "enterprise:read": ["id", "uscc", "name", "division", "level", "colour"],
    "grade:read": ["level", "colour", "score", "provisional"],
    "check:read": [
        *("uscc", "name", "hit", "lists", "measures", "penalties", "answers"),
        *("purpose", "answered_at", "receipt_id", "signature"),
    ],
}
PURPOSES = {"check:read": ["FIN", "PROC"]}
LIFE = timedelta(days=365)


def make_sandbox(client: Any, *, division: str, now: datetime | None = None) -> tuple[str, str] | None:
    """Register the sandbox with its grants in ``division``; return id and secret, ``None`` when it is there already.

    ``client`` speaks to the API as an administrator.
    """
    if any(one["name"] == NAME for one in client.call("GET", "identity/clients", params={"limit": 200})["items"]):
        return None
    made = client.call("POST", "identity/clients", json={"name": NAME})
    until = ((now or datetime.now(UTC)) + LIFE).isoformat()
    for action, fields in FIELDS.items():
        purposes = PURPOSES.get(action, [])
        terms = {"divisions": [division], "fields": fields, "purposes": purposes, "until": until}
        terms["basis"] = "演示 demonstration"
        client.call("PUT", f"identity/clients/{made['client_id']}/grants/{action}", json=terms)
    return made["client_id"], made["client_secret"]
