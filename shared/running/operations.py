"""What an operator can do to a running system. Each function writes, so it belongs into the process that runs.

Arguments and results are JSON. ``carry_out`` decides where: in the process that works in the home, or here when
nobody does (the full stack, where the database itself keeps writers apart).
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from shared.clock import Clock
from shared.database import Database, connect
from shared.declarations import Declarations
from shared.events import parked, reconcile, resync
from shared.events.handlers import Handlers
from shared.running.control import send
from shared.running.home import find_running
from shared.security.keys import entrust
from shared.services import load, service_names
from shared.settings import ServiceSettings, environment


def settings_of(service: str, variables: Mapping[str, str] | None = None) -> ServiceSettings:
    """Return the settings of a service as this process, or ``variables``, describe them."""
    return load(service).settings_from_env(environment() if variables is None else variables)


def carry_out(operation: str, **arguments: Any) -> Mapping[str, Any]:
    """Carry out an operation where it belongs and return its result; raises what the operation refuses."""
    settings = settings_of(service_names()[0])
    running = find_running(settings.home) if settings.is_embedded else None
    if running is None:
        return OPERATIONS[operation](**arguments)
    return send(running.control_port, operation, arguments=arguments, secret_key=settings.secret_key)


def replay_parked(service: str, *, parked_id: str = "", event_type: str = "") -> dict[str, Any]:
    """Handle one parked event again, or all of one type, or all; return how many worked and how many did not."""
    database, declarations = _open(service)
    now = _clock().now()
    handlers = Handlers(resync.with_resync(declarations))
    if not parked_id:
        worked, failed = parked.replay_all(database, handlers, now=now, event_type=event_type)
        return {"replayed": worked, "failed": failed}
    worked = parked.replay(database, handlers, parked_id=parked_id, now=now)
    return {"replayed": int(worked), "failed": int(not worked)}


def drop_parked(service: str, *, parked_id: str) -> dict[str, Any]:
    """Give up one parked event for good."""
    database, _ = _open(service)
    with database.transaction() as session:
        parked.drop(session, parked_id)
    return {"dropped": parked_id}


def ask_for_state(service: str, *, source: str = "") -> dict[str, Any]:
    """Let a service ask its producers, or one of them, for their present state; return the event types asked for."""
    database, declarations = _open(service)
    with database.transaction() as session:
        types = resync.ask_again(session, declarations, now=_clock().now(), source=source)
    return {"service": service, "asked_for": types}


def compare_events(*, patience: float, repair: bool = False) -> dict[str, Any]:
    """Compare what every service sent with what every other one has; with ``repair`` send again what is missing.

    It writes only when it repairs, so without that it may be called beside a running process.
    """
    parts = reconcile.parts_of(environment())
    return reconcile.reconcile(parts, clock=_clock(), patience=patience, repair=repair).as_document()


def advance_clock(seconds: float) -> dict[str, Any]:
    """Move the clock of a demonstration or test home forward; raises ``ClockFixed`` elsewhere."""
    clock = _clock()
    offset = clock.advance(timedelta(seconds=seconds))
    return {"offset_seconds": offset.total_seconds(), "now": clock.now().isoformat()}


OPERATIONS: Mapping[str, Callable[..., Mapping[str, Any]]] = {
    operation.__name__: operation
    for operation in (replay_parked, drop_parked, ask_for_state, compare_events, advance_clock)
}


def _open(service: str) -> tuple[Database, Declarations]:
    settings = settings_of(service)
    database = connect(settings.database_url)
    entrust(database, settings.secret_key)
    return database, load(service).declarations()


def _clock() -> Clock:
    settings = settings_of(service_names()[0])
    return Clock(settings.home, movable=settings.is_demo)
