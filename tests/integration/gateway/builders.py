"""Builders of what the gateway is told: events as they are received, with generated enterprises."""

from datetime import UTC, datetime
from typing import Any

from shared import ids
from shared.contracts import contract_of
from shared.contracts.registry import EnterpriseRegistered, EnterpriseState
from shared.contracts.risk import EnterpriseGraded
from shared.events.received import Received

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HAIMEN, BAIYUN = "331002001", "331002002"


def received(event: Any, *, sequence: int = 1) -> Received[Any]:
    """Return ``event`` as a handler gets it."""
    contract = contract_of(type(event))
    return Received(
        id=ids.new_id(),
        type=contract.name,
        source=contract.source,
        subject=event.enterprise_id,
        sequence=sequence,
        time=NOW,
        partition_key=event.enterprise_id,
        correlation_id="",
        traceparent="",
        actor="",
        data=event,
    )


def enterprise(kind: type[EnterpriseState] = EnterpriseRegistered, **facts: Any) -> Any:
    """Return an enterprise known by its subdistrict."""
    subdistrict = facts.get("subdistrict", HAIMEN)
    made: dict[str, Any] = {
        "enterprise_id": ids.new_id(),
        "uscc": "91331002MA2TEST001",
        "name": "Example Casting Works",
        "division": subdistrict,
        "subdistrict": subdistrict,
        "industry": "C3391",
        "industry_section": "C",
        "address": "1 Example Road",
        "location_precision": "subdistrict",
        "placement": "placed",
    }
    return kind(**(made | facts))


def at(longitude: float, latitude: float, **facts: Any) -> Any:
    """Return an enterprise whose position is exact."""
    place = {"longitude": longitude, "latitude": latitude, "location_precision": "exact"}
    return enterprise(**(place | facts))


def yes(*features: str) -> dict[str, Any]:
    """Return hazard features that are there."""
    return {name: {"value": "yes", "origin": "inferred", "words": []} for name in features}


def grade(enterprise_id: str, level: int | None, **facts: Any) -> EnterpriseGraded:
    """Return a provisional grade."""
    made: dict[str, Any] = {"colour": "any", "worst_level": 1, "is_provisional": True}
    return EnterpriseGraded(enterprise_id=enterprise_id, level=level, **(made | facts))
