"""Photos and documents that come with declared work."""

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from shared.http import Schema


class PhotoFile(Schema):
    file = Upload(required=True)


class PhotoFacts(Schema):
    enterprise_id = fields.UUID(required=True)
    taken_at = fields.AwareDateTime(required=True)
    longitude = fields.Float(validate=validate.Range(73, 136))
    latitude = fields.Float(validate=validate.Range(3, 54))
    accuracy = fields.Float(validate=validate.Range(0, 100_000))


class Photo(Schema):
    id = fields.String(required=True)
    sha256 = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
