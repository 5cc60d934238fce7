"""Risk with its neighbours on each bus: what they tell it, what it makes of that, and what they hear from it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from services.risk import queries, use_cases
from services.risk.domain.dynamics import Phase
from services.risk.domain.facts import Known
from services.risk.tables import applied_rule, assessment, fact_sheet, grade, occurrence
from services.risk.worker import declarations
from shared.bus import Bus, Channel, LoggedEvent
from shared.bus.topology import Topology
from shared.clock import Clock
from shared.contracts import Lane, contract_named
from shared.contracts.envelope import split
from shared.database import Database
from shared.database.chassis import timer
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.events.relay import Relay
from shared.ids import new_id
from shared.security.keys import entrust
from shared.work.timers import run_due
from tests.contract.networks import BUSES, buses_of, databases_of, known_to, passwords_of
from tests.support.events import until
from tests.support.rabbitmq import TestRabbitMQ

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)  # causes hold for months, so their days move with ours
SAMPLES = Path(__file__).parent / "samples"
LISTENING = {one.name: one.lane for one in declarations().contracts()}
PRODUCERS = sorted({name.split(".")[0] for name in LISTENING} - {"risk"})
APPLIED, LIFTED, ASSESSED, GRADED = HEARD = (
    "risk.dynamic_rule_applied.v1",
    "risk.dynamic_rule_lifted.v1",
    "risk.enterprise_assessed.v1",
    "risk.enterprise_graded.v1",
)
HEARING = {name: contract_named(name).lane for name in HEARD}
TOPOLOGY = Topology({**{name: {} for name in PRODUCERS}, "risk": LISTENING, "inspections": HEARING})
PASSWORDS = passwords_of(TOPOLOGY)
ONE = "01932f7e-5c00-7a10-8b21-0c4d5e6f7a81"  # the enterprise of the samples


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

    def phases(self, rule: str) -> list[str]:
        """Return the phase of a rule while it is applied; nothing once it is lifted."""
        columns = applied_rule.c
        with self.database.reading() as session:
            held = select(columns.phase).where(columns.rule == rule, columns.lifted_at.is_(None))
            return list(session.scalars(held.order_by(columns.id)))

    def levels_until_lifted(self, rule: str) -> list[int | None]:
        """Let the bureau review what waits and time pass from timer to timer; return each level."""
        moment, levels = Clock().now(), [self.level()]
        while phases := self.phases(rule):
            if Phase.AWAITING_REVIEW.value in phases:
                with self.database.transaction() as session:
                    use_cases.review_red(session, enterprise_id=ONE, reason="put right", by="bureau", now=moment)
            else:
                moment = self.run_next_timer(use_cases.TIMER)
            levels.append(self.level())
        return levels

    def assess(self, *, now: datetime) -> None:
        """Let three people assess the card of chemicals at ``now``: every question answered, nothing bad found."""
        with self.database.transaction() as session:
            card = queries.rule_table(queries.rulebook_in_force(session, now), "WH-YJ2018-19")
            mild = {one["id"]: "no" if one["kind"] == "flag" else (*one["options"], 0)[0] for one in card["facts"]}
            facts = {
                name: Known(value, "confirmed", ()) for name, value in (mild | {"hazchem_production": "yes"}).items()
            }
            answers = use_cases.Answers(facts, evidence=[])
            drafted = use_cases.draft_assessment(session, enterprise_id=ONE, answers=answers, by="firm", now=now)
            steps: tuple[Callable[[Any], None], ...] = (
                lambda row: use_cases.submit_assessment(session, row, now=now),
                lambda row: use_cases.review_assessment(session, row, by="street", now=now),
                lambda row: use_cases.confirm_assessment(session, row, by="bureau", now=now),
            )
            for step in steps:
                step(session.execute(select(assessment).where(assessment.c.id == drafted)).one())

    def is_provisional(self) -> bool:
        with self.database.reading() as session:
            return bool(session.scalar(select(grade.c.is_provisional).where(grade.c.enterprise_id == ONE)))

    def run_next_timer(self, kind: str) -> datetime:
        """Run what is due at the next moment of a kind of timer, and return that moment."""
        with self.database.reading() as session:
            due = session.scalars(select(timer.c.due_at).where(timer.c.kind == kind)).one()
        run_due(self.database, declarations(), now=due)
        return due

    def heard(self, name: str) -> list[dict[str, Any]]:
        """Send what risk has to tell, and return the facts of the events ``name`` that reached its neighbour."""
        relay = Relay("risk", self.database, self.buses["risk"].publisher(), clock=Clock())
        consumer = self.buses["inspections"].consumer(Channel.URGENT if HEARING[name] is Lane.URGENT else Channel.BULK)
        found: list[dict[str, Any]] = []

        def has_come() -> bool:
            relay.turn()
            message = consumer.receive(0.05)
            told = split(message.body, message.content_type) if message else []
            found.extend(one["data"] for one in told if one["type"] == name)
            return bool(found) and message is None

        try:
            until(has_come, sentence=f"{name} did not come")
        finally:
            relay.close()
            consumer.close()
        return found


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with all neighbours of risk, and leave it as the other tests know it."""
    with known_to(broker, TOPOLOGY) as node:
        yield node


@pytest.fixture(params=BUSES)
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Network]:
    """Return risk and its neighbours on each bus in turn."""
    with databases_of(tmp_path, migrated=["risk"], speaking=PRODUCERS) as databases:
        entrust(databases["risk"], bytes(32))
        yield Network(databases["risk"], buses_of(request, databases, TOPOLOGY))
