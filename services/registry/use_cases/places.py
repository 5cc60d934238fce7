"""Placing by hand what no address placed, handing over what lies in another county, parks and their tenants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.registry.domain.coordinates import Point
from services.registry.domain.enterprise import as_free, as_tenant, known
from services.registry.domain.obligations import check_supervision
from services.registry.domain.places import (
    NotElsewhere,
    NotUnplaced,
    ParkClosed,
    ParkExists,
    PlaceMissing,
    TransferAnswered,
    TransferRunning,
    check_park,
    county_for,
)
from services.registry.queries.divisions import rules_in_force
from services.registry.tables import enterprise, grid, park, transfer
from services.registry.use_cases.enterprises import amend_enterprise
from services.registry.use_cases.recording import Change, changed_row, is_news, record
from shared.ids import new_id
from shared.work.jobs import ROWS_PER_STEP, Job, JobStep, enqueue

FOLLOW_PARK = "registry.follow_park"
_OF_THE_PLACE = ("division", "longitude", "latitude", "location_precision", "status")


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


def create_park(session: Session, given: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Make a park or shared building of `given` and return its row; raises `ParkMalformed`, `ParkExists`."""
    row = {"operator_id": None, "address": "", **given, "id": new_id(), "status": "open"}
    row |= {"version": 1, "created_at": now, "updated_at": now}
    _check_park(session, row)
    session.execute(insert(park), row)
    return row


def change_park(
    session: Session, current: Mapping[str, Any], changes: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Change the locked park `current` and return its row; tenants follow its place in a job, all leave a closed one.

    Raises `ParkMalformed`, `ParkExists`.
    """
    row = {**current, **changes}
    if row == dict(current):
        return row
    _check_park(session, row)
    row |= {"version": current["version"] + 1, "updated_at": now}
    session.execute(update(park).where(park.c.id == current["id"]).values(row))
    if any(row[name] != current[name] for name in _OF_THE_PLACE):
        enqueue(session, FOLLOW_PARK, {"park_id": current["id"]}, now=now)
    return row


def follow_park_step(session: Session, job: Job, *, now: datetime) -> JobStep:
    """Let the next thousand tenants take the place that their park has now, or leave it when it is closed."""
    place = dict(session.execute(select(park).where(park.c.id == job.arguments["park_id"])).mappings().one())
    statement = select(enterprise).where(enterprise.c.park_id == place["id"]).order_by(enterprise.c.id)
    if after := job.cursor.get("after"):
        statement = statement.where(enterprise.c.id > after)
    rows = [dict(row) for row in session.execute(statement.limit(ROWS_PER_STEP).with_for_update()).mappings()]
    moved = [as_tenant(row, place) if place["status"] == "open" else as_free(row) for row in rows]
    _move(session, rows, moved, actor="", reason="park_changed", now=now)
    cursor = {"after": rows[-1]["id"]} if rows else dict(job.cursor)
    return JobStep(cursor, job.done + len(rows), finished=len(rows) < ROWS_PER_STEP)


def add_tenants(
    session: Session, current: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, actor: str, now: datetime
) -> int:
    """Let the enterprises of the locked `rows` be tenants of the park `current`; returns how many were not already.

    Raises `ParkClosed`.
    """
    if current["status"] != "open":
        raise ParkClosed("This park is closed: open it again before enterprises move in.")
    come = [row for row in rows if row["park_id"] != current["id"]]
    moved = [as_tenant(row, current) for row in come]
    _move(session, come, moved, actor=actor, reason="park_joined", now=now)
    return len(come)


def let_tenants_leave(
    session: Session, rows: Sequence[Mapping[str, Any]], *, park_id: str, actor: str, now: datetime
) -> int:
    """Let those of the locked `rows` that are tenants of the park leave it; returns how many there were."""
    go = [row for row in rows if row["park_id"] == park_id]
    _move(session, go, [as_free(row) for row in go], actor=actor, reason="park_left", now=now)
    return len(go)


def _move(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    moved: Sequence[Mapping[str, Any]],
    *,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    rules = rules_in_force(session)
    changes = []
    for row, place in zip(rows, moved, strict=True):
        facts = known(place, {}, origin="inferred", rules=rules)
        if is_news(row, facts):
            changes.append(Change(row, changed_row(row, facts, digest=row["source_digest"], now=now)))
    record(session, changes, actor=actor, reason=reason, now=now)


def _check_park(session: Session, row: Mapping[str, Any]) -> None:
    check_park(row["division"], home=rules_in_force(session).gazetteer.home)
    same = (park.c.division == row["division"], park.c.name == row["name"], park.c.id != row["id"])
    if session.scalar(select(park.c.id).where(*same)):
        raise ParkExists("There is a park of this name in this subdistrict already: open that one.", name=row["name"])


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
