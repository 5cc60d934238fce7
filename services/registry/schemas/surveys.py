"""Requests and responses of registry/surveys and registry/attachments."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from services.registry.domain.drafts import LONGEST
from services.registry.domain.surveys import ANSWERS, MOST_QUESTIONS, OUTCOMES
from services.registry.schemas.enterprises import EnterpriseFilter
from services.registry.schemas.fields import text
from shared.http import Page, Schema
from shared.ids import ID

_ID = validate.Regexp(rf"{ID.pattern}\Z", error="An id is a lower-case UUID.")


class SurveyFilter(EnterpriseFilter):
    class Meta:
        exclude = ("sort", "status", "level")

    state = fields.String(load_default="due", validate=validate.OneOf(["due", "done"]))


class SurveyRow(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True)
    address = fields.String()
    subdistrict = fields.String()
    industry = fields.String()
    industry_section = fields.String()
    headcount = fields.Integer(allow_none=True)
    longitude = fields.Float(allow_none=True)
    latitude = fields.Float(allow_none=True)
    features = fields.Dict()
    survey_rank = fields.Integer(required=True)
    survey_outcome = fields.String(required=True)
    surveyed_at = fields.AwareDateTime(required=True, allow_none=True)


class SurveyList(Page):
    items = fields.List(fields.Nested(SurveyRow), required=True)


class SurveyFact(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    value = fields.String(required=True)
    origin = fields.String(required=True)
    words = fields.List(fields.String(), required=True)


class SurveyQuestion(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    facts = fields.List(fields.Nested(SurveyFact), required=True)


class SurveyAnswer(Schema):
    question = text(50, 1, required=True)
    answer = fields.String(required=True, validate=validate.OneOf(ANSWERS))
    present = fields.List(text(50, 1), load_default=list, validate=validate.Length(max=20))


class Place(Schema):
    """WGS-84 degrees as the phone gives them, with the accuracy in metres."""

    longitude = fields.Float(required=True, validate=validate.Range(73, 136))
    latitude = fields.Float(required=True, validate=validate.Range(3, 54))
    accuracy = fields.Float(required=True, validate=validate.Range(0, 100_000))


class SurveyBody(Schema):
    enterprise_id = fields.String(required=True, validate=_ID)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    surveyed_at = fields.AwareDateTime(required=True)
    place = fields.Nested(Place)
    headcount = fields.Integer(strict=True, validate=validate.Range(0, 1_000_000))
    answers = fields.List(fields.Nested(SurveyAnswer), load_default=list, validate=validate.Length(max=MOST_QUESTIONS))
    contact_name = text(LONGEST["contact_name"])
    contact_phone = text(LONGEST["contact_phone"])
    moved_to = text(LONGEST["address"])
    note = text(500)
    photo_id = fields.String(validate=_ID)


class Survey(Schema):
    id = fields.String(required=True)
    outcome = fields.String(required=True)
    surveyed_at = fields.AwareDateTime(required=True)
    received_at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    role = fields.String(required=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    accuracy = fields.Float(required=True, allow_none=True)
    headcount = fields.Integer(required=True, allow_none=True)
    facts = fields.Dict(required=True)
    moved_to = fields.String(required=True)
    note = fields.String(required=True)
    photo_id = fields.String(required=True, allow_none=True)


class SurveyCard(Schema):
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    headcount = fields.Integer(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    location_precision = fields.String(required=True)
    has_contact = fields.Boolean(required=True)
    survey_outcome = fields.String(required=True)
    surveyed_at = fields.AwareDateTime(required=True, allow_none=True)
    questions = fields.List(fields.Nested(SurveyQuestion), required=True)
    surveys = fields.List(fields.Nested(Survey), required=True)


class SurveyedSubdistrict(Schema):
    division = fields.String(required=True)
    name = fields.String(required=True)
    enterprises = fields.Integer(required=True)
    surveyed = fields.Integer(required=True)
    exists = fields.Integer(required=True)
    moved = fields.Integer(required=True)
    closed = fields.Integer(required=True)


class SurveyProgress(Schema):
    enterprises = fields.Integer(required=True)
    surveyed = fields.Integer(required=True)
    subdistricts = fields.List(fields.Nested(SurveyedSubdistrict), required=True)


class AttachmentFile(Schema):
    file = Upload(required=True)


class AttachmentFacts(Schema):
    enterprise_id = fields.String(required=True, validate=_ID)
    taken_at = fields.AwareDateTime(required=True)
    longitude = fields.Float(validate=validate.Range(73, 136))
    latitude = fields.Float(validate=validate.Range(3, 54))
    accuracy = fields.Float(validate=validate.Range(0, 100_000))


class Attachment(Schema):
    id = fields.String(required=True)
    sha256 = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
