"""What moves the registry besides requests: its jobs, accounts, and whoever asks for its current state again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.queries.grids import members_of
from services.registry.queries.obligations import obligations_of, obligations_to_tell
from services.registry.tables import enterprise, grid, intermediary, person, service_contract
from services.registry.use_cases import (
    contract_days,
    decisions,
    divisions,
    grid_teams,
    grids,
    importing,
    intermediaries,
    persons,
    places,
)
from services.registry.use_cases.obligations import told
from services.registry.use_cases.recording import state_of
from shared.contracts.identity import StaffChanged
from shared.contracts.registry import (
    EnterpriseRegistered,
    GridChanged,
    IntermediaryRegistered,
    IntermediarySuspended,
    ObligationsChanged,
    PersonLeft,
    PersonRegistered,
    ServiceContractEnded,
    ServiceContractStarted,
)
from shared.declarations import Reemitted, job, reemits, subscribes, timer
from shared.events.received import Received
from shared.work.jobs import Job, JobStep


@job(importing.JOB, given_up=importing.give_up)
def import_register(session: Session, running: Job, *, now: datetime) -> JobStep:
    """Import the next rows of a register file."""
    return importing.import_step(session, running, now=now)


@job(divisions.PLACE_AGAIN)
def place_again(session: Session, running: Job, *, now: datetime) -> JobStep:
    """Place the next enterprises again after a division changed."""
    return divisions.place_again_step(session, running, now=now)


@job(grids.REGRID)
def regrid(session: Session, running: Job, *, now: datetime) -> JobStep:
    """Let the next enterprises find their grid after one changed."""
    return grids.regrid_step(session, running, now=now)


@job(places.FOLLOW_PARK)
def follow_park(session: Session, running: Job, *, now: datetime) -> JobStep:
    """Let the next tenants follow their park."""
    return places.follow_park_step(session, running, now=now)


@job(decisions.JOB)
def decide(session: Session, running: Job, *, now: datetime) -> JobStep:
    """Carry a decision out for its next enterprises."""
    return decisions.decide_step(session, running, now=now)


@timer(intermediaries.TIMER)
def on_document_day(session: Session, entity: str, *, now: datetime) -> None:
    """Suspend or admit an intermediary on the day on which a document ends or begins."""
    intermediaries.judge_again(session, entity, now=now)


@timer(contract_days.TIMER)
def on_contract_day(session: Session, entity: str, *, now: datetime) -> None:
    """Begin or end a contract on its day."""
    contract_days.follow_days(session, entity, now=now)


@subscribes(StaffChanged, batch=True)
def on_staff_changed(session: Session, received: Sequence[Received[StaffChanged]], *, now: datetime) -> None:
    """Keep which accounts can be members of a grid or staff of an intermediary."""
    grid_teams.keep_staff(session, received)


@reemits(EnterpriseRegistered)
def current_enterprises(session: Session, after: str | None, limit: int) -> Sequence[Reemitted]:
    """Return the state of enterprises by id, for a consumer that begins or begins again."""
    statement = select(enterprise).order_by(enterprise.c.id).limit(limit)
    if after:
        statement = statement.where(enterprise.c.id > after)
    return [
        Reemitted(row["id"], state_of(dict(row), EnterpriseRegistered), row["version"], row["updated_at"])
        for row in session.execute(statement).mappings()
    ]


@reemits(GridChanged)
def current_grids(session: Session, after: str | None, limit: int) -> Sequence[Reemitted]:
    """Return the state of grids by id."""
    statement = select(grid).order_by(grid.c.id).limit(limit)
    if after:
        statement = statement.where(grid.c.id > after)
    rows = [dict(row) for row in session.execute(statement).mappings()]
    teams = members_of(session, [row["id"] for row in rows])
    return [
        Reemitted(row["id"], grids.grid_changed(row, teams[row["id"]]), row["version"], row["updated_at"])
        for row in rows
    ]


@reemits(IntermediaryRegistered, IntermediarySuspended)
def current_intermediaries(session: Session, after: str | None, limit: int) -> Sequence[Reemitted]:
    """Return the state of intermediaries by id."""
    statement = select(intermediary).order_by(intermediary.c.id).limit(limit)
    if after:
        statement = statement.where(intermediary.c.id > after)
    return [
        Reemitted(row["id"], intermediaries.intermediary_event(dict(row)), row["version"], row["updated_at"])
        for row in session.execute(statement).mappings()
    ]


@reemits(ServiceContractStarted, ServiceContractEnded)
def current_contracts(session: Session, after: str | None, limit: int) -> Sequence[Reemitted]:
    """Return the state of contracts by id; one that has not begun is known to nobody yet."""
    statement = select(service_contract).order_by(service_contract.c.id).limit(limit)
    if after:
        statement = statement.where(service_contract.c.id > after)
    return [
        Reemitted(row["id"], contract_days.contract_event(dict(row)), row["version"], row["updated_at"])
        for row in session.execute(statement.where(service_contract.c.phase != "planned")).mappings()
    ]


@reemits(PersonRegistered, PersonLeft)
def current_persons(session: Session, after: str | None, limit: int) -> Sequence[Reemitted]:
    """Return the state of persons by id."""
    statement = select(person).order_by(person.c.id).limit(limit)
    if after:
        statement = statement.where(person.c.id > after)
    return [
        Reemitted(row["id"], persons.person_event(dict(row)), row["version"], row["updated_at"])
        for row in session.execute(statement).mappings()
    ]


@reemits(ObligationsChanged)
def current_obligations(session: Session, after: str | None, limit: int) -> Sequence[Reemitted]:
    """Return what each enterprise owes, by id."""
    rows = obligations_to_tell(session, after, limit=limit)
    present = obligations_of(session, [row.enterprise_id for row in rows])
    return [
        Reemitted(
            row.enterprise_id,
            ObligationsChanged(
                enterprise_id=row.enterprise_id,
                obligations=tuple(told(one) for one in present[row.enterprise_id]),
            ),
            row.version,
            row.at,
        )
        for row in rows
    ]
