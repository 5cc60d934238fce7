"""Work that goes on at every enterprise of the world."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.gateway.subscriptions import on_permit
from shared.contracts.permits import PermitStarted
from shared.database import Database
from shared.ids import new_id
from tests.support.events import received


def start_everywhere(gateway: Database, enterprises: Mapping[str, str], *, now: datetime) -> None:
    """Let the gateway hear that work goes on at each enterprise."""
    window = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=2)).isoformat()}
    facts = [{"enterprise_id": one, "permit_id": new_id(), "kind": "hot_work"} for one in enterprises.values()]
    with gateway.transaction() as session:
        on_permit(session, [received(PermitStarted(**one, **window)) for one in facts], now=now)
