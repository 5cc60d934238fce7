"""Waiting for what arrives a little later than the answer that brought it about."""

import time
from collections.abc import Callable
from typing import Any

from shared.errors import Refused, Unavailable

PATIENCE, LOOK_EVERY = 60.0, 0.5  # seconds


def until(look: Callable[[], Any], *, what: str, patience: float = PATIENCE, every: float = LOOK_EVERY) -> Any:
    """Return what ``look``, asked ``every`` so many seconds, finds, as soon as it finds something.

    Raises ``Unavailable`` after ``patience`` seconds without, which tells for what it was waited and why in vain.
    """
    deadline = time.monotonic() + patience
    while True:
        why = "It did not come."
        try:
            if found := look():
                return found
        except Refused as refusal:
            why = refusal.detail
        if time.monotonic() > deadline:
            raise Unavailable(f"Waited {patience:.0f} s until {what}: {why}")
        time.sleep(every)
