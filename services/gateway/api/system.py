"""The whole platform for those who keep it running or audit it: every service is asked at once."""

from datetime import datetime
from functools import partial
from typing import Any

from flask import Response, jsonify, request

from services.gateway.composition import composer
from services.gateway.forwarding import forward
from services.gateway.neighbours import neighbours
from services.gateway.schemas import AuditPage, AuditQuery, ParkedList, SystemHealth
from shared.errors import NotFound
from shared.http import Blueprint
from shared.http.admission import admits
from shared.http.chassis import chassis
from shared.http.operations import backlog_of, drop, parked_items, replay
from shared.http.paging import cursor_of
from shared.http.trail import entries_asked

OWN = "gateway"
UNKNOWN = {"outbox": None, "pending": None, "parked": None}
NO_ANSWER = "No answer within the deadline."

blp = Blueprint("system", __name__, url_prefix="/api/v1/system", description="Health and parked events")


trail = Blueprint("trail_of_all", __name__, url_prefix="/api/v1/identity", description="Who did what, in all services")


class ActUnknown(NotFound):
    code = "act_unknown"


@blp.route("/health", methods=["GET"])
@admits("system:read")
@blp.response(200, SystemHealth)
def health() -> dict[str, Any]:
    """Whether each service is ready, and how far behind its events are."""
    services = neighbours().clients
    states = composer().ask({name: partial(_state_of, name) for name in services})
    down = {"state": "down", "detail": NO_ANSWER, **UNKNOWN}
    rows = [{"service": name, **states.get(name, down)} for name in services]
    return {"services": sorted([*rows, _own_state()], key=lambda row: str(row["service"]))}


@blp.route("/parked", methods=["GET"])
@admits("event:operate")
@blp.response(200, ParkedList)
def parked_events() -> dict[str, Any]:
    """The parked events of all services, the newest first; services that do not answer are named."""
    services = neighbours().clients
    lists = composer().ask({name: partial(_parked_of, name) for name in services})
    with chassis().database.reading() as session:
        lists[OWN] = parked_items(session)
    items = [{"service": name, **_with_text(item)} for name, found in lists.items() for item in found]
    return {
        "items": sorted(items, key=lambda item: str(item["parked_at"]), reverse=True),
        "next_cursor": None,
        "unavailable": [name for name in services if name not in lists],
    }


@blp.route("/parked/<service>/<id:parked_id>/<act>", methods=["POST"])
@admits("event:operate")
@blp.response(200)
def act_on_parked(service: str, parked_id: str, act: str) -> Response:
    """Handle a parked event of a service again (``replay``), or give it up (``drop``)."""
    if act not in ("replay", "drop"):
        raise ActUnknown("Parked events can be replayed or dropped.")
    if service != OWN:
        return forward(service, f"/api/v1/{service}/operations/parked/{parked_id}/{act}")
    return jsonify(replay(OWN, parked_id) if act == "replay" else drop(parked_id))


@trail.route("/audit", methods=["GET"])
@admits("audit:read")
@trail.arguments(AuditQuery, location="query")
@trail.response(200, AuditPage)
def audit_trail(query: dict[str, Any]) -> dict[str, Any]:
    """Entries of all services, the newest first; services that do not answer are named.

    Every service orders by moment and id, so that one cursor goes on in all of them.
    """
    wanted = query.pop("service")
    asked = [name for name in neighbours().clients if wanted in ("", name)]
    trails = composer().ask({name: partial(_entries_of, name) for name in asked})
    if wanted in ("", OWN):
        with chassis().database.reading() as session:
            rows, _ = entries_asked(session, query)
        trails[OWN] = [dict(row._mapping) for row in rows]
    entries = [{**entry, "service": name} for name, found in trails.items() for entry in found]
    entries.sort(key=lambda entry: (entry["at"], entry["id"]), reverse=True)
    shown, rest = entries[: query["limit"]], entries[query["limit"] :]
    is_more = bool(rest) or any(len(found) == query["limit"] for found in trails.values())
    last = shown[-1] if shown and is_more else None
    return {
        "items": shown,
        "next_cursor": cursor_of([last["at"], last["id"]]) if last else None,
        "unavailable": [name for name in asked if name not in trails],
    }


def _state_of(service: str) -> dict[str, Any]:
    ready = neighbours()[service].send("GET", "/readyz")
    if not ready.ok:
        return {"state": "not_ready", "detail": ready.json().get("detail", ""), **UNKNOWN}
    backlog = neighbours()[service].get_json(f"/api/v1/{service}/operations/backlog")
    return {"state": "up", "detail": "", **{name: backlog[name] for name in UNKNOWN}}


def _own_state() -> dict[str, Any]:
    with chassis().database.reading() as session:
        backlog = backlog_of(session)
    return {"service": OWN, "state": "up", "detail": "", **{name: backlog[name] for name in UNKNOWN}}


def _parked_of(service: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = neighbours()[service].get_json(f"/api/v1/{service}/operations/parked")["items"]
    return found


def _with_text(item: dict[str, Any]) -> dict[str, Any]:
    """Moments of other services came as text already."""
    moment = item["parked_at"]
    return item if isinstance(moment, str) else {**item, "parked_at": moment.isoformat()}


def _entries_of(service: str) -> list[dict[str, Any]]:
    query = {name: value for name, value in request.args.items() if name != "service"}
    found: dict[str, Any] = neighbours()[service].get_json(f"/api/v1/{service}/audit", params=query)
    return [{**entry, "at": datetime.fromisoformat(entry["at"])} for entry in found["items"]]
