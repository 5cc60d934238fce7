"""Workers of two services in one process over the embedded bus, and over RabbitMQ: from a commit to its effect."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.bus import Bus
from shared.bus.embedded import EmbeddedBus
from shared.bus.topology import Topology
from shared.clock import Clock
from shared.contracts.registry import EnterpriseRegistered
from shared.database import Database, connect
from shared.database.chassis import event_log, inbox, subscription_state
from shared.database.chassis import metadata as chassis
from shared.declarations import Declarations, Reemitted, Reemitter
from shared.events.outbox import publish, publish_all
from shared.events.reconcile import Part, reconcile
from shared.services import Service
from shared.settings import ServiceSettings
from shared.worker import Worker
from tests.integration.events.conftest import Handling, firm, metadata
from tests.support.events import NOON, deregistered, registered, until

KNOWN = [registered(name=f"厂{number}") for number in range(3)]


def known_state(session: Session, after: str | None, limit: int) -> list[Reemitted]:
    """Re-emit three enterprises, two on a page at most."""
    later = sorted((one for one in KNOWN if one.enterprise_id > (after or "")), key=lambda one: one.enterprise_id)
    return [Reemitted(one.enterprise_id, one, 1, NOON) for one in later[:limit]]


PRODUCER = Declarations("registry", reemitters=(Reemitter((EnterpriseRegistered.contract,), known_state),))


@dataclass
class Town:
    """registry tells, risk listens."""

    registry: Database
    risk: Database
    handling: Handling
    buses: dict[str, Bus]
    home: Path

    def worker(self, name: str, **options: Any) -> Worker:
        declarations = {"registry": PRODUCER, "risk": self.handling.declarations()}[name]
        url = {"registry": self.registry, "risk": self.risk}[name].url
        service = Service(name, _none, lambda: declarations, _none)
        return Worker(service, settings_of(name, self.home, url), bus=self.buses[name], **options)

    def emit(self, *events: Any) -> None:
        with self.registry.transaction() as session:
            publish_all(session, [(event, 1) for event in events], at=NOON)

    def count(self, table: Any = firm) -> int:
        with self.risk.reading() as session:
            return session.execute(select(func.count()).select_from(table)).scalar_one()

    def parts(self) -> list[Part]:
        return [
            Part(PRODUCER, self.registry, self.buses["registry"], timedelta(days=30)),
            Part(self.handling.declarations(), self.risk, self.buses["risk"], timedelta(days=30)),
        ]


def settings_of(name: str, home: Path, database_url: str) -> ServiceSettings:
    return ServiceSettings(
        service=name,
        home=home,
        database_url=database_url,
        bus_url="embedded:",
        service_urls={},
        secret_key=bytes(range(32)),
        public_url="",
        allowed_hosts=("127.0.0.1",),
        is_demo=False,
        log_level="WARNING",
        keep_event_log=timedelta(days=14),
        keep_inbox=timedelta(days=30),
    )


def _none(_settings: Any) -> Any:
    return None


class Unfollowable(Exception):
    pass


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Return two services with databases of their own and the embedded bus between them."""
    registry, risk = (connect(f"sqlite:///{tmp_path}/{name}.db") for name in ("registry", "risk"))
    for database in (registry, risk):
        chassis.create_all(database.engine)
    metadata.create_all(risk.engine)
    handling = Handling()
    databases = {"registry": registry, "risk": risk}
    topology = Topology.of([PRODUCER, handling.declarations()])
    buses: dict[str, Bus] = {name: EmbeddedBus(name, databases, topology) for name in databases}
    yield Town(registry, risk, handling, buses, tmp_path)
    for database in (registry, risk):
        database.close()


@pytest.fixture
def running(town: Town) -> Iterator[Town]:
    """Return the services with their workers running."""
    workers = [town.worker(name) for name in ("registry", "risk")]
    for worker in workers:
        worker.start()
    until(lambda: town.count() == len(KNOWN), sentence="the first state did not come")
    yield town
    for worker in workers:
        worker.stop()


class TestCheck:
    def test_refuses_a_worker_whose_rules_cannot_be_followed(self, town: Town) -> None:
        def check() -> None:
            raise Unfollowable

        service = Service("risk", _none, lambda: Declarations.collect("risk", check=check), _none)

        with pytest.raises(Unfollowable):
            Worker(service, settings_of("risk", town.home, town.risk.url), bus=town.buses["risk"])


class TestWorkers:
    def test_carry_an_event_from_commit_to_effect(self, running: Town) -> None:
        running.emit(registered(name="新厂"))
        until(lambda: running.count() > len(KNOWN))

        assert running.count() == len(KNOWN) + 1
        assert running.handling.calls[-1] == ["新厂"]

    def test_carry_a_backlog(self, running: Town) -> None:
        running.emit(*(registered() for _ in range(2_500)))
        until(lambda: running.count() >= len(KNOWN) + 2_500, seconds=60)

        assert running.count() == len(KNOWN) + 2_500

    def test_go_on_after_a_handler_broke_everything(self, running: Town) -> None:
        running.handling.before = _break
        running.emit(registered())
        until(lambda: reconcile(running.parts(), clock=Clock(), patience=0).parked == 1)
        assert running.handling.calls[-3:] == [["甲厂"]] * 3
        running.handling.before = lambda session, received: None
        running.emit(registered(name="新厂"))
        until(lambda: running.count() > len(KNOWN))

        assert running.handling.calls[-1] == ["新厂"]
        assert running.count() == len(KNOWN) + 1

    def test_are_well_while_they_come_round(self, town: Town) -> None:
        worker = town.worker("risk")
        worker.start()
        until(lambda: all(age < 5 for age in worker.health().values()))
        assert worker.is_well()
        worker.stop()
        assert not worker.is_well()

    def test_run_only_the_roles_that_are_named(self, town: Town) -> None:
        assert list(town.worker("risk", only={"relay"}).health()) == ["risk.relay"]

    def test_refuse_a_role_that_does_not_exist(self, town: Town) -> None:
        with pytest.raises(ValueError, match="roles"):
            town.worker("risk", only={"relais"})

    def test_leave_no_thread_behind(self, town: Town) -> None:
        before = set(threading.enumerate())
        worker = town.worker("risk")
        worker.start()
        worker.stop()
        assert not [thread for thread in set(threading.enumerate()) - before if thread.is_alive()]


class TestANewConsumer:
    def test_is_told_the_present_state_at_its_first_start(self, running: Town) -> None:
        def start_positions() -> list[Any]:
            with running.risk.reading() as session:
                rows = session.execute(select(subscription_state)).all()
            return [row for row in rows if row.completed_at is not None]

        types = {row.type for row in until(lambda: len(start_positions()) == 2 and start_positions())}
        assert types == {contract.name for contract in running.handling.declarations().contracts()}

    def test_is_not_told_twice(self, running: Town) -> None:
        until(lambda: self._is_settled(running))
        with running.registry.reading() as session:
            before = session.execute(select(func.count()).select_from(event_log)).scalar_one()
        again = running.worker("risk", only={"consume"})
        again.start()
        until(lambda: again.health()["risk.upkeep"] < 1)
        again.stop()
        with running.registry.reading() as session:
            assert session.execute(select(func.count()).select_from(event_log)).scalar_one() == before

    def _is_settled(self, town: Town) -> bool:
        return reconcile(town.parts(), clock=Clock(), patience=0).is_clean


class TestReconcile:
    def test_finds_nothing_missing_when_all_has_arrived(self, running: Town) -> None:
        running.emit(*(registered() for _ in range(5)))
        report = reconcile(running.parts(), clock=Clock())
        assert (report.missing, report.pending, report.parked) == (0, 0, 0)
        assert [one.expected for one in report.findings] == [5]

    def test_counts_what_is_on_its_way(self, town: Town) -> None:
        town.emit(registered(), registered())
        report = reconcile(town.parts(), clock=Clock(), patience=0)
        assert (report.missing, report.pending, report.is_clean) == (0, 2, False)

    def test_finds_and_repairs_what_is_missing(self, running: Town) -> None:
        running.emit(lost := deregistered())
        until(lambda: reconcile(running.parts(), clock=Clock(), patience=0).is_clean)
        with running.risk.transaction() as session:
            for table in (inbox, *metadata.sorted_tables):
                session.execute(table.delete())
        found = reconcile(running.parts(), clock=Clock(), patience=0)
        repaired = reconcile(running.parts(), clock=Clock(), patience=5, repair=True)
        assert (found.missing, repaired.missing, repaired.repaired) == (1, 0, 1)
        until(lambda: lost.name in running.handling.calls[-1])

    def test_counts_a_parked_event_as_held(self, running: Town) -> None:
        until(lambda: reconcile(running.parts(), clock=Clock(), patience=0).is_clean)
        running.handling.before = _break
        with running.registry.transaction() as session:
            publish(session, deregistered(), sequence=1, at=NOON)
        until(lambda: reconcile(running.parts(), clock=Clock(), patience=0).parked == 1)
        assert reconcile(running.parts(), clock=Clock()).missing == 0


def _break(_session: Session, _received: Any) -> None:
    raise RuntimeError("broken")
