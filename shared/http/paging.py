"""Keyset paging: a cursor names the last row seen, so that page 10,000 costs as much as page 1."""

import base64
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import orjson
from marshmallow import Schema, fields, validate
from sqlalchemy import ColumnElement, Date, Row, Select, literal, tuple_
from sqlalchemy.orm import Session

from shared.database import UtcDateTime
from shared.errors import Refused

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
LONGEST_CURSOR = 1024


class CursorInvalid(Refused):
    code = "cursor_invalid"


class PageQuery(Schema):
    """The query parameters of every list; a filter schema extends it."""

    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, LARGEST_LIMIT))
    cursor = fields.String(load_default="", validate=validate.Length(max=LONGEST_CURSOR))


class Page(Schema):
    """One page of a list; a schema of each list says what its ``items`` are."""

    next_cursor = fields.String(required=True, allow_none=True)


def page(
    session: Session,
    statement: Select[Any],
    *,
    key: Sequence[ColumnElement[Any]],
    limit: int = DEFAULT_LIMIT,
    cursor: str = "",
    descending: bool = False,
) -> tuple[list[Row[Any]], str | None]:
    """Return one page of ``statement`` ordered by ``key``, and the cursor of the next page or ``None``.

    ``key`` are selected columns without nulls that are unique together. Raises ``CursorInvalid``.
    """
    if cursor:
        seen = tuple_(*(literal(value, column.type) for column, value in zip(key, _decode(cursor, key), strict=True)))
        statement = statement.where(tuple_(*key) < seen if descending else tuple_(*key) > seen)
    order = [column.desc() if descending else column for column in key]
    limit = min(max(limit, 1), LARGEST_LIMIT)
    rows = list(session.execute(statement.order_by(*order).limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor_of([rows[limit - 1]._mapping[column] for column in key])


def paging_of(query: dict[str, Any]) -> dict[str, Any]:
    """Take out of a ``query`` what says which page of a list is wanted."""
    return {name: query.pop(name) for name in ("limit", "cursor")}


def listed(
    session: Session, statement: Select[Any], *, view: Callable[[Row[Any]], Any], **paging: Any
) -> dict[str, Any]:
    """Return one page of ``statement`` as a list answers: its rows as ``view`` shows them, and where it goes on.

    ``paging`` is what ``page`` takes beside the statement.
    """
    rows, next_cursor = page(session, statement, **paging)
    return {"items": [view(row) for row in rows], "next_cursor": next_cursor}


def cursor_of(values: Sequence[Any]) -> str:
    """Return the cursor that goes on behind the row with these ``values`` of the key."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _decode(cursor: str, key: Sequence[ColumnElement[Any]]) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(key):
            raise ValueError("a cursor of another list")
        return [_typed(value, column) for value, column in zip(values, key, strict=True)]
    except (ValueError, TypeError) as problem:
        raise CursorInvalid("This cursor is not one of ours: start again without it.") from problem


def _typed(value: Any, column: ColumnElement[Any]) -> Any:
    if isinstance(column.type, UtcDateTime | Date):
        return (date if isinstance(column.type, Date) else datetime).fromisoformat(value)
    if not isinstance(value, column.type.python_type):
        raise ValueError("a cursor of another type")
    return value
