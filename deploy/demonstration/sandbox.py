"""An agency for trying out what systems and clerks of others may do: granted little, in a demonstration only."""

from datetime import UTC, datetime, timedelta
from typing import Any

NAME = "沙箱 sandbox（演示）"
FIELDS = {
    "enterprise:read": ["id", "uscc", "name", "division", "level", "colour"],
    "grade:read": ["level", "colour", "score", "provisional"],
    "check:read": [
        *("uscc", "name", "hit", "lists", "measures", "penalties", "answers"),
        *("purpose", "answered_at", "receipt_id", "signature", "id", "at", "by", "agency_id", "asked", "hits"),
    ],
    "restriction:read": [
        *("id", "uscc", "name", "code", "code_zh", "code_en", "agency", "effect", "basis_doc", "basis_article"),
        *("measure_list_version", "state", "state_zh", "state_en", "is_open", "version", "pushed_at", "asked_at"),
        *("measure", "applied_on", "handler", "reason", "steps"),
    ],
    "restriction:answer": ["id", "code", "agency", "effect", "state", "is_open", "version"],
}
PURPOSES = dict.fromkeys(("check:read", "restriction:read", "restriction:answer"), ["FIN", "PROC"])
CLERK = {"username": "demo-clerk", "name": "演示经办人", "roles": ["agency_clerk"]}
LIFE = timedelta(days=365)


def make_sandbox(client: Any, *, division: str, password: str, now: datetime | None = None) -> tuple[str, str] | None:
    """Register the sandbox with its grants in ``division``, and a clerk of it who signs in with ``password``.

    Return id and secret of its system, ``None`` when it is there already. ``client`` speaks to the API as an
    administrator.
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
    client.call("POST", "identity/accounts", json={**CLERK, "agency_id": made["client_id"], "password": password})
    return made["client_id"], made["client_secret"]
