"""What the chassis of one service tells the chassis of another; always addressed, never bound."""

from dataclasses import dataclass

from shared.contracts import Kind, Lane, event


@event("sise.resync_requested.v1", kind=Kind.FACT, lane=Lane.BULK, subject="service")
@dataclass(frozen=True, slots=True, kw_only=True)
class ResyncRequested:
    """``service`` asks to be told the present state of all entities behind these event ``types``."""

    service: str
    types: tuple[str, ...]


@event("sise.resync_completed.v1", kind=Kind.FACT, lane=Lane.BULK, subject="source")
@dataclass(frozen=True, slots=True, kw_only=True)
class ResyncCompleted:
    """``source`` has told everything; what it logged after ``start_position`` reaches the asker by subscription."""

    source: str
    types: tuple[str, ...]
    start_position: int
