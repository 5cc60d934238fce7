"""On which side the caller acts, the steps of the caller, and what is public as a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response

from shared.http import now, principal
from shared.machines import Step
from shared.sheets import csv_lines

ENTERPRISE, AUTHORITY = 1, 3  # who acts: the enterprise itself, or the authority that receives, advises and orders
CSV = "text/csv"
BINARY = {"type": "string", "format": "binary"}


def step_of_caller(event: str = "", given: Mapping[str, Any] | None = None) -> Step:
    """Return ``event`` as a step of the caller at this moment."""
    caller = principal()
    side = ENTERPRISE if caller.enterprise_id else AUTHORITY
    return Step(event, caller.subject, side, now(), given or {}, caller.roles)


def csv_file(rows: Iterable[Sequence[str]], *, name: str, columns: Mapping[str, tuple[str, str]]) -> Response:
    """Return ``rows`` under the Chinese words of their ``columns`` as a file."""
    text = "".join(csv_lines([zh for zh, _ in columns.values()], rows))
    named = {"Content-Disposition": f"attachment; filename={name}.csv"}
    return Response(text.encode(), mimetype=CSV, headers=named)
