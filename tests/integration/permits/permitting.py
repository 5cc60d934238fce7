"""A permit through its routes: what is sent at each step, and permits that have come as far as a state."""

from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from shared.http.chassis import EXTENSION
from tests.integration.permits.conftest import NOW, PERMITS
from tests.support.permits import ANALYSIS, BRIEFING, CREW, GUARDIAN, HOT_FACTS, WRITTEN, certify

WORK = f"{PERMITS}/permits"
EARLIER = NOW - timedelta(minutes=10)  # when the gases are analysed before the start
PLACE = {"longitude": 121.41, "latitude": 28.66}
GOOD: dict[str, dict[str, Any]] = {
    "combustible": {"gas": "methane", "value": 0.1, "unit": "vol_pct"},
    "oxygen": {"gas": "oxygen", "value": 20.9, "unit": "vol_pct"},
    "toxic": {"gas": "hydrogen_sulphide", "value": 1.0, "unit": "mg_m3"},
}


def application(enterprise_id: str, kind: str = "hot_work", **changes: Any) -> dict[str, Any]:
    """Return what is sent to apply for work from now on."""
    start: datetime = changes.pop("start", NOW - timedelta(minutes=30))
    hours = changes.pop("hours", 6)
    facts = HOT_FACTS if kind == "hot_work" else {"height_m": 6.0} if kind == "height" else {}
    content = {
        "enterprise_id": enterprise_id,
        "kind": kind,
        "description": "更换进料管法兰",
        "place": "一车间反应釜R101",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=hours)).isoformat(),
        "facts": facts,
        "crew": CREW,
        **PLACE,
    }
    return content | changes


def applied(client: FlaskClient, enterprise_id: str, kind: str = "hot_work", **changes: Any) -> dict[str, Any]:
    database = client.application.extensions[EXTENSION].database
    certify(database, enterprise_id, *(one["person_id"] for one in changes.get("crew", CREW)), now=NOW)
    answer = client.post(WORK, json=application(enterprise_id, kind, **changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def sent(client: FlaskClient, permit: dict[str, Any], action: str, **body: Any) -> Any:
    """Return the answer to a step; an ``event`` that has no route of its own goes to ``steps``."""
    own = ("submit", "approve", "start", "suspend", "resume", "finish", "close", "renew", "gas-tests", "signatures")
    if action in own:
        return client.post(f"{WORK}/{permit['id']}/{action}", json=body)
    return client.post(f"{WORK}/{permit['id']}/steps", json={"event": action, **body})


def taken(client: FlaskClient, permit: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
    answer = sent(client, permit, action, **body)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json)


def shown(client: FlaskClient, permit: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"{WORK}/{permit['id']}").json)


def measured(client: FlaskClient, permit: dict[str, Any], group: str = "combustible", **changes: Any) -> Any:
    return sent(client, permit, "gas-tests", **({"point": "middle", **GOOD[group]} | changes))


def prepared(client: FlaskClient, permit: dict[str, Any], **analysis: Any) -> dict[str, Any]:
    """Lead a submitted permit on to where it waits for signatures."""
    briefed(client, permit, **analysis)
    return taken(client, permit, "send")


def briefed(client: FlaskClient, permit: dict[str, Any], **analysis: Any) -> dict[str, Any]:
    """Lead a submitted permit on to where everybody knows what is done."""
    taken(client, permit, "analyse", **(ANALYSIS | analysis))
    numbers = [str(one["number"]) for one in shown(client, permit)["measures"]]
    taken(client, permit, "answer", answers=dict.fromkeys(numbers, True), notes=dict.fromkeys(numbers, WRITTEN))
    for group in shown(client, permit)["terms"]["gases"]:
        assert measured(client, permit, group, sampled_at=EARLIER.isoformat()).status_code == 200
    taken(client, permit, "confirm", isolation=["V-101"], blind_map="map-1", plan="plan-1")
    return taken(client, permit, "brief", **BRIEFING)


def approved(client: FlaskClient, approver: FlaskClient, permit: dict[str, Any], **analysis: Any) -> dict[str, Any]:
    """Lead an application on to its approval."""
    taken(client, permit, "submit")
    prepared(client, permit, **analysis)
    return signed(client, approver, permit)


def signed(client: FlaskClient, approver: FlaskClient, permit: dict[str, Any]) -> dict[str, Any]:
    """Give all signatures that a prepared permit waits for."""
    while len(roles := shown(client, permit)["terms"]["approval"]) - 1 > len(shown(client, permit)["signatures"]):
        taken(client, permit, "signatures", role=roles[len(shown(client, permit)["signatures"])], **PLACE)
    return taken(approver, permit, "approve", **PLACE)


def ready(client: FlaskClient, permit: dict[str, Any]) -> dict[str, Any]:
    """Check the tickets of approved work and let its guardian come."""
    for role in shown(client, permit)["terms"]["tickets"]:
        taken(client, permit, "signatures", role=role, **PLACE)
    return taken(client, permit, "check_in", person_id=GUARDIAN)


def started(client: FlaskClient, approver: FlaskClient, permit: dict[str, Any], **analysis: Any) -> dict[str, Any]:
    """Lead an application on until the work goes on."""
    approved(client, approver, permit, **analysis)
    ready(client, permit)
    return taken(client, permit, "start", video_live=True, detector_live=True, wind_force=2)
