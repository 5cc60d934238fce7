"""Intermediaries and their contracts: when one may work, and from when until when (§3 of the peers' rules)."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from shared.clock import BUSINESS_ZONE, business_date
from shared.errors import Conflict, NotFound, Refused

_RULES = Path(__file__).parents[1] / "rules" / "intermediaries.toml"
STATUSES = ("registered", "suspended")
PHASES = ("planned", "live", "ended")
Phase = Literal["planned", "live", "ended"]


class IntermediaryNotFound(NotFound):
    code = "intermediary_not_found"


class IntermediaryExists(Conflict):
    code = "intermediary_exists"


class DocumentNotFound(NotFound):
    code = "document_not_found"


class StaffNotFound(NotFound):
    code = "staff_not_found"


class StaffElsewhere(Conflict):
    """A technician works for one intermediary at a time (§3.2)."""

    code = "staff_elsewhere"


class ServiceUnknown(Refused):
    code = "service_unknown"


class DatesReversed(Refused):
    code = "dates_reversed"


class IntermediaryMayNotWork(Refused):
    """No contract without a valid practice notice and qualification, none outside the scope (§3.2, red lines §3.1)."""

    code = "intermediary_may_not_work"


class ContractNotFound(NotFound):
    code = "contract_not_found"


class ContractExists(Conflict):
    code = "contract_exists"


class ContractEnded(Conflict):
    code = "contract_ended"


@dataclass(frozen=True, slots=True)
class IntermediaryRules:
    """The tables of rules/intermediaries.toml; kinds of documents and services by id, required kinds apart."""

    least_premises: int
    least_technicians: int
    documents: Mapping[str, Mapping[str, Any]]
    services: Mapping[str, Mapping[str, Any]]

    @property
    def required(self) -> list[str]:
        return [kind for kind, row in self.documents.items() if row["is_required"]]


class Document(NamedTuple):
    """A document of an intermediary; `valid_until` is its last day, None when it has no end."""

    kind: str
    valid_from: date | None
    valid_until: date | None

    def is_valid(self, day: date) -> bool:
        """True on a day between both ends."""
        has_begun = self.valid_from is None or self.valid_from <= day
        return has_begun and (self.valid_until is None or day <= self.valid_until)


class Standing(NamedTuple):
    """Whether an intermediary may work: `reason` is by_hand, document_missing or document_expired, with the kind."""

    status: str
    reason: str = ""
    document: str = ""


@cache
def rules() -> IntermediaryRules:
    """Return the rule tables of intermediaries."""
    table = tomllib.loads(_RULES.read_text("utf-8"))
    return IntermediaryRules(
        least_premises=table["entry"]["least_premises"],
        least_technicians=table["entry"]["least_technicians"],
        documents={row["id"]: row for row in table["document"]},
        services={row["id"]: row for row in table["service"]},
    )


def standing(documents: Collection[Document], *, day: date, is_stopped: bool) -> Standing:
    """Return whether an intermediary may work on `day`: not stopped by hand, every required document valid."""
    if is_stopped:
        return Standing("suspended", "by_hand")
    for kind in rules().required:
        held = [document for document in documents if document.kind == kind]
        if not any(document.is_valid(day) for document in held):
            return Standing("suspended", "document_expired" if held else "document_missing", kind)
    return Standing("registered")


def next_change(documents: Iterable[Document], *, day: date) -> date | None:
    """Return the next day after `day` on which a required document begins or has ended, None when there is none."""
    days = []
    for document in documents:
        if document.kind in rules().required:
            days += [document.valid_from, document.valid_until and document.valid_until + timedelta(days=1)]
    return min((one for one in days if one is not None and one > day), default=None)


def entry_gaps(*, premises: int | None, technicians: int, status: Standing) -> list[str]:
    """Return which entry conditions are not met: premises, technicians, documents (Zhejiang 2020 guidance)."""
    gaps = []
    if premises is None or premises < rules().least_premises:
        gaps.append("premises")
    if technicians < rules().least_technicians:
        gaps.append("technicians")
    if status.reason.startswith("document"):
        gaps.append("documents")
    return gaps


def check_services(services: Iterable[str]) -> None:
    """Raise `ServiceUnknown` for a service that is not in the table."""
    for service in services:
        if service not in rules().services:
            raise ServiceUnknown("There is no such service.", service=service, services=list(rules().services))


def check_days(first: date | None, last: date | None) -> None:
    """Raise `DatesReversed` when a period ends before it begins."""
    if first and last and last < first:
        raise DatesReversed("The last day lies before the first one.", first=first.isoformat(), last=last.isoformat())


def check_contract(intermediary: Mapping[str, Any], services: Collection[str]) -> None:
    """Raise `IntermediaryMayNotWork` for a suspended intermediary or a service outside its registered scope."""
    if intermediary["status"] != "registered":
        raise IntermediaryMayNotWork(
            "The intermediary is suspended: renew its documents or lift the suspension first.",
            reason=intermediary["reason"],
            document=intermediary["reason_document"],
        )
    outside = sorted(set(services) - set(intermediary["services"]))
    if outside:
        raise IntermediaryMayNotWork(
            "The intermediary is not registered for these services.", reason="outside_scope", services=outside
        )


def start_of(day: date) -> datetime:
    """Return the first moment of a business day."""
    return datetime.combine(day, time.min, BUSINESS_ZONE)


def end_of(day: date) -> datetime:
    """Return the first moment after a business day."""
    return start_of(day + timedelta(days=1))


def phase_of(starts_on: date, ends_on: date, *, now: datetime) -> Phase:
    """Return what a contract that nobody ended early is at `now`: both days belong to it."""
    today = business_date(now)
    if today < starts_on:
        return "planned"
    return "live" if today <= ends_on else "ended"
