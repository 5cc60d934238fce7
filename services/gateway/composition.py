"""Puts one answer together from several services, asked in parallel; what is missing is named, never hidden.

Parts are remembered by the versions that ``enterprise_view`` holds and by what the caller may do. A new version is
another key, so nothing has to be invalidated, and whoever writes through the gateway sees it at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

import orjson
import requests
from flask import current_app
from sqlalchemy import Row

from services.gateway.neighbours import neighbours
from shared.errors import Unavailable
from shared.security.principal import Principal

T = TypeVar("T")
PARALLEL = 64
CACHE_BYTES = 64 << 20
NOTHING_THERE = (403, 404)  # not for this caller, or not yet
EXTENSION = "sise_composer"


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the enterprise's file: who answers it, and where; ``version`` names the column it changes with.

    What changes without the gateway hearing of it has no ``version`` and is asked each time.
    """

    name: str
    service: str
    path: str
    version: str = ""


PARTS = (
    Part("enterprise", "registry", "/api/v1/registry/enterprises/{id}", "registry_version"),
    Part("risk", "risk", "/api/v1/risk/grades/{id}", "risk_version"),
    Part("inspections", "inspections", "/api/v1/inspections/enterprises/{id}"),
    Part("permits", "permits", "/api/v1/permits/enterprises/{id}"),
    Part("credit", "credit", "/api/v1/credit/enterprises/{id}"),
)


class PartCache:
    """The latest parts as JSON bytes, up to a total size; the least recently used ones go first."""

    def __init__(self, most_bytes: int = CACHE_BYTES) -> None:
        self._parts: OrderedDict[Hashable, bytes] = OrderedDict()
        self._bytes = 0
        self._most_bytes = most_bytes
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        """Return a part and count it as used."""
        with self._lock:
            if key in self._parts:
                self._parts.move_to_end(key)
            return self._parts.get(key)

    def put(self, key: Hashable, content: bytes) -> None:
        """Keep a part and drop others when there are too many bytes."""
        with self._lock:
            self._bytes += len(content) - len(self._parts.pop(key, b""))
            self._parts[key] = content
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._parts.popitem(last=False)[1])


@dataclass(slots=True)
class Composer:
    """Asks services in parallel; a part that takes longer than ``deadline`` seconds is missing. One per process."""

    deadline: float = 2.0
    cache: PartCache = field(default_factory=PartCache)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(PARALLEL, "compose"))

    def enterprise_file(self, principal: Principal, seen: Row[Any]) -> dict[str, Any]:
        """Return the parts of an enterprise's file by name, ready for orjson, and ``unavailable`` services.

        ``seen`` is the row of ``enterprise_view``, already checked against the principal's scope.
        """
        parts = [part for part in PARTS if part.service in neighbours().clients]
        keys = {part: _key(part, principal, seen) for part in parts if part.version}
        held = {part: content for part, key in keys.items() if (content := self.cache.get(key))}
        answers = self.ask(
            {part: partial(_fetch, part, seen.id, deadline=self.deadline) for part in parts if part not in held}
        )
        for part in answers.keys() & keys.keys():
            self.cache.put(keys[part], answers[part])
        found = held | answers
        return {
            **{part.name: orjson.Fragment(found[part]) for part in parts if part in found},
            "unavailable": [part.service for part in parts if part not in found],
        }

    def ask(self, questions: Mapping[Any, Callable[[], T]]) -> dict[Any, T]:
        """Ask all ``questions`` at once and return the answers that came within the deadline."""
        if not questions:
            return {}
        futures = {key: self._begin(question) for key, question in questions.items()}
        wait(futures.values(), timeout=self.deadline)
        return {key: future.result() for key, future in futures.items() if _is_answered(future)}

    def _begin(self, question: Callable[[], T]) -> Future[T]:
        """Start ``question`` on a thread that knows the running request and its trace."""
        return self.threads.submit(copy_context().run, question)


def composer() -> Composer:
    """Return the composer of the running application."""
    return cast(Composer, current_app.extensions[EXTENSION])


def _key(part: Part, principal: Principal, seen: Row[Any]) -> Hashable:
    rights = (principal.actions, principal.enterprise_id, principal.intermediary_id, principal.agency_id)
    return part.name, seen.id, getattr(seen, part.version), seen.touched, rights


def _fetch(part: Part, enterprise_id: str, *, deadline: float) -> bytes:
    answer = neighbours()[part.service].send("GET", part.path.format(id=enterprise_id), timeout=(1.0, deadline))
    if answer.status_code in NOTHING_THERE:
        return b"null"
    answer.raise_for_status()
    return answer.content


def _is_answered(future: Future[Any]) -> bool:
    if not future.done():
        future.cancel()
        return False
    problem = future.exception()
    if problem is not None and not isinstance(problem, (Unavailable, requests.RequestException)):
        raise problem
    return problem is None
