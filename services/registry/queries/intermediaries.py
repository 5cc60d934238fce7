"""Intermediaries and contracts: lists, one of each, and how many of those that owe a contract have one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from services.registry.domain.cells import code as code_cell
from services.registry.domain.intermediaries import (
    ContractNotFound,
    IntermediaryNotFound,
    Standing,
    entry_gaps,
)
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.obligations import owing
from services.registry.tables import (
    enterprise,
    intermediary,
    intermediary_document,
    intermediary_staff,
    service_contract,
)
from shared.database.chassis import scope_contract
from shared.security.personal import mask_name, mask_phone, vault_of
from shared.security.principal import Principal
from shared.security.scope import in_scope

DUTY = "contract"
_CONTACTS = (("contact_name", mask_name), ("contact_phone", mask_phone))


def intermediaries_wanted(session: Session, principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the intermediaries that the principal may see and the filter describes."""
    conditions = [_visible(session, principal)]
    if status := wanted.get("status"):
        conditions.append(intermediary.c.status == status)
    if text := (wanted.get("q") or "").strip():
        by_name = intermediary.c.name.contains(text, autoescape=True)
        conditions.append(or_(by_name, intermediary.c.uscc.startswith(code_cell(text), autoescape=True)))
    return select(intermediary).where(*conditions)


def intermediary_visible(
    session: Session, principal: Principal, intermediary_id: str, *, lock: bool = False
) -> dict[str, Any]:
    """Return one intermediary row, locked on demand; raises `IntermediaryNotFound` when it may not be seen."""
    statement = select(intermediary).where(intermediary.c.id == intermediary_id, _visible(session, principal))
    row = session.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    if row is None:
        raise IntermediaryNotFound("There is no such intermediary.", intermediary_id=intermediary_id)
    return dict(row)


def with_particulars(session: Session, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return intermediary rows with documents, numbers of staff and live contracts, and masked contacts."""
    rows = list(rows)
    ids = [row["id"] for row in rows]
    documents: dict[str, list[dict[str, Any]]] = defaultdict(list)
    document = intermediary_document
    statement = select(document).where(document.c.intermediary_id.in_(ids))
    for one in session.execute(statement.order_by(document.c.kind, document.c.number)).mappings():
        documents[one["intermediary_id"]].append(dict(one))
    technicians, contracts = _technicians(session, ids), _live_contracts(session, ids)
    return [
        {
            **row,
            **_masked(session, row),
            "documents": documents[row["id"]],
            "technicians": technicians.get(row["id"], 0),
            "live_contracts": contracts.get(row["id"], 0),
            "gaps": entry_gaps(
                premises=row["premises"],
                technicians=technicians.get(row["id"], 0),
                status=Standing(row["status"], row["reason"], row["reason_document"]),
            ),
        }
        for row in rows
    ]


def staff_of(session: Session, intermediary_id: str) -> list[dict[str, Any]]:
    """Return the people of an intermediary with masked names, those who left last."""
    staff = intermediary_staff
    statement = select(staff).where(staff.c.intermediary_id == intermediary_id)
    rows = session.execute(statement.order_by(staff.c.left_on.is_not(None), staff.c.joined_on, staff.c.id)).mappings()
    vault = vault_of(session)
    return [
        {**row, "name": mask_name(vault.decrypt(row["sealed_name"], field="intermediary_staff.name"))} for row in rows
    ]


def contracts_wanted(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the contracts with enterprises of the principal's area, with both names."""
    contract, columns = service_contract.c, enterprise.c
    scope = in_scope(principal, division=columns.division, grid=columns.grid, enterprise_id=columns.id)
    conditions = [scope]
    for name in ("phase", "intermediary_id", "enterprise_id"):
        if value := wanted.get(name):
            conditions.append(contract[name] == value)
    if last := wanted.get("ends_before"):
        conditions.append(contract.ends_on < last)
    if text := (wanted.get("q") or "").strip():
        named = (columns.name, intermediary.c.name, contract.number)
        conditions.append(or_(*(one.contains(text, autoescape=True) for one in named)))
    return (
        select(
            service_contract,
            columns.name.label("enterprise_name"),
            columns.uscc.label("enterprise_uscc"),
            intermediary.c.name.label("intermediary_name"),
        )
        .join(enterprise, columns.id == contract.enterprise_id)
        .join(intermediary, intermediary.c.id == contract.intermediary_id)
        .where(*conditions)
    )


def contract_in_scope(
    session: Session, principal: Principal, contract_id: str, *, lock: bool = False
) -> dict[str, Any]:
    """Return one contract row with names, locked on demand; raises `ContractNotFound` outside the jurisdiction."""
    statement = contracts_wanted(principal, {}).where(service_contract.c.id == contract_id)
    if lock:
        statement = statement.with_for_update(of=service_contract)
    row = session.execute(statement).mappings().one_or_none()
    if row is None:
        raise ContractNotFound("No such contract in your area.", contract_id=contract_id)
    return dict(row)


def without_names(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contract row as the table holds it."""
    return {column.name: row[column.name] for column in service_contract.c}


def coverage(session: Session, principal: Principal, *, today: date) -> dict[str, Any]:
    """Return how many enterprises of the area owe a contract, and how many of those have a live one."""
    contract, columns = service_contract.c, owing(principal, {"duty": DUTY}, today=today).subquery().c
    is_live = exists().where(contract.enterprise_id == columns.id, contract.phase == "live")
    statement = (
        select(
            columns.subdistrict.label("division"),
            func.count().label("owing"),
            func.sum(case((is_live, 1), else_=0)).label("covered"),
        )
        .group_by(columns.subdistrict)
        .order_by(columns.subdistrict)
    )
    rows = [dict(row) for row in session.execute(statement).mappings()]
    owed, covered = sum(row["owing"] for row in rows), sum(row["covered"] for row in rows)
    return {
        "owing": owed,
        "covered": covered,
        "share": round(covered / owed, 4) if owed else None,
        "by_subdistrict": rows,
    }


def _visible(session: Session, principal: Principal) -> ColumnElement[bool]:
    """The district's own people see all, an intermediary itself, an enterprise those that it has a contract with."""
    home = rules_in_force(session).gazetteer.home
    is_ours = any(prefix and (prefix.startswith(home) or home.startswith(prefix)) for prefix in principal.divisions)
    if is_ours or principal.grids:
        return intermediary.c.id.is_not(None)
    ways: list[ColumnElement[bool]] = []
    if principal.intermediary_id:
        ways.append(intermediary.c.id == principal.intermediary_id)
    if principal.enterprise_id:
        own = scope_contract.c.enterprise_id == principal.enterprise_id
        ways.append(intermediary.c.id.in_(select(scope_contract.c.intermediary_id).where(own)))
    return or_(false(), *ways)


def _technicians(session: Session, ids: list[str]) -> dict[str, int]:
    staff = intermediary_staff.c
    counted = (staff.intermediary_id.in_(ids), staff.left_on.is_(None), staff.is_full_time, staff.certificate != "")
    statement = select(staff.intermediary_id, func.count().label("people")).where(*counted)
    return {row.intermediary_id: row.people for row in session.execute(statement.group_by(staff.intermediary_id))}


def _live_contracts(session: Session, ids: list[str]) -> dict[str, int]:
    contract = service_contract.c
    counted = (contract.intermediary_id.in_(ids), contract.phase == "live")
    statement = select(contract.intermediary_id, func.count().label("contracts")).where(*counted)
    return {row.intermediary_id: row.contracts for row in session.execute(statement.group_by(contract.intermediary_id))}


def _masked(session: Session, row: Mapping[str, Any]) -> dict[str, str]:
    vault = vault_of(session)
    return {
        name: mask(vault.decrypt(row[name], field=f"intermediary.{name}")) if row[name] else ""
        for name, mask in _CONTACTS
    }
