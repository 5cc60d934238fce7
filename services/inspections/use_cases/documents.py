"""Draw up an official document, correct it, take it back; its number is taken at once, without gaps and doubles."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.caps import Part
from services.inspections.domain.documents import (
    CHECK,
    DRAFT,
    ISSUED,
    VOID,
    WITHDRAWN,
    Kind,
    check_correction,
    check_joint,
    checked_fields,
    digest_of,
    event_of,
    given_of,
    number_of,
)
from services.inspections.domain.hazard_facts import Hazard
from services.inspections.domain.hazards import take_step
from services.inspections.domain.tasks import HIGHEST_TIER
from services.inspections.queries.documents import hazards_of, kind_of, signatures_of
from services.inspections.queries.joint_checks import parts_of
from services.inspections.rules import hazard_rules
from services.inspections.rules.documents import document_rules
from services.inspections.tables import (
    check_record,
    document,
    document_hazard,
    document_series,
    enterprise,
    hazard,
)
from services.inspections.use_cases.hazards import FACTS, step_hazard
from shared.clock import business_date
from shared.database.bulk import upsert_rows
from shared.errors import Conflict
from shared.ids import new_id
from shared.machines import NotAllowed, Step, require

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_LENGTH = 16


class DocumentClosed(Conflict):
    code = "document_closed"


class DraftOpen(Conflict):
    code = "draft_open"


class DocumentChanged(Conflict):
    code = "document_changed"


@dataclass(frozen=True)
class Wanted:
    """A document of ``kind`` about a check or about hazards of one enterprise; or one that ``replaces`` another."""

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    check_id: str = ""
    hazard_ids: Sequence[str] = ()
    replaces: str = ""


@dataclass(frozen=True)
class Subject:
    """What a document is about; ``parts``: what each agency found in a joint check, the leading one first."""

    enterprise_id: str
    check: Row[Any] | None
    hazards: Sequence[Row[Any]]
    parts: Sequence[Part] = ()


def draw_up(session: Session, wanted: Wanted, *, asked: Step) -> str:
    """Draw up a document, give it the next number and return its id.

    Raises ``NotAllowed``, ``StepNotPossible`` when what signing would decide is not possible, ``DraftOpen``.
    """
    kind = kind_of(wanted.kind)
    old = _replaced(session, wanted, kind) if wanted.replaces else None
    subject = _subject(session, wanted, kind, old=old)
    fields = checked_fields(kind, wanted.fields)
    today, document_id = business_date(asked.now), new_id()
    _refuse_second_draft(session, kind, subject)
    if old is not None:
        check_correction(kind, old=old.content["fields"], new=fields)
    number = number_of(document_rules(), kind, year=today.year, serial=_next_serial(session, kind.id, today))
    _try_step(kind, subject, fields, number=number, asked=asked, is_new=old is None)
    head = {"number": number, "day": today.isoformat(), "replaces": old.number if old else ""}
    content = _content(session, kind, subject, fields=fields, head=head)
    row = {
        "id": document_id,
        "kind": kind.id,
        "number": number,
        "enterprise_id": subject.enterprise_id,
        "check_id": subject.check.id if subject.check else None,
        "content": content,
        "sha256": digest_of(content),
        "code": "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
        "drawn_up_by": asked.by,
        "drawn_up_at": asked.now,
        "replaces": old.id if old else None,
    }
    unfinished = {"state": DRAFT, "version": 1, "file_sha256": "", "ended_by": "", "end_reason": ""}
    session.execute(insert(document).values(**row, **unfinished))
    if about := [{"document_id": document_id, "hazard_id": one.id} for one in subject.hazards]:
        session.execute(insert(document_hazard), about)
    return document_id


def revise(session: Session, document_id: str, fields: Mapping[str, str], *, based_on: int, asked: Step) -> None:
    """Write a draft anew that nobody has signed; raises ``DocumentClosed``, ``DocumentChanged``, ``NotAllowed``."""
    row, kind = locked_draft(session, document_id)
    if signatures_of(session, document_id):
        raise DocumentClosed("Somebody has signed this: void it and draw up another one.", state=row.state)
    if row.version != based_on:
        raise DocumentChanged("Somebody has changed this document meanwhile: read it again.", version=row.version)
    checked = checked_fields(kind, fields)
    hazards = _hazards(session, hazards_of(session, document_id))
    subject = Subject(row.enterprise_id, None, hazards)
    if row.replaces:
        check_correction(kind, old=row.content["fields"], new=checked)
    _try_step(kind, subject, checked, number=row.number, asked=asked, is_new=row.replaces is None)
    content = {**row.content, "fields": checked}
    changes = {"content": content, "sha256": digest_of(content), "version": row.version + 1}
    session.execute(update(document).where(document.c.id == document_id).values(**changes))


def take_back(session: Session, document_id: str, *, reason: str, asked: Step) -> None:
    """Void a draft, or withdraw what was issued: its hazards go back to where they were before it.

    Raises ``DocumentClosed``, ``NotAllowed`` when what it decided cannot be undone, ``StepNotPossible`` when a hazard
    has gone on since.
    """
    row = locked(session, document_id)
    if row.state not in (DRAFT, ISSUED):
        raise DocumentClosed("This document does not count any more.", state=row.state)
    kind = kind_of(row.kind)
    if row.state == ISSUED:
        is_undone = bool(kind.undo) or not event_of(kind, row.content["fields"])
        sentence = "What this document decided has happened: correct it by one that replaces it."
        require(is_undone, NotAllowed("took_effect", sentence))
        for hazard_id in hazards_of(session, document_id) if kind.undo else ():
            step_hazard(session, hazard_id, step=replace(asked, event=kind.undo, given={"reason": reason}))
    state = VOID if row.state == DRAFT else WITHDRAWN
    end_document(session, row, state=state, reason=reason, by=asked.by, now=asked.now)


def end_document(session: Session, row: Row[Any], *, state: str, reason: str, by: str, now: datetime) -> None:
    """Let a document count no more; nothing of it is deleted."""
    ended = {"state": state, "version": row.version + 1, "end_reason": reason, "ended_by": by, "ended_at": now}
    session.execute(update(document).where(document.c.id == row.id).values(**ended))


def locked(session: Session, document_id: str) -> Row[Any]:
    """Return a document that nobody else changes until the transaction ends."""
    return session.execute(select(document).where(document.c.id == document_id).with_for_update()).one()


def locked_draft(session: Session, document_id: str) -> tuple[Row[Any], Kind]:
    """Return a draft with its kind; raises ``DocumentClosed``."""
    row = locked(session, document_id)
    if row.state != DRAFT:
        raise DocumentClosed("This document is no draft any more.", state=row.state)
    return row, kind_of(row.kind)


def _replaced(session: Session, wanted: Wanted, kind: Kind) -> Row[Any]:
    row = locked(session, wanted.replaces)
    if row.state != ISSUED or row.kind != kind.id:
        raise DocumentClosed("Only a document of the same kind that counts can be corrected.", state=row.state)
    return row


def _subject(session: Session, wanted: Wanted, kind: Kind, *, old: Row[Any] | None) -> Subject:
    check_id = old.check_id if old else wanted.check_id
    hazard_ids = hazards_of(session, old.id) if old else wanted.hazard_ids
    if kind.about == CHECK:
        require(bool(check_id), NotAllowed("check_missing", "Name the check that this is the record of."))
        found = session.execute(select(check_record).where(check_record.c.id == check_id).with_for_update()).one()
        is_ours = found.tier == HIGHEST_TIER
        require(is_ours, NotAllowed("check_of_other_tier", "Only checks of the bureau have such a record."))
        parts = parts_of(session, found.task_id)
        check_joint(kind, parts=parts)
        return Subject(found.enterprise_id, found, _hazards(session, sorted(set(found.hazards.values()))), parts)
    rows = _hazards(session, hazard_ids)
    most = document_rules().most_hazards
    require(0 < len(rows) <= most, NotAllowed("hazards_missing", f"Name one to {most} hazards.", most=most))
    enterprises = {one.enterprise_id for one in rows}
    require(len(enterprises) == 1, NotAllowed("several_enterprises", "A document is about one enterprise."))
    fits = not kind.level or {one.level for one in rows} == {kind.level}
    require(
        fits, NotAllowed("wrong_level", "This kind of document is about hazards of another level.", level=kind.level)
    )
    return Subject(enterprises.pop(), None, rows)


def _hazards(session: Session, hazard_ids: Sequence[str]) -> Sequence[Row[Any]]:
    wanted = select(hazard).where(hazard.c.id.in_(hazard_ids)).order_by(hazard.c.id)
    return session.execute(wanted.with_for_update()).all()


def _refuse_second_draft(session: Session, kind: Kind, subject: Subject) -> None:
    """One draft of a kind at a time about the same thing; the rows of check and hazards are locked."""
    columns = document.c
    about = columns.check_id == subject.check.id if subject.check else columns.id.in_(_about(subject))
    same = select(columns.id, columns.number).where(columns.kind == kind.id, columns.state == DRAFT, about)
    if found := session.execute(same.limit(1)).one_or_none():
        raise DraftOpen("There is a draft of this: sign or void it.", id=found.id, number=found.number)


def _about(subject: Subject) -> Any:
    columns = document_hazard.c
    return select(columns.document_id).where(columns.hazard_id.in_([one.id for one in subject.hazards]))


def _next_serial(session: Session, kind: str, today: date) -> int:
    """Return the next number of a kind in a year; the row waits for whoever takes one at the same moment."""
    columns = document_series.c
    begun = {"kind": kind, "year": today.year, "last": 0}
    upsert_rows(session, document_series, [begun], key=["kind", "year"], newer="last")
    following = update(document_series).where(columns.kind == kind, columns.year == today.year)
    return int(session.execute(following.values(last=columns.last + 1).returning(columns.last)).scalar_one())


def _try_step(
    kind: Kind, subject: Subject, fields: Mapping[str, str], *, number: str, asked: Step, is_new: bool
) -> None:
    """Refuse at once what signing could not decide; a correction decides nothing."""
    event = event_of(kind, fields)
    if not (event and is_new):
        return
    given = given_of(kind, fields, number=number, officers=[asked.by, "second"])
    for one in subject.hazards:
        known = Hazard(**{name: getattr(one, name) for name in FACTS})
        take_step(hazard_rules(), known, step=replace(asked, event=event, given=given))


def _content(
    session: Session, kind: Kind, subject: Subject, *, fields: Mapping[str, str], head: Mapping[str, str]
) -> dict[str, Any]:
    place = session.execute(select(enterprise).where(enterprise.c.enterprise_id == subject.enterprise_id)).one()
    check = subject.check
    seen = {"id": check.id, "at": check.at.isoformat(), "by": check.by, "checklist": check.checklist} if check else None
    return {
        **head,
        "kind": kind.id,
        "agency": document_rules().agency,
        "clause": kind.source.clause,
        "enterprise": {"id": place.enterprise_id, "name": place.name, "division": place.division},
        "check": seen,
        "parts": [asdict(part) for part in subject.parts],
        "hazards": [
            {name: getattr(one, name) for name in ("id", "description", "place", "clause", "level", "item")}
            for one in subject.hazards
        ],
        "fields": dict(fields),
    }
