"""Where the time went: a sampling profile of running processes, and the processor time that each process used."""

import os
import re
import signal
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.environments import HERE, python_of
from benchmarks.processes import Use, uses
from benchmarks.results import Profile, Report
from benchmarks.setting import say

LINES = 15
LEAST_CPU = 0.2
RECORDING = ("record", "--format", "raw", "--rate", "100", "--gil", "--nonblocking", "--duration", "unlimited")
# Nobody waits while stacks are read: a name may be any text from memory taken anew meanwhile, also of many lines.
SAMPLE = re.compile(r"^(?P<stack>\S.*) (?P<count>\d+)$", re.MULTILINE)
SHOWN_AS = (
    (re.compile(r"postgres: (\S+) (\S+) "), r"PostgreSQL, connection of \1"),
    (re.compile(r"postgres: (.*?) *$"), r"PostgreSQL, \1"),
    (re.compile(r".*/postgres .*"), "PostgreSQL, postmaster"),
    (re.compile(r".*beam\.smp.*"), "RabbitMQ"),
    (re.compile(r".*/sise (\w+) (\w+).*"), r"sise \1 \2"),
    (re.compile(r".*/py-spy .*"), "the profiler"),
    (re.compile(r".*multiprocessing.spawn.*"), "event path: relay or consumer"),
)


@contextmanager
def profile_missed(report: Report, pids: Mapping[str, int], *, folder: Path) -> Iterator[None]:
    """Sample the Python stacks of these processes while the block runs, and add the profiles to the report."""
    say(f"{report.part}: a target is missed; measuring again under the profiler")
    profiler = str(python_of(HERE / "tools").with_name("py-spy"))
    files = {name: folder / f"profile-{pid}.txt" for name, pid in pids.items()}
    recorders = [
        subprocess.Popen(
            [profiler, *RECORDING, "--output", str(files[name]), "--pid", str(pid)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, pid in pids.items()
    ]
    with processor_time(report):
        yield
    for recorder in recorders:
        recorder.send_signal(signal.SIGINT)
        recorder.wait(30)
    report.profiles += [Profile(f"Stacks of the {name}", summary(file)) for name, file in files.items()]


@contextmanager
def processor_time(report: Report) -> Iterator[None]:
    """Add to the report what processor time each of our processes used while the block ran."""
    before = uses(os.getpid())
    yield
    after = uses(os.getpid())
    used: dict[str, float] = defaultdict(float)
    for pid, use in after.items():
        used[_shown(use)] += use.cpu - (before[pid].cpu if pid in before else 0)
    lines = [
        f"{seconds:8.1f} s  {name}"
        for name, seconds in sorted(used.items(), key=lambda one: -one[1])
        if seconds >= LEAST_CPU
    ]
    report.profiles.append(Profile("Processor time by process", "\n".join(lines)))


def _shown(use: Use) -> str:
    for pattern, name in SHOWN_AS:
        if match := pattern.match(use.command):
            return match.expand(name)
    return use.command[:80]


def summary(file: Path) -> str:
    """Return the functions in which most samples were taken: alone, and with what they call."""
    alone: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    for sample in SAMPLE.finditer(file.read_text() if file.exists() else ""):
        frames, count = sample["stack"].split(";"), int(sample["count"])
        alone[frames[-1]] += count
        inside.update(dict.fromkeys(frames, count))
    total = sum(alone.values())
    if not total:
        return "no samples"
    return f"alone\n{_ranking(alone, total)}\nwith what it calls\n{_ranking(inside, total)}"


def _ranking(samples: Counter[str], total: int) -> str:
    return "\n".join(f"{100 * count / total:5.1f} %  {frame}" for frame, count in samples.most_common(LINES))
