"""What credit tells: what an enterprise did wrong, and what follows for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.contracts import Kind, event


@event("credit.violation_recorded.v1", kind=Kind.FACT, subject="violation_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationRecorded:
    """A violation was entered; ``severity`` is ``light``, ``general`` or ``serious``, ``recorded_on`` an ISO day.

    ``act`` is the code of the catalogue.
    """

    violation_id: str
    enterprise_id: str
    severity: str
    recorded_on: str
    clause: str = ""
    act: str = ""


@event("credit.penalty_decided.v1", kind=Kind.FACT, subject="penalty_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyDecided:
    """An administrative penalty was decided on the ISO day ``decided_on``; ``amount`` is in yuan.

    ``act`` is the code of the catalogue, ``penalty_class`` is ``light``, ``general`` or ``serious``, ``kinds`` are
    those of publicity.toml. ``is_of_safety_law``: by 安全生产法, whose article 113 counts only its own penalties.
    """

    penalty_id: str
    enterprise_id: str
    decided_on: str
    clause: str = ""
    amount: int = 0
    act: str = ""
    penalty_class: str = ""
    kinds: tuple[str, ...] = ()
    is_of_safety_law: bool = False


@event("credit.penalty_published.v1", kind=Kind.FACT, subject="penalty_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyPublished:
    """A penalty is public since the ISO day ``published_on``, until ``shown_until`` at the latest.

    ``is_late``: the seven working days had passed.
    """

    penalty_id: str
    enterprise_id: str
    published_on: str
    shown_until: str = ""
    penalty_class: str = ""
    is_late: bool = False


@event("credit.penalty_settled.v1", kind=Kind.FACT, subject="penalty_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltySettled:
    """The obligations of a penalty were met on the ISO day ``settled_on``; the penalty still counts."""

    penalty_id: str
    enterprise_id: str
    settled_on: str


@event("credit.penalty_publicity_ended.v1", kind=Kind.FACT, subject="penalty_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyPublicityEnded:
    """A penalty is neither public nor shared any more from the ISO day ``ended_on`` on; it still counts.

    ``reason`` is ``repaired``, ``expired``, or ``uncorrected``: the longest period is over without correction.
    """

    penalty_id: str
    enterprise_id: str
    ended_on: str
    reason: str = ""


@event("credit.penalty_withdrawn.v1", kind=Kind.FACT, subject="penalty_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyWithdrawn:
    """A penalty was withdrawn or annulled: it counts no more."""

    penalty_id: str
    enterprise_id: str


@event("credit.exposure_published.v1", kind=Kind.FACT, subject="exposure_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ExposurePublished:
    """An enterprise was named in public on ``published_on``; ``exposure`` is ``red_card`` or ``typical_case``.

    ``shown_until`` is the last day (ISO 8601) on which it is shown.
    """

    exposure_id: str
    enterprise_id: str
    exposure: str
    published_on: str
    shown_until: str = ""


@event("credit.exposure_withdrawn.v1", kind=Kind.FACT, subject="exposure_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureWithdrawn:
    """An exposure was withdrawn."""

    exposure_id: str
    enterprise_id: str


@event("credit.subject_listed.v1", kind=Kind.FACT, subject="listing_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectListed:
    """A subject is on the list of the severely untrustworthy, until the ISO day ``managed_until`` at the latest.

    ``measures`` say what follows: ``code``, ``effect`` (RESTRICT, or ADVISORY without a basis) and ``basis``. A listing
    that is restored after its removal is a new one.
    """

    listing_id: str
    enterprise_id: str
    managed_until: str = ""
    basis: str = ""
    condition: str = ""
    decision_number: str = ""
    listed_on: str = ""
    measures: Sequence[Mapping[str, str]] = ()


@event("credit.subject_delisted.v1", kind=Kind.FACT, subject="listing_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectDelisted:
    """A listing has ended: ``removal`` is ``early``, ``expiry`` or ``correction``."""

    listing_id: str
    enterprise_id: str
    removal: str = ""
    removed_on: str = ""


@event("credit.restriction_applied.v1", kind=Kind.FACT, subject="restriction_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionApplied:
    """An agency acts on a listing; ``effect`` is RESTRICT, or ADVISORY without a basis."""

    restriction_id: str
    enterprise_id: str
    agency: str
    code: str
    effect: str = ""
    applied_on: str = ""


@event("credit.restriction_lifted.v1", kind=Kind.FACT, subject="restriction_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionLifted:
    """An agency has lifted what it did about a listing."""

    restriction_id: str
    enterprise_id: str
    agency: str
    code: str


@event("credit.restriction_feedback_received.v1", kind=Kind.FACT, subject="restriction_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionFeedbackReceived:
    """An agency has answered: ``status`` is ``received``, ``applied``, ``refused`` or ``lifted``."""

    restriction_id: str
    enterprise_id: str
    agency: str
    code: str
    status: str


@event("credit.accident_recorded.v1", kind=Kind.FACT, subject="accident_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class AccidentRecorded:
    """A production accident of the ISO day ``occurred_on``; ``has_social_impact`` means a vile one (恶劣影响).

    ``grade`` is ``general``, ``larger``, ``serious`` or ``extraordinary`` (国务院令第493号); ``is_concealed``: it was
    concealed or reported falsely. Told again with the next ``sequence`` when the figures were put right.
    """

    accident_id: str
    enterprise_id: str
    occurred_on: str
    deaths: int = 0
    serious_injuries: int = 0
    is_mainly_responsible: bool = False
    has_social_impact: bool = False
    grade: str = ""
    is_concealed: bool = False


@event("credit.credit_rated.v1", kind=Kind.FACT, subject="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRated:
    """An enterprise has another credit grade (A to D) or score (0 to 100) by the bureau's own ``policy``.

    For the bureau's oversight only: never public, and no ground for other agencies. ``previous`` is the grade before,
    empty for the first one.
    """

    enterprise_id: str
    grade: str
    score: int = 0
    policy: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFact:
    """Something about what is due in credit: ``limit`` is its kind, due by the end of the ISO day ``due_on``.

    ``by`` is ``officer``, ``leader``, ``agency``, ``party`` or ``clock``: who has to act. Told for the bureau's own
    oversight only.
    """

    limit_id: str
    enterprise_id: str
    limit: str
    by: str
    due_on: str


@event("credit.limit_opened.v1", kind=Kind.FACT, subject="limit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class LimitOpened(LimitFact):
    """Something is due from now on."""


@event("credit.limit_warned.v1", kind=Kind.FACT, subject="limit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class LimitWarned(LimitFact):
    """The last day of what is due comes near; told once."""


@event("credit.limit_missed.v1", kind=Kind.FACT, subject="limit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class LimitMissed(LimitFact):
    """What was due has not been done by the end of its last day; told once."""


@event("credit.limit_ended.v1", kind=Kind.FACT, subject="limit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class LimitEnded(LimitFact):
    """What was due is done, or not due any more; ``is_missed``: its last day had passed."""

    is_missed: bool = False
