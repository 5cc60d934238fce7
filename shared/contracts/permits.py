"""What permits tells: what an enterprise promises and does that day."""

from dataclasses import dataclass

from shared.contracts import Kind, event


@event("permits.commitment_made.v1", kind=Kind.FACT, subject="commitment_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMade:
    """The daily safety commitment of ``day`` (ISO 8601) was made, perhaps late."""

    commitment_id: str
    enterprise_id: str
    day: str
    is_late: bool = False


@event("permits.commitment_missed.v1", kind=Kind.FACT, subject="commitment_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMissed:
    """The daily safety commitment of ``day`` (ISO 8601) was owed and not made in time."""

    commitment_id: str
    enterprise_id: str
    day: str
