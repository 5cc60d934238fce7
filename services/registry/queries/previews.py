"""What an import of a file would recognise, without storing anything."""

from __future__ import annotations

from io import RawIOBase
from typing import IO, Any, cast

from sqlalchemy.orm import Session

from services.registry.domain.drafts import REASONS, Draft
from services.registry.domain.sheets import FileUnreadable
from services.registry.queries.divisions import rules_in_force
from services.registry.use_cases.register_files import RegisterFile
from shared.errors import Refused

_ROWS_SHOWN = 20
_ROWS_CHECKED = 1000
_ERRORS_SHOWN = 100


class RegisterUnreadable(Refused):
    """The file as a whole cannot be read; `facts.reason` is the stable code of the cause."""

    code = "register_unreadable"


def preview_of(session: Session, stream: IO[bytes]) -> dict[str, Any]:
    """Return format, recognised columns, first rows and the errors of the first rows; raises `RegisterUnreadable`."""
    try:
        file = RegisterFile(cast(RawIOBase, stream), rules_in_force(session))
        rows = file.take(_ROWS_CHECKED)
    except FileUnreadable as problem:
        raise RegisterUnreadable(problem.detail, reason=problem.code) from problem
    results = [file.drafts.read(row) for row in rows]
    refusals = [result for result in results if not isinstance(result, Draft)]
    problems = [problem for refusal in refusals for problem in refusal]
    return {
        "format": file.format,
        "header": list(file.columns.header),
        "columns": file.columns.shown(),
        "first_rows": [{"row": row.number, "cells": row.cells} for row in rows[:_ROWS_SHOWN]],
        "rows_read": len(rows),
        "rows_refused": len(refusals),
        "errors": [{**problem._asdict(), "reason": REASONS[problem.code]} for problem in problems[:_ERRORS_SHOWN]],
    }
