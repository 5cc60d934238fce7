"""Hazardous work in figures: requests and responses."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.permits.rules.statistics import statistics_rules
from services.permits.schemas.permits import KINDS, check_day
from services.permits.schemas.reviews import OutcomeCount
from shared.http import Schema


class WorkStatisticsQuery(Schema):
    """``from`` and ``to`` are days, both included, at most a year apart."""

    from_day = fields.Date(required=True, data_key="from", attribute="from", validate=check_day)
    to_day = fields.Date(required=True, data_key="to", attribute="to", validate=check_day)
    kind = fields.String(validate=validate.OneOf(KINDS))
    subdistrict = fields.String(validate=validate.Length(max=12))

    @validates_schema
    def check_days(self, given: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse days in the wrong order, and more of them than are counted at once."""
        if {"from", "to"} <= given.keys():
            days = (given["to"] - given["from"]).days
            if not 0 <= days < statistics_rules().longest_days:
                raise ValidationError("End on the first day or later, within a year.", "to")


class GroupOfStates(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    states = fields.List(fields.String(), required=True)


class PermitSum(Schema):
    """Permits of one month, subdistrict, or kind and level; ``groups`` by the id of the group of states."""

    month = fields.String()
    subdistrict = fields.String()
    kind = fields.String()
    level = fields.String()
    total = fields.Integer(required=True)
    groups = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class CauseCount(Schema):
    """Permits that were suspended for a cause, and how often."""

    cause = fields.String(required=True)
    count = fields.Integer(required=True)
    times = fields.Integer(required=True)


class EndingCount(Schema):
    """``reason`` is what somebody wrote, ``reason_code`` what the rules say; both are empty where there is none."""

    state = fields.String(required=True)
    reason = fields.String(required=True)
    reason_code = fields.String(required=True)
    count = fields.Integer(required=True)


class ApprovalTime(Schema):
    """``kind`` is empty for all of them."""

    kind = fields.String(required=True)
    level = fields.String(required=True)
    count = fields.Integer(required=True)
    median_minutes = fields.Float(required=True)
    p90_minutes = fields.Float(required=True)


class OrderCount(Schema):
    state = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    basis = fields.String(required=True)
    count = fields.Integer(required=True)


class CommitmentSum(Schema):
    month = fields.String(required=True)
    subdistrict = fields.String(required=True)
    owed = fields.Integer(required=True)
    made = fields.Integer(required=True)
    late = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    disputed = fields.Integer(required=True)


class WorkStatistics(Schema):
    """``orders``, ``commitments`` and ``reviews`` are there for who may read them."""

    from_day = fields.Date(required=True, data_key="from", attribute="from")
    to_day = fields.Date(required=True, data_key="to", attribute="to")
    groups = fields.List(fields.Nested(GroupOfStates), required=True)
    total = fields.Integer(required=True)
    by_level = fields.List(fields.Nested(PermitSum), required=True)
    by_month = fields.List(fields.Nested(PermitSum), required=True)
    by_subdistrict = fields.List(fields.Nested(PermitSum), required=True)
    suspensions = fields.List(fields.Nested(CauseCount), required=True)
    endings = fields.List(fields.Nested(EndingCount), required=True)
    approvals = fields.List(fields.Nested(ApprovalTime), required=True)
    orders = fields.List(fields.Nested(OrderCount))
    commitments = fields.List(fields.Nested(CommitmentSum))
    reviews = fields.List(fields.Nested(OutcomeCount))
