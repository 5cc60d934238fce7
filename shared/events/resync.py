"""Resync: a service that begins to listen to an event type asks its producer for the present state.

Asking and answering are events like any other, each addressed to one service, so they survive crashes and work
the same on both buses. The producer answers with a job that re-emits its state page by page, then says from
which position of its log on the asker gets everything by subscription.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shared.contracts import Contract, contract_of
from shared.contracts.sise import ResyncCompleted, ResyncRequested
from shared.database import Database
from shared.database.bulk import upsert_rows
from shared.database.chassis import event_log, subscription_state
from shared.declarations import Declarations, JobHandler, Reemitter, Subscription
from shared.events.outbox import publish, publish_again
from shared.events.received import Received
from shared.services import service_names
from shared.work.jobs import ROWS_PER_STEP, Job, JobStep, enqueue

JOB = "resync"
ASK_AGAIN_AFTER = timedelta(minutes=10)
_ASKED = select(subscription_state)


def with_resync(declarations: Declarations) -> Declarations:
    """Return ``declarations`` with the chassis' own part: answering, and taking note of answers."""

    def step(session: Session, job: Job, *, now: datetime) -> JobStep:
        return _reemit_page(session, job, declarations, now)

    asked = Subscription((contract_of(ResyncRequested),), _on_resync_requested, is_batch=False)
    answered = Subscription((contract_of(ResyncCompleted),), _on_resync_completed, is_batch=False)
    return replace(
        declarations,
        subscriptions=(*declarations.subscriptions, asked, answered),
        jobs={**declarations.jobs, JOB: JobHandler(JOB, step)},
    )


def ask_when_new(database: Database, declarations: Declarations, *, now: datetime) -> list[str]:
    """Ask the producers of subscribed types that never answered, and return those types.

    A producer that did not answer is asked again after ten minutes; one that does not exist yet is not asked.
    """
    asked = database.ask(_ASKED)
    known = {row.type for row in asked if row.completed_at or row.requested_at > now - ASK_AGAIN_AFTER}
    unknown = [contract for contract in _foreign(declarations) if contract.name not in known]
    if not unknown:
        return []
    with database.transaction() as session:
        return _ask(session, unknown, declarations.service, now)


def ask_again(session: Session, declarations: Declarations, *, now: datetime, source: str = "") -> list[str]:
    """Ask for the state of every subscribed type (of one producer) anew, and return those types."""
    wanted = [one for one in _foreign(declarations) if source in ("", one.producer)]
    return _ask(session, wanted, declarations.service, now)


def _foreign(declarations: Declarations) -> list[Contract]:
    present = set(service_names()) - {declarations.service}
    return [one for one in declarations.contracts() if one.producer in present]


def _ask(session: Session, wanted: Iterable[Contract], service: str, now: datetime) -> list[str]:
    by_producer: dict[str, list[str]] = {}
    for contract in wanted:
        by_producer.setdefault(contract.producer, []).append(contract.name)
    for producer, types in sorted(by_producer.items()):
        rows = [
            {"type": name, "source": producer, "requested_at": now, "completed_at": None, "start_position": None}
            for name in sorted(types)
        ]
        upsert_rows(session, subscription_state, rows, key=["type"])
        publish(session, ResyncRequested(service=service, types=tuple(types)), sequence=0, at=now, address=producer)
    return [name for types in by_producer.values() for name in types]


def _on_resync_requested(session: Session, received: Received[ResyncRequested], *, now: datetime) -> None:
    start = session.execute(select(func.coalesce(func.max(event_log.c.position), 0))).scalar_one()
    arguments = {"service": received.data.service, "types": list(received.data.types), "start_position": start}
    enqueue(session, JOB, arguments, now=now)


def _on_resync_completed(session: Session, received: Received[ResyncCompleted], *, now: datetime) -> None:
    session.execute(
        update(subscription_state)
        .where(subscription_state.c.type.in_(received.data.types))
        .values(completed_at=now, start_position=received.data.start_position)
    )


def _reemit_page(session: Session, job: Job, declarations: Declarations, now: datetime) -> JobStep:
    """Emit the next page of state to the asker; the cursor is the number of the re-emitter and its last key."""
    service, types = job.arguments["service"], job.arguments["types"]
    reemitters = _reemitters(declarations, types)
    number, after = job.cursor.get("number", 0), job.cursor.get("after")
    if number == len(reemitters):
        answer = ResyncCompleted(
            source=declarations.service, types=tuple(types), start_position=job.arguments["start_position"]
        )
        publish(session, answer, sequence=0, at=now, address=service)
        return JobStep(cursor=job.cursor, done=job.done, finished=True)
    page = reemitters[number].handler(session, after, ROWS_PER_STEP)
    publish_again(session, [one for one in page if contract_of(type(one.event)).name in types], address=service)
    is_last = len(page) < ROWS_PER_STEP
    cursor: dict[str, Any] = {"number": number + 1} if is_last else {"number": number, "after": page[-1].key}
    return JobStep(cursor=cursor, done=job.done + len(page))


def _reemitters(declarations: Declarations, types: Sequence[str]) -> list[Reemitter]:
    return [
        reemitter
        for reemitter in declarations.reemitters
        if any(contract.name in types for contract in reemitter.contracts)
    ]
