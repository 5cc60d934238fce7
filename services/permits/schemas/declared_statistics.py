"""How much work was declared: requests and responses."""

from marshmallow import fields, validate

from services.permits.queries.declarations import GROUPS
from services.permits.schemas.declarations import DIVISION
from shared.http import Schema


class StatisticsQuery(Schema):
    """``from`` and ``to`` are days, both included."""

    from_day = fields.Date(data_key="from", attribute="from")
    to_day = fields.Date(data_key="to", attribute="to")
    by = fields.String(required=True, validate=validate.OneOf(GROUPS))
    division = fields.String(validate=DIVISION)


class StatisticsRow(Schema):
    value = fields.String(required=True)
    jobs = fields.Integer(required=True)
    enterprises = fields.Integer(required=True)


class DeclaredStatistics(Schema):
    by = fields.String(required=True)
    rows = fields.List(fields.Nested(StatisticsRow), required=True)
