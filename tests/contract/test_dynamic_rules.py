"""Each dynamic rule over each bus: the stored sample of its event comes, the grade follows, its end gives it back."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from services.risk.tables import applied_rule, fact_sheet, grade, occurrence
from services.risk.worker import declarations
from shared.bus import Bus, Channel, LoggedEvent
from shared.bus.embedded import EmbeddedBus
from shared.bus.rabbitmq import RabbitBus
from shared.bus.topology import Topology, apply, definitions
from shared.clock import Clock
from shared.contracts import contract_named
from shared.database import Database
from shared.database.chassis import metadata
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.ids import new_id
from tests.contract.conftest import TOPOLOGY as THREE_SERVICES
from tests.support.databases import migrated_sqlite
from tests.support.events import until
from tests.support.rabbitmq import TestRabbitMQ

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)  # causes hold for months, so their days move with ours
SAMPLES = Path(__file__).parent / "samples"
LISTENING = {one.name: one.lane for one in declarations().contracts()}
PRODUCERS = sorted({name.split(".")[0] for name in LISTENING} - {"risk"})
TOPOLOGY = Topology({"risk": LISTENING, **{name: {} for name in PRODUCERS}})
PASSWORDS = {service: f"password-of-{service}" for service in TOPOLOGY.listening}
ONE = "01932f7e-5c00-7a10-8b21-0c4d5e6f7a81"  # the enterprise of the samples
CASES = {  # rule: (events of its cause with changes, level, event of its end, level afterwards)
    "DY-02": ([("credit.accident_recorded.v1", {})], 1, None, 1),
    "DY-03": ([("credit.exposure_published.v1", {})], 1, "credit.exposure_withdrawn.v1", 1),
    "DY-04": ([("inspections.hazard_overdue.v1", {})], 1, "inspections.hazard_closed.v1", 4),
    "DY-05": ([("credit.subject_listed.v1", {})], 1, "credit.subject_delisted.v1", 4),
    "DY-06": (
        [
            ("inspections.hazard_found.v1", {}),
            *(("credit.penalty_decided.v1", {"penalty_id": f"0192f0a0-0000-7000-8000-00000000000{n}"}) for n in "123"),
        ],
        1,
        "inspections.hazard_closed.v1",
        1,
    ),
    "DY-07": ([("credit.violation_recorded.v1", {})], 3, None, 3),
    "DY-08": ([("inspections.report_substantiated.v1", {})], 4, None, 4),
    "DY-09": ([("permits.commitment_missed.v1", {})], 3, "permits.commitment_made.v1", 4),
    "DY-10": ([("credit.accident_recorded.v1", {})], 1, None, 1),
    "DY-11": ([("inspections.production_halted.v1", {})], 3, "inspections.production_resumed.v1", 4),
    "AL-02": ([("monitoring.alarm_raised.v1", {})], 3, "monitoring.alarm_cleared.v1", 4),
    "TR-01": ([("training.training_compliance_changed.v1", {})], 4, None, 4),
}


CONFIRMED_NO = {
    name: {"value": "no", "origin": "confirmed"} for name in ("hazchem_production", "hazchem_storage_trade")
}
SMELTING = CONFIRMED_NO | {"metal_smelting": {"value": "yes", "origin": "confirmed"}}
CHEMICAL = {"hazchem_production": {"value": "yes", "origin": "confirmed"}}
BAD = {
    "no_dual_prevention": "yes", "no_safety_staff": "yes", "major_accident_3y": 1, "fatal_1_2_accident_3y": "yes",
    "open_major_hazards": 5, "overdue_general_hazards": 9, "penalties_1y": 5, "no_accident_5y": "no",
    "std_level": "none",
}  # fmt: skip
MILD = {
    **dict.fromkeys(("no_dual_prevention", "no_safety_staff", "fatal_1_2_accident_3y"), "no"),
    **dict.fromkeys(("major_accident_3y", "open_major_hazards", "overdue_general_hazards", "penalties_1y"), 0),
}
SURVEYED = {  # rule: (features in the register, facts at the gate, level, facts at the next survey, level afterwards)
    "DY-01": (CHEMICAL, {"major_accident_3y": 2}, 1, {"major_accident_3y": 0}, 1),  # until the bureau has reviewed it
    "DY-14": (SMELTING, BAD, 1, MILD, 2),  # one level better per period, whatever the score
}
EARNED = {
    **MILD, "no_dual_prevention": "yes", "no_safety_staff": "yes", "no_accident_5y": "yes", "std_level": "1",
    "open_major_hazards": 2,
}  # fmt: skip


@dataclass
class Network:
    """Risk's consumption and the publishers of the others, on one bus."""

    database: Database
    buses: Mapping[str, Bus]

    def publish(self, name: str, changes: Mapping[str, Any], *, second: int = 30) -> None:
        """Publish the stored sample ``name`` with other facts, told at another second of the same minute."""
        envelope = orjson.loads((SAMPLES / f"{name}.json").read_bytes())
        contract = contract_named(name)
        envelope |= {"id": new_id(), "data": envelope["data"] | changes, "time": f"{YESTERDAY}T02:15:{second:02}+00:00"}
        envelope["subject"] = envelope["data"][contract.subject]
        publisher = self.buses[contract.producer].publisher()
        try:
            event = LoggedEvent(1, envelope["id"], name, int(contract.lane), None, orjson.dumps(envelope))
            assert publisher.publish([event]).confirmed == 1
        finally:
            publisher.close()

    def consume_until(self, condition: Callable[[], bool]) -> None:
        """Let risk consume both lanes until ``condition`` holds."""
        handlers, stopping = Handlers(declarations()), threading.Event()
        ends = [
            Consumption(
                self.database,
                self.buses["risk"].consumer(channel),
                handlers,
                clock=Clock(),
                channel=channel,
                stopping=stopping,
            )
            for channel in (Channel.URGENT, Channel.BULK)
        ]
        try:
            until(lambda: [one.turn(0.02) for one in ends] and condition())
        finally:
            for one in ends:
                one.close()

    def level(self) -> int | None:
        with self.database.reading() as session:
            return session.scalar(select(grade.c.level).where(grade.c.enterprise_id == ONE))

    def survey(self, facts: Mapping[str, Any], *, minute: int) -> None:
        """Publish a survey that found ``facts``, at a minute of the same hour."""
        changes = {"survey_id": new_id(), "facts": facts, "on": f"{YESTERDAY}T02:{minute:02}:00+00:00"}
        self.publish("registry.enterprise_surveyed.v1", changes)

    def begun_long_ago(self) -> None:
        """Let everything that counts have begun forty days ago: it is no slip of today."""
        with self.database.transaction() as session:
            session.execute(update(occurrence).values(began_at=datetime.now(UTC) - timedelta(days=40)))

    def sheets(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(fact_sheet.c.version).where(fact_sheet.c.enterprise_id == ONE)) or 0

    def counting(self) -> set[str]:
        with self.database.reading() as session:
            active = select(applied_rule.c.rule).where(
                applied_rule.c.lifted_at.is_(None), applied_rule.c.phase == "active"
            )
            return set(session.scalars(active))

    def rules_told(self) -> set[str]:
        with self.database.reading() as session:
            return set(session.scalars(select(applied_rule.c.rule)))


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with all neighbours of risk, and leave it as the other tests know it."""
    broker.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))
    yield broker
    for service in TOPOLOGY.listening.keys() - THREE_SERVICES.listening.keys():
        broker.remove_queues(service)
    apply(broker.management_url, (broker.operator, broker.password), document=definitions(THREE_SERVICES))


@pytest.fixture(params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.broker)])
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Network]:
    """Return risk and its neighbours on each bus in turn."""
    databases = {"risk": migrated_sqlite(tmp_path / "risk.db", "risk")}
    for name in PRODUCERS:
        databases[name] = Database(f"sqlite:///{tmp_path}/{name}.db")
        metadata.create_all(databases[name].engine)
    buses: dict[str, Bus] = {name: EmbeddedBus(name, databases, TOPOLOGY) for name in databases}
    if request.param == "rabbitmq":
        node: TestRabbitMQ = request.getfixturevalue("node")
        node.purge()
        buses = {name: RabbitBus(name, node.url(name, PASSWORDS[name])) for name in databases}
    yield Network(databases["risk"], buses)
    for database in databases.values():
        database.close()


@pytest.mark.parametrize("rule", CASES)
class TestRule:
    def test_follows_its_event_and_ends_with_its_cause(self, network: Network, rule: str) -> None:
        causes, during, end, afterwards = CASES[rule]
        for name, changes in causes:  # before the enterprise itself: the order of arrival does not matter
            network.publish(name, changes)
        network.publish("registry.enterprise_registered.v1", {"features": {}, "supervision": "supervised"})
        network.consume_until(lambda: rule in network.counting())
        assert network.level() == during

        if end:
            network.publish(end, {}, second=31)
            network.consume_until(lambda: rule not in network.counting())

        assert network.level() == afterwards


@pytest.mark.parametrize("rule", SURVEYED)
class TestRuleOfTheCard:
    def test_follows_what_was_found_at_the_gate_and_holds_on(self, network: Network, rule: str) -> None:
        features, found, during, next_found, afterwards = SURVEYED[rule]
        network.publish("registry.enterprise_registered.v1", {"features": features, "supervision": "supervised"})
        network.consume_until(lambda: network.level() is not None)
        network.survey(found, minute=10)
        network.consume_until(lambda: network.level() == during)
        network.begun_long_ago()

        network.survey(next_found, minute=20)
        network.consume_until(lambda: network.sheets() == 2)

        assert (network.level(), rule in network.rules_told()) == (afterwards, True)


class TestImprovement:
    def test_of_dy_12_ends_with_an_open_major_hazard(self, network: Network) -> None:
        features = CONFIRMED_NO | {"coating": {"value": "yes", "origin": "confirmed"}}
        registered = {"features": features, "supervision": "supervised", "headcount": 10, "industry": "C3443"}
        network.publish("registry.enterprise_registered.v1", registered)
        network.consume_until(lambda: network.level() is not None)
        network.survey(EARNED, minute=10)
        network.consume_until(lambda: network.sheets() == 1)
        improved = network.level()

        network.publish("inspections.hazard_found.v1", {"level": "major"})
        network.consume_until(lambda: "DY-12" not in network.counting())

        assert (improved, network.level()) == (4, 3)


class TestLongStop:
    def test_of_dy_13_is_grey_until_it_is_supervised_again(self, network: Network) -> None:
        network.publish("registry.enterprise_registered.v1", {"features": {}, "supervision": "ceased"})
        network.consume_until(lambda: "DY-13" in network.counting())
        stopped = network.level()

        network.publish("registry.enterprise_updated.v1", {"features": {}, "supervision": "supervised"})
        network.consume_until(lambda: "DY-13" not in network.counting())

        assert (stopped, network.level()) == (None, 4)
