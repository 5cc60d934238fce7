"""What registry tells: who is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import Kind, Lane, event


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseState:
    """The whole public state of an enterprise; ``sequence`` of the envelope is its version.

    ``division`` has 6, 9 or 12 digits, ``subdistrict`` 9 or none. ``longitude``/``latitude`` are WGS-84 degrees or
    null. ``features`` maps a hazard feature to ``{"value": "yes" | "no" | "unknown", "origin": "inferred" |
    "confirmed", "words": [matched words]}``; an absent feature is unknown. ``headcount`` is persons or null.
    ``confirmed`` maps those of division, grid, headcount, industry and location that a person confirmed to ``{"by",
    "role", "on"}`` as far as that is known.
    """

    enterprise_id: str
    uscc: str
    name: str
    division: str
    subdistrict: str = ""
    grid: str = ""
    industry: str = ""
    industry_section: str = ""
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    location_precision: str = "none"
    placement: str = "unplaced"
    headcount: int | None = None
    features: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    supervision: str = "unverified"
    status: str = "active"
    confirmed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@event("registry.enterprise_registered.v1", kind=Kind.STATE, lane=Lane.BULK, subject="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseRegistered(EnterpriseState):
    """An enterprise became known."""


@event("registry.enterprise_updated.v1", kind=Kind.STATE, lane=Lane.BULK, subject="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseUpdated(EnterpriseState):
    """Something about an enterprise changed."""


@event("registry.enterprise_deregistered.v1", kind=Kind.STATE, subject="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseDeregistered(EnterpriseState):
    """An enterprise is no more; ``status`` is ``deregistered``, or ``merged`` when it became part of another entry."""


@event("registry.enterprises_merged.v1", kind=Kind.FACT, subject="merge_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnterprisesMerged:
    """The entries ``merged_ids`` are the enterprise ``enterprise_id``: what hangs on them hangs on it, now and later.

    Each merged entry is told of as deregistered (status ``merged``) as well; what the registry itself holds of it
    (persons, contracts, obligations) is told anew by its own events.
    """

    merge_id: str
    enterprise_id: str
    merged_ids: tuple[str, ...] = ()


@event("registry.import_completed.v1", kind=Kind.FACT, subject="import_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCompleted:
    """An import has ended; counts are rows, ``sha256`` is of the uploaded file."""

    import_id: str
    kind: str
    sha256: str
    rows: int
    accepted: int
    unchanged: int
    corrected: int
    refused: int


@event("registry.grid_changed.v1", kind=Kind.STATE, subject="grid_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class GridChanged:
    """A grid, its outline or its team changed. ``code`` is what enterprises and accounts call it.

    ``polygon_id`` changes with the outline; ``members`` are ``{"account_id", "kind", "grants_scope"}``.
    """

    grid_id: str
    code: str
    name: str
    division: str
    is_open: bool = True
    polygon_id: str = ""
    members: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediaryState:
    """The whole public state of an intermediary; ``services`` are those that it is registered for.

    ``reason`` of a suspension is ``by_hand``, ``document_missing`` or ``document_expired`` (of ``document``).
    """

    intermediary_id: str
    uscc: str
    name: str
    services: Sequence[str] = ()
    reason: str = ""
    document: str = ""


@event("registry.intermediary_registered.v1", kind=Kind.STATE, subject="intermediary_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediaryRegistered(IntermediaryState):
    """An intermediary may work, from now on or again."""


@event("registry.intermediary_suspended.v1", kind=Kind.STATE, subject="intermediary_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediarySuspended(IntermediaryState):
    """An intermediary gets no new contract; those that run stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceContractState:
    """The whole state of a contract; ``starts_at`` and ``ends_at`` are moments (ISO 8601), ``ends_at`` excluded."""

    contract_id: str
    enterprise_id: str
    intermediary_id: str
    starts_at: str
    ends_at: str
    services: Sequence[str] = ()
    visits_per_year: int = 0
    reason: str = ""


@event("registry.service_contract_started.v1", kind=Kind.STATE, subject="contract_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceContractStarted(ServiceContractState):
    """A contract runs: the intermediary's inspectors see the enterprise."""


@event("registry.service_contract_ended.v1", kind=Kind.STATE, subject="contract_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceContractEnded(ServiceContractState):
    """A contract is over, by its date or before it; ``reason`` is ``expired`` or what somebody wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonState:
    """What others may know of a person of an enterprise: ids, posts (rules/posts.toml) and days, no name."""

    person_id: str
    enterprise_id: str
    posts: Sequence[str] = ()
    account_id: str = ""
    joined_on: str = ""
    left_on: str = ""


@event("registry.person_registered.v1", kind=Kind.STATE, subject="person_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(PersonState):
    """Somebody works for an enterprise, or does so with other posts."""


@event("registry.person_left.v1", kind=Kind.STATE, subject="person_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(PersonState):
    """Somebody has left the enterprise."""


@event("registry.obligations_changed.v1", kind=Kind.STATE, lane=Lane.BULK, subject="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationsChanged:
    """All that an enterprise owes, running or ended; whatever is not named is not owed.

    Each is ``{"duty", "rule", "basis", "frequency", "starts_on", "ends_on"}``: owed on every day from ``starts_on``
    up to, not including, ``ends_on`` (null: no end). Duties are self_check, commitment, declaration, contract and
    training; frequencies daily, weekly, fortnightly, monthly, quarterly, half_yearly, yearly, by_level (the colour
    decides), before_work and continuous.
    """

    enterprise_id: str
    obligations: tuple[Mapping[str, Any], ...] = ()


@event("registry.enterprise_surveyed.v1", kind=Kind.FACT, subject="survey_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseSurveyed:
    """Somebody was at the gate ``on`` a moment (ISO 8601). ``facts`` are confirmed by account ``by`` in ``role``.

    ``outcome`` is exists, moved or closed; the place is WGS-84 degrees with the accuracy in metres, or null. Of two
    surveys of one enterprise the one made later holds, whichever arrives first.
    """

    survey_id: str
    enterprise_id: str
    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""
    role: str = ""
    on: str = ""
    longitude: float | None = None
    latitude: float | None = None
    accuracy: float | None = None
