"""Lists as files: the columns that the import of the same kind takes, so that an export can be imported again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.domain.forms import form_of
from services.registry.domain.geometry import as_geojson
from services.registry.domain.intermediaries import rules as intermediary_rules
from services.registry.domain.persons import posts
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.grids import grids_wanted
from services.registry.queries.intermediaries import contracts_wanted, intermediaries_wanted
from services.registry.queries.persons import unsealed
from services.registry.tables import (
    enterprise,
    grid,
    grid_member,
    intermediary,
    intermediary_document,
    person,
    service_contract,
)
from shared.security.principal import Principal
from shared.security.scope import in_scope

LISTED = ("grids", "members", "intermediaries", "contracts")
_COLUMNS = {
    "grids": ("code", "name", "division", "geometry", "crs"),
    "members": ("code", "account", "kind"),
    "intermediaries": (
        "uscc", "name", "address", "premises", "services", "notice_number", "notice_until", "qualification_number",
        "qualification_until",
    ),
    "contracts": (
        "number", "uscc", "intermediary", "services", "starts_on", "ends_on", "visits_per_year", "fee",
    ),
    "persons": ("uscc", "name", "posts", "phone", "identity", "joined_on", "left_on"),
}  # fmt: skip
_AT_ONCE = 500


def list_header(session: Session, kind: str) -> list[str]:
    """Return the headers of an exported list."""
    titles = form_of(kind, rules_in_force(session)).columns.titles
    return [titles[name] for name in _COLUMNS[kind]]


def list_rows(session: Session, principal: Principal, *, kind: str) -> Iterator[list[str]]:
    """Yield the cells of a list that lies in the jurisdiction; memory does not grow with the rows."""
    for row in _ROWS[kind](session, principal):
        yield ["" if row[name] is None else str(row[name]) for name in _COLUMNS[kind]]


def _grids(session: Session, principal: Principal) -> Iterator[dict[str, Any]]:
    statement = grids_wanted(principal, {}).order_by(grid.c.code).execution_options(yield_per=_AT_ONCE)
    for row in session.execute(statement).mappings():
        yield {**row, "geometry": json.dumps(as_geojson(row["area"])) if row["area"] else "", "crs": "WGS-84"}


def _members(session: Session, principal: Principal) -> Iterator[dict[str, Any]]:
    seen = grids_wanted(principal, {}).subquery()
    columns = (seen.c.code, grid_member.c.account_id.label("account"), grid_member.c.kind)
    statement = select(*columns).join(seen, seen.c.id == grid_member.c.grid_id)
    ordered = statement.order_by(seen.c.code, grid_member.c.account_id, grid_member.c.kind)
    yield from (dict(row) for row in session.execute(ordered).mappings())


def _intermediaries(session: Session, principal: Principal) -> Iterator[dict[str, Any]]:
    documents: dict[tuple[str, str], dict[str, Any]] = {}
    ordered = select(intermediary_document).order_by(intermediary_document.c.valid_until)
    for one in session.execute(ordered).mappings():
        documents[one["intermediary_id"], one["kind"]] = dict(one)  # the one that ends last
    statement = intermediaries_wanted(session, principal, wanted={}).order_by(intermediary.c.uscc)
    for row in session.execute(statement).mappings():
        notice = documents.get((row["id"], "practice_notice"), {})
        qualification = documents.get((row["id"], "qualification"), {})
        yield {
            **row,
            "services": _titles(row["services"]),
            "notice_number": notice.get("number"),
            "notice_until": notice.get("valid_until"),
            "qualification_number": qualification.get("number"),
            "qualification_until": qualification.get("valid_until"),
        }


def _contracts(session: Session, principal: Principal) -> Iterator[dict[str, Any]]:
    statement = contracts_wanted(principal, {}).add_columns(intermediary.c.uscc.label("intermediary"))
    ordered = statement.order_by(intermediary.c.uscc, service_contract.c.number).execution_options(yield_per=_AT_ONCE)
    for row in session.execute(ordered).mappings():
        yield {**row, "uscc": row["enterprise_uscc"], "services": _titles(row["services"])}


def _persons(session: Session, principal: Principal) -> Iterator[dict[str, Any]]:
    columns = enterprise.c
    scope = in_scope(principal, division=columns.division, grid=columns.grid, enterprise_id=columns.id)
    statement = select(person, columns.uscc).join(enterprise, columns.id == person.c.enterprise_id).where(scope)
    ordered = statement.order_by(columns.uscc, person.c.id).execution_options(yield_per=_AT_ONCE)
    for row in session.execute(ordered).mappings():
        names = "、".join(posts()[post]["title"] for post in row["posts"] if post in posts())
        yield {**row, **unsealed(session, dict(row)), "posts": names}


def _titles(services: list[str]) -> str:
    known = intermediary_rules().services
    return "、".join(known[service]["title"] for service in services if service in known)


_ROWS = {
    "grids": _grids,
    "members": _members,
    "intermediaries": _intermediaries,
    "contracts": _contracts,
    "persons": _persons,
}
