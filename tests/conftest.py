"""Fixtures for every tier: private servers, and the markers that follow from what a test uses."""

import gc
import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog

from shared.database import Database
from tests.support import marks
from tests.support.databases import Begin, Made, begun, let_go, migrated_postgresql, migrated_sqlite, reused_home
from tests.support.distribution import FilesInOrder, groups_first, is_below
from tests.support.postgresql import TestPostgreSQL
from tests.support.rabbitmq import TestRabbitMQ
from tests.support.servers import make_run_directory, private, shared_by_workers

ALLOCATIONS_PER_COLLECTION = 50_000  # of garbage: looking for it in all that was collected takes a fifth of the time
UNIT = Path(__file__).parent / "unit"
INTEGRATION = Path(__file__).parent / "integration"
CONTRACT = Path(__file__).parent / "contract"
SYSTEM = Path(__file__).parent / "system"
SWEPT = ("authorisation", "fuzzing", "events/test_state_machine.py")
SWEEPS = tuple(INTEGRATION / name for name in SWEPT)
LONG = {  # by service, the files that take longest; `make test-fast` leaves them to `make test`
    "chassis": ("api_process", "commands", "stopping", "worker_process"),
    "events": ("idling", "worker"),
    "gateway": ("composition", "file_of_work", "works"),
    "inspections": (
        *("assessments", "document_effects", "documents", "month_tallies", "objections", "plan_months", "planning"),
        *("reviews", "tallies", "transfers", "visit_reports"),
    ),
    "lan": ("lan",),
    "permits": ("acceptance", "guardians", "papers", "permit_clocks", "permit_rows", "permits", "suspensions"),
    "registry": ("importing", "other_imports"),
    "risk": ("policies", "watching"),
}
LONG_CHAINS = tuple(CONTRACT / f"test_{name}.py" for name in ("credit", "dynamic_rules", "permit_chains"))
LONG_FILES = tuple(INTEGRATION / folder / f"test_{name}.py" for folder, names in LONG.items() for name in names)
UNMEASURED = ("unmeasured", "system", "sweep", "browser")


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a directory of its own; workers of pytest-xdist find the one of the run that started them."""
    config.addinivalue_line("markers", "system: starts the whole system")
    config.addinivalue_line("markers", "long: one of the files that take longest")
    config.addinivalue_line("markers", "measured: on PostgreSQL it reaches what no test reaches on SQLite")
    config.addinivalue_line("markers", "unmeasured: what it reaches does not count")
    config.addinivalue_line("markers", "sweep: goes through every route of every service, or many stories")
    gc.set_threshold(ALLOCATIONS_PER_COLLECTION, 20, 20)
    if not hasattr(config, "workerinput"):
        directory = make_run_directory()
        config.add_cleanup(lambda: shutil.rmtree(directory))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FilesInOrder:
    """Let whole files go to a worker."""
    return FilesInOrder(config, log)


def pytest_sessionstart() -> None:
    """Let log lines go to the standard library as short text: structlog's own default draws tracebacks for minutes."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they use; those that share one node, or a whole system of a kind, run in one worker."""
    for item in items:
        used = {*getattr(item, "fixturenames", ()), *values_of(item)}
        for server in ("postgresql", "rabbitmq"):
            if server in used:
                item.add_marker("broker" if server == "rabbitmq" else server)
        if item.get_closest_marker("broker"):
            item.add_marker(pytest.mark.xdist_group("broker"))
        if is_below(item.path, SYSTEM):
            item.add_marker("system")
            item.add_marker(pytest.mark.xdist_group("stack" if "stack" in used else "system"))
            item.add_marker(pytest.mark.timeout(7200 if "SISE_FULL_VOLUME" in os.environ else 900))
        if is_below(item.path, UNIT):
            item.add_marker("disable_socket")
        if is_below(item.path, *SWEEPS):
            item.add_marker("sweep")
    mark_long(items)
    mark_unmeasured(items)
    groups_first(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure coverage only where a test is there to reach its code.

    A whole system reaches by chance what its services' own tests must reach, and a test that runs on both databases
    reaches the same twice. What such a test read once and for all is read again where it counts.
    """
    if marks.DIRECTORY not in os.environ or not any(item.get_closest_marker(name) for name in UNMEASURED):
        return (yield)
    unread = [one for one in every_cache(len(sys.modules)) if not one.cache_info().currsize]
    try:
        with marks.unheeded():
            return (yield)
    finally:
        for one in unread:
            one.cache_clear()


def pytest_sessionfinish() -> None:
    """Write what the tests of this process have reached."""
    marks.write()


@cache
def every_cache(_modules: int) -> list[Any]:
    """Return the functions of the product that keep what they have read, as long as so many modules are loaded."""
    ours = [module for name, module in list(sys.modules.items()) if name.startswith(("services.", "shared."))]
    return [one for module in ours for one in vars(module).values() if type(one) is type(every_cache)]


def mark_long(items: list[pytest.Item]) -> None:
    """Mark the tests of the files that take longest."""
    for item in items:
        if is_below(item.path, *LONG_FILES, *LONG_CHAINS):
            item.add_marker("long")


def mark_unmeasured(items: list[pytest.Item]) -> None:
    """Let a test that runs on both databases count on SQLite, unless it is marked as ``measured`` on both."""
    counted = {
        name_of(item) for item in items if "sqlite" in values_of(item) and not item.get_closest_marker("measured")
    }
    for item in items:
        if "postgresql" in values_of(item) and name_of(item) in counted:
            item.add_marker("unmeasured")


def name_of(item: pytest.Item) -> str:
    """Return the name of a test without its parameters."""
    return item.nodeid.partition("[")[0]


def values_of(item: pytest.Item) -> set[str]:
    """Return the words among the parameters of a test: a kind of database may be one of them."""
    call = getattr(item, "callspec", None)
    return {value for value in call.params.values() if isinstance(value, str)} if call else set()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop when pytest-xdist has not put the groups into the names: every worker would start all servers."""
    gc.freeze()  # modules and tests stay to the end: nobody needs to look for garbage among them
    for item in session.items if hasattr(session.config, "workerinput") else ():
        if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
            pytest.exit(f"{item.nodeid} is in no group: pytest-xdist does not fit this pytest")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[TestPostgreSQL]:
    """Return the run's private PostgreSQL; `.create_database(name)` gives the URL of a new database."""
    with shared_by_workers(TestPostgreSQL, name="postgresql") as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[TestRabbitMQ]:
    """Return a private RabbitMQ with an empty virtual host `sise`; `.import_definitions(…)` fills it."""
    with private(TestRabbitMQ) as node:
        yield node


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Let the test run once on SQLite and once on PostgreSQL."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database of each kind."""
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: TestPostgreSQL = request.getfixturevalue("postgresql")
    return server.create_database()


@pytest.fixture
def open_database(database_kind: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Database]]:
    """Return a function that gives a migrated database of a service, of each kind."""
    opened: list[Database] = []

    def open_one(service: str) -> Database:
        name = f"{service}_{len(opened)}_{os.getpid()}"
        if database_kind == "sqlite":
            opened.append(migrated_sqlite(reused_home() / name, service))
        else:
            opened.append(migrated_postgresql(request.getfixturevalue("postgresql"), service, name=name))
        return opened[-1]

    yield open_one
    for database in opened:
        let_go(database)


@pytest.fixture
def begin_with(database: Database, request: pytest.FixtureRequest) -> Begin:
    """Return a function that makes what all tests of a file begin with: once, and each test gets a copy of it.

    It goes by the name of what it calls, which must do the same for every test, and asks for nothing from before.
    """

    def begin(make: Callable[[], Made]) -> Made:
        return begun(database, make, by=request.path)

    return begin
