"""Marks tell the same as coverage.py's own tracing."""

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from coverage import Coverage
from coverage.python import PythonFileReporter
from coverage.results import analysis_from_file_reporter

from tests.support import marks
from tests.support.coverage import report_of

SAMPLE = '''"""What a file of ours may hold."""

from __future__ import annotations

import typing
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Wanted(typing.Protocol):
    """A stub."""

    def give(self) -> int: ...


@cache
def choose(
    value: object,
) -> str:
    """Say something."""
    if value == 1:
        return "one"
    elif value == 2:
        found = "two"
    else:
        found = (
            "more"
            if value
            else "none"
        )
    if found != "two":
        found += "!"
    return found


def match(value: object) -> object:
    match value:
        case int():
            found = 1
        case [first, *_] if first:
            found = first
        case str():
            @cache
            def answer() -> object:
                return value

            found = answer()
        case _:
            return [*walk(3)]
    return found


def open_match(value: object) -> None:
    match value:
        case 1:
            value = 2
        case 2 | 3:
            value = 3


def walk(last: int) -> Iterator[int]:
    for number in range(last):
        if number == 1:
            continue
        if number > 4:
            break
        yield number
    else:
        yield -1
    while last > 0:
        last -= 2
    while True:
        with open(__file__) as file:
            if file.readline():
                break


def attempt(value: object) -> object:
    try:
        with open(__file__):
            if value is None:
                raise KeyError
            1 / int(value)
    except KeyError:
        return "key"
    except (
        TypeError,
        ValueError,
    ) as problem:
        value = [part for part in problem.args if part]
    except ZeroDivisionError:
        value = 0
    else:
        value = sorted([1, 2], key=lambda one: -one)
    finally:
        if value:
            value = str(value)
        done = True
    return value


def leave(value: object) -> object:
    try:
        if value == 0:
            return value
    finally:
        if value:
            value = None
    return value
'''
CALLS = [
    "",
    "choose(1)",
    "choose(2)",
    "choose(0); choose(3)",
    "match(1)",
    "match([7])",
    "match('a')",
    "match([0])",
    "match(1); match([7]); match('a'); match(None)",
    "open_match(1)",
    "open_match(3)",
    "open_match(1); open_match(2)",
    "[*walk(0)]",
    "[*walk(1)]",
    "[*walk(9)]",
    "next(walk(2))",
    "attempt(None)",
    "attempt('a')",
    "attempt(0)",
    "attempt(1)",
    "attempt(None); attempt([]); attempt('a'); attempt(0); attempt(1)",
]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Return the file that is measured."""
    path = tmp_path / "sample.py"
    path.write_text(SAMPLE, "utf-8")
    return path


@pytest.fixture
def kept() -> Iterator[None]:
    """Leave what is reached by other tests as it was."""
    before = marks.known.copy()
    yield
    marks.known[:] = before


def run(path: Path, calls: str, *, loader: Any = None) -> None:
    spec = spec_from_file_location(path.stem, path, loader=loader)
    assert spec
    assert spec.loader
    module: ModuleType = module_from_spec(spec)
    spec.loader.exec_module(module)
    exec(calls, vars(module))


def traced(path: Path, calls: str) -> dict[str, Any]:
    """Return what coverage.py says when it traces."""
    coverage = Coverage(data_file=None, branch=True, config_file=False, include=[str(path)])
    coverage.start()
    try:
        run(path, calls)
    finally:
        coverage.stop()
    found = analysis_from_file_reporter(coverage.get_data(), 2, PythonFileReporter(str(path), coverage), str(path))
    branches = sorted((start, end) for start, ends in found.missing_branch_arcs().items() for end in ends)
    return {"lines": sorted(found.missing), "branches": branches, "of": found.numbers.n_branches}


def marked(path: Path, calls: str) -> dict[str, Any]:
    """Return what coverage.py says when marks tell it what was reached."""
    run(path, calls, loader=marks.Loader(path.stem, str(path)))
    found = {(kind, line) for place, kind, line in marks.come_by() if place == str(path)}
    report = report_of(path, found)
    branches = sorted(report["missing_branches"])
    return {"lines": report["missing_lines"], "branches": branches, "of": report["summary"]["num_branches"]}


@pytest.mark.usefixtures("kept")
class TestMarks:
    @pytest.mark.parametrize("calls", CALLS)
    def test_tell_what_tracing_tells(self, sample: Path, calls: str) -> None:
        assert marked(sample, calls) == traced(sample, calls)

    def test_do_not_tell_where_the_end_of_finally_leads(self, sample: Path) -> None:
        last = SAMPLE.count("\n")

        assert (last - 2, last) in marked(sample, "leave(0); leave(1); leave('')")["branches"]

    def test_are_forgotten_where_they_are_not_heeded_but_for_what_the_import_did(self, sample: Path) -> None:
        with marks.unheeded():
            heeded = marked(sample, "choose(1)")["lines"]

        kept = {line for place, _kind, line in marks.come_by() if place == str(sample)}
        opening, returning = (SAMPLE[: SAMPLE.index(text)].count("\n") + 1 for text in ("def choose", 'return "one"'))
        assert ({opening, returning} & kept, returning in heeded) == ({opening}, False)

    def test_stand_where_they_stood_when_the_code_of_the_file_was_kept(self, sample: Path) -> None:
        first, second = marked(sample, "choose(1)"), marked(sample, "choose(1)")

        assert (first, [*sample.parent.rglob("*.opt-marked.pyc")] != []) == (second, not sys.dont_write_bytecode)

    def test_stand_elsewhere_when_the_file_has_changed(self, sample: Path) -> None:
        marked(sample, "")
        marks.known.pop()
        sample.write_text("first = 1\n\n\nif first > 1:\n    second = 2\n", "utf-8")

        assert marked(sample, "") == traced(sample, "")

    def test_stand_in_the_modules_of_the_product_alone(self) -> None:
        assert marks.Finder.find_spec("tests.conftest") is None
