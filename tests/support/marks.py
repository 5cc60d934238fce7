"""Which lines and branches of the product are reached: told by marks in its code instead of by tracing.

While a tracer is set, the interpreter stops at every line, of libraries too, and a test takes almost twice as long; a
mark takes some nanoseconds. Which lines and branches there are, and which of them count, coverage.py says
(`tests.support.coverage`). Nothing is marked unless the surroundings say where to write what was reached.
"""

import ast
import hashlib
import json
import marshal
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import cache_from_source
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, cast

DIRECTORY = "SISE_TESTS_REACHED"
MEASURED = ("services", "shared")
NAME = "_reached_by_tests"
LINE, INTO, PAST = "line", "into", "past"  # a statement; from a line into the block that it opens, and past that block
UNTOLD = "untold"  # past a block to a place that is not known


@dataclass(slots=True)
class Marks:
    """The marks in one file: which of the three each is, on which line, and which were come by."""

    path: str
    places: Sequence[tuple[str, int]]
    names: dict[str, Any]  # of the module
    reached: list[int] = field(init=False)  # 1 for each that was come by
    imported: list[int] = field(init=False)  # and those that were when the module was imported, which happens once

    def __post_init__(self) -> None:
        """Begin with none."""
        self.reached, self.imported = [0] * len(self.places), [0] * len(self.places)


known: list[Marks] = []


def begin() -> None:
    """Put marks into every module of the product that is imported from now on, if that is asked for."""
    if DIRECTORY in os.environ:
        sys.meta_path.insert(0, Finder())


def write() -> None:
    """Write what this process has reached, if that is asked for."""
    if DIRECTORY in os.environ:
        directory = Path(os.environ[DIRECTORY])
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{os.getpid()}.json").write_text(json.dumps(come_by()), "utf-8")


def come_by() -> list[tuple[str, str, int]]:
    """Return the places of the marks that were come by."""
    return [(one.path, *place) for one in known for place, mark in zip(one.places, one.reached, strict=True) if mark]


@contextmanager
def unheeded() -> Iterator[None]:
    """Let the marks leave no trace meanwhile, except for what modules do when they are imported."""
    before = known.copy()
    elsewhere = [0] * max((len(one.places) for one in before), default=0)
    for one in before:
        one.names[NAME] = elsewhere
    try:
        yield
    finally:
        for one in before:
            one.names[NAME] = one.reached
        for one in known[len(before) :]:
            one.reached[:] = one.imported


class Finder:
    """Finds the modules that get marks."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        """Return where such a module is; None for every other."""
        if name.partition(".")[0] not in MEASURED or ".migrations" in name:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec and spec.origin and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(name, spec.origin)
        return spec


class Loader(SourceFileLoader):
    """Loads a module with marks in it."""

    def exec_module(self, module: ModuleType) -> None:
        """Run a module whose marks find their list."""
        path = self.get_filename(module.__name__)
        places, code = code_of(path, self.get_data(path))
        marks = Marks(os.path.realpath(path), places, vars(module))
        known.append(marks)
        vars(module)[NAME] = marks.reached
        exec(code, vars(module))
        marks.imported[:] = marks.reached


def code_of(path: str, source: bytes) -> tuple[Sequence[tuple[str, int]], CodeType]:
    """Return the marks of a file and its code with them, kept beside other compiled code until one of both changes."""
    place = Path(cache_from_source(path, optimization="marked"))
    origin = hashlib.sha256(own_source() + source).digest()
    if place.exists() and (content := place.read_bytes()).startswith(origin):
        return cast("tuple[list[tuple[str, int]], CodeType]", marshal.loads(content[len(origin) :]))
    marker = Marker()
    tree = ast.fix_missing_locations(marker.visit(ast.parse(source)))
    found = (marker.places, compile(tree, path, "exec", dont_inherit=True))
    if not sys.dont_write_bytecode:
        place.parent.mkdir(exist_ok=True)
        unfinished = place.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(origin + marshal.dumps(found))
        unfinished.rename(place)
    return found


@cache
def own_source() -> bytes:
    """Return the source of this file, which says where marks go."""
    return Path(__file__).read_bytes()


class Marker(ast.NodeTransformer):
    """Puts marks before the statements of a file and at both ends of its branches."""

    def __init__(self) -> None:
        self.places: list[tuple[str, int]] = []

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Mark the blocks of a node, and then where it may go."""
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, name, None), list):
                setattr(node, name, [*self._marked(block)])
        match node:
            case ast.If() | ast.For() | ast.AsyncFor() | ast.While():
                node.body[:0] = self._marks(INTO, [node.lineno])
                node.orelse[:0] = self._marks(PAST, [node.lineno])
            case ast.Try() | ast.TryStar():
                self._mark_choices(node.handlers, [one.lineno for one in node.handlers])
                self._leave_open(node.finalbody[-1:])
            case ast.Match():
                self._mark_choices(node.cases, [one.pattern.lineno for one in node.cases])
        return node

    def _mark_choices(self, choices: Sequence[ast.ExceptHandler | ast.match_case], lines: Sequence[int]) -> None:
        """Mark each choice that is made: it was looked at, as were those before it, which were passed."""
        for place, choice in enumerate(choices):
            looked_at, here, before = lines[: place + 1], [lines[place]], lines[:place]
            marks = [*self._marks(LINE, looked_at), *self._marks(INTO, here), *self._marks(PAST, before)]
            choice.body[:0] = marks

    def _leave_open(self, ending: Sequence[ast.stmt]) -> None:
        """Let no branch count as passed at the end of `finally`: whether it goes on, returns or raises is not told."""
        lines = [range(one.lineno, (one.end_lineno or 0) + 1) for one in ending]
        for number, (kind, line) in enumerate(self.places):
            if kind == PAST and any(line in each for each in lines):
                self.places[number] = (UNTOLD, line)

    def _marked(self, block: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        for one in block:
            lines = {one.lineno, *(each.lineno for each in getattr(one, "decorator_list", ()))}
            match one:
                case ast.Expr(value=ast.Constant()):  # a docstring is the first, and no code
                    yield one
                case ast.ImportFrom(module="__future__"):
                    yield from (one, *self._marks(LINE, lines))
                case _:
                    yield from (*self._marks(LINE, lines), one)

    def _marks(self, kind: str, lines: Iterable[int]) -> Iterator[ast.stmt]:
        for line in lines:
            (statement,) = ast.parse(f"{NAME}[{len(self.places)}] = 1").body
            self.places.append((kind, line))
            yield _moved(statement, line)


def _moved(statement: ast.stmt, line: int) -> ast.stmt:
    for node in ast.walk(statement):
        for name in ("lineno", "end_lineno"):
            if hasattr(node, name):
                setattr(node, name, line)
    return statement
