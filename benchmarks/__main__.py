"""`make bench`, or `python -m benchmarks --only P2,P3`: measures part by part and writes RESULTS.md
after each.

Each part runs in a process of its own with a time limit. Whatever it started has ended before the next part
begins, even if the part was stopped or died: orphans come to this process, and it ends them.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import machine_facts
from benchmarks.parts import PARTS, Part
from benchmarks.processes import adopt_orphans, end_descendants
from benchmarks.results import Report, Verdict, document, table
from benchmarks.setting import say

RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> int:
    """Measure what was asked for; the exit status is 1 when something could not be measured."""
    chosen = _arguments()
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    machine = machine_facts()
    if chosen.quick:
        machine.append("A trial run with a tenth of the work: these figures prove nothing.")
    reports: list[Report] = []
    try:
        for name in chosen.only:
            reports.append(_measure(PARTS[name], is_quick=chosen.quick))
            chosen.output.write_text(document(reports, machine=machine))
    finally:
        end_descendants()
    rows = [row for report in reports for row in report.rows]
    print(table(rows))
    return int(any(row.verdict is Verdict.NOT_MEASURED for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    listed = ", ".join(f"{part.name} ({part.title})" for part in PARTS.values())
    parser.add_argument("--only", type=_names, default=list(PARTS), help=f"parts, comma between: {listed}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, to try the benchmark itself")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write the results")
    return parser.parse_args()


def _names(text: str) -> Sequence[str]:
    names = text.upper().split(",")
    if unknown := set(names) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no part is named {', '.join(sorted(unknown))}")
    return names


def _measure(part: Part, *, is_quick: bool) -> Report:
    """Run one part in a fresh folder that the account of the database server may pass, and clean up after it."""
    say(f"{part.name}: {part.title} (at most {part.minutes:g} minutes)")
    home = Path(tempfile.mkdtemp(prefix="sise-bench-"))
    home.chmod(0o711)
    try:
        return _run(part, home, is_quick=is_quick)
    finally:
        end_descendants()
        shutil.rmtree(home, ignore_errors=True)


def _run(part: Part, home: Path, *, is_quick: bool) -> Report:
    written = home / "report.json"
    command = [sys.executable, "-m", "benchmarks.run_part", part.name, "--home", str(home), "--report", str(written)]
    try:
        status = subprocess.run([*command, *["--quick"] * is_quick], timeout=part.minutes * 60, check=False).returncode
    except subprocess.TimeoutExpired:
        return _failed(part, f"stopped after {part.minutes:g} minutes")
    if status != 0 or not written.exists():
        return _failed(part, f"ended with status {status}; what it said is above")
    return Report.from_json(json.loads(written.read_text()))


def _failed(part: Part, why: str) -> Report:
    report = Report(part.name)
    report.failed(f"{part.title}: {why}")
    return report


if __name__ == "__main__":
    sys.exit(main())
