"""What inspections tells: what was found on site, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import Kind, event


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardFact:
    """Something happened to a hazard. ``level`` is ``major`` (重大), ``general``, or empty while nobody has graded it.

    ``clause`` is what it breaks; ``tier`` is who found it: 1 the enterprise, 2 an intermediary, 3 the grid or
    subdistrict, 4 the bureau.
    """

    hazard_id: str
    enterprise_id: str
    level: str
    clause: str = ""
    tier: int = 0


@event("inspections.hazard_found.v1", kind=Kind.FACT, subject="hazard_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardFound(HazardFact):
    """A hazard was found."""


@event("inspections.hazard_graded.v1", kind=Kind.FACT, subject="hazard_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardGraded(HazardFact):
    """A hazard was graded anew: it is ``level`` from now on."""


@event("inspections.hazard_overdue.v1", kind=Kind.FACT, subject="hazard_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardOverdue(HazardFact):
    """The deadline for putting a hazard right has passed; ``deadline`` is an ISO 8601 day."""

    deadline: str = ""


@event("inspections.hazard_closed.v1", kind=Kind.FACT, subject="hazard_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardClosed(HazardFact):
    """A hazard is no more, or never was: ``outcome`` is ``closed``, ``cancelled`` (核销) or ``rejected``."""

    outcome: str = "closed"


@event("inspections.hazard_assigned.v1", kind=Kind.FACT, subject="hazard_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardAssigned(HazardFact):
    """A hazard has to be put right by the end of ``deadline`` (ISO 8601 day), or by another day than before."""

    deadline: str = ""


@event("inspections.hazard_rectified.v1", kind=Kind.FACT, subject="hazard_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardRectified(HazardFact):
    """Account ``by`` says that a hazard was put right; nobody has verified it yet."""

    by: str = ""


@event("inspections.hazard_verified.v1", kind=Kind.FACT, subject="hazard_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardVerified(HazardFact):
    """Account ``by`` has seen that a hazard was put right."""

    by: str = ""


@event("inspections.hazard_listed_for_supervision.v1", kind=Kind.FACT, subject="hazard_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardListedForSupervision(HazardFact):
    """The district supervises the treatment of a major hazard publicly (挂牌督办), to be done by ``deadline``."""

    deadline: str = ""


@event("inspections.hazard_transferred.v1", kind=Kind.FACT, subject="hazard_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardTransferred(HazardFact):
    """A hazard is another authority's to deal with: ``receiver``."""

    receiver: str = ""


@event("inspections.production_halted.v1", kind=Kind.FACT, subject="order_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionHalted:
    """Normal production is interrupted: ``phase`` is ``halted`` (停产整顿), ``renovation`` or ``trial`` (试生产)."""

    order_id: str
    enterprise_id: str
    phase: str = "halted"
    order_number: str = ""
    part: str = ""


@event("inspections.production_resumed.v1", kind=Kind.FACT, subject="order_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionResumed:
    """What ``production_halted`` of the same order told is over."""

    order_id: str
    enterprise_id: str


@event("inspections.check_completed.v1", kind=Kind.FACT, subject="check_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCompleted:
    """A check was handed in: ``pass_rate`` is the share (0 to 1) of the items that apply and are in order, or null."""

    check_id: str
    enterprise_id: str
    tier: int
    checklist: str
    checklist_version: int
    pass_rate: float | None = None
    findings: int = 0


@event("inspections.self_check_refuted.v1", kind=Kind.FACT, subject="check_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckRefuted:
    """A later tier found ``items`` not in order that the self-check ``refuted_check_id`` had called normal."""

    check_id: str
    enterprise_id: str
    refuted_check_id: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFact:
    """Something happened to a task. ``owner`` is an account or a queue (with a colon), ``due`` an ISO 8601 moment."""

    task_id: str
    enterprise_id: str
    tier: int
    owner: str = ""
    due: str = ""


@event("inspections.task_assigned.v1", kind=Kind.FACT, subject="task_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAssigned(TaskFact):
    """A task has an owner."""


@event("inspections.task_escalated.v1", kind=Kind.FACT, subject="task_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEscalated(TaskFact):
    """A task was taken from its owner and given to another one; ``rung`` says how far the search had to go."""

    rung: str = ""


@event("inspections.task_overdue.v1", kind=Kind.FACT, subject="task_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOverdue(TaskFact):
    """The moment at which a task was due has passed."""


@event("inspections.entry_refused.v1", kind=Kind.FACT, subject="task_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRefused(TaskFact):
    """An enterprise did not let its inspectors in."""


@event("inspections.draw_made.v1", kind=Kind.FACT, subject="draw_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class DrawMade:
    """``drawn`` of ``pool_size`` enterprises below ``division`` were drawn by lot (双随机); the record is open to all.

    ``pool_hash`` is the SHA-256 of the pool that was fixed before the draw.
    """

    draw_id: str
    division: str
    pool_hash: str
    pool_size: int
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFact:
    """Something happened on an intermediary's visit; ``inspector`` is the account that checked in, empty before."""

    visit_id: str
    enterprise_id: str
    intermediary_id: str
    task_id: str
    inspector: str = ""


@event("inspections.visit_started.v1", kind=Kind.FACT, subject="visit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class VisitStarted(VisitFact):
    """Somebody checked in, in WGS-84 degrees with the accuracy in metres.

    ``is_proposal``: nobody knew where the enterprise is, so the position is offered as its place.
    """

    longitude: float
    latitude: float
    accuracy: float = 0
    is_proposal: bool = False


@event("inspections.visit_ended.v1", kind=Kind.FACT, subject="visit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class VisitEnded(VisitFact):
    """A visit is over after so many ``minutes``; null when nobody checked out and the clock ended it."""

    minutes: int | None = None


@event("inspections.visit_flagged.v1", kind=Kind.FACT, subject="visit_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFlagged(VisitFact):
    """An ``anomaly`` of rules/visits.toml was noted: outside_fence, too_short, too_fast, no_check_out and others."""

    anomaly: str


@event("inspections.report_received.v1", kind=Kind.FACT, subject="report_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReceived:
    """Somebody of the public has reported something; what was written stays with inspections."""

    report_id: str
    enterprise_id: str = ""


@event("inspections.report_substantiated.v1", kind=Kind.FACT, subject="report_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSubstantiated:
    """A report or complaint about an enterprise turned out to be true."""

    report_id: str
    enterprise_id: str


@event("inspections.enforcement_plan_published.v1", kind=Kind.FACT, subject="plan_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementPlanPublished:
    """The annual plan of an authority (a division) is in force, in version ``number``.

    ``visits`` counts the on-site checks planned by kind: ``key``, ``general`` and ``random`` (drawn by lot).
    """

    plan_id: str
    authority: str
    year: int
    number: int = 1
    enterprises: int = 0
    visits: Mapping[str, int] = field(default_factory=dict)


@event("inspections.assessment_published.v1", kind=Kind.FACT, subject="month")
@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentPublished:
    """The assessment of ``month`` (2026-11) is public; a correction tells it again with a higher ``version``.

    ``planned`` and ``done`` are what all subdistricts together owed and did. ``ranking`` is from best to worst:
    ``{"unit": 9 digits, "rank": place or null, "rate": 0 to 1 or null, "points": number or null}``.
    """

    month: str
    version: int
    planned: int = 0
    done: int = 0
    ranking: tuple[Mapping[str, Any], ...] = ()
