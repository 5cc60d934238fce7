"""Requests and responses about complaints of enterprises about their intermediaries."""

from marshmallow import fields, validate

from services.inspections.rules import complaint_rules
from services.inspections.schemas.hazards import TakenStep, text
from services.inspections.schemas.reviews import a_half_year
from shared.http import PageQuery, Schema

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


class Complaint(Schema):
    """``allowed``: the steps that the caller may take; ``due_at``: by when it is answered."""

    id = fields.String(required=True)
    visit_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    intermediary_id = fields.String(required=True)
    subject = fields.String(required=True)
    subject_zh = fields.String(required=True)
    subject_en = fields.String(required=True)
    description = fields.String(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    allowed = fields.List(fields.String(), required=True)
    received_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    response = fields.String(required=True)
    answer = fields.String(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)


class ComplaintList(Schema):
    items = fields.List(fields.Nested(Complaint), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ComplaintWithSteps(Complaint):
    steps = fields.List(fields.Nested(TakenStep), required=True)


class ComplaintSubject(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class ComplaintSubjects(Schema):
    items = fields.List(fields.Nested(ComplaintSubject), required=True)
