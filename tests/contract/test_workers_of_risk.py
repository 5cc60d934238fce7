"""Two workers of risk on one queue come to what one comes to, and a code's public page follows the grade at once."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import func, select

from services.risk import queries, use_cases
from services.risk.tables import grade, information_code
from services.risk.worker import declarations
from shared.bus import Channel
from shared.bus.rabbitmq import RabbitBus
from shared.clock import Clock
from shared.contracts.inspections import HazardFound, HazardOverdue
from shared.contracts.registry import EnterpriseRegistered, EnterpriseUpdated
from shared.database import Database
from shared.database.chassis import inbox, parked_event
from shared.events import parked
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.ids import new_id
from tests.contract import risk_network
from tests.contract.risk_network import ONE, PASSWORDS, Network
from tests.support.events import logged, until
from tests.support.rabbitmq import TestRabbitMQ

node, network = risk_network.node, risk_network.network  # fixtures
ENTERPRISES = 300
FOLLOWS_WITHIN = 2.0  # seconds from the event to the colour that the public sees (rules §6: looked up live)


def register_of(count: int) -> dict[str, list[Any]]:
    """Return, by producer, the events of an import that is followed by changes and by overdue major hazards."""
    ids = [new_id() for _ in range(count)]
    places = [{"enterprise_id": id_, "uscc": "", "name": "", "division": "331002001000"} for id_ in ids]
    first = [EnterpriseRegistered(**place, headcount=10, industry="C3443") for place in places]
    changed = [EnterpriseUpdated(**place, headcount=500, industry="C3360") for place in places[::3]]
    found = [HazardFound(hazard_id=new_id(), enterprise_id=id_, level="major") for id_ in ids[::5]]
    late = [HazardOverdue(hazard_id=one.hazard_id, enterprise_id=one.enterprise_id, level="major") for one in found]
    return {"registry": [(one, 1) for one in first] + [(one, 2) for one in changed],
            "inspections": [(one, 1) for one in found] + [(one, 2) for one in late]}  # fmt: skip


def work(node: TestRabbitMQ, database: Database, *, workers: int, is_done: Callable[[], bool]) -> None:
    """Let so many workers consume both lanes as a worker does, a thread and a connection each, until it is done."""
    stopping, handlers = threading.Event(), Handlers(declarations())

    def consume(channel: Channel) -> None:
        bus = RabbitBus("risk", node.url("risk", PASSWORDS["risk"]))
        end = Consumption(database, bus.consumer(channel), handlers, clock=Clock(), channel=channel, stopping=stopping)
        with closing(end):
            while not stopping.is_set():
                end.turn(0.05)
                parked.retry_due(database, handlers, now=Clock().now())  # what came before its enterprise

    threads = [
        threading.Thread(target=consume, args=(channel,))
        for _ in range(workers)
        for channel in (Channel.URGENT, Channel.BULK)
    ]
    for thread in threads:
        thread.start()
    try:
        until(is_done, seconds=60, sentence="not everything was consumed")
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def publish(node: TestRabbitMQ, register: dict[str, list[Any]]) -> int:
    for producer, events in register.items():
        rows = [logged(event, sequence=sequence, position=n) for n, (event, sequence) in enumerate(events, start=1)]
        with closing(RabbitBus(producer, node.url(producer, PASSWORDS[producer])).publisher()) as publisher:
            until(lambda publisher=publisher, rows=rows: publisher.publish(rows).confirmed == len(rows))  # type: ignore[misc]
    return sum(len(events) for events in register.values())


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def grades(database: Database) -> dict[str, tuple[Any, ...]]:
    columns = (grade.c.level, grade.c.score_tenths, grade.c.worst_level, grade.c.card, grade.c.is_provisional)
    with database.reading() as session:
        rows = session.execute(select(grade.c.enterprise_id, grade.c.reasons, *columns)).all()
    return {row.enterprise_id: (tuple(row.reasons), *row[2:]) for row in rows}


@pytest.mark.broker
class TestTwoWorkers:
    def test_come_to_the_same_grades_as_one_and_miss_nothing(
        self, node: TestRabbitMQ, open_database: Callable[[str], Database]
    ) -> None:
        register, found = register_of(ENTERPRISES), {}
        for workers in (1, 2):
            database = open_database("risk")
            node.purge()
            published = publish(node, register)

            def is_done(database: Database = database, published: int = published) -> bool:
                return (count(database, inbox), count(database, parked_event)) == (published, 0)

            work(node, database, workers=workers, is_done=is_done)
            found[workers] = grades(database)

        assert found[2] == found[1]
        levels = {level for _, level, *_ in found[1].values()}
        assert (len(found[1]), levels > {1}) == (ENTERPRISES, True)


class TestPublicPage:
    def test_follows_the_grade_within_two_seconds_and_shows_nothing_once_revoked(self, network: Network) -> None:
        network.publish("registry.enterprise_registered.v1", {"features": {}, "supervision": "supervised"})
        network.consume_until(lambda: network.level() is not None)
        now = Clock().now()
        with network.database.transaction() as session:
            use_cases.issue_code(session, enterprise_id=ONE, by="test", now=now)
            token = session.scalars(select(information_code.c.token)).one()

        began = time.monotonic()
        network.publish("inspections.hazard_overdue.v1", {})
        network.consume_until(lambda: self.colour(network, token) == "red")
        took = time.monotonic() - began

        with network.database.transaction() as session:
            use_cases.revoke_code(session, enterprise_id=ONE, reason="lost", by="test", now=now)
        assert took <= FOLLOWS_WITHIN
        with pytest.raises(queries.CodeNotFound):
            self.colour(network, token)

    def colour(self, network: Network, token: str) -> str:
        with network.database.reading() as session:
            return str(queries.public_facts(session, token)["colour"])
