"""What permits listens to, and what its clocks do."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.permits.use_cases import (
    commitment_days,
    declarations,
    enterprises,
    people,
    permit_clocks,
    reviews,
    suspensions,
)
from services.permits.use_cases.permits import CLOCK
from shared.contracts.credit import SubjectDelisted, SubjectListed
from shared.contracts.inspections import (
    HazardClosed,
    HazardFact,
    HazardFound,
    HazardGraded,
    ProductionHalted,
    ProductionResumed,
)
from shared.contracts.monitoring import AlarmCleared, AlarmRaised
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterprisesMerged,
    EnterpriseState,
    EnterpriseUpdated,
    ObligationsChanged,
    PersonLeft,
    PersonRegistered,
    PersonState,
)
from shared.contracts.risk import EnterpriseGraded
from shared.contracts.training import CertificateExpired, CertificateExpiring, CertificateIssued, CertificateState
from shared.declarations import subscribes, timer
from shared.events.received import Received


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def on_enterprise_state(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep the register's state; the three events carry the same whole state."""
    enterprises.keep_register_state(session, received)
    commitment_days.open_for(session, {one.subject for one in received}, now=now)


@subscribes(EnterprisesMerged)
def on_enterprises_merged(session: Session, received: Received[EnterprisesMerged], *, now: datetime) -> None:
    """Let what hangs on merged entries go over to the one that stays."""
    enterprises.follow_merge(session, received.data)


@subscribes(ObligationsChanged, batch=True)
def on_obligations_changed(
    session: Session, received: Sequence[Received[ObligationsChanged]], *, now: datetime
) -> None:
    """Keep what enterprises owe; only a running duty can be missed."""
    enterprises.keep_obligations(session, received, now=now)
    commitment_days.open_for(session, {one.subject for one in received}, now=now)


@subscribes(EnterpriseGraded, batch=True)
def on_enterprise_graded(session: Session, received: Sequence[Received[EnterpriseGraded]], *, now: datetime) -> None:
    """Keep the level, which a promised grade is shown beside."""
    enterprises.keep_grades(session, received)


@subscribes(HazardFound, HazardGraded, HazardClosed, batch=True)
def on_hazard(session: Session, received: Sequence[Received[HazardFact]], *, now: datetime) -> None:
    """Keep which major hazards are open."""
    enterprises.keep_hazards(session, received)


@subscribes(ProductionHalted, ProductionResumed, batch=True)
def on_halt(
    session: Session, received: Sequence[Received[ProductionHalted | ProductionResumed]], *, now: datetime
) -> None:
    """Keep where production is halted by order."""
    enterprises.keep_halts(session, received)
    suspensions.suspend_for_halt(session, {one.data.enterprise_id for one in received}, now=now)


@timer(commitment_days.DAY)
def on_day(session: Session, day: str, *, now: datetime) -> None:
    """A day begins: who owes its commitment can make it."""
    commitment_days.open_day(session, day, now=now)


@timer(commitment_days.REMINDER)
def on_reminder(session: Session, entity: str, *, now: datetime) -> None:
    """The hour comes near: who has not signed is reminded."""
    commitment_days.remind(session, entity, now=now)


@timer(commitment_days.DEADLINE)
def on_deadline(session: Session, entity: str, *, now: datetime) -> None:
    """The hour has passed: who has not signed has missed it."""
    commitment_days.mark_missed(session, entity, now=now)


@subscribes(PersonRegistered, PersonLeft, batch=True)
def on_person(session: Session, received: Sequence[Received[PersonState]], *, now: datetime) -> None:
    """Keep who works where, with which posts; the work of who has left is suspended."""
    people.keep_persons(session, received)
    suspensions.suspend_for_people(session, {one.subject for one in received}, now=now)


@subscribes(CertificateIssued, CertificateExpiring, CertificateExpired)
def on_certificate(session: Session, received: Received[CertificateState], *, now: datetime) -> None:
    """Keep a certificate as training tells of it; the work of whom it does not cover any more is suspended."""
    if people.keep_certificate(session, received.data, sequence=received.sequence, now=now):
        suspensions.suspend_for_people(session, {received.data.person_id}, now=now)


@subscribes(AlarmRaised)
def on_alarm_raised(session: Session, received: Received[AlarmRaised], *, now: datetime) -> None:
    """Keep an alarm and suspend the work at its place."""
    suspensions.keep_alarm(session, received.data, now=now)


@subscribes(AlarmCleared)
def on_alarm_cleared(session: Session, received: Received[AlarmCleared], *, now: datetime) -> None:
    """Note that an alarm is over; who resumes the work analyses again."""
    suspensions.clear_alarm(session, received.data, now=now)


@subscribes(SubjectListed, SubjectDelisted)
def on_listing(session: Session, received: Received[SubjectListed | SubjectDelisted], *, now: datetime) -> None:
    """Keep who is listed: permits need attention."""
    suspensions.keep_listing(session, received.data, now=now)


@timer(declarations.JOB_DUE)
def on_job_due(session: Session, job_id: str, *, now: datetime) -> None:
    """The time for saying that declared work is over has passed."""
    declarations.note_job_due(session, job_id, now=now)


@timer(reviews.REVIEW_DUE)
def on_review_due(session: Session, job_id: str, *, now: datetime) -> None:
    """Nobody has answered declared work in time: silence releases it."""
    reviews.release(session, job_id, now=now)


@timer(CLOCK)
def on_permit_clock(session: Session, permit_id: str, *, now: datetime) -> None:
    """Something falls due for a permit: it ends, or somebody is told."""
    permit_clocks.run_permit_clock(session, permit_id, now=now)
