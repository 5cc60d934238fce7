"""Keeps programs running: what ends by itself is started again, with growing pauses when it ends at once."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.native.programs import Program, ask_to_stop, stop, sweep

SHORTEST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
SETTLED_AFTER = 30.0
LOOK_EVERY = 0.2


@dataclass
class _Kept:
    program: Program
    child: subprocess.Popen[bytes]
    started_at: float
    pause: float = SHORTEST_PAUSE
    stage: int = 0
    due_at: float | None = None
    restarts: int = 0


@dataclass
class Supervisor:
    """Starts programs, keeps them running, stops the last started ones first; `table` shows names and pids."""

    table: Path
    say: Callable[[str], None]
    _kept: list[_Kept] = field(default_factory=list)

    def start(self, programs: Sequence[Program]) -> None:
        """Start more programs; call it from the thread that will also call `keep`."""
        stage = max((kept.stage for kept in self._kept), default=0) + 1
        self._kept += [_Kept(program, program.start(), time.monotonic(), stage=stage) for program in programs]
        self._write_table()

    def keep(self, is_over: Callable[[float], bool]) -> None:
        """Watch until `is_over(seconds)`, which waits that long, says so."""
        while not is_over(LOOK_EVERY):
            for kept in self._kept:
                self._look_at(kept)

    def stop(self) -> None:
        """Stop everything: what was started together at once, the last started first."""
        for stage in sorted({kept.stage for kept in self._kept}, reverse=True):
            ending = [kept for kept in self._kept if kept.stage == stage]
            for kept in ending:
                ask_to_stop(kept.child, how=kept.program.stop_signal)
            for kept in ending:
                stop(kept.child, how=kept.program.stop_signal)
        self._kept.clear()
        self.table.unlink(missing_ok=True)

    def _look_at(self, kept: _Kept) -> None:
        if kept.child.poll() is None:
            return
        now = time.monotonic()
        if kept.due_at is None:
            kept.pause = SHORTEST_PAUSE if now - kept.started_at > SETTLED_AFTER else min(kept.pause * 2, LONGEST_PAUSE)
            kept.due_at = now + kept.pause
            sweep(kept.child, how=signal.SIGTERM)
            self.say(f"{kept.program.name} ended ({kept.child.returncode}); starting it again in {kept.pause:.0f} s")
        elif now >= kept.due_at:
            self._start_again(kept, now)

    def _start_again(self, kept: _Kept, now: float) -> None:
        sweep(kept.child, how=signal.SIGKILL)
        kept.child, kept.started_at, kept.due_at = kept.program.start(), now, None
        kept.restarts += 1
        self._write_table()

    def _write_table(self) -> None:
        rows = [{"name": one.program.name, "pid": one.child.pid, "restarts": one.restarts} for one in self._kept]
        fresh = self.table.with_suffix(".new")
        fresh.write_text(json.dumps(rows, indent=1))
        fresh.replace(self.table)
