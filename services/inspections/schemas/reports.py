"""Requests and responses about reports from the public."""

from marshmallow import fields, validate

from shared.http import Page, PageQuery, Schema

STATES = ["received", "substantiated", "unfounded"]


class ReportBody(Schema):
    """No name and no number of the reporter; ``subject`` is whom it is about, in the reporter's words."""

    subject = fields.String(required=True, validate=validate.Length(2, 100))
    description = fields.String(required=True, validate=validate.Length(5, 1000))
    place = fields.String(load_default="", validate=validate.Length(max=200))
    enterprise_id = fields.UUID(load_default=None)


class ReportStatus(Schema):
    """What the receipt shows."""

    receipt = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    received_at = fields.AwareDateTime(required=True)
    expected_on = fields.Date(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    reply = fields.String(required=True)


class Decision(Schema):
    is_substantiated = fields.Boolean(required=True)
    enterprise_id = fields.UUID(load_default=None)
    reply = fields.String(required=True, validate=validate.Length(2, 500))


class Report(Schema):
    """The receipt is the reporter's alone and is not shown here."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    subject = fields.String(required=True)
    description = fields.String(required=True)
    place = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    received_at = fields.AwareDateTime(required=True)
    expected_on = fields.Date(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    reply = fields.String(required=True)


class ReportsQuery(PageQuery):
    """The newest first."""

    state = fields.String(validate=validate.OneOf(STATES))


class Reports(Page):
    items = fields.List(fields.Nested(Report), required=True)
