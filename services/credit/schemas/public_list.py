"""Requests and responses about what the public reads, and about the list."""

from marshmallow import fields, validate

from shared.http import Page, PageQuery, Schema


class PublicQuery(PageQuery):
    """Of what is public, the newest first; ``q`` is a part of the name, or the whole credit code."""

    q = fields.String(load_default="", validate=validate.Length(max=100))


class PublicPerson(Schema):
    role = fields.String(required=True)
    name = fields.String(required=True)
    identity = fields.String(required=True)


class PublicListEntry(Schema):
    """``names_firm``: false where the order names only the person."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True)
    address = fields.String(required=True)
    persons = fields.List(fields.Nested(PublicPerson), required=True)
    names_firm = fields.Boolean(required=True)
    reason = fields.String(required=True)
    reason_en = fields.String(required=True)
    basis = fields.String(required=True)
    decision_number = fields.String(required=True)
    decided_by = fields.String(required=True)
    listed_on = fields.Date(required=True)
    managed_until = fields.Date(required=True)


class PublicList(Page):
    items = fields.List(fields.Nested(PublicListEntry), required=True)


class ListColumn(Schema):
    column = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    source = fields.String(required=True)


class ListDictionary(Schema):
    items = fields.List(fields.Nested(ListColumn), required=True)
