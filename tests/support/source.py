"""The source of the repository as syntax trees, for the tests that prove the house style."""

import ast
import os
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".cache", ".venv", "node_modules", "vendor", "__pycache__", "build", "htmlcov", "sise.egg-info"}
NOT_OURS |= {".mypy_cache", ".ruff_cache", ".hypothesis", ".pytest_cache", "test-results"}
UNREADABLE = {".png", ".jpg", ".ico", ".mo", ".woff2", ".db", ".xlsx", ".pyc", ".zip"}
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match, ast.AsyncFor, ast.AsyncWith)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: its path below the root, its dotted name and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree."""
        return tuple(ast.walk(self.tree))

    @property
    def name(self) -> str:
        """The dotted name of the module."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def lines(self) -> int:
        """The number of lines of the file."""
        return len(self.text.splitlines())

    @property
    def code_lines(self) -> int:
        """The number of lines that hold code: no blank lines, comments or docstrings."""
        used: set[int] = set()
        for token in tokenize.generate_tokens(StringIO(self.text).readline):
            if token.type not in NO_CODE:
                used.update(range(token.start[0], token.end[0] + 1))
        return len(used - set(self._docstring_lines()))

    def _docstring_lines(self) -> Iterator[int]:
        for node in self.nodes:
            if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node) is not None:
                yield from range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)

    def functions(self) -> Iterator[Function]:
        """Give every function and method."""
        return (node for node in self.nodes if isinstance(node, Function))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Give every class."""
        return (node for node in self.nodes if isinstance(node, ast.ClassDef))

    def imports(self) -> set[str]:
        """Return the full names of everything that is imported, also inside functions."""
        names: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        return names

    def at(self, node: ast.AST) -> str:
        """Return `path:line name` of a node, to be shown when a law is broken."""
        return f"{self.path}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', '')}".rstrip()


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Return the Python files of these folders that belong to the repository."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if is_ours(path)]
    return tuple(_parse(path) for path in found)


def is_ours(path: Path) -> bool:
    """Return whether a path is written by us: not downloaded, not built."""
    return not NOT_OURS & set(path.relative_to(ROOT).parts)


def lines_of(node: ast.AST) -> int:
    """Return how many lines a function or class takes, without its decorators."""
    return (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1


def nesting_of(function: Function) -> int:
    """Return how deep blocks lie in each other; an `elif` is as deep as its `if`."""
    return max((_depth(child) for child in function.body), default=0)


def _depth(node: ast.stmt) -> int:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return 0
    inner = max((_depth(child) for child in _blocks_below(node)), default=0)
    return inner + (1 if isinstance(node, BLOCKS) else 0)


def _blocks_below(node: ast.stmt) -> Iterator[ast.stmt]:
    for name in ("body", "orelse", "finalbody"):
        children = getattr(node, name, [])
        if name == "orelse" and len(children) == 1 and isinstance(children[0], ast.If):
            yield from _blocks_below(children[0])
        else:
            yield from children
    for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield from part.body


@cache
def text_files() -> tuple[tuple[Path, str], ...]:
    """Return path and text of every file of the repository that people read."""
    return tuple(
        (path.relative_to(ROOT), path.read_text("utf-8", "replace"))
        for path in _walk()
        if path.suffix not in UNREADABLE
    )


def _walk() -> Iterator[Path]:
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name not in NOT_OURS and not name.startswith(".sise")]
        yield from (Path(folder, file) for file in sorted(files))


def mentions(text: str, word: str) -> bool:
    """Return whether a word stands in a text, not as part of a longer one."""
    return re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", text) is not None


@cache
def _parse(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(path.relative_to(ROOT), text, ast.parse(text))
