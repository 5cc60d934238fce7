"""Penalty decisions over HTTP: recorded, published, settled, repaired, withdrawn; what is told and what is public."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.credit.tables import penalty
from shared.calendar import add_working_days
from shared.clock import business_date
from shared.database import Database
from shared.ids import new_id
from shared.machines import end_of
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, run_clock, told

PENALTIES = f"{CREDIT}/penalties"
PUBLIC = "/api/v1/public/penalties"
Record = Callable[..., dict[str, Any]]


def day(offset: int = 0) -> date:
    return business_date(datetime.now(UTC)) + timedelta(days=offset)


def decision(enterprise_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "enterprise_id": enterprise_id,
        "document_number": f"应急罚〔2026〕{new_id()[-6:]}号",
        "act": "V-102",
        "conduct": "未采取措施消除事故隐患",
        "facts": "冲床无防护",
        "basis": "安全生产法 第一百零二条",
        "kinds": ["fine"],
        "content": "罚款三万元",
        "fine": 30_000,
        "decided_on": day().isoformat(),
        "authority": "区应急管理局",
    } | changes


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database, uscc="91331002MA28G00017")


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


@pytest.fixture
def recorded(officer: FlaskClient, enterprise_id: str) -> Record:
    """Return a function that records a decision and gives what is shown of it."""

    def record(**changes: Any) -> dict[str, Any]:
        answer = officer.post(PENALTIES, json=decision(enterprise_id, **changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json)

    return record


def step(client: FlaskClient, one: dict[str, Any], event: str, **body: Any) -> Any:
    return client.post(f"{PENALTIES}/{one['id']}/steps", json={"event": event, **body})


def shown(client: FlaskClient, one: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"{PENALTIES}/{one['id']}").json)


class TestADecision:
    def test_is_recorded_with_its_class_and_deadlines_and_told(self, database: Database, recorded: Record) -> None:
        one = recorded(kinds=["fine", "fine"])
        assert (one["state"], one["penalty_class"], one["subject_name"]) == ("decided", "general", "甲字号化工厂")
        assert (one["regime"], one["publish_by"]) == ("ndrc36", add_working_days(day(), 7).isoformat())
        [event] = told(database, "penalty_decided")
        data = event["data"]
        assert (data["amount"], data["clause"], data["kinds"]) == (30_000, "安全生产法 第一百零二条", ["fine"])
        assert (data["act"], data["penalty_class"], data["decided_on"]) == ("V-102", "general", day().isoformat())

    def test_is_told_without_the_number_of_a_person(self, database: Database, recorded: Record) -> None:
        recorded(basis="安全生产法 第一百一十条，当事人330719199001011234")
        [event] = told(database, "penalty_decided")
        assert event["data"]["clause"] == "安全生产法 第一百一十条，当事人3****************4"

    def test_is_recorded_once(self, officer: FlaskClient, recorded: Record, *, enterprise_id: str) -> None:
        one = recorded()
        again = officer.post(PENALTIES, json=decision(enterprise_id, document_number=one["document_number"]))
        assert (again.status_code, again.json["code"]) == (409, "penalty_known")

    def test_is_the_same_in_any_writing_of_its_number(
        self, officer: FlaskClient, recorded: Record, *, enterprise_id: str
    ) -> None:
        assert recorded(document_number="(台椒)应急罚[2026]1号 ")["document_number"] == "（台椒）应急罚〔2026〕1号"
        again = officer.post(PENALTIES, json=decision(enterprise_id, document_number="（台椒）应急罚【2026】1号"))
        assert (again.status_code, again.json["code"]) == (409, "penalty_known")

    @pytest.mark.parametrize("name", ["document_number", "conduct", "facts", "basis", "content", "authority"])
    def test_says_something_in_every_field_that_the_public_reads(
        self, officer: FlaskClient, enterprise_id: str, name: str
    ) -> None:
        answer = officer.post(PENALTIES, json=decision(enterprise_id, **{name: " \u3000\n"}))
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, name)

    def test_of_a_violation_names_one_of_the_area(self, officer: FlaskClient, enterprise_id: str) -> None:
        answer = officer.post(PENALTIES, json=decision(enterprise_id, violation_id=new_id()))
        assert answer.json["code"] == "violation_not_found"

    def test_is_not_of_the_violation_of_another(
        self, database: Database, officer: FlaskClient, *, enterprise_id: str
    ) -> None:
        seen = {"act": "V-102", "severity": "light", "facts": "无护栏", "found_on": "2026-01-05"}
        other = known_enterprise(database, name="乙字号")
        found = officer.post(f"{CREDIT}/violations", json={"enterprise_id": other, **seen}).json["id"]
        answer = officer.post(PENALTIES, json=decision(enterprise_id, violation_id=found))
        assert (answer.json["code"], answer.json["facts"]["field"]) == ("penalty_refused", "violation_id")

    def test_seals_persons_and_shows_them_masked(
        self, database: Database, officer: FlaskClient, *, recorded: Record
    ) -> None:
        one = recorded(representative="王大明", representative_number="330102199001011234")
        with database.reading() as session:
            sealed = session.scalars(select(penalty.c.personal)).one()
        assert "王大明" not in sealed
        persons = shown(officer, one)["persons"]
        assert (persons["representative"], persons["representative_number"]) == ("王**", "3****************4")

    def test_against_a_person_is_not_counted_against_the_enterprise(
        self, database: Database, app: Flask, *, officer: FlaskClient, recorded: Record
    ) -> None:
        one = recorded(subject_kind="natural", person="王大明", person_number="330102199001011234")
        assert step(officer, one, "publish").status_code == 200
        assert told(database) == []
        [public] = app.test_client().get(PUBLIC).json["items"]
        assert (public["CF_XDR_MC"], public["CF_XDR_SHXYM"], public["CF_XDR_LB"]) == ("王**", "", "自然人")

    def test_against_a_person_makes_nobody_recognisable_in_any_public_text(
        self, app: Flask, officer: FlaskClient, *, recorded: Record
    ) -> None:
        number, texts = "330719199001011234", ("conduct", "facts", "basis", "content", "licence", "remark")
        named = dict.fromkeys(texts, f"王大明，身份证{number}，电话13800138000")
        one = recorded(subject_kind="natural", person="王大明", person_number=number, **named)
        step(officer, one, "publish")
        public = app.test_client()
        step(officer, recorded(facts=f"聘用{number}"), "publish")
        told_all = public.get(PUBLIC).text + public.get(f"{PUBLIC}/export.csv").text
        step(officer, one, "withdraw", annulled_on=day().isoformat(), reason=f"当事人{number}", document="1号")
        told_all += public.get(f"{PUBLIC}/withdrawn").text
        assert [part for part in ("王大明", number, "13800138000") if part in told_all] == []
        assert "王**，身份证3****************4，电话1*********0" in told_all

    def test_of_long_ago_is_history(self, database: Database, officer: FlaskClient, *, recorded: Record) -> None:
        one = recorded(decided_on="2020-05-11", settled_on="2020-06-01")
        run_clock(database, now=datetime.now(UTC))
        assert (shown(officer, one)["state"], len(told(database, "penalty_published"))) == ("expired", 0)

    def test_that_cannot_be_is_refused(self, officer: FlaskClient, enterprise_id: str) -> None:
        answer = officer.post(PENALTIES, json=decision(enterprise_id, fine=0))
        assert (answer.status_code, answer.json["code"]) == (422, "penalty_refused")


class TestTheClock:
    def test_warns_and_publishes_in_time(
        self, database: Database, officer: FlaskClient, *, recorded: Record, app: Flask
    ) -> None:
        one = recorded()
        run_clock(database, now=end_of(add_working_days(day(), 5)))
        assert [each["id"] for each in officer.get(PENALTIES, query_string={"awaits": "true"}).json["items"]] == [
            one["id"]
        ]
        run_clock(database, now=end_of(add_working_days(day(), 6)))
        [event] = told(database, "penalty_published")
        assert event["data"]["is_late"] is False
        [public] = app.test_client().get(PUBLIC, query_string={"q": "甲字号"}).json["items"]
        assert (public["CF_NR_FK"], public["CF_CFLB"], public["CF_WSH"]) == ("3", "罚款", one["document_number"])

    def test_asks_the_officer_about_a_light_one(
        self, database: Database, officer: FlaskClient, *, recorded: Record
    ) -> None:
        one = recorded(kinds=["warning"], fine=0)
        run_clock(database, now=end_of(add_working_days(day(), 30)))
        assert (shown(officer, one)["state"], told(database, "penalty_published")) == ("decided", [])
        kept = step(officer, one, "keep_back", reason="轻微，已改正").json
        assert (kept["state"], kept["steps"][-1]["given"]) == ("not_published", {"reason": "轻微，已改正"})

    def test_that_comes_after_the_longest_period_publishes_nothing(
        self, database: Database, officer: FlaskClient, *, recorded: Record, app: Flask
    ) -> None:
        one = recorded()
        run_clock(database, now=end_of(day(366)))
        assert (shown(officer, one)["state"], told(database, "penalty_published")) == ("uncorrected", [])
        assert app.test_client().get(PUBLIC).json["items"] == []

    def test_ends_the_publication_and_says_why(
        self, database: Database, officer: FlaskClient, *, recorded: Record, app: Flask
    ) -> None:
        one = recorded()
        step(officer, one, "publish")
        run_clock(database, now=end_of(day(366)))
        [event] = told(database, "penalty_publicity_ended")
        assert (event["data"]["reason"], shown(officer, one)["state"]) == ("uncorrected", "uncorrected")
        assert app.test_client().get(PUBLIC).json["items"] == []
        settled = step(officer, one, "settle", settled_on=day().isoformat(), proof="缴款书").json
        assert settled["state"] == "expired"


class TestTheDay:
    def test_ends_what_the_public_reads_also_when_the_clock_stands_still(
        self, database: Database, app: Flask, *, officer: FlaskClient, recorded: Record
    ) -> None:
        step(officer, recorded(), "publish")
        seen = []
        for until in (day(), day(-1)):
            with database.transaction() as session:
                session.execute(update(penalty).values(shown_until=until))
            seen.append(len(app.test_client().get(PUBLIC).json["items"]))
        assert seen == [1, 0]


class TestASettledOne:
    def test_is_told_and_repaired_after_the_shortest_period(
        self, database: Database, officer: FlaskClient, *, recorded: Record
    ) -> None:
        one = recorded(decided_on=day(-120).isoformat())
        run_clock(database, now=datetime.now(UTC))
        assert shown(officer, one)["is_late"] is True
        step(officer, one, "settle", settled_on=day(-100).isoformat(), proof="缴款书")
        applied = step(officer, one, "apply_repair", promise="信用承诺书").json
        assert (applied["state"], applied["due_on"]) == ("repair_applied", add_working_days(day(), 3).isoformat())
        step(officer, one, "accept_repair")
        repaired = step(officer, one, "repair", is_corrected=True).json
        assert (repaired["state"], repaired["is_shown"], repaired["due_on"]) == ("repaired", False, None)
        names = [event["type"].split(".")[1] for event in told(database)]
        names = [one for one in names if not one.startswith("limit_")]
        assert names == [
            "penalty_decided",
            "penalty_published",
            "penalty_settled",
            "penalty_publicity_ended",
        ]


class TestAWithdrawnOne:
    def test_counts_no_more_and_is_explained(
        self, database: Database, officer: FlaskClient, *, recorded: Record, app: Flask
    ) -> None:
        one = recorded(decided_on=day(-60).isoformat())
        step(officer, one, "publish")
        given = {"reason": "行政复议撤销", "document": "复议〔2026〕1号"}
        late = step(officer, one, "withdraw", annulled_on=day(-30).isoformat(), **given).json
        assert (late["state"], late["explanation"], late["is_late"]) == ("withdrawn", "行政复议撤销", True)
        assert [event["data"]["penalty_id"] for event in told(database, "penalty_withdrawn")] == [one["id"]]
        assert app.test_client().get(PUBLIC).json["items"] == []


class TestAMisenteredOne:
    def test_is_struck_out_and_recorded_anew(
        self, database: Database, officer: FlaskClient, *, recorded: Record, app: Flask
    ) -> None:
        one = recorded(fine=3_000_000)
        step(officer, one, "publish")
        struck = step(officer, one, "strike", reason="罚款金额录错").json
        assert (struck["state"], struck["is_misentered"], struck["is_late"]) == ("withdrawn", True, False)
        again = recorded(document_number=one["document_number"])
        assert [event["data"]["penalty_id"] for event in told(database, "penalty_withdrawn")] == [one["id"]]
        [explained] = app.test_client().get(f"{PUBLIC}/withdrawn").json["items"]
        assert (explained["id"], explained["explanation"]) == (one["id"], "罚款金额录错")
        assert step(officer, again, "publish").status_code == 200

    def test_that_was_withdrawn_instead_is_not_recorded_anew(
        self, officer: FlaskClient, recorded: Record, *, enterprise_id: str
    ) -> None:
        one = recorded()
        step(officer, one, "withdraw", annulled_on=day().isoformat(), reason="复议撤销", document="1号")
        again = officer.post(PENALTIES, json=decision(enterprise_id, document_number=one["document_number"]))
        assert again.json["code"] == "penalty_known"


class TestTheWithdrawalInPublic:
    def test_explains_what_was_public_and_tells_nothing_else(
        self, app: Flask, officer: FlaskClient, *, recorded: Record
    ) -> None:
        firm, kept = recorded(), recorded()
        person = recorded(subject_kind="natural", person="王大明")
        for one in (firm, person):
            step(officer, one, "publish")
        for one in (firm, kept, person):
            step(officer, one, "withdraw", annulled_on=day().isoformat(), reason="复议撤销", document="1号")
        answer = app.test_client().get(f"{PUBLIC}/withdrawn")
        found = {one["id"]: (one["subject_name"], one["explanation"]) for one in answer.json["items"]}
        assert found == {firm["id"]: ("甲字号化工厂", "复议撤销"), person["id"]: ("", "复议撤销")}
        assert {one["withdrawn_on"] for one in answer.json["items"]} == {day().isoformat()}
        assert "冲床" not in answer.text


class TestTheFile:
    def test_has_the_columns_of_the_dictionary(self, app: Flask, officer: FlaskClient, *, recorded: Record) -> None:
        one = recorded()
        recorded()
        step(officer, one, "publish")
        public = app.test_client()
        header, row, *rest = public.get(f"{PUBLIC}/export.csv").text.lstrip("\ufeff").splitlines()
        columns = public.get(f"{PUBLIC}/dictionary").json["items"]
        assert (header.split(","), rest) == ([each["zh"] for each in columns], [])
        cells = dict(zip((each["column"] for each in columns), row.split(","), strict=True))
        assert (cells["CF_WSH"], cells["CF_NR_FK"], cells["CF_YXQ"]) == (one["document_number"], "3", "")
        assert cells["penalty_class"] == "一般"
        assert {each["column"] for each in columns} <= set(public.get(PUBLIC).json["items"][0])


class TestAStep:
    def test_is_not_taken_by_who_has_read_an_older_one(self, officer: FlaskClient, recorded: Record) -> None:
        one = recorded()
        assert step(officer, one, "publish", version=7).json["code"] == "penalty_changed"
        assert step(officer, one, "publish", version=1).status_code == 200

    def test_is_refused_out_of_turn(self, officer: FlaskClient, recorded: Record) -> None:
        answer = step(officer, recorded(), "repair", is_corrected=True)
        assert (answer.status_code, answer.json["code"]) == (409, "step_not_possible")


class TestWhoSees:
    def test_is_the_enterprise_its_own_and_nobody_elsewhere(
        self, caller: Caller, recorded: Record, *, enterprise_id: str
    ) -> None:
        one = recorded()
        own = caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)
        assert [each["id"] for each in own.get(PENALTIES).json["items"]] == [one["id"]]
        assert step(own, one, "publish").status_code == 403
        elsewhere = caller(subject="other", divisions=["331003"])
        assert elsewhere.get(f"{PENALTIES}/{one['id']}").status_code == 404

    def test_is_not_the_enterprise_what_was_decided_against_a_person(
        self, caller: Caller, officer: FlaskClient, *, recorded: Record, enterprise_id: str
    ) -> None:
        one = recorded(subject_kind="natural", person="王大明")
        own = caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)
        assert own.get(PENALTIES).json["items"] == []
        assert own.get(f"{PENALTIES}/{one['id']}").status_code == 404
        assert officer.get(f"{PENALTIES}/{one['id']}").status_code == 200

    def test_filters_by_division_and_year(self, officer: FlaskClient, recorded: Record) -> None:
        one = recorded(decided_on="2025-12-30")
        found = officer.get(PENALTIES, query_string={"division": "331002001", "year": 2025}).json["items"]
        assert [each["id"] for each in found] == [one["id"]]
        for missing in ({"division": "331002002"}, {"year": 2024}, {"is_open": "false"}):
            assert officer.get(PENALTIES, query_string=missing).json["items"] == []


class TestTheTable:
    def test_names_periods_deadlines_and_sources(self, app: Flask) -> None:
        table = app.test_client().get(f"{PENALTIES}/table").json
        [order] = [one for one in table["regimes"] if one["id"] == "ndrc36"]
        assert (order["effective_from"], order["status"]) == ("2026-04-01", "official")
        assert {"penalty_class": "serious", "publishes": "always", "min_months": 12, "max_months": 36} in order[
            "periods"
        ]
        assert {"id": "publish", "amount": 7, "unit": "working_days"} in table["deadlines"]

    def test_tells_every_step_with_its_clause(self, app: Flask) -> None:
        table = app.test_client().get(f"{PENALTIES}/table").json
        steps = {(one["state"], one["event"]): (one["to"], one["clause"]) for one in table["transitions"]}
        assert steps["decided", "publish"] == ("published", "within seven working days of the decision")
        assert steps["published", "settle"][0] == "published"
        assert {state for state, _ in steps} <= {one["id"] for one in table["states"]}


class TestTheCode:
    def test_leads_the_public_to_what_is_published(self, app: Flask, officer: FlaskClient, *, recorded: Record) -> None:
        step(officer, recorded(), "publish")
        public = app.test_client()
        counts = [len(public.get(PUBLIC, query_string={"q": q}).json["items"]) for q in ("91331002ma28g00017", "乙")]
        assert counts == [1, 0]
