"""The gate of `make test`: how much of the code the tests must reach, line by line and branch by branch.

python -m tests.support.coverage build/reached                   the floors of everything
python -m tests.support.coverage build/reached services/risk     what is not reached below a folder
"""

import ast
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from coverage import Coverage, CoverageData
from coverage.python import PythonFileReporter
from coverage.results import analysis_from_file_reporter

from tests.support.marks import INTO, LINE, MEASURED, PAST
from tests.support.source import ROOT, is_ours

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
            return f"{self.name}: the report names no such file. Run `make test`, nothing left out."
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


def reports(directory: Path) -> Files:
    """Return what coverage.py says of every file of the product, by what the processes wrote that ran tests."""
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for written in directory.glob("*.json"):
        for path, kind, line in json.loads(written.read_text("utf-8")):
            found[path].add((kind, line))
    ours = (path for folder in MEASURED for path in (ROOT / folder).rglob("*.py") if is_ours(path))
    counted = [path for path in ours if "migrations" not in path.parts]
    with ProcessPoolExecutor() as pool:
        told = pool.map(report_of, counted, [found[str(path)] for path in counted], chunksize=20)
        return {str(path.relative_to(ROOT)): report for path, report in zip(counted, told, strict=True)}


def report_of(path: Path, found: Set[tuple[str, int]]) -> dict[str, Any]:
    """Return what coverage.py says of a file of which these marks were come by, each told by its kind and line."""
    reporter = PythonFileReporter(str(path), usual())
    data = CoverageData(no_disk=True)
    lines = [(-1, line) for kind, line in found if kind == LINE]
    data.add_arcs({str(path): [*lines, *taken(reporter, found)]})
    analysis = analysis_from_file_reporter(data, 2, reporter, str(path))
    missing = analysis.missing_branch_arcs()
    return {
        "summary": {
            "num_statements": analysis.numbers.n_statements,
            "num_branches": analysis.numbers.n_branches,
            "covered_lines": analysis.numbers.n_executed,
            "covered_branches": analysis.numbers.n_executed_branches,
        },
        "missing_lines": sorted(analysis.missing),
        "missing_branches": [(start, end) for start, ends in sorted(missing.items()) for end in ends],
    }


@cache
def usual() -> Coverage:
    """Return coverage.py with its own idea of what counts: no stubs, nothing that is there for the type checker."""
    return Coverage(data_file=None, branch=True, config_file=False)


def taken(reporter: PythonFileReporter, found: Set[tuple[str, int]]) -> Iterator[tuple[int, int]]:
    """Yield the branches of a file that were taken, and whose end was reached; others count as not taken."""
    arcs = reporter.arcs()
    for start, inside in blocks(ast.walk(ast.parse(reporter.source()))):
        ends = {end for begin, end in arcs if begin == start}
        is_known = inside in ends
        for end in ends if is_known else ():
            if (INTO if end == inside else PAST, start) in found and (end < 0 or (LINE, end) in found):
                yield start, end


def blocks(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, int]]:
    """Yield each line that opens a block and may go past it, and the line on which the block begins."""
    for node in nodes:
        match node:
            case ast.If() | ast.For() | ast.AsyncFor() | ast.While() | ast.ExceptHandler():
                yield node.lineno, first_line(node.body[0])
            case ast.match_case():
                yield node.pattern.lineno, first_line(node.body[0])


def first_line(statement: ast.stmt) -> int:
    """Return the first line of a statement, its decorators included."""
    return min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))])


def below(folder: str, files: Files) -> str:
    """Return what of the files below ``folder`` no test reached, a line for each file."""
    ours = {path: report for path, report in sorted(files.items()) if path.startswith(folder)}
    return "\n".join([*unreached(ours), f"{folder}: {share_of(ours):.1f} % reached"])


if __name__ == "__main__":
    found = reports(Path(sys.argv[1]))
    sys.stdout.write((below(sys.argv[2], found) if sys.argv[2:] else check(found)) + "\n")
