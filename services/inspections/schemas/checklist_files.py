"""Requests and responses about checklists in files."""

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from services.inspections.schemas.checklists import ListChange, ListProblem
from services.inspections.schemas.hazards import Named
from shared.http import Schema


class ChecklistFile(Schema):
    file = Upload(required=True)


class ExportQuery(Schema):
    format = fields.String(load_default="xlsx", validate=validate.OneOf(["xlsx", "json"]))


class FileError(Schema):
    """``row`` as a spreadsheet counts; 0 for the file as a whole."""

    row = fields.Integer(required=True)
    field = fields.String(required=True)
    value = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class FilePreview(Named):
    """What a file would become; ``changes`` from the version ``based_on``, null for a list of its own."""

    items = fields.Integer(required=True)
    based_on = fields.String(required=True, allow_none=True)
    errors = fields.List(fields.Nested(FileError), required=True)
    problems = fields.List(fields.Nested(ListProblem), required=True)
    changes = fields.List(fields.Nested(ListChange), required=True)
