"""Requests and responses of the check: what agencies ask before they decide."""

from marshmallow import fields, validate

from services.credit.domain.checks import MOST_CODES
from shared.http import Page, PageQuery, Schema

CODE = validate.Regexp(r"\s*[0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{18}\s*\Z")
PURPOSE = validate.Length(1, 20)


class CheckQuery(Schema):
    """``purpose``: for what the answer is used; it is written down with the answer."""

    purpose = fields.String(required=True, validate=PURPOSE)


class CheckByNameQuery(CheckQuery):
    """``name``: a part of the name, at least two characters; blanks around it do not count."""

    name = fields.String(required=True, validate=[validate.Length(2, 100), validate.Regexp(r"\s*\S.*\S\s*\Z")])


class CheckBody(CheckQuery):
    """Up to 1,000 credit codes; small letters and blanks around a code are no other code."""

    codes = fields.List(fields.String(validate=CODE), required=True, validate=validate.Length(1, MOST_CODES))


class CheckList(Schema):
    list_code = fields.String(required=True)
    list_name = fields.String(required=True)
    status = fields.String(required=True)
    reason_code = fields.String(required=True)
    reason = fields.String(required=True)
    basis = fields.String(required=True)
    decision_number = fields.String(required=True)
    decided_by = fields.String(required=True)
    listed_on = fields.String(required=True)
    managed_until = fields.String(required=True)
    early_removal_from = fields.String(required=True)


class CheckMeasure(Schema):
    """``effect``: RESTRICT, or ADVISORY (for reference only) where the legal basis is not complete."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    agency = fields.String(required=True)
    effect = fields.String(required=True)
    basis = fields.String(required=True)
    measure_list_version = fields.String(required=True)


class CheckPenalty(Schema):
    """A penalty that is public now; ``fine`` is yuan."""

    document_number = fields.String(required=True)
    conduct = fields.String(required=True)
    penalty_class = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    fine = fields.Integer(required=True)
    decided_on = fields.String(required=True)
    shown_until = fields.String(required=True)


class CheckAnswer(Schema):
    """One subject; nothing found is ``hit: false``, never an error."""

    uscc = fields.String(required=True)
    name = fields.String(required=True)
    hit = fields.Boolean(required=True)
    lists = fields.List(fields.Nested(CheckList), required=True)
    measures = fields.List(fields.Nested(CheckMeasure), required=True)
    penalties = fields.List(fields.Nested(CheckPenalty), required=True)


class SignedCheck(CheckAnswer):
    """``signature``: detached JWS (RFC 7515 appendix F) over the rest of the answer in canonical JSON (RFC 8785)."""

    purpose = fields.String(required=True)
    answered_at = fields.String(required=True)
    receipt_id = fields.String(required=True)
    signature = fields.String(required=True)


class SignedChecks(Schema):
    """The answers in the order of the codes, each code once; signed as one."""

    asked = fields.String()
    answers = fields.List(fields.Nested(CheckAnswer), required=True)
    purpose = fields.String(required=True)
    answered_at = fields.String(required=True)
    receipt_id = fields.String(required=True)
    signature = fields.String(required=True)


class AnswerKeys(Schema):
    """The public keys that prove answers (RFC 7517)."""

    keys = fields.List(fields.Dict(), required=True)


class CheckReceiptQuery(PageQuery):
    """The newest first."""


class CheckReceipt(Schema):
    """``by`` asked, a person or a system; ``agency_id``: for which agency, empty for the bureau."""

    id = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    agency_id = fields.String(required=True)
    purpose = fields.String(required=True)
    kind = fields.String(required=True)
    asked = fields.Integer(required=True)
    hits = fields.Integer(required=True)
    digest = fields.String(required=True)


class CheckReceiptList(Page):
    items = fields.List(fields.Nested(CheckReceipt), required=True)


class WholeCheckReceipt(CheckReceipt):
    answer = fields.Dict(required=True)


class CheckPurpose(Schema):
    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class CheckMeasureRow(Schema):
    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    agency = fields.String(required=True)
    effect = fields.String(required=True)
    basis_doc = fields.String(required=True)
    basis_article = fields.String(required=True)
    measure_list_version = fields.String(required=True)


class PurposeTable(Schema):
    """``status``: ``practice`` as long as the edition of the list of measures has not been read in its text."""

    source = fields.String(required=True)
    status = fields.String(required=True)
    list_code = fields.String(required=True)
    list_name = fields.String(required=True)
    version = fields.String(required=True)
    purposes = fields.List(fields.Nested(CheckPurpose), required=True)
    own_purpose = fields.String(required=True)
    measures = fields.List(fields.Nested(CheckMeasureRow), required=True)
