"""The message side of a service: relay, consumers, timers and jobs, each loop on a thread of its own.

A loop outlives every fault of broker and database: it logs, closes what it holds, waits a little longer each time
and goes on. Health is progress, not connection: a loop that has not come round for a minute is unwell, and a
consumer that gets nothing while its queue holds something connects anew.
"""

import random
import threading
import time
from collections.abc import Callable, Collection

import structlog

from shared import metrics
from shared.bus import Bus, BusDown, Channel
from shared.bus.opening import open_bus
from shared.clock import Clock
from shared.database import connect
from shared.database.faults import Fault, fault_of
from shared.events import parked, resync
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.events.lag import measure
from shared.events.relay import PublishFailed, Relay
from shared.security.keys import entrust
from shared.services import Service
from shared.settings import ServiceSettings
from shared.work import jobs, timers
from shared.work.retention import Forgetting

logger = structlog.get_logger(__name__)
ROLES = frozenset({"relay", "consume", "timers", "jobs"})
POLL = 0.05  # how long, in seconds, an event written by another process may lie in the outbox unseen
IDLE = 0.5
UPKEEP = 1.0  # how long what is due, or what a command wrote beside an embedded system, may lie unseen
MEASURE_EVERY = 5.0
SILENCE = 30.0  # after so long without a message a consumer looks whether there should have been one
UNWELL_AFTER = 60.0
LONGEST_PAUSE = 15.0
STOP_PATIENCE = 30.0


class Worker:
    """Runs the loops of one service; several workers may live in one process.

    ``only`` names roles out of ``ROLES``. ``bus`` replaces the one that the settings name.
    """

    def __init__(
        self,
        service: Service,
        settings: ServiceSettings,
        *,
        only: Collection[str] | None = None,
        bus: Bus | None = None,
    ) -> None:
        self._roles = ROLES if only is None else frozenset(only)
        if not self._roles <= ROLES:
            raise ValueError(f"a worker has the roles {', '.join(sorted(ROLES))}")
        self._name = service.name
        self._database = connect(settings.database_url)
        entrust(self._database, settings.secret_key)
        self._is_embedded = settings.is_embedded
        self._clock = Clock(settings.home, movable=settings.is_demo)
        self._declarations = resync.with_resync(service.declarations())
        self._declarations.check()
        self._handlers = Handlers(self._declarations)
        self._forgetting = Forgetting(
            self._database,
            keep_event_log=settings.keep_event_log,
            keep_inbox=settings.keep_inbox,
            started_at=self._clock.now(),
        )
        self._bus = bus or open_bus(service.name, settings)
        self._stopping = threading.Event()
        self._measured_at = 0.0
        self._loops = self._make_loops()
        # Only the relay follows every commit: all loops looking at once cost an event more than its own way.
        self._woken = [loop.wake.set for loop in self._loops if loop.name == f"{self._name}.relay"]

    def start(self) -> None:
        """Start the loops; returns at once, whether or not broker and database answer."""
        self._database.after_commit += self._woken
        for loop in self._loops:
            loop.thread.start()
        logger.info("worker started", service=self._name, loops=[loop.name for loop in self._loops])

    def stop(self) -> None:
        """Let every loop end what it has begun, and wait for that up to 30 s."""
        self._stopping.set()
        for loop in self._loops:
            loop.wake.set()
        deadline = time.monotonic() + STOP_PATIENCE
        for loop in self._loops:
            loop.thread.join(max(0.0, deadline - time.monotonic()))
        for wake in self._woken:
            self._database.after_commit.remove(wake)

    def health(self) -> dict[str, float]:
        """Return how many seconds ago each loop last came round without trouble."""
        now = time.monotonic()
        return {loop.name: now - loop.moved_at for loop in self._loops}

    def is_well(self) -> bool:
        """Return whether every loop is alive and has come round within the last minute."""
        return all(loop.thread.is_alive() for loop in self._loops) and max(self.health().values()) < UNWELL_AFTER

    def _make_loops(self) -> list["_Loop"]:
        loops: list[_Loop] = []
        if "relay" in self._roles:
            relay = Relay(self._name, self._database, self._bus.publisher(), clock=self._clock)
            # Embedded, whoever writes is in this process and wakes the relay; a command beside it does not.
            pause = UPKEEP if self._is_embedded else POLL
            loops.append(self._loop("relay", lambda: relay.turn() > 0, pause=pause, release=relay.close))
        if "consume" in self._roles:
            channels = [channel for channel in Channel if not (self._is_embedded and channel is Channel.DEAD)]
            loops += [self._consuming(channel) for channel in channels]
            loops.append(self._loop("upkeep", self._keep_up, pause=UPKEEP))
        if "timers" in self._roles:
            loops.append(self._loop("timers", self._run_timers, pause=UPKEEP))
        if "jobs" in self._roles:
            loops.append(self._loop("jobs", self._run_job, pause=UPKEEP))
        return loops

    def _loop(
        self, name: str, turn: Callable[[], bool], *, pause: float, release: Callable[[], None] = lambda: None
    ) -> "_Loop":
        return _Loop(f"{self._name}.{name}", turn, pause=pause, release=release, stopping=self._stopping)

    def _consuming(self, channel: Channel) -> "_Loop":
        consumption = Consumption(
            self._database,
            self._bus.consumer(channel),
            self._handlers,
            clock=self._clock,
            channel=channel,
            stopping=self._stopping,
        )
        watched = _Watched(self._name, channel, consumption)
        return self._loop(f"consume {channel}", watched.turn, pause=0, release=consumption.close)

    def _run_timers(self) -> bool:
        return timers.run_due(self._database, self._declarations, now=self._clock.now()) > 0

    def _run_job(self) -> bool:
        return jobs.run_step(self._database, self._declarations, now=self._clock.now())

    def _keep_up(self) -> bool:
        """Try waiting events again, ask new sources for their state, measure the backlog, forget what is old."""
        now = self._clock.now()
        parked.retry_due(self._database, self._handlers, now=now)
        if time.monotonic() - self._measured_at > MEASURE_EVERY:
            self._measured_at = time.monotonic()
            resync.ask_when_new(self._database, self._declarations, now=now)
            measure(self._name, self._database, now=now)
        return self._forgetting.turn(now)


class _Watched:
    """A consumer that connects anew when it gets nothing although its queue holds something."""

    def __init__(self, service: str, channel: Channel, consumption: Consumption) -> None:
        self._lag = metrics.QUEUE_ROWS.labels(service, channel.value)
        self._consumption = consumption
        self._heard_at = self._looked_at = time.monotonic()

    def turn(self) -> bool:
        now = time.monotonic()
        if self._consumption.turn(IDLE):
            self._heard_at = now
            return True
        if now - self._looked_at > MEASURE_EVERY:
            self._looked_at = now
            waiting = self._consumption.waiting()
            self._lag.set(waiting)
            if waiting and now - self._heard_at > SILENCE:
                self._heard_at = now
                raise BusDown(f"{waiting} messages wait and none is delivered")
        return False


class _Loop:
    """Calls ``turn`` for ever: again at once when it did something, else when woken or after ``pause`` seconds."""

    def __init__(
        self,
        name: str,
        turn: Callable[[], bool],
        *,
        pause: float,
        release: Callable[[], None],
        stopping: threading.Event,
    ) -> None:
        self.name = name
        self.wake = threading.Event()
        self.moved_at = time.monotonic()
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._turn, self._pause, self._release, self._stopping = turn, pause, release, stopping
        self._progress = metrics.LOOP_PROGRESS.labels(*name.split(".", 1))

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self.wake.clear()
                is_busy = self._turn()
            except Exception as problem:  # noqa: BLE001 - a loop outlives everything; what failed is repeated
                failures += 1
                self._recover(problem, failures)
                continue
            failures = 0
            self.moved_at = time.monotonic()
            self._progress.set_to_current_time()
            if not is_busy:
                self.wake.wait(self._pause)
        self._release()

    def _recover(self, problem: Exception, failures: int) -> None:
        pause = min(0.1 * 2**failures, LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311 - not a secret
        is_outage = isinstance(problem, BusDown | PublishFailed) or fault_of(problem) is not Fault.OWN
        logger.warning(
            "loop interrupted",
            loop=self.name,
            error=repr(problem)[:500],
            failures=failures,
            exc_info=None if is_outage else problem,
        )
        try:
            self._release()
        except Exception as trouble:  # noqa: BLE001 - what cannot even be closed is replaced anyway
            logger.warning("loop could not let go", loop=self.name, error=repr(trouble)[:500])
        self._stopping.wait(pause)
