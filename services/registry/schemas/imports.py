"""Imports over HTTP."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from services.registry.domain.forms import ENTERPRISES, KINDS
from services.registry.domain.quality import formula
from services.registry.queries.lists import LISTED
from services.registry.schemas.enterprises import EnterpriseRow
from services.registry.schemas.fields import text
from shared.http import Page, PageQuery, Schema


class ImportFile(Schema):
    file = Upload(required=True)


class ImportKind(Schema):
    kind = fields.String(load_default=ENTERPRISES, validate=validate.OneOf(KINDS))


class ListKind(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(LISTED))


class ImportOptions(ImportKind):
    source = text(100, load_default="", metadata={"description": "where the file comes from"})
    dry_run = fields.Boolean(load_default=False)


class PreviewOptions(ImportKind):
    is_part = fields.Boolean(load_default=False, metadata={"description": "the file is the beginning of a CSV file"})


class ImportAccepted(Schema):
    id = fields.String(required=True)


class ImportProblem(Schema):
    code = fields.String(required=True)
    detail = fields.String(required=True)


class RowError(Schema):
    row = fields.Integer(required=True)
    field = fields.String(required=True)
    value = fields.String(required=True)
    reason = fields.String(required=True)
    code = fields.String(required=True)


class RowCorrection(Schema):
    row = fields.Integer(required=True)
    field = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)


class RecognisedColumns(Schema):
    recognised = fields.Dict(keys=fields.String(), values=fields.String())
    features = fields.Dict(keys=fields.String(), values=fields.String())
    unrecognised = fields.List(fields.String())


class ImportSummary(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    source = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["running", "completed", "failed"]))
    dry_run = fields.Boolean(required=True)
    file_name = fields.String()
    size = fields.Integer(metadata={"description": "bytes"})
    sha256 = fields.String()
    format = fields.String()
    progress = fields.Float(metadata={"description": "0 to 1, share of the file that has been read"})
    rows = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    created = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer(required=True)
    corrected = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    problem = fields.Nested(ImportProblem, allow_none=True)
    started_by = fields.String()
    started_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)


class ImportProgress(ImportSummary):
    columns = fields.Nested(RecognisedColumns)
    errors = fields.List(fields.Nested(RowError))
    corrections = fields.List(fields.Nested(RowCorrection))


class ImportPage(Page):
    items = fields.List(fields.Nested(ImportSummary), required=True)


class PreviewRow(Schema):
    row = fields.Integer(required=True)
    cells = fields.List(fields.String(), required=True)


class ImportPreview(Schema):
    format = fields.String(required=True)
    header = fields.List(fields.String(), required=True)
    columns = fields.Nested(RecognisedColumns, required=True)
    first_rows = fields.List(fields.Nested(PreviewRow), required=True)
    rows_read = fields.Integer(required=True)
    rows_refused = fields.Integer(required=True)
    errors = fields.List(fields.Nested(RowError), required=True)


class Quality(Schema):
    import_id = fields.String(required=True)
    kind = fields.String(required=True)
    source = fields.String(required=True)
    finished_at = fields.AwareDateTime(required=True)
    rows = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    corrected = fields.Integer(required=True)
    repeated = fields.Integer(required=True, metadata={"description": "rows with the key of an earlier one"})
    namesakes = fields.Integer(required=True, metadata={"description": "enterprises that bear the name of another"})
    days = fields.Integer(required=True, metadata={"description": "since it was imported"})
    missing = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    score = fields.Float(required=True)
    completeness = fields.Float(required=True)
    validity = fields.Float(required=True)
    conflicts = fields.Float(required=True, metadata={"description": "1 when there are none"})
    freshness = fields.Float(required=True)


class QualityList(Schema):
    items = fields.List(fields.Nested(Quality), required=True)
    formula = fields.Dict(required=True)


class QualityRows(PageQuery):
    lacks = fields.String(
        required=True,
        validate=validate.OneOf([*formula()["facts"], "own_name"]),
        metadata={"description": "the fact that the rows lack; `own_name`: another enterprise has the same"},
    )


class QualityPage(Page):
    items = fields.List(fields.Nested(EnterpriseRow), required=True)
