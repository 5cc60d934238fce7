"""Requests and responses about joint checks."""

from marshmallow import fields, validate

from services.inspections.rules import plan_rules
from services.inspections.schemas.hazards import text
from shared.http import Page, PageQuery, Schema

MOST_AGENCIES = 12


class JointPartBody(Schema):
    agency = fields.String(required=True, validate=validate.Length(1, 60))
    subject = fields.String(required=True, validate=validate.Length(1, 200))


class NewJointCheck(Schema):
    """The agency of the first part leads; ``cause`` and ``basis`` as for every on-site check."""

    enterprise_id = fields.UUID(required=True)
    checklist = text(40, load_default="")
    cause = fields.String(required=True, validate=validate.OneOf(list(plan_rules().causes)))
    basis = text(200, load_default="")
    parts = fields.List(fields.Nested(JointPartBody), required=True, validate=validate.Length(1, MOST_AGENCIES))


class JointResult(Schema):
    """What an agency found."""

    agency = fields.String(required=True, validate=validate.Length(1, 60))
    result = fields.String(required=True, validate=validate.Length(1, 2000))


class JointQuery(PageQuery):
    """The newest first."""

    enterprise_id = fields.UUID()
    task_id = fields.UUID()


class JointPart(Schema):
    agency = fields.String(required=True)
    is_lead = fields.Boolean(required=True)
    subject = fields.String(required=True)
    result = fields.String(required=True)
    entered_by = fields.String(required=True)
    entered_at = fields.AwareDateTime(required=True, allow_none=True)


class JointCheck(Schema):
    """One on-site check of several agencies; ``state`` is that of its task."""

    id = fields.String(required=True)
    task_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    cause = fields.String(required=True)
    first_day = fields.Date(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    begun_by = fields.String(required=True)
    begun_at = fields.AwareDateTime(required=True)
    is_complete = fields.Boolean(required=True)
    parts = fields.List(fields.Nested(JointPart), required=True)


class JointChecks(Page):
    items = fields.List(fields.Nested(JointCheck), required=True)
