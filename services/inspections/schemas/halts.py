"""Requests and responses about orders to halt production."""

from marshmallow import fields

from shared.http import Page, PageQuery, Schema


class HaltQuery(PageQuery):
    """The newest first; ``is_open``: not resumed; ``is_awaiting_review``: resuming was applied for."""

    is_open = fields.Boolean()
    is_awaiting_review = fields.Boolean()
    enterprise_id = fields.UUID()
    hazard_id = fields.UUID()


class Halt(Schema):
    """``state`` is that of its hazard; ``review_due_at``: by when two officers have to review on site."""

    id = fields.String(required=True)
    hazard_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    number = fields.String(required=True)
    part = fields.String(required=True)
    ordered_by = fields.String(required=True)
    ordered_at = fields.AwareDateTime(required=True)
    resumed_at = fields.AwareDateTime(required=True, allow_none=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    review_due_at = fields.AwareDateTime(required=True, allow_none=True)


class HaltList(Page):
    items = fields.List(fields.Nested(Halt), required=True)
