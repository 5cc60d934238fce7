"""Claims, members, invitations and signatures."""

from marshmallow import fields, validate

from services.identity.domain.claims import APPROVED, OPEN, TURNED_DOWN
from services.identity.schemas.accounts import SECRET, TEXT
from shared.http import Page, PageQuery, Schema

STATES = (OPEN, APPROVED, TURNED_DOWN)
CODE = validate.Length(min=18, max=18)
PIN = validate.Length(min=1, max=12)


class NewClaim(Schema):
    uscc = fields.String(required=True, validate=CODE)
    name = fields.String(required=True, validate=TEXT)
    mobile = fields.String(required=True, validate=validate.Length(max=20))
    username = fields.String(required=True, validate=TEXT)
    password = fields.String(required=True, validate=SECRET, load_only=True)


class Receipt(Schema):
    receipt = fields.String(required=True, validate=SECRET, metadata={"description": "Shown once; asks for the state."})


class ClaimState(Schema):
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    enterprise_name = fields.String(required=True)
    reason = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    decided_at = fields.DateTime(allow_none=True)


class ClaimFilter(PageQuery):
    state = fields.String(load_default=OPEN, validate=validate.OneOf(["", *STATES]))


class Claim(ClaimState):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    uscc = fields.String(required=True)
    division = fields.String(required=True)
    name = fields.String(required=True)
    mobile = fields.String(required=True, metadata={"description": "Masked."})
    username = fields.String(required=True)
    decided_by = fields.String(required=True)


class ClaimPage(Page):
    items = fields.List(fields.Nested(Claim), required=True)


class Refusal(Schema):
    reason = fields.String(required=True, validate=validate.Length(min=5, max=500))


class Approved(Schema):
    account_id = fields.String(required=True)


class Member(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    person_id = fields.String(required=True, metadata={"description": "Of the registry; empty: not linked."})
    enterprise_id = fields.String(required=True)
    has_pin = fields.Boolean(required=True)
    can_sign_in = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class MemberPage(Page):
    items = fields.List(fields.Nested(Member), required=True)


class NewInvitation(Schema):
    role = fields.String(required=True, validate=TEXT)
    note = fields.String(load_default="", validate=validate.Length(max=60), metadata={"description": "For whom."})
    person_id = fields.UUID(load_default="", metadata={"description": "The person of the registry that it is for."})


class MemberPerson(Schema):
    person_id = fields.UUID(required=True)


class Invited(Schema):
    id = fields.String(required=True)
    token = fields.String(required=True, metadata={"description": "Shown only now; the address is /join/<token>."})
    expires_at = fields.DateTime(required=True)


class Invitation(Schema):
    id = fields.String(required=True)
    role = fields.String(required=True)
    note = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)


class InvitationPage(Page):
    items = fields.List(fields.Nested(Invitation), required=True)


class InvitationToken(Schema):
    token = fields.String(required=True, validate=SECRET)


class InvitationSeen(Schema):
    enterprise_name = fields.String(required=True)
    role = fields.String(required=True)
    note = fields.String(required=True)
    is_new_member = fields.Boolean(required=True)
    expires_at = fields.DateTime(required=True)


class Acceptance(InvitationToken):
    name = fields.String(load_default="", validate=validate.Length(max=60))
    pin = fields.String(required=True, validate=PIN, load_only=True)
    username = fields.String(load_default="", validate=validate.Length(max=64))
    password = fields.String(load_default="", validate=validate.Length(max=200), load_only=True)


class SignWithPin(Schema):
    pin = fields.String(required=True, validate=PIN, load_only=True)
    purpose = fields.String(required=True, validate=TEXT, metadata={"description": "What is signed."})


class Signature(Schema):
    access_token = fields.String(required=True)
    expires_in = fields.Integer(required=True)
