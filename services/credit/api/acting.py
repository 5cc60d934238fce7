"""On which side the caller acts, the steps of the caller, ids sent as text, and what is public as a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response

from services.credit.domain.sides import AUTHORITY, ENTERPRISE
from shared.http import now, principal
from shared.machines import Step
from shared.sheets import csv_lines

CSV = "text/csv"
BINARY = {"type": "string", "format": "binary"}


def step_of_caller(event: str = "", given: Mapping[str, Any] | None = None) -> Step:
    """Return ``event`` as a step of the caller at this moment."""
    caller = principal()
    side = ENTERPRISE if caller.enterprise_id else AUTHORITY
    return Step(event, caller.subject, side, now(), given or {}, caller.roles)


def as_text(given: Any) -> Any:
    """Return what was sent with every id as text, however deep it lies."""
    if isinstance(given, Mapping):
        return {name: as_text(value) for name, value in given.items()}
    if isinstance(given, list):
        return [as_text(one) for one in given]
    return str(given) if isinstance(given, UUID) else given


def csv_file(rows: Iterable[Sequence[str]], *, name: str, columns: Mapping[str, tuple[str, str]]) -> Response:
    """Return ``rows`` under the Chinese words of their ``columns`` as a file."""
    text = "".join(csv_lines([zh for zh, _ in columns.values()], rows))
    named = {"Content-Disposition": f"attachment; filename={name}.csv"}
    return Response(text.encode(), mimetype=CSV, headers=named)
