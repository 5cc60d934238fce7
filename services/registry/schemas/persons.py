"""People of enterprises over HTTP."""

from __future__ import annotations

from marshmallow import fields, validate

from services.registry.schemas.fields import text
from shared.http import Page, PageQuery, Schema

_IDENTITY = validate.Regexp(r"(\d{17}[\dX])?\Z", error="An identity card number has 17 digits and a digit or X.")


class PersonFilter(PageQuery):
    has_left = fields.Boolean(load_default=False)


class _PersonFacts(Schema):
    phone = text(30)
    account_id = fields.UUID()
    joined_on = fields.Date()


class PersonNew(_PersonFacts):
    name = text(50, 1, required=True)
    identity = fields.String(validate=_IDENTITY)
    posts = fields.List(text(40, 1), required=True, validate=validate.Length(1, 10))


class PersonChange(_PersonFacts):
    name = text(50, 1)
    posts = fields.List(text(40, 1), validate=validate.Length(1, 10))


class PersonLeft(Schema):
    left_on = fields.Date(required=True)


class Person(Schema):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    enterprise_name = fields.String()
    name = fields.String(required=True, metadata={"description": "masked"})
    phone = fields.String(metadata={"description": "masked"})
    identity = fields.String(metadata={"description": "masked"})
    posts = fields.List(fields.String(), required=True)
    account_id = fields.String()
    joined_on = fields.Date(allow_none=True)
    left_on = fields.Date(allow_none=True)
    version = fields.Integer(required=True)


class PersonPage(Page):
    items = fields.List(fields.Nested(Person), required=True)


class PersonSearch(Schema):
    name = text(50, 1)
    phone = text(30, 1)
    identity = fields.String(validate=validate.Length(18, 18))


class PersonList(Schema):
    items = fields.List(fields.Nested(Person), required=True)


class PersonUnmasked(Schema):
    name = fields.String(required=True)
    phone = fields.String(required=True)
    identity = fields.String(required=True)


class Post(Schema):
    id = fields.String(required=True)
    title = fields.String(required=True)
    title_en = fields.String(required=True)


class Posts(Schema):
    items = fields.List(fields.Nested(Post), required=True)
