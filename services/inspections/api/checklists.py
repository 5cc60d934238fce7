"""inspections/checklists: what a form shows, drafts and their publication, and which list is for whom."""

from typing import Any

from services.inspections.queries import checklists as reading
from services.inspections.schemas.checklists import (
    AmendedVersion,
    ChangesQuery,
    Checklist,
    ChecklistQuery,
    Checklists,
    Choices,
    ListChanges,
    NewChoices,
    NewVersion,
    Publication,
    Version,
    VersionList,
    VersionQuery,
)
from services.inspections.tables import checklist_version
from services.inspections.use_cases import checklists
from shared.database import Session
from shared.http import (
    Blueprint,
    as_text,
    audit_note,
    etag_of,
    now,
    page,
    paging_of,
    principal,
    public_reads,
    reads,
    require_version,
    writes,
)

blp = Blueprint("checklists", __name__, url_prefix="/api/v1/inspections", description="Checklists and their versions")


@blp.route("/checklists", methods=["GET"])
@public_reads()
@blp.response(200, Checklists)
def list_checklists(session: Session) -> Any:
    """Every checklist that is in force, with its items, clauses and conditions."""
    return {"items": [reading.checklist_view(one) for one in reading.checklists_in_force(session, at=now())]}


@blp.route("/checklists/<string:checklist_id>", methods=["GET"])
@public_reads()
@blp.arguments(ChecklistQuery, location="query")
@blp.response(200, Checklist)
def show_checklist(session: Session, query: dict[str, Any], checklist_id: str) -> Any:
    """One checklist: the version in force, or the one that a task or a record names."""
    if (version := query["version"]) is None:
        return reading.checklist_view(reading.checklist_in_force(session, checklist_id, at=now()))
    return reading.checklist_view(reading.checklist_of(session, checklist_id, version=version))


@blp.route("/checklists/choices", methods=["GET"])
@reads("checklist:read")
@blp.response(200, Choices)
def show_choices(session: Session) -> Any:
    """Which list a task gets when nobody names one; the version is the ETag."""
    shown = reading.choices_view(session)
    return shown, 200, etag_of(shown["version"])


@blp.route("/checklists/choices", methods=["PUT"])
@writes("checklist:publish")
@blp.arguments(NewChoices)
@blp.response(200, Choices)
def choose_checklists(session: Session, body: dict[str, Any]) -> Any:
    """Decide which list is for whom (`If-Match`); tasks that are there keep theirs."""
    before = reading.choices_view(session)["version"]
    require_version(before)
    version = checklists.choose_checklists(session, **body, instead_of=before, by=principal().subject, now=now())
    audit_note(session, entity="checklists:choices", details={"version": version, "rules": body["rules"]})
    return reading.choices_view(session), etag_of(version)


@blp.route("/checklists/versions", methods=["GET"])
@reads("checklist:read")
@blp.arguments(VersionQuery, location="query")
@blp.response(200, VersionList)
def list_versions(session: Session, query: dict[str, Any]) -> Any:
    """The versions of all lists, or of one, the newest first."""
    paging = paging_of(query)
    wanted = reading.versions(wanted=query)
    rows, next_cursor = page(session, wanted, key=[checklist_version.c.id], descending=True, **paging)
    at = now()
    in_force = reading.heads_in_force(session, at=at)
    return {"items": [reading.head_view(row, in_force=in_force, at=at) for row in rows], "next_cursor": next_cursor}


@blp.route("/checklists/versions", methods=["POST"])
@writes("checklist:write")
@blp.arguments(NewVersion)
@blp.response(201, Version)
def begin_draft(session: Session, body: dict[str, Any]) -> Any:
    """Begin a draft from a version, or a list of its own."""
    caller, wanted = principal().subject, as_text(body)
    if based_on := wanted.pop("based_on", ""):
        version_id = checklists.draft_checklist(session, based_on, note=wanted["note"], by=caller, now=now())
    else:
        version_id = checklists.begin_checklist(session, checklists.NewList(**wanted), by=caller, now=now())
    return _shown(session, version_id, "begin")


@blp.route("/checklists/versions/<id:version_id>", methods=["GET"])
@reads("checklist:read")
@blp.response(200, Version)
def show_version(session: Session, version_id: str) -> Any:
    """One version with its content and what keeps it from being published; its revision is the ETag."""
    shown = reading.version_view(session, reading.version_by_id(session, version_id), at=now())
    return shown, 200, etag_of(shown["revision"])


@blp.route("/checklists/versions/<id:version_id>", methods=["PUT"])
@writes("checklist:write")
@blp.arguments(AmendedVersion)
@blp.response(200, Version)
def amend_draft(session: Session, body: dict[str, Any], version_id: str) -> Any:
    """Replace the content of a draft (`If-Match`); it may be unfinished."""
    require_version(reading.version_by_id(session, version_id, lock=True).revision)
    checklists.amend_checklist(session, version_id, **body, by=principal().subject, now=now())
    return _shown(session, version_id, "amend")


@blp.route("/checklists/versions/<id:version_id>/publish", methods=["POST"])
@writes("checklist:publish")
@blp.arguments(Publication)
@blp.response(200, Version)
def publish_version(session: Session, body: dict[str, Any], version_id: str) -> Any:
    """Let a draft (`If-Match`) count for new tasks, now or later; it never changes again."""
    require_version(reading.version_by_id(session, version_id, lock=True).revision)
    checklists.publish_checklist(session, version_id, **body, by=principal().subject, now=now())
    return _shown(session, version_id, "publish")


@blp.route("/checklists/versions/<id:version_id>/discard", methods=["POST"])
@writes("checklist:write")
@blp.response(200, Version)
def discard_version(session: Session, version_id: str) -> Any:
    """Give up a draft, or a version that has not begun to count."""
    checklists.discard_checklist(session, version_id, now=now())
    return _shown(session, version_id, "discard")


@blp.route("/checklists/versions/<id:version_id>/retire", methods=["POST"])
@writes("checklist:publish")
@blp.response(200, Version)
def retire_version(session: Session, version_id: str) -> Any:
    """Let no new task begin with a list; what has begun goes on."""
    checklists.retire_checklist(session, version_id, now=now())
    return _shown(session, version_id, "retire")


@blp.route("/checklists/versions/<id:version_id>/changes", methods=["GET"])
@reads("checklist:read")
@blp.arguments(ChangesQuery, location="query")
@blp.response(200, ListChanges)
def show_changes(session: Session, query: dict[str, Any], version_id: str) -> Any:
    """What a version changes in the one that it is based on, or in another one."""
    row = reading.version_by_id(session, version_id)
    against = str(query["against"]) if query["against"] else None
    return {"items": [one._asdict() for one in reading.changes_view(session, row, against=against)]}


def _shown(session: Session, version_id: str, event: str) -> Any:
    row = reading.version_by_id(session, version_id)
    facts = {"event": event, "checklist": row.checklist, "number": row.number, "revision": row.revision}
    audit_note(session, entity=f"checklist:{version_id}", details=facts)
    return reading.version_view(session, row, at=now()), etag_of(row.revision)
