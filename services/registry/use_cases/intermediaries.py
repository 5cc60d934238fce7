"""Intermediaries: registered with documents and staff, suspended and resumed by date or by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services.registry.domain import credit_code
from services.registry.domain.cells import code as code_cell
from services.registry.domain.drafts import Draft
from services.registry.domain.intermediaries import (
    Document,
    DocumentNotFound,
    IntermediaryExists,
    StaffElsewhere,
    StaffNotFound,
    check_days,
    check_services,
    next_change,
    standing,
    start_of,
)
from services.registry.tables import intermediary, intermediary_document, intermediary_staff
from services.registry.use_cases.enterprises import CreditCodeMalformed
from services.registry.use_cases.recording import ImportRun, Verdict
from shared.clock import business_date
from shared.contracts.registry import IntermediaryRegistered, IntermediaryState, IntermediarySuspended
from shared.database.bulk import insert_rows
from shared.events.outbox import publish
from shared.ids import new_id
from shared.security.personal import vault_of
from shared.work.attachments import Attachment, attachment_by_id
from shared.work.timers import cancel, schedule

TIMER = "registry.intermediary_documents"
CONTACTS = ("contact_name", "contact_phone")
STAFF_NAME = "intermediary_staff.name"
STAFF_IDENTITY = "person.identity"  # the same index as that of persons: one human being, one digest
_IN_FILES = (
    ("practice_notice", "notice_number", "notice_until"),
    ("qualification", "qualification_number", "qualification_until"),
)
_PLAIN = ("name", "address", "premises", "services")
_EMPTY: Mapping[str, Any] = {
    "address": "", "premises": None, "services": [], "contact_name": "", "contact_phone": "", "is_stopped": False,
    "stop_reason": "", "status": "suspended", "reason": "", "reason_document": "",
}  # fmt: skip


def register_intermediary(session: Session, given: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Register an intermediary by its credit code and return its row; without documents it is suspended at first.

    Raises `CreditCodeMalformed`, `IntermediaryExists`, `ServiceUnknown`.
    """
    uscc = code_cell(given["uscc"])
    if credit_code.check(uscc).problem:
        raise CreditCodeMalformed("This is no valid credit code: compare it with the licence.", uscc=uscc)
    if session.scalar(select(intermediary.c.id).where(intermediary.c.uscc == uscc)):
        raise IntermediaryExists("This intermediary is registered already: change that one instead.", uscc=uscc)
    check_services(given.get("services", ()))
    row = {**_EMPTY, "id": new_id(), "uscc": uscc, "version": 0, "created_at": now, **_written(session, given)}
    return _judge(session, row, [], now=now, is_new=True)


def change_intermediary(
    session: Session, current: Mapping[str, Any], changes: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Change facts of the locked row `current`; returns the row as it is now. Raises `ServiceUnknown`."""
    check_services(changes.get("services", ()))
    written = _written(session, changes, current)
    if all(current[name] == value for name, value in written.items()):
        return dict(current)
    return _judge(session, {**current, **written}, documents_of(session, current["id"]), now=now)


def put_documents(
    session: Session, current: Mapping[str, Any], documents: Sequence[Mapping[str, Any]], *, now: datetime
) -> dict[str, Any]:
    """Make `documents` (kind, number, valid_from, valid_until, attachment_id) those of the locked `current`.

    Whether it may work follows at once, and again on the days on which one begins or ends. A scan must have been kept
    for this intermediary. Raises `DatesReversed`, `AttachmentUnknown`, `DocumentNotFound`.
    """
    for document in documents:
        check_days(document.get("valid_from"), document.get("valid_until"))
        if scan := document.get("attachment_id"):
            scan_of(session, current["id"], str(scan))
    unique = {(document["kind"], document["number"]): document for document in documents}
    rows = [
        {
            "id": new_id(),
            "intermediary_id": current["id"],
            "kind": kind,
            "number": number,
            "valid_from": document.get("valid_from"),
            "valid_until": document.get("valid_until"),
            "attachment_id": document.get("attachment_id") and str(document["attachment_id"]),
        }
        for (kind, number), document in unique.items()
    ]
    session.execute(delete(intermediary_document).where(intermediary_document.c.intermediary_id == current["id"]))
    insert_rows(session, intermediary_document, rows)
    return _judge(session, dict(current), [_document(row) for row in rows], now=now)


def scan_of(session: Session, intermediary_id: str, attachment_id: str) -> Attachment:
    """Return a scan that was kept for an intermediary; raises `AttachmentUnknown`, `DocumentNotFound`."""
    kept = attachment_by_id(session, attachment_id)
    if kept.owner != intermediary_id:
        raise DocumentNotFound("This intermediary has no such scan.", attachment_id=attachment_id)
    return kept


def stop_intermediary(session: Session, current: Mapping[str, Any], *, reason: str, now: datetime) -> dict[str, Any]:
    """Suspend the locked intermediary by hand, until somebody resumes it."""
    row = {**current, "is_stopped": True, "stop_reason": reason}
    return _judge(session, row, documents_of(session, current["id"]), now=now)


def resume_intermediary(session: Session, current: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Lift a suspension by hand; one for its documents stays until they are renewed."""
    row = {**current, "is_stopped": False, "stop_reason": ""}
    return _judge(session, row, documents_of(session, current["id"]), now=now)


def judge_again(session: Session, intermediary_id: str, *, now: datetime) -> None:
    """Let an intermediary follow its documents on a day on which one of them begins or has ended."""
    statement = select(intermediary).where(intermediary.c.id == intermediary_id).with_for_update()
    row = dict(session.execute(statement).mappings().one())
    _judge(session, row, documents_of(session, intermediary_id), now=now, is_only_timer=True)


def add_staff(session: Session, current: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """Add a technician (name, identity, account_id, certificate, is_full_time, joined_on) and return the id.

    Raises `StaffElsewhere` while the same person works for an intermediary (§3.2: one agency at a time).
    """
    vault = vault_of(session)
    index = vault.blind_index(given["identity"].upper(), field=STAFF_IDENTITY)
    staff = intermediary_staff.c
    if session.scalar(select(staff.id).where(staff.identity_index == index, staff.left_on.is_(None))):
        raise StaffElsewhere("This person works for an intermediary already: let them leave there first.")
    row = {
        "id": new_id(),
        "intermediary_id": current["id"],
        "account_id": given.get("account_id", ""),
        "sealed_name": vault.encrypt(given["name"], field=STAFF_NAME),
        "identity_index": index,
        "certificate": given.get("certificate", ""),
        "is_full_time": given.get("is_full_time", True),
        "joined_on": given["joined_on"],
    }
    session.execute(insert(intermediary_staff), row)
    return str(row["id"])


def end_staff(session: Session, current: Mapping[str, Any], staff_id: str, *, left_on: date) -> None:
    """Let a technician leave the intermediary. Raises `StaffNotFound`, `DatesReversed`."""
    staff = intermediary_staff.c
    of_this = (staff.id == staff_id, staff.intermediary_id == current["id"], staff.left_on.is_(None))
    row = session.execute(select(staff.joined_on).where(*of_this)).one_or_none()
    if row is None:
        raise StaffNotFound("No such person works for this intermediary.", staff_id=staff_id)
    check_days(row.joined_on, left_on)
    session.execute(update(intermediary_staff).where(staff.id == staff_id).values(left_on=left_on))


def import_intermediaries(session: Session, run: ImportRun, *, drafts: Sequence[Draft]) -> list[Verdict]:
    """Take over a list of intermediaries with their practice notice and qualification, told by credit code."""
    known = locked_intermediaries(session, [draft.key for draft in drafts])
    verdicts: list[Verdict] = []
    for draft in drafts:
        before = known.get(draft.key)
        if before is None:
            row = register_intermediary(session, draft.given, now=run.now)
        else:
            row = change_intermediary(session, before, draft.given, now=run.now)
        row = _import_documents(session, row, draft.given, now=run.now)
        is_news = before is None or row["version"] != before["version"]
        verdicts.append("created" if before is None else "changed" if is_news else "unchanged")
    return verdicts


def locked_intermediaries(session: Session, codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of intermediaries by credit code, locked."""
    statement = select(intermediary).where(intermediary.c.uscc.in_(set(codes))).order_by(intermediary.c.id)
    return {row["uscc"]: dict(row) for row in session.execute(statement.with_for_update()).mappings()}


def documents_of(session: Session, intermediary_id: str) -> list[Document]:
    """Return what the standing of an intermediary follows from."""
    statement = select(intermediary_document).where(intermediary_document.c.intermediary_id == intermediary_id)
    return [_document(dict(row)) for row in session.execute(statement).mappings()]


def intermediary_event(row: Mapping[str, Any]) -> IntermediaryState:
    """Return the whole public state of an intermediary as its event."""
    event_class = IntermediaryRegistered if row["status"] == "registered" else IntermediarySuspended
    return event_class(
        intermediary_id=row["id"],
        uscc=row["uscc"],
        name=row["name"],
        services=tuple(row["services"]),
        reason=row["reason"],
        document=row["reason_document"],
    )


def _import_documents(
    session: Session, row: dict[str, Any], given: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Put the documents that a file names beside those that are known; the same number is the same document."""
    statement = select(intermediary_document).where(intermediary_document.c.intermediary_id == row["id"])
    held = {(one["kind"], one["number"]): dict(one) for one in session.execute(statement).mappings()}
    wanted = dict(held)
    for kind, number, until in _IN_FILES:
        if number in given or until in given:
            key = (kind, given.get(number, ""))
            before = held.get(key, {"kind": kind, "number": key[1]})
            wanted[key] = {**before, "valid_until": given.get(until)}
    is_same = all(key in held and held[key]["valid_until"] == one["valid_until"] for key, one in wanted.items())
    return row if is_same else put_documents(session, row, list(wanted.values()), now=now)


def _judge(
    session: Session,
    row: dict[str, Any],
    documents: Sequence[Document],
    *,
    now: datetime,
    is_new: bool = False,
    is_only_timer: bool = False,
) -> dict[str, Any]:
    """Write `row` with the standing that follows from `documents`, set the timer of the next change, tell."""
    today = business_date(now)
    verdict = standing(documents, day=today, is_stopped=row["is_stopped"])
    judged = {"status": verdict.status, "reason": verdict.reason, "reason_document": verdict.document}
    if day := next_change(documents, day=today):
        schedule(session, TIMER, row["id"], due_at=start_of(day))
    else:
        cancel(session, TIMER, row["id"])
    if is_only_timer and all(row[name] == value for name, value in judged.items()):
        return row
    row = {**row, **judged, "version": row["version"] + 1, "updated_at": now}
    if is_new:
        session.execute(insert(intermediary), row)
    else:
        session.execute(update(intermediary).where(intermediary.c.id == row["id"]).values(row))
    publish(session, intermediary_event(row), sequence=row["version"], at=now)
    return row


def _document(row: Mapping[str, Any]) -> Document:
    return Document(row["kind"], row["valid_from"], row["valid_until"])


def _written(session: Session, given: Mapping[str, Any], current: Mapping[str, Any] | None = None) -> dict[str, Any]:
    written = {name: given[name] for name in _PLAIN if name in given}
    if "services" in written:
        written["services"] = sorted(set(written["services"]))
    vault = vault_of(session)
    for name in CONTACTS:
        if name not in given:
            continue
        field, held = f"intermediary.{name}", current[name] if current else ""
        is_same = bool(held) and vault.decrypt(held, field=field) == given[name]
        written[name] = held if is_same else given[name] and vault.encrypt(given[name], field=field)
    return written
