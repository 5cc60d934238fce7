"""Checklists in files: JSON as a list is stored, or a sheet (XLSX, CSV) with a row for each part."""

from collections.abc import Iterator, Mapping, Sequence
from io import RawIOBase
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.inspections.domain.checklist_changes import Change, changes_between
from services.inspections.domain.checklist_sheets import RowError, SheetReading, read_rows
from services.inspections.queries.checklists import DISCARDED, checklist_of_row
from services.inspections.rules import checklist_problems, read_checklist, sheet_words
from services.inspections.tables import checklist_version
from shared.errors import Refused
from shared.sheets import FileUnreadable, SheetRow, open_sheet
from shared.sheets.formulas import unguarded

LARGEST_FILE = 2 << 20
JSON_BEGINS = (b"{", b"\xef\xbb\xbf{")
Document = dict[str, Any]


class ChecklistFileUnreadable(Refused):
    """The file as a whole cannot be read; ``code`` says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail, field="file")
        self.code = code


def read_checklist_file(stream: RawIOBase) -> SheetReading:
    """Return what a file says, with every mistake by row and column; raises ``ChecklistFileUnreadable``."""
    start = stream.read(4)
    stream.seek(0)
    if start.lstrip().startswith(JSON_BEGINS):
        return SheetReading(_json(stream.read()))
    try:
        sheet = open_sheet(stream)
        reading = SheetReading()
        rows = _sound(sheet.rows, reading, is_csv=sheet.description != "xlsx")
        found = read_rows(rows, sheet_words())
    except FileUnreadable as problem:
        raise ChecklistFileUnreadable(problem.code, problem.detail) from problem
    found.errors += reading.errors
    return found


def file_view(session: Session, content: Mapping[str, Any] | None, errors: Sequence[RowError]) -> Document:
    """Return what a file would become: its list, what keeps it from being published, and what it changes."""
    told: Document = {"id": "", "zh": "", "en": "", "items": 0, "based_on": None, "problems": [], "changes": []}
    told["errors"] = [one._asdict() for one in errors]
    if content is None:
        return told
    head = content["checklist"]
    checklist = read_checklist({**content, "checklist": {**head, "version": 0, "effective_from": "2026-01-01"}})
    told |= {"id": head["id"], "zh": checklist.zh, "en": checklist.en, "problems": checklist_problems(checklist)}
    told["items"] = sum(len(section.items) for section in checklist.sections)
    if origin := newest_version(session, head["id"]):
        told["based_on"] = origin.id
        changes: list[Change] = changes_between(checklist_of_row(session, origin), checklist)
        told["changes"] = [one._asdict() for one in changes]
    return told


def newest_version(session: Session, checklist_id: str) -> Any:
    """Return the newest version of a list that was not given up; None for an unknown list."""
    columns = checklist_version.c
    own = select(checklist_version).where(columns.checklist == checklist_id, columns.state != DISCARDED)
    return session.execute(own.order_by(columns.number.desc()).limit(1)).one_or_none()


def _json(body: bytes) -> Document:
    try:
        document = orjson.loads(body.removeprefix(JSON_BEGINS[1][:3]))
    except ValueError as problem:
        raise ChecklistFileUnreadable("json_unreadable", "This is no JSON: export the list again.") from problem
    return dict(document)


def _sound(rows: Iterator[SheetRow], reading: SheetReading, *, is_csv: bool) -> Iterator[tuple[int, list[str]]]:
    for row in rows:
        if row.problem:
            reading.complain(row.number, "", code="row_broken")
        else:
            yield row.number, [unguarded(cell) for cell in row.cells] if is_csv else row.cells
