"""Imports: where they stand, what they refused and what they corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.domain.drafts import REASONS
from services.registry.tables import import_batch, import_correction, import_error
from shared.errors import NotFound
from shared.http import page
from shared.work.jobs import job_by_id

_SAMPLE = 20
_LOST = "The import stopped because of a fault on our side. Send the same file again: nothing is doubled."


class ImportNotFound(NotFound):
    code = "import_not_found"


def import_page(session: Session, *, limit: int, cursor: str) -> tuple[list[dict[str, Any]], str | None]:
    """Return the imports, newest first."""
    rows, cursor_after = page(
        session, select(import_batch), key=[import_batch.c.id], limit=limit, cursor=cursor, descending=True
    )
    return [_progress(session, row._asdict()) for row in rows], cursor_after


def import_progress(session: Session, import_id: str) -> dict[str, Any]:
    """Return one import with counts and the first errors and corrections; raises `ImportNotFound`."""
    row = session.execute(select(import_batch).where(import_batch.c.id == import_id)).mappings().one_or_none()
    if row is None:
        raise ImportNotFound("There is no such import.", import_id=import_id)
    shown = _progress(session, dict(row))
    shown["errors"] = [dict(zip(ERROR_TITLES, cells, strict=True)) for cells in error_rows(session, import_id, _SAMPLE)]
    corrections = correction_rows(session, import_id, _SAMPLE)
    shown["corrections"] = [dict(zip(CORRECTION_TITLES, cells, strict=True)) for cells in corrections]
    return shown


ERROR_TITLES = ("row", "field", "value", "reason", "code")
CORRECTION_TITLES = ("row", "field", "before", "after")


def error_rows(session: Session, import_id: str, limit: int | None = None) -> Iterator[list[str]]:
    """Yield row, field, value, reason and code of every refusal, in the order of the file."""
    statement = (
        select(import_error)
        .where(import_error.c.import_id == import_id)
        .order_by(import_error.c.row, import_error.c.number)
        .limit(limit)
        .execution_options(yield_per=500)
    )
    for row in session.execute(statement):
        yield [str(row.row), row.field, row.value, REASONS[row.code], row.code]


def correction_rows(session: Session, import_id: str, limit: int | None = None) -> Iterator[list[str]]:
    """Yield row, field, value before and after of every correction, in the order of the file."""
    statement = (
        select(import_correction)
        .where(import_correction.c.import_id == import_id)
        .order_by(import_correction.c.row)
        .limit(limit)
        .execution_options(yield_per=500)
    )
    for row in session.execute(statement):
        yield [str(row.row), row.field, row.before, row.after]


def _progress(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(row)
    shown["accepted"] = row["created"] + row["changed"]
    shown["dry_run"] = row["is_dry_run"]
    shown["progress"] = round(row["position"] / row["size"], 3) if row["size"] else 1.0
    problem = (row["problem_code"], row["problem_detail"])
    if row["state"] == "running" and job_by_id(session, row["id"]).state == "failed":
        shown["state"], problem = "failed", ("import_stopped", _LOST)
    shown["problem"] = {"code": problem[0], "detail": problem[1]} if problem[0] else None
    return shown
