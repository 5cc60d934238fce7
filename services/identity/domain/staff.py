"""Staff: absences, and how long an enforcement licence counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.errors import NotFound, Refused

PLACE = ZoneInfo("Asia/Shanghai")
LONGEST_ABSENCE = timedelta(days=366)


class AbsenceMalformed(Refused):
    code = "absence_malformed"


class AbsenceNotFound(NotFound):
    code = "absence_not_found"


class LicenceDateMalformed(Refused):
    code = "licence_date_malformed"


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of a person at a moment; ``changes_at`` is when the next of it changes by itself."""

    is_absent: bool
    is_licence_expired: bool
    changes_at: datetime | None


def check_absence(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Raise ``AbsenceMalformed`` unless the absence ends after now and its begin, and lasts at most a year."""
    if ends_at <= starts_at or ends_at <= now:
        raise AbsenceMalformed("An absence ends after it begins, and not in the past.")
    if ends_at - starts_at > LONGEST_ABSENCE:
        raise AbsenceMalformed("An absence of more than a year is a leave: disable the account instead.")


def licence_ends_at(valid_until: str) -> datetime | None:
    """Return the moment after the last day of a licence (``YYYY-MM-DD``, Shanghai), ``None`` when none is recorded.

    Raises ``LicenceDateMalformed``.
    """
    if not valid_until:
        return None
    try:
        last_day = date.fromisoformat(valid_until)
    except ValueError:
        raise LicenceDateMalformed("Write the last day of the licence as 2027-03-01.") from None
    return datetime.combine(last_day + timedelta(days=1), time(), PLACE).astimezone(UTC)


def standing_at(now: datetime, *, absences: Iterable[tuple[datetime, datetime]], licence_valid_until: str) -> Standing:
    """Return the standing at ``now`` of somebody with these absences (begin, end) and this licence.

    Begin counts, end does not; a licence counts through its last day.
    """
    periods = list(absences)
    licence_end = licence_ends_at(licence_valid_until)
    moments = [moment for period in periods for moment in period] + ([licence_end] if licence_end else [])
    return Standing(
        is_absent=any(begin <= now < end for begin, end in periods),
        is_licence_expired=licence_end is not None and licence_end <= now,
        changes_at=min((moment for moment in moments if moment > now), default=None),
    )
