"""What is told of the on-site checks of an enterprise and of their cap."""

from marshmallow import fields, validate

from shared.http import Schema


class CapQuery(Schema):
    """The present year when none is named."""

    year = fields.Integer(validate=validate.Range(2000, 2100))


class OnSiteCheck(Schema):
    """``id`` is the task, ``authority`` the division that comes, ``basis`` what justifies a check that is apart."""

    id = fields.String(required=True)
    day = fields.String(required=True, metadata={"description": "the day from which it may take place"})
    cause = fields.String(required=True)
    authority = fields.String(required=True)
    basis = fields.String(required=True)


class Cap(Schema):
    """``had`` of at most ``cap`` on-site checks in a year; complaints, orders and readings are ``apart``."""

    enterprise_id = fields.String(required=True)
    year = fields.Integer(required=True)
    level = fields.Integer(required=True, allow_none=True)
    cap = fields.Integer(required=True)
    had = fields.Integer(required=True)
    basis = fields.String(required=True)
    counted = fields.List(fields.Nested(OnSiteCheck), required=True)
    apart = fields.List(fields.Nested(OnSiteCheck), required=True)
