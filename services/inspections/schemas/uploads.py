"""Requests and responses about photos that arrive in parts."""

from datetime import UTC, datetime

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from services.inspections.schemas.hazards import latitude, longitude
from shared.http import Schema
from shared.work.attachments import LARGEST

SHA256 = r"^[0-9a-f]{64}\Z"
REAL_TIME = validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


def digest() -> fields.String:
    """Return a field of a SHA-256 in lower-case hexadecimal digits."""
    return fields.String(required=True, validate=validate.Regexp(SHA256))


class AnnouncedPhoto(Schema):
    """What the phone knows of a photo before it sends the first part; ``taken_at`` is the phone's."""

    enterprise_id = fields.UUID(required=True)
    size = fields.Integer(required=True, validate=validate.Range(1, LARGEST))
    sha256 = digest()
    taken_at = fields.AwareDateTime(required=True, validate=REAL_TIME)
    longitude = longitude()
    latitude = latitude()
    accuracy = fields.Float(load_default=None, validate=validate.Range(0, 100_000))


class PartFile(Schema):
    file = Upload(required=True)


class PartFacts(Schema):
    """The digest is that of this part."""

    sha256 = digest()


class UploadState(Schema):
    """``missing``: where the parts begin that have not arrived; ``attachment_id`` once all was put together."""

    id = fields.String(required=True)
    size = fields.Integer(required=True)
    part_bytes = fields.Integer(required=True)
    missing = fields.List(fields.Integer(), required=True)
    attachment_id = fields.String(required=True, allow_none=True)
