"""Documents drawn up and signed, as the tests of documents, transfers and halts need them."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from shared.clock import business_date
from tests.integration.inspections.conftest import INSPECTIONS, NOW, photo_of
from tests.support.pictures import PICTURE

DOCUMENTS, HAZARDS = f"{INSPECTIONS}/documents", f"{INSPECTIONS}/hazards"
DEADLINE = (business_date(NOW) + timedelta(days=10)).isoformat()
TOLD_ON = business_date(NOW).isoformat()
ORDER = {
    "deadline": DEADLINE, "responsible": "车间主任", "measures": "加装护栏", "funds": "2万元", "acceptance": "安全员",
}  # fmt: skip
REPORT = {"condition": "无泄爆", "difficulty": "停产", "treatment": "改造", "told_workers_on": TOLD_ON}
PLAN = {
    "goal": "消除",
    "methods": "改造",
    "funds": "2万元",
    "people": "设备科",
    "schedule": "两月",
    "emergency": "撤人",
}
HALT = {"part": "打磨车间", "reason": "无法保证安全", "measures": "停产撤人"}
LETTER = {"receiver": "消防救援大队", "reason": "属消防职责"}


def found(client: FlaskClient, enterprise_id: str, **changes: Any) -> str:
    body = {"enterprise_id": enterprise_id, "description": "临边无护栏", "place": "二层平台"} | changes
    return str(client.post(HAZARDS, json=body).json["id"])


def stepped(client: FlaskClient, hazard_id: str, event: str, **given: Any) -> str:
    answer = client.post(f"{HAZARDS}/{hazard_id}/steps", json={"event": event, **given})
    assert answer.status_code == 200, answer.text
    return str(answer.json["state"])


def state_of(client: FlaskClient, hazard_id: str) -> str:
    return str(client.get(f"{HAZARDS}/{hazard_id}").json["state"])


def drawn_up(client: FlaskClient, kind: str, fields: dict[str, str], *hazards: str, **more: Any) -> dict[str, Any]:
    body = {"kind": kind, "fields": fields, "hazard_ids": hazards, **more}
    answer = client.post(DOCUMENTS, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def sign(client: FlaskClient, one: dict[str, Any], place: str = "officer", **changes: Any) -> Any:
    image = {} if "method" in changes else {"image_id": photo_of(client, one["enterprise_id"], PICTURE)}
    body = {"place": place, "sha256": one["sha256"], **image, **changes}
    return client.post(f"{DOCUMENTS}/{one['id']}/signatures", json=body)


def issued(one: dict[str, Any], officer: FlaskClient, second: FlaskClient) -> dict[str, Any]:
    """Let both officers sign, and the other side where it does."""
    assert sign(officer, one, post="浙J001").status_code == 200
    if "present" in one["awaits"]:
        assert sign(officer, one, "present", name="张三", post="厂长").status_code == 200
    answer = sign(second, one, post="浙J002")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def an_order(officer: FlaskClient, enterprise_id: str) -> dict[str, Any]:
    one = found(officer, enterprise_id)
    stepped(officer, one, "grade_general")
    return drawn_up(officer, "rectification_order", ORDER, one)
