"""registry/intermediaries: registered, documented, manned, suspended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.registry.api.downloads import BINARY
from services.registry.domain.intermediaries import rules
from services.registry.queries.divisions import require_whole_district
from services.registry.queries.intermediaries import (
    intermediaries_wanted,
    intermediary_visible,
    staff_of,
    with_particulars,
)
from services.registry.schemas.intermediaries import (
    DocumentFile,
    IntermediaryChange,
    IntermediaryDocuments,
    IntermediaryFilter,
    IntermediaryKinds,
    IntermediaryNew,
    IntermediaryPage,
    IntermediaryRow,
    IntermediaryStaffList,
    IntermediaryStaffNew,
    StaffLeft,
    Stop,
)
from services.registry.schemas.surveys import Attachment
from services.registry.tables import intermediary
from services.registry.use_cases import intermediaries as use
from shared.http import (
    MEGABYTE,
    Blueprint,
    audit_note,
    etag_of,
    now,
    page,
    principal,
    reads,
    require_version,
    writes,
)
from shared.http.attachments import attachment_response
from shared.work.attachments import LARGEST, Taken, keep_attachment

blp = Blueprint("intermediaries", __name__, url_prefix="/api/v1/registry", description="Intermediaries")
_HIDDEN = ("contact_name", "contact_phone", "created_at", "updated_at")


@blp.route("/intermediaries", methods=["GET"])
@reads("intermediary:read")
@blp.arguments(IntermediaryFilter, location="query")
@blp.response(200, IntermediaryPage)
def list_intermediaries(session, query):
    """The intermediaries by name; others than the district's own people see those that they have to do with."""
    statement = intermediaries_wanted(session, principal(), wanted=query)
    key, paging = [intermediary.c.name, intermediary.c.id], {"limit": query["limit"], "cursor": query["cursor"]}
    rows, next_cursor = page(session, statement, key=key, **paging)
    return {"items": with_particulars(session, [row._asdict() for row in rows]), "next_cursor": next_cursor}


@blp.route("/intermediaries", methods=["POST"])
@writes("intermediary:write")
@blp.arguments(IntermediaryNew)
@blp.response(201, IntermediaryRow)
def add_intermediary(session, body):
    """Register an intermediary; it may work once its required documents are in."""
    require_whole_district(session, principal())
    row = use.register_intermediary(session, body, now=now())
    audit_note(session, entity=f"intermediary:{row['id']}", after=_audited(row))
    return _shown(session, row)


@blp.route("/intermediaries/kinds", methods=["GET"])
@reads("intermediary:read")
@blp.response(200, IntermediaryKinds)
def list_kinds(_session):
    """The kinds of documents, required ones marked, and the services an intermediary can be registered for."""
    return {"documents": list(rules().documents.values()), "services": list(rules().services.values())}


@blp.route("/intermediaries/<id:intermediary_id>", methods=["GET"])
@reads("intermediary:read")
@blp.response(200, IntermediaryRow)
def show_intermediary(session, intermediary_id):
    """One intermediary with its documents; contacts are masked."""
    return _shown(session, intermediary_visible(session, principal(), intermediary_id))


@blp.route("/intermediaries/<id:intermediary_id>", methods=["PATCH"])
@writes("intermediary:write")
@blp.arguments(IntermediaryChange)
@blp.response(200, IntermediaryRow)
def amend_intermediary(session, body, intermediary_id):
    """Change what is known; `If-Match` names the version that was read."""
    return _changed(
        session, intermediary_id, lambda current: use.change_intermediary(session, current, body, now=now())
    )


@blp.route("/intermediaries/<id:intermediary_id>/documents", methods=["PUT"])
@writes("intermediary:write")
@blp.arguments(IntermediaryDocuments)
@blp.response(200, IntermediaryRow)
def keep_documents(session, body, intermediary_id):
    """Replace the documents; whether the intermediary may work follows at once and on their days."""
    documents = body["documents"]
    return _changed(session, intermediary_id, lambda current: use.put_documents(session, current, documents, now=now()))


@blp.route("/intermediaries/<id:intermediary_id>/attachments", methods=["POST"])
@writes("intermediary:write", body_limit=LARGEST + MEGABYTE)
@blp.arguments(DocumentFile, location="files")
@blp.response(201, Attachment)
def add_scan(session, files, intermediary_id):
    """Keep the scan of a document (photo or PDF); name it in the list of documents afterwards."""
    owner = _own_for_change(session, intermediary_id)["id"]
    taken = Taken(author=principal().subject, taken_at=now())
    kept = keep_attachment(session, files["file"].stream, owner=owner, taken=taken, now=now())
    audit_note(session, entity=f"intermediary:{owner}", details={"attachment": kept.id, "sha256": kept.sha256})
    return {"id": kept.id, "sha256": kept.sha256, "media_type": kept.media_type, "size": kept.size}


@blp.route("/intermediaries/<id:intermediary_id>/attachments/<id:attachment_id>", methods=["GET"])
@reads("intermediary:read")
@blp.response(200, BINARY, content_type="application/octet-stream")
def show_scan(session, intermediary_id, attachment_id):
    """The bytes of a scan, for those who may see the intermediary."""
    intermediary_visible(session, principal(), intermediary_id)
    return attachment_response(session, use.scan_of(session, intermediary_id, attachment_id))


@blp.route("/intermediaries/<id:intermediary_id>/suspend", methods=["POST"])
@writes("intermediary:write")
@blp.arguments(Stop)
@blp.response(200, IntermediaryRow)
def suspend_intermediary(session, body, intermediary_id):
    """Suspend by hand: no new contract until it is resumed; contracts that run stay."""
    reason = body["reason"]
    return _changed(
        session, intermediary_id, lambda current: use.stop_intermediary(session, current, reason=reason, now=now())
    )


@blp.route("/intermediaries/<id:intermediary_id>/resume", methods=["POST"])
@writes("intermediary:write")
@blp.response(200, IntermediaryRow)
def resume_intermediary(session, intermediary_id):
    """Lift a suspension by hand."""
    return _changed(session, intermediary_id, lambda current: use.resume_intermediary(session, current, now=now()))


@blp.route("/intermediaries/<id:intermediary_id>/staff", methods=["GET"])
@reads("intermediary:read")
@blp.response(200, IntermediaryStaffList)
def list_staff(session, intermediary_id):
    """The people of an intermediary; names are masked."""
    intermediary_visible(session, principal(), intermediary_id)
    return {"items": staff_of(session, intermediary_id)}


@blp.route("/intermediaries/<id:intermediary_id>/staff", methods=["POST"])
@writes("intermediary:write")
@blp.arguments(IntermediaryStaffNew)
@blp.response(201, IntermediaryStaffList)
def add_staff(session, body, intermediary_id):
    """Add a technician; nobody works for two intermediaries at a time."""
    current = _own_for_change(session, intermediary_id)
    account = {"account_id": str(body["account_id"])} if "account_id" in body else {}
    staff_id = use.add_staff(session, current, {**body, **account})
    audit_note(session, entity=f"intermediary:{intermediary_id}", details={"staff": staff_id})
    return {"items": staff_of(session, intermediary_id)}


@blp.route("/intermediaries/<id:intermediary_id>/staff/<id:staff_id>/leave", methods=["POST"])
@writes("intermediary:write")
@blp.arguments(StaffLeft)
@blp.response(200, IntermediaryStaffList)
def let_staff_leave(session, body, *, intermediary_id, staff_id):
    """Note that a technician has left."""
    current = _own_for_change(session, intermediary_id)
    use.end_staff(session, current, staff_id, left_on=body["left_on"])
    audit_note(session, entity=f"intermediary:{intermediary_id}", details={"staff_left": staff_id})
    return {"items": staff_of(session, intermediary_id)}


def _own_for_change(session: Any, intermediary_id: str) -> dict[str, Any]:
    require_whole_district(session, principal())
    return intermediary_visible(session, principal(), intermediary_id, lock=True)


def _changed(session: Any, intermediary_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    current = _own_for_change(session, intermediary_id)
    require_version(current["version"])
    row = change(current)
    audit_note(session, entity=f"intermediary:{intermediary_id}", before=_audited(current), after=_audited(row))
    return _shown(session, row)


def _shown(session: Any, row: Mapping[str, Any]) -> Any:
    return with_particulars(session, [row])[0], etag_of(row["version"])


def _audited(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _HIDDEN}
