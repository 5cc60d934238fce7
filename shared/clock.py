"""The only place that reads the time.

Entry points ask a ``Clock`` and pass ``now`` down. In a home made for demonstration or test the clock can be
moved forward: the offset lives in ``<home>/clock.json``, so that all processes of that home agree.
"""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from shared.errors import Refused

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


class ClockFixed(Refused):
    code = "clock_fixed"


class Clock:
    """Tells the time of one home; ``movable`` only where the home was made for demonstration or test."""

    def __init__(self, home: Path | None = None, *, movable: bool = False) -> None:
        self._file = home / "clock.json" if home and movable else None
        self._read_at = 0
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """Return how far this home's clock has been moved forward."""
        if self._file is None:
            return timedelta()
        try:
            changed_at = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return self._offset
        if changed_at != self._read_at:
            self._offset = timedelta(seconds=json.loads(self._file.read_text())["offset_seconds"])
            self._read_at = changed_at
        return self._offset

    def advance(self, by: timedelta) -> timedelta:
        """Move the clock forward and return the new offset; raises ``ClockFixed`` elsewhere or backwards."""
        if self._file is None:
            raise ClockFixed("The clock can be moved only in a home made for demonstration or test (SISE_DEMO=1).")
        if by < timedelta():
            raise ClockFixed("The clock can only be moved forward.")
        offset = self.offset() + by
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        fresh.replace(self._file)
        return offset


def business_date(now: datetime) -> date:
    """Return the calendar day in China (Asia/Shanghai) of an aware moment."""
    return now.astimezone(BUSINESS_ZONE).date()
