"""Grids over HTTP."""

from __future__ import annotations

from marshmallow import fields, validate

from services.registry.domain.grids import STATUSES
from services.registry.schemas.fields import DIVISION, SYSTEMS, text
from shared.http import Page, PageQuery, Schema

MOST_MEMBERS = 200


class GridFilter(PageQuery):
    q = text(100, metadata={"description": "part of name or code"})
    division = fields.String(validate=DIVISION)
    status = fields.String(validate=validate.OneOf(STATUSES))


class _Outline(Schema):
    geometry = fields.Dict(
        allow_none=True, metadata={"description": "GeoJSON Polygon or MultiPolygon, alone or as a Feature"}
    )
    crs = fields.String(load_default="WGS-84", validate=validate.OneOf(SYSTEMS))


class GridNew(_Outline):
    code = text(64, 1, required=True)
    name = text(100, 1, required=True)
    division = fields.String(required=True, validate=DIVISION)


class GridChange(_Outline):
    name = text(100, 1)
    division = fields.String(validate=DIVISION)
    status = fields.String(validate=validate.OneOf(STATUSES))


class GridMember(Schema):
    account_id = fields.UUID(required=True)
    kind = text(40, 1, required=True)


class GridTeam(Schema):
    members = fields.List(fields.Nested(GridMember), required=True, validate=validate.Length(max=MOST_MEMBERS))


class GridMemberShown(Schema):
    account_id = fields.String(required=True)
    kind = fields.String(required=True)


class GridRow(Schema):
    id = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    status = fields.String(required=True)
    has_area = fields.Boolean(required=True)
    enterprises = fields.Integer(required=True)
    members = fields.List(fields.Nested(GridMemberShown), required=True)
    missing_kinds = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)
    updated_at = fields.AwareDateTime()


class Grid(GridRow):
    geometry = fields.Dict(allow_none=True, metadata={"description": "GeoJSON in WGS-84"})


class GridPage(Page):
    items = fields.List(fields.Nested(GridRow), required=True)


class MemberKind(Schema):
    id = fields.String(required=True)
    group = fields.String(required=True)
    title = fields.String(required=True)
    title_en = fields.String(required=True)
    least = fields.Integer(required=True)
    roles = fields.List(fields.String(), required=True)
    grants_scope = fields.Boolean(required=True)


class MemberKinds(Schema):
    items = fields.List(fields.Nested(MemberKind), required=True)


class Outlines(Schema):
    type = fields.String(required=True)
    features = fields.List(fields.Dict(), required=True)
