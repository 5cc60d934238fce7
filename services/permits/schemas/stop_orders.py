"""Requests and responses about orders to stop work."""

from marshmallow import fields, validate

from services.permits.domain.stop_orders import STEPS
from services.permits.rules.stop_orders import stop_order_rules
from services.permits.schemas.declarations import DIVISION, DeclaredJobMove, text
from services.permits.schemas.permits import check_day
from shared.http import PageQuery, Schema


class StopOrderQuery(PageQuery):
    """The newest first; ``from``, ``to``: signed on one of these days."""

    state = fields.String(validate=validate.OneOf(list(stop_order_rules().machine.states)))
    is_open = fields.Boolean()
    enterprise_id = fields.UUID()
    division = fields.String(validate=DIVISION)
    basis = text(500)
    from_day = fields.Date(data_key="from", attribute="from", validate=check_day)
    to_day = fields.Date(data_key="to", attribute="to", validate=check_day)


class NewStopOrder(Schema):
    """``is_whole``: all dangerous work of the enterprise; else the permits and the declared jobs that are named."""

    enterprise_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(2, 1000))
    basis = fields.String(required=True, validate=validate.Length(2, 500))
    is_whole = fields.Boolean(load_default=False)
    permit_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=100))
    job_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=100))


class StopOrderStepBody(Schema):
    """``reason``: why one officer issues it alone, why it is lifted, why it is not issued."""

    event = fields.String(required=True, validate=validate.OneOf(STEPS))
    version = fields.Integer(validate=validate.Range(1))
    reason = text(500)


class StopOrder(Schema):
    """``allowed``: the steps that the caller may take."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    number = fields.String(required=True)
    is_whole = fields.Boolean(required=True)
    permit_ids = fields.List(fields.String(), required=True)
    job_ids = fields.List(fields.String(), required=True)
    reason = fields.String(required=True)
    basis = fields.String(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    signed_by = fields.String(required=True)
    signed_at = fields.AwareDateTime(required=True)
    second_by = fields.String(required=True)
    alone_because = fields.String(required=True)
    in_force_at = fields.AwareDateTime(required=True, allow_none=True)
    lifted_by = fields.String(required=True)
    lifted_because = fields.String(required=True)
    lifted_at = fields.AwareDateTime(required=True, allow_none=True)
    allowed = fields.List(fields.String(), required=True)


class StopOrderList(Schema):
    items = fields.List(fields.Nested(StopOrder), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class StopOrderMove(DeclaredJobMove):
    """One step of an order."""


class StopOrderWithSteps(StopOrder):
    steps = fields.List(fields.Nested(StopOrderMove), required=True)
