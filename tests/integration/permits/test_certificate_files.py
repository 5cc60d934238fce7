"""Certificates of an enterprise taken in from a file: good rows are entered once, bad ones are named."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.database import Database
from shared.sheets import xlsx_file
from tests.integration.permits.conftest import PERMITS, Caller, known_enterprise
from tests.integration.permits.test_people import works

HEADER = ("人员编号", "姓名", "证书种类", "准操项目", "证书编号", "有效期起", "有效期止")
WELDING = "焊接与热切割作业操作证"


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def officer(caller: Caller, firm: str) -> FlaskClient:
    return caller("enterprise_safety_officer", divisions=[], enterprise_id=firm)


def sheet(*rows: tuple[str, ...]) -> bytes:
    return "\n".join(",".join(row) for row in (HEADER, *rows)).encode()


def taken_in(client: FlaskClient, firm: str, content: bytes, name: str = "a.csv") -> Any:
    form = {"enterprise_id": firm, "file": (BytesIO(content), name)}
    return client.post(f"{PERMITS}/certificates/import", data=form, content_type="multipart/form-data")


def held(client: FlaskClient, person_id: str) -> list[dict[str, Any]]:
    return list(client.get(f"{PERMITS}/people/{person_id}").json["certificates"])


class TestFile:
    def test_enters_good_rows_and_names_bad_ones(self, database: Database, officer: FlaskClient, firm: str) -> None:
        person, stranger = works(database, firm), works(database, known_enterprise(database))
        content = sheet(
            (person, "王**", WELDING, "压力焊作业", "T331002", "2026-01-05", ""),
            (person, "王**", "", "", "", "", ""),
            (stranger, "李**", WELDING, "", "", "2026-01-05", ""),
            (person, "王**", "驾驶证", "", "", "2026-01-05", ""),
            (person, "王**", WELDING, "钎焊作业", "", "2026-01-05", "2099-01-01"),
        )

        found = taken_in(officer, firm, content).json

        assert (found["entered"], found["known"]) == (1, 0)
        assert [(one["row"], one["field"], one["code"]) for one in found["refused"]] == [
            (4, "person_id", "certificate_person_unknown"),
            (5, "kind", "certificate_kind_unknown"),
            (6, "valid_to", "valid_too_long"),
        ]
        [one] = held(officer, person)
        assert (one["kind"], one["category"], one["valid_to"]) == ("welding", "压力焊作业", "2032-01-04")

    def test_changes_nothing_the_second_time(self, database: Database, officer: FlaskClient, firm: str) -> None:
        person = works(database, firm)
        content = sheet((person, "王**", "welding", "", "T3*****2", "2026-01-05", ""))
        taken_in(officer, firm, content)

        again = taken_in(officer, firm, content).json

        assert (again["entered"], again["known"], len(held(officer, person))) == (0, 1, 1)

    def test_may_be_a_workbook(self, database: Database, officer: FlaskClient, firm: str) -> None:
        person = works(database, firm)
        row = [person, "", "Welding and thermal cutting", "", "", "2026-01-05", ""]
        with xlsx_file(HEADER, [row]) as workbook:
            content = workbook.read()

        assert taken_in(officer, firm, content, "a.xlsx").json["entered"] == 1

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "file_empty"),
            ("姓名,证书种类\n王,焊接".encode(), "certificate_columns_missing"),
            (sheet(*[("p", "", "", "", "", "", "")] * 2001), "too_many_rows"),
        ],
        ids=["empty", "columns", "rows"],
    )
    def test_that_cannot_be_used_says_why(self, officer: FlaskClient, firm: str, content: bytes, code: str) -> None:
        answer = taken_in(officer, firm, content)

        assert (answer.status_code, answer.json["code"]) == (422, code)

    def test_names_a_row_that_is_broken(self, database: Database, officer: FlaskClient, firm: str) -> None:
        person = works(database, firm)
        broken = sheet((person, '"王**', WELDING, "", "", "2026-01-05", ""))

        assert [one["code"] for one in taken_in(officer, firm, broken).json["refused"]] == ["row_broken"]

    def test_of_another_enterprise_is_not_seen(self, database: Database, officer: FlaskClient) -> None:
        assert taken_in(officer, known_enterprise(database), sheet()).status_code == 404
