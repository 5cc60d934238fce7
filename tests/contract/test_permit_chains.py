"""What sensors and certificates mean for work under a permit, over each bus (chains 4 and 5)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from services.permits.tables import alarm, certificate
from services.permits.use_cases.places import enter_place
from shared.clock import business_date
from shared.contracts.monitoring import AlarmCleared, AlarmRaised
from shared.contracts.training import CertificateExpired, CertificateIssued
from shared.ids import new_id
from tests.contract import permits_network
from tests.contract.permits_network import Wire
from tests.support.permits import GUARDIAN, Work, applied, certify

node, wire = permits_network.node, permits_network.wire  # fixtures


def live_work(wire: Wire, enterprise_id: str, **changes: Any) -> tuple[Work, str]:
    """Return hot work that goes on at a place of the ledger, with the id of the place; what it told was heard."""
    now, database = datetime.now(UTC), wire.databases["permits"]
    with database.transaction() as session:
        given = {"kind": "unit", "number": new_id(), "title": "罐区", "longitude": 121.4, "latitude": 28.6}
        place_id = enter_place(session, enterprise_id, given | {"accuracy_m": 5.0}, by="a-1", now=now)
    work = applied(database, enterprise_id, now=now, place_id=place_id, **changes).approve(at=now).start(at=now)
    wire.told(enterprise_id)
    return work, place_id


def alarm_at(enterprise_id: str, place: str, *, level: int = 2) -> AlarmRaised:
    facts = {"device_id": new_id(), "quantity": "CH4", "value": 26.5}
    return AlarmRaised(occurrence_id=new_id(), enterprise_id=enterprise_id, level=level, place=place, **facts)


def is_cleared(wire: Wire, told: AlarmRaised) -> bool:
    with wire.databases["permits"].reading() as session:
        moment = session.scalar(select(alarm.c.cleared_at).where(alarm.c.occurrence_id == told.occurrence_id))
    return moment is not None


class TestChainFour:
    def test_leads_from_a_gas_alarm_over_the_task_to_a_new_gas_test(self, wire: Wire) -> None:
        works = wire.knows()
        work, place_id = live_work(wire, works)
        raised = alarm_at(works, place_id)

        wire.tell("monitoring", raised)
        wire.consume("permits", lambda: work.row.state == "suspended")
        [stopped] = wire.told(works)
        wire.consume("inspections", lambda: wire.tasks_of(works, "suspended_work"))

        assert (stopped.type, stopped.subject) == ("permits.permit_suspended.v1", work.id)
        assert (stopped.data.cause, stopped.data.reason) == ("gas", f"CH4 L2 {place_id}")
        assert wire.tasks_of(works, "suspended_work") == [(f"suspended_work {work.id} {stopped.sequence}", 3)]
        assert work.gas(at=datetime.now(UTC)).refusal("resume", at=datetime.now(UTC)) == "alarm_goes_on"

        wire.tell("monitoring", AlarmCleared(occurrence_id=raised.occurrence_id, enterprise_id=works))
        wire.consume("permits", lambda: is_cleared(wire, raised))
        resumed = work.gas(at=datetime.now(UTC)).take("resume", at=datetime.now(UTC)).row
        [again] = wire.told(works)

        assert (resumed.state, resumed.cause, again.type) == ("active", "", "permits.permit_resumed.v1")

    def test_asks_for_the_gas_test_once_the_alarm_is_over(self, wire: Wire) -> None:
        works = wire.knows()
        work, place_id = live_work(wire, works)
        raised = alarm_at(works, place_id)
        wire.tell("monitoring", raised)
        wire.tell("monitoring", AlarmCleared(occurrence_id=raised.occurrence_id, enterprise_id=works))
        wire.consume("permits", lambda: is_cleared(wire, raised))

        assert (work.row.state, work.row.cause) == ("suspended", "gas")
        assert work.refusal("resume", at=datetime.now(UTC)) == "analysis_needed"
        over = work.gas(at=datetime.now(UTC), value=0.6)
        assert over.refusal("resume", at=datetime.now(UTC)) == "analysis_needed"

    def test_stops_no_work_at_another_place_and_none_at_the_lower_set_point(self, wire: Wire) -> None:
        works = wire.knows()
        work, place_id = live_work(wire, works)
        other, lower = alarm_at(works, "二车间"), alarm_at(works, place_id, level=1)
        for told in (other, lower):
            wire.tell("monitoring", told)
            wire.tell("monitoring", AlarmCleared(occurrence_id=told.occurrence_id, enterprise_id=works))
        wire.consume("permits", lambda: is_cleared(wire, other) and is_cleared(wire, lower))

        assert work.row.state == "active"


class TestChainFive:
    @pytest.mark.parametrize("step", ["send", "approve", "start"])
    def test_refuses_a_permit_with_somebody_whose_certificate_has_expired(self, wire: Wire, step: str) -> None:
        works, worker, now = wire.knows(), new_id(), datetime.now(UTC)
        work = before(step, applied(wire.databases["permits"], works, now=now, crew=crew_of(worker)))
        own = welding_of(wire, works, worker)

        wire.tell("training", expired(own), sequence=2)
        wire.consume("permits", lambda: has_ended(wire, own))
        refused = work.refusal(step, at=now, by="approver")
        wire.tell("training", own, sequence=3)
        wire.consume("permits", lambda: not has_ended(wire, own))

        assert (refused, work.take(step, at=now, by="approver").row.state) == ("people_not_fit", AFTER[step])

    def test_suspends_the_work_that_goes_on(self, wire: Wire) -> None:
        works, worker = wire.knows(), new_id()
        work, _ = live_work(wire, works, crew=crew_of(worker))
        own = welding_of(wire, works, worker)

        wire.tell("training", expired(own), sequence=2)
        wire.consume("permits", lambda: work.row.state == "suspended")
        [told] = wire.told(works)

        assert (told.subject, told.data.cause, told.data.reason) == (work.id, "people", "certificate_ended")
        assert work.refusal("resume", at=datetime.now(UTC)) == "people_not_fit"

    def test_leaves_the_work_of_others_alone(self, wire: Wire) -> None:
        works, worker, other = wire.knows(), new_id(), new_id()
        work, _ = live_work(wire, works, crew=crew_of(worker))
        certify(wire.databases["permits"], works, other, now=datetime.now(UTC))
        own = welding_of(wire, works, other)

        wire.tell("training", expired(own), sequence=2)
        wire.consume("permits", lambda: has_ended(wire, own))

        assert work.row.state == "active"


AFTER = {"send": "in_approval", "approve": "approved", "start": "active"}


def crew_of(worker: str) -> list[dict[str, str]]:
    return [{"person_id": GUARDIAN, "role": "guardian"}, {"person_id": worker, "role": "worker"}]


def before(step: str, work: Work) -> Work:
    """Lead a draft on to where nothing but ``step`` is missing."""
    now = datetime.now(UTC)
    if step == "start":
        work.approve(at=now).take("check_in", at=now, person_id=GUARDIAN)
        for role in work.row.terms["tickets"]:
            work.take("check_ticket", at=now, role=role)
        return work
    work.brief(at=now)
    if step == "approve":
        work.take("send", at=now)
        for _ in work.row.terms["approval"][1:]:
            work.take("sign", at=now)
    return work


def welding_of(wire: Wire, enterprise_id: str, worker: str) -> CertificateIssued:
    """Return what training would tell of the welding certificate of somebody."""
    wanted = select(certificate.c.id).where(certificate.c.person_id == worker, certificate.c.kind == "welding")
    with wire.databases["permits"].reading() as session:
        ids = {"certificate_id": session.scalars(wanted).one(), "enterprise_id": enterprise_id, "person_id": worker}
    return CertificateIssued(**ids, certificate="welding", valid_from="2026-01-01", valid_to="2031-12-31")


def expired(told: CertificateIssued) -> CertificateExpired:
    same = {name: getattr(told, name) for name in CertificateIssued.__dataclass_fields__}
    return CertificateExpired(**same, expired_on=business_date(datetime.now(UTC)).isoformat())


def has_ended(wire: Wire, told: CertificateIssued) -> bool:
    with wire.databases["permits"].reading() as session:
        ended_on = session.scalar(select(certificate.c.ended_on).where(certificate.c.id == told.certificate_id))
    return ended_on is not None
