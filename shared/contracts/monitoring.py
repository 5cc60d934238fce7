"""What monitoring tells: what sensors notice."""

from dataclasses import dataclass

from shared.contracts import Kind, event


@event("monitoring.alarm_raised.v1", kind=Kind.FACT, subject="occurrence_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """A quantity has passed its set-point: ``level`` 1 is the lower, 2 the upper one."""

    occurrence_id: str
    enterprise_id: str
    level: int
    device_id: str = ""
    quantity: str = ""
    value: float | None = None
    place: str = ""


@event("monitoring.alarm_cleared.v1", kind=Kind.FACT, subject="occurrence_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCleared:
    """The alarm of the same occurrence is over."""

    occurrence_id: str
    enterprise_id: str
