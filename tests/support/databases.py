"""Migrated databases for tests: a service is migrated once per run, and every test gets a copy of that.

A process uses the same few addresses again and again, so that statements and applications stay compiled.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from shared.database import Database, connect
from shared.database.migrate import migrate
from tests.support.postgresql import TestPostgreSQL
from tests.support.servers import RUN_DIRECTORY


def migrated_sqlite(path: Path, service: str) -> Database:
    """Return the database of `service` in the file `path`, which is made anew."""
    with _only_one(f"{service}-sqlite") as template:
        if not template.exists():
            _migrate(f"sqlite:///{template}.new", service)
            Path(f"{template}.new").rename(template)
    database = connect(f"sqlite:///{path}")
    database.close()
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    shutil.copyfile(template, path)
    if not event.contains(database.engine, "connect", _without_waiting_for_the_disk):
        event.listen(database.engine, "connect", _without_waiting_for_the_disk)
    return database


def migrated_postgresql(server: TestPostgreSQL, service: str, *, name: str = "") -> Database:
    """Return a database of `service` on `server`: a new one, or the one called `name` made anew."""
    with _only_one(f"{service}-postgresql") as template:
        if not template.exists():
            url = server.create_database(service)
            _migrate(url, service)
            template.write_text(url.rpartition("/")[2])
    if not name:
        return connect(server.create_database(template=template.read_text()))
    database = connect(server.url(name))
    database.close()
    server.replace_database(name, template=template.read_text())
    return database


def reused_home() -> Path:
    """Return the directory of this process for databases that are made anew for each test."""
    home = Path(os.environ[RUN_DIRECTORY]) / f"process-{os.getpid()}"
    home.mkdir(exist_ok=True)
    return home


def _migrate(url: str, service: str) -> None:
    database = Database(url)
    migrate(database, service)
    database.close()


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def _only_one(name: str) -> Iterator[Path]:
    """Give the path of the run's template to one worker at a time."""
    template = Path(os.environ[RUN_DIRECTORY]) / f"{name}.template"
    with Path(f"{template}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield template
