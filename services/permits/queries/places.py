"""The places of the caller's area, the ledger of one enterprise as the interlocks see it, and as a file."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from services.permits.domain.places import (
    Place,
    PlaceMalformed,
    PlaceNotFound,
    Places,
    Spot,
    assessed_until,
    is_poisonous,
)
from services.permits.queries.enterprises import in_area
from services.permits.rules.places import place_rules
from services.permits.tables import doing, enterprise, permit, place
from shared.security.principal import Principal

Document = dict[str, Any]
RISK = {"yes": True, "no": False}  # what is unknown is said by silence


def places(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the places of the area; ``q`` is part of a number or name."""
    joined = place.join(enterprise, enterprise.c.enterprise_id == place.c.enterprise_id)
    conditions = [_CONDITIONS.get(name, _same(name))(value) for name, value in wanted.items() if value is not None]
    columns = (place, enterprise.c.name)
    return select(*columns).select_from(joined).where(in_area(principal), place.c.removed_at.is_(None), *conditions)


def _same(name: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda value: place.c[name] == value


_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "q": lambda words: or_(*(place.c[name].icontains(words, autoescape=True) for name in ("number", "title"))),
}


def visible_place(session: Session, principal: Principal, place_id: str) -> Row[Any]:
    """Return one place; raises ``PlaceNotFound`` outside the area and for one that was removed."""
    row = session.execute(places(principal, wanted={"id": place_id})).one_or_none()
    if row is None:
        raise PlaceNotFound("There is no such place in your area.")
    return row


def ledger_of(session: Session, enterprise_id: str) -> Places:
    """Return the places of an enterprise by id, as the interlocks see them."""
    return {row.id: known_place(row) for row in session.execute(_ledger(enterprise_id))}


def place_of(session: Session, enterprise_id: str, place_id: str) -> Place:
    """Return one place in the ledger of an enterprise; raises ``PlaceMalformed`` for any other."""
    row = session.execute(_ledger(enterprise_id).where(place.c.id == place_id)).one_or_none()
    if row is None:
        raise PlaceMalformed("Choose a place of the same enterprise that is in its ledger.", field="place_id")
    return known_place(row)


def _ledger(enterprise_id: str) -> Select[Any]:
    return select(place).where(place.c.enterprise_id == enterprise_id, place.c.removed_at.is_(None))


def known_place(row: Row[Any]) -> Place:
    """Return a stored place as the interlocks see it."""
    facts = {"risk_place": RISK[row.risk_place]} if row.risk_place in RISK else {}
    return Place(row.id, row.kind, row.within_id or "", spot_of(row), row.radius_m, facts)


def spot_of(row: Row[Any]) -> Spot | None:
    """Return the position in a row; None when it is not known."""
    return None if row.longitude is None else Spot(row.longitude, row.latitude, row.accuracy_m)


def used_places(session: Session, enterprise_id: str, *, now: datetime) -> set[str]:
    """Return the places of an enterprise at which something is going on or planned."""
    columns = doing.c
    doings = select(columns.place_id).where(columns.enterprise_id == enterprise_id, columns.ends_at > now)
    permits = select(permit.c.place_id).where(permit.c.enterprise_id == enterprise_id, permit.c.is_open)
    return {place_id for named in (doings, permits) for place_id in session.scalars(named) if place_id}


def place_view(row: Row[Any], *, today: date) -> Document:
    """Return a place with the names of its kind and hazards, and by when a hot-work area is assessed again."""
    rules = place_rules()
    until = assessed_until(rules, row.kind, assessed_on=row.assessed_on)
    return {
        **row._asdict(),
        "location": spot_of(row),
        "kind_zh": rules.kinds[row.kind].zh,
        "kind_en": rules.kinds[row.kind].en,
        "hazards": [_hazard(rules.hazards[one]) for one in row.hazards],
        "needs_principal": is_poisonous(rules, row.hazards),
        "assessed_until": until,
        "is_assessment_due": until is not None and until <= today,
    }


def _hazard(hazard: Any) -> Document:
    return {"id": hazard.id, "zh": hazard.zh, "en": hazard.en}


def ledger_rows(session: Session, principal: Principal, *, enterprise_id: str) -> Iterator[list[str]]:
    """Yield the cells of the ledger of an enterprise in the columns of rules/places.toml (Order 13 Art. 6)."""
    rules = place_rules()
    wanted = places(principal, wanted={"enterprise_id": enterprise_id})
    rows = session.execute(wanted.order_by(place.c.kind, place.c.number, place.c.id)).all()
    numbers = {row.id: row.number for row in rows}
    for row in rows:
        words = {
            "kind": rules.kinds[row.kind].zh,
            "name": row.title,
            "within": numbers.get(row.within_id, ""),
            "hazards": "、".join(rules.hazards[one].zh for one in row.hazards),
            "risk_place": rules.answers[row.risk_place],
        }
        cells = row._asdict() | words
        yield ["" if cells[name] is None else str(cells[name]) for name in rules.columns]


def place_table() -> Document:
    """Return what the ledger may hold, with the source of each row."""
    rules = place_rules()
    kinds = [{**_named(one), "within": list(one.within)} for one in rules.kinds.values()]
    hazards = [{**_named(one), "is_poisoning": one.is_poisoning} for one in rules.hazards.values()]
    return {
        "version": rules.version,
        "kinds": kinds,
        "hazards": hazards,
        "fixed_years": rules.fixed_years,
        "fixed_metres": rules.fixed_metres,
    }


def _named(one: Any) -> Document:
    source = one.source
    named = {"id": one.id, "zh": one.zh, "en": one.en}
    return {**named, "source": source.document, "clause": source.clause, "status": source.status}
