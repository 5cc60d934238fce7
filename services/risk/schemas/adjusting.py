"""Requests and responses about dynamic rules, reviews, overrides and versions of the policy."""

from marshmallow import fields, validate

from services.risk.domain.policy import Part
from services.risk.schemas.grades import Labelled, a_level
from shared.http import Page, PageQuery, Schema


class Cause(Labelled):
    kind = fields.String(required=True)
    key = fields.String(required=True)


class RuleApplication(Labelled):
    """A dynamic rule and its time: ``best`` is the best level that it leaves, ``lifted_at`` is null while it counts."""

    id = fields.String(required=True)
    rule = fields.String(required=True)
    phase = fields.String(required=True)
    effects = fields.List(fields.String(), required=True)
    causes = fields.List(fields.Nested(Cause), required=True)
    restore = fields.String(required=True)
    best = a_level()
    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)
    applied_at = fields.AwareDateTime(required=True)
    lifted_at = fields.AwareDateTime(required=True, allow_none=True)
    source = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)


class RuleApplications(Page):
    items = fields.List(fields.Nested(RuleApplication), required=True)


class DynamicRule(Labelled):
    id = fields.String(required=True)
    effects = fields.List(fields.String(), required=True)
    restore = fields.String(required=True)
    clause = fields.String(required=True)
    source = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.Date(required=True)
    effective_to = fields.Date(required=True, allow_none=True)


class DynamicRules(Schema):
    items = fields.List(fields.Nested(DynamicRule), required=True)


class Review(Schema):
    reason = fields.String(required=True, validate=validate.Length(2, 500))


class OverrideWish(Review):
    enterprise_id = fields.UUID(required=True)
    level = fields.Integer(required=True, validate=validate.Range(1, 4))
    expires_at = fields.AwareDateTime(required=True)


class OverrideDecision(Schema):
    note = fields.String(load_default="", validate=validate.Length(max=500))


class Override(Schema):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    level = fields.Integer(required=True)
    colour = fields.String(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True)
    requested_by = fields.String(required=True)
    requested_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_note = fields.String(required=True)


class Overrides(Page):
    items = fields.List(fields.Nested(Override), required=True)


class OverridesQuery(PageQuery):
    """Newest first."""

    state = fields.String(validate=validate.OneOf(["requested", "approved", "rejected", "withdrawn"]))
    enterprise_id = fields.UUID()


class Amendment(Schema):
    card = fields.String(required=True)
    part = fields.Enum(Part, by_value=True, required=True)
    id = fields.String(required=True)
    value = fields.Float(required=True, validate=validate.Range(-100, 100))


class PolicyNote(Schema):
    note = fields.String(load_default="", validate=validate.Length(max=500))


class Amendments(PolicyNote):
    amendments = fields.List(fields.Nested(Amendment), required=True, validate=validate.Length(max=300))


class Activation(Schema):
    effective_from = fields.AwareDateTime(load_default=None, allow_none=True)


class PolicyVersion(Schema):
    id = fields.String(required=True)
    number = fields.Integer(required=True)
    state = fields.String(required=True)
    revision = fields.Integer(required=True)
    based_on = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    created_by = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True, allow_none=True)
    simulated_revision = fields.Integer(required=True, allow_none=True)
    activated_by = fields.String(required=True, allow_none=True)
    activated_at = fields.AwareDateTime(required=True, allow_none=True)
    effective_from = fields.AwareDateTime(required=True, allow_none=True)
    is_in_force = fields.Boolean(required=True)


class PolicyVersions(Schema):
    items = fields.List(fields.Nested(PolicyVersion), required=True)


class Difference(Labelled):
    card = fields.String(required=True)
    part = fields.Enum(Part, by_value=True, required=True)
    id = fields.String(required=True)
    before = fields.Float(required=True)
    after = fields.Float(required=True)


class PolicyShift(Schema):
    """``before`` and ``after`` are levels, 0 is grey; ``phase`` is ``simulation`` or ``activation``."""

    phase = fields.String(required=True)
    subdistrict = fields.String(required=True)
    before = fields.Integer(required=True)
    after = fields.Integer(required=True)
    enterprises = fields.Integer(required=True)


class JobProgress(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, allow_none=True)


class WholePolicy(PolicyVersion):
    differences = fields.List(fields.Nested(Difference), required=True)
    cards = fields.List(fields.Dict(keys=fields.String()), required=True)
    shifts = fields.List(fields.Nested(PolicyShift), required=True)
    job = fields.Nested(JobProgress, required=True, allow_none=True)
