"""Enterprises over HTTP."""

from __future__ import annotations

from marshmallow import fields, validate

from services.registry.domain.drafts import LONGEST
from services.registry.domain.endings import CHOICES, KINDS, reasons
from services.registry.domain.enterprise import FEATURES, MERGED, PRECISIONS, STATUS, SUPERVISION
from services.registry.domain.places import PLACEMENTS
from services.registry.queries.enterprises import SORTS
from services.registry.schemas.fields import DIVISION, SYSTEMS, text
from shared.http import Page, PageQuery, Schema


class EnterpriseFilter(PageQuery):
    q = text(100, metadata={"description": "words of name or address, or the beginning of the credit code"})
    uscc = text(30)
    division = fields.String(validate=DIVISION)
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
    grid = text(64)
    sort = fields.String(validate=validate.OneOf(SORTS), load_default="name")


class ExportFilter(EnterpriseFilter):
    class Meta:
        exclude = ("limit", "cursor", "sort", "level")


class Location(Schema):
    longitude = fields.Float(required=True, validate=validate.Range(73, 136))
    latitude = fields.Float(required=True, validate=validate.Range(3, 54))
    crs = fields.String(load_default="WGS-84", validate=validate.OneOf(SYSTEMS))


class _EnterpriseFacts(Schema):
    enterprise_type = text()
    registered_on = fields.Date()
    capital = text()
    scope = text(LONGEST["scope"])
    province = text()
    city = text()
    address = text(LONGEST["address"])
    division = text(30, metadata={"description": "code or name of a division of the district"})
    grid = text(LONGEST["grid"])
    industry = text(8)
    headcount = fields.Integer(strict=True, validate=validate.Range(0, 1_000_000))
    location = fields.Nested(Location)
    features = fields.Dict(
        keys=fields.String(validate=validate.OneOf(FEATURES)),
        values=fields.String(validate=validate.OneOf(["yes", "no", "unknown"])),
    )
    supervision = fields.String(validate=validate.OneOf(SUPERVISION))
    contact_name = text(LONGEST["contact_name"])
    contact_phone = text(LONGEST["contact_phone"])


class EnterpriseNew(_EnterpriseFacts):
    uscc = text(30, 1, required=True)
    name = text(LONGEST["name"], 1, required=True)
    credit_code_override = text(
        200, 5, metadata={"description": "why a code is accepted whose check digit does not fit; audited"}
    )


class EnterpriseChange(_EnterpriseFacts):
    name = text(LONGEST["name"], 1)
    status = fields.String(validate=validate.OneOf([name for name in STATUS if name != MERGED]))


class Feature(Schema):
    value = fields.String(required=True)
    origin = fields.String(required=True)
    words = fields.List(fields.String())
    source = fields.String()
    by = fields.String(metadata={"description": "the account that confirmed it"})
    role = fields.String()
    on = fields.String()


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
    park_id = fields.String(allow_none=True, metadata={"description": "whose tenant it is; its place is the park's"})
    park_name = fields.String()
    own_longitude = fields.Float(allow_none=True, metadata={"description": "its own position while it is a tenant"})
    own_latitude = fields.Float(allow_none=True)
    stated_grid = fields.String(metadata={"description": "the grid that a file or a person named"})
    merged_into = fields.String(allow_none=True, metadata={"description": "the entry that this one became part of"})
    grid_basis = fields.String(metadata={"description": "polygon, person, file or division: why it is this grid"})
    origins = fields.Dict(keys=fields.String(), values=fields.String())
    hints = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    contact_name = fields.String(metadata={"description": "masked"})
    contact_phone = fields.String(metadata={"description": "masked"})
    created_at = fields.AwareDateTime()


class EnterprisePage(Page):
    items = fields.List(fields.Nested(EnterpriseRow), required=True)


class Reason(Schema):
    reason = text(200, 3, required=True, metadata={"description": "why it is needed; written down"})


class DuplicateFilter(Schema):
    kind = fields.String(validate=validate.OneOf(KINDS), load_default=KINDS[0])
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = text(LONGEST["address"], load_default="")


class Duplicate(Schema):
    kind = fields.String(required=True)
    key = fields.String(required=True, metadata={"description": "what both have in common"})
    enterprises = fields.List(fields.Nested(EnterpriseRow), required=True)


class DuplicatePage(Page):
    items = fields.List(fields.Nested(Duplicate), required=True)


class MergePair(Schema):
    kept = fields.UUID(required=True)
    merged = fields.UUID(required=True)


class MergeChoice(Schema):
    field = fields.String(required=True)
    kept = fields.String(required=True)
    merged = fields.String(required=True)
    proposed = fields.String(required=True, metadata={"description": "kept or merged"})


class MergePreview(Schema):
    kept = fields.Nested(EnterpriseRow, required=True)
    merged = fields.Nested(EnterpriseRow, required=True)
    choices = fields.List(fields.Nested(MergeChoice), required=True)
    follows = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class MergeBody(MergePair):
    kept_version = fields.Integer(required=True)
    merged_version = fields.Integer(required=True)
    take = fields.List(
        fields.String(validate=validate.OneOf(CHOICES)),
        load_default=list,
        metadata={"description": "what is taken from the entry that goes away"},
    )
    reason = text(200, 3, required=True)


class ApartBody(MergePair):
    reason = text(200, 3, required=True)


class Deregistration(Schema):
    reason = fields.String(required=True, validate=validate.OneOf(reasons()))
    on = fields.Date(required=True, metadata={"description": "since when it is no more"})
    basis = text(200, 3, required=True, metadata={"description": "the paper or the finding on which it rests"})


class EndingReason(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    source = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.String(required=True)


class EndingReasons(Schema):
    items = fields.List(fields.Nested(EndingReason), required=True)


class Contacts(Schema):
    contact_name = fields.String(required=True)
    contact_phone = fields.String(required=True)


class HistoryEntry(Schema):
    version = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String()
    reason = fields.String()
    import_id = fields.String(allow_none=True)
    import_row = fields.Integer(allow_none=True)
    changes = fields.Dict(keys=fields.String())


class HistoryPage(Page):
    items = fields.List(fields.Nested(HistoryEntry), required=True)
