"""Our own descendants: who they are, what they used, and how they all end. Nobody else's process is touched."""

import ctypes
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h


@dataclass(frozen=True)
class Use:
    """What one process has used so far: seconds of CPU, and the largest resident memory in bytes."""

    pid: int
    command: str
    cpu: float
    peak_memory: int


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none can be lost sight of."""
    ctypes.CDLL(None, use_errno=True).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)


def descendants(root: int) -> list[int]:
    """Return the pids of all living descendants of `root`, parents before children."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found[1:]


def use_of(pid: int) -> Use | None:
    """Return what a process has used; None when it is gone."""
    fields = _stat(pid)
    if not fields or fields[0] == "Z":
        return None
    try:
        command = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        status = (PROC / str(pid) / "status").read_text()
    except OSError:
        return None
    peaks = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")]
    return Use(pid, command, (int(fields[11]) + int(fields[12])) / TICKS, peaks[0] if peaks else 0)


def uses(root: int) -> dict[int, Use]:
    """Return what each living descendant of `root` has used, by pid."""
    return {pid: use for pid in descendants(root) if (use := use_of(pid))}


def end_descendants(*, seconds: float = 15) -> int:
    """Ask all our descendants to stop, kill those that do not, and return how many there were."""
    started = descendants(os.getpid())
    for how, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        for pid in descendants(os.getpid()):
            _signal(pid, how)
        deadline = time.monotonic() + patience
        while _collect() and time.monotonic() < deadline:
            time.sleep(0.1)
    return len(started)


def _collect() -> bool:
    """Bury dead children; return whether descendants are left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return False
    return True


def _signal(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the state on; empty when the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
