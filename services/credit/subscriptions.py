"""What credit listens to, and what its clocks do."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.credit.use_cases import (
    attestations,
    cases,
    enterprises,
    exposures,
    limits,
    penalties,
    ratings,
    restrictions,
    suggestions,
)
from shared.contracts.credit import (
    AccidentRecorded,
    PenaltyDecided,
    PenaltyWithdrawn,
    SubjectDelisted,
    SubjectListed,
)
from shared.contracts.inspections import (
    EntryRefused,
    HazardClosed,
    HazardFact,
    HazardFound,
    HazardGraded,
    HazardOverdue,
    SelfCheckRefuted,
    TaskOverdue,
)
from shared.contracts.permits import CommitmentMissed, PermitRevoked
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterprisesMerged,
    EnterpriseState,
    EnterpriseUpdated,
)
from shared.contracts.risk import EnterpriseStandardised
from shared.declarations import recounts, subscribes, timer
from shared.events.received import Received

RECORDS: Mapping[str, limits.Owing] = {
    "penalty": penalties,
    "case": cases,
    "exposure": exposures,
    "closure": suggestions,
    "restriction": restrictions,
}
OwnFact = AccidentRecorded | PenaltyDecided | PenaltyWithdrawn | SubjectDelisted | SubjectListed


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def on_enterprise_state(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep the register's state; the three events carry the same whole state."""
    enterprises.keep_register_state(session, received)


@subscribes(EnterprisesMerged)
def on_enterprises_merged(session: Session, received: Received[EnterprisesMerged], *, now: datetime) -> None:
    """Let what hangs on merged entries go over to the one that stays, which is looked at anew."""
    merge = received.data
    enterprises.follow_merge(session, merge)
    ratings.follow_merge(session, merge.enterprise_id, merge.merged_ids, now=now)
    suggestions.propose_closures(session, [merge.enterprise_id], now=now)


@timer(penalties.CLOCK)
def on_penalty_clock(session: Session, penalty_id: str, *, now: datetime) -> None:
    """Something falls due for a penalty: somebody is warned, it is published, or its publication ends."""
    penalties.run_penalty_clock(session, penalty_id, now=now)


@timer(exposures.CLOCK)
def on_exposure_end(session: Session, exposure_id: str, *, now: datetime) -> None:
    """The last day of an exposure is over."""
    exposures.end_exposure(session, exposure_id, now=now)


@subscribes(HazardFound, HazardGraded, HazardClosed, batch=True)
def on_hazard(session: Session, received: Sequence[Received[HazardFact]], *, now: datetime) -> None:
    """Keep which major hazards are open; with enough penalties a closure has to be proposed."""
    suggestions.keep_hazards(session, received, now=now)
    ratings.rate_again(session, {one.data.enterprise_id for one in received}, now=now)


@subscribes(CommitmentMissed, EntryRefused, HazardOverdue, PermitRevoked, SelfCheckRefuted, TaskOverdue)
def on_misconduct(session: Session, received: Received[suggestions.Telling], *, now: datetime) -> None:
    """Suggest a violation, which an officer confirms or not."""
    suggestions.suggest_from(session, received.data, now=now)


@timer(cases.CASE_CLOCK)
def on_case_clock(session: Session, case_id: str, *, now: datetime) -> None:
    """The window for statements of a case is over, or the management period."""
    cases.run_case_clock(session, case_id, now=now)


@timer(restrictions.REMINDER)
def on_restriction_reminder(session: Session, restriction_id: str, *, now: datetime) -> None:
    """An agency has not answered in time."""
    restrictions.run_reminder(session, restriction_id, now=now)


@timer(restrictions.WATCH_END)
def on_watch_end(session: Session, watched_id: str, *, now: datetime) -> None:
    """The last day on which somebody is watched has passed."""
    restrictions.end_by_itself(session, watched_id, now=now)


@subscribes(PenaltyDecided, PenaltyWithdrawn, AccidentRecorded, SubjectListed, SubjectDelisted)
def on_own_fact(session: Session, received: Received[OwnFact], *, now: datetime) -> None:
    """What credit itself recorded makes another credit grade."""
    ratings.rate_enterprises(session, [received.data.enterprise_id], now=now)


@subscribes(EnterpriseStandardised, batch=True)
def on_enterprise_standardised(
    session: Session, received: Sequence[Received[EnterpriseStandardised]], *, now: datetime
) -> None:
    """Keep the confirmed standardisation level, with which the score may begin elsewhere."""
    attestations.keep_standardisations(session, received, now=now)


@timer(ratings.POLICIES)
def on_rating_day(session: Session, _entity: str, *, now: datetime) -> None:
    """A day begins: another policy may be in force."""
    ratings.follow_policy(session, now=now)


@timer(ratings.CLOCK)
def on_fact_over(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """Something that was recorded counts no more for the credit grade."""
    ratings.rate_enterprises(session, [enterprise_id], now=now)


@timer(limits.LIMIT_CLOCK)
def on_limit(session: Session, limit_id: str, *, now: datetime) -> None:
    """A last day comes near, or has passed."""
    limits.run_limit(session, limit_id, now=now)


@timer("limits_of")
def on_record_without_limits(session: Session, entity: str, *, now: datetime) -> None:
    """A record that was there before what is due was kept: ``entity`` is its topic and id."""
    topic, _, record_id = entity.partition(":")
    RECORDS[topic].keep_due(session, record_id, now=now)


@recounts()
def what_is_due(session: Session, *, repair: bool, now: datetime) -> int:
    """What is due against the records that owe it."""
    return limits.recount(session, RECORDS, repair=repair, now=now)
