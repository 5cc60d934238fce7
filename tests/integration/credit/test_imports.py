"""Registers as files over HTTP: tried out, taken in, taken in again, with every wrong row named."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.database import Database
from shared.sheets import xlsx_file
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, told
from tests.integration.credit.test_enterprises import merge

CODE = "91331002MA28G00017"
HEADER = ["统一社会信用代码", "发生日期", "事故类型", "死亡人数", "负主要责任"]
GOOD = [CODE, "2024-03-01", "机械伤害", "1", "是"]
PENALTY_HEADER = [
    "CF_XDR_SHXYM",
    "CF_WSH",
    "CF_WFXW",
    "CF_SY",
    "CF_YJ",
    "CF_CFLB",
    "CF_NR",
    "CF_NR_FK",
    "CF_JDRQ",
    "CF_CFJG",
]
PENALTY = [
    CODE,
    "应急罚1号",
    "未消除隐患",
    "无护栏",
    "安全生产法 第一百零二条",
    "罚款",
    "罚款三万元",
    "3",
    "2026-01-05",
    "区应急管理局",
]


@pytest.fixture
def officer(database: Database, caller: Caller) -> FlaskClient:
    known_enterprise(database, uscc=CODE)
    return caller()


def send(client: FlaskClient, register: str, rows: list[list[str]], **options: Any) -> Any:
    text = "\n".join(",".join(row) for row in rows)
    form = {"file": (BytesIO(text.encode()), "register.csv"), **options}
    return client.post(f"{CREDIT}/{register}/imports", data=form)


class TestAccidents:
    def test_of_earlier_years_are_taken_in_once(self, database: Database, officer: FlaskClient) -> None:
        first = send(officer, "accidents", [HEADER, GOOD]).json
        again = send(officer, "accidents", [HEADER, GOOD]).json
        assert [(one["rows"], one["accepted"], one["known"]) for one in (first, again)] == [(1, 1, 0), (1, 0, 1)]
        figures = officer.get(f"{CREDIT}/accidents/figures", query_string={"year": 2024}).json
        assert (figures["total"]["deaths"]["now"], len(told(database, "accident_recorded"))) == (1, 1)

    def test_are_found_by_a_code_in_small_letters(self, officer: FlaskClient) -> None:
        assert send(officer, "accidents", [HEADER, [CODE.lower(), *GOOD[1:]]]).json["accepted"] == 1

    def test_are_tried_out_without_effect(self, database: Database, officer: FlaskClient) -> None:
        tried = send(officer, "accidents", [HEADER, GOOD], is_trial="true").json
        assert (tried["is_trial"], tried["accepted"], told(database)) == (True, 1, [])

    def test_are_tried_out_as_they_would_be_taken_in(self, database: Database, officer: FlaskClient) -> None:
        tried, taken = (
            send(officer, "accidents", [HEADER, GOOD, GOOD], is_trial=one).json for one in ("true", "false")
        )
        assert [(one["accepted"], one["known"]) for one in (tried, taken)] == [(1, 1), (1, 1)]
        assert len(told(database)) == 1

    def test_name_each_wrong_row_and_take_the_others(self, officer: FlaskClient) -> None:
        rows = [
            HEADER,
            ["91331002MA28G00025", *GOOD[1:]],
            [CODE, "2099-01-01", *GOOD[2:]],
            [CODE, "?", *GOOD[2:]],
            GOOD,
        ]
        taken = send(officer, "accidents", rows).json
        assert (taken["rows"], taken["accepted"]) == (4, 1)
        assert [(one["row"], one["field"], one["code"]) for one in taken["errors"]] == [
            (2, "uscc", "enterprise_unknown"),
            (3, "occurred_on", "accident_refused"),
            (4, "occurred_on", "day_unreadable"),
        ]

    def test_of_a_merged_entry_are_those_of_the_one_that_stays(self, database: Database, officer: FlaskClient) -> None:
        old = known_enterprise(database, uscc="91331002MA28G00025")
        kept = known_enterprise(database, name="乙字号")
        merge(database, kept, old)
        send(officer, "accidents", [HEADER, ["91331002MA28G00025", *GOOD[1:]]])
        assert [one["enterprise_id"] for one in officer.get(f"{CREDIT}/accidents").json["items"]] == [kept]

    def test_come_as_a_workbook_too(self, officer: FlaskClient) -> None:
        form = {"file": (xlsx_file(HEADER, [GOOD]), "register.xlsx")}
        assert officer.post(f"{CREDIT}/accidents/imports", data=form).json["accepted"] == 1

    def test_of_another_area_are_not_known_here(self, database: Database, caller: Caller) -> None:
        known_enterprise(database, uscc=CODE)
        elsewhere = caller(subject="other", divisions=["331003"])
        [error] = send(elsewhere, "accidents", [HEADER, GOOD]).json["errors"]
        assert error["code"] == "enterprise_unknown"


class TestPenalties:
    def test_are_taken_in_by_the_fields_of_the_public_record(self, database: Database, officer: FlaskClient) -> None:
        tried = send(officer, "penalties", [PENALTY_HEADER, PENALTY], is_trial="true").json
        taken = send(officer, "penalties", [PENALTY_HEADER, PENALTY]).json
        assert (tried["accepted"], taken["accepted"]) == (1, 1)
        [one] = officer.get(f"{CREDIT}/penalties").json["items"]
        assert (one["fine"], one["kinds"], one["decided_on"]) == (30_000, ["fine"], "2026-01-05")
        assert send(officer, "penalties", [PENALTY_HEADER, PENALTY], is_trial="true").json["known"] == 1

    def test_against_a_person_are_not_the_enterprises(self, database: Database, officer: FlaskClient) -> None:
        header = [*PENALTY_HEADER, "CF_XDR_LB", "CF_XDR_MC"]
        rows = [[*PENALTY, "自然人", "王大明"], [PENALTY[0], "2号", *PENALTY[2:], "自然人", ""]]
        rows.append([PENALTY[0], "3号", *PENALTY[2:], "个体工商户", "甲字号"])
        taken = send(officer, "penalties", [header, *rows]).json
        assert [(one["row"], one["field"]) for one in taken["errors"]] == [(3, "person")]
        found = officer.get(f"{CREDIT}/penalties").json["items"]
        assert {(one["subject_kind"], one["subject_name"]) for one in found} == {
            ("natural", "王**"), ("individual_business", "甲字号化工厂"),
        }  # fmt: skip
        assert len(told(database, "penalty_decided")) == 1

    def test_keep_every_field_of_the_public_record(self, officer: FlaskClient) -> None:
        more = {
            "CF_FRDB": "李四",
            "CF_YXQ": "2027-01-05",
            "CF_SJLY": "椒江区应急管理局",
            "CF_SJLYDM": "11331002",
            "act": "V-102",
        }
        send(officer, "penalties", [[*PENALTY_HEADER, *more], [*PENALTY, *more.values()]])
        [one] = officer.get(f"{CREDIT}/penalties").json["items"]
        whole = officer.get(f"{CREDIT}/penalties/{one['id']}").json
        assert (whole["persons"]["representative"], whole["valid_until"]) == ("李*", "2027-01-05")
        assert (whole["origin"], whole["origin_code"], whole["act"]) == ("椒江区应急管理局", "11331002", "V-102")

    def test_that_cannot_be_are_named(self, officer: FlaskClient) -> None:
        wrong = [*PENALTY[:7], "", *PENALTY[8:], ""]
        header, simple = [*PENALTY_HEADER, "简易程序"], [PENALTY[0], "2号", *PENALTY[2:], "是"]
        for is_trial in ("true", "false"):
            errors = send(officer, "penalties", [header, wrong, simple], is_trial=is_trial).json["errors"]
            found = [(one["field"], one["code"]) for one in errors]
            assert found == [("fine", "penalty_refused"), ("is_simple", "penalty_refused")]


class TestAFile:
    @pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0old", "死亡人数\n1".encode()])
    def test_that_is_no_register_is_refused(self, officer: FlaskClient, content: bytes) -> None:
        answer = officer.post(f"{CREDIT}/accidents/imports", data={"file": (BytesIO(content), "x.csv")})
        assert (answer.status_code, answer.json["code"]) == (422, "import_refused")

    def test_has_at_most_so_many_rows(self, officer: FlaskClient) -> None:
        answer = send(officer, "accidents", [HEADER, *[GOOD] * 1001])
        assert (answer.json["code"], answer.json["facts"]["most"]) == ("import_refused", 1000)

    def test_with_a_row_that_cannot_be_read_names_it(self, officer: FlaskClient) -> None:
        taken = send(officer, "accidents", [HEADER, ['"' + CODE, *GOOD[1:]], GOOD]).json
        assert (taken["rows"], taken["accepted"], taken["errors"][0]["row"]) == (2, 1, 2)
