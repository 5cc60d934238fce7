"""What risk listens to, and what it tells a consumer that asks again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.risk import queries, use_cases
from shared.contracts.credit import (
    AccidentRecorded,
    ExposurePublished,
    ExposureWithdrawn,
    PenaltyDecided,
    PenaltyWithdrawn,
    SubjectDelisted,
    SubjectListed,
    ViolationRecorded,
)
from shared.contracts.inspections import (
    HazardClosed,
    HazardFound,
    HazardGraded,
    HazardOverdue,
    ProductionHalted,
    ProductionResumed,
    ReportSubstantiated,
)
from shared.contracts.monitoring import AlarmCleared, AlarmRaised
from shared.contracts.permits import CommitmentMade, CommitmentMissed
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterprisesMerged,
    EnterpriseState,
    EnterpriseSurveyed,
    EnterpriseUpdated,
)
from shared.contracts.risk import EnterpriseGraded, EnterpriseStandardised
from shared.contracts.training import TrainingComplianceChanged
from shared.declarations import Reemitted, job, reemits, subscribes, timer
from shared.events.received import Received
from shared.work.jobs import Job, JobStep
from shared.work.timers import schedule


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def on_enterprise_state(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep the register's state and grade anew; the three events carry the same whole state."""
    use_cases.keep_register_state(session, [(one.data, one.sequence) for one in received], now=now)


@subscribes(EnterpriseSurveyed, batch=True)
def on_enterprise_surveyed(
    session: Session, received: Sequence[Received[EnterpriseSurveyed]], *, now: datetime
) -> None:
    """Take over what a person confirmed at the gate."""
    use_cases.keep_surveyed(session, [one.data for one in received], now=now)


@subscribes(EnterprisesMerged)
def on_enterprises_merged(session: Session, received: Received[EnterprisesMerged], *, now: datetime) -> None:
    """Let facts, causes, points, assessments and codes go over to the entry that stays."""
    use_cases.follow_merges(session, [received.data], now=now)


@subscribes(
    AccidentRecorded,
    AlarmCleared,
    AlarmRaised,
    CommitmentMade,
    CommitmentMissed,
    ExposurePublished,
    ExposureWithdrawn,
    HazardClosed,
    HazardFound,
    HazardGraded,
    HazardOverdue,
    PenaltyDecided,
    PenaltyWithdrawn,
    ProductionHalted,
    ProductionResumed,
    ReportSubstantiated,
    SubjectDelisted,
    SubjectListed,
    TrainingComplianceChanged,
    ViolationRecorded,
    batch=True,
)
def on_occurrence(session: Session, received: Sequence[Received[Any]], *, now: datetime) -> None:
    """Keep what the table of dynamic rules says about these events, and grade anew."""
    use_cases.note_occurrences(session, received, now=now)


@timer(use_cases.TIMER)
def on_adjustments_due(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """A cause, a hold or an override may have run out."""
    use_cases.adjust_and_grade(session, [enterprise_id], now=now)


@timer(use_cases.POLICY_TIMER)
def on_policy_effective(session: Session, policy_id: str, *, now: datetime) -> None:
    """A version that was activated for a later day counts from now on."""
    use_cases.begin_policy(session, policy_id, now=now)


@timer(use_cases.REASSESSMENT)
def on_reassessment_due(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """A confirmed assessment has reached its age (DY-15)."""
    use_cases.lapse_assessment(session, enterprise_id, now=now)


@timer(use_cases.POINTS_DUE)
def on_risk_points_due(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """A quarter has passed since the oldest risk point was confirmed."""
    use_cases.note_overdue_points(session, enterprise_id, now=now)


@timer(use_cases.WATCH)
def on_reports_to_review(session: Session, entity: str, *, now: datetime) -> None:
    """Look which risk reports of levels 1 and 2 are overdue; look again at once while there are more."""
    has_more = use_cases.review_reports(session, now=now)
    schedule(session, use_cases.WATCH, entity, due_at=now if has_more else now + use_cases.WATCH_EVERY)


@job(use_cases.SIMULATE)
def simulate(session: Session, job: Job, *, now: datetime) -> JobStep:
    return use_cases.simulate_step(session, job)


@job(use_cases.REGRADE)
def regrade(session: Session, job: Job, *, now: datetime) -> JobStep:
    return use_cases.regrade_step(session, job, now=now)


@reemits(EnterpriseGraded)
def current_grades(session: Session, after: str | None, limit: int) -> list[Reemitted]:
    """Return present grades by enterprise id, for a consumer that builds its copy anew."""
    return [
        Reemitted(
            key=row.enterprise_id,
            event=use_cases.graded_event(row._asdict()),
            sequence=row.sequence,
            at=row.graded_at,
        )
        for row in queries.grades_after(session, after, limit=limit)
    ]


@reemits(EnterpriseStandardised)
def current_standardisations(session: Session, after: str | None, limit: int) -> list[Reemitted]:
    """Return the confirmed standardisation level of each enterprise of which facts were declared."""
    return [
        Reemitted(
            key=row.enterprise_id,
            event=use_cases.standardised_event(row.enterprise_id, row.facts, at=row.changed_at),
            sequence=row.version,
            at=row.changed_at,
        )
        for row in queries.sheets_after(session, after, limit=limit)
    ]
