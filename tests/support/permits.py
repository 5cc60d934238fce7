"""Work under a permit that is led on by the use cases at any moment: its people, its answers, how far it has come."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Self

import pytest
from sqlalchemy import select

from services.permits.queries.permits import permit_parts
from services.permits.rules.people import people_rules
from services.permits.tables import permit
from services.permits.use_cases.people import keep_certificate, keep_persons
from services.permits.use_cases.permits import Application, apply_permit, renew_permit, step_permit
from shared.contracts.registry import PersonRegistered
from shared.contracts.training import CertificateIssued
from shared.database import Database, Session
from shared.ids import new_id
from shared.machines import NotAllowed, Step
from tests.support.events import received

HOUR = timedelta(hours=1)
GUARDIAN, WORKER, LEADER = new_id(), new_id(), new_id()
CREW = [{"person_id": GUARDIAN, "role": "guardian"}, {"person_id": WORKER, "role": "worker"}]
# Class 2 hot work: no risk place, nothing in operation, by day; holidays raise it.
HOT_FACTS = {
    "fixed_hot_work_area": False, "operating_plant": False, "major_hazard_dike": False, "pipe_rack": False,
    "stopped_and_cleaned": False, "risk_place": False, "outdoor": False, "no_work_at_night": True,
}  # fmt: skip
ANALYSIS = {
    "hazards": [{"hazard": "火花引燃", "control": "清理可燃物，设接火盆"}],
    "unit_by": "unit-1",
    "work_unit_by": LEADER,
}
WRITTEN = "2、1、1；编制：安全员"  # into the blanks of any measure, and as the other one
BRIEFING = {"briefed_by": LEADER, "receivers": [GUARDIAN, WORKER]}
DONE: Mapping[str, Any] = {
    "cleared": "已处理", "video_live": True, "detector_live": True, "wind_force": 1, "distance_m": 5.0,
    "ventilated": True,
}  # fmt: skip
WORDS = count(1)  # sequences of what the register tells, so that the newest word holds


def certify(database: Database, enterprise_id: str, *crew: str, now: datetime) -> None:
    """Let permits know people of an enterprise, each with every certificate."""
    with database.transaction() as session:
        for person_id in crew:
            told = PersonRegistered(person_id=person_id, enterprise_id=enterprise_id, posts=("worker",))
            keep_persons(session, [received(told, sequence=next(WORDS))])
            for kind in people_rules().kinds:
                ids = {"certificate_id": new_id(), "enterprise_id": enterprise_id, "person_id": person_id}
                certificate = CertificateIssued(**ids, certificate=kind, valid_from="2026-01-01")
                keep_certificate(session, certificate, sequence=1, now=now)


class Work:
    """A permit whose steps are taken at the moments that are given."""

    def __init__(self, database: Database, permit_id: str) -> None:
        self.database, self.id = database, permit_id

    def take(self, event: str, *, at: datetime, by: str = "foreman", **given: Any) -> Self:
        with self.database.transaction() as session:
            self.take_in(session, event=event, at=at, by=by, **given)
        return self

    def take_in(self, session: Session, *, event: str, at: datetime, by: str = "foreman", **given: Any) -> None:
        """Take a step in a transaction that goes on."""
        step_permit(session, self.id, step=Step(event, by, 0, at, {**DONE, **given}))

    def gas(self, *, at: datetime, value: float = 0.1) -> Self:
        """Analyse the air: methane in per cent by volume, oxygen, and what is toxic where that is asked for."""
        results = [("methane", value, "vol_pct"), ("oxygen", 20.9, "vol_pct"), ("hydrogen_sulphide", 1, "mg_m3")]
        for gas, one, unit in results if "toxic" in self.row.terms.get("gases", ()) else results[:2]:
            self.take("test_gas", at=at, gas=gas, value=one, unit=unit, point="middle", sampled_at=at)
        return self

    def refusal(self, event: str, *, at: datetime, **given: Any) -> str:
        """Return the code with which a step is refused."""
        with pytest.raises(NotAllowed) as refused:
            self.take(event, at=at, **given)
        return refused.value.code

    @property
    def row(self) -> Any:
        with self.database.reading() as session:
            return session.execute(select(permit).where(permit.c.id == self.id)).one()

    def brief(self, *, at: datetime, related: tuple[str, ...] = ()) -> Self:
        """Lead a draft on to where everybody knows what is done."""
        self.take("submit", at=at).take("analyse", at=at, related=related, **ANALYSIS).gas(at=at)
        with self.database.reading() as session:
            parts = permit_parts(session, self.id)
        numbers = [one.number for one in parts["measures"]]
        self.take("answer", at=at, answers=dict.fromkeys(numbers, True), notes=dict.fromkeys(numbers, WRITTEN))
        self.take("confirm", at=at, plan="p", isolation=["v"], blind_map="m")
        crew = [one.person_id for one in parts["persons"]]
        return self.take("brief", at=at, briefed_by=LEADER, receivers=crew)

    def approve(self, *, at: datetime, related: tuple[str, ...] = ()) -> Self:
        """Lead a draft on to its approval."""
        self.brief(at=at, related=related).take("send", at=at)
        for _ in self.row.terms["approval"][1:]:
            self.take("sign", at=at)
        return self.take("approve", at=at, by="approver")

    def checked(self, *, at: datetime) -> Self:
        """Check the tickets of approved work."""
        for role in self.row.terms["tickets"]:
            self.take("check_ticket", at=at, role=role)
        return self

    def start(self, *, at: datetime) -> Self:
        """Begin the approved work; its guardian is there."""
        return self.checked(at=at).take("check_in", at=at, person_id=GUARDIAN).take("start", at=at)

    def renew(self, *, at: datetime) -> "Work":
        """Begin a new permit for the same work from ``at`` on."""
        with self.database.transaction() as session:
            window = (at, at + 8 * HOUR)
            return Work(self.database, renew_permit(session, self.row, by="foreman", window=window, now=at))

    def others(self, kind: str) -> "Work":
        """Return the permit of another kind of the same job."""
        with self.database.reading() as session:
            mine = (permit.c.parent_id == self.id, permit.c.kind == kind)
            return Work(self.database, session.scalars(select(permit.c.id).where(*mine)).one())


def applied(database: Database, enterprise_id: str, kind: str = "hot_work", *, now: datetime, **changes: Any) -> Work:
    """Apply for work of eight hours from ``now`` on, by people who may do it."""
    hours, start = changes.pop("hours", 8), changes.pop("start", now)
    facts = HOT_FACTS if kind == "hot_work" else {"operating_risk_area": False}
    wanted = Application(
        enterprise_id, kind, "更换法兰", "一车间", start, start + hours * HOUR,
        **({"facts": facts, "crew": CREW} | changes),
    )  # fmt: skip
    certify(database, enterprise_id, *(one["person_id"] for one in wanted.crew), now=now)
    with database.transaction() as session:
        return Work(database, apply_permit(session, wanted, by="applicant", now=now))
