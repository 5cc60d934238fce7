"""An intermediary under contract with an enterprise, its inspector, and the steps of its visits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from services.inspections.subscriptions import on_service_contract
from services.inspections.tables import visit
from shared.contracts.registry import ServiceContractEnded, ServiceContractStarted
from shared.database import Database
from shared.ids import new_id
from shared.security.upkeep import keep_contracts
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    Caller,
    known_enterprise,
    photo_of,
    run_clock,
    staffed,
)
from tests.support.events import received
from tests.unit.inspections.builders import all_normal, default_list

VISITS = f"{INSPECTIONS}/visits"
GATE = {"longitude": 121.43, "latitude": 28.67, "accuracy": 9}
FAR = GATE | {"latitude": 28.77}
EXACT = {"longitude": 121.43, "latitude": 28.67, "location_precision": "exact"}
REPORT = {"summary": "检查车间", "conclusion": "in_order", "signed": True}


@dataclass(frozen=True)
class Agency:
    """An intermediary; ``inspector`` and ``owner`` are clients of its inspector and of the enterprise."""

    id: str
    enterprise_id: str
    contract_id: str
    inspector: FlaskClient
    owner: FlaskClient

    def planned(self) -> dict[str, Any]:
        """Return the visit that is planned at the enterprise."""
        [one] = self.inspector.get(f"{VISITS}?state=planned&enterprise_id={self.enterprise_id}").json["items"]
        return dict(one)

    def arranged(self) -> str:
        """Arrange a visit that nobody had planned and return its id."""
        answer = self.inspector.post(VISITS, json={"enterprise_id": self.enterprise_id})
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def check(self, visit_id: str, **changes: str) -> None:
        """Hand the checklist of a visit in; every item is in order unless ``changes`` say otherwise."""
        task_id = self.inspector.get(f"{VISITS}/{visit_id}").json["task_id"]
        task = self.inspector.get(f"{INSPECTIONS}/tasks/{task_id}").json
        answers = all_normal(default_list(task["checklist"])) | changes
        photos = {item: [photo_of(self.inspector, self.enterprise_id)] for item in changes}
        body = {"answers": answers, "photos": photos, "signed": True}
        answer = self.inspector.post(f"{INSPECTIONS}/tasks/{task_id}/submit", json=body)
        assert answer.status_code == 201, answer.text

    def reported(self, visit_id: str, *, minutes: int = 90, **changes: str) -> None:
        """Let a visit take place and be reported."""
        step(self.inspector, visit_id, "start", at=before(minutes=minutes), **GATE)
        self.check(visit_id, **changes)
        step(self.inspector, visit_id, "end", at=NOW.isoformat(), **GATE)
        conclusion = "not_in_order" if changes else "in_order"
        step(self.inspector, visit_id, "report", **(REPORT | {"conclusion": conclusion}))


def before(**units: int) -> str:
    """Return the moment that lies so many minutes, hours or days before ``NOW``."""
    return (NOW - timedelta(**units)).isoformat()


def kinds(agency: Agency, visit_id: str) -> list[str]:
    """Return what a visit is marked with."""
    return [one["kind"] for one in agency.inspector.get(f"{VISITS}/{visit_id}").json["flags"]]


def step(client: FlaskClient, visit_id: str, event: str, **given: Any) -> dict[str, Any]:
    """Take a step with a visit."""
    answer = client.post(f"{VISITS}/{visit_id}/steps", json={"event": event, **given})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def refused(client: FlaskClient, visit_id: str, event: str, **given: Any) -> tuple[int, str]:
    """Return status and code with which a step is refused."""
    answer = client.post(f"{VISITS}/{visit_id}/steps", json={"event": event, **given})
    return answer.status_code, answer.json["code"]


def contracted(
    database: Database,
    caller: Caller,
    *,
    agency_id: str = "",
    subject: str = "inspector",
    visits_per_year: int = 4,
    now: datetime = NOW,
    **facts: Any,
) -> Agency:
    """Let an intermediary be under contract with a new enterprise since ten days ago, and plan its visits."""
    agency_id, enterprise_id = agency_id or new_id(), known_enterprise(database, **(EXACT | facts))
    staffed(database, subject, "intermediary_inspector", divisions=(), intermediary_id=agency_id)
    contract_id = new_id()
    told_of_contract(database, contract_id, (enterprise_id, agency_id), visits_per_year=visits_per_year, now=now)
    run_clock(database, now=now)
    inspector = caller("intermediary_inspector", subject=subject, divisions=[], intermediary_id=agency_id)
    owner = caller("enterprise_principal", subject=f"owner-{subject}", divisions=[], enterprise_id=enterprise_id)
    return Agency(agency_id, enterprise_id, contract_id, inspector, owner)


def told_of_contract(
    database: Database,
    contract_id: str,
    sides: tuple[str, str],
    *,
    visits_per_year: int = 4,
    now: datetime = NOW,
    ends_at: datetime | None = None,
    sequence: int = 1,
) -> None:
    """Let inspections hear of a contract of a year between (enterprise, intermediary), or that it has ended."""
    kind = ServiceContractEnded if ends_at else ServiceContractStarted
    event = kind(
        contract_id=contract_id,
        enterprise_id=sides[0],
        intermediary_id=sides[1],
        starts_at=(NOW - timedelta(days=10)).isoformat(),
        ends_at=(ends_at or NOW + timedelta(days=355)).isoformat(),
        visits_per_year=visits_per_year,
    )
    with database.transaction() as session:
        keep_contracts(session, [received(event, sequence=sequence)], now=now)
        on_service_contract(session, received(event, sequence=sequence), now=now)


def visit_rows(database: Database) -> list[Any]:
    """Return every visit, the oldest first."""
    with database.reading() as session:
        return list(session.execute(select(visit).order_by(visit.c.id)))
