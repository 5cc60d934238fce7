"""Responses about answers that are kept beside a task."""

from marshmallow import fields

from shared.http import Schema


class LateCheck(Schema):
    """``reason``: why the task took them no more; ``finished_at`` is the phone's time, ``at`` that of the arrival."""

    id = fields.String(required=True)
    task_id = fields.String(required=True)
    reason = fields.String(required=True)
    checklist = fields.String(required=True)
    checklist_version = fields.Integer(required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    photos = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    notes = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class LateCheckList(Schema):
    items = fields.List(fields.Nested(LateCheck), required=True)
