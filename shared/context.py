"""What a request or a message is part of: carried beside the call, put on every log line and every event."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trace:
    """``correlation_id`` names the whole story, ``causation_id`` the event that led here, ``actor`` who began it."""

    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str = ""
    actor: str = ""


_NOTHING = Trace()
_trace: ContextVar[Trace] = ContextVar("trace", default=_NOTHING)


def current() -> Trace:
    """Return the trace of the running request, message, timer or command."""
    return _trace.get()


@contextmanager
def bind(trace: Trace) -> Iterator[Trace]:
    """Make ``trace`` the current one until the block ends."""
    token = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(token)
