"""R3: whatever lies in the queues of a real broker, the worker goes on, and everything is handled or parked.

`SISE_FULL_VOLUME=1` sends 10,000 messages.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.bus import Channel, Message
from shared.bus.rabbitmq import RabbitBus
from shared.bus.topology import queue_name
from shared.contracts.envelope import SINGLE
from shared.database import Database, connect
from shared.database.chassis import inbox, parked_event
from shared.database.chassis import metadata as chassis
from shared.events.handlers import Handlers
from shared.events.reading import open_message
from shared.events.received import Received
from shared.services import Service
from shared.worker import Worker
from tests.contract.conftest import PASSWORDS
from tests.integration.events.conftest import Handling, firm, metadata
from tests.support.callers import service_settings
from tests.support.events import deregistered, logged, registered, until
from tests.support.hostile import Wire, hostile_messages
from tests.support.rabbitmq import TestRabbitMQ

IS_FULL = "SISE_FULL_VOLUME" in os.environ
COUNT = 10_000 if IS_FULL else 400
PATIENCE = 900 if IS_FULL else 60
GOOD = 50


class Post:
    """Puts bytes into the queues of risk, as the service registry could."""

    def __init__(self, broker: TestRabbitMQ) -> None:
        self._broker = broker
        self._connection = pika.BlockingConnection(pika.URLParameters(broker.url()))
        self._channel = self._connection.channel()

    def send(self, wire: Wire, channel: Channel = Channel.BULK) -> None:
        body, content_type = wire
        properties = pika.BasicProperties(content_type=content_type, delivery_mode=2)
        self._channel.basic_publish("", queue_name("risk", channel), body, properties)

    def is_empty(self) -> bool:
        """Return whether everything was delivered and acknowledged."""
        listed = self._broker.control("list_queues", "--vhost", "sise", "name", "messages").splitlines()[1:]
        left = dict(line.split("\t") for line in listed)
        return all(left[queue_name("risk", channel)] == "0" for channel in Channel)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def post(empty_broker: TestRabbitMQ) -> Iterator[Post]:
    post = Post(empty_broker)
    yield post
    post.close()


@pytest.fixture
def risk(database_url: str) -> Iterator[Database]:
    database = connect(database_url)
    chassis.create_all(database.engine)
    metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def handling() -> Handling:
    return Handling()


@pytest.fixture
def worker(risk: Database, empty_broker: TestRabbitMQ, handling: Handling, tmp_path: Path) -> Iterator[Worker]:
    """Return a worker that consumes with all its loops but is not started yet."""
    settings = service_settings(
        home=tmp_path, service="risk", database_url=risk.url, bus_url=empty_broker.url("risk", PASSWORDS["risk"])
    )
    service = Service("risk", _none, handling.declarations, _none)
    bus = RabbitBus("risk", empty_broker.url("risk", PASSWORDS["risk"]))
    worker = Worker(service, settings, only={"consume"}, bus=bus)
    yield worker
    worker.stop()


@pytest.mark.timeout(2 * PATIENCE + 60)
class TestHostileMessages:
    def test_stop_nothing_and_are_all_handled_or_parked(self, post: Post, worker: Worker, risk: Database) -> None:
        hostile = list(hostile_messages(COUNT, seed=20261125))
        good = [logged(registered(name="良")) for _ in range(GOOD)]
        for number, wire in enumerate(hostile):
            post.send(wire)
            if number % (COUNT // GOOD) == 0:
                post.send((good[number // (COUNT // GOOD)].body, SINGLE))

        worker.start()
        # The broker's count of a quorum queue lags by seconds, so the database is asked first.
        until(lambda: {event.event_id for event in good} <= ids(risk), seconds=PATIENCE, sentence="good ones wait")
        until(lambda: unaccounted(risk, hostile) == [], seconds=PATIENCE, sentence="hostile ones wait")
        until(post.is_empty, seconds=PATIENCE, sentence="the queues do not empty")

        assert worker.is_well()
        assert {event.event_id for event in good} <= ids(risk)
        assert count(risk, firm, firm.c.name == "良") == GOOD
        assert unaccounted(risk, hostile) == []

    @pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)  # SQLite has one writer for both lanes
    def test_do_not_hold_up_the_other_lane(
        self, post: Post, worker: Worker, handling: Handling, risk: Database
    ) -> None:
        held, released = threading.Event(), threading.Event()

        def before(_session: Session, received: Received[Any]) -> None:
            if received.data.name == "holds everybody up":
                held.set()
                released.wait(PATIENCE)

        handling.before = before
        alarms = [logged(deregistered()) for _ in range(GOOD)]
        post.send((logged(registered(name="holds everybody up")).body, SINGLE))
        worker.start()
        held.wait(PATIENCE)
        for wire in [*hostile_messages(GOOD, seed=20261126), *((alarm.body, SINGLE) for alarm in alarms)]:
            post.send(wire, Channel.URGENT)
        until(lambda: {alarm.event_id for alarm in alarms} <= ids(risk), seconds=PATIENCE, sentence="alarms wait")
        names_meanwhile = count(risk, firm, firm.c.name == "holds everybody up")
        released.set()
        until(lambda: count(risk, firm, firm.c.name == "holds everybody up"), seconds=PATIENCE)
        until(post.is_empty, seconds=PATIENCE)

        assert (names_meanwhile, count(risk, firm, firm.c.name == "holds everybody up")) == (0, 1)


def unaccounted(database: Database, wires: list[Wire]) -> list[bytes]:
    """Return the beginnings of the messages of which something is neither in the inbox nor parked."""
    known, parked_bodies = ids(database), {row.body for row in rows(database, parked_event)}
    handlers = Handlers(Handling().declarations())
    lost = []
    for body, content_type in wires:
        opened = open_message(Message(body, content_type, "", None), handlers)
        unread = [one for one in opened.unreadable if one.event_id not in known and one.body not in parked_bodies]
        if unread or not opened.events.keys() <= known:
            lost.append(body[:200])
    return lost


def rows(database: Database, table: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.execute(select(table)).all())


def ids(database: Database) -> set[str]:
    return {row.event_id for row in rows(database, inbox)}


def count(database: Database, table: Any, *conditions: Any) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()


def _none(*_arguments: Any) -> Any:
    return None
