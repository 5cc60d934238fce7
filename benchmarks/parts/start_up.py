"""P9: how soon the embedded system lets somebody in once it is installed, and how much memory it takes."""

import os
import secrets
import subprocess
import time
from pathlib import Path

import requests

from benchmarks.full_stack import User
from benchmarks.processes import Use, uses
from benchmarks.results import Report
from benchmarks.setting import Setting
from deploy.native.programs import Program, free_port, stop, wait_until
from deploy.stack import ROOT, SISE

TARGET_SECONDS, TARGET_MEMORY, TARGET_IDLE = 5, 350, 5
MEGABYTE = 2**20
STARTS = 3
IDLE_SECONDS = 20


def measure(setting: Setting) -> Report:
    """Return the time of the first start, which makes the databases, and of later ones; memory; use when idle."""
    report = Report("P9")
    embedded = EmbeddedProcess(setting.home / "home", setting.home / "run.log")
    first = embedded.start()
    embedded.stop()
    later = []
    for _ in range(STARTS):
        later.append(embedded.start())
        embedded.stop()
    report.at_most("ready after the first start (databases are made)", first, TARGET_SECONDS, unit=" s")
    report.at_most(
        f"ready after a later start, middle of {STARTS}", sorted(later)[STARTS // 2], TARGET_SECONDS, unit=" s"
    )
    embedded.start()
    embedded.user.get("map/summary")
    before = embedded.cpu()
    time.sleep(IDLE_SECONDS)
    idle = 100 * (embedded.cpu() - before) / IDLE_SECONDS
    report.at_most("memory after a log-in", embedded.memory() / MEGABYTE, TARGET_MEMORY, unit=" MB")
    report.compare("one core's time used when idle", f"{idle:.1f} %")
    embedded.stop()
    return report


class EmbeddedProcess:
    """`sise run` in a home of its own, as `make run` starts it when everything is installed."""

    def __init__(self, home: Path, log: Path) -> None:
        self.password = secrets.token_urlsafe(24)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.user = User(self.address, self.password)
        own = {"SISE_HOME": str(home), "SISE_PORT": str(port), "SISE_ADMIN_PASSWORD": self.password}
        self._program = Program("embedded", (SISE, "run"), log, own, directory=ROOT)
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and return the seconds until it says that it is ready and the administrator is let in."""
        began = time.monotonic()
        self._child = self._program.start()
        wait_until(self._is_ready, seconds=120, sentence=f"sise run does not answer: {self._program.log}")
        return time.monotonic() - began

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self._child is not None:
            stop(self._child, seconds=60)
            self._child = None

    def memory(self) -> int:
        """Return its largest resident memory so far, in bytes, with its children's."""
        return sum(use.peak_memory for use in self._uses())

    def cpu(self) -> float:
        """Return the seconds of processor time that it has used."""
        return sum(use.cpu for use in self._uses())

    def _uses(self) -> list[Use]:
        return list(uses(os.getpid()).values())

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.address}/readyz", timeout=2).ok and self.user.can_log_in()
        except requests.RequestException:
            return False
