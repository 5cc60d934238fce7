"""House style §5: everything stays small enough to be read at once."""

from collections import Counter
from collections.abc import Callable

import pytest

from shared.services import service_names
from tests.support.source import Function, lines_of, modules, nesting_of

CODE = ("services", "shared", "deploy")
ALL = (*CODE, "tests")
LINES_OF_A_FILE = 300
LINES_OF_A_TEST_FILE = 400
LINES_OF_A_FUNCTION = 40
LINES_OF_A_CLASS = 200
DEPTH = 3
PARAMETERS = 6
POSITIONAL = 2
POSITIONAL_IF_PRIVATE = 3
FILES_OF_A_SERVICE = 40
FILES_OF_A_LARGE_SERVICE = {
    "registry": 90,
    "inspections": 150,
    "permits": 120,
    "credit": 100,
    "gateway": 60,
}  # docs/adr/0009, 0011, 0013, 0014, 0015
CODE_LINES_OF_THE_CHASSIS = {  # docs/adr/0007
    "bus": 650,
    "cli": 400,
    "database": 570,
    "events": 900,
    "http": 1145,
    "lan": 130,
    "machines": 215,
    "running": 435,
    "security": 550,
    "sheets": 400,
    "work": 400,
    "single modules": 630,
}


class TestFiles:
    def test_are_short(self) -> None:
        assert [f"{each.path} {each.lines}" for each in modules(*CODE) if each.lines > LINES_OF_A_FILE] == []

    def test_of_tests_are_short(self) -> None:
        assert [f"{each.path} {each.lines}" for each in modules("tests") if each.lines > LINES_OF_A_TEST_FILE] == []

    @pytest.mark.parametrize("service", service_names())
    def test_of_a_service_are_few(self, service: str) -> None:
        apart = {
            "migrations",
            "rules",
            "pages",
        }  # house style §5; the pages of every domain live in the gateway, one file per domain
        files = [each for each in modules(f"services/{service}") if not apart & set(each.path.parts)]

        assert len(files) <= FILES_OF_A_LARGE_SERVICE.get(service, FILES_OF_A_SERVICE)

    def test_of_the_chassis_hold_few_lines(self) -> None:
        apart = ("shared.contracts", "shared.database.migrations")
        lines: Counter[str] = Counter()
        for each in modules("shared"):
            if not each.name.startswith(apart):
                lines[each.path.parts[1] if len(each.path.parts) > 2 else "single modules"] += each.code_lines

        assert {part: count for part, count in lines.items() if count > CODE_LINES_OF_THE_CHASSIS.get(part, 0)} == {}


class TestFunctions:
    def test_are_short(self) -> None:
        assert every(ALL, lambda one: lines_of(one) > LINES_OF_A_FUNCTION) == []

    def test_are_flat(self) -> None:
        assert every(ALL, lambda one: nesting_of(one) > DEPTH) == []

    def test_take_few_parameters(self) -> None:
        assert every(CODE, lambda one: len(parameters(one)) > PARAMETERS) == []

    def test_take_the_third_parameter_by_name(self) -> None:
        assert every(CODE, takes_too_many_by_place) == []


class TestClasses:
    def test_are_short(self) -> None:
        long = [each.at(one) for each in modules(*ALL) for one in each.classes() if lines_of(one) > LINES_OF_A_CLASS]

        assert long == []


def every(folders: tuple[str, ...], is_breaking: Callable[[Function], bool]) -> list[str]:
    """Return where the functions stand that break a law; migrations are lists of statements and do not count."""
    ours = [each for each in modules(*folders) if "migrations" not in each.path.parts]
    return [each.at(one) for each in ours for one in each.functions() if is_breaking(one)]


def takes_too_many_by_place(function: Function) -> bool:
    """Return whether the third parameter, or the fourth of a private function, may be given by place."""
    allowed = POSITIONAL_IF_PRIVATE if function.name.startswith("_") else POSITIONAL
    return len(positional(function)) > allowed and not is_fixed_elsewhere(function)


def positional(function: Function) -> list[str]:
    """Return the parameters that may be given by place, without what every caller has at hand."""
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"], ["session"]) else names


def parameters(function: Function) -> list[str]:
    """Return all named parameters, without `self` and `cls`."""
    return [*positional(function), *(one.arg for one in function.args.kwonlyargs)]


def is_fixed_elsewhere(function: Function) -> bool:
    """Return whether a caller that is not ours fixes the order: a decorated, a special or a nested function."""
    is_callback = any(one.arg.startswith("_") for one in function.args.args)
    return bool(function.decorator_list) or function.name.startswith("__") or is_callback
