"""inspections/checklists: lists as files, looked at, taken in as a draft, and handed out again."""

from io import BytesIO
from typing import Any, cast

import orjson
from flask import Response, send_file

from services.inspections.domain.checklist_sheets import RowError, SheetReading, row_errors, rows_of
from services.inspections.queries import checklist_files as reading
from services.inspections.queries.checklists import version_by_id, version_view
from services.inspections.rules import sheet_words
from services.inspections.schemas.checklist_files import ChecklistFile, ExportQuery, FilePreview
from services.inspections.schemas.checklists import Content, Version
from services.inspections.use_cases import checklists
from shared.database import Session
from shared.errors import Refused
from shared.http import MEGABYTE, Blueprint, audit_note, etag_of, now, principal, reads, writes
from shared.sheets import xlsx_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {"type": "string", "format": "binary"}
LARGEST_BODY = reading.LARGEST_FILE + MEGABYTE
blp = Blueprint("checklist_files", __name__, url_prefix="/api/v1/inspections", description="Checklists as files")


class ChecklistFileWrong(Refused):
    code = "checklist_file_wrong"


@blp.route("/checklists/imports/preview", methods=["POST"])
@writes("checklist:write", body_limit=LARGEST_BODY)
@blp.arguments(ChecklistFile, location="files")
@blp.response(200, FilePreview)
def preview_file(session: Session, files: dict[str, Any]) -> Any:
    """What a file would become, with every mistake by row and column. Nothing is stored."""
    audit_note(session, entity="checklists:import-preview")
    return reading.file_view(session, *_understood(files))


@blp.route("/checklists/imports", methods=["POST"])
@writes("checklist:write", body_limit=LARGEST_BODY)
@blp.arguments(ChecklistFile, location="files")
@blp.response(201, Version)
def import_file(session: Session, files: dict[str, Any]) -> Any:
    """Begin a draft with what a file without mistakes says; a list that nobody knows begins with it."""
    content, errors = _understood(files)
    if content is None:
        told = [one._asdict() for one in errors]
        raise ChecklistFileWrong("Mend the rows that are named, then send the file again.", errors=told)
    name = (files["file"].filename or "")[:200]
    version_id = checklists.import_checklist(session, content, note=name, by=principal().subject, now=now())
    row = version_by_id(session, version_id)
    audit_note(session, entity=f"checklist:{version_id}", details={"event": "import", "file": name})
    return version_view(session, row, at=now()), etag_of(row.revision)


@blp.route("/checklists/versions/<id:version_id>/export", methods=["GET"])
@reads("checklist:read")
@blp.arguments(ExportQuery, location="query")
@blp.response(200, BINARY, content_type="application/octet-stream")
def export_version(session: Session, query: dict[str, Any], version_id: str) -> Response:
    """A version as a file that can be taken in again without loss: a workbook, or JSON."""
    row = version_by_id(session, version_id)
    name = f"{row.checklist}-{row.number}.{query['format']}"
    if query["format"] == "json":
        body = orjson.dumps(row.content, option=orjson.OPT_INDENT_2)
        return send_file(BytesIO(body), mimetype="application/json", as_attachment=True, download_name=name)
    header, *rows = rows_of(row.content, sheet_words())
    return send_file(xlsx_file(header, rows), mimetype=XLSX, as_attachment=True, download_name=name)


def _understood(files: dict[str, Any]) -> tuple[dict[str, Any] | None, list[RowError]]:
    """Return the content of a file, or the mistakes for which there is none."""
    found: SheetReading = reading.read_checklist_file(files["file"].stream)
    schema = Content()
    problems = cast(dict[Any, Any], schema.validate(found.document))
    if not problems and "id" not in found.document["checklist"]:
        problems = {"checklist": {"id": ["Give the list an id."]}}
    errors = sorted([*found.errors, *row_errors(problems, found, words=sheet_words())])
    if errors:
        return None, errors
    content = dict(schema.load(found.document))
    content["checklist"] = {**content["checklist"], "id": found.document["checklist"]["id"]}
    return content, errors
