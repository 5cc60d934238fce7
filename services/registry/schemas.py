"""Requests and responses of the registry."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from services.registry.domain.drafts import LONGEST, LONGEST_OTHER
from services.registry.domain.enterprise import FEATURES, PRECISIONS, STATUS, SUPERVISION
from services.registry.domain.places import PLACEMENTS
from services.registry.queries.enterprises import SORTS
from shared.http import PageQuery, Schema

_CODE = validate.Regexp(
    r"\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?\Z", error="A division code has 2, 4, 6, 9 or 12 digits."
)
SYSTEMS = ("WGS-84", "GCJ-02", "BD-09")


def _text(longest: int = LONGEST_OTHER, shortest: int = 0, **options: object) -> fields.String:
    return fields.String(validate=validate.Length(shortest, longest), **options)  # type: ignore[arg-type]


class EnterpriseFilter(PageQuery):
    q = _text(100, metadata={"description": "words of name or address, or the beginning of the credit code"})
    uscc = _text(30)
    division = fields.String(validate=_CODE)
    level = fields.String(
        validate=validate.OneOf(["1", "2", "3", "4", "none"]),
        metadata={"description": "risk level; answered by the gateway from its projection, not looked at here"},
    )
    placement = fields.String(validate=validate.OneOf(PLACEMENTS))
    supervision = fields.String(validate=validate.OneOf(SUPERVISION))
    status = fields.String(validate=validate.OneOf(STATUS))
    industry = fields.String(
        validate=validate.Regexp(r"[A-T]\d{0,4}\Z"), metadata={"description": "beginning of an industry code"}
    )
    feature = fields.String(validate=validate.OneOf(FEATURES))
    grid = _text(64)
    sort = fields.String(validate=validate.OneOf(SORTS), load_default="name")


class ExportFilter(EnterpriseFilter):
    class Meta:
        exclude = ("limit", "cursor", "sort", "level")


class Location(Schema):
    longitude = fields.Float(required=True, validate=validate.Range(73, 136))
    latitude = fields.Float(required=True, validate=validate.Range(3, 54))
    crs = fields.String(load_default="WGS-84", validate=validate.OneOf(SYSTEMS))


class _EnterpriseFacts(Schema):
    enterprise_type = _text()
    registered_on = fields.Date()
    capital = _text()
    scope = _text(LONGEST["scope"])
    province = _text()
    city = _text()
    address = _text(LONGEST["address"])
    division = _text(30, metadata={"description": "code or name of a division of the district"})
    grid = _text(LONGEST["grid"])
    industry = _text(8)
    headcount = fields.Integer(strict=True, validate=validate.Range(0, 1_000_000))
    location = fields.Nested(Location)
    features = fields.Dict(
        keys=fields.String(validate=validate.OneOf(FEATURES)),
        values=fields.String(validate=validate.OneOf(["yes", "no", "unknown"])),
    )
    supervision = fields.String(validate=validate.OneOf(SUPERVISION))
    contact_name = _text(LONGEST["contact_name"])
    contact_phone = _text(LONGEST["contact_phone"])


class EnterpriseNew(_EnterpriseFacts):
    uscc = _text(30, 1, required=True)
    name = _text(LONGEST["name"], 1, required=True)
    credit_code_override = _text(
        200, 5, metadata={"description": "why a code is accepted whose check digit does not fit; audited"}
    )


class EnterpriseChange(_EnterpriseFacts):
    name = _text(LONGEST["name"], 1)
    status = fields.String(validate=validate.OneOf(STATUS))


class Feature(Schema):
    value = fields.String(required=True)
    origin = fields.String(required=True)
    words = fields.List(fields.String())
    source = fields.String()


class EnterpriseRow(Schema):
    id = fields.String(required=True)
    uscc = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String()
    division = fields.String()
    subdistrict = fields.String()
    grid = fields.String()
    placement = fields.String(validate=validate.OneOf(PLACEMENTS))
    neighbour = fields.String(metadata={"description": "the county an address of another county names"})
    location_precision = fields.String(validate=validate.OneOf(PRECISIONS))
    longitude = fields.Float(allow_none=True)
    latitude = fields.Float(allow_none=True)
    industry = fields.String()
    industry_section = fields.String()
    headcount = fields.Integer(allow_none=True)
    scale = fields.String()
    features = fields.Dict(keys=fields.String(), values=fields.Nested(Feature))
    supervision = fields.String(validate=validate.OneOf(SUPERVISION))
    status = fields.String(validate=validate.OneOf(STATUS))
    version = fields.Integer(required=True)
    updated_at = fields.AwareDateTime()


class Enterprise(EnterpriseRow):
    enterprise_type = fields.String()
    registered_on = fields.Date(allow_none=True)
    capital = fields.String()
    scope = fields.String()
    province = fields.String()
    city = fields.String()
    code_override = fields.String()
    origins = fields.Dict(keys=fields.String(), values=fields.String())
    hints = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    contact_name = fields.String(metadata={"description": "masked"})
    contact_phone = fields.String(metadata={"description": "masked"})
    created_at = fields.AwareDateTime()


class EnterprisePage(Schema):
    items = fields.List(fields.Nested(EnterpriseRow), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class HistoryEntry(Schema):
    version = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String()
    reason = fields.String()
    import_id = fields.String(allow_none=True)
    import_row = fields.Integer(allow_none=True)
    changes = fields.Dict(keys=fields.String())


class HistoryPage(Schema):
    items = fields.List(fields.Nested(HistoryEntry), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ImportFile(Schema):
    file = Upload(required=True)


class ImportOptions(Schema):
    dry_run = fields.Boolean(load_default=False)


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


class ImportPage(Schema):
    items = fields.List(fields.Nested(ImportSummary), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


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


class DivisionQuery(Schema):
    within = fields.String(load_default="", validate=validate.Regexp(r"\d{0,12}\Z"))


class DivisionBody(Schema):
    name = _text(100, 1, required=True)
    names = fields.List(_text(100, 1), load_default=list, validate=validate.Length(max=50))
    short = fields.List(_text(100, 1), load_default=list, validate=validate.Length(max=50))
    former = fields.List(_text(100, 1), load_default=list, validate=validate.Length(max=50))
    longitude = fields.Float(allow_none=True, load_default=None, validate=validate.Range(73, 136))
    latitude = fields.Float(allow_none=True, load_default=None, validate=validate.Range(3, 54))


class Division(DivisionBody):
    code = fields.String(required=True)
    level = fields.Integer(required=True)
    parent = fields.String(required=True)


class DivisionNode(Division):
    children = fields.List(fields.Nested(lambda: DivisionNode()))


class DivisionList(Schema):
    items = fields.List(fields.Nested(Division), required=True)


class DivisionTree(Schema):
    items = fields.List(fields.Nested(DivisionNode), required=True)
