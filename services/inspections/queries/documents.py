"""Documents of the caller's area, with their signatures; and whether one is still what everybody signed."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.inspections.domain.documents import DRAFT, ISSUED, PRESENT, Kind, Officer, Signed, digest_of
from services.inspections.queries.enterprises import in_area
from services.inspections.rules.documents import document_rules
from services.inspections.tables import check_record, document, document_hazard, document_signature, enterprise, staff
from shared.errors import NotFound
from shared.machines import NotAllowed
from shared.security.principal import Principal
from shared.work.attachments import attachment_by_id, content_of

Document = dict[str, Any]
SHOWN = ("id", "zh", "en", "about", "level", "event", "needs_present", "is_joint", "fields")


class DocumentNotFound(NotFound):
    code = "document_not_found"


def kind_of(name: str) -> Kind:
    """Return a kind of document; raises ``NotAllowed`` for one that does not exist."""
    found = document_rules().kinds.get(name)
    if found is None:
        raise NotAllowed("kind_unknown", "There is no such kind of document: choose one of the list.", kind=name)
    return found


def documents(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the documents of the area; ``hazard_id`` asks for those about a hazard."""
    joined = document.join(enterprise, enterprise.c.enterprise_id == document.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = [document.c[name] == value for name, value in given.items() if name != "hazard_id"]
    if "hazard_id" in given:
        about = select(document_hazard.c.document_id).where(document_hazard.c.hazard_id == given["hazard_id"])
        conditions.append(document.c.id.in_(about))
    return select(document, enterprise.c.name).select_from(joined).where(in_area(principal), *conditions)


def visible_document(session: Session, principal: Principal, document_id: str) -> Row[Any]:
    """Return one document; raises ``DocumentNotFound`` outside the area."""
    row = session.execute(documents(principal, wanted={"id": document_id})).one_or_none()
    if row is None:
        raise DocumentNotFound("There is no such document in your area.")
    return row


def document_view(row: Row[Any]) -> Document:
    """Return a document as lists show it."""
    kind = document_rules().kinds[row.kind]
    return {**row._asdict(), "kind_zh": kind.zh, "kind_en": kind.en}


def whole_document(session: Session, row: Row[Any]) -> Document:
    """Return a document with its signatures, what it replaces or was replaced by, and who has still to sign."""
    later = select(document.c.id).where(document.c.replaces == row.id, document.c.state.in_((DRAFT, ISSUED)))
    signed = signatures_of(session, row.id)
    return {
        **document_view(row),
        "signatures": signed,
        "replaced_by": session.scalar(later.order_by(document.c.id.desc()).limit(1)),
        "awaits": _awaits(document_rules().kinds[row.kind], signed) if row.state == DRAFT else [],
    }


def _awaits(kind: Kind, signed: Sequence[Row[Any]]) -> list[str]:
    places = [one.place for one in signed]
    officers = ["officer"] * (document_rules().officers - places.count("officer"))
    return officers + [PRESENT] * (kind.needs_present and PRESENT not in places)


def signatures_of(session: Session, document_id: str) -> Sequence[Row[Any]]:
    """Return who has signed, the first one first."""
    columns = document_signature.c
    wanted = select(document_signature).where(columns.document_id == document_id)
    return session.execute(wanted.order_by(columns.position)).all()


def signed_by(signatures: Sequence[Row[Any]]) -> list[Signed]:
    """Return what the rules look at of signatures."""
    return [Signed(one.place, one.account_id) for one in signatures]


def officer_of(session: Session, account_id: str) -> Officer | None:
    """Return what is known of an officer; None for an account that nobody has told of."""
    row = session.execute(select(staff).where(staff.c.account_id == account_id)).one_or_none()
    return Officer(account_id, frozenset(row.roles), row.licence_until) if row else None


def is_recorded(session: Session, task_id: str) -> bool:
    """Return whether everybody has signed the record of the last check of a task."""
    last = select(check_record.c.id).where(check_record.c.task_id == task_id)
    check_id = session.scalar(last.order_by(check_record.c.id.desc()).limit(1))
    columns = document.c
    signed = select(columns.id).where(columns.check_id == check_id, columns.state == ISSUED)
    return check_id is not None and session.scalar(signed.limit(1)) is not None


def hazards_of(session: Session, document_id: str) -> Sequence[str]:
    """Return the hazards that a document is about."""
    columns = document_hazard.c
    wanted = select(columns.hazard_id).where(columns.document_id == document_id)
    return session.scalars(wanted.order_by(columns.hazard_id)).all()


def verification_of(session: Session, row: Row[Any]) -> Document:
    """Return whether content, signatures and file are what everybody signed."""
    has_content = digest_of(row.content) == row.sha256
    has_signatures = all(one.sha256 == row.sha256 for one in signatures_of(session, row.id))
    file_sha256 = _digest_of_file(session, row.attachment_id)
    return {
        "number": row.number,
        "kind_zh": document_rules().kinds[row.kind].zh,
        "kind_en": document_rules().kinds[row.kind].en,
        "state": row.state,
        "issued_at": row.issued_at,
        "sha256": row.sha256,
        "file_sha256": row.file_sha256,
        "is_intact": has_content and has_signatures and file_sha256 == row.file_sha256,
    }


def _digest_of_file(session: Session, attachment_id: str | None) -> str:
    if attachment_id is None:
        return ""
    return sha256(b"".join(content_of(session, attachment_by_id(session, attachment_id)))).hexdigest()


def document_by_code(session: Session, code: str) -> Row[Any]:
    """Return the document with this code, for whoever holds the paper; raises ``DocumentNotFound``.

    A draft is nobody's paper.
    """
    columns = document.c
    wanted = select(document).where(columns.code == code.upper(), columns.issued_at.is_not(None))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise DocumentNotFound("No document has this code: check the letters.")
    return row


def verification_address(public_url: str, code: str) -> str:
    """Return where whoever holds a paper sees whether it is genuine; empty before the public address is set."""
    return f"{public_url}/documents/verify?code={code}" if public_url else ""


def kinds_view() -> list[Document]:
    """Return every kind with its fields and clause, as forms show them."""
    return [
        {
            **{name: getattr(one, name) for name in SHOWN},
            "clause": one.source.clause,
            "status": one.source.status,
        }
        for one in document_rules().kinds.values()
    ]
