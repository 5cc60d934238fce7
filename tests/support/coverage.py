"""The gate of `make test`: how much of the code the tests must reach, line by line and branch by branch.

python -m tests.support.coverage build/coverage.json
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORST = 5  # files that are named when only a share is asked for

Files = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Floor:
    """The least share, in percent, of lines and branches in the files whose path matches."""

    name: str
    paths: re.Pattern[str]
    least: int

    def shortfall(self, files: Files) -> str:
        """Return what is missing, file by file; empty when nothing is."""
        ours = {path: report for path, report in sorted(files.items()) if self.paths.match(path)}
        if not ours:
            return f"{self.name}: the report names no such file. Measure with --cov and nothing left out."
        share = share_of(ours)
        if share >= self.least:
            return ""
        found = f"{self.name}: {share:.2f} % of lines and branches are reached by tests, {self.least} % are needed."
        places = unreached(ours) if self.least == 100 else least_reached(ours)
        return "\n  ".join([found, *places])


FLOORS = (
    Floor("rules and use cases", re.compile(r"services/\w+/(domain|use_cases)(/|\.py$)"), 100),
    Floor("the chassis", re.compile(r"shared/"), 90),
    Floor("everything", re.compile(r""), 90),
)


def share_of(files: Files) -> float:
    """Return which share of lines and branches was reached, in percent."""
    totals = [report["summary"] for report in files.values()]
    all_of_them = sum(total["num_statements"] + total["num_branches"] for total in totals)
    reached = sum(total["covered_lines"] + total["covered_branches"] for total in totals)
    return 100 * reached / all_of_them if all_of_them else 100.0


def unreached(files: Files) -> Iterator[str]:
    """Yield each file with its lines, and the branches of reached lines, that no test reaches."""
    for path, report in files.items():
        missing = set(report["missing_lines"])
        branches = [pair for pair in report["missing_branches"] if missing.isdisjoint(pair)]
        taken = [f"{start} to {end if end > 0 else 'the end'}" for start, end in branches]
        if missing or taken:
            parts = (("lines", runs(missing)), ("branches", taken))
            yield f"{path}: " + "; ".join(f"{kind} {', '.join(found)}" for kind, found in parts if found)


def runs(lines: set[int]) -> list[str]:
    """Return line numbers as runs: 7, 9-12."""
    firsts = sorted(line for line in lines if line - 1 not in lines)
    lasts = sorted(line for line in lines if line + 1 not in lines)
    return [str(first) if first == last else f"{first}-{last}" for first, last in zip(firsts, lasts, strict=True)]


def least_reached(files: Files) -> Iterator[str]:
    """Yield the files with the smallest shares."""
    shares = sorted((share_of({path: report}), path) for path, report in files.items())
    yield from (f"{path} {share:.0f} %" for share, path in shares[:WORST])


def check(files: Files) -> str:
    """Return one line of figures when every floor is reached; leave with what to do when one is not."""
    short = [text for floor in FLOORS if (text := floor.shortfall(files))]
    if short:
        advice = "Write the test that proves what these lines are for, or remove what nobody needs."
        raise SystemExit("\n".join([*short, advice]))
    shares = {
        floor.name: share_of({path: files[path] for path in files if floor.paths.match(path)}) for floor in FLOORS
    }
    return "Reached by tests: " + ", ".join(f"{name} {share:.1f} %" for name, share in shares.items())


if __name__ == "__main__":
    sys.stdout.write(check(json.loads(Path(sys.argv[1]).read_text("utf-8"))["files"]) + "\n")
