"""Requests and responses about who signs in which role, and mandates."""

from marshmallow import fields, validate

from services.permits.rules.signers import signer_rules
from shared.http import PageQuery, Schema

ROLES = list(signer_rules().signers)


class MandateQuery(PageQuery):
    enterprise_id = fields.UUID()
    is_open = fields.Boolean()


class MandateNew(Schema):
    """``letter_id``: the attachment with the signed letter; without it nobody acts for the principal."""

    person_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    letter_id = fields.UUID(load_default=None, allow_none=True)


class MandateView(Schema):
    id = fields.String(required=True)
    person_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    role = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    letter_id = fields.String(required=True, allow_none=True)
    given_by = fields.String(required=True)
    given_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_by = fields.String(required=True)


class MandatePage(Schema):
    items = fields.List(fields.Nested(MandateView), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class OwnSigning(Schema):
    """What the caller may sign today: ``person_id`` is empty when no person is linked to the account."""

    person_id = fields.String(required=True)
    posts = fields.List(fields.String(), required=True)
    roles = fields.List(fields.String(), required=True)


class SignerRow(Schema):
    """``posts`` sign in the ``role`` without a mandate; with ``needs_letter`` a mandate counts only with its letter."""

    role = fields.String(required=True)
    posts = fields.List(fields.String(), required=True)
    needs_letter = fields.Boolean(required=True)
    document = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)


class PostsOfAccounts(Schema):
    """What an account signs as that is linked to nobody."""

    role = fields.String(required=True)
    posts = fields.List(fields.String(), required=True)


class SignerTable(Schema):
    """``longest_days``: of one mandate."""

    signers = fields.List(fields.Nested(SignerRow), required=True)
    accounts = fields.List(fields.Nested(PostsOfAccounts), required=True)
    longest_days = fields.Integer(required=True)
