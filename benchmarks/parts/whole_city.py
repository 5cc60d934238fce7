"""P1: a city's business register through the full stack, from upload to map; P3b: an alarm in the middle of it.

The clock runs from the answer to the upload until the map counts every enterprise with its grade, and every
outbox, log and queue is worked off. Meanwhile the registry emits an urgent event every second: an older version of
an enterprise that exists, which travels the whole way and changes nothing.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.full_stack import BenchmarkStack, User
from benchmarks.profiles import processor_time, profile_missed
from benchmarks.register import write_register
from benchmarks.results import Report, number
from benchmarks.setting import Setting, quantile, say
from shared import ids
from shared.clock import Clock
from shared.contracts.registry import EnterpriseDeregistered
from shared.database import connect
from shared.events.outbox import publish

ROWS = 190_000
TARGET_SECONDS, TARGET_MEMORY, TARGET_ALARM = 60, 200, 1.0
MEGABYTE = 2**20
PATIENCE = 600
ALARM_EVERY = 1.0
WATCHED = ("registry-worker", "risk-worker", "gateway-worker")


def measure(setting: Setting) -> Report:
    """Return the time of the import, the memory of its worker and the delay of alarms."""
    report = Report("P1")
    register = setting.home / "register.csv"
    rows = setting.size(ROWS)
    write_register(register, rows=rows)
    say(f"P1: {rows:,} rows, {register.stat().st_size / MEGABYTE:.0f} MB")
    with BenchmarkStack(setting.home / "stack") as stack:
        city = _City(stack, User(f"http://127.0.0.1:{stack.port}", stack.password))
        with processor_time(report):
            seconds = city.bring_in(register, rows)
        report.at_most(f"{rows:,} register rows, from upload to map", seconds, TARGET_SECONDS, unit=" s")
        memory = stack.use("registry-worker").peak_memory / MEGABYTE
        report.at_most("largest memory of the registry's worker", memory, TARGET_MEMORY, unit=" MB")
        _tell_alarms(report, city)
        report.notes += city.notes
    if report.has_missed:
        _explain(setting, report, rows)
    return report


def _tell_alarms(report: Report, city: "_City") -> None:
    if not city.delays:
        report.failed("an alarm while P1 runs: none was delivered")
        return
    p50, p95 = quantile(city.delays, 0.5), quantile(city.delays, 0.95)
    report.at_most(f"P3b: an alarm while P1 runs, p95 of {len(city.delays)}", p95, TARGET_ALARM, unit=" s")
    report.notes.append(f"Alarms: p50 {p50:.3f} s, largest {max(city.delays):.3f} s.")


def _explain(setting: Setting, report: Report, rows: int) -> None:
    """Import into a second, fresh stack under the profiler."""
    with BenchmarkStack(setting.home / "profiled") as stack:
        city = _City(stack, User(f"http://127.0.0.1:{stack.port}", stack.password))
        pids = {name: stack.use(name).pid for name in WATCHED}
        with profile_missed(report, pids, folder=setting.home):
            city.bring_in(setting.home / "register.csv", rows)


@dataclass
class _City:
    stack: BenchmarkStack
    user: User
    delays: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def bring_in(self, register: Any, rows: int) -> float:
        """Import the register and return the seconds until everything has arrived; raise when anything is lost."""
        self.user.get("map/summary")
        sent = time.monotonic()
        import_id = self.user.upload("registry/imports", register)["id"]
        began = time.monotonic()
        self.notes.append(f"Upload through the gateway, before the clock starts: {began - sent:.1f} s.")
        is_over = threading.Event()
        alarms = threading.Thread(target=self._raise_alarms, args=(is_over,))
        alarms.start()
        try:
            self._wait_until_arrived(import_id, rows, began)
        finally:
            is_over.set()
            alarms.join()
        seconds = time.monotonic() - began
        self._prove_nothing_is_lost(import_id, rows)
        return seconds

    def _wait_until_arrived(self, import_id: str, rows: int, began: float) -> None:
        steps = (
            ("rows imported", lambda: self._state(import_id) != "running"),
            ("events relayed by the registry", lambda: self._is_relayed("registry")),
            ("all enterprises graded", lambda: self._graded() >= rows),
            ("events relayed by risk", lambda: self._is_relayed("risk")),
            ("all enterprises with their grade on the map", lambda: self._on_map() >= rows),
            ("every event handled by every listener", lambda: self.stack.on_the_way() <= 0),
        )
        for title, is_done in steps:
            while not is_done():
                if time.monotonic() - began > PATIENCE:
                    raise TimeoutError(f"P1 waits for: {title}")
                time.sleep(0.25)
            self._note(title, time.monotonic() - began)

    def _note(self, title: str, seconds: float) -> None:
        self.notes.append(f"After {number(seconds)} s: {title}.")
        say(f"P1 after {seconds:.1f} s: {title}")

    def _state(self, import_id: str) -> str:
        return str(self.user.get(f"registry/imports/{import_id}")["state"])

    def _is_relayed(self, service: str) -> bool:
        """Return whether nothing lies in the outbox and the cursors have reached the end of the log."""
        statement = """SELECT NOT EXISTS (SELECT FROM outbox) AND NOT EXISTS (
            SELECT FROM event_log WHERE position > coalesce((SELECT max(position) FROM relay_cursor
                                                             WHERE relay_cursor.lane = event_log.lane), 0))"""
        return bool(self.stack.value(service, statement))

    def _graded(self) -> int:
        query = "SELECT count(*) FROM event_log WHERE type = 'risk.enterprise_graded.v1'"
        return int(self.stack.value("risk", query))

    def _on_map(self) -> int:
        """Return how many enterprises the map counts once the grade of every one of them is known to it."""
        ungraded = "SELECT count(*) FROM enterprise_view WHERE risk_version = 0"
        if self.stack.value("gateway", ungraded):
            return 0
        summary = self.user.get("map/summary")
        assert sum(summary["by_level"].values()) == summary["enterprises"], summary
        return int(summary["enterprises"])

    def _prove_nothing_is_lost(self, import_id: str, rows: int) -> None:
        """Raise unless all rows were accepted and the product's own proof finds nothing missing."""
        progress = self.user.get(f"registry/imports/{import_id}")
        assert progress["accepted"] == rows, progress
        found = self.stack.reconcile()
        assert not any(found[end] for end in ("missing", "pending", "parked")), found
        levels = self.user.get("map/summary")["by_level"]
        self.notes.append(f"Rows accepted: {rows:,}; missing, pending and parked events: 0; levels: {levels}.")

    def _raise_alarms(self, is_over: threading.Event) -> None:
        """Emit an urgent event every second from the database of the registry and time its way to risk and gateway."""
        database = connect(self.stack.postgresql.url("registry"))
        while not is_over.wait(ALARM_EVERY):
            known = self.stack.rows("registry", "SELECT id, uscc, name FROM enterprise LIMIT 1")
            if known:
                self.delays.append(self._one_alarm(database, *map(str, known[0])))
        database.close()

    def _one_alarm(self, database: Any, enterprise_id: str, uscc: str, name: str) -> float:
        event = EnterpriseDeregistered(enterprise_id=enterprise_id, uscc=uscc, name=name, division="331002")
        event_id = ids.new_id()
        with database.transaction() as session:
            event_id = publish(session, event, sequence=0, at=Clock().now())
        committed = time.monotonic()
        for service in ("risk", "gateway"):
            while not self.stack.value(service, "SELECT count(*) FROM inbox WHERE event_id = :id", id=event_id):
                if time.monotonic() - committed > PATIENCE:
                    raise TimeoutError(f"an alarm did not arrive at {service}")
                time.sleep(0.01)
        return time.monotonic() - committed
