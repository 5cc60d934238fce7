"""Names and points of divisions: asked of registry now and then, remembered while it does not answer."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
import structlog

from services.gateway.domain.divisions import Division, Divisions
from shared.errors import Unavailable
from shared.http.client import ServiceClient

FRESH_FOR = timedelta(minutes=5)
ASK_AGAIN_AFTER = timedelta(seconds=10)
log = structlog.get_logger(__name__)


class Directory:
    """Keeps the divisions of registry by code; without any answer there are codes instead of names."""

    def __init__(self, registry: ServiceClient | None) -> None:
        self._registry = registry
        self._divisions: Divisions = {}
        self._ask_at: datetime | None = None
        self._lock = threading.Lock()

    def divisions(self, *, now: datetime) -> Divisions:
        """Return the divisions by code, asked for with the rights of the running request."""
        with self._lock:
            is_due = self._ask_at is None or now >= self._ask_at
            if is_due:
                self._ask_at = now + ASK_AGAIN_AFTER
        if is_due and self._registry is not None:
            self._refresh(self._registry, now)
        return self._divisions

    def name_of(self, code: str, *, now: datetime) -> str:
        """Return the name of a division, "" when it is not known."""
        division = self.divisions(now=now).get(code)
        return division.name if division else ""

    def _refresh(self, registry: ServiceClient, now: datetime) -> None:
        try:
            answer = registry.get_json("/api/v1/registry/divisions")
        except (Unavailable, requests.RequestException) as problem:
            log.warning("names of divisions are stale", problem=str(problem))
            return
        self._divisions = {row["code"]: _division(row) for row in answer["items"]}
        self._ask_at = now + FRESH_FOR


def _division(row: Mapping[str, Any]) -> Division:
    return Division(row["code"], row["name"], row.get("longitude"), row.get("latitude"))
