"""registry/imports: preview, dry run, import, progress, errors."""

from __future__ import annotations

from services.registry.api.downloads import BINARY, CSV, csv_download
from services.registry.domain.quality import formula
from services.registry.queries.divisions import require_whole_district
from services.registry.queries.imports import (
    CORRECTION_TITLES,
    ERROR_TITLES,
    correction_rows,
    error_rows,
    import_progress,
    import_summary,
    imports,
    preview_of,
    quality_of_sources,
    rows_lacking,
)
from services.registry.schemas.imports import (
    ImportAccepted,
    ImportFile,
    ImportOptions,
    ImportPage,
    ImportPreview,
    ImportProgress,
    PreviewOptions,
    QualityList,
    QualityPage,
    QualityRows,
)
from services.registry.tables import enterprise, import_batch
from services.registry.use_cases.importing import LARGEST_FILE, ImportOrder, start_import
from shared.http import MEGABYTE, Blueprint, PageQuery, audit_note, now, page, principal, reads, writes

blp = Blueprint("imports", __name__, url_prefix="/api/v1/registry", description="Imports of register files")
_ENVELOPE = MEGABYTE  # of the multipart form around the file


@blp.route("/imports", methods=["POST"])
@writes("enterprise:import", body_limit=LARGEST_FILE + _ENVELOPE)
@blp.arguments(ImportFile, location="files")
@blp.arguments(ImportOptions, location="form")
@blp.response(202, ImportAccepted)
def create_import(session, files, options):
    """Store a list of any `kind` (CSV or XLSX, at most 200 MB) and import it; `dry_run` changes no enterprise."""
    require_whole_district(session, principal())
    file = files["file"]
    order = ImportOrder(
        actor=principal().subject,
        kind=options["kind"],
        file_name=file.filename or "",
        source=options["source"],
        is_dry_run=options["dry_run"],
    )
    import_id = start_import(session, file.stream, order=order, now=now())
    audit_note(session, entity=f"import:{import_id}", details=options)
    return {"id": import_id}


@blp.route("/imports/preview", methods=["POST"])
@writes("enterprise:import", body_limit=LARGEST_FILE + _ENVELOPE)
@blp.arguments(ImportFile, location="files")
@blp.arguments(PreviewOptions, location="form")
@blp.response(200, ImportPreview)
def preview_import(session, files, options):
    """What would be recognised: columns, first rows, errors of the first thousand rows. Nothing is stored.

    The beginning of a CSV file is enough (`is_part`): its last row, which may be cut, is then left out.
    """
    require_whole_district(session, principal())
    audit_note(session, entity="import:preview")
    return preview_of(session, files["file"].stream, **options)


@blp.route("/imports", methods=["GET"])
@reads("enterprise:import")
@blp.arguments(PageQuery, location="query")
@blp.response(200, ImportPage)
def list_imports(session, query):
    """The imports, newest first."""
    require_whole_district(session, principal())
    rows, next_cursor = page(session, imports(), key=[import_batch.c.id], descending=True, **query)
    return {"items": [import_summary(session, row._asdict()) for row in rows], "next_cursor": next_cursor}


@blp.route("/imports/<id:import_id>", methods=["GET"])
@reads("enterprise:import")
@blp.response(200, ImportProgress)
def show_import(session, import_id):
    """One import: counts while it runs and afterwards, the first errors and corrections."""
    require_whole_district(session, principal())
    return import_progress(session, import_id)


@blp.route("/imports/<id:import_id>/errors.csv", methods=["GET"])
@reads("enterprise:import")
@blp.response(200, BINARY, content_type=CSV)
def download_errors(session, import_id):
    """Every refused row: row, field, value, reason."""
    require_whole_district(session, principal())
    import_progress(session, import_id)
    return csv_download("errors.csv", ERROR_TITLES, rows=error_rows(session, import_id))


@blp.route("/imports/<id:import_id>/corrections.csv", methods=["GET"])
@reads("enterprise:import")
@blp.response(200, BINARY, content_type=CSV)
def download_corrections(session, import_id):
    """Every value that was kept in another writing."""
    require_whole_district(session, principal())
    import_progress(session, import_id)
    return csv_download("corrections.csv", CORRECTION_TITLES, rows=correction_rows(session, import_id))


@blp.route("/imports/quality", methods=["GET"])
@reads("enterprise:import")
@blp.response(200, QualityList)
def show_quality(session):
    """How good what each source delivers is, in four measures and one score, with the formula."""
    require_whole_district(session, principal())
    return {"items": quality_of_sources(session, now=now()), "formula": formula()}


@blp.route("/imports/<id:import_id>/lacking", methods=["GET"])
@reads("enterprise:import")
@blp.arguments(QualityRows, location="query")
@blp.response(200, QualityPage)
def list_lacking(session, query, import_id):
    """The enterprises of an import that lack a fact, by name: the rows behind a figure of its quality."""
    require_whole_district(session, principal())
    import_progress(session, import_id)
    key, paging = [enterprise.c.name, enterprise.c.id], {"limit": query["limit"], "cursor": query["cursor"]}
    rows, next_cursor = page(session, rows_lacking(import_id, query["lacks"]), key=key, **paging)
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}
