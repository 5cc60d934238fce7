"""Requests and responses about accidents."""

from marshmallow import fields, validate

from services.credit.rules.accidents import accident_rules
from services.credit.schemas.violations import DIVISION
from shared.http import Page, PageQuery, Schema

RULES = accident_rules()
KINDS, GRADES = list(RULES.kinds), [one.id for one in RULES.grades]
YEAR = validate.Range(1990, 2100)


def number(most: int) -> fields.Integer:
    """Return a field of a number that is nothing unless given."""
    return fields.Integer(load_default=0, validate=validate.Range(0, most))


def words(longest: int) -> fields.String:
    """Return a field of text that is empty unless given."""
    return fields.String(load_default="", validate=validate.Length(max=longest))


class AccidentQuery(PageQuery):
    """The latest first."""

    enterprise_id = fields.UUID()
    grade = fields.String(validate=validate.OneOf(GRADES))
    year = fields.Integer(validate=YEAR)
    division = fields.String(validate=DIVISION)


class AccidentFacts(Schema):
    """``loss`` is the direct loss in yuan, ``document`` the report or the investigation."""

    occurred_on = fields.Date(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    deaths = number(10_000)
    serious_injuries = number(10_000)
    loss = number(10**12)
    place = words(200)
    description = words(4000)
    document = words(200)
    is_mainly_responsible = fields.Boolean(load_default=False)
    has_social_impact = fields.Boolean(load_default=False)
    is_concealed = fields.Boolean(load_default=False)


class NewAccident(AccidentFacts):
    enterprise_id = fields.UUID(required=True)


class Accident(Schema):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    occurred_on = fields.Date(required=True)
    kind = fields.String(required=True)
    kind_zh = fields.String(required=True)
    kind_en = fields.String(required=True)
    grade = fields.String(required=True)
    grade_zh = fields.String(required=True)
    grade_en = fields.String(required=True)
    deaths = fields.Integer(required=True)
    serious_injuries = fields.Integer(required=True)
    loss = fields.Integer(required=True)
    place = fields.String(required=True)
    description = fields.String(required=True)
    document = fields.String(required=True)
    is_mainly_responsible = fields.Boolean(required=True)
    has_social_impact = fields.Boolean(required=True)
    is_concealed = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    recorded_by = fields.String(required=True)


class AccidentList(Page):
    items = fields.List(fields.Nested(Accident), required=True)


class AccidentGrade(Schema):
    """From which figures on; one of them is enough."""

    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    deaths = fields.Integer(required=True)
    serious_injuries = fields.Integer(required=True)
    loss = fields.Integer(required=True)


class AccidentKind(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class AccidentTable(Schema):
    version = fields.String(required=True)
    grades = fields.List(fields.Nested(AccidentGrade), required=True)
    kinds = fields.List(fields.Nested(AccidentKind), required=True)


class AccidentFiguresQuery(Schema):
    year = fields.Integer(required=True, validate=YEAR)


class YearOnYear(Schema):
    """``change_percent`` is null when there was nothing the year before."""

    before = fields.Integer(required=True)
    now = fields.Integer(required=True)
    change_percent = fields.Float(required=True, allow_none=True)


class YearFigures(Schema):
    accidents = fields.Nested(YearOnYear, required=True)
    deaths = fields.Nested(YearOnYear, required=True)
    serious_injuries = fields.Nested(YearOnYear, required=True)
    loss = fields.Nested(YearOnYear, required=True)


class SubdistrictFigures(YearFigures):
    subdistrict = fields.String(required=True)


class AccidentFigures(Schema):
    """``until`` is the last day that counts, of the year before the same day."""

    year = fields.Integer(required=True)
    until = fields.Date(required=True)
    subdistricts = fields.List(fields.Nested(SubdistrictFigures), required=True)
    total = fields.Nested(YearFigures, required=True)
