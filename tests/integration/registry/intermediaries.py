"""Builders of intermediaries and contracts over HTTP."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask.testing import FlaskClient

from shared.clock import BUSINESS_ZONE, Clock, business_date
from tests.integration.registry.conftest import BASE
from tests.unit.registry.registers import code_of

ACTIONS = ["intermediary:read", "intermediary:write", "enterprise:read", "enterprise:write"]


def today() -> date:
    """Return the day that it is in China; a run may go on into the next one."""
    return business_date(Clock().now())


def day(days: int) -> str:
    """Return the day so many days from today."""
    return (today() + timedelta(days=days)).isoformat()


def registered(client: FlaskClient, number: int = 700, **changes: Any) -> dict[str, Any]:
    """Register an intermediary without documents."""
    services = ["hazard_check", "training"]
    body = {"uscc": code_of(number), "name": f"样例安全服务{number}", "services": services, **changes}
    return dict(client.post(f"{BASE}/intermediaries", json=body).get_json())


def documents(*, until: str | None = None) -> list[dict[str, Any]]:
    """Return the two documents that an intermediary needs; the practice notice ends on `until`."""
    notice = {"kind": "practice_notice", "number": "告知-1", "valid_from": day(-30), "valid_until": until}
    return [notice, {"kind": "qualification", "number": "资质-1"}]


def send(client: FlaskClient, row: Mapping[str, Any], path: str, *, kind: str = "intermediaries", **body: Any) -> Any:
    """Send a change with the version of `row`: PATCH without a path, PUT for lists, POST for deeds."""
    method = "PATCH" if not path else "PUT" if path == "/documents" else "POST"
    headers = {"If-Match": f'"{row["version"]}"'}
    content = {"json": body} if body else {}
    return client.open(f"{BASE}/{kind}/{row['id']}{path}", method=method, headers=headers, **content)


def working(client: FlaskClient, number: int = 700, *, until: str | None = None) -> dict[str, Any]:
    """Register an intermediary that may work."""
    return dict(send(client, registered(client, number), "/documents", documents=documents(until=until)).get_json())


def concluded(client: FlaskClient, intermediary: Mapping[str, Any], enterprise: str, /, **changes: Any) -> Any:
    """Conclude a contract that runs from yesterday for a year."""
    body = {
        "enterprise_id": enterprise,
        "intermediary_id": intermediary["id"],
        "number": "合同-1",
        "services": ["hazard_check"],
        "starts_on": day(-1),
        "ends_on": day(365),
        "visits_per_year": 12,
    }
    return client.post(f"{BASE}/contracts", json={**body, **changes})


def enterprise(client: FlaskClient, number: int = 1, *, address: str = "椒江区洪家街道样例路") -> str:
    """Register an enterprise and return its id."""
    body = {"uscc": code_of(number), "name": f"样例{number}厂", "address": address}
    return str(client.post(f"{BASE}/enterprises", json=body).get_json()["id"])


def in_days(count: int) -> datetime:
    """Return noon in China so many days ahead."""
    return datetime.combine(today() + timedelta(days=count), time(12), BUSINESS_ZONE)
