"""On which side the caller acts, the steps of the caller, what it is shown, and what is public as a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response
from sqlalchemy import Row

from shared.http import now, principal
from shared.machines import Step
from shared.sheets import csv_lines

ENTERPRISE, AUTHORITY = 1, 3  # who acts: the enterprise itself, or the authority that receives, advises and orders
ACCOUNTS = frozenset({"by", "recorded_by", "proposed_by", "decided_by", "replied_by"})  # of people of the bureau
CSV = "text/csv"
BINARY = {"type": "string", "format": "binary"}


def step_of_caller(event: str = "", given: Mapping[str, Any] | None = None) -> Step:
    """Return ``event`` as a step of the caller at this moment."""
    caller = principal()
    side = ENTERPRISE if caller.enterprise_id else AUTHORITY
    return Step(event, caller.subject, side, now(), given or {}, caller.roles)


def shown_to_caller(shown: Any) -> Any:
    """Return what is shown as the caller may read it: to an enterprise the bureau has acted, not one of its people."""
    return _without_accounts(shown) if principal().enterprise_id else shown


def _without_accounts(shown: Any) -> Any:
    if isinstance(shown, Row):
        shown = shown._asdict()
    if isinstance(shown, Mapping):
        return {name: "" if name in ACCOUNTS else _without_accounts(value) for name, value in shown.items()}
    return [_without_accounts(one) for one in shown] if isinstance(shown, list) else shown


def csv_file(rows: Iterable[Sequence[str]], *, name: str, columns: Mapping[str, tuple[str, str]]) -> Response:
    """Return ``rows`` under the Chinese words of their ``columns`` as a file."""
    text = "".join(csv_lines([zh for zh, _ in columns.values()], rows))
    named = {"Content-Disposition": f"attachment; filename={name}.csv"}
    return Response(text.encode(), mimetype=CSV, headers=named)
