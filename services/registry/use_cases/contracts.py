"""Service contracts: concluded, changed, ended by hand or taken over from a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.registry.domain.drafts import Draft
from services.registry.domain.endings import require_active
from services.registry.domain.intermediaries import (
    ContractEnded,
    ContractExists,
    check_contract,
    check_days,
    check_services,
)
from services.registry.tables import enterprise, service_contract
from services.registry.use_cases.contract_days import end, follow
from services.registry.use_cases.enterprises import enterprise_ids
from services.registry.use_cases.intermediaries import locked_intermediaries
from services.registry.use_cases.recording import ImportRun, Verdict, refused
from shared.errors import SiseError
from shared.ids import new_id

_FACTS = ("services", "visits_per_year", "fee", "starts_on", "ends_on")


def conclude_contract(
    session: Session,
    given: Mapping[str, Any],
    *,
    intermediary: Mapping[str, Any],
    enterprise_id: str,
    now: datetime,
) -> dict[str, Any]:
    """Write a contract down and return its row; it begins and ends by itself on its days.

    `given` has number, services, starts_on, ends_on and optionally visits_per_year and fee. Raises
    `EnterpriseHasEnded`, `IntermediaryMayNotWork`, `ServiceUnknown`, `DatesReversed`, `ContractExists`.
    """
    require_active(session.scalar(select(enterprise.c.status).where(enterprise.c.id == enterprise_id)) or "")
    _check(given, intermediary)
    contract = service_contract.c
    same = (contract.intermediary_id == intermediary["id"], contract.number == given["number"])
    if session.scalar(select(contract.id).where(*same)):
        raise ContractExists("The intermediary has a contract with this number already.", number=given["number"])
    row = {
        "fee": None,
        "visits_per_year": 0,
        **{name: given[name] for name in _FACTS if name in given},
        "id": new_id(),
        "intermediary_id": intermediary["id"],
        "enterprise_id": enterprise_id,
        "number": given["number"],
        "phase": "planned",
        "end_reason": "",
        "ended_at": None,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    session.execute(insert(service_contract), row)
    return follow(session, row, now=now)


def change_contract(
    session: Session,
    current: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    intermediary: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Change services, visits, fee or days of the locked contract `current`, as long as nobody ended it.

    Raises `ContractEnded`, `IntermediaryMayNotWork`, `ServiceUnknown`, `DatesReversed`.
    """
    _require_not_ended(current)
    facts = {name: changes.get(name, current[name]) for name in _FACTS}
    if all(current[name] == value for name, value in facts.items()):
        return dict(current)
    _check(facts, intermediary)
    return follow(session, {**current, **facts}, now=now, is_changed=True)


def end_contract(session: Session, current: Mapping[str, Any], *, reason: str, now: datetime) -> dict[str, Any]:
    """End the locked contract `current` at once; the inspectors see the enterprise no more. Raises `ContractEnded`."""
    _require_not_ended(current)
    return end(session, current, reason=reason, at=now, now=now)


def import_contracts(session: Session, run: ImportRun, *, drafts: Sequence[Draft]) -> list[Verdict]:
    """Take over a list of contracts, told from others by intermediary and number."""
    firms = enterprise_ids(session, [draft.given["uscc"] for draft in drafts])
    agencies = locked_intermediaries(session, [draft.given["intermediary"] for draft in drafts])
    known = _known_contracts(session, [draft.given["number"] for draft in drafts])
    verdicts: list[Verdict] = []
    for draft in drafts:
        firm, agency = firms.get(draft.given["uscc"]), agencies.get(draft.given["intermediary"])
        if firm is None or agency is None:
            verdicts.append(refused(draft, "intermediary_unknown" if firm else "enterprise_unknown"))
            continue
        before = known.get((agency["id"], draft.given["number"]))
        try:
            verdicts.append(_import_one(session, draft, before, intermediary=agency, firm=firm, now=run.now))
        except SiseError as refusal:
            verdicts.append(refused(draft, refusal.code))
    return verdicts


def _known_contracts(session: Session, numbers: list[str]) -> dict[tuple[str, str], dict[str, Any]]:
    contract = service_contract.c
    statement = select(service_contract).where(contract.number.in_(numbers)).order_by(contract.id).with_for_update()
    rows = [dict(row) for row in session.execute(statement).mappings()]
    return {(row["intermediary_id"], row["number"]): row for row in rows}


def _import_one(
    session: Session,
    draft: Draft,
    before: Mapping[str, Any] | None,
    *,
    intermediary: Mapping[str, Any],
    firm: str,
    now: datetime,
) -> str:
    if before is None:
        conclude_contract(session, draft.given, intermediary=intermediary, enterprise_id=firm, now=now)
        return "created"
    if before["enterprise_id"] != firm:
        raise ContractExists("This number belongs to a contract with another enterprise.")
    if all(before[name] == draft.given.get(name, before[name]) for name in _FACTS):
        return "unchanged"
    change_contract(session, before, draft.given, intermediary=intermediary, now=now)
    return "changed"


def _check(facts: Mapping[str, Any], intermediary: Mapping[str, Any]) -> None:
    check_days(facts["starts_on"], facts["ends_on"])
    check_services(facts["services"])
    check_contract(intermediary, facts["services"])


def _require_not_ended(current: Mapping[str, Any]) -> None:
    if current["phase"] == "ended":
        raise ContractEnded("This contract has ended: conclude a new one.", contract_id=current["id"])
