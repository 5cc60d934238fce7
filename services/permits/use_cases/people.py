"""People of enterprises as the register tells of them, their certificates, and what a doctor said they must not do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from services.permits.domain.people import ENTERPRISE, TRAINING, UNCHECKED, laid_down
from services.permits.rules.people import people_rules
from services.permits.tables import certificate, fitness, person
from services.permits.tables.people import NUMBER
from services.permits.use_cases.attachments import check_photos
from shared.clock import business_date
from shared.contracts.registry import PersonState
from shared.contracts.training import CertificateExpired, CertificateState
from shared.database.bulk import upsert_rows
from shared.errors import Conflict
from shared.events.received import Received
from shared.ids import new_id
from shared.machines import NotAllowed
from shared.security.personal import vault_of

REPLACED = "replaced"


class CertificateEnded(Conflict):
    code = "certificate_ended"


class NotOurs(Conflict):
    """Training keeps this certificate; it is changed there."""

    code = "kept_by_training"


@dataclass(frozen=True, slots=True)
class Query:
    """What the national query answered: ``confirmed``, ``not_found`` or ``failed``, and a picture of the answer."""

    outcome: str
    photo_id: str = ""


def keep_persons(session: Session, received: Sequence[Received[PersonState]]) -> None:
    """Keep who works where with which posts; what is older than what is known changes nothing."""
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    rows = [
        {
            "person_id": one.subject,
            "sequence": one.sequence,
            "enterprise_id": one.data.enterprise_id,
            "posts": list(one.data.posts),
            "account_id": one.data.account_id,
            "joined_on": day_of(one.data.joined_on),
            "left_on": day_of(one.data.left_on),
        }
        for _, one in sorted(newest.items())
    ]
    upsert_rows(session, person, rows, key=["person_id"], newer="sequence")


def keep_certificate(session: Session, told: CertificateState, *, sequence: int, now: datetime) -> bool:
    """Take over a certificate of training, also in place of what the enterprise had entered; True when it was news.

    One of a kind that no work asks for is not kept.
    """
    if told.certificate not in people_rules().kinds:
        return False
    known = session.execute(
        select(certificate.c.sequence).where(certificate.c.id == told.certificate_id).with_for_update()
    ).scalar()
    if known is not None and known >= sequence:
        return False
    row = _told_row(told, sequence=sequence, now=now)
    if known is None:
        kept = {"sealed_number": "", "query": UNCHECKED, "created_by": TRAINING, "created_at": now}
        session.execute(insert(certificate).values(id=told.certificate_id, **row, **kept))
    else:
        session.execute(update(certificate).where(certificate.c.id == told.certificate_id).values(**row))
    _replace_entered(session, told, now=now)
    return True


def enter_certificate(
    session: Session, person_id: str, given: Mapping[str, Any], *, owner: str, by: str, now: datetime
) -> str:
    """Enter a certificate of somebody of the enterprise ``owner`` and return its id.

    Raises ``NotAllowed`` for days that cannot be or a category of another kind, ``ForeignPhoto``.
    """
    row = _entered_row(session, given, owner=owner)
    certificate_id = new_id()
    kept = {"source": ENTERPRISE, "sequence": 0, "query": UNCHECKED, "ended_why": "", "version": 1, "created_by": by}
    times = {"created_at": now, "updated_at": now}
    session.execute(insert(certificate).values(id=certificate_id, person_id=person_id, **row, **kept, **times))
    return certificate_id


def amend_certificate(
    session: Session, row: Row[Any], changes: Mapping[str, Any], *, owner: str, now: datetime
) -> None:
    """Correct a certificate that the enterprise entered, or note its review; the national query is asked again.

    Raises ``CertificateEnded``, ``NotOurs``, ``NotAllowed``, ``ForeignPhoto``.
    """
    _require_entered(row)
    same = ("kind", "category", "authority", "valid_from", "valid_to", "review_by", "photo_id")
    fresh = _entered_row(session, {name: getattr(row, name) for name in same} | dict(changes), owner=owner)
    if "number" not in changes:
        del fresh["sealed_number"]
    asked = {"query": UNCHECKED, "queried_at": None}
    _change(session, row, {**fresh, **asked}, now=now)


def note_query(session: Session, row: Row[Any], query: Query, *, owner: str, now: datetime) -> None:
    """Keep what the national query answered, with its time; a failed one needs a photo of the certificate.

    Raises ``CertificateEnded``, ``NotAllowed``, ``ForeignPhoto``.
    """
    _require_counts(row)
    photo_id = query.photo_id or row.photo_id
    if query.outcome == "failed" and not photo_id:
        raise NotAllowed(
            "photo_missing", "Add a photo of the certificate: the query has not answered.", field="photo_id"
        )
    _check_photo(session, photo_id, owner=owner)
    _change(session, row, {"query": query.outcome, "queried_at": now, "photo_id": photo_id}, now=now)


def end_certificate(session: Session, row: Row[Any], *, why: str, now: datetime) -> None:
    """Let a certificate count no more from today on; raises ``CertificateEnded``, ``NotOurs``."""
    _require_entered(row)
    _change(session, row, {"ended_on": business_date(now), "ended_why": why}, now=now)


def set_fitness(session: Session, person_id: str, unfit_for: Collection[str], *, by: str, now: datetime) -> None:
    """Keep for which kinds of work somebody is not fit (GB 30871-2022 4.9, GBZ/T 260); the diagnosis is not kept."""
    known = session.execute(
        select(fitness.c.version).where(fitness.c.person_id == person_id).with_for_update()
    ).scalar()
    row = {"person_id": person_id, "unfit_for": sorted(set(unfit_for)), "version": (known or 0) + 1}
    upsert_rows(session, fitness, [{**row, "updated_by": by, "updated_at": now}], key=["person_id"])


def day_of(text: str) -> date | None:
    """Return the day of an ISO text, None for an empty one."""
    return date.fromisoformat(text) if text else None


def _told_row(told: CertificateState, *, sequence: int, now: datetime) -> dict[str, Any]:
    expired_on = told.expired_on if isinstance(told, CertificateExpired) else ""
    return {
        "person_id": told.person_id,
        "kind": told.certificate,
        "category": told.category,
        "authority": told.authority,
        "valid_from": date.fromisoformat(told.valid_from),
        "valid_to": day_of(told.valid_to),
        "review_by": day_of(told.review_by),
        "source": TRAINING,
        "sequence": sequence,
        "ended_on": day_of(expired_on),
        "ended_why": "expired" if expired_on else "",
        "version": sequence,
        "updated_at": now,
    }


def _replace_entered(session: Session, told: CertificateState, *, now: datetime) -> None:
    """End what the enterprise itself had entered of the same certificate."""
    columns = certificate.c
    is_same = or_(columns.category.in_((told.category, "")), literal(not told.category))
    wanted = (columns.person_id == told.person_id, columns.kind == told.certificate, columns.source == ENTERPRISE)
    ended = {"ended_on": business_date(now), "ended_why": REPLACED, "version": columns.version + 1, "updated_at": now}
    session.execute(update(certificate).where(*wanted, is_same, columns.ended_on.is_(None)).values(**ended))


def _entered_row(session: Session, given: Mapping[str, Any], *, owner: str) -> dict[str, Any]:
    kind = people_rules().kinds[given["kind"]]
    category = given.get("category", "")
    if category and category not in kind.categories:
        sentence = "This certificate has no such category: choose one of its own."
        raise NotAllowed("category_unknown", sentence, field="category", categories=list(kind.categories))
    days = laid_down(kind, given["valid_from"], valid_to=given.get("valid_to"), review_by=given.get("review_by"))
    photo_id = given.get("photo_id")
    _check_photo(session, photo_id, owner=owner)
    number = given.get("number", "")
    return {
        "kind": kind.id,
        "category": category,
        "sealed_number": vault_of(session).encrypt(number, field=NUMBER) if number else "",
        "authority": given.get("authority") or kind.authority,
        "valid_from": days.valid_from,
        "valid_to": days.valid_to,
        "review_by": days.review_by,
        "photo_id": photo_id,
    }


def _check_photo(session: Session, photo_id: str | None, *, owner: str) -> None:
    check_photos(session, [photo_id] if photo_id else [], owner=owner, field="photo_id")


def _require_counts(row: Row[Any]) -> None:
    if row.ended_on is not None:
        raise CertificateEnded("This certificate counts no more: enter the new one.", ended_on=row.ended_on.isoformat())


def _require_entered(row: Row[Any]) -> None:
    _require_counts(row)
    if row.source == TRAINING:
        raise NotOurs("This certificate comes from training: it is changed there.")


def _change(session: Session, row: Row[Any], values: Mapping[str, Any], *, now: datetime) -> None:
    changed = {**values, "version": row.version + 1, "updated_at": now}
    session.execute(update(certificate).where(certificate.c.id == row.id).values(**changed))
