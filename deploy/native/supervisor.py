"""Keeps programs running: what ends by itself is started again, with growing pauses when it ends at once."""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.native.programs import Program, stop

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
    due_at: float | None = None
    restarts: int = 0


@dataclass
class Supervisor:
    """Starts programs in order, keeps them running and stops them in reverse; `table` shows names and pids."""

    table: Path
    say: Callable[[str], None]
    _kept: list[_Kept] = field(default_factory=list)

    def start(self, programs: Sequence[Program]) -> None:
        """Start more programs; call it from the thread that will also call `keep`."""
        self._kept += [_Kept(program, program.start(), time.monotonic()) for program in programs]
        self._write_table()

    def keep(self, is_over: Callable[[float], bool]) -> None:
        """Watch until `is_over(seconds)`, which waits that long, says so."""
        while not is_over(LOOK_EVERY):
            for kept in self._kept:
                self._look_at(kept)

    def stop(self) -> None:
        """Stop everything, the last started first."""
        for kept in reversed(self._kept):
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
            self.say(f"{kept.program.name} ended ({kept.child.returncode}); starting it again in {kept.pause:.0f} s")
        elif now >= kept.due_at:
            self._start_again(kept, now)

    def _start_again(self, kept: _Kept, now: float) -> None:
        kept.child, kept.started_at, kept.due_at = kept.program.start(), now, None
        kept.restarts += 1
        self._write_table()

    def _write_table(self) -> None:
        rows = [{"name": one.program.name, "pid": one.child.pid, "restarts": one.restarts} for one in self._kept]
        fresh = self.table.with_suffix(".new")
        fresh.write_text(json.dumps(rows, indent=1))
        fresh.replace(self.table)
