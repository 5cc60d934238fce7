"""What inspections tells: what was found on site, and what came of it."""

from dataclasses import dataclass

from shared.contracts import Kind, event


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardFact:
    """Something happened to a hazard. ``level`` is ``major`` (重大) or ``general``; ``clause`` is what it breaks."""

    hazard_id: str
    enterprise_id: str
    level: str
    clause: str = ""


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
    """A hazard is no more; that was verified."""


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


@event("inspections.report_substantiated.v1", kind=Kind.FACT, subject="report_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSubstantiated:
    """A report or complaint about an enterprise turned out to be true."""

    report_id: str
    enterprise_id: str
