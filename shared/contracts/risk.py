"""What risk tells: how dangerous."""

from dataclasses import dataclass

from shared.contracts import Kind, Lane, event


@event("risk.enterprise_graded.v1", kind=Kind.STATE, lane=Lane.BULK, subject="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseGraded:
    """The present grade of an enterprise.

    ``level`` and ``worst_level`` are 1 (red) to 4 (blue) or null (grey, not graded); ``score`` is 0 to 100 points
    from the known facts; ``is_provisional`` means that unknown or inferred facts may still change it. ``reasons``
    are rule ids, heaviest first, at most eight. ``since`` is an ISO 8601 moment.
    """

    enterprise_id: str
    level: int | None
    colour: str
    score: float | None = None
    worst_level: int | None = None
    known: int = 0
    total: int = 0
    card: str = ""
    card_version: str = ""
    is_provisional: bool = True
    reasons: tuple[str, ...] = ()
    previous_level: int | None = None
    since: str = ""


@event("risk.enterprise_standardised.v1", kind=Kind.STATE, lane=Lane.BULK, subject="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseStandardised:
    """The work-safety standardisation of an enterprise as a person confirmed it on the ISO day ``confirmed_on``.

    ``level`` is ``1`` (the best) to ``3`` or ``none``; empty, without a day, when no confirmed level is known.
    """

    enterprise_id: str
    level: str
    confirmed_on: str = ""


@event("risk.dynamic_rule_applied.v1", kind=Kind.FACT, subject="application_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicRuleApplied:
    """A dynamic rule (``DY-04``) counts for an enterprise from now on.

    ``effects`` are ``red``, ``one_worse``, ``one_better``, ``grey``, ``key_inspection``, ``rescore`` or ``card``;
    ``causes`` are ids of what happened; ``until`` is an ISO 8601 moment or empty when only the cause ends it.
    """

    application_id: str
    enterprise_id: str
    rule: str
    effects: tuple[str, ...]
    causes: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


@event("risk.dynamic_rule_lifted.v1", kind=Kind.FACT, subject="application_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicRuleLifted:
    """The application of a dynamic rule has ended."""

    application_id: str
    enterprise_id: str
    rule: str


@event("risk.policy_activated.v1", kind=Kind.FACT, subject="policy_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyActivated:
    """A version of the policy counts from ``effective_from`` (ISO 8601) on; everybody is being graded anew."""

    policy_id: str
    version: str
    effective_from: str


@event("risk.enterprise_assessed.v1", kind=Kind.FACT, subject="assessment_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseAssessed:
    """The bureau confirmed the assessment of a card; it is valid until ``valid_until`` (ISO 8601)."""

    assessment_id: str
    enterprise_id: str
    card: str
    confirmed_by: str
    valid_until: str


@event("risk.information_code_issued.v1", kind=Kind.FACT, subject="code_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class InformationCodeIssued:
    """An enterprise has a new information code; the token itself does not travel."""

    code_id: str
    enterprise_id: str


@event("risk.information_code_revoked.v1", kind=Kind.FACT, subject="code_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class InformationCodeRevoked:
    """An information code shows nothing any more."""

    code_id: str
    enterprise_id: str


@event("risk.report_overdue.v1", kind=Kind.FACT, subject="overdue_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOverdue:
    """An enterprise of level 1 or 2 owes a risk report since ``due_at`` (ISO 8601).

    ``kind`` is ``periodic`` or ``event`` (a new level-1 risk point). It asks for a task, never for an inspection.
    """

    overdue_id: str
    enterprise_id: str
    kind: str
    level: int
    due_at: str


@event("risk.overdue_report_settled.v1", kind=Kind.FACT, subject="overdue_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueReportSettled:
    """An overdue risk report is owed no more: it came, or the enterprise has left levels 1 and 2."""

    overdue_id: str
    enterprise_id: str
    kind: str
