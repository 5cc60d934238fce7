"""Placing by hand what no address placed, and handing over what lies in another county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.registry.domain.coordinates import Point
from services.registry.domain.enterprise import known
from services.registry.domain.obligations import check_supervision
from services.registry.domain.places import (
    NotElsewhere,
    NotUnplaced,
    PlaceMissing,
    TransferAnswered,
    TransferRunning,
    county_for,
)
from services.registry.queries.divisions import rules_in_force
from services.registry.tables import grid, transfer
from services.registry.use_cases.enterprises import amend_enterprise
from services.registry.use_cases.recording import Change, changed_row, record
from shared.ids import new_id


def place_enterprises(
    session: Session, rows: Sequence[Mapping[str, Any]], given: Mapping[str, Any], *, actor: str, now: datetime
) -> list[dict[str, Any]]:
    """Place the locked `rows` of the unplaced where `given` (division, grid, location) says; returns them as they are.

    A grid stands for its division, too, and a point for the grid in whose outline it lies. Raises `PlaceMissing`,
    `NotUnplaced`, `DivisionUnknown`.
    """
    place = _place(session, given)
    for row in rows:
        if row["placement"] != "unplaced":
            raise NotUnplaced("This enterprise has been placed meanwhile: load the tray again.", name=row["name"])
    return [amend_enterprise(session, row, place, actor=actor, now=now) for row in rows]


def send_transfers(
    session: Session, rows: Sequence[Mapping[str, Any]], given: Mapping[str, Any], *, actor: str, today: date
) -> list[str]:
    """Hand the locked `rows` over to the county that their address names, or to `county` of `given`; returns ids.

    Raises `NotElsewhere`, `TransferRunning`, `CountyUnfit`.
    """
    running = _unreturned(session, [row["id"] for row in rows])
    home = rules_in_force(session).gazetteer.home
    sent = []
    for row in rows:
        if row["placement"] != "other_county":
            raise NotElsewhere("The address of this enterprise names no other county.", name=row["name"])
        if row["id"] in running:
            raise TransferRunning("This enterprise has been handed over already.", name=row["name"])
        sent.append(
            {
                "id": new_id(),
                "enterprise_id": row["id"],
                "county": county_for(row["neighbour"], given.get("county", ""), home=home),
                "state": "sent",
                "is_newest": True,
                "sent_on": today,
                "sent_by": actor,
                "note": given.get("note", ""),
                "answered_by": "",
                "reason": "",
            }
        )
    ids = [row["id"] for row in rows]
    session.execute(update(transfer).where(transfer.c.enterprise_id.in_(ids)).values(is_newest=False))
    session.execute(insert(transfer), sent)
    return [str(row["id"]) for row in sent]


def accept_transfer(
    session: Session, current: Mapping[str, Any], row: Mapping[str, Any], *, actor: str, now: datetime, today: date
) -> dict[str, Any]:
    """Note that the county took the enterprise of the locked `row` over, which is supervised there; returns its row.

    Raises `TransferAnswered`, `NotElsewhere`.
    """
    _answer(session, current, {"state": "accepted"}, actor=actor, today=today)
    if row["placement"] != "other_county":
        raise NotElsewhere("This enterprise is placed in this district: record the answer as returned.")
    check_supervision(row["supervision"], "transferred", status=row["status"])
    after = changed_row(row, {"supervision": "transferred"}, digest=row["source_digest"], now=now)
    record(session, [Change(row, after)], actor=actor, reason="transferred", now=now)
    return after


def return_transfer(
    session: Session, current: Mapping[str, Any], row: Mapping[str, Any], *, answer: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Note that the county sent the enterprise of the locked `row` back into the tray of the unplaced; returns its row.

    `answer` has reason, actor and today. From then on its address places it no more: people do. Raises
    `TransferAnswered`.
    """
    actor, today = answer["actor"], answer["today"]
    _answer(session, current, {"state": "returned", "reason": answer["reason"]}, actor=actor, today=today)
    if row["placement"] != "other_county":
        return dict(row)
    rules = rules_in_force(session)
    facts = known(row, {"division": rules.gazetteer.home}, origin="person", rules=rules)
    if facts["supervision"] == "transferred":
        facts["supervision"] = "unverified"
    after = changed_row(row, facts, digest=row["source_digest"], now=now)
    record(session, [Change(row, after)], actor=actor, reason="transfer_returned", now=now)
    return after


def _place(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    place = {name: given[name] for name in ("division", "grid", "location") if given.get(name)}
    if not place:
        raise PlaceMissing("Choose a subdistrict or a grid, or point at the map.")
    code = place.get("grid") or _grid_holding(session, place)
    if code and "division" not in place:
        is_open = (grid.c.code == code, grid.c.status == "open")
        division = session.scalar(select(grid.c.division).where(*is_open))
        if division is None:
            raise PlaceMissing("There is no open grid with this code: choose another.", grid=code)
        place["division"] = division
    return place


def _grid_holding(session: Session, place: Mapping[str, Any]) -> str:
    return rules_in_force(session).grids.holding(Point(*place["location"])) if "location" in place else ""


def _unreturned(session: Session, enterprise_ids: Sequence[str]) -> set[str]:
    newest = (transfer.c.enterprise_id.in_(enterprise_ids), transfer.c.is_newest, transfer.c.state != "returned")
    return set(session.scalars(select(transfer.c.enterprise_id).where(*newest)))


def _answer(
    session: Session, current: Mapping[str, Any], values: Mapping[str, Any], *, actor: str, today: date
) -> None:
    if current["state"] != "sent":
        raise TransferAnswered("The county has answered already.", state=current["state"])
    answered = {**values, "answered_on": today, "answered_by": actor}
    session.execute(update(transfer).where(transfer.c.id == current["id"]).values(answered))
