"""Reconcile: proof that every service has had every event that it is subscribed to, and that kept figures are true.

Expected of a consumer is what its producers logged and relayed, of subscribed types, after the consumer's start,
logged after what the inbox has forgotten. Held is what its inbox knows; parked events are known there too.
Figures that a service keeps beside its rows are counted anew from these.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from shared.bus import Bus, Channel, LoggedEvent
from shared.bus.opening import open_bus
from shared.clock import Clock
from shared.database import Database, connect
from shared.database.bulk import among
from shared.database.chassis import event_log, inbox, outbox, parked_event, relay_cursor, subscription_state
from shared.declarations import Declarations
from shared.services import load, service_names
from shared.settings import ServiceSettings
from shared.work.recounts import wrong_figures

PATIENCE = 30.0
PAUSE = 0.25
CHUNK = 5_000


@dataclass(frozen=True)
class Part:
    """One service as reconcile sees it; ``keep_inbox`` is how long it remembers what it has handled."""

    declarations: Declarations
    database: Database
    bus: Bus
    keep_inbox: timedelta

    @property
    def service(self) -> str:
        return self.declarations.service


@dataclass(frozen=True, slots=True)
class Finding:
    """What ``consumer`` has of ``producer``: counts of events."""

    consumer: str
    producer: str
    expected: int
    missing: int


@dataclass(frozen=True, slots=True)
class Report:
    """``pending``: events and questions on their way; ``parked``: put aside; ``repaired``: sent again.

    ``wrong_figures``: kept figures that differed from their rows; with repair they are true again.
    """

    missing: int
    pending: int
    parked: int
    repaired: int
    findings: Sequence[Finding]
    wrong_figures: int = 0

    @property
    def is_clean(self) -> bool:
        """Return whether nothing is missing and nothing is on its way."""
        return not self.missing and not self.pending

    def as_document(self) -> dict[str, Any]:
        """Return the report as plain values for JSON."""
        return asdict(self)


def parts_of(environment: Mapping[str, str]) -> list[Part]:
    """Return every service, with the database and bus that its own settings name."""
    return [_part(load(name).declarations(), load(name).settings_from_env(environment)) for name in service_names()]


def reconcile(parts: Sequence[Part], *, clock: Clock, patience: float = PATIENCE, repair: bool = False) -> Report:
    """Compare all services and return what was found.

    Waits up to ``patience`` seconds for outboxes and queues to drain. With ``repair`` the missing events are sent
    again to those that miss them, and then looked for again. At last the kept figures are counted anew, and mended
    with ``repair``. Raises ``BusDown`` when the bus does not answer.
    """
    report = _settled(parts, clock, patience)
    if repair and report.missing:
        repaired = sum(_repair(producer, consumer, clock.now()) for consumer, producer in _pairs(parts))
        report = replace(_settled(parts, clock, patience), repaired=repaired)
    now = clock.now()
    wrong = (wrong_figures(part.database, part.declarations, repair=repair, now=now) for part in parts)
    return replace(report, wrong_figures=sum(wrong))


def _part(declarations: Declarations, settings: ServiceSettings) -> Part:
    database, bus = connect(settings.database_url), open_bus(declarations.service, settings)
    return Part(declarations, database, bus, settings.keep_inbox)


def _settled(parts: Sequence[Part], clock: Clock, patience: float) -> Report:
    deadline = time.monotonic() + patience
    while True:
        report = _look(parts, clock.now())
        if report.is_clean or time.monotonic() >= deadline:
            return report
        time.sleep(PAUSE)


def _look(parts: Sequence[Part], now: datetime) -> Report:
    """Look once. What is pending is counted first: what arrives meanwhile is then held, not missing."""
    pending = sum(_pending(part, {other.service for other in parts}) for part in parts)
    findings = [_finding(consumer, producer, now) for consumer, producer in _pairs(parts)]
    parked = sum(_count(part.database, select(func.count()).select_from(parked_event)) for part in parts)
    return Report(sum(one.missing for one in findings), pending, parked, 0, findings)


def _pairs(parts: Sequence[Part]) -> Iterator[tuple[Part, Part]]:
    for consumer in parts:
        for producer in parts:
            if any(contract.producer == producer.service for contract in consumer.declarations.contracts()):
                yield consumer, producer


def _pending(part: Part, services: set[str]) -> int:
    behind = event_log.outerjoin(relay_cursor, relay_cursor.c.lane == event_log.c.lane)
    unanswered = select(func.count()).where(
        subscription_state.c.start_position.is_(None), subscription_state.c.source.in_(services)
    )
    return (
        _count(part.database, select(func.count()).select_from(outbox))
        + _count(
            part.database,
            select(func.count())
            .select_from(behind)
            .where(event_log.c.position > func.coalesce(relay_cursor.c.position, 0)),
        )
        + _count(part.database, unanswered)
        + _queued(part)
    )


def _queued(part: Part) -> int:
    waiting = 0
    for channel in Channel:
        consumer = part.bus.consumer(channel)
        waiting += consumer.waiting()
        consumer.close()
    return waiting


def _count(database: Database, statement: Select[Any]) -> int:
    with database.reading() as session:
        return int(session.execute(statement).scalar_one())


def _finding(consumer: Part, producer: Part, now: datetime) -> Finding:
    expected = missing = 0
    for chunk in _expected(consumer, producer, now):
        expected += len(chunk)
        missing += len(_not_held(consumer.database, chunk))
    return Finding(consumer.service, producer.service, expected, missing)


def _repair(producer: Part, consumer: Part, now: datetime) -> int:
    publisher = producer.bus.publisher()
    repaired = 0
    for chunk in _expected(consumer, producer, now):
        lost = _not_held(consumer.database, chunk)
        if lost:
            repaired += publisher.publish(_logged(producer.database, lost, consumer.service)).confirmed
    publisher.close()
    return repaired


def _expected(consumer: Part, producer: Part, now: datetime) -> Iterator[list[str]]:
    """Yield the ids of the events that ``consumer`` should have, in chunks."""
    starts = _starts(consumer, producer)
    if not starts:
        return
    log = event_log.c
    subscribed = or_(*(and_(log.type == name, log.position > start) for name, start in starts.items()))
    after = 0
    while True:
        with producer.database.reading() as session:
            page = session.execute(
                select(log.position, log.event_id)
                .where(
                    subscribed, _is_relayed(session), log.address.is_(None), log.logged_at > now - consumer.keep_inbox
                )
                .where(log.position > after)
                .order_by(log.position)
                .limit(CHUNK)
            ).all()
        if not page:
            return
        yield [row.event_id for row in page]
        after = page[-1].position


def _starts(consumer: Part, producer: Part) -> dict[str, int]:
    """Return the log position after which ``consumer`` gets each subscribed type; a type without one is pending."""
    own = [one for one in consumer.declarations.contracts() if one.producer == producer.service]
    if producer.service == consumer.service:
        return {contract.name: 0 for contract in own}
    state = subscription_state.c
    known = select(state.type, state.start_position).where(state.start_position.is_not(None))
    with consumer.database.reading() as session:
        starts = {row.type: row.start_position for row in session.execute(known)}
    return {contract.name: starts[contract.name] for contract in own if contract.name in starts}


def _is_relayed(session: Session) -> Any:
    cursors = session.execute(select(relay_cursor.c.lane, relay_cursor.c.position)).all()
    return or_(False, *(and_(event_log.c.lane == lane, event_log.c.position <= position) for lane, position in cursors))


def _not_held(database: Database, event_ids: Sequence[str]) -> list[str]:
    with database.reading() as session:
        known = select(inbox.c.event_id).where(among(session, inbox.c.event_id, event_ids))
        held = set(session.execute(known).scalars())
    return [event_id for event_id in event_ids if event_id not in held]


def _logged(database: Database, event_ids: Sequence[str], address: str) -> list[LoggedEvent]:
    log = event_log.c
    columns = select(log.position, log.event_id, log.type, log.lane, log.body).order_by(log.position)
    with database.reading() as session:
        rows = session.execute(columns.where(among(session, log.event_id, event_ids))).all()
    return [LoggedEvent(row.position, row.event_id, row.type, row.lane, address, row.body) for row in rows]
