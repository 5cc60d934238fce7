"""Clients of other agencies and their grants."""

from typing import Any

from marshmallow import fields, validate

from services.identity.domain.agencies import limits
from services.identity.schemas.accounts import DIVISION, SHORT_LIST, TEXT
from shared.http import Page, Schema

SOME = validate.Length(min=1, max=100)
NAMED_FIELDS: Any = {"data_key": "fields", "attribute": "fields"}  # marshmallow keeps the name for itself
USUAL_OVERLAP = limits().usual_overlap.days


class NewClient(Schema):
    name = fields.String(required=True, validate=TEXT)


class NewSecret(Schema):
    overlap_days = fields.Integer(load_default=USUAL_OVERLAP, validate=validate.Range(0, 365))


class ClientSecret(Schema):
    client_id = fields.String(required=True)
    client_secret = fields.String(required=True, metadata={"description": "Shown only now."})


class SecretState(Schema):
    made_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(allow_none=True)


class NewGrant(Schema):
    divisions = fields.List(fields.String(validate=DIVISION), required=True, validate=SHORT_LIST)
    fields_ = fields.List(
        fields.String(validate=TEXT), required=True, validate=SOME, data_key="fields", attribute="fields"
    )
    purposes = fields.List(
        fields.String(validate=TEXT),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"description": "For what the answers may be used, where the action asks for it."},
    )
    until = fields.AwareDateTime(required=True)
    basis = fields.String(required=True, validate=TEXT, metadata={"description": "The document that it rests on."})


class Grant(NewGrant):
    id = fields.String(required=True)
    client_id = fields.String(required=True)
    client_name = fields.String()
    action = fields.String(required=True)
    made_by = fields.String(required=True)
    made_at = fields.DateTime(required=True)


class GrantPage(Page):
    items = fields.List(fields.Nested(Grant), required=True)


class Client(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    is_enabled = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    grants = fields.List(fields.Nested(Grant), required=True)
    secrets = fields.List(fields.Nested(SecretState), required=True)


class ClientPage(Page):
    items = fields.List(fields.Nested(Client), required=True)


class GrantableOut(Schema):
    action = fields.String(required=True)
    title = fields.String(required=True)
    title_en = fields.String(required=True)
    fields_ = fields.List(fields.String(), required=True, **NAMED_FIELDS)
    purposes = fields.List(fields.String(), required=True)


class GrantableList(Schema):
    items = fields.List(fields.Nested(GrantableOut), required=True)


class ClientToken(Schema):
    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    scope = fields.String(required=True)
