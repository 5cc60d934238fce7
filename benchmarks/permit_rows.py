"""Permits for special work whose clocks run: one of each kind is led the whole way, the others are copies of it.

At ten to ten one thing falls due for each: the analysis of hot work that was approved is half an hour old, the record
of a confined space is owed. Half an hour before their end, which is the same for all, their people are reminded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from services.permits.domain.permit_facts import CONFINED_SPACE, HOT_WORK
from services.permits.queries.permits import permit_parts
from services.permits.rules.people import people_rules
from services.permits.tables import (
    certificate,
    declaration,
    declared_job,
    gas_test,
    permit,
    permit_measure,
    permit_person,
    permit_signature,
    permit_step,
    person,
)
from services.permits.use_cases.people import keep_certificate, keep_persons
from services.permits.use_cases.permits import Application, apply_permit, step_permit
from shared.contracts.envelope import decode, encode
from shared.contracts.registry import PersonRegistered
from shared.contracts.training import CertificateIssued
from shared.database import Database
from shared.database.bulk import insert_rows
from shared.database.chassis import timer
from shared.ids import new_id
from shared.machines import Step

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PARTS = (permit_measure, gas_test, permit_signature, permit_person, permit_step)
BATCH = 100  # permits that are copied with one statement for each table
FACTS = ("fixed_hot_work_area", "operating_plant", "major_hazard_dike", "pipe_rack", "stopped_and_cleaned",
         "risk_place", "outdoor")  # fmt: skip
FORMS: Mapping[str, Mapping[str, bool]] = {
    HOT_WORK: dict.fromkeys(FACTS, False) | {"no_work_at_night": True},
    CONFINED_SPACE: {"toxic_risk": False},
}
GASES = (("methane", 0.1, "vol_pct"), ("oxygen", 20.9, "vol_pct"), ("hydrogen_sulphide", 1.0, "mg_m3"))
SAMPLED = {HOT_WORK: 9 * HOUR + 20 * MINUTE, CONFINED_SPACE: 7 * HOUR + 50 * MINUTE}  # after midnight
STALE_AT, REMINDED_AT, ENDS_AT = 9 * HOUR + 50 * MINUTE, 10 * HOUR + 5 * MINUTE, 10 * HOUR + 35 * MINUTE
STALE = {HOT_WORK: "gas_stale", CONFINED_SPACE: "gas_log_due"}
PROMISED = {HOT_WORK: "hot_work_2", CONFINED_SPACE: "confined_space"}  # fields of the commitment


@dataclass(frozen=True)
class Lead:
    """A permit that is led on, and when each of its steps is taken."""

    session: Session
    id: str
    at: datetime

    def take(self, event: str, **given: Any) -> None:
        by = "approver" if event == "approve" else "foreman"
        step_permit(self.session, self.id, step=Step(event, by, 0, self.at, {"distance_m": 5.0, **given}))


def fill_permits(database: Database, enterprise_ids: Sequence[str], *, midnight: datetime) -> dict[str, str]:
    """Give each enterprise a permit whose clock runs, by turns hot work and a confined space; return the kinds."""
    kinds = dict(zip(enterprise_ids, [HOT_WORK, CONFINED_SPACE] * len(enterprise_ids), strict=False))
    for kind in FORMS:
        own = [one for one, found in kinds.items() if found == kind]
        with database.transaction() as session:
            lead = _led(session, own[0], kind, midnight=midnight)
        with database.reading() as session:
            parts = list(_parts_of(session, own[0], lead))
        for start in range(1, len(own), BATCH):
            with database.transaction() as session:
                _copy(session, parts, first=own[0], others=own[start : start + BATCH])
    return kinds


def due_steps(session: Session, *, midnight: datetime) -> list[tuple[str, str, str]]:
    """Return what has to happen to each permit: (permit, what, moment), the end with its moment too."""
    rows = session.execute(select(permit.c.id, permit.c.kind)).all()
    moments = {"expiring": midnight + REMINDED_AT, "expire": midnight + ENDS_AT}
    return sorted(
        (row.id, what, moment.isoformat())
        for row in rows
        for what, moment in {STALE[row.kind]: midnight + STALE_AT, **moments}.items()
    )


def taken_steps(session: Session) -> list[tuple[str, str, str]]:
    """Return what the clock did, in the same form; the end with the moment that the permit names."""
    columns = permit_step.c
    joined = permit_step.join(permit, permit.c.id == columns.permit_id)
    wanted = select(columns.permit_id, columns.event, columns.given, permit.c.ends_at).select_from(joined)
    rows = session.execute(wanted.where(columns.event.in_(("warn", "expire"))))
    return sorted(
        (row.permit_id, "expire", row.ends_at.isoformat())
        if row.event == "expire"
        else (row.permit_id, row.given["what"], row.given["moment"])
        for row in rows
    )


def received(event: Any, at: datetime) -> Any:
    """Return ``event`` as it comes from the bus."""
    return decode(orjson.loads(encode(event, sequence=1, at=at)[1]))


def _led(session: Session, enterprise_id: str, kind: str, *, midnight: datetime) -> str:
    """Apply for work and lead its permit to its approval, that of a confined space to its start; return its id."""
    at = midnight + SAMPLED[kind]
    crew = _crew(session, enterprise_id, at=at)
    wanted = Application(
        enterprise_id, kind, "更换法兰", "一车间", at - MINUTE, midnight + ENDS_AT, longitude=121.41, latitude=28.66,
        accuracy_m=5.0, facts=FORMS[kind], crew=crew,
    )  # fmt: skip
    lead = Lead(session, apply_permit(session, wanted, by="foreman", now=at), at)
    _approve(lead, [one["person_id"] for one in crew])
    if kind == CONFINED_SPACE:
        _start(lead, crew[0]["person_id"])
    return lead.id


def _crew(session: Session, enterprise_id: str, *, at: datetime) -> list[dict[str, str]]:
    """Let permits know a guardian and a worker of the enterprise, each with every certificate."""
    crew = [{"person_id": new_id(), "role": role} for role in ("guardian", "worker")]
    for one in crew:
        ids = {"enterprise_id": enterprise_id, "person_id": one["person_id"]}
        keep_persons(session, [received(PersonRegistered(**ids, posts=("worker",)), at)])
        for certified in people_rules().kinds:
            held = CertificateIssued(**ids, certificate_id=new_id(), certificate=certified, valid_from="2020-01-01")
            keep_certificate(session, held, sequence=1, now=at)
    return crew


def _approve(lead: Lead, crew: Sequence[str]) -> None:
    lead.take("submit")
    lead.take("analyse", hazards=[{"hazard": "火花", "control": "清理"}], unit_by="unit", work_unit_by="leader")
    for gas, value, unit in GASES:
        lead.take("test_gas", gas=gas, value=value, unit=unit, point="middle", sampled_at=lead.at)
    numbers = [one.number for one in permit_parts(lead.session, lead.id)["measures"]]
    notes = dict.fromkeys(numbers, "2、1、1；编制：安全员")
    lead.take("answer", answers=dict.fromkeys(numbers, True), notes=notes)
    lead.take("confirm", plan="p", isolation=["v"], blind_map="m")
    lead.take("brief", briefed_by="leader", receivers=crew)
    lead.take("send")
    for _ in _terms(lead)["approval"][1:]:
        lead.take("sign")
    lead.take("approve")


def _start(lead: Lead, guardian: str) -> None:
    for role in _terms(lead)["tickets"]:
        lead.take("check_ticket", role=role)
    lead.take("check_in", person_id=guardian)
    lead.take("start", video_live=True, detector_live=True, ventilated=True, wind_force=1)


def _terms(lead: Lead) -> Mapping[str, Any]:
    found: Mapping[str, Any] = lead.session.scalar(select(permit.c.terms).where(permit.c.id == lead.id)) or {}
    return found


def _parts_of(session: Session, enterprise_id: str, permit_id: str) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Give the rows of every table that belong to a permit, its people, its declared work and their timers."""
    people = select(permit_person.c.person_id).where(permit_person.c.permit_id == permit_id)
    jobs = select(declared_job.c.id).where(declared_job.c.permit_id == permit_id)
    timed = [permit_id, *session.scalars(jobs)]
    belonging: list[tuple[Table, ColumnElement[bool]]] = [
        (permit, permit.c.id == permit_id),
        *((table, table.c.permit_id == permit_id) for table in PARTS),
        (person, person.c.person_id.in_(people)),
        (certificate, certificate.c.person_id.in_(people)),
        (declaration, declaration.c.enterprise_id == enterprise_id),
        (declared_job, declared_job.c.permit_id == permit_id),
        (timer, or_(*(timer.c.entity == one for one in timed))),
    ]
    for table, own in belonging:
        yield table, [dict(row) for row in session.execute(select(table).where(own)).mappings()]


def _copy(session: Session, parts: Sequence[tuple[Table, Sequence[Mapping[str, Any]]]], *, first: str,
          others: Sequence[str]) -> None:  # fmt: skip
    """Insert all that belongs to the permit of the ``first`` enterprise for each of the others, under fresh ids."""
    names = {"id", "permit_id", "person_id", "declaration_id"}
    known = {str(row[name]) for _, rows in parts for row in rows for name in names & row.keys()}
    swaps = [{first: other, **{one: new_id() for one in known}} for other in others]
    for table, rows in parts:
        insert_rows(session, table, [_swapped(row, swap) for swap in swaps for row in rows])


def _swapped(row: Mapping[str, Any], swap: Mapping[str, str]) -> dict[str, Any]:
    return {name: swap.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
