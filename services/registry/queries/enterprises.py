"""Enterprises as lists, as one, with their history, and as the rows of an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from services.registry.domain.cells import code as code_cell
from services.registry.domain.drafts import day_text
from services.registry.domain.enterprise import MERGED
from services.registry.tables import enterprise, enterprise_history, park
from shared.security.personal import mask_name, mask_phone, vault_of
from shared.security.principal import Principal
from shared.security.scope import EnterpriseNotFound, in_scope

EXPORTED = (
    "name", "uscc", "registered_on", "enterprise_type", "capital", "scope", "province", "city", "address",
    "division", "grid", "industry", "headcount", "longitude", "latitude", "status",
)  # fmt: skip
SORTS = {
    "name": ((enterprise.c.name, enterprise.c.id), False),
    "uscc": ((enterprise.c.uscc,), False),
    "updated": ((enterprise.c.updated_at, enterprise.c.id), False),
    "-updated": ((enterprise.c.updated_at, enterprise.c.id), True),
}


def enterprises_wanted(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the enterprises in the principal's jurisdiction that the filter describes."""
    columns = enterprise.c
    is_asked = columns.status == wanted["status"] if wanted.get("status") else columns.status != MERGED
    conditions: list[ColumnElement[bool]] = [_scope(principal), is_asked]
    for name in ("placement", "supervision", "grid"):
        if value := wanted.get(name):
            conditions.append(columns[name] == value)
    if prefix := wanted.get("division"):
        conditions.append(and_(columns.division >= prefix, columns.division < _after(prefix)))
    if prefix := wanted.get("industry"):
        conditions.append(columns.industry.startswith(prefix, autoescape=True))
    if uscc := wanted.get("uscc"):
        conditions.append(columns.uscc == code_cell(uscc))
    if feature := wanted.get("feature"):
        conditions.append(columns.features[(feature, "value")].as_string() == "yes")
    if text := (wanted.get("q") or "").strip():
        conditions.append(_matches(text))
    return select(enterprise).where(*conditions)


def enterprise_in_scope(
    session: Session, principal: Principal, enterprise_id: str, *, lock: bool = False
) -> Mapping[str, Any]:
    """Return one enterprise, locked for change on demand; raises `EnterpriseNotFound` outside the jurisdiction."""
    statement = select(enterprise).where(enterprise.c.id == enterprise_id, _scope(principal))
    row = session.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    if row is None:
        raise EnterpriseNotFound("No such enterprise in your area.", enterprise_id=enterprise_id)
    return dict(row)


def with_masked_contacts(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an enterprise row that anyone in scope may see: contacts masked, with the name of its park."""
    shown = dict(row)
    for name, mask in (("contact_name", mask_name), ("contact_phone", mask_phone)):
        if row[name]:
            shown[name] = mask(vault_of(session).decrypt(row[name], field=f"enterprise.{name}"))
    if row["park_id"]:
        shown["park_name"] = session.scalar(select(park.c.name).where(park.c.id == row["park_id"]))
    return shown


def versions_of(enterprise_id: str) -> Select[Any]:
    """Return the statement of the versions of an enterprise; their key is the version."""
    return select(enterprise_history).where(enterprise_history.c.enterprise_id == enterprise_id)


def exported_rows(session: Session, principal: Principal, wanted: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the cells of an export, in the order of `EXPORTED`, by credit code; memory does not grow with the rows."""
    statement = enterprises_wanted(principal, wanted).order_by(enterprise.c.uscc).execution_options(yield_per=500)
    for row in session.execute(statement):
        facts = row._asdict()
        yield [_cell(facts, name) for name in EXPORTED]


def _cell(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if name == "registered_on":
        return day_text(value)
    if name == "status":
        return "注销" if value == "deregistered" else "存续"
    return "" if value is None else str(value)


def _after(prefix: str) -> str:
    """Return the first code behind all those that begin with `prefix`, so that an index serves the range."""
    return str(int(prefix) + 1).zfill(len(prefix))


def _matches(text: str) -> ColumnElement[bool]:
    """Name or address contain every word, or the code begins with the text."""
    columns = enterprise.c
    words = [
        or_(columns.name.contains(word, autoescape=True), columns.address.contains(word, autoescape=True))
        for word in text.split()[:8]
    ]
    return or_(columns.uscc.startswith(code_cell(text), autoescape=True), and_(*words))


def _scope(principal: Principal) -> ColumnElement[bool]:
    columns = enterprise.c
    return in_scope(principal, division=columns.division, grid=columns.grid, enterprise_id=columns.id)
