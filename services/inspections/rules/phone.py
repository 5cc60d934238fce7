"""Reads the table about what phones hand in late and in parts."""

from datetime import timedelta
from functools import cache

from services.inspections.domain.late_checks import BelievedTime
from services.inspections.domain.uploads import UploadLimits
from services.inspections.rules.reading import table


@cache
def believed_time() -> BelievedTime:
    """Return how far the time of a phone is believed."""
    row = table("phone.toml")["checks"]
    return BelievedTime(timedelta(hours=row["believed_hours"]), timedelta(minutes=row["tolerance_minutes"]))


@cache
def upload_limits() -> UploadLimits:
    """Return the limits of photos that arrive in parts."""
    row = table("phone.toml")["uploads"]
    return UploadLimits(row["part_bytes"], row["most_open"], timedelta(days=row["keep_days"]))
