"""Import of any list — enterprises, people, grids … — row by row, nothing lost, nothing doubled.

A step is one transaction of at most 1,000 rows that also moves counters, errors and the job's cursor. Within a file
the first row of a key (a credit code) counts: a later row with the same content is unchanged, one with other content
is refused and named. So the second import of a file changes nothing. What a row becomes is up to its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from io import SEEK_END
from typing import IO, Any, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.registry.domain.drafts import Correction, Draft, Problem
from services.registry.domain.forms import ENTERPRISES
from services.registry.domain.register_file import RegisterFile
from services.registry.queries.divisions import rules_in_force
from services.registry.tables import import_batch, import_correction, import_error, import_row
from services.registry.use_cases.contracts import import_contracts
from services.registry.use_cases.enterprises import import_enterprises
from services.registry.use_cases.grid_teams import import_members
from services.registry.use_cases.grids import import_grids
from services.registry.use_cases.intermediaries import import_intermediaries
from services.registry.use_cases.open_files import open_files
from services.registry.use_cases.persons import import_persons
from services.registry.use_cases.recording import ImportRun, Verdict, refused
from shared import context
from shared.contracts.registry import ImportCompleted
from shared.database.bulk import among, insert_rows
from shared.errors import Refused
from shared.events.outbox import publish
from shared.security.personal import vault_of
from shared.sheets import FileUnreadable, SheetRow
from shared.work.jobs import ROWS_PER_STEP, Job, JobStep, enqueue
from shared.work.uploads import drop_upload, store_upload, upload_by_id

JOB = "registry.import"
LARGEST_FILE = 200 << 20
UseCase = Callable[..., list[Verdict]]
_USE_CASES: Mapping[str, UseCase] = {
    ENTERPRISES: import_enterprises,
    "persons": import_persons,
    "grids": import_grids,
    "members": import_members,
    "intermediaries": import_intermediaries,
    "contracts": import_contracts,
}
_COUNTERS = ("rows", "created", "changed", "unchanged", "corrected", "refused")


class FileEmpty(Refused):
    code = "file_empty"


class FileTooLarge(Refused):
    code = "file_too_large"


class _OnlyTried(Exception):
    """Takes back what a dry run has done."""


class ImportOrder(NamedTuple):
    """What is to be imported, for whom; a dry run changes nothing."""

    actor: str
    kind: str = ENTERPRISES
    file_name: str = ""
    source: str = ""
    is_dry_run: bool = False


def start_import(session: Session, stream: IO[bytes], *, order: ImportOrder, now: datetime) -> str:
    """Store an uploaded file whole and queue its import; returns the id of import and job.

    Raises `FileEmpty`, `FileTooLarge`. Whatever else is wrong with the file is found by the import and told there.
    """
    _check_size(stream)
    upload = store_upload(session, stream, name=order.file_name[:200], media_type="", now=now)
    import_id = enqueue(session, JOB, {"upload_id": upload.id}, now=now)
    session.execute(
        insert(import_batch).values(
            id=import_id,
            kind=order.kind,
            source=order.source,
            state="running",
            is_dry_run=order.is_dry_run,
            upload_id=upload.id,
            file_name=upload.name,
            size=upload.size,
            sha256=upload.sha256,
            format="",
            columns={},
            position=0,
            problem_code="",
            problem_detail="",
            started_by=order.actor,
            started_at=now,
            **dict.fromkeys(_COUNTERS, 0),
        )
    )
    return import_id


def _check_size(stream: IO[bytes]) -> None:
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    if size == 0:
        raise FileEmpty("The file is empty: export it again from the other system.")
    if size > LARGEST_FILE:
        raise FileTooLarge(
            "The file is larger than 200 MB: split it by rows, each part with the header, and send them."
        )


def import_step(session: Session, job: Job, *, now: datetime) -> JobStep:
    """Import the next rows of a job's file; the step that finds none ends the import."""
    batch = _locked_batch(session, job.id)
    with context.bind(context.Trace(correlation_id=job.id, actor=batch["started_by"])):
        try:
            file = _file_at_cursor(session, batch, job)
            rows = file.take(ROWS_PER_STEP)
        except FileUnreadable as problem:
            return _finish(session, batch, job, now=now, problem=problem)
        if not rows:
            return _finish(session, batch, job, now=now)
        _Step(session, batch, file, now).run(rows)
    return JobStep({"consumed": file.consumed}, job.done + len(rows))


def give_up(session: Session, job: Job) -> None:
    """Forget the file of an import that failed for good; rows that were taken over stay, and so does what it tells."""
    drop_upload(session, job.arguments["upload_id"])
    open_files.close(job.arguments["upload_id"])


@dataclass(slots=True)
class _Step:
    """A thousand rows on their way into the registry, and what they came to."""

    session: Session
    batch: Mapping[str, Any]
    file: RegisterFile
    now: datetime
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTERS, 0))
    problems: list[Problem] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)

    def run(self, rows: Sequence[SheetRow]) -> None:
        """Import `rows` and write down what became of each."""
        self.counts["rows"] = len(rows)
        drafts = self._without_repeated(self._drafts_of(rows))
        for draft, verdict in zip(drafts, self._apply(drafts), strict=True):
            self._note(draft, verdict)
        insert_rows(self.session, import_row, self.seen)
        self._write_remarks()
        self._write_progress()

    def _drafts_of(self, rows: Sequence[SheetRow]) -> list[Draft]:
        drafts = []
        for row in rows:
            result = self.file.drafts.read(row)
            if isinstance(result, Draft):
                drafts.append(result)
            else:
                self._refuse(*result)
        return drafts

    def _without_repeated(self, drafts: list[Draft]) -> list[Draft]:
        """Keep the first row of each key, of this step or of an earlier one of the same file."""
        digests = self._digests_seen(drafts)
        first = []
        for draft in drafts:
            key = self._row_key(draft)
            if key not in digests:
                digests[key] = draft.digest
                first.append(draft)
            elif digests[key] == draft.digest:
                self._count(draft, "unchanged")
            else:
                self._refuse(refused(draft, "code_repeated" if self.batch["kind"] == ENTERPRISES else "key_repeated"))
        return first

    def _apply(self, drafts: list[Draft]) -> list[Verdict]:
        """Let the use case of the kind do its work; a dry run does it too, and takes it back."""
        run = ImportRun(self.batch["id"], self.batch["started_by"], self.now, self.file.rules)
        verdicts: list[Verdict] = []
        with suppress(_OnlyTried), self.session.begin_nested():
            verdicts += _USE_CASES[self.batch["kind"]](self.session, run, drafts=drafts)
            if self.batch["is_dry_run"]:
                raise _OnlyTried
        return verdicts

    def _note(self, draft: Draft, verdict: Verdict) -> None:
        if isinstance(verdict, Problem):
            self._refuse(verdict)
            return
        self._count(draft, verdict)
        self.seen.append(
            {
                "import_id": self.batch["id"],
                "key": self._row_key(draft),
                "row": draft.row,
                "outcome": verdict,
                "digest": draft.digest,
            }
        )

    def _row_key(self, draft: Draft) -> str:
        """Return the key as it is stored: what is made of personal data is only a digest."""
        if not self.file.form.has_personal_key:
            return draft.key
        return vault_of(self.session).blind_index(draft.key, field="import_row.key")

    def _digests_seen(self, drafts: list[Draft]) -> dict[str, int]:
        statement = select(import_row.c.key, import_row.c.digest).where(
            import_row.c.import_id == self.batch["id"],
            among(self.session, import_row.c.key, [self._row_key(draft) for draft in drafts]),
        )
        return {row.key: row.digest for row in self.session.execute(statement)}

    def _count(self, draft: Draft, result: str) -> None:
        self.counts[result] += 1
        if draft.correction:
            self.counts["corrected"] += 1
            self.corrections.append(draft.correction)

    def _refuse(self, *problems: Problem) -> None:
        self.counts["refused"] += 1
        self.problems += problems

    def _write_remarks(self) -> None:
        numbers: dict[int, int] = {}
        errors = []
        for problem in self.problems:
            number = numbers[problem.row] = numbers.get(problem.row, 0) + 1
            errors.append({"import_id": self.batch["id"], "number": number, **problem._asdict()})
        insert_rows(self.session, import_error, errors)
        corrections = [{"import_id": self.batch["id"], **correction._asdict()} for correction in self.corrections]
        insert_rows(self.session, import_correction, corrections)

    def _write_progress(self) -> None:
        values: dict[str, Any] = {name: self.batch[name] + count for name, count in self.counts.items()}
        values["position"] = max(self.batch["position"], open_files.position(self.batch["upload_id"]))
        values["format"] = self.file.format
        values["columns"] = self.file.columns.shown()
        self.session.execute(update(import_batch).where(import_batch.c.id == self.batch["id"]).values(values))


def _locked_batch(session: Session, import_id: str) -> dict[str, Any]:
    statement = select(import_batch).where(import_batch.c.id == import_id).with_for_update()
    return dict(session.execute(statement).mappings().one())


def _file_at_cursor(session: Session, batch: Mapping[str, Any], job: Job) -> RegisterFile:
    upload = upload_by_id(session, batch["upload_id"])
    consumed = job.cursor.get("consumed", 0)
    return open_files.at(session, upload, rules=rules_in_force(session), kind=batch["kind"], consumed=consumed)


def _finish(
    session: Session, batch: Mapping[str, Any], job: Job, *, now: datetime, problem: FileUnreadable | None = None
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
