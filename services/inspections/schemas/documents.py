"""Requests and responses about official documents."""

from marshmallow import fields, validate

from services.inspections.domain.documents import DRAWN, OFFICER, PIN, PRESENT, REFUSED, STATES
from services.inspections.rules.documents import document_rules
from services.inspections.schemas.hazards import Named, text
from shared.http import Page, PageQuery, Schema

KINDS = list(document_rules().kinds)
LONGEST_FIELD = 2000


def written(**options: object) -> fields.Dict:
    """Return the fields of a document by name."""
    names, values = fields.String(validate=validate.Length(1, 40)), text(LONGEST_FIELD)
    return fields.Dict(keys=names, values=values, validate=validate.Length(max=20), **options)  # type: ignore[arg-type]


class DocumentQuery(PageQuery):
    """The newest first; ``hazard_id``: those about this hazard."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    state = fields.String(validate=validate.OneOf(STATES))
    enterprise_id = fields.UUID()
    check_id = fields.UUID()
    hazard_id = fields.UUID()


class NewDocument(Schema):
    """About a check or hazards, as the kind says; or ``replaces`` an issued document of the same kind."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    fields_ = written(data_key="fields", load_default=dict)
    check_id = fields.UUID(load_default=None)
    hazard_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=50))
    replaces = fields.UUID(load_default=None)


class Revision(Schema):
    version = fields.Integer(required=True, validate=validate.Range(1))
    fields_ = written(data_key="fields", required=True)


class SigningBody(Schema):
    """``sha256`` is that of the content that was read; ``image_id`` the drawn signature (an attachment).

    An officer signs as ``officer``, and records who stands there as ``present``: drawn, or refused with a reason.
    """

    place = fields.String(required=True, validate=validate.OneOf([OFFICER, PRESENT]))
    sha256 = fields.String(required=True, validate=validate.Length(equal=64))
    method = fields.String(load_default=DRAWN, validate=validate.OneOf([DRAWN, PIN, REFUSED]))
    name = text(60, load_default="")
    post = text(60, load_default="")
    image_id = fields.UUID(load_default=None)
    reason = text(load_default="")
    witness = text(60, load_default="")


class TakingBack(Schema):
    reason = fields.String(required=True, validate=validate.Length(2, 500))


class OfficialDocument(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    kind_zh = fields.String(required=True)
    kind_en = fields.String(required=True)
    number = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    check_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    version = fields.Integer(required=True)
    drawn_up_by = fields.String(required=True)
    drawn_up_at = fields.AwareDateTime(required=True)
    issued_at = fields.AwareDateTime(required=True, allow_none=True)
    replaces = fields.String(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    end_reason = fields.String(required=True)


class DocumentList(Page):
    items = fields.List(fields.Nested(OfficialDocument), required=True)


class DocumentSignature(Schema):
    place = fields.String(required=True)
    account_id = fields.String(required=True)
    name = fields.String(required=True)
    post = fields.String(required=True)
    method = fields.String(required=True)
    image_id = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    witness = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class WholeDocument(OfficialDocument):
    """``sha256`` is of ``content``; ``awaits``: who has still to sign; ``code`` proves a paper to anyone."""

    content = fields.Dict(required=True)
    sha256 = fields.String(required=True)
    file_sha256 = fields.String(required=True)
    code = fields.String(required=True)
    ended_by = fields.String(required=True)
    replaced_by = fields.String(required=True, allow_none=True)
    awaits = fields.List(fields.String(), required=True)
    signatures = fields.List(fields.Nested(DocumentSignature), required=True)


class Verification(Schema):
    """``is_intact``: content, signatures and file are those that were signed."""

    number = fields.String(required=True)
    kind_zh = fields.String(required=True)
    kind_en = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    issued_at = fields.AwareDateTime(required=True, allow_none=True)
    sha256 = fields.String(required=True)
    file_sha256 = fields.String(required=True)
    is_intact = fields.Boolean(required=True)


class FieldOfKind(Named):
    """``decides``: a correction has to leave it as it is."""

    type = fields.String(required=True, validate=validate.OneOf(["line", "long", "date", "choice"]))
    is_required = fields.Boolean(required=True)
    decides = fields.Boolean(required=True)
    options = fields.List(fields.Nested(Named), required=True)


class DocumentKind(Named):
    about = fields.String(required=True, validate=validate.OneOf(["check", "hazards"]))
    level = fields.String(required=True)
    event = fields.String(required=True)
    needs_present = fields.Boolean(required=True)
    is_joint = fields.Boolean(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)
    fields_ = fields.List(fields.Nested(FieldOfKind), data_key="fields", attribute="fields", required=True)


class DocumentKinds(Schema):
    items = fields.List(fields.Nested(DocumentKind), required=True)
