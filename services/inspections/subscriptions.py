"""What inspections listens to, and what its clocks do."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.inspections.use_cases import (
    assessments,
    calls,
    complaints,
    credit,
    hazards,
    plan_months,
    planning,
    reviews,
    tallies,
    tasks,
    transfers,
    uploads,
    visiting,
    visits,
)
from shared.contracts.credit import AccidentRecorded, PenaltyDecided, PenaltyWithdrawn, SubjectDelisted, SubjectListed
from shared.contracts.identity import StaffChanged
from shared.contracts.permits import CommitmentMissed, PermitSuspended, WorkDeclared
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterprisesMerged,
    EnterpriseState,
    EnterpriseUpdated,
    ObligationsChanged,
    ServiceContractEnded,
    ServiceContractStarted,
    ServiceContractState,
)
from shared.contracts.risk import EnterpriseGraded
from shared.declarations import recounts, subscribes, timer
from shared.events.received import Received


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def on_enterprise_state(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep the register's state; the three events carry the same whole state."""
    planning.keep_register_state(session, [(one.data, one.sequence) for one in received])
    planning.plan_for_owing(session, [one.subject for one in received], now=now)


@subscribes(EnterprisesMerged)
def on_enterprises_merged(session: Session, received: Received[EnterprisesMerged], *, now: datetime) -> None:
    """Let hazards, orders, tasks, checks and reports go over to the entry that stays."""
    planning.follow_merge(session, received.data, now=now)


@subscribes(ObligationsChanged, batch=True)
def on_obligations_changed(
    session: Session, received: Sequence[Received[ObligationsChanged]], *, now: datetime
) -> None:
    """Keep what enterprises owe; only a running duty makes tasks."""
    planning.keep_obligations(session, received, now=now)


@subscribes(EnterpriseGraded, batch=True)
def on_enterprise_graded(session: Session, received: Sequence[Received[EnterpriseGraded]], *, now: datetime) -> None:
    """Keep the level, which says how often each tier comes."""
    planning.keep_grades(session, received, now=now)


@subscribes(StaffChanged, batch=True)
def on_staff_changed(session: Session, received: Sequence[Received[StaffChanged]], *, now: datetime) -> None:
    """Keep who can be given tasks."""
    planning.keep_staff(session, received, now=now)


@subscribes(ServiceContractStarted, ServiceContractEnded)
def on_service_contract(session: Session, received: Received[ServiceContractState], *, now: datetime) -> None:
    """Keep a contract, and plan the visits that it names."""
    visiting.keep_contract(session, received.data, sequence=received.sequence, now=now)


@timer(visiting.VISIT_PLAN)
def on_visits_due(session: Session, contract_id: str, *, now: datetime) -> None:
    """A contract, or a period of it, has begun or ended."""
    visiting.plan_visits(session, contract_id, now=now)


@timer(visits.VISIT_DUE)
def on_visit_due(session: Session, visit_id: str, *, now: datetime) -> None:
    """The time for what was expected of a visit has passed."""
    visits.note_visit_due(session, visit_id, now=now)


@timer(hazards.MAJOR_FOUND)
def on_major_found(session: Session, hazard_id: str, *, now: datetime) -> None:
    """A hazard has become a major one: who was there shortly before may have missed it."""
    visits.note_missed(session, hazard_id, now=now)


@timer(reviews.SAMPLE_DUE)
def on_sample_due(session: Session, entity: str, *, now: datetime) -> None:
    """A half-year has ended: what is missing from the share of reports to be looked at again is drawn."""
    half, intermediary_id = entity.split()
    reviews.draw_sample(session, half, intermediary_id, by="clock", now=now)


@timer(complaints.COMPLAINT_DUE)
def on_complaint_due(session: Session, complaint_id: str, *, now: datetime) -> None:
    """The time for the answer to a complaint has passed."""
    complaints.note_complaint_due(session, complaint_id, now=now)


@subscribes(WorkDeclared)
def on_work_declared(session: Session, received: Received[WorkDeclared], *, now: datetime) -> None:
    """Send somebody where declared dangerous work is to be looked at."""
    calls.call_for_declared_work(session, received.data, now=now)


@subscribes(AccidentRecorded)
def on_accident_recorded(session: Session, received: Received[AccidentRecorded], *, now: datetime) -> None:
    """Keep an accident, and take from the year of the subdistrict what it costs."""
    credit.keep_credit_fact(session, received.data)
    assessments.note_accident(session, received.data, now=now)


@subscribes(CommitmentMissed)
def on_commitment_missed(session: Session, received: Received[CommitmentMissed], *, now: datetime) -> None:
    """Let somebody see why an enterprise has not committed itself."""
    calls.call_for_commitment(session, received.data, now=now)


@subscribes(PermitSuspended)
def on_permit_suspended(session: Session, received: Received[PermitSuspended], *, now: datetime) -> None:
    """Let somebody look where an alarm or something unusual has stopped the work."""
    calls.call_for_suspended_work(session, received.data, sequence=received.sequence, now=now)


@subscribes(PenaltyDecided, PenaltyWithdrawn, SubjectDelisted, SubjectListed)
def on_credit_fact(session: Session, received: Received[credit.CreditFact], *, now: datetime) -> None:
    """Keep what puts an enterprise into the annual plan."""
    credit.keep_credit_fact(session, received.data)


@timer(hazards.DEADLINE)
def on_hazard_deadline(session: Session, hazard_id: str, *, now: datetime) -> None:
    """The last day for putting a hazard right is over."""
    hazards.note_overdue(session, hazard_id, now=now)


@timer(planning.PLAN)
def on_planning_due(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """A duty, a level or a period has changed: make the tasks that are due now."""
    planning.plan_tasks(session, enterprise_id, now=now)


@timer(tasks.LADDER)
def on_ladder_due(session: Session, task_id: str, *, now: datetime) -> None:
    """A reminder or an escalation of a task is due."""
    tasks.climb_ladder(session, task_id, now=now)


@timer(tasks.ABSENCE)
def on_absence(session: Session, account_id: str, *, now: datetime) -> None:
    """Somebody can do no tasks any more: others do them."""
    tasks.replace_owner(session, account_id, now=now)


@timer(plan_months.MONTH)
def on_plan_month(session: Session, plan_id: str, *, now: datetime) -> None:
    """A month of an annual plan begins."""
    plan_months.begin_month(session, plan_id, now=now)


@timer(plan_months.VISIT)
def on_plan_visit(session: Session, visit_id: str, *, now: datetime) -> None:
    """A visit of an annual plan is due this month."""
    plan_months.begin_visit(session, visit_id, now=now)


@timer(tallies.SUM_UP)
def on_summing_up(session: Session, entity: str, *, now: datetime) -> None:
    """Count hazards and tasks of each place anew."""
    tallies.sum_up(session, entity, now=now)


@recounts()
def sums_of_places_and_months(session: Session, *, repair: bool, now: datetime) -> int:
    """The sums that triggers keep against the rows that they count."""
    return tallies.recount(session, repair=repair)


@timer(assessments.ASSESS)
def on_month(session: Session, month: str, *, now: datetime) -> None:
    """A month is to be computed, frozen or published."""
    assessments.advance_month(session, month, now=now)


@timer(uploads.GIVEN_UP)
def on_upload_given_up(session: Session, upload_id: str, *, now: datetime) -> None:
    """Nothing more has come of a photo for days, or it was put together long ago."""
    uploads.give_up(session, upload_id)


@timer(transfers.REMINDER)
def on_transfer_due(session: Session, transfer_id: str, *, now: datetime) -> None:
    """The other authority has not answered in time."""
    transfers.remind(session, transfer_id, now=now)
