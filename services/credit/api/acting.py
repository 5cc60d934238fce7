"""On which side the caller acts, the steps of the caller, what it is shown, and what is public as a file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy import Row

from services.credit.schemas.public_list import ListDictionary
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, now, principal, public_reads
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


@dataclass(frozen=True)
class PublicFile:
    """A public register as a file: ``columns`` with their Chinese and English words, after ``source``, and its rows."""

    name: str
    columns: Mapping[str, tuple[str, str]]
    source: str
    rows: Callable[..., Iterable[Sequence[str]]]


def offer_file(blp: Blueprint, file: PublicFile) -> None:
    """Let everybody have what ``blp`` lists as a file too, and read what its columns mean."""

    @blp.route(f"/{file.name}/export.csv", methods=["GET"])
    @public_reads()
    @blp.response(200, BINARY, content_type=CSV)
    def download(session: Session) -> Any:
        """All that is public now as a file; the dictionary says what each column means."""
        header, rows = [zh for zh, _ in file.columns.values()], file.rows(session, today=business_date(now()))
        named = {"Content-Disposition": f"attachment; filename={file.name}.csv"}
        return Response("".join(csv_lines(header, rows)).encode(), mimetype=CSV, headers=named)

    @blp.route(f"/{file.name}/dictionary", methods=["GET"])
    @public_reads()
    @blp.response(200, ListDictionary)
    def show_dictionary(_session: Session) -> Any:
        """What each column of the file means; the list calls them the same."""
        columns = file.columns.items()
        return {"items": [{"column": name, "zh": zh, "en": en, "source": file.source} for name, (zh, en) in columns]}
