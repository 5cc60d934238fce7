"""Requests and responses about registers of accidents and penalties in files."""

from flask_smorest.fields import Upload
from marshmallow import fields

from shared.http import Schema


class RegisterFile(Schema):
    file = Upload(required=True)


class RegisterOptions(Schema):
    """``is_trial``: say what would be taken in, and take nothing in."""

    is_trial = fields.Boolean(load_default=False)


class RegisterRowError(Schema):
    """``row`` as a spreadsheet counts."""

    row = fields.Integer(required=True)
    field = fields.String(required=True)
    value = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class RegisterTaken(Schema):
    """How many rows were taken in, how many were recorded already, and what is wrong with the others."""

    is_trial = fields.Boolean(required=True)
    rows = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    known = fields.Integer(required=True)
    errors = fields.List(fields.Nested(RegisterRowError), required=True)
