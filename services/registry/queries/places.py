"""Where enterprises lie: figures of placement, the tray of the unplaced, the transfer list, parks with tenants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, func, literal, or_, select, union
from sqlalchemy.orm import Session

from services.registry.domain.places import (
    MOST_TENANTS_AT_ONCE,
    PLACEMENTS,
    TRANSFER_STATES,
    ParkNotFound,
    SelectionTooLarge,
    TransferNotFound,
    transfer_words,
)
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.enterprises import enterprises_wanted
from services.registry.tables import enterprise, park, transfer
from shared.database.bulk import among
from shared.security.principal import Principal
from shared.security.scope import EnterpriseNotFound, in_scope

NAMED = (enterprise.c.name, enterprise.c.id)
_SAMPLE = 20
_ANSWER = ("sent_on", "note", "answered_on", "reason")


def _state() -> ColumnElement[str]:
    is_elsewhere = enterprise.c.placement == "other_county"
    state = transfer.c.state
    return case(
        (and_(is_elsewhere, or_(state.is_(None), state == "returned")), "due"),
        (is_elsewhere, state),
        (state == "sent", "overtaken"),
        (state == "returned", "returned"),
        else_="",
    )


def _with_a_state() -> CompoundSelect[Any]:
    """The ids of the active enterprises whose `_state` is not empty, each part found by its index."""
    elsewhere = select(enterprise.c.id).where(enterprise.c.placement == "other_county")
    unsettled = transfer.c.is_newest & transfer.c.state.in_(("sent", "returned"))
    return union(elsewhere, select(transfer.c.enterprise_id).where(unsettled))


_COUNTY = func.coalesce(transfer.c.county, enterprise.c.neighbour)


def placement_figures(session: Session, principal: Principal) -> dict[str, Any]:
    """Return how many active enterprises of the area are placed, unplaced and of another county, which make all.

    `transfers` splits those of another county by state, and adds the returned and the overtaken ones, which lie here.
    """
    columns = (enterprise.c.placement, _state().label("state"), _COUNTY.label("county"))
    each = _with_transfer(principal, {}).with_only_columns(*columns).subquery()
    grouped = select(*each.c, func.count().label("count")).group_by(*each.c)
    by_placement: Counter[str] = Counter()
    by_state: Counter[str] = Counter()
    counties: dict[str, Counter[str]] = {}
    for row in session.execute(grouped).mappings():
        by_placement[row["placement"]] += row["count"]
        by_state[row["state"]] += row["count"]
        if row["state"]:
            counties.setdefault(row["county"], Counter())[row["state"]] += row["count"]
    names = county_names(session)
    return {
        "enterprises": sum(by_placement.values()),
        **{placement: by_placement[placement] for placement in PLACEMENTS},
        "transfers": {state: by_state[state] for state in TRANSFER_STATES},
        "counties": [
            {"county": code, "name": names.get(code, ""), **{state: counts[state] for state in TRANSFER_STATES}}
            for code, counts in sorted(counties.items())
        ],
    }


def unplaced(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the tray: active enterprises without a place, with the county that sent one back."""
    statement = _with_transfer(principal, {**wanted, "placement": "unplaced"})
    return statement.add_columns(transfer.c.county, transfer.c.reason, transfer.c.answered_on)


def transfers(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the transfer list: enterprises of other counties, those sent back, those overtaken."""
    plain = {name: wanted[name] for name in ("q",) if name in wanted}
    statement = _with_transfer(principal, plain).where(enterprise.c.id.in_(_with_a_state()))
    if state := wanted.get("state"):
        statement = statement.where(_state() == state)
    if county := wanted.get("county"):
        statement = statement.where(county == _COUNTY)
    answer = [transfer.c[name] for name in _ANSWER]
    return statement.add_columns(
        _state().label("transfer_state"), transfer.c.id.label("transfer_id"), _COUNTY.label("county"), *answer
    )


def transfer_rows(session: Session, principal: Principal, wanted: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the cells of the transfer list as a file, by county and name, in the columns of rules/transfers.toml."""
    names, words = county_names(session), transfer_words()
    statement = transfers(principal, wanted).order_by(_COUNTY, *NAMED).execution_options(yield_per=500)
    for row in session.execute(statement):
        state = words["states"][row.transfer_state]
        cells = {**row._asdict(), "county_name": names.get(row.county, ""), "transfer_state": state}
        yield ["" if cells[name] is None else str(cells[name]) for name in words["titles"]]


def transfer_in_scope(
    session: Session, principal: Principal, transfer_id: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return one transfer and the row of its enterprise, both locked; raises `TransferNotFound` outside the area."""
    of_it = enterprise.c.id.in_(select(transfer.c.enterprise_id).where(transfer.c.id == transfer_id))
    row = session.execute(enterprises_wanted(principal, {}).where(of_it).with_for_update()).mappings().one_or_none()
    if row is None:
        raise TransferNotFound("There is no such transfer in your area.", transfer_id=transfer_id)
    current = session.execute(select(transfer).where(transfer.c.id == transfer_id).with_for_update()).mappings().one()
    return dict(current), dict(row)


def locked_enterprises(session: Session, principal: Principal, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the active enterprises with these ids, locked, by id; raises `EnterpriseNotFound` when one is missing."""
    wanted = enterprises_wanted(principal, {"status": "active"}).where(among(session, enterprise.c.id, ids))
    rows = [dict(row) for row in session.execute(wanted.order_by(enterprise.c.id).with_for_update()).mappings()]
    if len(rows) != len(set(ids)):
        missing = sorted(set(ids) - {row["id"] for row in rows})
        raise EnterpriseNotFound("No such enterprise in your area.", enterprise_ids=missing[:20])
    return rows


def parks_wanted(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the parks of the area that the filter describes; operators see their own."""
    columns = park.c
    conditions = [in_scope(principal, division=columns.division, grid=literal(""), enterprise_id=columns.operator_id)]
    conditions += [columns[name] == wanted[name] for name in ("kind", "status") if wanted.get(name)]
    if text := (wanted.get("q") or "").strip():
        found = (columns.name.contains(text, autoescape=True), columns.address.contains(text, autoescape=True))
        conditions.append(or_(*found))
    return select(park).where(*conditions)


def park_in_scope(session: Session, principal: Principal, park_id: str, *, lock: bool = False) -> dict[str, Any]:
    """Return one park row, locked for change on demand; raises `ParkNotFound` outside the area."""
    statement = parks_wanted(principal, {}).where(park.c.id == park_id)
    row = session.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    if row is None:
        raise ParkNotFound("There is no such park in your area.", park_id=park_id)
    return dict(row)


def with_tenants(session: Session, principal: Principal, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return park rows with the name of the operator and how many tenants of the area each has."""
    rows = list(rows)
    columns = enterprise.c
    of_these = columns.park_id.in_([row["id"] for row in rows])
    tenants = enterprises_wanted(principal, {"status": "active"}).where(of_these)
    counted = tenants.with_only_columns(columns.park_id, func.count().label("tenants")).group_by(columns.park_id)
    counts = {row.park_id: row.tenants for row in session.execute(counted)}
    operators = columns.id.in_([row["operator_id"] for row in rows if row["operator_id"]])
    names = {row.id: row.name for row in session.execute(select(columns.id, columns.name).where(operators))}
    return [
        {**row, "operator_name": names.get(row["operator_id"], ""), "tenants": counts.get(row["id"], 0)} for row in rows
    ]


def tenants_of(principal: Principal, park_id: str) -> Select[Any]:
    """Return the statement of the active tenants of a park that lie in the area."""
    return enterprises_wanted(principal, {"status": "active"}).where(enterprise.c.park_id == park_id)


def chosen_tenants(
    session: Session, principal: Principal, selection: Mapping[str, Any], *, lock: bool = False
) -> list[dict[str, Any]]:
    """Return the active enterprises of the area that `selection` names, by name, locked on demand.

    Raises `SelectionTooLarge` for more than a thousand.
    """
    wanted = enterprises_wanted(principal, {**selection, "status": "active"}).limit(MOST_TENANTS_AT_ONCE + 1)
    statement = wanted.order_by(enterprise.c.id).with_for_update() if lock else wanted.order_by(*NAMED)
    rows = [dict(row) for row in session.execute(statement).mappings()]
    if len(rows) > MOST_TENANTS_AT_ONCE:
        raise SelectionTooLarge("These are too many at once: narrow the filter.", most=MOST_TENANTS_AT_ONCE)
    return rows


def preview_of_tenants(rows: Sequence[Mapping[str, Any]], *, park_id: str) -> dict[str, Any]:
    """Return how many of the selected `rows` would come, come from another park or are there, and the first ones."""
    effects = ["stays" if row["park_id"] == park_id else "moves" if row["park_id"] else "joins" for row in rows]
    counts = Counter(effects)
    come = [{**row, "effect": effect} for row, effect in zip(rows, effects, strict=True) if effect != "stays"]
    return {
        "selected": len(rows),
        **{effect: counts[effect] for effect in ("joins", "moves", "stays")},
        "sample": come[:_SAMPLE],
    }


def county_names(session: Session) -> dict[str, str]:
    """Return the counties that addresses may name instead of the home district, by code."""
    return {one.code: one.name for one in rules_in_force(session).gazetteer.elsewhere}


def _with_transfer(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    newest = and_(transfer.c.enterprise_id == enterprise.c.id, transfer.c.is_newest)
    statement = enterprises_wanted(principal, {**wanted, "status": "active"})
    return statement.outerjoin(transfer, newest)
