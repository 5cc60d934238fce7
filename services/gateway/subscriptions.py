"""What the gateway listens to: everything that changes the map, a list or an open page."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.gateway.use_cases.counters import recount
from services.gateway.use_cases.credit import tell_of_limits
from services.gateway.use_cases.projecting import apply_grades, apply_registrations
from services.gateway.use_cases.streaming import Told, tell
from services.gateway.use_cases.works import Commitment, apply_commitments, apply_permits, follow_merge
from shared.contracts.credit import LimitEnded, LimitFact, LimitMissed, LimitOpened, LimitWarned
from shared.contracts.inspections import AssessmentPublished, EnforcementPlanPublished
from shared.contracts.permits import (
    CommitmentDisputed,
    CommitmentMade,
    CommitmentMissed,
    PermitApproved,
    PermitClosed,
    PermitExpired,
    PermitFact,
    PermitFinished,
    PermitRejected,
    PermitResumed,
    PermitRevoked,
    PermitStarted,
    PermitSubmitted,
    PermitSuspended,
)
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterprisesMerged,
    EnterpriseState,
    EnterpriseUpdated,
    ImportCompleted,
)
from shared.contracts.risk import EnterpriseGraded
from shared.declarations import recounts, subscribes
from shared.events.received import Received


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def on_enterprise_state(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    apply_registrations(session, received, now=now)


@subscribes(EnterpriseGraded, batch=True)
def on_enterprise_graded(session: Session, received: Sequence[Received[EnterpriseGraded]], *, now: datetime) -> None:
    apply_grades(session, received, now=now)


@subscribes(
    PermitSubmitted,
    PermitApproved,
    PermitStarted,
    PermitSuspended,
    PermitResumed,
    PermitFinished,
    PermitClosed,
    PermitExpired,
    PermitRevoked,
    PermitRejected,
    batch=True,
)
def on_permit(session: Session, received: Sequence[Received[PermitFact]], *, now: datetime) -> None:
    apply_permits(session, received, now=now)


@subscribes(CommitmentMade, CommitmentMissed, CommitmentDisputed, batch=True)
def on_commitment(session: Session, received: Sequence[Received[Commitment]], *, now: datetime) -> None:
    apply_commitments(session, received, now=now)


@subscribes(LimitOpened, LimitWarned, LimitMissed, LimitEnded, batch=True)
def on_limit(session: Session, received: Sequence[Received[LimitFact]], *, now: datetime) -> None:
    tell_of_limits(session, received, now=now)


@subscribes(EnterprisesMerged)
def on_enterprises_merged(session: Session, received: Received[EnterprisesMerged], *, now: datetime) -> None:
    follow_merge(session, received.data, now=now)


@subscribes(ImportCompleted)
def on_import_completed(session: Session, received: Received[ImportCompleted], *, now: datetime) -> None:
    content = {"import_id": received.data.import_id, "rows": received.data.rows}
    tell(session, [Told(kind="import_completed", content=content)], now=now)


@subscribes(AssessmentPublished)
def on_assessment_published(session: Session, received: Received[AssessmentPublished], *, now: datetime) -> None:
    """Tell each subdistrict that is ranked, and so everybody above."""
    content = {"month": received.data.month, "version": received.data.version}
    units = [str(one["unit"]) for one in received.data.ranking]
    tell(session, [Told(kind="assessment_published", division=unit, content=content) for unit in units], now=now)


@subscribes(EnforcementPlanPublished)
def on_plan_published(session: Session, received: Received[EnforcementPlanPublished], *, now: datetime) -> None:
    plan = received.data
    content = {"plan_id": plan.plan_id, "year": plan.year, "number": plan.number}
    tell(session, [Told(kind="plan_published", division=plan.authority, content=content)], now=now)


@recounts()
def map_counters(session: Session, *, repair: bool, now: datetime) -> int:
    """The figures of the map against the enterprises that they count."""
    return recount(session, repair=repair).wrong_counters
