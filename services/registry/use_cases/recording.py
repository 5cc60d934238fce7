"""How a change of what is known becomes rows and events, one or a thousand at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.registry.domain.drafts import Draft, Problem
from services.registry.domain.endings import ACTIVE, DEREGISTERED
from services.registry.domain.enterprise import CONTACT_FIELDS, EMPTY, Facts, changes_between
from services.registry.domain.rulebook import Rulebook
from services.registry.domain.surveys import rank_of
from services.registry.tables import enterprise, enterprise_history
from services.registry.use_cases.contract_days import end_contracts_of
from services.registry.use_cases.obligations import Step, follow_supervision
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterpriseState,
    EnterpriseUpdated,
)
from shared.database.bulk import insert_rows, upsert_rows
from shared.events.outbox import publish_all
from shared.ids import new_id
from shared.security.personal import vault_of

_DERIVED = ("origins", "confirmations", "hints")  # follow from the others: shown, but no news by themselves
_HIDDEN = ["•", "•"]
_EVENT_FIELDS = (
    "uscc", "name", "division", "subdistrict", "grid", "industry", "industry_section", "address", "longitude",
    "latitude", "location_precision", "placement", "headcount", "features", "supervision", "status",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One enterprise before (None: new) and after.

    `import_row` is the row of the file that caused it; `grounds` is what a person gave as reason, for the history.
    """

    before: Mapping[str, Any] | None
    after: dict[str, Any]
    import_id: str | None = None
    import_row: int | None = None
    grounds: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        """Whether the enterprise leaves the register by this change."""
        return self.before is not None and self.before["status"] == ACTIVE != self.after["status"]


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One step of an import, as the use case of its kind sees it."""

    id: str
    actor: str
    now: datetime
    rules: Rulebook


Verdict = str | Problem  # what became of a row: created, changed, unchanged, or why it is refused


def refused(draft: Draft, code: str) -> Problem:
    """Return the refusal of a whole draft."""
    return Problem(draft.row, draft.key_title, draft.shown, code)


def new_row(uscc: str, facts: Facts, *, digest: int, now: datetime, override: str = "") -> dict[str, Any]:
    """Return the table row of a new enterprise."""
    return {
        "id": new_id(),
        "uscc": uscc,
        "code_override": override,
        "version": 1,
        "source_digest": digest,
        "created_at": now,
        "updated_at": now,
        "survey_rank": 0,
        "survey_outcome": "",
        "surveyed_at": None,
        "merged_into": None,
        **facts,
    }


def changed_row(current: Mapping[str, Any], facts: Facts, *, digest: int, now: datetime) -> dict[str, Any]:
    """Return the table row of an enterprise after a change: one version on."""
    return {**current, **facts, "version": current["version"] + 1, "source_digest": digest, "updated_at": now}


def seal_contacts(
    session: Session, given: Mapping[str, Any], current: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """Return `given` with sealed contacts; one that is known already keeps its seal, so that nothing changes."""
    if not any(name in given for name in CONTACT_FIELDS):
        return given
    vault = vault_of(session)
    sealed = dict(given)
    for name in CONTACT_FIELDS:
        if text := given.get(name):
            field = f"enterprise.{name}"
            known = current[name] if current else ""
            is_same = bool(known) and vault.decrypt(known, field=field) == text
            sealed[name] = known if is_same else vault.encrypt(text, field=field)
    return sealed


def record(session: Session, changes: Sequence[Change], *, actor: str, reason: str, now: datetime) -> None:
    """Write rows, history and events of `changes` (one per enterprise) with a handful of statements.

    Obligations follow the supervision state; the contracts of an enterprise end with it.
    """
    for change in changes:
        change.after["survey_rank"] = rank_of(change.after)
    insert_rows(session, enterprise, [change.after for change in changes if change.before is None])
    upsert_rows(session, enterprise, [change.after for change in changes if change.before is not None], key=["id"])
    insert_rows(
        session, enterprise_history, [_history_row(change, actor=actor, reason=reason, now=now) for change in changes]
    )
    publish_all(session, [(event_of(change), change.after["version"]) for change in changes], at=now)
    steps = [Step((change.before or EMPTY)["supervision"], change.after) for change in changes]
    follow_supervision(session, steps, actor=actor, now=now)
    if ended := [change.after["id"] for change in changes if change.has_ended]:
        end_contracts_of(session, ended, reason=DEREGISTERED, now=now)


def is_news(current: Mapping[str, Any], facts: Facts) -> bool:
    """True when a fact differs that somebody outside would notice."""
    return any(facts[name] != current[name] for name in EMPTY if name not in _DERIVED)


def event_of(change: Change) -> EnterpriseState:
    """Return the event that tells of `change`."""
    if change.before is None:
        return state_of(change.after, EnterpriseRegistered)
    return state_of(change.after, EnterpriseDeregistered if change.has_ended else EnterpriseUpdated)


def state_of(row: Mapping[str, Any], event_class: type[EnterpriseState]) -> EnterpriseState:
    """Return the whole public state of an enterprise row as `event_class`."""
    seen = row["confirmations"]
    confirmed = {name: seen.get(name, {}) for name, origin in row["origins"].items() if origin == "person"}
    return event_class(enterprise_id=row["id"], confirmed=confirmed, **{name: row[name] for name in _EVENT_FIELDS})


def _history_row(change: Change, *, actor: str, reason: str, now: datetime) -> dict[str, Any]:
    changes = {} if change.before is None else changes_between(change.before, change.after)
    changes |= {name: _HIDDEN for name in CONTACT_FIELDS if name in changes}
    changes |= {name: [None, text] for name, text in change.grounds.items()}
    return {
        "enterprise_id": change.after["id"],
        "version": change.after["version"],
        "at": now,
        "actor": actor,
        "reason": "registered" if change.before is None else reason,
        "import_id": change.import_id,
        "import_row": change.import_row,
        "changes": _writable(changes),
    }


def _writable(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    if "registered_on" in changes:
        changes["registered_on"] = [day and day.isoformat() for day in changes["registered_on"]]
    return changes
