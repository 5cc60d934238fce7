"""Set-based writing of many rows: one statement for a thousand rows instead of a thousand statements.

PostgreSQL takes rows by COPY, straight into the table or into a temporary stage that is then merged; SQLite takes
them by one prepared statement. Values are bound by the column's type, so documents and moments may be passed as
Python objects. A single row is merged without a stage: making, emptying and filling one took longer than the rest of
a timer's step (measured). Rows of which none is there yet are not merged at all: that costs half (measured).
"""

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeVar

from psycopg.errors import UniqueViolation
from sqlalchemy import Column, ColumnElement, Select, Table, any_, cast, delete, exists, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlalchemy.types import ARRAY, JSON, NULLTYPE, LargeBinary

from shared.database.columns import UtcDateTime, in_utc, to_json

Row = Mapping[str, Any]
T = TypeVar("T")
LINES_AT_ONCE = 200  # few enough to stay in the processor's cache
ESCAPES = (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))  # the backslash first


def insert_rows(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert ``rows`` (mappings with the same column names) into ``table``."""
    if not rows:
        return
    if _is_postgresql(session):
        _copy(session, table, rows, into=table.name)
    else:
        session.connection().execute(table.insert(), list(rows))


def inserts_rows(session: Session, table: Table, rows: Sequence[Row]) -> bool:
    """Insert ``rows`` as ``insert_rows`` does unless one of them is there already; return whether they are new.

    Of rows that are not new none is inserted, and the transaction goes on.
    """
    with suppress(UniqueViolation), session.begin_nested():
        insert_rows(session, table, rows)
        return True
    return False


def upsert_rows(
    session: Session, table: Table, rows: Sequence[Row], *, key: Sequence[str], newer: str | None = None
) -> None:
    """Insert ``rows`` or update those whose ``key`` exists; ``rows`` are unique by ``key``.

    With ``newer`` an existing row is replaced only by one whose column ``newer`` is greater.
    """
    if not rows:
        return
    merge = _Merge(table, list(rows[0]), key, newer)
    if not _is_postgresql(session):
        session.connection().execute(merge.by_row(sqlite_insert(table)), list(rows))
    elif len(rows) == 1:
        session.connection().execute(merge.by_row(postgresql_insert(table)), dict(rows[0]))
    elif len(key) > 1 or not _inserts_new(session, table, rows, key[0]):
        session.connection().exec_driver_sql(merge.from_stage(stage_rows(session, table, rows)))


def _inserts_new(session: Session, table: Table, rows: Sequence[Row], key: str) -> bool:
    """Insert ``rows``, in the order of their keys as everybody does, if none of them is there; else do nothing."""
    ordered = sorted(rows, key=itemgetter(key))
    is_there = exists().where(among(session, table.c[key], [row[key] for row in ordered]))
    return not session.scalar(select(is_there)) and inserts_rows(session, table, ordered)


def replace_rows(session: Session, table: Table, *, columns: Sequence[str], selected: Select[Any]) -> None:
    """Put what ``selected`` gives (in the order of ``columns``) in place of all rows of ``table``, as of one moment.

    What others have written and not committed yet is neither removed nor read: PostgreSQL does both in one
    statement, of one snapshot; SQLite has no other writer.
    """
    fresh = insert(table).from_select(list(columns), selected)
    if _is_postgresql(session):
        fresh = fresh.add_cte(delete(table).cte("gone"))
    else:
        session.execute(delete(table))
    session.execute(fresh)


def among(session: Session, column: ColumnElement[T], values: Collection[T]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of ``values``; a value must not be None.

    PostgreSQL takes them as one array, written here: a thousand placeholders, and the driver's own way to write an
    array, cost more than the query.
    """
    if _is_postgresql(session):
        quoted = (str(value).replace("\\", r"\\").replace('"', r"\"") for value in values)
        array = ",".join(f'"{text}"' for text in quoted)
        return column == any_(cast(literal(f"{{{array}}}", NULLTYPE), ARRAY(column.type)))
    return column.in_(values)


def stage_rows(session: Session, table: Table, rows: Sequence[Row]) -> str:
    """Copy ``rows`` into a temporary table shaped like those columns of ``table`` and return its name (PostgreSQL).

    The stage is empty again after the transaction; one connection reuses it.
    """
    columns = list(rows[0])
    stage = f"stage__{table.name}__{len(columns)}_{zlib.crc32(','.join(columns).encode()):x}"
    connection = session.connection()
    connection.exec_driver_sql("SET LOCAL client_min_messages = warning")
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS AS "  # noqa: S608 - our own names
        f"SELECT {_names(columns)} FROM {table.name} WITH NO DATA"
    )
    connection.exec_driver_sql(f"TRUNCATE {stage}")
    _copy(session, table, rows, into=stage)
    return stage


@dataclass(frozen=True, slots=True)
class _Merge:
    """An insert that becomes an update where the key exists, in the words of each database."""

    table: Table
    columns: list[str]
    key: Sequence[str]
    newer: str | None

    def by_row(self, statement: Any) -> Any:
        if not self._changed():
            return statement.on_conflict_do_nothing(index_elements=list(self.key))
        return statement.on_conflict_do_update(
            index_elements=list(self.key),
            set_={name: statement.excluded[name] for name in self._changed()},
            where=statement.excluded[self.newer] > self.table.c[self.newer] if self.newer else None,
        )

    def from_stage(self, stage: str) -> str:
        names, key = _names(self.columns), _names(self.key)
        return (
            f"INSERT INTO {self.table.name} ({names}) SELECT {names} FROM {stage} "  # noqa: S608 - our own names
            f"ORDER BY {key} ON CONFLICT ({key}) {self._action()}"
        )

    def _changed(self) -> list[str]:
        return [name for name in self.columns if name not in self.key]

    def _action(self) -> str:
        updates = ", ".join(f'"{name}" = excluded."{name}"' for name in self._changed())
        if not updates:
            return "DO NOTHING"
        newer = f' WHERE excluded."{self.newer}" > {self.table.name}."{self.newer}"' if self.newer else ""
        return f"DO UPDATE SET {updates}{newer}"


def _copy(session: Session, table: Table, rows: Sequence[Row], *, into: str) -> None:
    """Write the lines of COPY column by column: the driver's way, value by value, takes twice as long (measured)."""
    names = list(rows[0])
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} ({_names(names)}) FROM STDIN") as copy:
        for start in range(0, len(rows), LINES_AT_ONCE):
            some = rows[start : start + LINES_AT_ONCE]
            columns = [_texts(table.c[name], [row[name] for row in some]) for name in names]
            copy.write("".join("\t".join(line) + "\n" for line in zip(*columns, strict=True)))


def _texts(column: Column[Any], values: list[Any]) -> list[str]:
    """Return ``values`` of one column as COPY reads them; what is the same in all rows is written once."""
    writers: dict[type, Callable[[Any], object]] = {JSON: to_json, LargeBinary: _octets, UtcDateTime: in_utc}
    write = next((write for kind, write in writers.items() if isinstance(column.type, kind)), str)
    if write is not to_json and values[0] == values[-1] and values.count(values[0]) == len(values):
        return _escaped(write, values[:1]) * len(values)  # documents that are equal may read differently: 1 and true
    return _escaped(write, values)


def _escaped(write: Callable[[Any], object], values: list[Any]) -> list[str]:
    texts = ["" if value is None else str(write(value)) for value in values]
    everything = "".join(texts)
    for sign, escaped in ESCAPES:
        if sign in everything:
            texts = [text.replace(sign, escaped) for text in texts]
    return ["\\N" if value is None else text for value, text in zip(values, texts, strict=True)]


def _octets(value: bytes) -> str:
    """Return bytes as PostgreSQL reads them: a text as it is, which is half as long as its digits."""
    text = value.decode(errors="replace")
    is_text = "\ufffd" not in text and "\0" not in text
    return text.replace("\\", r"\\") if is_text else rf"\x{value.hex()}"


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _is_postgresql(session: Session) -> bool:
    return bool(session.get_bind().dialect.name == "postgresql")
