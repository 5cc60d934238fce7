"""What permits tells comes over each bus as it was told, and to the map; a missed commitment is a task (chain 6)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from services.permits import subscriptions as permits
from services.permits.use_cases.reviews import Decided, begin_pilot
from services.permits.worker import declarations as clocks
from shared.clock import business_date
from shared.contracts import contract_named
from shared.contracts.envelope import decode
from shared.contracts.permits import PermitFact
from shared.contracts.registry import EnterprisesMerged, ObligationsChanged
from shared.events.outbox import publish
from shared.ids import new_id
from shared.work.timers import run_due
from tests.contract import permits_network
from tests.contract.permits_network import TOLD, Wire
from tests.support.events import received
from tests.support.permits import applied

node, wire = permits_network.node, permits_network.wire  # fixtures
SAMPLES = Path(__file__).parent / "samples"
EVENING = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SEEN = {  # by what was told: the state of a work, the marks of a commitment
    "permits.permit_submitted.v1": {"planned"},
    "permits.permit_approved.v1": {"approved"},
    "permits.permit_started.v1": {"active"},
    "permits.permit_suspended.v1": {"suspended"},
    "permits.permit_resumed.v1": {"active"},
    "permits.permit_finished.v1": {"finished"},
    "permits.permit_closed.v1": {"closed"},
    "permits.permit_expired.v1": {"expired"},
    "permits.permit_revoked.v1": {"revoked"},
    "permits.permit_rejected.v1": {"rejected"},
    "permits.commitment_made.v1": {"made", "is_late"},
    "permits.commitment_missed.v1": {"is_missed"},
    "permits.commitment_disputed.v1": {"disputed"},
}


class TestChainSix:
    def test_leads_from_a_missed_commitment_to_a_task(self, wire: Wire) -> None:
        works = wire.knows()
        with wire.databases["permits"].transaction() as session:
            permits.on_obligations_changed(session, [received(owed(works))], now=EVENING)

        run_due(wire.databases["permits"], clocks(), now=EVENING + timedelta(hours=14, minutes=1))
        [event] = wire.told(works)
        wire.consume("inspections", lambda: wire.tasks_of(works, "commitment"))

        assert (event.type, event.data.day) == ("permits.commitment_missed.v1", "2027-03-02")
        assert wire.tasks_of(works, "commitment") == [("commitment 2027-03-02", 3)]


class TestAPermit:
    """What a permit tells on its way, from the use case to the other end of the bus."""

    def test_that_goes_all_the_way_is_followed_from_the_submission_to_the_acceptance(self, wire: Wire) -> None:
        works, now = wire.knows(), datetime.now(UTC)
        work = applied(wire.databases["permits"], works, now=now).approve(at=now).start(at=now)
        work.take("suspend", at=now, cause="break", reason="午休").take("resume", at=now)
        work.gas(at=now).take("finish", at=now, fire_out=True).take("close", at=now, restored=True)

        events = wire.told(works)

        assert [one.type.split(".")[1] for one in events] == [
            "permit_submitted", "work_declared", "permit_approved", "permit_started", "permit_suspended",
            "permit_resumed", "permit_finished", "permit_closed",
        ]  # fmt: skip
        own = [one for one in events if one.subject == work.id]
        assert [one.sequence for one in own] == [1, 2, 3, 4, 5, 6, 7]
        assert {(one.data.enterprise_id, one.data.kind, one.data.number) for one in own} == {
            (works, "hot_work", work.row.number)
        }
        assert own[3].data.cause == "break"

    @pytest.mark.parametrize("end", ["rejected", "expired", "revoked"])
    def test_that_ends_otherwise_says_how(self, wire: Wire, end: str) -> None:
        works, now = wire.knows(), datetime.now(UTC)
        work = applied(wire.databases["permits"], works, now=now)
        if end == "rejected":
            work.brief(at=now).take("send", at=now).take("reject", at=now, by="approver", reason="隔离不到位")
        elif end == "revoked":
            work.approve(at=now).take("void", at=now, reason="工况改变")
        else:
            work.approve(at=now)
            run_due(wire.databases["permits"], clocks(), now=work.row.ends_at)

        last = wire.told(works)[-1]

        assert (last.type, last.subject) == (f"permits.permit_{end}.v1", work.id)
        assert last.data.reason == {"rejected": "隔离不到位", "revoked": "工况改变", "expired": "4.16"}[end]

    def test_that_waits_for_an_answer_in_a_pilot_is_released_by_silence(self, wire: Wire) -> None:
        works, now = wire.knows(division="331002001001"), datetime.now(UTC)
        today = business_date(now)
        database = wire.databases["permits"]
        with database.transaction() as session:
            pilot = Decided("331002001", "区应急〔2026〕1号", today, today + timedelta(days=30))
            begin_pilot(session, pilot, by="bureau", now=now)
        work = applied(database, works, now=now).take("submit", at=now)

        run_due(database, clocks(), now=now + 30 * MINUTE)
        last = wire.told(works)[-1]

        assert (last.type, last.data.permit_id) == ("permits.permit_reviewed.v1", work.id)
        assert (last.data.outcome, last.data.kind) == ("released", "hot_work")


@pytest.mark.parametrize("name", sorted(TOLD))
class TestEvent:
    def test_arrives_as_it_was_told(self, wire: Wire, name: str) -> None:
        sample = decode(orjson.loads((SAMPLES / f"{name}.json").read_bytes()))
        with wire.databases["permits"].transaction() as session:
            publish(session, sample.data, sequence=sample.sequence, at=datetime.now(UTC))

        [came] = wire.told(sample.data.enterprise_id)

        assert (came.source, came.type, came.data) == ("/sise/permits", name, sample.data)
        assert (came.subject, came.sequence) == (sample.subject, sample.sequence)


@pytest.mark.parametrize("name", SEEN)
class TestTheMap:
    def test_hears_of_it(self, wire: Wire, name: str) -> None:
        works, now = new_id(), datetime.now(UTC)
        sample = decode(orjson.loads((SAMPLES / f"{name}.json").read_bytes())).data
        changes = {contract_named(name).subject: new_id(), "enterprise_id": works}
        hours = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=8)).isoformat()}
        changes |= hours if isinstance(sample, PermitFact) else {"day": business_date(now).isoformat()}

        wire.tell("permits", replace(sample, **changes))
        wire.consume("gateway", lambda: wire.seen_of(works))

        assert wire.seen_of(works) == SEEN[name]


class TestAMerge:
    def test_takes_the_work_on_the_map_along(self, wire: Wire) -> None:
        gone, kept, now = wire.knows(), new_id(), datetime.now(UTC)
        applied(wire.databases["permits"], gone, now=now).approve(at=now)
        wire.carry("permits")

        wire.tell("registry", EnterprisesMerged(merge_id=new_id(), enterprise_id=kept, merged_ids=(gone,)))
        wire.consume("gateway", lambda: wire.seen_of(kept) == {"approved"})

        assert wire.seen_of(gone) == set()


def owed(enterprise_id: str) -> ObligationsChanged:
    duty = {"duty": "commitment", "rule": "x", "basis": "y", "frequency": "daily", "ends_on": None}
    return ObligationsChanged(enterprise_id=enterprise_id, obligations=(duty | {"starts_on": "2027-03-02"},))
