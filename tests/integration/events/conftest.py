"""A small service that listens to enterprises, on both databases, with the embedded bus around it."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Table, Text, select
from sqlalchemy.orm import Session

from shared.bus import Channel, LoggedEvent, Published
from shared.bus.embedded import EmbeddedBus
from shared.bus.topology import Topology
from shared.clock import Clock
from shared.contracts.registry import EnterpriseDeregistered, EnterpriseRegistered
from shared.database import Database, Id, service_metadata
from shared.database.bulk import upsert_rows
from shared.database.chassis import bus_message
from shared.database.chassis import metadata as chassis
from shared.declarations import Declarations, Subscription
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.events.received import Received
from tests.support.postgresql import TestPostgreSQL

metadata = service_metadata()
firm = Table(
    "firm",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)
ended = Table("ended", metadata, Column("enterprise_id", Id, primary_key=True), Column("times", BigInteger))


@dataclass
class Handling:
    """What the handlers of the test service do; a test replaces ``before`` to make them fail."""

    calls: list[list[str]] = field(default_factory=list)
    before: Any = lambda session, received: None

    def on_registered(
        self, session: Session, received: Sequence[Received[EnterpriseRegistered]], *, now: datetime
    ) -> None:
        self.calls.append([one.data.name for one in received])
        for one in received:
            self.before(session, one)
        newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
        rows = [{"enterprise_id": key, "name": one.data.name, "sequence": one.sequence} for key, one in newest.items()]
        upsert_rows(session, firm, rows, key=["enterprise_id"], newer="sequence")

    def on_deregistered(self, session: Session, received: Received[EnterpriseDeregistered], *, now: datetime) -> None:
        self.calls.append([received.data.name])
        self.before(session, received)
        session.execute(ended.insert(), {"enterprise_id": received.subject, "times": 1})

    def declarations(self) -> Declarations:
        registered, deregistered = EnterpriseRegistered.contract, EnterpriseDeregistered.contract
        return Declarations(
            "risk",
            subscriptions=(
                Subscription((registered,), self.on_registered, is_batch=True),
                Subscription((deregistered,), self.on_deregistered, is_batch=False),
            ),
        )


@dataclass
class Listener:
    """The consuming service under test."""

    database: Database
    handling: Handling
    bus: EmbeddedBus
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def handlers(self) -> Handlers:
        return Handlers(self.handling.declarations())

    def publish(self, *events: LoggedEvent) -> Published:
        return self.bus.publisher().publish(events)

    def consumption(self, channel: Channel = Channel.BULK) -> Consumption:
        return Consumption(
            self.database,
            self.bus.consumer(channel),
            self.handlers,
            clock=Clock(),
            channel=channel,
            stopping=self.stopping,
        )

    def consume(self, channel: Channel = Channel.BULK) -> None:
        """Handle everything that waits."""
        consumption = self.consumption(channel)
        while consumption.turn(0):
            pass

    def rows(self, table: Table) -> list[Any]:
        with self.database.reading() as session:
            return list(session.execute(select(table)).all())

    def names(self) -> list[str]:
        return sorted(row.name for row in self.rows(firm))

    def queued(self) -> int:
        return len(self.rows(bus_message))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a database with the chassis tables and those of the test service."""
    database = Database(database_url)
    chassis.create_all(database.engine)
    metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def listener(database: Database) -> Listener:
    """Return the consuming service on each database."""
    handling = Handling()
    topology = Topology.of([handling.declarations()])
    return Listener(database, handling, EmbeddedBus("risk", {"risk": database}, topology))


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """Return an SQLite database with the chassis tables only."""
    database = Database(f"sqlite:///{tmp_path}/other.db")
    chassis.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def postgresql_database(postgresql: TestPostgreSQL) -> Iterator[Database]:
    """Return a PostgreSQL database with the chassis tables only."""
    database = Database(postgresql.create_database())
    chassis.create_all(database.engine)
    yield database
    database.close()
