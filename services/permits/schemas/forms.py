"""Requests and responses about the forms of hazardous work."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.permits.domain.gases import UNITS
from services.permits.rules import ruleset, scope_rules
from shared.http import Schema

PROFILES = list(scope_rules().profiles)
RULES = ruleset(PROFILES[0])
KINDS = list(RULES.kinds.kinds)
GASES = list(RULES.gases.gases)
PURPOSES = list(RULES.gases.purposes)
MOST_FACTS, LONGEST_FACT = 200, 200
LONGEST_WINDOW = timedelta(days=31)
FACT_NAME = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}\Z")
STRONGEST_WIND = 17
GREATEST = 1_000_000


def is_fact(value: Any) -> None:
    """Check one entry of a form: an answer, a number within reason, or a short text; raises ``ValidationError``."""
    if isinstance(value, (bool, type(None))):
        return
    is_number = isinstance(value, (int, float)) and isfinite(value) and abs(value) <= GREATEST
    if not is_number and not (isinstance(value, str) and len(value) <= LONGEST_FACT):
        raise ValidationError("An entry is true, false, a number or a short text.")


def facts() -> fields.Dict:
    """Return the entries of a form by the id of field or question."""
    return fields.Dict(
        keys=fields.String(validate=FACT_NAME),
        values=fields.Raw(validate=is_fact, allow_none=True),
        load_default=dict,
        validate=validate.Length(max=MOST_FACTS),
    )


def check_window(starts_at: datetime | None, ends_at: datetime | None) -> None:
    """Check that a time ends after it starts and within reason; raises ``ValidationError``."""
    if starts_at and ends_at and not timedelta() < ends_at - starts_at <= LONGEST_WINDOW:
        raise ValidationError("The end lies after the start, and at most 31 days later.", field_name="ends_at")


class FormSource(Schema):
    document = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.Date(required=True)


class Worded(Schema):
    """What has an id and a word in both languages."""

    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class RuleProfile(Worded):
    version = fields.String(required=True)
    is_binding = fields.Boolean(required=True)
    source = fields.Nested(FormSource, required=True)


class WorkKindView(Worded):
    code = fields.String(required=True)
    certificate = fields.String(required=True)
    stop_wind_force = fields.Integer(required=True)
    source = fields.Nested(FormSource, required=True)


class WorkTerm(Schema):
    """Hours and minutes are 0 where the rules name none; ``is_own_rule``: a proposal that the enterprise may change."""

    kind = fields.String(required=True)
    level = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    hours = fields.Integer(required=True)
    is_own_rule = fields.Boolean(required=True)
    is_any_break = fields.Boolean(required=True)
    gas_minutes = fields.Integer(required=True)
    break_minutes = fields.Integer(required=True)
    log_hours = fields.Integer(required=True)
    is_continuous_gas = fields.Boolean(required=True)
    needs_video = fields.Boolean(required=True)
    source = fields.Nested(FormSource, required=True)


class WorkField(Worded):
    """``is_fact``: the number goes with the answers (``facts``), everything else with the words (``form``)."""

    kind = fields.String(required=True)
    type = fields.String(required=True)
    unit = fields.String(required=True)
    is_required = fields.Boolean(required=True)
    is_fact = fields.Boolean(required=True)
    options = fields.List(fields.Nested(Worded), required=True)


class WorkQuestion(Worded):
    kinds = fields.List(fields.String(), required=True)
    clause = fields.String(required=True)


class LevelReason(Worded):
    level = fields.String(required=True)
    source = fields.Nested(FormSource, required=True)


class FormMeasure(Schema):
    """``text`` is the sentence of the standard."""

    kind = fields.String(required=True)
    number = fields.Integer(required=True)
    text = fields.String(required=True)
    en = fields.String(required=True)
    clause = fields.String(required=True)
    is_always = fields.Boolean(required=True)
    is_free = fields.Boolean(required=True)


class FormGas(Worded):
    """``lel`` in per cent by volume, 0 when unknown; ``toxic_limit`` in mg/m3, 0 when it is not toxic."""

    group = fields.String(required=True)
    lel = fields.Float(required=True)
    toxic_limit = fields.Float(required=True)


class GasPoint(Worded):
    clause = fields.String(required=True)


class PermitRole(Worded):
    opinion_zh = fields.String(required=True)
    opinion_en = fields.String(required=True)


class RuleDistance(Schema):
    id = fields.String(required=True)
    metres = fields.Float(required=True)
    source = fields.Nested(FormSource, required=True)


class FormQuery(Schema):
    ruleset = fields.String(load_default=PROFILES[0], validate=validate.OneOf(PROFILES))


class WorkForms(Schema):
    ruleset = fields.Nested(RuleProfile, required=True)
    kinds = fields.List(fields.Nested(WorkKindView), required=True)
    terms = fields.List(fields.Nested(WorkTerm), required=True)
    fields_ = fields.List(fields.Nested(WorkField), required=True, attribute="fields", data_key="fields")
    questions = fields.List(fields.Nested(WorkQuestion), required=True)
    reasons = fields.List(fields.Nested(LevelReason), required=True)
    measures = fields.List(fields.Nested(FormMeasure), required=True)
    gases = fields.List(fields.Nested(FormGas), required=True)
    gas_points = fields.List(fields.Nested(GasPoint), required=True)
    roles = fields.List(fields.Nested(PermitRole), required=True)
    distances = fields.List(fields.Nested(RuleDistance), required=True)


class WorkPreviewBody(Schema):
    """``facts`` are the entries of the form so far: answers true or false, numbers, texts."""

    ruleset = fields.String(required=True, validate=validate.OneOf(PROFILES))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    facts = facts()
    related = fields.List(fields.String(validate=validate.OneOf(KINDS)), load_default=list)
    starts_at = fields.AwareDateTime(load_default=None, allow_none=True)
    ends_at = fields.AwareDateTime(load_default=None, allow_none=True)
    wind_force = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, STRONGEST_WIND))
    is_special = fields.Boolean(load_default=False)

    @validates_schema
    def ends_after_it_starts(self, asked: dict[str, Any], **_more: Any) -> None:
        check_window(asked["starts_at"], asked["ends_at"])


class ReasonedLevel(Schema):
    """``unanswered``: questions that were taken for the worse answer. ``needs``: what is asked for beyond the level."""

    level = fields.String(required=True)
    clause = fields.String(required=True)
    because = fields.List(fields.Nested(LevelReason), required=True)
    unanswered = fields.List(fields.String(), required=True)
    needs = fields.List(fields.String(), required=True)
    is_permit_needed = fields.Boolean(required=True)


class WorkValidity(Schema):
    max_hours = fields.Integer(required=True)
    is_own_rule = fields.Boolean(required=True)
    source = fields.Nested(FormSource, required=True)


class WorkSigning(Schema):
    role = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    order = fields.Integer(required=True)
    stage = fields.String(required=True)
    is_final = fields.Boolean(required=True)
    must_be_on_site = fields.Boolean(required=True)
    clause = fields.String(required=True)


class SuggestedMeasure(Schema):
    """``suggested``: involved, or unanswered until somebody decides; never that it is not involved."""

    number = fields.Integer(required=True)
    suggested = fields.String(required=True)


class WorkPreview(Schema):
    """``computed`` is the level before an upgrade; without a level that needs a permit the rest is missing."""

    kind = fields.String(required=True)
    computed = fields.String(required=True)
    level = fields.Nested(ReasonedLevel, required=True)
    term = fields.Nested(WorkTerm)
    validity = fields.Nested(WorkValidity)
    needs_gas = fields.Boolean()
    needs_plan = fields.Boolean()
    chain = fields.List(fields.Nested(WorkSigning))
    measures = fields.List(fields.Nested(SuggestedMeasure))


def at_most(most: int) -> Callable[[Decimal], None]:
    """Return a check of an exact number; a range of one would come into the API's document, which knows no decimals."""

    def check(value: Decimal) -> None:
        if not 0 <= value <= most:
            raise ValidationError(f"Give a number from 0 to {most}.")

    return check


class GasPreviewBody(Schema):
    """``lel``: the lower explosive limit (per cent by volume) of a gas that the table does not know."""

    ruleset = fields.String(load_default=PROFILES[0], validate=validate.OneOf(PROFILES))
    gas = fields.String(required=True, validate=validate.OneOf(GASES))
    value = fields.Decimal(required=True, validate=at_most(GREATEST))
    unit = fields.String(required=True, validate=validate.OneOf(UNITS))
    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))
    is_enriched = fields.Boolean(load_default=False)
    lel = fields.Decimal(load_default=None, allow_none=True, validate=at_most(100))


class GasVerdict(Schema):
    """``value`` in ``unit``, that of the limit. Not ``is_verified``: the limit is recalled, check it before relying."""

    is_acceptable = fields.Boolean(required=True)
    value = fields.Float(required=True)
    limit = fields.Float(required=True)
    least = fields.Float(required=True, allow_none=True)
    unit = fields.String(required=True)
    clause = fields.String(required=True)
    is_verified = fields.Boolean(required=True)


class GasPreview(Schema):
    verdict = fields.Nested(GasVerdict, required=True)
