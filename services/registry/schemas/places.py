"""Requests and responses about where enterprises lie."""

from __future__ import annotations

from marshmallow import fields, validate

from services.registry.domain.places import PARK_KINDS, PARK_PRECISIONS, PARK_STATUSES, TRANSFER_STATES
from services.registry.schemas.enterprises import EnterpriseRow, ExportFilter, Location
from services.registry.schemas.fields import DIVISION, text
from shared.http import Page, PageQuery, Schema

MOST_AT_ONCE = 200
_IDS = fields.List(fields.UUID(), required=True, validate=validate.Length(1, MOST_AT_ONCE))
_COUNTY = validate.Regexp(r"\d{6}\Z", error="A county has 6 digits.")


class Tray(PageQuery):
    q = text(100)


class UnplacedRow(EnterpriseRow):
    county = fields.String(allow_none=True, metadata={"description": "the county that sent it back, if one did"})
    reason = fields.String(allow_none=True)
    answered_on = fields.Date(allow_none=True)


class UnplacedPage(Page):
    items = fields.List(fields.Nested(UnplacedRow), required=True)


class Placing(Schema):
    enterprise_ids = _IDS
    division = text(30, metadata={"description": "code or name of a subdistrict or village"})
    grid = text(64)
    location = fields.Nested(Location)


class Placed(Schema):
    items = fields.List(fields.Nested(EnterpriseRow), required=True)


class TransferFigures(Schema):
    due = fields.Integer(required=True)
    sent = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    overtaken = fields.Integer(required=True, metadata={"description": "sent, and placed here before an answer"})


class CountyFigures(TransferFigures):
    county = fields.String(required=True)
    name = fields.String(required=True)


class PlacementFigures(Schema):
    enterprises = fields.Integer(required=True)
    placed = fields.Integer(required=True)
    unplaced = fields.Integer(required=True)
    other_county = fields.Integer(required=True, metadata={"description": "due, sent and accepted ones"})
    transfers = fields.Nested(TransferFigures, required=True)
    counties = fields.List(fields.Nested(CountyFigures), required=True)


class _TransferWanted(Schema):
    q = text(100)
    state = fields.String(validate=validate.OneOf(TRANSFER_STATES))
    county = fields.String(validate=_COUNTY)


class TransferFilter(PageQuery, _TransferWanted):
    pass


class TransferExport(_TransferWanted):
    pass


class TransferRow(Schema):
    id = fields.String(required=True, metadata={"description": "of the enterprise"})
    transfer_id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True)
    address = fields.String(required=True)
    county = fields.String(required=True)
    transfer_state = fields.String(required=True, validate=validate.OneOf(TRANSFER_STATES))
    sent_on = fields.Date(allow_none=True)
    note = fields.String(allow_none=True)
    answered_on = fields.Date(allow_none=True)
    reason = fields.String(allow_none=True)


class TransferPage(Page):
    items = fields.List(fields.Nested(TransferRow), required=True)


class Sending(Schema):
    enterprise_ids = _IDS
    county = fields.String(validate=_COUNTY, metadata={"description": "none: the one that each address names"})
    note = text()


class Sent(Schema):
    ids = fields.List(fields.String(), required=True)


class Returning(Schema):
    reason = text(200, 2, required=True)


class County(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)


class Counties(Schema):
    items = fields.List(fields.Nested(County), required=True)


class ParkFilter(PageQuery):
    q = text(100, metadata={"description": "part of name or address"})
    kind = fields.String(validate=validate.OneOf(PARK_KINDS))
    status = fields.String(validate=validate.OneOf(PARK_STATUSES))


class _ParkFacts(Schema):
    operator_id = fields.UUID(allow_none=True, metadata={"description": "the enterprise that runs it"})
    address = text(500)
    location_precision = fields.String(validate=validate.OneOf(PARK_PRECISIONS))


class ParkNew(_ParkFacts):
    name = text(200, 1, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(PARK_KINDS))
    division = fields.String(required=True, validate=DIVISION)
    location = fields.Nested(Location, required=True)
    location_precision = fields.String(load_default=PARK_PRECISIONS[0], validate=validate.OneOf(PARK_PRECISIONS))


class ParkChange(_ParkFacts):
    name = text(200, 1)
    kind = fields.String(validate=validate.OneOf(PARK_KINDS))
    division = fields.String(validate=DIVISION)
    location = fields.Nested(Location)
    status = fields.String(validate=validate.OneOf(PARK_STATUSES))


class Park(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(PARK_KINDS))
    operator_id = fields.String(required=True, allow_none=True)
    operator_name = fields.String()
    address = fields.String(required=True)
    division = fields.String(required=True)
    longitude = fields.Float(required=True)
    latitude = fields.Float(required=True)
    location_precision = fields.String(required=True, validate=validate.OneOf(PARK_PRECISIONS))
    status = fields.String(required=True, validate=validate.OneOf(PARK_STATUSES))
    tenants = fields.Integer(required=True)
    version = fields.Integer(required=True)


class ParkPage(Page):
    items = fields.List(fields.Nested(Park), required=True)


class TenantPage(Page):
    items = fields.List(fields.Nested(EnterpriseRow), required=True)


class TenantSelection(Schema):
    selection = fields.Nested(ExportFilter, required=True)


class TenantsComing(TenantSelection):
    expected = fields.Integer(required=True, metadata={"description": "joins and moves of the preview"})


class TenantsLeaving(Schema):
    enterprise_ids = _IDS


class ComingRow(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True)
    address = fields.String()
    effect = fields.String(required=True, validate=validate.OneOf(["joins", "moves"]))


class TenantPreview(Schema):
    selected = fields.Integer(required=True)
    joins = fields.Integer(required=True)
    moves = fields.Integer(required=True, metadata={"description": "tenants of another park"})
    stays = fields.Integer(required=True, metadata={"description": "tenants of this one already"})
    sample = fields.List(fields.Nested(ComingRow), required=True)


class TenantsChanged(Schema):
    changed = fields.Integer(required=True)
