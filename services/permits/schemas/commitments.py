"""Requests and responses about daily commitments."""

from marshmallow import fields, validate

from services.permits.domain.commitments import TIERS
from services.permits.queries.commitments import MARKS
from shared.http import PageQuery, Schema

LONGEST = 500


def text(**options: object) -> fields.String:
    """Return a field of free text."""
    return fields.String(validate=validate.Length(max=LONGEST), **options)  # type: ignore[arg-type]


def content(**options: object) -> fields.Dict:
    """Return a field of declared facts by their id (commitments/rules)."""
    return fields.Dict(keys=fields.String(), values=fields.Raw(), **options)  # type: ignore[arg-type]


class CommitmentQuery(PageQuery):
    """The newest first; ``mark`` is one figure of the board, ``misses`` the least number missed that month."""

    day = fields.Date()
    mark = fields.String(validate=validate.OneOf(sorted(MARKS)))
    subdistrict = fields.String(validate=validate.Length(max=12))
    enterprise_id = fields.UUID()
    misses = fields.Integer(validate=validate.Range(1, 31))
    from_day = fields.Date(data_key="from", attribute="from")
    to_day = fields.Date(data_key="to", attribute="to")


class DayQuery(Schema):
    """A day; today when none is named."""

    day = fields.Date()


class CommitmentToday(Schema):
    """Whose commitment of today is opened."""

    enterprise_id = fields.UUID(required=True)


class Judgement(Schema):
    """What a tier has judged."""

    version = fields.Integer(validate=validate.Range(0))
    tier = fields.String(required=True, validate=validate.OneOf(TIERS))
    content = content(load_default=dict)
    remark = text(load_default="")


class CommitmentSignature(Schema):
    """``letter``: who is not the principal names the written delegation; ``is_nil``: no special work today."""

    version = fields.Integer(validate=validate.Range(0))
    content = content(load_default=dict)
    is_nil = fields.Boolean(load_default=False)
    letter = text(load_default="")
    offline_reason = text(load_default="")


class CommitmentAmendment(Schema):
    """A whole new version, and what has changed since the last one."""

    version = fields.Integer(validate=validate.Range(0))
    content = content(load_default=dict)
    is_nil = fields.Boolean(load_default=False)
    letter = text(load_default="")
    reason = text(load_default="")


class Commitment(Schema):
    """The commitment of an enterprise for a day; ``next_tier`` judges or signs next, empty when published."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    subdistrict = fields.String(required=True)
    day = fields.Date(required=True)
    due_at = fields.AwareDateTime(required=True)
    is_owed = fields.Boolean(required=True)
    tiers = fields.List(fields.String(), required=True)
    next_tier = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    edition = fields.Integer(required=True)
    content = content(required=True)
    is_nil = fields.Boolean(required=True)
    reminded_at = fields.AwareDateTime(required=True, allow_none=True)
    signed_by = fields.String(required=True)
    signed_at = fields.AwareDateTime(required=True, allow_none=True)
    letter = fields.String(required=True)
    offline_reason = fields.String(required=True)
    is_late = fields.Boolean(required=True)
    is_missed = fields.Boolean(required=True)
    misses_this_month = fields.Integer(required=True)
    suggests_credit_entry = fields.Boolean(required=True)
    computed_grade = fields.Integer(required=True, allow_none=True)
    is_disputed = fields.Boolean(required=True)
    disputes = fields.List(fields.Dict(), required=True)


class CommitmentList(Schema):
    items = fields.List(fields.Nested(Commitment), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CommitmentStep(Schema):
    version = fields.Integer(required=True)
    event = fields.String(required=True)
    tier = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    given = fields.Dict(required=True)


class CommitmentEdition(Schema):
    edition = fields.Integer(required=True)
    content = content(required=True)
    reason = fields.String(required=True)
    letter = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class CommitmentWithHistory(Commitment):
    """``suggested`` is what the form begins with; ``days_without`` asks for the offline reason."""

    steps = fields.List(fields.Nested(CommitmentStep), required=True)
    editions = fields.List(fields.Nested(CommitmentEdition), required=True)
    suggested = content(required=True)
    days_without = fields.Integer(required=True)
    needs_offline_reason = fields.Boolean(required=True)


class CommitmentFigures(Schema):
    """Numbers of a subdistrict, each a ``mark`` of the list."""

    subdistrict = fields.String(required=True)
    owed = fields.Integer(required=True)
    made = fields.Integer(required=True)
    late = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    awaited = fields.Integer(required=True)
    disputed = fields.Integer(required=True)
    delegated = fields.Integer(required=True)
    nil = fields.Integer(required=True)


class CommitmentBoard(Schema):
    day = fields.Date(required=True)
    items = fields.List(fields.Nested(CommitmentFigures), required=True)


class CommitmentField(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    group = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    work = fields.String(required=True)
    level = fields.String(required=True)


class CommitmentCheck(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    is_high = fields.Boolean(required=True)
    source = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)


class CommitmentTable(Schema):
    id = fields.String(required=True)
    version = fields.String(required=True)
    fields_ = fields.List(fields.Nested(CommitmentField), required=True, data_key="fields", attribute="fields")
    checks = fields.List(fields.Nested(CommitmentCheck), required=True)
    misses_for_credit = fields.Integer(required=True)


class PublicCommitment(Schema):
    """What stands on the board at the gate."""

    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    day = fields.Date(required=True)
    signed_at = fields.AwareDateTime(required=True)
    is_late = fields.Boolean(required=True)
    is_nil = fields.Boolean(required=True)
    edition = fields.Integer(required=True)
    content = content(required=True)


class PublicCommitmentList(Schema):
    items = fields.List(fields.Nested(PublicCommitment), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PublicCommitmentQuery(PageQuery):
    """The board of one day, today when none is named; of one enterprise for the screen at its gate."""

    day = fields.Date()
    enterprise_id = fields.UUID()
