"""Requests and responses about what is due."""

from marshmallow import fields, validate

from services.credit.domain.limits import WHO
from services.credit.queries.limits import MOMENTS
from services.credit.rules import limit_kinds
from shared.http import Page, PageQuery, Schema

DIVISIONS = validate.Regexp(r"\d{6}(\d{3}){0,2}(,\d{6}(\d{3}){0,2}){0,49}\Z")


class LimitFigureQuery(Schema):
    """``division``: codes, several by comma."""

    division = fields.String(validate=DIVISIONS)
    by = fields.String(validate=validate.OneOf(WHO))
    enterprise_id = fields.UUID()


class LimitQuery(PageQuery, LimitFigureQuery):
    """``by``: who has to act; ``moment``: due today, warned of, or missed."""

    kind = fields.String(validate=validate.OneOf(list(limit_kinds())))
    moment = fields.String(validate=validate.OneOf(MOMENTS))


class LimitKindWords(Schema):
    """What has to be done by whom, and whose rule that is: ``status`` is ``official``, ``practice`` or ``design``."""

    kind = fields.String(required=True)
    about = fields.String(required=True)
    by = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    source = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)


class LimitStanding(Schema):
    """``working_days_left``: after today, up to the last day; below 0 how many have passed since.

    ``state``: ``open``, ``warned`` or ``missed``.
    """

    working_days_left = fields.Integer(required=True)
    state = fields.String(required=True)


class DueLimit(LimitKindWords, LimitStanding):
    """``record_id`` is the record that ``about`` names."""

    id = fields.String(required=True)
    record_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    title = fields.String(required=True)
    agency = fields.String(required=True)
    agency_zh = fields.String(required=True)
    agency_en = fields.String(required=True)
    due_on = fields.Date(required=True)
    opened_at = fields.AwareDateTime(required=True)


class DueLimitList(Page):
    items = fields.List(fields.Nested(DueLimit), required=True)


class LimitCounts(Schema):
    open = fields.Integer(required=True)
    today = fields.Integer(required=True)
    near = fields.Integer(required=True)
    missed = fields.Integer(required=True)


class LimitKindFigures(LimitKindWords, LimitCounts):
    """The figures of one kind."""


class LimitFigures(LimitCounts):
    """``decisions``: those that wait for a leader."""

    decisions = fields.Integer(required=True)
    kinds = fields.List(fields.Nested(LimitKindFigures), required=True)
