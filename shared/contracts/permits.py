"""What permits tells: what an enterprise promises and does that day."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.contracts import Kind, event


@event("permits.commitment_made.v1", kind=Kind.FACT, subject="commitment_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMade:
    """The daily safety commitment of ``day`` (ISO 8601) was made, perhaps late, or amended (``edition`` above 1).

    ``counts`` are the special works promised, by field of the commitment; a nil return has none.
    """

    commitment_id: str
    enterprise_id: str
    day: str
    is_late: bool = False
    is_nil: bool = False
    is_delegated: bool = False
    edition: int = 1
    counts: Mapping[str, int] = field(default_factory=dict)


@event("permits.commitment_missed.v1", kind=Kind.FACT, subject="commitment_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMissed:
    """The daily safety commitment of ``day`` (ISO 8601) was owed and not made in time.

    ``misses_this_month`` counts the calendar month up to this one; 0 when nobody has counted.
    """

    commitment_id: str
    enterprise_id: str
    day: str
    misses_this_month: int = 0


@event("permits.commitment_disputed.v1", kind=Kind.FACT, subject="commitment_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentDisputed:
    """What the commitment of ``day`` (ISO 8601) says disagrees with what is known: ``checks`` of commitments.toml.

    ``is_high``: a major hazard is hidden, or production runs though it is halted.
    """

    commitment_id: str
    enterprise_id: str
    day: str
    checks: tuple[str, ...] = ()
    is_high: bool = False


@event("permits.work_declared.v1", kind=Kind.FACT, subject="job_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDeclared:
    """Dangerous work of ``day`` (ISO 8601) was declared, with a permit or without one; to declare is not to ask.

    ``colour`` is how urgently it is looked at (red, amber, green) and ``reasons`` the rules that say so;
    ``is_visited``: somebody goes there, because all of its colour are visited or because it was drawn.
    """

    job_id: str
    enterprise_id: str
    day: str
    kind: str
    level: str = ""
    permit_id: str = ""
    place_id: str = ""
    longitude: float | None = None
    latitude: float | None = None
    starts_at: str = ""
    ends_at: str = ""
    colour: str = ""
    reasons: tuple[str, ...] = ()
    is_visited: bool = False


@event("permits.permit_reviewed.v1", kind=Kind.FACT, subject="review_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitReviewed:
    """In a pilot, declared work (``job_id``, perhaps of a permit) was answered; that approves nothing.

    ``outcome``: ``received``, ``advised`` to wait, ``released`` by silence, or ``moot``: nobody waits any more.
    """

    review_id: str
    job_id: str
    enterprise_id: str
    outcome: str
    permit_id: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitFact:
    """Something happened to a permit for special work (GB 30871-2022) of ``kind``, at ``level`` (empty: no levels).

    The place is WGS-84, known to ``accuracy_m`` metres; ``starts_at`` and ``ends_at`` (ISO 8601) are its period,
    ``ruleset`` the rules under which it is issued; ``reason`` says why, where somebody had to say so.
    """

    permit_id: str
    enterprise_id: str
    kind: str
    number: str = ""
    level: str = ""
    place_id: str = ""
    longitude: float | None = None
    latitude: float | None = None
    starts_at: str = ""
    ends_at: str = ""
    ruleset: str = ""
    ruleset_version: str = ""
    reason: str = ""
    accuracy_m: float | None = None


@event("permits.permit_submitted.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitSubmitted(PermitFact):
    """Work was planned: its level is computed, nobody has approved it."""


@event("permits.permit_approved.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitApproved(PermitFact):
    """The enterprise's own last approver has signed; the work has not begun."""


@event("permits.permit_started.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitStarted(PermitFact):
    """The work goes on."""


@event("permits.permit_suspended.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitSuspended(PermitFact):
    """The work is stopped for now and may go on; ``cause`` is a word such as ``gas`` or ``guardian``."""

    cause: str = ""


@event("permits.permit_resumed.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitResumed(PermitFact):
    """The work goes on after it was stopped."""


@event("permits.permit_finished.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitFinished(PermitFact):
    """The work has ended and waits to be accepted."""


@event("permits.permit_closed.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitClosed(PermitFact):
    """The finished work was accepted."""


@event("permits.permit_expired.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitExpired(PermitFact):
    """The period is over, or the work that it belonged to has ended, before anybody finished it."""


@event("permits.permit_revoked.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRevoked(PermitFact):
    """A submitted permit counts no more: taken back, declared void or withdrawn."""


@event("permits.permit_rejected.v1", kind=Kind.FACT, subject="permit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRejected(PermitFact):
    """One of those who sign has refused it."""
