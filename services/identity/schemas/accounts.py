"""What identity takes and gives over HTTP."""

from marshmallow import fields, validate

from services.identity.domain.accounts import DIVISION_SHAPE, SIDES
from shared.http import Page, PageQuery, Schema
from shared.ids import ID

TEXT = validate.Length(min=1, max=200)
SECRET = validate.Length(min=1, max=200)
NO_OR_ONE_ID = validate.Regexp(rf"({ID.pattern})?\Z")
SHORT_LIST = validate.Length(max=100)
DIVISION = validate.Regexp(DIVISION_SHAPE.pattern + r"\Z", error="A division has 6, 9 or 12 digits.")


class Credentials(Schema):
    username = fields.String(required=True, validate=TEXT)
    password = fields.String(required=True, validate=SECRET, load_only=True)


class RefreshToken(Schema):
    refresh_token = fields.String(required=True, validate=SECRET)


class Tokens(Schema):
    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds until the access token ends."})
    must_change_password = fields.Boolean(required=True)


class OidcState(Schema):
    is_enabled = fields.Boolean(required=True)


class OidcBegin(Schema):
    redirect_uri = fields.Url(required=True, require_tld=False, schemes={"http", "https"})


class OidcBegun(Schema):
    flow = fields.String(required=True, metadata={"description": "Binds the return to this browser."})
    address = fields.String(required=True)


class OidcFinish(Schema):
    flow = fields.String(required=True, validate=SECRET)
    state = fields.String(required=True, validate=SECRET)
    code = fields.String(required=True, validate=validate.Length(min=1, max=2000))


class KeySet(Schema):
    keys = fields.List(fields.Dict(), required=True)


class Jurisdiction(Schema):
    roles = fields.List(fields.String(validate=TEXT), validate=SHORT_LIST)
    divisions = fields.List(fields.String(validate=DIVISION), validate=SHORT_LIST)
    grids = fields.List(fields.String(validate=TEXT), validate=SHORT_LIST)
    skills = fields.List(fields.String(validate=TEXT), validate=SHORT_LIST)
    enterprise_id = fields.String(validate=validate.Length(max=36))
    intermediary_id = fields.String(validate=validate.Length(max=36))
    agency_id = fields.String(
        validate=NO_OR_ONE_ID,
        metadata={"description": "Of who acts for another agency: what that was granted is all they may do."},
    )
    licence_valid_until = fields.String(validate=validate.Regexp(r"(\d{4}-\d{2}-\d{2})?\Z"))


class AccountChanges(Jurisdiction):
    name = fields.String(validate=TEXT)
    licence_number = fields.String(validate=validate.Length(max=64))


class NewAccount(Jurisdiction):
    username = fields.String(required=True, validate=TEXT)
    name = fields.String(required=True, validate=TEXT)
    roles = fields.List(fields.String(validate=TEXT), required=True, validate=SHORT_LIST)
    licence_number = fields.String(validate=validate.Length(max=64))
    password = fields.String(validate=SECRET, load_only=True)
    must_change_password = fields.Boolean()


class Account(Jurisdiction):
    id = fields.String(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "Masked, except for the owner."})
    licence_number = fields.String(metadata={"description": "Masked, except for the owner."})
    enterprise_name = fields.String(metadata={"description": "Empty for who belongs to none."})
    is_licence_expired = fields.Boolean()
    is_absent = fields.Boolean()
    is_enabled = fields.Boolean(required=True)
    must_change_password = fields.Boolean()
    password_set_at = fields.DateTime()
    disabled_at = fields.DateTime(allow_none=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class CreatedAccount(Schema):
    id = fields.String(required=True)
    generated_password = fields.String(allow_none=True, metadata={"description": "Shown once."})


class AccountFilter(PageQuery):
    username = fields.String(load_default="", validate=validate.Length(max=64))
    is_enabled = fields.Boolean(load_default=None)
    role = fields.String(load_default="", validate=validate.Length(max=64))
    side = fields.String(load_default="", validate=validate.OneOf(["", *SIDES]))
    agency_id = fields.String(load_default="", validate=NO_OR_ONE_ID)


class StaffFilter(PageQuery):
    """``expiring`` are those whose licence ends within 60 days."""

    standing = fields.String(load_default="", validate=validate.OneOf(["", "absent", "expiring", "expired"]))


class NewAbsence(Schema):
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class Absence(NewAbsence):
    id = fields.String(required=True)


class Staff(Account):
    absences = fields.List(fields.Nested(Absence), required=True, metadata={"description": "Those not over yet."})


class StaffPage(Page):
    items = fields.List(fields.Nested(Staff), required=True)


class AccountPage(Page):
    items = fields.List(fields.Nested(Account), required=True)


class NewPassword(Schema):
    password = fields.String(validate=SECRET, load_only=True)


class OwnPassword(Schema):
    current = fields.String(required=True, validate=SECRET, load_only=True)
    new = fields.String(required=True, validate=SECRET, load_only=True)


class OwnSession(Schema):
    id = fields.String(required=True)
    device = fields.String(required=True, metadata={"description": "What began it, in its own words (User-Agent)."})
    address = fields.String(required=True)
    began_at = fields.DateTime(required=True)
    renewed_at = fields.DateTime(required=True)
    is_current = fields.Boolean(required=True)


class OwnSessions(Schema):
    items = fields.List(fields.Nested(OwnSession), required=True)


class NamesWanted(Schema):
    id = fields.List(fields.UUID(), required=True, validate=SHORT_LIST)


class AccountName(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "Masked, unless it is an agency's."})
    roles = fields.List(fields.String(), required=True)


class AccountNames(Schema):
    items = fields.List(fields.Nested(AccountName), required=True)


class OwnActions(Schema):
    actions = fields.List(fields.String(), required=True)


class GeneratedPassword(Schema):
    generated_password = fields.String(allow_none=True)


class Reason(Schema):
    reason = fields.String(required=True, validate=TEXT)


class FullName(Schema):
    name = fields.String(required=True)
    licence_number = fields.String(required=True)


class RoleOut(Schema):
    id = fields.String(required=True)
    title = fields.String(required=True)
    title_en = fields.String(required=True)
    actions = fields.List(fields.String(), required=True)
    is_exclusive = fields.Boolean(required=True)
    needs_licence = fields.Boolean(required=True)
    side = fields.String(required=True)


class Roles(Schema):
    items = fields.List(fields.Nested(RoleOut), required=True)
