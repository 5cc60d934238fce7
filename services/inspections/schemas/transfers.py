"""Requests and responses about transfers to other authorities."""

from marshmallow import fields, validate

from services.inspections.domain.transfers import ANSWERS
from services.inspections.rules.transfers import transfer_rules
from services.inspections.schemas.hazards import InState, TakenStep, text
from shared.http import Page, PageQuery, Schema

STATES = list(transfer_rules().machine.states)


class TransferQuery(PageQuery):
    """The newest first."""

    state = fields.String(validate=validate.OneOf(STATES))
    is_open = fields.Boolean()
    is_overdue = fields.Boolean()
    hazard_id = fields.UUID()
    enterprise_id = fields.UUID()


class TransferAnswer(Schema):
    """``signed_for_by``: who received the letter; ``reply``: what was answered; ``on``: that day, else today."""

    event = fields.String(required=True, validate=validate.OneOf(ANSWERS))
    version = fields.Integer(validate=validate.Range(1))
    signed_for_by = text(100)
    on = fields.Date()
    reply = text()


class Transfer(InState):
    """``due_at``: by when the other authority is expected to answer; ``possible``: the answers that may follow."""

    hazard_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    document_id = fields.String(required=True, allow_none=True)
    number = fields.String(required=True, allow_none=True)
    receiver = fields.String(required=True)
    reason = fields.String(required=True)
    possible = fields.List(fields.String(), required=True)
    sent_at = fields.AwareDateTime(required=True)
    signed_for_by = fields.String(required=True)
    received_on = fields.Date(required=True, allow_none=True)
    reply = fields.String(required=True)
    replied_on = fields.Date(required=True, allow_none=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    reminders = fields.Integer(required=True)


class TransferList(Page):
    items = fields.List(fields.Nested(Transfer), required=True)


class TransferWithSteps(Transfer):
    steps = fields.List(fields.Nested(TakenStep), required=True)
