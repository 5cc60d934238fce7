"""Requests and responses about complaints of enterprises about their intermediaries."""

from marshmallow import fields, validate

from services.inspections.rules import complaint_rules
from services.inspections.schemas.hazards import InState, Named, StepOfTier, text
from services.inspections.schemas.reviews import a_half_year
from shared.http import Page, PageQuery, Schema

RULES = complaint_rules()
EVENTS = [event for event in RULES.machine.events if event != "overdue"]


class ComplaintQuery(PageQuery):
    """The newest first."""

    state = fields.String(validate=validate.OneOf(list(RULES.machine.states)))
    is_open = fields.Boolean()
    is_overdue = fields.Boolean()
    half_year = a_half_year()
    intermediary_id = fields.UUID()
    enterprise_id = fields.UUID()
    visit_id = fields.UUID()


class NewComplaint(Schema):
    visit_id = fields.UUID(required=True)
    subject = fields.String(required=True, validate=validate.OneOf(list(RULES.subjects)))
    description = fields.String(required=True, validate=validate.Length(5, 1000))


class ComplaintStepBody(Schema):
    """``answer`` is what the intermediary responds or what the authority answers."""

    event = fields.String(required=True, validate=validate.OneOf(EVENTS))
    version = fields.Integer(validate=validate.Range(1))
    reason = text()
    answer = text(1000)


class Complaint(InState):
    """``allowed``: the steps that the caller may take; ``due_at``: by when it is answered."""

    visit_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    intermediary_id = fields.String(required=True)
    subject = fields.String(required=True)
    subject_zh = fields.String(required=True)
    subject_en = fields.String(required=True)
    description = fields.String(required=True)
    allowed = fields.List(fields.String(), required=True)
    received_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    response = fields.String(required=True)
    answer = fields.String(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)


class ComplaintList(Page):
    items = fields.List(fields.Nested(Complaint), required=True)


class ComplaintWithSteps(Complaint):
    steps = fields.List(fields.Nested(StepOfTier), required=True)


class ComplaintSubjects(Schema):
    items = fields.List(fields.Nested(Named), required=True)
