"""Certificates of an enterprise taken in from a file, row by row; a bad row never stops a good one."""

from collections.abc import Iterable
from datetime import datetime
from io import RawIOBase

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.permits.domain.certificate_files import (
    FROM,
    KIND,
    PERSON,
    FileResult,
    RowProblem,
    cells_of,
    certificate_of,
    columns_of,
)
from services.permits.rules.people import people_rules
from services.permits.tables import certificate, person
from services.permits.use_cases.people import enter_certificate
from shared.database.bulk import among
from shared.errors import Refused
from shared.machines import NotAllowed
from shared.sheets import FileUnreadable, SheetRow, open_sheet
from shared.sheets.formulas import unguarded

MOST_ROWS = 2_000
Known = set[tuple[str, str, str, str]]


def import_certificates(session: Session, file: RawIOBase, *, enterprise_id: str, by: str, now: datetime) -> FileResult:
    """Enter the certificates of a CSV or XLSX file for people of an enterprise and return what became of its rows.

    Raises ``NotAllowed`` for a file that cannot be read, lacks a column, or has too many rows.
    """
    try:
        rows = list(_rows(file))
    except FileUnreadable as problem:
        raise NotAllowed(problem.code, problem.detail, field="file") from problem
    if not 0 < len(rows) <= MOST_ROWS + 1:
        raise NotAllowed("too_many_rows", f"A file has at most {MOST_ROWS} rows: divide it.", field="file")
    columns = columns_of(rows[0].cells, people_rules().columns)
    here = (person.c.enterprise_id == enterprise_id, person.c.left_on.is_(None))
    people = set(session.scalars(select(person.c.person_id).where(*here)))
    known, result = _known(session, people), FileResult()
    for row in rows[1:]:
        cells = cells_of(row.cells, columns)
        if row.problem:
            result.refused.append(RowProblem(row.number, "", "row_broken", "This row cannot be read: write it again."))
        if row.problem or not (cells[KIND] or cells[FROM]):
            continue
        try:
            _enter(session, cells, people=people, known=known, kept=(enterprise_id, by, now), result=result)
        except Refused as refusal:
            where = str(refusal.facts.get("field", ""))
            result.refused.append(RowProblem(row.number, where, refusal.code, refusal.detail))
    return result


def _enter(
    session: Session,
    cells: dict[str, str],
    *,
    people: set[str],
    known: Known,
    kept: tuple[str, str, datetime],
    result: FileResult,
) -> None:
    owner, by, now = kept
    if cells[PERSON] not in people:
        sentence = "This person does not work for the enterprise: keep the column as it was offered."
        raise NotAllowed("certificate_person_unknown", sentence, field=PERSON)
    given = certificate_of(cells, kinds=_kinds())
    key = (cells[PERSON], given[KIND], given["category"], given["valid_from"].isoformat())
    if key in known:
        result.known += 1
        return
    enter_certificate(session, cells[PERSON], given, owner=owner, by=by, now=now)
    known.add(key)
    result.entered += 1


def _rows(file: RawIOBase) -> Iterable[SheetRow]:
    sheet = open_sheet(file)
    for row in sheet.rows:
        yield row._replace(cells=[unguarded(cell) for cell in row.cells])


def _kinds() -> dict[str, str]:
    """Return the ids of the kinds of certificates by id and by their words in both languages."""
    return {word.casefold(): one.id for one in people_rules().kinds.values() for word in (one.id, one.zh, one.en)}


def _known(session: Session, people: set[str]) -> Known:
    """Return which certificates these people have in the register that count."""
    wanted = select(certificate).where(
        among(session, certificate.c.person_id, people), certificate.c.ended_on.is_(None)
    )
    return {(row.person_id, row.kind, row.category, row.valid_from.isoformat()) for row in session.execute(wanted)}
