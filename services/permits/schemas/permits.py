"""Requests about permits for special work."""

from datetime import date

from marshmallow import ValidationError, fields, validate
from webargs.fields import DelimitedList

from services.permits.domain.gases import UNITS
from services.permits.domain.profiles import CHEMICALS
from services.permits.rules import ruleset
from services.permits.rules.permitting import permit_rules
from shared.http import PageQuery, Schema

RULES = ruleset(CHEMICALS)
MACHINE = permit_rules().machine
STATES = [name for name in MACHINE.states if name != "new"]
KINDS = list(RULES.kinds.kinds)
ROLES = list(RULES.chains.roles)
# Analyses, signatures and the fixed steps have routes of their own; the others belong to the clock.
STEPS = ["analyse", "answer", "confirm", "brief", "send", "check_in", "check_out", "revoke", "void", "withdraw",
         "confirm_out"]  # fmt: skip
CAUSES = ["break", "drill", "guardian", "gas", "anomaly", "weather", "violation", "conflict", "order"]
MOST = 200
LARGEST = 1_000_000
AREA = r"^\d{2,12}\Z"


def check_answer(value: object) -> None:
    """Refuse what is neither yes, no, a number nor left open."""
    is_answer = value is None or isinstance(value, (bool, int, float))
    if not is_answer or (isinstance(value, (int, float)) and not abs(value) <= LARGEST):
        raise ValidationError("Answer with true, false or a number.")


def check_day(day: date) -> None:
    """Refuse a day that has no moment on every clock."""
    if not 2000 <= day.year <= 2100:
        raise ValidationError("Name a day of this century.")


def text(longest: int = 500, **options: object) -> fields.String:
    """Return a field of text with at most so many characters."""
    return fields.String(validate=validate.Length(max=longest), **options)  # type: ignore[arg-type]


def several(**options: object) -> fields.List:
    """Return a field of short texts, such as ids."""
    one = fields.String(validate=validate.Length(1, 100))
    return fields.List(one, validate=validate.Length(max=MOST), **options)  # type: ignore[arg-type]


class PermitQuery(PageQuery):
    """The newest first. ``states``: several, separated by commas; ``since``, ``until``: valid at some time between.

    ``ids``: those permits only, separated by commas; ``from``, ``to``: to begin on one of these days; ``cause``: once
    suspended for it.
    """

    ids = DelimitedList(fields.UUID(), validate=validate.Length(1, 100))
    state = fields.String(validate=validate.OneOf(STATES))
    states = DelimitedList(fields.String(validate=validate.OneOf(STATES)), validate=validate.Length(1, len(STATES)))
    kind = fields.String(validate=validate.OneOf(KINDS))
    level = text(4)
    area = fields.String(validate=validate.Regexp(AREA))
    is_open = fields.Boolean()
    is_live = fields.Boolean()
    is_alerting = fields.Boolean()
    is_listed = fields.Boolean()
    enterprise_id = fields.UUID()
    since = fields.AwareDateTime()
    until = fields.AwareDateTime()
    from_day = fields.Date(data_key="from", attribute="from", validate=check_day)
    to_day = fields.Date(data_key="to", attribute="to", validate=check_day)
    subdistrict = text(12)
    cause = text(40)
    reason = text()
    reason_code = text(40)
    has_reason = fields.Boolean()
    is_approved = fields.Boolean()


class PermitBoardQuery(Schema):
    """``day``: today unless given; ``area``: the beginning of a division's code."""

    day = fields.Date(validate=check_day)
    area = fields.String(validate=validate.Regexp(AREA))
    enterprise_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(KINDS))


class CrewMember(Schema):
    person_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class PermitContent(Schema):
    """``facts``: answers (true or false) and numbers of the form; ``form``: its words."""

    description = fields.String(required=True, validate=validate.Length(2, 1000))
    place = fields.String(required=True, validate=validate.Length(1, 100))
    place_id = fields.UUID(load_default=None, allow_none=True)
    longitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(73, 136))
    latitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(3, 54))
    accuracy_m = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0, 100_000))
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    facts = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 60)),
        values=fields.Raw(allow_none=True, validate=check_answer),
        load_default=dict,
        validate=validate.Length(max=MOST),
    )
    form = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 60)), values=text(1000), load_default=dict,
        validate=validate.Length(max=MOST),
    )  # fmt: skip
    crew = fields.List(fields.Nested(CrewMember), load_default=list, validate=validate.Length(max=MOST))


class PermitApplication(PermitContent):
    """``parent_id``: the permit of the same job that this one belongs to."""

    enterprise_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    parent_id = fields.UUID(load_default=None, allow_none=True)


class PermitEdit(PermitContent):
    version = fields.Integer(validate=validate.Range(1))


class PermitRenewal(Schema):
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class AnalysedHazard(Schema):
    hazard = fields.String(required=True, validate=validate.Length(1, 500))
    control = fields.String(required=True, validate=validate.Length(1, 500))


class PermitStepBody(Schema):
    """What comes with a step; which of it is needed, the refusal names."""

    version = fields.Integer(validate=validate.Range(1))
    reason = text()
    cause = fields.String(validate=validate.OneOf(CAUSES))
    cleared = text()
    ventilated = fields.Boolean()
    reconfirmed = fields.Boolean()
    video_live = fields.Boolean()
    detector_live = fields.Boolean()
    wind_force = fields.Integer(validate=validate.Range(0, 18))
    fire_out = fields.Boolean()
    line_removed = fields.Boolean()
    restored = fields.Boolean()
    confirmed_by = text(100)


class PermitEventBody(PermitStepBody):
    event = fields.String(required=True, validate=validate.OneOf(STEPS))
    hazards = fields.List(fields.Nested(AnalysedHazard), validate=validate.Length(max=MOST))
    unit_by = text(100)
    work_unit_by = text(100)
    related = fields.List(fields.String(validate=validate.OneOf(KINDS)), validate=validate.Length(max=len(KINDS)))
    answers = fields.Dict(keys=fields.Integer(), values=fields.Boolean(), validate=validate.Length(max=MOST))
    notes = fields.Dict(keys=fields.Integer(), values=text(200), validate=validate.Length(max=MOST))
    isolation = several()
    blind_map = text(100)
    plan = text(100)
    briefed_by = text(100)
    receivers = several()
    person_id = fields.UUID()


class GasTestBody(Schema):
    """``sampled_at``: now unless given; ``lel``: of a gas that the table does not know, in per cent by volume."""

    version = fields.Integer(validate=validate.Range(1))
    gas = fields.String(required=True, validate=validate.OneOf(list(RULES.gases.gases)))
    point = text(60, load_default="")
    value = fields.Float(required=True, validate=validate.Range(0, 1_000_000))
    unit = fields.String(required=True, validate=validate.OneOf(UNITS))
    is_enriched = fields.Boolean()
    lel = fields.Float(validate=validate.Range(0, 100, min_inclusive=False))
    sampled_at = fields.AwareDateTime()
    device_at = fields.AwareDateTime()


class SignatureBody(Schema):
    """The place is that of who signs; ``remote_reason`` and ``photo`` are needed away from the work site (4.11)."""

    version = fields.Integer(validate=validate.Range(1))
    role = fields.String(validate=validate.OneOf(ROLES))
    opinion = text()
    longitude = fields.Float(validate=validate.Range(73, 136))
    latitude = fields.Float(validate=validate.Range(3, 54))
    device_at = fields.AwareDateTime()
    remote_reason = text()
    photo = fields.UUID()


class GuardianPosition(Schema):
    """Where a guardian is by its own phone; ``accuracy_m``: within how many metres that is true."""

    person_id = fields.UUID(required=True)
    longitude = fields.Float(required=True, validate=validate.Range(73, 136))
    latitude = fields.Float(required=True, validate=validate.Range(3, 54))
    accuracy_m = fields.Float(load_default=0, validate=validate.Range(0, 100_000))


class ApprovalBody(SignatureBody):
    """``approved``: false refuses the permit, with a reason."""

    approved = fields.Boolean(load_default=True)
    reason = text()
