"""Services that only produce or only listen, made of the product's own chassis: what the event path is measured with.

A listener's effect is what every real service with enterprise rows does: one set-based upsert per batch that keeps
the newest version.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Float, Table, Text

from shared import ids
from shared.bus.topology import Topology, definitions
from shared.clock import Clock
from shared.contracts import contract_of
from shared.contracts.registry import EnterpriseRegistered
from shared.database import Database, Id, connect, service_metadata
from shared.database.bulk import insert_rows, upsert_rows
from shared.database.chassis import metadata as chassis
from shared.database.chassis import outbox, subscription_state
from shared.declarations import Declarations, Subscription
from shared.services import Service
from shared.settings import ServiceSettings

PRODUCER = "registry"
LISTENERS = ("risk", "inspections", "permits", "credit", "monitoring", "training")
CONTRACT = contract_of(EnterpriseRegistered)
SAMPLE = Path(__file__).parent.parent / "tests" / "contract" / "samples" / f"{CONTRACT.name}.json"
ROWS_PER_TRANSACTION = 1_000

tables = service_metadata()
enterprise_copy = Table(
    "enterprise_copy",
    tables,
    Column("enterprise_id", Id, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("uscc", "name", "division", "subdistrict", "industry")),
    Column("longitude", Float),
    Column("latitude", Float),
    *(Column(name, Text, nullable=False) for name in ("supervision", "status")),
    Column("sequence", BigInteger, nullable=False),
)
COPIED = [column.name for column in enterprise_copy.columns if column.name != "sequence"]


def sample_envelopes(count: int) -> Iterator[dict[str, Any]]:
    """Yield the stored sample of the event `count` times, each for an enterprise and with an id of its own."""
    envelope = orjson.loads(SAMPLE.read_bytes())
    for _ in range(count):
        event_id, enterprise_id = ids.new_id(), ids.new_id()
        facts = envelope["data"] | {"enterprise_id": enterprise_id}
        yield envelope | {"id": event_id, "subject": enterprise_id, "partitionkey": enterprise_id, "data": facts}


def commit_events(database: Database, count: int, *, per_transaction: int = ROWS_PER_TRANSACTION) -> list[str]:
    """Commit `count` events to the outbox of the producer and return their ids."""
    rows = [
        {"event_id": one["id"], "type": CONTRACT.name, "lane": int(CONTRACT.lane), "body": orjson.dumps(one)}
        for one in sample_envelopes(count)
    ]
    for start in range(0, count, per_transaction):
        with database.transaction() as session:
            insert_rows(session, outbox, rows[start : start + per_transaction])
    return [row["event_id"] for row in rows]


def listener(name: str, on_events: Callable[[Sequence[str]], None] = lambda _ids: None) -> Service:
    """Return a service that keeps a copy of every enterprise; `on_events` hears of each batch before its commit."""

    def keep_copy(session: Any, received: Sequence[Any], *, now: datetime) -> None:
        newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
        rows = [_row(one) for one in newest.values()]
        upsert_rows(session, enterprise_copy, rows, key=["enterprise_id"], newer="sequence")
        on_events([one.id for one in received])

    declarations = Declarations(name, subscriptions=(Subscription((CONTRACT,), keep_copy, is_batch=True),))
    return _service(name, declarations)


def producer() -> Service:
    """Return a service that listens to nothing."""
    return _service(PRODUCER, Declarations(PRODUCER))


def settings_of(name: str, *, home: Path, database_url: str, bus_url: str) -> ServiceSettings:
    """Return the settings of such a service."""
    return ServiceSettings(
        service=name,
        home=home,
        database_url=database_url,
        bus_url=bus_url,
        service_urls={},
        secret_key=bytes(range(32)),
        public_url="",
        allowed_hosts=("127.0.0.1",),
        is_demo=False,
        log_level="WARNING",
        keep_event_log=timedelta(days=14),
        keep_inbox=timedelta(days=30),
    )


def create_tables(url: str) -> None:
    """Create the chassis' tables and the copy in an empty database, as a service that has caught up already."""
    database = connect(url)
    chassis.create_all(database.engine)
    tables.create_all(database.engine)
    now = Clock().now()
    row = {"type": CONTRACT.name, "source": PRODUCER, "requested_at": now, "completed_at": now, "start_position": 0}
    with database.transaction() as session:
        insert_rows(session, subscription_state, [row])


def topology_of(names: Sequence[str]) -> Topology:
    """Return who listens to what."""
    return Topology.of([producer().declarations(), *(listener(name).declarations() for name in names)])


def broker_definitions(names: Sequence[str], *, passwords: dict[str, str]) -> dict[str, Any]:
    """Return what the broker must hold: the queues of production, and a user per service."""
    return definitions(topology_of(names), passwords=passwords)


def _row(received: Any) -> dict[str, Any]:
    return {name: getattr(received.data, name) for name in COPIED} | {"sequence": received.sequence}


def _service(name: str, declarations: Declarations) -> Service:
    return Service(name, _absent, lambda: declarations, _absent)


def _absent(_settings: Any) -> Any:
    raise NotImplementedError("a service of the benchmark has no HTTP side and gets its settings passed in")
