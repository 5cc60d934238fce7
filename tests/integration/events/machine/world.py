"""One producer and two listeners as processes that can be killed and started again."""

import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Table, Text, select
from sqlalchemy.orm import Session

from shared.bus import Channel
from shared.clock import Clock
from shared.contracts.registry import EnterpriseDeregistered, EnterpriseRegistered
from shared.database import Database, Id, service_metadata
from shared.database.bulk import upsert_rows
from shared.database.chassis import metadata as chassis
from shared.database.chassis import subscription_state
from shared.declarations import Declarations, Subscription
from shared.errors import NotYet, Refused
from shared.events import parked
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.events.received import Received
from shared.events.reconcile import Part
from shared.events.relay import Relay
from tests.integration.events.machine.faults import FragileDatabase, Fuse
from tests.support.events import NOON

PRODUCER, LISTENERS = "registry", ("gateway", "risk")
KEEP_INBOX = timedelta(days=30)
CONTRACTS = (EnterpriseRegistered.contract, EnterpriseDeregistered.contract)
metadata = service_metadata()
# No key on the event: what is applied twice is there twice.
effect = Table("effect", metadata, Column("id", Integer, primary_key=True), Column("event_id", Id, nullable=False))
firm = Table(
    "firm",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)


class TestClock(Clock):
    """A clock that stands until the test moves it."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment


@dataclass
class Listening:
    """A listener's handlers; while ``is_broken`` they fail for the names that say so."""

    service: str
    fuse: Fuse
    is_broken: bool = True

    def declarations(self) -> Declarations:
        return Declarations(
            self.service,
            subscriptions=(
                Subscription((CONTRACTS[0],), self._on_registered, is_batch=True),
                Subscription((CONTRACTS[1],), self._on_deregistered, is_batch=False),
            ),
        )

    def _on_registered(self, session: Session, received: Sequence[Received[Any]], *, now: datetime) -> None:
        for one in received:
            self._apply(session, one)
        newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
        rows = [{"enterprise_id": key, "name": one.data.name, "sequence": one.sequence} for key, one in newest.items()]
        upsert_rows(session, firm, rows, key=["enterprise_id"], newer="sequence")

    def _on_deregistered(self, session: Session, received: Received[Any], *, now: datetime) -> None:
        if session.scalar(select(firm.c.name).where(firm.c.enterprise_id == received.subject)) is None:
            raise NotYet(f"enterprise:{received.subject}")
        self._apply(session, received)

    def _apply(self, session: Session, received: Received[Any]) -> None:
        self.fuse.step()
        session.execute(effect.insert(), {"event_id": received.id})
        if self.is_broken and received.data.name == "refused":
            raise Refused("The rule says no.")
        if self.is_broken and received.data.name == "bug":
            raise ZeroDivisionError("a bug")


@dataclass
class World:
    """The databases, the bus between them, and the processes of this moment."""

    folder: Path
    make_buses: Callable[[Mapping[str, Database], Sequence[Declarations], Fuse], Mapping[str, Any]]
    fuse: Fuse = field(default_factory=Fuse)
    clock: TestClock = field(default_factory=TestClock)

    def __post_init__(self) -> None:
        self.databases = {name: self._database(name) for name in (PRODUCER, *LISTENERS)}
        self.listening = {name: Listening(name, self.fuse) for name in LISTENERS}
        self.declared = [Declarations(PRODUCER), *(each.declarations() for each in self.listening.values())]
        self.buses = self.make_buses(self.databases, self.declared, self.fuse)
        self.relay = self._relay()
        self.consuming = {
            (name, channel): self._consumption(name, channel) for name in LISTENERS for channel in Channel
        }

    def replace_relay(self) -> None:
        """Start the relay's process again."""
        self.relay.close()
        self.relay = self._relay()

    def replace_consumer(self, name: str, channel: Channel) -> None:
        """Start a consumer's process again; what it held goes back."""
        self.consuming[name, channel].close()
        self.consuming[name, channel] = self._consumption(name, channel)

    def handlers(self, name: str) -> Handlers:
        return Handlers(self.listening[name].declarations())

    def parked(self, name: str) -> list[parked.ParkedEvent]:
        with self.databases[name].reading() as session:
            return parked.list_parked(session, limit=None)

    def rows(self, name: str, table: Table) -> list[Any]:
        with self.databases[name].reading() as session:
            return list(session.execute(select(table)).all())

    def parts(self) -> list[Part]:
        return [
            Part(each, self.databases[each.service], self.buses[each.service], KEEP_INBOX) for each in self.declared
        ]

    def close(self) -> None:
        self.relay.close()
        for consumption in self.consuming.values():
            consumption.close()
        for database in self.databases.values():
            database.close()

    def _database(self, name: str) -> Database:
        return FragileDatabase(f"sqlite:///{self.folder}/{name}.db", self.fuse)

    def _relay(self) -> Relay:
        publisher = self.buses[PRODUCER].publisher()
        return Relay(PRODUCER, self.databases[PRODUCER], publisher, clock=self.clock)

    def _consumption(self, name: str, channel: Channel) -> Consumption:
        return Consumption(
            self.databases[name],
            self.buses[name].consumer(channel),
            self.handlers(name),
            clock=self.clock,
            channel=channel,
            stopping=threading.Event(),
        )


def make_files(template: Path, folder: Path) -> None:
    """Put an empty database for each service into ``folder``; ``template`` is made by the first call."""
    if not template.exists():
        database = Database(f"sqlite:///{template}")
        chassis.create_all(database.engine)
        metadata.create_all(database.engine)
        known = {"source": PRODUCER, "requested_at": NOON, "completed_at": NOON, "start_position": 0}
        with database.transaction() as session:
            session.execute(subscription_state.insert(), [{"type": each.name, **known} for each in CONTRACTS])
        database.close()  # the last connection brings everything into the one file
    for name in (PRODUCER, *LISTENERS):
        shutil.copy(template, folder / f"{name}.db")
