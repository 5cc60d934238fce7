"""registry/enterprises: list, register, read, amend, history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.api.downloads import BINARY, CSV, XLSX, csv_download, xlsx_download
from services.registry.domain.coordinates import degrees_of
from services.registry.domain.enterprise import CONTACT_FIELDS
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.enterprises import (
    EXPORTED,
    SORTS,
    enterprise_in_scope,
    enterprises_wanted,
    exported_rows,
    versions_of,
    with_masked_contacts,
)
from services.registry.schemas.enterprises import (
    Contacts,
    Enterprise,
    EnterpriseChange,
    EnterpriseFilter,
    EnterpriseNew,
    EnterprisePage,
    ExportFilter,
    HistoryPage,
    Reason,
)
from services.registry.tables import enterprise_history
from services.registry.use_cases.enterprises import amend_enterprise, register_enterprise, unmask_contacts
from shared.errors import Forbidden
from shared.http import Blueprint, PageQuery, audit_note, etag_of, now, page, principal, reads, require_version, writes
from shared.security.scope import EnterpriseNotFound

blp = Blueprint("enterprises", __name__, url_prefix="/api/v1/registry", description="Enterprises")


class OutsideJurisdiction(Forbidden):
    code = "outside_jurisdiction"


@blp.route("/enterprises", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(EnterpriseFilter, location="query")
@blp.response(200, EnterprisePage)
def list_enterprises(session, query):
    """The enterprises of one's area, by name unless sorted otherwise."""
    key, is_descending = SORTS[query["sort"]]
    statement = enterprises_wanted(principal(), query)
    paging = {"limit": query["limit"], "cursor": query["cursor"]}
    rows, next_cursor = page(session, statement, key=key, descending=is_descending, **paging)
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/enterprises", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(EnterpriseNew)
@blp.response(201, Enterprise)
def create_enterprise(session, body):
    """Register one enterprise by form; a wrong check digit needs `credit_code_override`, which is audited."""
    given = _given(body)
    override = given.pop("credit_code_override", "")
    row = register_enterprise(
        session, given, uscc=given.pop("uscc"), override=override, actor=principal().subject, now=now()
    )
    _require_jurisdiction(session, row)
    details = {"credit_code_override": row["code_override"]} if row["code_override"] else None
    audit_note(session, entity=f"enterprise:{row['id']}", after=_audited(row), details=details)
    return with_masked_contacts(session, row), etag_of(row["version"])


@blp.route("/enterprises/<id:enterprise_id>", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, Enterprise)
def show_enterprise(session, enterprise_id):
    """One enterprise; contacts are masked."""
    row = enterprise_in_scope(session, principal(), enterprise_id)
    return with_masked_contacts(session, row), etag_of(row["version"])


@blp.route("/enterprises/<id:enterprise_id>", methods=["PATCH"])
@writes("enterprise:write")
@blp.arguments(EnterpriseChange)
@blp.response(200, Enterprise)
def change_enterprise(session, body, enterprise_id):
    """Amend what is known; `If-Match` names the version that was read. What a person says is confirmed from then on."""
    current = enterprise_in_scope(session, principal(), enterprise_id, lock=True)
    require_version(current["version"])
    row = amend_enterprise(session, current, _given(body), actor=principal().subject, now=now())
    _require_jurisdiction(session, row)
    audit_note(session, entity=f"enterprise:{enterprise_id}", before=_audited(current), after=_audited(row))
    return with_masked_contacts(session, row), etag_of(row["version"])


@blp.route("/enterprises/<id:enterprise_id>/unmask", methods=["POST"])
@writes("personal_data:read")
@blp.arguments(Reason)
@blp.response(200, Contacts)
def show_contacts(session, body, enterprise_id):
    """The contacts of an enterprise in full, for a reason that is written down."""
    row = enterprise_in_scope(session, principal(), enterprise_id)
    return unmask_contacts(session, row, reason=body["reason"])


@blp.route("/enterprises/<id:enterprise_id>/history", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(PageQuery, location="query")
@blp.response(200, HistoryPage)
def show_history(session, query, enterprise_id):
    """Every version of an enterprise with what changed, newest first."""
    enterprise_in_scope(session, principal(), enterprise_id)
    statement = versions_of(enterprise_id)
    rows, next_cursor = page(session, statement, key=[enterprise_history.c.version], descending=True, **query)
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/exports/enterprises.csv", methods=["GET"])
@reads("enterprise:export")
@blp.arguments(ExportFilter, location="query")
@blp.response(200, BINARY, content_type=CSV)
def export_csv(session, query):
    """The filtered enterprises as CSV."""
    return csv_download("enterprises.csv", _header(session), rows=exported_rows(session, principal(), query))


@blp.route("/exports/enterprises.xlsx", methods=["GET"])
@reads("enterprise:export")
@blp.arguments(ExportFilter, location="query")
@blp.response(200, BINARY, content_type=XLSX)
def export_xlsx(session, query):
    """The filtered enterprises as a workbook."""
    return xlsx_download("enterprises.xlsx", _header(session), rows=exported_rows(session, principal(), query))


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(body)
    if place := given.get("location"):
        given["location"] = degrees_of(place)
    return given


def _require_jurisdiction(session: Any, row: Mapping[str, Any]) -> None:
    """Nobody moves an enterprise into, or registers one in, an area that is not theirs."""
    try:
        enterprise_in_scope(session, principal(), row["id"])
    except EnterpriseNotFound as outside:
        raise OutsideJurisdiction("This lies outside your area: ask the bureau to do it.") from outside


def _audited(row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an audit digest: no personal data, nothing internal."""
    hidden = (*CONTACT_FIELDS, "created_at", "updated_at", "registered_on", "source_digest")
    return {name: value for name, value in row.items() if name not in hidden}


def _header(session) -> list[str]:
    titles = rules_in_force(session).columns.titles
    return [titles[name] for name in EXPORTED]
