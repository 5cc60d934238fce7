"""registry/contracts: concluded, changed, ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.queries.enterprises import enterprise_in_scope
from services.registry.queries.intermediaries import (
    contract_in_scope,
    contracts_wanted,
    coverage,
    intermediary_visible,
    without_names,
)
from services.registry.schemas.intermediaries import (
    Contract,
    ContractChange,
    ContractFilter,
    ContractNew,
    ContractPage,
    Coverage,
    Stop,
)
from services.registry.tables import service_contract
from services.registry.use_cases.contracts import change_contract, conclude_contract, end_contract
from shared.clock import business_date
from shared.http import Blueprint, audit_note, etag_of, now, page, principal, reads, require_version, writes

blp = Blueprint("contracts", __name__, url_prefix="/api/v1/registry", description="Service contracts")


@blp.route("/contracts", methods=["GET"])
@reads("intermediary:read")
@blp.arguments(ContractFilter, location="query")
@blp.response(200, ContractPage)
def list_contracts(session, query):
    """The contracts with enterprises of one's area, those that end first on top."""
    named = {name: str(query[name]) for name in ("intermediary_id", "enterprise_id") if name in query}
    statement = contracts_wanted(principal(), {**query, **named})
    key, paging = [service_contract.c.ends_on, service_contract.c.id], (query["limit"], query["cursor"])
    rows, next_cursor = page(session, statement, key=key, limit=paging[0], cursor=paging[1])
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/contracts", methods=["POST"])
@writes("intermediary:write")
@blp.arguments(ContractNew)
@blp.response(201, Contract)
def add_contract(session, body):
    """Conclude a contract between an enterprise of one's area and an intermediary that may work."""
    enterprise = enterprise_in_scope(session, principal(), str(body["enterprise_id"]))
    intermediary = intermediary_visible(session, principal(), str(body["intermediary_id"]), lock=True)
    row = conclude_contract(session, body, intermediary=intermediary, enterprise_id=enterprise["id"], now=now())
    audit_note(session, entity=f"contract:{row['id']}", after=row)
    return _shown(session, row)


@blp.route("/coverage", methods=["GET"])
@reads("intermediary:read")
@blp.response(200, Coverage)
def show_coverage(session):
    """How many enterprises of one's area owe a contract, and how many of those have a live one."""
    return coverage(session, principal(), today=business_date(now()))


@blp.route("/contracts/<id:contract_id>", methods=["GET"])
@reads("intermediary:read")
@blp.response(200, Contract)
def show_contract(session, contract_id):
    """One contract."""
    return _shown(session, contract_in_scope(session, principal(), contract_id))


@blp.route("/contracts/<id:contract_id>", methods=["PATCH"])
@writes("intermediary:write")
@blp.arguments(ContractChange)
@blp.response(200, Contract)
def amend_contract(session, body, contract_id):
    """Change services, visits, fee or days; `If-Match` names the version that was read."""
    current = _for_change(session, contract_id)
    intermediary = intermediary_visible(session, principal(), current["intermediary_id"], lock=True)
    row = change_contract(session, current, body, intermediary=intermediary, now=now())
    audit_note(session, entity=f"contract:{contract_id}", before=current, after=row)
    return _shown(session, row)


@blp.route("/contracts/<id:contract_id>/end", methods=["POST"])
@writes("intermediary:write")
@blp.arguments(Stop)
@blp.response(200, Contract)
def finish_contract(session, body, contract_id):
    """End a contract before its day; the intermediary's inspectors see the enterprise no more."""
    current = _for_change(session, contract_id)
    row = end_contract(session, current, reason=body["reason"], now=now())
    audit_note(session, entity=f"contract:{contract_id}", before=current, after=row)
    return _shown(session, row)


def _for_change(session: Any, contract_id: str) -> dict[str, Any]:
    current = contract_in_scope(session, principal(), contract_id, lock=True)
    require_version(current["version"])
    return without_names(current)


def _shown(session: Any, row: Mapping[str, Any]) -> Any:
    return contract_in_scope(session, principal(), row["id"]), etag_of(row["version"])
