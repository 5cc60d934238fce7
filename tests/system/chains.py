"""What the walks along chains of contracts.md share: one enterprise, its colour everywhere, how fast things react."""

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import requests

from shared.clock import business_date
from shared.running.client import ApiRefused
from tests.support.running import System, wait_for

REACTS_WITHIN = 2.0  # seconds from a step to what everybody sees of it


class Chain:
    """An enterprise on the map of a system, whose clock may have been moved and whose map may know others.

    ``reactions`` are seconds by what was waited for.
    """

    def __init__(self, system: System, **facts: Any) -> None:
        self.system, self.reactions = system, dict[str, float]()
        body = {"division": "331002001", "credit_code_override": "made up", **facts}
        known, self._other_reds = self.on_the_map(), self.reds_of_all()
        self.enterprise_id = str(system.client().call("POST", "registry/enterprises", json=body)["id"])
        wait_for(lambda: self.on_the_map() > known and self.level() is not None, seconds=30, what="it has a grade")
        self.code = str(system.client().call("POST", f"risk/codes/{self.enterprise_id}")["address"])

    def level(self) -> int | None:
        """Return the level; None while risk has not heard of the enterprise."""
        try:
            level: int | None = self.system.client().call("GET", f"risk/grades/{self.enterprise_id}")["level"]
        except ApiRefused:
            return None
        return level

    def today(self) -> date:
        """Return the day that the clock of the system shows."""
        return business_date(self.system.now())

    def on_the_map(self) -> int:
        """Return how many enterprises the open map knows."""
        return int(self.system.summary()["enterprises"])

    def reds_of_all(self) -> int:
        return int(self.system.summary()["by_level"]["1"])

    def reds(self) -> int:
        """Return how many more enterprises of the open map are red than before this one came."""
        return self.reds_of_all() - self._other_reds

    def is_everywhere(self, level: int | None, *, reds: int) -> bool:
        """Return whether the grade, the figures of the open map and the page of the printed code say the same."""
        page = requests.get(self.code, timeout=30)
        return (self.level(), self.reds(), f'data-level="{level}"' in page.text) == (level, reds, True)

    def reacts(self, what: str, condition: Callable[[], Any]) -> None:
        """Wait until a step is seen, and keep how long that took."""
        began = time.monotonic()
        wait_for(condition, seconds=60, what=what)
        self.reactions[what] = round(time.monotonic() - began, 2)
