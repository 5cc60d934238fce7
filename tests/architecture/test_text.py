"""Laws about words and calls: what may stand where, and what may stand nowhere."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.source import Function, Module, mentions, modules, text_files

CODE = ("services", "shared", "deploy")
FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "process",
    "data",
    "info",
    "misc",
}
REGISTRY_HOSTS = re.compile(r"(pypi|pythonhosted|npmjs|registry\.npm|deb\.debian|archive\.ubuntu)\.(org|com|io)")
ASSERTING = re.compile(r"Assert\(|'(raises|expect|until|warns|assert\w*|verify\w*|check\w*|wait_\w+)'")
# Where a handler of a service may fail for any reason: the event is put aside, the timer or the job tried later.
MAY_CATCH_ALL = {
    "shared/worker.py _run",
    "shared/worker.py _recover",
    "shared/events/consumption.py _handle",
    "shared/events/consumption.py _try",
    "shared/events/parked.py _attempt",
    "shared/work/jobs.py run_step",
    "shared/work/timers.py _run_next",
}
EXCUSES = tuple(f"mark.{name}" for name in ("skip", "skipif", "xfail"))
UNFINISHED = tuple(f"{first}{second}" for first, second in (("TO", "DO"), ("FIX", "ME")))


def calls(module: Module, *names: str) -> list[str]:
    """Return where the module calls one of the dotted names, compared from their end."""
    return [module.at(node) for node in module.nodes if isinstance(node, ast.Call) and _ends(node, names)]


def _ends(call: ast.Call, names: tuple[str, ...]) -> bool:
    called = f".{ast.unparse(call.func)}"
    return any(called.endswith(f".{name}") for name in names)


def every_test() -> Iterator[tuple[Module, Function]]:
    """Give every test with its module."""
    for module in modules("tests"):
        yield from ((module, one) for one in module.functions() if one.name.startswith("test_"))


def swallows_all(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler takes every exception and does not simply raise it again."""
    is_broad = handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")
    return is_broad and ast.unparse(handler.body[-1]) != "raise"


class TestNames:
    def test_of_modules_say_what_is_inside(self) -> None:
        assert [each.name for each in modules(*CODE, "tests") if FORBIDDEN_NAMES & set(each.name.split("."))] == []

    def test_of_variables_say_what_they_are(self) -> None:
        vague = {"info", "tmp", "foo", "bar", "obj", "stuff"}
        places = [
            f"{each.path}:{node.lineno} {node.id}"
            for each in modules(*CODE)
            for node in each.nodes
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in vague
        ]

        assert places == []


class TestTransactions:
    def test_are_committed_only_by_the_chassis(self) -> None:
        assert [place for each in modules("services") for place in calls(each, "commit", "rollback")] == []


class TestSettings:
    def test_are_the_only_reader_of_the_environment(self) -> None:
        readers = [each for each in modules("services", "shared") if "os.environ" in each.text or "getenv" in each.text]

        assert [each.name for each in readers if not each.name.endswith(".settings")] == []


class TestErrors:
    def test_are_all_caught_in_the_loops_of_the_chassis_only(self) -> None:
        places = {
            f"{each.path} {function.name}"
            for each in modules(*CODE)
            for function in each.functions()
            for node in ast.walk(function)
            if isinstance(node, ast.ExceptHandler) and swallows_all(node)
        }

        assert places == MAY_CATCH_ALL

    def test_are_never_caught_by_the_dozen(self) -> None:
        broad = re.compile(r"except( Exception| BaseException)?( as \w+)?:")
        loops = ("shared.bus", "shared.events", "shared.worker", "shared.work", "shared.http.problems")

        outside = [each for each in modules(*CODE) if not each.name.startswith(loops)]

        assert [each.name for each in outside if broad.search(each.text)] == []


class TestRepository:
    def test_names_no_package_registry(self) -> None:
        ours = [(path, text) for path, text in text_files() if path.name not in ("test_text.py", "uv.lock")]

        assert [str(path) for path, text in ours if REGISTRY_HOSTS.search(text)] == []

    def test_has_nothing_left_to_do(self) -> None:
        code = [(path, text) for path, text in text_files() if path.suffix == ".py"]

        assert [str(path) for path, text in code if any(mentions(text, word) for word in UNFINISHED)] == []


class TestTests:
    def test_assert_something(self) -> None:
        idle = [module.at(one) for module, one in every_test() if not ASSERTING.search(ast.dump(one))]

        assert idle == []

    def test_never_sleep_or_patch_our_code(self) -> None:
        banned = ("time.sleep", "mock.patch", "patch.object", "monkeypatch.setattr")

        # What waits on a condition has to pause between two looks; it stands in tests/support.
        tests = [each for each in modules("tests") if not each.name.startswith("tests.support")]

        assert [place for each in tests for place in calls(each, *banned)] == []

    def test_are_never_left_out(self) -> None:
        assert [each.name for each in modules("tests") if any(excuse in each.text for excuse in EXCUSES)] == []

    @pytest.mark.parametrize("tier", ["unit", "integration", "architecture"])
    def test_are_short(self, tier: str) -> None:
        ours = [(module, one) for module, one in every_test() if f"tests/{tier}" in str(module.path)]

        long = [module.at(one) for module, one in ours if one.end_lineno and one.end_lineno - one.lineno > 30]

        assert long == []
