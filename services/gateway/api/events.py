"""The event stream of the pages (server-sent events), for those who look at the map.

One look at the newest position serves all streams of a process; a stream asks for events when there are some.

A stream holds a thread where threads serve (the embedded way to run), so only so many stay open
(``SISE_MOST_STREAMS``). Beyond that a stream answers what is new and ends; the browser comes again after
``retry`` and misses nothing, because it says where it was. In the full stack `sise stream gateway` serves streams
on green threads, where the number may be in the thousands.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import orjson
from flask import Response, current_app, request
from sqlalchemy import Row

from services.gateway.queries.stream import events_after, is_forgotten, newest_position
from shared.database import Database
from shared.http import Blueprint, principal
from shared.http.admission import admits
from shared.http.chassis import Chassis, chassis
from shared.security.principal import Principal

EXTENSION = "sise_streams"
RETRY_MILLISECONDS = 2_000
LOOK_EVERY = 0.2  # seconds

blp = Blueprint("events", __name__, url_prefix="/api/v1/events", description="What happens, as it happens")


class Lookout:
    """Knows how far the events have come; however many streams are open, the database is asked every 200 ms."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._looked_at = -LOOK_EVERY
        self._newest = 0

    def newest(self, database: Database, *, within: float = LOOK_EVERY) -> int:
        """Return the number of the last event, as of the last ``within`` seconds."""
        with self._turn:
            if time.monotonic() - self._looked_at >= within:
                self._newest = newest_position(database)
                self._looked_at = time.monotonic()
            return self._newest


@dataclass(frozen=True, slots=True)
class Streams:
    """``places`` are the streams that may stay open at once; the rest is in seconds.

    After ``longest`` the browser connects anew, and its rights are looked at again.
    """

    places: threading.Semaphore
    lookout: Lookout = field(default_factory=Lookout)
    look_every: float = LOOK_EVERY
    keep_alive_every: float = 15.0
    longest: float = 300.0


@blp.route("/stream", methods=["GET"])
@admits("map:read")
@blp.response(200, content_type="text/event-stream")
def event_stream() -> Response:
    """Events of the caller's area; ``Last-Event-ID`` goes on behind a position, ``reset`` says to load anew."""
    streams = cast(Streams, current_app.extensions[EXTENSION])
    listener, kept = principal(), chassis()
    last = request.headers.get("Last-Event-ID", "")
    has_place = streams.places.acquire(blocking=False)
    pieces = _tail(kept, listener, last=last, pace=streams if has_place else replace(streams, longest=0.0))
    response = Response(pieces, content_type="text/event-stream; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    if has_place:
        response.call_on_close(streams.places.release)
    return response


def _tail(kept: Chassis, listener: Principal, *, last: str, pace: Streams) -> Iterator[bytes]:
    """Tell what is new every 200 ms, at least once, for ``pace.longest`` seconds or until the process is to end."""
    database = kept.database
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    position, must_reset = _start(database, last, newest=pace.lookout.newest(database, within=0))
    yield _frame("reset", position, {}) if must_reset else _comment(position)
    ends = time.monotonic() + pace.longest
    spoke = time.monotonic()
    while True:
        heard: Sequence[Row[Any]] = ()
        if (newest := pace.lookout.newest(database)) > position:
            with database.reading() as session:
                heard, position = events_after(session, listener, position=position, newest=newest)
        if heard:
            yield b"".join(_told(event) for event in heard)
            spoke = time.monotonic()
        elif time.monotonic() - spoke > pace.keep_alive_every:
            yield _comment(position)
            spoke = time.monotonic()
        if time.monotonic() >= ends or kept.ending.is_set():
            return
        time.sleep(pace.look_every)


def _start(database: Database, last: str, *, newest: int) -> tuple[int, bool]:
    """Return where to begin, and whether the listener has missed what is no longer kept."""
    if not last:
        return newest, False
    with database.reading() as session:
        is_lost = not last.isdecimal() or is_forgotten(session, int(last), newest=newest)
    return (newest, True) if is_lost else (int(last), False)


def _told(event: Row[Any]) -> bytes:
    return _frame(event.kind, event.position, {**event.content, "at": event.at})


def _frame(kind: str, position: int, content: dict[str, Any]) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (position, kind.encode(), orjson.dumps(content))


def _comment(position: int) -> bytes:
    """Keep the connection, and let the browser remember how far it has come."""
    return b": alive\nid: %d\n\n" % position
