"""Numbered migrations: first the chassis' own, then the service's, each with a version table of its own.

PostgreSQL: one advisory lock serialises migrations of a database, and a short lock timeout keeps a waiting
migration from stopping everybody else. SQLite: the whole upgrade is one immediate transaction.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from shared.database import Database

CHASSIS_FOLDER = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x5153E  # any fixed number; advisory locks are per database
VERSION_TABLES = ("chassis_version", "service_version")


def migrate(database: Database, service: str, *, to: str = "head") -> None:
    """Bring ``database`` to the newest revision of the chassis and to revision ``to`` of ``service``.

    A revision below the present one is a downgrade of the service's tables.
    """
    folder = migration_folder(service)
    with database.engine.connect() as connection, connection.begin():
        if database.is_postgresql:
            connection.execute(text("SET LOCAL lock_timeout = '4s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        _move(connection, CHASSIS_FOLDER, "chassis_version", to="head")
        if any(folder.glob("[0-9]*.py")):
            _move(connection, folder, "service_version", to=to)


def migration_folder(service: str) -> Path:
    """Return the folder with the numbered migrations of ``service``."""
    return Path(str(import_module(f"services.{service}").__file__)).parent / "migrations"


def is_current(database: Database, service: str) -> bool:
    """Return whether every migration of chassis and service has been applied."""
    with database.engine.connect() as connection:
        applied = [_applied(connection, version_table) for version_table in VERSION_TABLES]
    return applied == [_heads(folder) for folder in (CHASSIS_FOLDER, migration_folder(service))]


def _applied(connection: Connection, version_table: str) -> set[str]:
    return set(MigrationContext.configure(connection, opts={"version_table": version_table}).get_current_heads())


def _heads(folder: Path) -> set[str]:
    return set(_scripts(folder).get_heads()) if any(folder.glob("[0-9]*.py")) else set()


def _scripts(folder: Path) -> ScriptDirectory:
    return ScriptDirectory(str(folder), version_locations=[str(folder)])


def _move(connection: Connection, folder: Path, version_table: str, *, to: str) -> None:
    scripts = _scripts(folder)

    def steps(current: Any, _context: MigrationContext) -> Any:
        is_older = to != "head" and current and to < current[0]
        return scripts._downgrade_revs(to, current) if is_older else scripts._upgrade_revs(to, current)

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, version_table=version_table, transaction_per_migration=False)
        environment.run_migrations()
