"""Responses about answers that are kept beside a task."""

from marshmallow import fields

from services.inspections.schemas.tasks import Answered
from shared.http import Schema


class LateCheck(Answered):
    """``reason``: why the task took them no more."""

    reason = fields.String(required=True)
    photos = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)


class LateCheckList(Schema):
    items = fields.List(fields.Nested(LateCheck), required=True)
