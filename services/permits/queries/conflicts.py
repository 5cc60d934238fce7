"""What works of an enterprise do to each other, from what is stored of them."""

from collections.abc import Sequence
from datetime import datetime
from math import inf
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from services.permits.domain.conflicts import (
    Conflict,
    Work,
    conflicts,
    forbidding,
    is_one_place,
    needs_coordinator,
)
from services.permits.domain.permit_facts import GUARDIAN, OVER, READY, Engagement
from services.permits.domain.places import Spot
from services.permits.queries.doings import works_without_permit
from services.permits.queries.places import ledger_of
from services.permits.rules.interlocks import interlocks
from services.permits.rules.permitting import permit_rules
from services.permits.tables import permit, permit_person
from shared.errors import Refused

Document = dict[str, Any]
BINDING = "gb30871-2022"  # for everybody else its values are good practice


class WorkForbidden(Refused):
    """Another work near it, at the same time, forbids this one (I2–I9)."""

    code = "work_in_conflict"


def works_beside(session: Session, enterprise_id: str, *, between: tuple[datetime, datetime]) -> list[Work]:
    """Return everything that is permitted or done at an enterprise at some moment of the time ``between``."""
    first, last = between
    columns = permit.c
    wanted = select(permit).where(
        columns.enterprise_id == enterprise_id, columns.ends_at > first, columns.starts_at < last
    )
    permitted = [known_work(row) for row in session.execute(wanted.order_by(columns.id))]
    return [*permitted, *works_without_permit(session, enterprise_id, between=between)]


def known_work(row: Row[Any], *, related: frozenset[str] = frozenset()) -> Work:
    """Return a stored permit as the interlocks see it; a position of unknown accuracy may be anywhere."""
    accuracy = inf if row.accuracy_m is None else row.accuracy_m
    spot = None if row.longitude is None or row.latitude is None else Spot(row.longitude, row.latitude, accuracy)
    same = {
        name: getattr(row, name) for name in ("id", "kind", "starts_at", "ends_at", "state", "number", "facts", "place")
    }
    return Work(**same, place_id=row.place_id or "", parent_id=row.parent_id or "", spot=spot, related=related)


def conflicts_of(session: Session, enterprise_id: str, work: Work) -> tuple[Conflict, ...]:
    """Return what stands between ``work`` and everything else at its enterprise, the gravest first."""
    others = works_beside(session, enterprise_id, between=(work.starts_at, work.ends_at))
    return conflicts(interlocks(), work, others=others, places=ledger_of(session, enterprise_id))


def permit_conflicts(session: Session, row: Row[Any]) -> tuple[Conflict, ...]:
    """Return what stands between the permit in ``row`` and everything else at its enterprise."""
    return conflicts_of(session, row.enterprise_id, _with_family(session, row))


def engagements_of(session: Session, row: Row[Any], *, person_id: str) -> tuple[Engagement, ...]:
    """Return what a person does under other permits of the enterprise than that in ``row``: guards, or is inside.

    Work that is over or taken away is guarded until everybody has come out.
    """
    one, other, own = permit_person.c, permit_person.alias().c, permit.c
    inside = select(other.person_id).where(other.permit_id == own.id, other.role != GUARDIAN, other.is_in)
    goes_on = own.state.in_(READY) | own.state.in_(OVER) & inside.exists()
    is_other = (own.enterprise_id == row.enterprise_id, own.id != row.id, goes_on)
    joined = permit.join(permit_person, one.permit_id == own.id)
    wanted = select(permit, one.role).select_from(joined).where(one.person_id == person_id, one.is_in, *is_other)
    work, fence = _with_family(session, row), permit_rules().fence_metres
    return tuple(
        Engagement(it.id, it.number, it.role == GUARDIAN, is_one_place(work, known_work(it), fence_metres=fence))
        for it in session.execute(wanted.order_by(own.id))
    )


def _with_family(session: Session, row: Row[Any]) -> Work:
    """Return the permit in ``row`` with the others of its job."""
    head = row.parent_id or row.id
    family = select(permit.c.id).where(or_(permit.c.id == head, permit.c.parent_id == head))
    return known_work(row, related=frozenset(session.scalars(family)))


def forbidden_by(session: Session, row: Row[Any]) -> tuple[str, ...]:
    """Return which rules and works forbid the permit in ``row``."""
    return tuple(_names(forbidding(permit_conflicts(session, row))))


def refuse_forbidden(session: Session, enterprise_id: str, work: Work) -> None:
    """Raise ``WorkForbidden`` when something that is permitted or done at that time forbids ``work``."""
    found = forbidding(conflicts_of(session, enterprise_id, work))
    if found:
        sentence = "Other work nearby forbids this one at that time: choose another time or place."
        raise WorkForbidden(sentence, conflicts=_names(found))


def conflict_views(session: Session, row: Row[Any]) -> Document:
    """Return the conflicts of the permit in ``row`` with rule, clause and distance, and what follows from them."""
    found = permit_conflicts(session, row)
    own = known_work(row)
    return {
        "permit": _work_view(own),
        "items": [_conflict_view(one, is_binding=row.ruleset == BINDING) for one in found],
        "is_forbidden": bool(forbidding(found)),
        "needs_coordinator": needs_coordinator(found),
    }


def _conflict_view(one: Conflict, *, is_binding: bool) -> Document:
    source, words = one.source, one.words
    return {
        "rule": one.rule,
        "effect": one.effect,
        **{name: getattr(words, name) for name in ("zh", "en", "todo_zh", "todo_en")},
        "source": source.document,
        "clause": source.clause,
        "status": source.status if is_binding or source.status != "official" else "practice",
        "distance_m": one.distance_m,
        "limit_m": one.limit_m,
        "other": one.other and _work_view(one.other),
    }


def _work_view(work: Work) -> Document:
    """Return a work in short; a position without a known accuracy has none."""
    names = ("id", "kind", "number", "state", "starts_at", "ends_at", "place_id")
    spot = work.spot
    accuracy = None if spot is None or spot.accuracy_m == inf else spot.accuracy_m
    location = spot and {"longitude": spot.longitude, "latitude": spot.latitude, "accuracy_m": accuracy}
    return {**{name: getattr(work, name) for name in names}, "is_permit": bool(work.state), "location": location}


def _names(found: Sequence[Conflict]) -> list[str]:
    """Return rule and number of what is in the way; what has no number is named by its kind."""
    return [f"{one.rule} {one.other.number or one.other.kind}" for one in found if one.other]
