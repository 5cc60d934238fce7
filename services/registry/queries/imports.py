"""Imports: what a file would give, where they stand, what they refused and corrected, how good their source is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import RawIOBase
from typing import IO, Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session

from services.registry.domain.columns import Columns
from services.registry.domain.drafts import HIDDEN, Draft
from services.registry.domain.forms import ALL_REASONS, ENTERPRISES, Form, form_of
from services.registry.domain.quality import Delivered, formula, scored
from services.registry.domain.register_file import RegisterFile
from services.registry.queries.divisions import rules_in_force
from services.registry.tables import enterprise, import_batch, import_correction, import_error, import_row
from shared.clock import business_date
from shared.errors import NotFound, Refused
from shared.security.personal import mask_phone
from shared.sheets import FileUnreadable
from shared.work.jobs import job_by_id

ERROR_TITLES = ("row", "field", "value", "reason", "code")
CORRECTION_TITLES = ("row", "field", "before", "after")
_SAMPLE = 20
_ROWS_CHECKED = 1000
_REPEATED = ("code_repeated", "key_repeated")
_LACKS: Mapping[str, ColumnElement[bool]] = {
    "address": enterprise.c.address == "",
    "scope": enterprise.c.scope == "",
    "industry": enterprise.c.industry == "",
    "place": enterprise.c.placement != "placed",
    "position": enterprise.c.longitude.is_(None),
    "headcount": enterprise.c.headcount.is_(None),
    "contact": enterprise.c.contact_phone == "",
}
_LOST = "The import stopped because of a fault on our side. Send the same file again: nothing is doubled."


class ImportNotFound(NotFound):
    code = "import_not_found"


class RegisterUnreadable(Refused):
    """The file as a whole cannot be read; `facts.reason` is the stable code of the cause."""

    code = "register_unreadable"


def preview_of(
    session: Session, stream: IO[bytes], *, kind: str = ENTERPRISES, is_part: bool = False
) -> dict[str, Any]:
    """Return format, recognised columns, first rows and the errors of the first rows; raises `RegisterUnreadable`.

    Of a part of a file the last row is left out: it may have been cut.
    """
    try:
        file = RegisterFile(cast(RawIOBase, stream), rules_in_force(session), kind=kind)
        rows = file.take(_ROWS_CHECKED)
    except FileUnreadable as problem:
        raise RegisterUnreadable(problem.detail, reason=problem.code) from problem
    if is_part:
        rows = rows[:-1]
    results = [file.drafts.read(row) for row in rows]
    refusals = [result for result in results if not isinstance(result, Draft)]
    problems = [problem for refusal in refusals for problem in refusal]
    shown = [(row.number, _masked(row.cells, file.columns, form=file.form)) for row in rows[:_SAMPLE]]
    return {
        "format": file.format,
        "header": list(file.columns.header),
        "columns": file.columns.shown(),
        "first_rows": [{"row": number, "cells": cells} for number, cells in shown],
        "rows_read": len(rows),
        "rows_refused": len(refusals),
        "errors": [{**problem._asdict(), "reason": ALL_REASONS[problem.code]} for problem in problems[:_SAMPLE]],
    }


def _masked(row: list[str], columns: Columns, *, form: Form) -> list[str]:
    """Return the cells with contacts masked; of a row of another width nothing, because any cell may be one."""
    contacts = {columns.fields[name] for name in form.hidden if name in columns.fields}
    if contacts and len(row) > len(columns.header):
        return [HIDDEN] * len(row)
    return [mask_phone(cell) if position in contacts else cell for position, cell in enumerate(row)]


def imports() -> Select[Any]:
    """Return the statement of all imports; their key is the id."""
    return select(import_batch)


def import_summary(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return counts and standing of one import row; a job that gave up makes it failed."""
    summary = dict(row)
    summary["accepted"] = row["created"] + row["changed"]
    summary["dry_run"] = row["is_dry_run"]
    summary["progress"] = round(row["position"] / row["size"], 3)
    problem = (row["problem_code"], row["problem_detail"])
    if row["state"] == "running" and job_by_id(session, row["id"]).state == "failed":
        summary["state"], problem = "failed", ("import_stopped", _LOST)
    summary["problem"] = {"code": problem[0], "detail": problem[1]} if problem[0] else None
    return summary


def import_progress(session: Session, import_id: str) -> dict[str, Any]:
    """Return one import with counts and the first errors and corrections; raises `ImportNotFound`."""
    row = session.execute(select(import_batch).where(import_batch.c.id == import_id)).mappings().one_or_none()
    if row is None:
        raise ImportNotFound("There is no such import.", import_id=import_id)
    progress = import_summary(session, dict(row))
    errors = error_rows(session, import_id, _SAMPLE)
    progress["errors"] = [dict(zip(ERROR_TITLES, cells, strict=True)) for cells in errors]
    corrections = correction_rows(session, import_id, _SAMPLE)
    progress["corrections"] = [dict(zip(CORRECTION_TITLES, cells, strict=True)) for cells in corrections]
    return progress


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
        yield [str(row.row), row.field, row.value, ALL_REASONS[row.code], row.code]


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


def quality_of_sources(session: Session, *, now: datetime) -> list[dict[str, Any]]:
    """Return how good the newest import of each kind and source is, by kind and source; dry runs do not count."""
    batch = import_batch.c
    done = (batch.state == "completed", batch.is_dry_run.is_(False))
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in session.execute(select(import_batch).where(*done).order_by(batch.finished_at, batch.id)).mappings():
        newest[row["kind"], row["source"]] = dict(row)
    return [_quality(session, newest[key], now=now) for key in sorted(newest)]


def rows_lacking(import_id: str, lacks: str) -> Select[Any]:
    """Return the statement of the enterprises of an import that lack a fact, or a name of their own."""
    condition = _is_namesake() if lacks == "own_name" else _LACKS[lacks]
    return select(enterprise).where(_is_of(import_id), condition)


def _quality(session: Session, batch: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    error = import_error.c
    repeated = select(func.count(error.row.distinct())).where(error.import_id == batch["id"], error.code.in_(_REPEATED))
    missing, namesakes, lacking, wanted = _completeness(session, batch)
    again = session.scalar(repeated) or 0
    counts = {"rows": batch["rows"], "corrected": batch["corrected"], "repeated": again, "namesakes": namesakes}
    days = (business_date(now) - business_date(batch["finished_at"])).days
    measured = scored(
        Delivered(
            kind=batch["kind"], refused=batch["refused"] - again, lacking=lacking, wanted=wanted, days=days, **counts
        )
    )
    named = {name: batch[name] for name in ("kind", "source", "finished_at", "refused")}
    return {"import_id": batch["id"], **named, **counts, "days": days, "missing": missing, **measured}


def _completeness(session: Session, batch: Mapping[str, Any]) -> tuple[dict[str, int], int, float, float]:
    """Return what lacks by name, the namesakes, and both sides of the measure: weighed facts, or columns."""
    if batch["kind"] != ENTERPRISES:
        titles = form_of(batch["kind"], rules_in_force(session)).columns.titles
        held = batch["columns"].get("recognised", {})
        missing = {name: batch["rows"] for name in titles if name not in held}
        return missing, 0, len(missing), len(titles)
    weights: Mapping[str, float] = formula()["facts"]
    columns = [func.count(case((_LACKS[name], 1))).label(name) for name in weights]
    namesakes = func.count(case((_is_namesake(), 1))).label("own_name")
    counted = session.execute(select(func.count().label("all"), namesakes, *columns).where(_is_of(batch["id"])))
    row = counted.mappings().one()
    missing = {name: row[name] for name in weights}
    lacking = sum(weights[name] * count for name, count in missing.items())
    return missing, row["own_name"], lacking, sum(weights.values()) * row["all"]


def _is_of(import_id: str) -> ColumnElement[bool]:
    of_it = select(import_row.c.key).where(import_row.c.import_id == import_id)
    return and_(enterprise.c.status == "active", enterprise.c.uscc.in_(of_it))


def _is_namesake() -> ColumnElement[bool]:
    other = enterprise.alias("other")
    same = (other.c.name == enterprise.c.name, other.c.id != enterprise.c.id, other.c.status == "active")
    return exists().where(*same)
