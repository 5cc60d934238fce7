"""Import of an enterprise register: any file, row by row, nothing lost, nothing doubled.

A step is one transaction of at most 1,000 rows that also moves counters, errors and the job's cursor. Within a file
the first row of a credit code counts: a later row with the same content is unchanged, one with other content is
refused and named. So the second import of a file changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.registry.domain.drafts import Correction, Draft, Problem
from services.registry.domain.enterprise import EMPTY, known
from services.registry.domain.register_file import RegisterFile
from services.registry.domain.sheets import FileUnreadable, SheetRow
from services.registry.queries.divisions import rules_in_force
from services.registry.tables import enterprise, import_batch, import_correction, import_error, import_row
from services.registry.use_cases.open_files import open_files
from services.registry.use_cases.recording import Change, changed_row, is_news, new_row, record, seal_contacts
from shared import context
from shared.contracts.registry import ImportCompleted
from shared.database.bulk import insert_rows
from shared.errors import Refused
from shared.events.outbox import publish
from shared.work.jobs import ROWS_PER_STEP, Job, JobStep, enqueue
from shared.work.uploads import drop_upload, store_upload, upload_by_id

JOB = "registry.import"
KIND = "enterprises"
_COUNTERS = ("rows", "created", "changed", "unchanged", "corrected", "refused")


class FileEmpty(Refused):
    code = "file_empty"


@dataclass(slots=True)
class _Outcome:
    """What a thousand rows came to."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTERS, 0))
    problems: list[Problem] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)


def start_import(
    session: Session, stream: IO[bytes], *, file_name: str, is_dry_run: bool, actor: str, now: datetime
) -> str:
    """Store an uploaded register whole and queue its import; returns the id of import and job.

    Raises `FileEmpty`. Whatever else is wrong with the file is found by the import and told there.
    """
    upload = store_upload(session, stream, name=file_name[:200], media_type="", now=now)
    if upload.size == 0:
        raise FileEmpty("The file is empty: export it again from the other system.")
    import_id = enqueue(session, JOB, {"upload_id": upload.id}, now=now)
    session.execute(
        insert(import_batch).values(
            id=import_id,
            kind=KIND,
            state="running",
            is_dry_run=is_dry_run,
            upload_id=upload.id,
            file_name=upload.name,
            size=upload.size,
            sha256=upload.sha256,
            format="",
            columns={},
            position=0,
            problem_code="",
            problem_detail="",
            started_by=actor,
            started_at=now,
            **dict.fromkeys(_COUNTERS, 0),
        )
    )
    return import_id


def import_step(session: Session, job: Job, *, now: datetime) -> JobStep:
    """Import the next rows of a job's file; the step that finds none ends the import."""
    batch = _locked_batch(session, job.id)
    if batch["state"] != "running":
        return JobStep(job.cursor, job.done, finished=True)
    upload = upload_by_id(session, batch["upload_id"])
    with context.bind(context.Trace(correlation_id=job.id, actor=batch["started_by"])):
        try:
            file = open_files.at(session, upload, rules_in_force(session), consumed=job.cursor.get("consumed", 0))
            rows = file.take(ROWS_PER_STEP)
        except FileUnreadable as problem:
            return _finish(session, batch, job, now, problem)
        if not rows:
            return _finish(session, batch, job, now)
        outcome = _import_rows(session, batch, file, rows, now)
        _note_progress(session, batch, file, outcome)
    return JobStep({"consumed": file.consumed}, job.done + len(rows))


def _locked_batch(session: Session, import_id: str) -> dict[str, Any]:
    statement = select(import_batch).where(import_batch.c.id == import_id).with_for_update()
    return dict(session.execute(statement).mappings().one())


def _import_rows(
    session: Session, batch: Mapping[str, Any], file: RegisterFile, rows: Sequence[SheetRow], now: datetime
) -> _Outcome:
    outcome = _Outcome()
    outcome.counts["rows"] = len(rows)
    drafts = _without_repeated(session, batch["id"], _drafts_of(file, rows, outcome), outcome)
    _weigh(session, batch, file, drafts, outcome, now)
    if not batch["is_dry_run"]:
        record(session, outcome.changes, actor=batch["started_by"], reason="imported", now=now)
    insert_rows(session, import_row, outcome.seen)
    _write_remarks(session, batch["id"], outcome)
    return outcome


def _drafts_of(file: RegisterFile, rows: Sequence[SheetRow], outcome: _Outcome) -> list[Draft]:
    drafts = []
    for row in rows:
        result = file.drafts.read(row)
        if isinstance(result, Draft):
            drafts.append(result)
        else:
            outcome.problems += result
            outcome.counts["refused"] += 1
    return drafts


def _without_repeated(session: Session, import_id: str, drafts: list[Draft], outcome: _Outcome) -> list[Draft]:
    """Keep the first row of each credit code, of this step or of an earlier one of the same file."""
    statement = select(import_row.c.uscc, import_row.c.digest).where(
        import_row.c.import_id == import_id, import_row.c.uscc.in_([draft.uscc for draft in drafts])
    )
    digests = {row.uscc: row.digest for row in session.execute(statement)}
    first = []
    for draft in drafts:
        if draft.uscc not in digests:
            digests[draft.uscc] = draft.digest
            first.append(draft)
        elif digests[draft.uscc] == draft.digest:
            _count(outcome, draft, "unchanged")
        else:
            outcome.problems.append(Problem(draft.row, draft.code_title, draft.uscc, "code_repeated"))
            outcome.counts["refused"] += 1
    return first


def _weigh(
    session: Session,
    batch: Mapping[str, Any],
    file: RegisterFile,
    drafts: list[Draft],
    outcome: _Outcome,
    now: datetime,
) -> None:
    """Compare each draft with what is known; a row that was imported before just so changes nothing."""
    digests = _known_digests(session, drafts)
    different = [draft.uscc for draft in drafts if digests.get(draft.uscc, draft.digest) != draft.digest]
    current = _locked(session, different)
    for draft in drafts:
        result = "unchanged"
        if draft.uscc not in digests:
            result = "created"
            facts = known(EMPTY, seal_contacts(session, draft.given), "file", file.rules)
            after = new_row(draft.uscc, facts, digest=draft.digest, now=now)
            outcome.changes.append(Change(None, after, batch["id"], draft.row))
        elif draft.uscc in current:
            before = current[draft.uscc]
            facts = known(before, seal_contacts(session, draft.given, before), "file", file.rules)
            if is_news(before, facts):
                result = "changed"
                after = changed_row(before, facts, digest=draft.digest, now=now)
                outcome.changes.append(Change(before, after, batch["id"], draft.row))
        _count(outcome, draft, result)
        outcome.seen.append(
            {"import_id": batch["id"], "uscc": draft.uscc, "row": draft.row, "outcome": result, "digest": draft.digest}
        )


def _known_digests(session: Session, drafts: list[Draft]) -> dict[str, int]:
    statement = select(enterprise.c.uscc, enterprise.c.source_digest).where(
        enterprise.c.uscc.in_([draft.uscc for draft in drafts])
    )
    return {row.uscc: row.source_digest for row in session.execute(statement)}


def _locked(session: Session, codes: list[str]) -> dict[str, Mapping[str, Any]]:
    if not codes:
        return {}
    statement = select(enterprise).where(enterprise.c.uscc.in_(codes)).order_by(enterprise.c.id).with_for_update()
    return {row["uscc"]: dict(row) for row in session.execute(statement).mappings()}


def _count(outcome: _Outcome, draft: Draft, result: str) -> None:
    outcome.counts[result] += 1
    if draft.correction:
        outcome.counts["corrected"] += 1
        outcome.corrections.append(draft.correction)


def _write_remarks(session: Session, import_id: str, outcome: _Outcome) -> None:
    numbers: dict[int, int] = {}
    errors = []
    for problem in outcome.problems:
        number = numbers[problem.row] = numbers.get(problem.row, 0) + 1
        errors.append({"import_id": import_id, "number": number, **problem._asdict()})
    insert_rows(session, import_error, errors)
    corrections = [{"import_id": import_id, **correction._asdict()} for correction in outcome.corrections]
    insert_rows(session, import_correction, corrections)


def _note_progress(session: Session, batch: Mapping[str, Any], file: RegisterFile, outcome: _Outcome) -> None:
    values: dict[str, Any] = {name: batch[name] + count for name, count in outcome.counts.items()}
    values["position"] = max(batch["position"], open_files.position(batch["upload_id"]))
    values["format"] = file.format
    values["columns"] = file.columns.shown()
    session.execute(update(import_batch).where(import_batch.c.id == batch["id"]).values(values))


def _finish(
    session: Session, batch: Mapping[str, Any], job: Job, now: datetime, problem: FileUnreadable | None = None
) -> JobStep:
    session.execute(
        update(import_batch)
        .where(import_batch.c.id == batch["id"])
        .values(
            state="failed" if problem else "completed",
            position=batch["size"],
            problem_code=problem.code if problem else "",
            problem_detail=problem.detail if problem else "",
            finished_at=now,
        )
    )
    drop_upload(session, batch["upload_id"])
    open_files.close(batch["upload_id"])
    if not batch["is_dry_run"]:
        publish(session, _completed(batch), sequence=1, at=now)
    return JobStep(job.cursor, job.done, job.done, finished=True)


def _completed(batch: Mapping[str, Any]) -> ImportCompleted:
    return ImportCompleted(
        import_id=batch["id"],
        kind=batch["kind"],
        sha256=batch["sha256"],
        rows=batch["rows"],
        accepted=batch["created"] + batch["changed"],
        unchanged=batch["unchanged"],
        corrected=batch["corrected"],
        refused=batch["refused"],
    )
