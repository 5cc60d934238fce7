"""What credit tells comes over each bus as it was told, from its use cases to those that make something of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from services.credit.domain.accidents import Accident
from services.credit.domain.penalties import Decision
from services.credit.tables import accident, due_limit, penalty, rating, restriction, standardisation
from services.credit.use_cases.accidents import correct_accident, record_accident
from services.credit.use_cases.exposures import Proposal, propose_exposure, step_exposure
from services.credit.use_cases.limits import run_limit
from services.credit.use_cases.penalties import record_penalty, run_penalty_clock, step_penalty
from services.credit.use_cases.restrictions import step_restriction
from services.credit.use_cases.violations import Breach, record_violation
from services.gateway.tables import stream_event
from services.inspections.tables import credit_fact
from services.permits.tables import listing
from services.risk.domain.facts import Known, Origin
from services.risk.tables import occurrence
from services.risk.use_cases import declare_facts
from shared.bus import Channel
from shared.clock import business_date
from shared.contracts import contract_named
from shared.contracts.envelope import decode
from shared.events.outbox import publish
from shared.events.received import Received
from shared.ids import new_id
from shared.machines import end_of
from tests.contract import wires
from tests.contract.wires import Cast, node_of, wire_of
from tests.integration.credit.listing import LEADER, a_step, listed, moved
from tests.support.events import received

SAMPLES = Path(__file__).parent / "samples"
CAST = Cast("credit", handling=("credit", "gateway", "inspections", "permits", "risk"))
FIRM = {"uscc": "91330000704676287N", "industry": "C2614", "address": "椒江区海门"}


class Wire(wires.Wire):
    """The bus with the databases of credit and of who listens to it."""

    limits: Sequence[Received[Any]] = ()

    def did(self, use_case: Callable[[Session], Any]) -> Any:
        """Return what a use case of credit returns, in a transaction of its own."""
        with self.databases["credit"].transaction() as session:
            return use_case(session)

    def rows(self, service: str, table: Table, enterprise_id: str) -> list[Row[Any]]:
        """Return what a service has of an enterprise in a table."""
        with self.databases[service].reading() as session:
            return list(session.execute(select(table).where(table.c.enterprise_id == enterprise_id)))

    def told(self, enterprise_id: str) -> list[Received[Any]]:
        """Return what credit has told of an enterprise since, without what is due: that is ``limits``."""
        events = super().told(enterprise_id)
        self.limits = [one for one in events if one.type.startswith("credit.limit_")]
        return [one for one in events if one not in self.limits]

    def told_of_limits(self, enterprise_id: str) -> Sequence[Received[Any]]:
        """Return what credit has told of what is due since, once the gateway has let open pages know."""
        before = len(self.heard("credit_changed"))
        self.told(enterprise_id)
        self.consume("gateway", lambda: len(self.heard("credit_changed")) > before)
        return self.limits

    def declares(self, enterprise_id: str, facts: dict[str, Known], *, based_on: int) -> None:
        """Let an officer declare facts of an enterprise to risk, and carry what risk tells to the bus."""
        officer = {"based_on": based_on, "by": "officer", "now": datetime.now(UTC)}
        with self.databases["risk"].transaction() as session:
            declare_facts(session, enterprise_id=enterprise_id, facts=facts, **officer)
        self.carry("risk")

    def causes(self, enterprise_id: str) -> list[tuple[str, str, bool]]:
        """Return kind and key of the causes that risk knows, and whether each is over."""
        found = self.rows("risk", occurrence, enterprise_id)
        return [(row.kind, row.key, row.ended_at is not None) for row in found]

    def heard(self, kind: str) -> list[str]:
        """Return in which subdistricts the gateway has told open pages that something of a kind has changed."""
        with self.databases["gateway"].reading() as session:
            found = session.scalars(select(stream_event.c.content).where(stream_event.c.kind == kind))
            return [one["subdistrict"] for one in found]

    def standing(self, enterprise_id: str) -> list[Any]:
        """Return in which version credit knows the standardisation, which level that is, and since when."""
        found = self.rows("credit", standardisation, enterprise_id)
        return [value for row in found for value in (row.sequence, row.level, row.confirmed_on)]

    def facts(self, enterprise_id: str) -> list[tuple[str, str, int]]:
        """Return kind and id of what the annual plan of inspections knows, and whether it has ended (2)."""
        return [(row.kind, row.id, row.step) for row in self.rows("inspections", credit_fact, enterprise_id)]


node, wire = node_of(CAST), wire_of(CAST, Wire)  # fixtures


@pytest.fixture
def today() -> date:
    return business_date(datetime.now(UTC))


def names(events: list[Received[Any]]) -> list[str]:
    return [one.type.split(".")[1] for one in events]


def punished(wire: Wire, enterprise_id: str, today: date, **changes: Any) -> str:
    """Record a fine of today and return its id."""
    decision = Decision(
        enterprise_id=enterprise_id,
        document_number=f"应急罚〔2026〕{new_id()}号",
        act="V-102",
        conduct="未采取措施消除事故隐患",
        facts="冲床无防护",
        basis="安全生产法 第一百零二条",
        kinds=["fine"],
        content="罚款三万元",
        fine=30_000,
        decided_on=today,
        authority="区应急管理局",
    )
    decision = replace(decision, **changes)
    return str(wire.did(lambda session: record_penalty(session, decision, step=a_step("record", on=today))))


class TestAViolation:
    def test_comes_to_risk(self, wire: Wire, today: date) -> None:
        works = wire.knows()
        breach = Breach(works, "V-102", "serious", "冲床无防护", today)

        violation_id = wire.did(lambda session: record_violation(session, breach, by="officer", now=datetime.now(UTC)))
        [event] = wire.told(works)
        wire.consume("risk", lambda: wire.causes(works))

        assert (event.type, event.subject) == ("credit.violation_recorded.v1", violation_id)
        assert (event.data.act, event.data.severity, event.data.recorded_on) == ("V-102", "serious", today.isoformat())
        assert wire.causes(works) == [("violation", violation_id, False)]


class TestAPenalty:
    def test_is_followed_from_the_decision_to_the_withdrawal(self, wire: Wire, today: date) -> None:
        works = wire.knows()
        penalty_id = punished(wire, works, today)

        def step(event: str, **given: Any) -> None:
            wire.did(lambda session: step_penalty(session, penalty_id, step=a_step(event, on=today, **given)))

        step("publish")
        [row] = wire.rows("credit", penalty, works)
        wire.did(lambda session: run_penalty_clock(session, penalty_id, now=end_of(row.shown_until)))
        step("settle", settled_on=today, proof="缴款书")
        step("withdraw", reason="复议撤销", document="复议1号", annulled_on=today)
        decided, published, ended, settled, withdrawn = wire.told(works)

        assert names([decided, published, ended, settled, withdrawn]) == [
            "penalty_decided", "penalty_published", "penalty_publicity_ended", "penalty_settled", "penalty_withdrawn",
        ]  # fmt: skip
        assert {one.subject for one in (decided, published, ended, settled, withdrawn)} == {penalty_id}
        assert (decided.data.amount, list(decided.data.kinds)) == (30_000, ["fine"])
        assert (published.data.published_on, published.data.is_late) == (today.isoformat(), False)
        assert (ended.data.reason, settled.data.settled_on) == ("uncorrected", today.isoformat())

    def test_counts_with_risk_and_inspections_until_it_is_withdrawn(self, wire: Wire, today: date) -> None:
        works = wire.knows()
        penalty_id = punished(wire, works, today)
        wire.told(works)
        wire.consume("risk", lambda: wire.causes(works))
        wire.consume("inspections", lambda: wire.facts(works))
        assert (wire.causes(works), wire.facts(works)) == (
            [("penalty", penalty_id, False)], [("penalty", penalty_id, 1)],
        )  # fmt: skip

        annulled = a_step("withdraw", on=today, reason="复议撤销", document="复议1号", annulled_on=today)
        wire.did(lambda session: step_penalty(session, penalty_id, step=annulled))
        wire.told(works)
        wire.consume("risk", lambda: wire.causes(works)[0][2])
        wire.consume("inspections", lambda: wire.facts(works)[0][2] == 2)

        assert (wire.causes(works), wire.facts(works)) == (
            [("penalty", penalty_id, True)], [("penalty", penalty_id, 2)],
        )  # fmt: skip

    def test_makes_another_credit_grade_which_is_told(self, wire: Wire, today: date) -> None:
        works = wire.knows()
        punished(wire, works, today)
        wire.told(works)

        wire.consume("credit", lambda: wire.rows("credit", rating, works))
        [event] = wire.told(works)

        [row] = wire.rows("credit", rating, works)
        assert (event.type, event.subject) == ("credit.credit_rated.v1", works)
        assert (event.data.grade, event.data.score, event.data.policy) == (row.grade, row.score, row.policy)


class TestAnExposure:
    def test_counts_with_risk_until_it_is_withdrawn(self, wire: Wire, today: date) -> None:
        works, now = wire.knows(), datetime.now(UTC)
        proposal = Proposal(works, "red_card", "红牌警示", "重大隐患逾期未整改", "安全生产法 第七十八条", 6)
        exposure_id = wire.did(lambda session: propose_exposure(session, proposal, by="officer", now=now))

        def step(event: str, **given: Any) -> Received[Any]:
            taken = a_step(event, on=today, by="leader", roles=LEADER, **given)
            wire.did(lambda session: step_exposure(session, exposure_id, step=taken))
            [told] = wire.told(works)
            return told

        published = step("publish")
        wire.consume("risk", lambda: wire.causes(works) == [("red_card", exposure_id, False)])
        withdrawn = step("withdraw", reason="异议成立")
        wire.consume("risk", lambda: wire.causes(works) == [("red_card", exposure_id, True)])

        assert names([published, withdrawn]) == ["exposure_published", "exposure_withdrawn"]
        assert (published.data.exposure, published.data.published_on) == ("red_card", today.isoformat())
        assert {published.subject, withdrawn.data.exposure_id} == {exposure_id}


class TestAnAccident:
    def test_is_told_again_when_its_figures_were_put_right(self, wire: Wire, today: date) -> None:
        works, now = wire.knows(), datetime.now(UTC)
        first = Accident(enterprise_id=works, occurred_on=today, kind="machinery", serious_injuries=1)
        accident_id = wire.did(lambda session: record_accident(session, first, by="officer", now=now))
        [row] = wire.rows("credit", accident, works)
        wire.did(lambda session: correct_accident(session, row, replace(first, deaths=3), now=now))

        events = wire.told(works)
        wire.consume("inspections", lambda: [one.deaths for one in wire.rows("inspections", credit_fact, works)] == [3])
        wire.consume("risk", lambda: wire.causes(works))

        assert [(one.type, one.subject, one.sequence, one.data.deaths, one.data.grade) for one in events] == [
            ("credit.accident_recorded.v1", accident_id, 1, 0, "general"),
            ("credit.accident_recorded.v1", accident_id, 2, 3, "larger"),
        ]
        assert wire.causes(works) == [("accident", accident_id, False)]


class TestAListing:
    def test_is_followed_from_the_entry_to_the_removal(self, wire: Wire, today: date) -> None:
        works = wire.knows(**FIRM)
        case_id = listed(wire.databases["credit"], works, on=today)
        [entered] = wire.told(works)
        listing_id = entered.data.listing_id
        wire.consume("risk", lambda: wire.causes(works) == [("listing", listing_id, False)])
        wire.consume("inspections", lambda: wire.facts(works) == [("listing", listing_id, 1)])
        wire.consume("permits", lambda: wire.rows("permits", listing, works))

        revoked = {"reason": "判决", "number": "1号"}
        moved(wire.databases["credit"], case_id, "revoke", on=today, by="leader", roles=LEADER, **revoked)
        [removed] = wire.told(works)
        wire.consume("risk", lambda: wire.causes(works) == [("listing", listing_id, True)])
        wire.consume("inspections", lambda: wire.facts(works) == [("listing", listing_id, 2)])
        wire.consume("permits", lambda: wire.rows("permits", listing, works)[0].delisted_at)

        assert names([entered, removed]) == ["subject_listed", "subject_delisted"]
        assert (removed.data.listing_id, removed.data.removal) == (listing_id, "correction")
        assert "R-FIN" in [one["code"] for one in entered.data.measures]

    def test_is_acted_upon_by_an_agency_and_lifted_with_its_end(self, wire: Wire, today: date) -> None:
        works = wire.knows(**FIRM)
        case_id = listed(wire.databases["credit"], works, on=today)
        own = {row.code: row.id for row in wire.rows("credit", restriction, works)}["R-FIN"]

        def answer(event: str, **given: Any) -> None:
            step = a_step(event, on=today, by="bank", roles=("agency",), **given)
            wire.did(lambda session: step_restriction(session, own, step=step, agencies=frozenset({"FIN"})))

        answer("apply", measure="下调授信", handler="信贷部", date=today)
        revoked = {"reason": "判决", "number": "1号"}
        moved(wire.databases["credit"], case_id, "revoke", on=today, by="leader", roles=LEADER, **revoked)
        answer("lift")
        events = [one for one in wire.told(works) if one.subject == own]

        assert names(events) == [
            "restriction_feedback_received", "restriction_applied", "restriction_feedback_received",
            "restriction_lifted",
        ]  # fmt: skip
        assert [one.sequence for one in events] == [1, 2, 3, 4]
        assert {(one.data.agency, one.data.code) for one in events} == {("FIN", "R-FIN")}
        assert [events[0].data.status, events[1].data.effect, events[2].data.status] == [
            "applied", "ADVISORY", "lifted",
        ]  # fmt: skip


class TestWhatIsDue:
    def test_is_told_once_for_each_moment_until_it_ends(self, wire: Wire, today: date) -> None:
        works, heard = wire.knows(), len(wire.heard("credit_changed"))
        penalty_id = punished(wire, works, today, kinds=["warning"], fine=0)
        opened = wire.told_of_limits(works)
        [row] = wire.rows("credit", due_limit, works)
        limits = [*opened]
        for moment in (end_of(row.warn_after), end_of(row.due_on)):
            wire.did(lambda session, now=moment: run_limit(session, row.id, now=now))
            wire.did(lambda session, now=moment: run_limit(session, row.id, now=now))
            limits += wire.told_of_limits(works)
        kept = a_step("keep_back", on=row.due_on + timedelta(days=1), reason="轻微")
        wire.did(lambda session: step_penalty(session, penalty_id, step=kept))
        limits += wire.told_of_limits(works)

        assert names(limits) == ["limit_opened", "limit_warned", "limit_missed", "limit_ended"]
        assert [one.sequence for one in limits] == [1, 2, 3, 4]
        assert {(one.subject, one.data.limit, one.data.due_on) for one in limits} == {
            (row.id, "penalty_ask", row.due_on.isoformat())
        }
        assert (limits[0].data.by, limits[-1].data.is_missed) == ("officer", True)
        assert wire.heard("credit_changed")[heard:] == ["331002001"] * 4  # open pages ask again after each


class TestTheStandardisation:
    def test_comes_from_risk_as_confirmed_and_goes_with_it(self, wire: Wire, today: date) -> None:
        works, told = wire.knows(), []
        for version, level in enumerate(("1", "3", None)):
            facts = {"std_level": Known(level, Origin.CONFIRMED)} if level else {}
            wire.declares(works, facts, based_on=version)
            wire.consume("credit", lambda sent=version + 1: wire.standing(works)[:1] == [sent], channel=Channel.BULK)
            told.append(wire.standing(works)[1:])

        assert told == [["1", today], ["3", today], ["", None]]
        assert [row.grade for row in wire.rows("credit", rating, works)] == ["A"]


@pytest.mark.parametrize("name", sorted(CAST.told))
class TestEvent:
    def test_arrives_as_it_was_told(self, wire: Wire, name: str) -> None:
        sample = decode(orjson.loads((SAMPLES / f"{name}.json").read_bytes()))
        told = replace(sample.data, enterprise_id=wire.knows())
        wire.did(lambda session: publish(session, told, sequence=sample.sequence, at=datetime.now(UTC)))

        [came] = [*wire.told(told.enterprise_id), *wire.limits]

        assert (came.source, came.type, came.data) == ("/sise/credit", name, received(told).data)
        assert (came.subject, came.sequence) == (getattr(told, contract_named(name).subject), sample.sequence)
