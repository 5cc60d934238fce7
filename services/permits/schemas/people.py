"""Requests and responses about people of enterprises, their certificates, and who may take part in a work."""

from flask_smorest.fields import Upload
from marshmallow import ValidationError, fields, validate, validates_schema

from services.permits.domain.people import QUERIES, UNCHECKED
from services.permits.rules.people import people_rules
from shared.http import PageQuery, Schema

KINDS = list(people_rules().kinds)
ROLES = sorted(
    {need.role for need in people_rules().needs} | {"work_leader", "gas_analyst", "blind_commander", "coordinator"}
)
WORKS = ["hot_work", "confined_space", "blinding", "height", "lifting", "temp_power", "excavation", "road_closing"]
RULESETS = sorted({profile for need in people_rules().needs for profile in need.profiles}, reverse=True)
ANSWERED = [one for one in QUERIES if one != UNCHECKED]


def _text(longest: int, **options: object) -> fields.String:
    return fields.String(validate=validate.Length(max=longest), **options)  # type: ignore[arg-type]


class PeopleQuery(PageQuery):
    enterprise_id = fields.UUID()
    has_left = fields.Boolean(load_default=False)


class CandidateQuery(Schema):
    """Who may take on ``role`` in work of this ``kind`` under a set of rules from ``starts_at`` to ``ends_at``."""

    enterprise_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(WORKS))
    role = fields.String(load_default="worker", validate=validate.OneOf(ROLES))
    ruleset = fields.String(load_default=RULESETS[0], validate=validate.OneOf(RULESETS))
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)

    @validates_schema
    def check_order(self, given: dict[str, object], **_options: object) -> None:
        """Refuse an end before the beginning."""
        if given["ends_at"] < given["starts_at"]:  # type: ignore[operator]
            raise ValidationError("The end lies before the beginning.", "ends_at")


class CertificateQuery(PageQuery):
    """``due_by``: those that end or are due for review by that day; ``counts``: not ended."""

    enterprise_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(KINDS))
    due_by = fields.Date()
    counts = fields.Boolean()


class CertificateNew(Schema):
    """Days that are left out are the latest that the rules allow; ``number`` is kept sealed and shown masked."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    category = _text(60, load_default="")
    number = _text(40, load_default="")
    authority = _text(60, load_default="")
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    review_by = fields.Date(load_default=None, allow_none=True)
    photo_id = fields.UUID(load_default=None, allow_none=True)


class CertificateChange(Schema):
    """What is left out stays."""

    category = _text(60)
    number = _text(40)
    authority = _text(60)
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    review_by = fields.Date(allow_none=True)
    photo_id = fields.UUID(allow_none=True)


class CertificateQueryNote(Schema):
    """What the national query answered; ``failed`` needs a photo, and is made again within days."""

    outcome = fields.String(required=True, validate=validate.OneOf(ANSWERED))
    photo_id = fields.UUID(load_default=None, allow_none=True)


class CertificateEnd(Schema):
    why = fields.String(required=True, validate=validate.Length(2, 200))


class CertificateFile(Schema):
    file = Upload(required=True)


class CertificateFileFacts(Schema):
    enterprise_id = fields.UUID(required=True)


class RowRefused(Schema):
    """``row`` as a spreadsheet counts."""

    row = fields.Integer(required=True)
    field = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class CertificateFileResult(Schema):
    """How many certificates were entered, how many were ``known`` already, and each row that was refused."""

    entered = fields.Integer(required=True)
    known = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RowRefused), required=True)


class Fitness(Schema):
    """The kinds of work for which somebody is not fit; nothing about why."""

    unfit_for = fields.List(
        fields.String(validate=validate.OneOf(WORKS)), required=True, validate=validate.Length(max=8)
    )


class HeldCertificate(Schema):
    """``state``: valid, expiring, review_due, expired, future, refuted or ended; ``counts_until``: the last day."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    category = fields.String(required=True)
    number = fields.String(required=True, metadata={"description": "masked"})
    authority = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    review_by = fields.Date(required=True, allow_none=True)
    source = fields.String(required=True)
    query = fields.String(required=True)
    queried_at = fields.AwareDateTime(required=True, allow_none=True)
    photo_id = fields.String(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)
    ended_why = fields.String(required=True)
    state = fields.String(required=True)
    counts_until = fields.Date(required=True, allow_none=True)
    days_left = fields.Integer(required=True, allow_none=True)
    version = fields.Integer(required=True)


class ListedCertificate(HeldCertificate):
    person_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)


class CertificateList(Schema):
    items = fields.List(fields.Nested(ListedCertificate), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class _Somebody(Schema):
    person_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    account_id = fields.String(required=True)
    posts = fields.List(fields.String(), required=True)


class CertifiedPerson(_Somebody):
    """Somebody without a name: names are read from the registry, with the reader's own right."""

    name = fields.String(required=True, metadata={"description": "of the enterprise"})
    joined_on = fields.Date(required=True, allow_none=True)
    left_on = fields.Date(required=True, allow_none=True)
    unfit_for = fields.List(fields.String(), required=True)
    certificates = fields.List(fields.Nested(HeldCertificate), required=True)


class CertifiedPeople(Schema):
    items = fields.List(fields.Nested(CertifiedPerson), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PersonProblem(Schema):
    """``certificates``: one of these is needed; ``day``: the one that decides."""

    code = fields.String(required=True)
    role = fields.String(required=True)
    clause = fields.String(required=True)
    is_blocking = fields.Boolean(required=True)
    certificates = fields.List(fields.String(), required=True)
    day = fields.Date(required=True, allow_none=True)


class Candidate(_Somebody):
    is_fit = fields.Boolean(required=True)
    problems = fields.List(fields.Nested(PersonProblem), required=True)


class Candidates(Schema):
    items = fields.List(fields.Nested(Candidate), required=True)


class RuleSource(Schema):
    document = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)


class CertificateKindView(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    months = fields.Integer(required=True)
    review_months = fields.Integer(required=True)
    authority = fields.String(required=True)
    is_queried = fields.Boolean(required=True)
    categories = fields.List(fields.String(), required=True)
    source = fields.Nested(RuleSource, required=True)


class CertificateNeed(Schema):
    row = fields.String(required=True)
    work = fields.String(required=True)
    role = fields.String(required=True)
    who = fields.String(required=True)
    certificates = fields.List(fields.String(), required=True)
    profiles = fields.List(fields.String(), required=True)
    effect = fields.String(required=True)
    source = fields.Nested(RuleSource, required=True)


class PeopleTable(Schema):
    """``columns``: the titles of the columns of certificates as a file."""

    columns = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    id = fields.String(required=True)
    version = fields.String(required=True)
    kinds = fields.List(fields.Nested(CertificateKindView), required=True)
    needs = fields.List(fields.Nested(CertificateNeed), required=True)
