"""Migrated databases for tests: a service is migrated once per run, and every test gets a copy of that."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.database import Database, connect
from shared.database.migrate import migrate
from tests.support.postgresql import TestPostgreSQL
from tests.support.servers import RUN_DIRECTORY


def migrated_sqlite(path: Path, service: str) -> Database:
    """Return the database of `service` in the new file `path`."""
    with _only_one(f"{service}-sqlite") as template:
        if not template.exists():
            _migrate(f"sqlite:///{template}.new", service)
            Path(f"{template}.new").rename(template)
    shutil.copyfile(template, path)
    return connect(f"sqlite:///{path}")


def migrated_postgresql(server: TestPostgreSQL, service: str) -> Database:
    """Return a new database of `service` on `server`."""
    with _only_one(f"{service}-postgresql") as template:
        if not template.exists():
            url = server.create_database(service)
            _migrate(url, service)
            template.write_text(url.rpartition("/")[2])
    return connect(server.create_database(template=template.read_text()))


def _migrate(url: str, service: str) -> None:
    database = Database(url)
    migrate(database, service)
    database.close()


@contextmanager
def _only_one(name: str) -> Iterator[Path]:
    """Give the path of the run's template to one worker at a time."""
    template = Path(os.environ[RUN_DIRECTORY]) / f"{name}.template"
    with Path(f"{template}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield template
