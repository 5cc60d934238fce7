"""Divisions over HTTP."""

from __future__ import annotations

from marshmallow import fields, validate

from services.registry.schemas.fields import SYSTEMS, text
from shared.http import Schema


class DivisionQuery(Schema):
    within = fields.String(load_default="", validate=validate.Regexp(r"\d{0,12}\Z"))


class DivisionBody(Schema):
    name = text(100, 1, required=True)
    names = fields.List(text(100, 1), load_default=list, validate=validate.Length(max=50))
    short = fields.List(text(100, 1), load_default=list, validate=validate.Length(max=50))
    former = fields.List(text(100, 1), load_default=list, validate=validate.Length(max=50))
    longitude = fields.Float(allow_none=True, load_default=None, validate=validate.Range(73, 136))
    latitude = fields.Float(allow_none=True, load_default=None, validate=validate.Range(3, 54))


class Division(DivisionBody):
    code = fields.String(required=True)
    level = fields.Integer(required=True)
    parent = fields.String(required=True)
    boundary_positions = fields.Integer(metadata={"description": "of the boundary that is drawn on the map; 0: none"})


class DivisionNode(Division):
    children = fields.List(fields.Nested(lambda: DivisionNode()))


class DivisionList(Schema):
    items = fields.List(fields.Nested(Division), required=True)


class DivisionTree(Schema):
    items = fields.List(fields.Nested(DivisionNode), required=True)


class BoundaryBody(Schema):
    geometry = fields.Dict(
        required=True,
        metadata={"description": "GeoJSON Polygon or MultiPolygon, alone, as a Feature or as a FeatureCollection"},
    )
    crs = fields.String(load_default="WGS-84", validate=validate.OneOf(SYSTEMS))
