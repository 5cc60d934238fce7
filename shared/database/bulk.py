"""Set-based writing of many rows: one statement for a thousand rows instead of a thousand statements.

PostgreSQL takes rows by COPY, straight into the table or into a temporary stage that is then merged; SQLite takes
them by one prepared statement. Values are bound by the column's type, so documents and moments may be passed as
Python objects.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import JSON, Column, Table, TypeDecorator
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

Row = Mapping[str, Any]


def insert_rows(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert ``rows`` (mappings with the same column names) into ``table``."""
    if not rows:
        return
    if _is_postgresql(session):
        _copy(session, table, list(rows[0]), rows, into=table.name)
    else:
        session.connection().execute(table.insert(), list(rows))


def upsert_rows(
    session: Session, table: Table, rows: Sequence[Row], *, key: Sequence[str], newer: str | None = None
) -> None:
    """Insert ``rows`` or update those whose ``key`` exists; ``rows`` are unique by ``key``.

    With ``newer`` an existing row is replaced only by one whose column ``newer`` is greater.
    """
    if not rows:
        return
    columns = list(rows[0])
    changed = [name for name in columns if name not in key]
    if _is_postgresql(session):
        stage = stage_rows(session, table, rows)
        session.connection().exec_driver_sql(_merge_statement(table, stage, columns, changed, key, newer))
    else:
        statement = sqlite_insert(table)
        if changed:
            statement = statement.on_conflict_do_update(
                index_elements=list(key),
                set_={name: statement.excluded[name] for name in changed},
                where=statement.excluded[newer] > table.c[newer] if newer else None,
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=list(key))
        session.connection().execute(statement, list(rows))


def stage_rows(session: Session, table: Table, rows: Sequence[Row]) -> str:
    """Copy ``rows`` into a temporary table shaped like those columns of ``table`` and return its name (PostgreSQL).

    The stage is empty again after the transaction; one connection reuses it.
    """
    columns = list(rows[0])
    stage = f"stage__{table.name}__{len(columns)}_{_fingerprint(columns):x}"
    connection = session.connection()
    connection.exec_driver_sql("SET LOCAL client_min_messages = warning")
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS AS "  # noqa: S608 - our own names
        f"SELECT {_names(columns)} FROM {table.name} WITH NO DATA"
    )
    connection.exec_driver_sql(f"TRUNCATE {stage}")
    _copy(session, table, columns, rows, into=stage)
    return stage


def _merge_statement(
    table: Table, stage: str, columns: list[str], changed: list[str], key: Sequence[str], newer: str | None
) -> str:
    names = _names(columns)
    action = "DO NOTHING"
    if changed:
        updates = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
        action = f"DO UPDATE SET {updates}"
        if newer:
            action += f' WHERE excluded."{newer}" > {table.name}."{newer}"'
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {stage} "  # noqa: S608 - names of our own tables
        f"ORDER BY {_names(key)} ON CONFLICT ({_names(key)}) {action}"
    )


def _copy(session: Session, table: Table, columns: list[str], rows: Sequence[Row], *, into: str) -> None:
    converters = [_converter(table.c[name]) for name in columns]
    driver = session.connection().connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} ({_names(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [
                    convert(row[name]) if convert else row[name]
                    for name, convert in zip(columns, converters, strict=True)
                ]
            )


def _converter(column: Column[Any]) -> Callable[[Any], Any] | None:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return _document if isinstance(kind, JSON) else None


def _document(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _fingerprint(columns: Sequence[str]) -> int:

    return zlib.crc32(",".join(columns).encode())


def _is_postgresql(session: Session) -> bool:
    return bool(session.get_bind().dialect.name == "postgresql")
