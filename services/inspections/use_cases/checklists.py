"""Versions of checklists: begun as a draft, changed, published for ever, retired; and which list is for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.checklist_choices import check_choices
from services.inspections.queries.checklist_files import newest_version
from services.inspections.queries.checklists import (
    DISCARDED,
    DRAFT,
    PUBLISHED,
    RETIRED,
    choices_in_force,
    heads_in_force,
    version_by_id,
)
from services.inspections.rules import check_checklist, read_checklist, read_choices, standard_sets
from services.inspections.tables import checklist_choice, checklist_version
from shared.clock import business_date
from shared.errors import Conflict, Refused
from shared.ids import new_id

Content = Mapping[str, Any]


class ChecklistDraftExists(Conflict):
    code = "checklist_draft_exists"


class ChecklistIdTaken(Conflict):
    code = "checklist_id_taken"


class NotAChecklistDraft(Conflict):
    code = "not_a_checklist_draft"


class NotInForce(Conflict):
    code = "checklist_not_in_force"


class ChecklistInUse(Conflict):
    code = "checklist_in_use"


class BeginsInThePast(Refused):
    code = "effective_in_the_past"


@dataclass(frozen=True, slots=True)
class Writing:
    """What somebody writes into a draft, and why."""

    content: Content
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class NewList:
    """``id`` is the list's for ever; its first draft is ``content``, empty when nothing is given."""

    id: str
    zh: str
    en: str
    content: Content | None = None
    note: str = ""


def begin_checklist(session: Session, wanted: NewList, *, by: str, now: datetime) -> str:
    """Begin a list of its own with a draft of version 1 and return the draft's id; raises ``ChecklistIdTaken``."""
    if (number := _next_number(session, wanted.id)) > 1:
        raise ChecklistIdTaken("There is a list with this id already: choose another one.", field="id")
    content = wanted.content or {"section": [], "set": standard_sets()}
    head = {"source": "", "clause": "", "status": "design", **content.get("checklist", {})}
    named = {**content, "checklist": {**head, "zh": wanted.zh, "en": wanted.en}}
    writing = Writing(named, wanted.note, by)
    return _insert_draft(session, wanted.id, number=number, based_on=None, writing=writing, now=now)


def draft_checklist(session: Session, version_id: str, *, note: str, by: str, now: datetime) -> str:
    """Begin a draft from a version and return its id; raises ``ChecklistDraftExists`` while its list has another."""
    origin = version_by_id(session, version_id)
    columns, number = checklist_version.c, _next_number(session, origin.checklist)
    if session.scalar(select(columns.id).where(columns.checklist == origin.checklist, columns.state == DRAFT)):
        raise ChecklistDraftExists("This list has a draft already: go on with it or discard it first.")
    writing = Writing(origin.content, note, by)
    return _insert_draft(session, origin.checklist, number=number, based_on=version_id, writing=writing, now=now)


def import_checklist(session: Session, content: Content, *, note: str, by: str, now: datetime) -> str:
    """Begin a draft that says what a file says and return its id; a list that nobody knows begins with it.

    Raises ``ChecklistDraftExists`` while the list has another draft.
    """
    head = content["checklist"]
    origin = newest_version(session, head["id"])
    if origin is None:
        wanted = NewList(head["id"], zh=head["zh"], en=head["en"], content=content, note=note)
        return begin_checklist(session, wanted, by=by, now=now)
    version_id = draft_checklist(session, origin.id, note=note, by=by, now=now)
    amend_checklist(session, version_id, content=content, note=note, by=by, now=now)
    return version_id


def amend_checklist(session: Session, version_id: str, *, content: Content, note: str, by: str, now: datetime) -> int:
    """Replace the content of a draft and return its new revision; raises ``NotAChecklistDraft``.

    A draft may be unfinished; what keeps it from being published is told when it is read.
    """
    row = _draft(session, version_id)
    changes = _written(content, checklist=row.checklist, number=row.number, now=now)
    revision = int(row.revision + 1)
    own = {"revision": revision, "note": note, "changed_by": by, "changed_at": now}
    session.execute(update(checklist_version).where(checklist_version.c.id == version_id).values(**changes, **own))
    return revision


def publish_checklist(
    session: Session, version_id: str, *, effective_from: datetime | None, by: str, now: datetime
) -> None:
    """Let a draft count from ``effective_from`` (now) on for tasks that are made from then on; others keep theirs.

    Raises ``NotAChecklistDraft``, ``BeginsInThePast``, ``NotAllowed`` that names everything to be mended.
    """
    row = _draft(session, version_id)
    if effective_from is not None and effective_from < now:
        raise BeginsInThePast("A checklist cannot count from a moment in the past.", field="effective_from")
    starts = effective_from or now
    changes = _written(row.content, checklist=row.checklist, number=row.number, now=starts)
    check_checklist(read_checklist(changes["content"]))
    own = {"state": PUBLISHED, "revision": row.revision + 1, "published_by": by, "effective_from": starts}
    session.execute(update(checklist_version).where(checklist_version.c.id == version_id).values(**changes, **own))


def discard_checklist(session: Session, version_id: str, *, now: datetime) -> None:
    """Give up a draft, or what has not begun to count; raises ``NotAChecklistDraft``."""
    row = version_by_id(session, version_id, lock=True)
    if row.state != DRAFT and (row.state != PUBLISHED or row.effective_from <= now):
        raise NotAChecklistDraft("Only what does not count yet can be given up.", state=row.state)
    session.execute(update(checklist_version).where(checklist_version.c.id == version_id).values(state=DISCARDED))


def retire_checklist(session: Session, version_id: str, *, now: datetime) -> None:
    """Let no new task begin with a list whose version in force this is; raises ``NotInForce``, ``ChecklistInUse``."""
    row = version_by_id(session, version_id, lock=True)
    if version_id not in {one.id for one in heads_in_force(session, at=now).values()}:
        raise NotInForce("Only the version in force can be retired.", state=row.state)
    if row.checklist in {one.checklist for one in choices_in_force(session)}:
        raise ChecklistInUse("Tasks get this list by the choices: choose another list for them first.")
    changes = {"state": RETIRED, "retired_at": now}
    session.execute(update(checklist_version).where(checklist_version.c.id == version_id).values(**changes))


def choose_checklists(
    session: Session, rules: Sequence[Mapping[str, Any]], *, instead_of: int, note: str, by: str, now: datetime
) -> int:
    """Decide which list is for whom from now on, ``instead_of`` that version, and return the new one.

    Raises ``NotAllowed`` that names the rows which cannot be followed. Who decides at the same moment takes the same
    version; a list that is chosen cannot be retired at the same moment, its versions are held until then.
    """
    columns, choices = checklist_version.c, read_choices(rules)
    named = select(columns.id).where(columns.checklist.in_({one.checklist for one in choices}))
    session.execute(named.where(columns.state == PUBLISHED).order_by(columns.id).with_for_update())
    check_choices(choices, known=heads_in_force(session, at=now))
    version = instead_of + 1
    row = {"version": version, "rules": [dict(one) for one in rules], "note": note, "by": by, "at": now}
    session.execute(insert(checklist_choice).values(**row))
    return version


def _next_number(session: Session, checklist: str) -> int:
    """Return the number of a list's next version; read before looking for a draft.

    Whoever begins one after it was read is seen then, or has taken the number.
    """
    columns = checklist_version.c
    return int(session.scalar(select(func.max(columns.number)).where(columns.checklist == checklist)) or 0) + 1


def _insert_draft(
    session: Session, checklist: str, *, number: int, based_on: str | None, writing: Writing, now: datetime
) -> str:
    row = {
        "id": new_id(),
        "checklist": checklist,
        "number": number,
        "state": DRAFT,
        "revision": 1,
        "based_on": based_on,
        **_written(writing.content, checklist=checklist, number=number, now=now),
        "note": writing.note,
        "created_by": writing.by,
        "created_at": now,
        "changed_by": writing.by,
        "changed_at": now,
    }
    session.execute(insert(checklist_version).values(**row))
    return str(row["id"])


def _written(content: Content, *, checklist: str, number: int, now: datetime) -> dict[str, Any]:
    """Return the columns that hold a content; its head says which list and version it is, whatever was sent."""
    own = {"id": checklist, "version": number, "effective_from": business_date(now).isoformat()}
    head = {**content["checklist"], **own}
    return {"content": {**content, "checklist": head}, "zh": head["zh"], "en": head["en"]}


def _draft(session: Session, version_id: str) -> Row[Any]:
    row = version_by_id(session, version_id, lock=True)
    if row.state != DRAFT:
        raise NotAChecklistDraft("Only a draft can be changed or published: begin a new one.", state=row.state)
    return row
