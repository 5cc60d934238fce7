"""What is due: kept with what it is due for, listed and counted, warned of, marked when missed, ended when done."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Row, delete, event, select

from services.credit.domain.penalties import Decision
from services.credit.subscriptions import on_enterprises_merged, on_record_without_limits
from services.credit.tables import due_limit, restriction
from services.credit.use_cases import exposures
from services.credit.use_cases.limits import LIMIT_CLOCK, run_limit
from services.credit.use_cases.penalties import record_penalty, step_penalty
from services.credit.use_cases.restrictions import step_restriction
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.database.chassis import timer
from shared.ids import new_id
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, run_clock, told
from tests.integration.credit.listing import (
    DAY,
    LEADER,
    NOTICE_PARTS,
    PERSON,
    a_step,
    at,
    decided,
    listed,
    moved,
    proposed,
)
from tests.support.events import received

LIMITS = f"{CREDIT}/limits"
RED_CARD = ("red_card", "红牌警示", "重大隐患逾期未整改", "安全生产法 第七十八条", 6)


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database, uscc="91330000704676287N", industry="C2614", address="椒江区海门")


def punished(database: Database, enterprise_id: str, *, on: date = DAY, **changes: Any) -> str:
    """Record a fine of a day and return its id."""
    said: dict[str, Any] = {
        "document_number": f"应急罚〔2026〕{new_id()}号",
        "act": "V-102",
        "conduct": "未消除隐患",
        "facts": "冲床无防护",
        "basis": "安全生产法 第一百零二条",
        "kinds": ["fine"],
        "content": "罚款三万元",
        "fine": 30_000,
        "decided_on": on,
        "authority": "区应急管理局",
    }
    with database.transaction() as session:
        decision = Decision(enterprise_id=enterprise_id, **said | changes)
        return record_penalty(session, decision, step=a_step("record", on=on))


def stepped(database: Database, penalty_id: str, name: str, *, on: date = DAY, **given: Any) -> None:
    with database.transaction() as session:
        step_penalty(session, penalty_id, step=a_step(name, on=on, **given))


def exposed(database: Database, enterprise_id: str) -> str:
    """Propose a red card and return its id."""
    with database.transaction() as session:
        proposal = exposures.Proposal(enterprise_id, *RED_CARD)
        return exposures.propose_exposure(session, proposal, by="officer", now=at(DAY))


def rows(database: Database, entity_id: str = "") -> list[Row[Any]]:
    """Return the limits in the order in which they began, of everything or of one record."""
    own = [due_limit.c.entity_id == entity_id] if entity_id else []
    with database.reading() as session:
        return list(session.execute(select(due_limit).where(*own).order_by(due_limit.c.id)))


def due(database: Database, entity_id: str = "") -> dict[str, date]:
    return {row.kind: row.due_on for row in rows(database, entity_id) if row.is_open}


def said(database: Database) -> list[tuple[str, str, str]]:
    """Return what was told of limits: the event, the kind, its number."""
    names = ("limit_opened", "limit_warned", "limit_missed", "limit_ended")
    return [(one["type"].split(".")[1], one["data"]["limit"], one["sequence"]) for one in told(database, *names)]


class TestAPenalty:
    def test_is_to_be_published_within_seven_working_days(self, database: Database, firm: str) -> None:
        penalty_id = punished(database, firm)
        [row] = rows(database)
        assert (row.kind, row.due_on, row.warn_after) == ("penalty_publish", date(2026, 11, 11), date(2026, 11, 9))
        stepped(database, penalty_id, "publish", on=DAY + timedelta(days=1))
        [row] = rows(database)
        assert (row.is_open, row.is_missed, row.state) == (False, False, "ended")
        assert said(database) == [("limit_opened", "penalty_publish", "1"), ("limit_ended", "penalty_publish", "2")]

    def test_is_published_by_the_clock_before_it_is_missed(self, database: Database, firm: str) -> None:
        punished(database, firm)
        for days in range(1, 12):
            run_clock(database, now=at(DAY + timedelta(days=days)))
        assert [name for name, _, _ in said(database)] == ["limit_opened", "limit_warned", "limit_ended"]

    def test_that_is_light_asks_and_is_missed_while_nobody_answers(self, database: Database, firm: str) -> None:
        penalty_id = punished(database, firm, kinds=["warning"], fine=0)
        for days in range(1, 15):
            run_clock(database, now=at(DAY + timedelta(days=days)))
        [row] = rows(database)
        assert (row.kind, row.state, row.is_open, row.is_missed) == ("penalty_ask", "missed", True, True)
        stepped(database, penalty_id, "keep_back", on=DAY + timedelta(days=20), reason="轻微")
        assert said(database) == [
            ("limit_opened", "penalty_ask", "1"),
            ("limit_warned", "penalty_ask", "2"),
            ("limit_missed", "penalty_ask", "3"),
            ("limit_ended", "penalty_ask", "4"),
        ]
        assert told(database, "limit_ended")[0]["data"]["is_missed"] is True

    def test_waits_for_acceptance_and_decision_of_its_repair(self, database: Database, firm: str) -> None:
        penalty_id, later = punished(database, firm), date(2027, 3, 1)
        stepped(database, penalty_id, "publish")
        stepped(database, penalty_id, "settle", settled_on=DAY, proof="缴款书")
        stepped(database, penalty_id, "apply_repair", on=later, promise="信用承诺书")
        assert due(database) == {"penalty_accept": date(2027, 3, 4)}
        stepped(database, penalty_id, "accept_repair", on=later)
        assert due(database) == {"penalty_decide": date(2027, 3, 15)}
        stepped(database, penalty_id, "repair", on=later, is_corrected=True)
        assert due(database) == {}

    def test_against_a_person_is_listed_and_told_to_nobody(self, database: Database, firm: str) -> None:
        punished(database, firm, subject_kind="natural", person="王建国", person_number=PERSON["identity"])
        assert (list(due(database)), said(database)) == (["penalty_publish"], [])

    def test_recorded_too_late_is_missed_from_the_beginning(self, database: Database, firm: str) -> None:
        with database.transaction() as session:
            decision = {"act": "V-102", "conduct": "a", "facts": "b", "basis": "c", "content": "d", "authority": "e"}
            light = {"document_number": "1号", "kinds": ["warning"], "decided_on": DAY, "enterprise_id": firm}
            late = a_step("record", on=DAY + timedelta(days=30))
            record_penalty(session, Decision(**decision, **light), step=late)
        assert [name for name, _, _ in said(database)] == ["limit_opened", "limit_missed"]


class TestACase:
    def test_has_every_limit_of_the_order_at_once(self, database: Database, firm: str) -> None:
        case_id = proposed(database, firm)
        assert due(database, case_id) == {"case_issue_notice": date(2027, 1, 31)}
        moved(database, case_id, "issue_notice", **NOTICE_PARTS)
        assert due(database, case_id) == {"case_serve_notice": date(2027, 1, 31)}
        case_id = decided(database, firm, on=date(2026, 9, 30))
        assert due(database, case_id) == {
            "case_record": date(2026, 10, 10),
            "case_serve": date(2026, 10, 15),
            "case_publish": date(2026, 11, 3),
        }

    def test_waits_for_the_leader_and_for_removal(self, database: Database, firm: str) -> None:
        case_id = listed(database, firm)
        assert due(database, case_id) == {"case_expire": date(2029, 11, 2)}
        moved(database, case_id, "apply_early_removal", on=date(2027, 11, 30), application="申请")
        assert due(database, case_id)["case_accept"] == date(2027, 12, 7)
        moved(database, case_id, "accept", on=date(2027, 12, 1), duty_proof="缴款书", promise="承诺书")
        assert due(database, case_id)["case_grant"] == date(2027, 12, 29)
        given = {"number": "移出1号", "duty_done": True, "harm_removed": True, "no_relapse": True}
        moved(database, case_id, "grant", on=date(2027, 12, 2), by="leader", roles=LEADER, **given)
        assert list(due(database, case_id)) == ["case_complete", "case_update_system"]

    def test_is_to_be_revoked_at_once_when_its_penalty_is_withdrawn(self, database: Database, firm: str) -> None:
        penalty_id = punished(database, firm)
        case_id = decided(database, firm, penalty_id=penalty_id)
        given = {"reason": "复议撤销", "document": "复议1号", "annulled_on": DAY}
        stepped(database, penalty_id, "withdraw", **given)
        assert due(database) == {"case_revoke": date(2026, 11, 3)}
        moved(database, case_id, "revoke", by="leader", roles=LEADER, reason="撤销", number="1号")
        assert due(database) == {}

    def test_of_persons_alone_is_told_to_nobody(self, database: Database, firm: str) -> None:
        proposed(database, firm, condition="BL-6-5")
        assert (list(due(database)), said(database)) == (["case_issue_notice"], [])


class TestOthers:
    def test_wait_for_decision_and_reply_of_an_exposure(self, database: Database, firm: str) -> None:
        exposure_id = exposed(database, firm)
        assert due(database) == {"exposure_decide": date(2026, 11, 9)}
        with database.transaction() as session:
            exposures.step_exposure(session, exposure_id, step=a_step("publish", by="leader", roles=LEADER))
            row = session.execute(select(exposures.exposure)).one()
            objection_id = exposures.object_to(session, row, "不符", by="own", now=at(DAY))
        [row] = rows(database, objection_id)
        assert (row.kind, row.due_on, row.record_id) == ("objection_reply", date(2026, 11, 9), exposure_id)
        with database.transaction() as session:
            exposures.reply_to(session, exposure_id, objection_id, reply="已核", by="officer", now=at(DAY))
        assert due(database) == {}

    def test_wait_for_the_answers_of_agencies(self, database: Database, firm: str) -> None:
        listed(database, firm)
        assert sum(row.kind == "restriction_answer" for row in rows(database)) == 14
        with database.reading() as session:
            own = session.scalar(select(restriction.c.id).where(restriction.c.code == "R-FIN"))
        [row] = rows(database, str(own))
        assert (row.agency, row.due_on, row.warn_after) == ("FIN", date(2026, 11, 9), date(2026, 11, 4))
        with database.transaction() as session:
            step_restriction(session, str(own), step=a_step("receive"), agencies=frozenset({"FIN"}))
        assert due(database, str(own)) == {}
        assert len([row for row in rows(database) if row.kind == "restriction_answer" and row.is_open]) == 13

    def test_go_over_to_the_entry_that_stays(self, database: Database, firm: str) -> None:
        punished(database, firm)
        other = known_enterprise(database)
        merge = EnterprisesMerged(merge_id=new_id(), enterprise_id=other, merged_ids=(firm,))
        with database.transaction() as session:
            on_enterprises_merged(session, received(merge), now=at(DAY))
        assert {row.enterprise_id for row in rows(database)} == {other}


class TestTheClock:
    def test_comes_once_for_each_moment(self, database: Database, firm: str) -> None:
        punished(database, firm, kinds=["warning"], fine=0)
        [row] = rows(database)
        for _ in range(3):
            with database.transaction() as session:
                run_limit(session, row.id, now=at(DAY + timedelta(days=30)))
                run_limit(session, new_id(), now=at(DAY))
        assert [name for name, _, _ in said(database)] == ["limit_opened", "limit_missed"]

    def test_is_silent_where_the_limit_is_over(self, database: Database, firm: str) -> None:
        stepped(database, punished(database, firm), "publish")
        [row] = rows(database)
        with database.transaction() as session:
            run_limit(session, row.id, now=at(DAY + timedelta(days=30)))
            assert session.scalar(select(timer.c.due_at).where(timer.c.kind == LIMIT_CLOCK)) is None
        assert len(said(database)) == 2

    def test_sets_what_was_there_before(self, database: Database, firm: str) -> None:
        penalty_id, case_id, exposure_id = punished(database, firm), listed(database, firm), exposed(database, firm)
        before = [(row.kind, row.due_on) for row in rows(database) if row.is_open]
        with database.transaction() as session:
            agencies = session.scalars(select(restriction.c.id)).all()
            session.execute(delete(due_limit))
            records = [("penalty", penalty_id), ("case", case_id), ("exposure", exposure_id)]
            for topic, one in [*records, *(("restriction", each) for each in agencies)]:
                on_record_without_limits(session, f"{topic}:{one}", now=at(DAY))
        assert sorted((row.kind, row.due_on) for row in rows(database)) == sorted(before)


class TestTheList:
    @pytest.fixture
    def officer(self, database: Database, firm: str, caller: Caller) -> FlaskClient:
        """Return an officer of the district; what is due is long missed, near, and far."""
        punished(database, firm, kinds=["warning"], fine=0, document_number="（椒）罚1号")
        listed(database, firm)
        exposed(database, firm)
        return caller()

    def test_is_ordered_by_the_last_day_and_says_what_by_whom(self, officer: FlaskClient) -> None:
        answer = officer.get(f"{LIMITS}?limit=3").json
        days = [one["due_on"] for one in answer["items"]]
        rest = officer.get(f"{LIMITS}?limit=100&cursor={answer['next_cursor']}").json["items"]
        assert days + [one["due_on"] for one in rest] == sorted(days + [one["due_on"] for one in rest])
        [one] = officer.get(f"{LIMITS}?kind=penalty_ask").json["items"]
        assert (one["by"], one["about"], one["title"], one["name"]) == (
            "officer", "penalty", "（椒）罚1号", "甲字号化工厂",
        )  # fmt: skip
        assert (one["status"], one["state"], one["working_days_left"] < 0) == ("official", "missed", True)
        [bank] = [one for one in [*answer["items"], *rest] if one["agency"] == "FIN"]
        assert (bank["by"], bank["agency_zh"]) == ("agency", "授信审查（人民银行、银行）")

    def test_says_how_long_as_the_records_do(self, database: Database, officer: FlaskClient, firm: str) -> None:
        case_id = proposed(database, firm, persons=[])
        named = {one["kind"]: one for one in officer.get(f"{LIMITS}?limit=100").json["items"]}
        [step] = officer.get(f"{CREDIT}/cases/{case_id}").json["deadlines"]
        penalty = officer.get(f"{CREDIT}/penalties/{named['penalty_ask']['record_id']}").json
        said = ("state", "working_days_left")
        for kind, shown in ((f"case_{step['step']}", step), ("penalty_ask", penalty["publication"])):
            assert [shown[name] for name in said] == [named[kind][name] for name in said]

    def test_counts_what_it_lists(self, officer: FlaskClient) -> None:
        figures = officer.get(f"{LIMITS}/figures").json
        for moment in ("today", "near", "missed"):
            rows = officer.get(f"{LIMITS}?limit=100&moment={moment}").json["items"]
            assert len(rows) == figures[moment]
        assert len(officer.get(f"{LIMITS}?limit=100").json["items"]) == figures["open"] == 17
        assert figures["decisions"] == len(officer.get(f"{LIMITS}?by=leader").json["items"]) == 1
        assert {one["kind"]: one["open"] for one in figures["kinds"]} == {
            "penalty_ask": 1, "exposure_decide": 1, "case_expire": 1, "restriction_answer": 14,
        }  # fmt: skip

    def test_keeps_to_the_area_and_the_filters(self, officer: FlaskClient, caller: Caller, firm: str) -> None:
        elsewhere = caller(divisions=["331002002"])
        assert (elsewhere.get(LIMITS).json["items"], elsewhere.get(f"{LIMITS}/figures").json["open"]) == ([], 0)
        assert officer.get(f"{LIMITS}/figures?division=331002002").json["open"] == 0
        assert officer.get(f"{LIMITS}/figures?division=331002002,331002001").json["open"] == 17
        assert officer.get(f"{LIMITS}/figures?enterprise_id={firm}&by=agency").json["open"] == 14
        assert officer.get(f"{LIMITS}?division=1").status_code == 422

    def test_reads_as_little_for_many_as_for_few(self, database: Database, officer: FlaskClient, firm: str) -> None:
        def read() -> int:
            seen: list[str] = []

            def listen(*given: Any) -> None:
                seen.append(given[2])

            event.listen(database.engine, "before_cursor_execute", listen)
            officer.get(f"{LIMITS}?limit=100")
            officer.get(f"{LIMITS}/figures")
            event.remove(database.engine, "before_cursor_execute", listen)
            return len([one for one in seen if "due_limit" in one])

        few = read()
        for _ in range(20):
            punished(database, firm)
        assert read() == few == 2
