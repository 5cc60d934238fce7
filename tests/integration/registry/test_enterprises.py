"""Single enterprises over HTTP: list, register, amend, history, export, divisions."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.registry import subscriptions
from shared.database import Database
from shared.database.migrate import migrate
from tests.integration.registry.conftest import ALL, BASE, downloaded, enterprises_and_events, events, send
from tests.support.callers import Signer
from tests.support.racing import at_once
from tests.unit.registry.registers import HEADER, code_of, csv_text, row_of

Load = Callable[..., Mapping[str, Any]]
NEW = {"uscc": code_of(900), "name": "样例铸造厂", "address": "椒江区洪家街道样例路1号", "scope": "铸件制造、加工。"}
SAID = {"headcount", "industry"}
EARLY_CODE = "91350211M0000XUF46"


def created(client: FlaskClient, **changes: Any) -> Any:
    return client.post(f"{BASE}/enterprises", json={**NEW, **changes})


def amended(client: FlaskClient, row: Mapping[str, Any], **changes: Any) -> Any:
    headers = {"If-Match": f'"{row["version"]}"'}
    return client.patch(f"{BASE}/enterprises/{row['id']}", json=changes, headers=headers)


def with_headcount(number: int, **changes: str) -> bytes:
    """Return a register of one row that also counts workers."""
    return csv_text([[*row_of(1, **changes), str(number)]], [*HEADER, "从业人数"]).encode()


def names(client: FlaskClient, query: str) -> list[str]:
    return [row["name"] for row in client.get(f"{BASE}/enterprises?{query}").get_json()["items"]]


class TestRegistering:
    def test_infers_what_the_words_suggest(self, bureau: FlaskClient) -> None:
        answer = created(bureau)
        row = answer.get_json()

        assert (answer.status_code, answer.headers["ETag"], row["division"]) == (201, '"1"', "331002004")
        assert row["features"]["casting"] == {
            "value": "yes",
            "origin": "inferred",
            "words": ["铸造", "铸件"],
            "source": "inferred",
        }

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"uscc": "12345"}, 422, "credit_code_format"),
            ({"uscc": EARLY_CODE}, 422, "credit_code_check_digit"),
            ({"division": "nowhere"}, 422, "division_unknown"),
            ({"division": "331003001"}, 422, "division_unknown"),
            ({"industry": "C99"}, 422, "industry_unknown"),
            ({"name": ""}, 422, "invalid_fields"),
            ({"colour": "red"}, 422, "invalid_fields"),
        ],
    )
    def test_refuses_what_is_wrong(self, bureau: FlaskClient, changes: Any, status: int, code: str) -> None:
        answer = created(bureau, **changes)

        assert (answer.status_code, answer.get_json()["code"]) == (status, code)

    @pytest.mark.parametrize(("written", "industry"), [("2710", "C2710"), ("c27", "C27")])
    def test_takes_an_industry_as_people_write_it(self, bureau: FlaskClient, written: str, industry: str) -> None:
        assert created(bureau, industry=written).get_json()["industry"] == industry

    def test_lets_an_early_code_in_with_a_reason(self, bureau: FlaskClient) -> None:
        row = created(bureau, uscc=EARLY_CODE, credit_code_override="as on the licence").get_json()

        assert (row["uscc"], row["code_override"]) == (EARLY_CODE, "as on the licence")

    def test_keeps_no_reason_for_a_valid_code(self, bureau: FlaskClient) -> None:
        assert created(bureau, credit_code_override="not needed").get_json()["code_override"] == ""

    def test_refuses_a_code_that_exists(self, bureau: FlaskClient) -> None:
        created(bureau)

        assert created(bureau).get_json()["code"] == "enterprise_exists"

    def test_lets_one_of_several_at_once_in(self, app: Flask, signer: Signer, database: Database) -> None:
        clients = [signer.client(app, actions=ALL, divisions=["331002"]) for _ in range(6)]

        answers = at_once(lambda number: created(clients[number]), threads=len(clients))

        assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
        assert {answer.get_json().get("code") for answer in answers} == {None, "enterprise_exists"}
        assert enterprises_and_events(database) == (1, 1)

    def test_is_refused_outside_the_own_area(self, subdistrict: FlaskClient) -> None:
        assert created(subdistrict, address="椒江区三甲街道样例路").get_json()["code"] == "outside_jurisdiction"

    def test_masks_contacts(self, bureau: FlaskClient) -> None:
        row = created(bureau, contact_name="样例人", contact_phone="13800138000").get_json()

        assert (row["contact_name"], row["contact_phone"]) == ("样**", "138****8000")


class TestAmending:
    def test_confirms_features_position_and_headcount(self, bureau: FlaskClient) -> None:
        place = {"longitude": 121.4463, "latitude": 28.67, "crs": "GCJ-02"}
        row = created(bureau).get_json()

        now = amended(bureau, row, features={"casting": "no"}, location=place, headcount=25).get_json()

        assert (now["version"], now["location_precision"], now["scale"]) == (2, "exact", "small")
        assert now["features"]["casting"]["origin"] == "confirmed"
        assert now["longitude"] == pytest.approx(121.442, abs=1e-3)

    def test_needs_the_version_that_was_read(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()

        stale = amended(bureau, {**row, "version": 7}, headcount=3).status_code
        missing = bureau.patch(f"{BASE}/enterprises/{row['id']}", json={"headcount": 3}).status_code

        assert (stale, missing) == (412, 428)

    def test_writes_nothing_without_news(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()

        assert amended(bureau, row, name=NEW["name"]).headers["ETag"] == '"1"'

    def test_outweighs_a_later_file(self, bureau: FlaskClient, load: Load) -> None:
        load(csv_text([row_of(1)]).encode())
        row = bureau.get(f"{BASE}/enterprises?uscc={code_of(1)}").get_json()["items"][0]
        amended(bureau, row, division="白云街道", headcount=7)
        load(csv_text([row_of(1, 注册地址="椒江区三甲街道样例路")]).encode())

        now = bureau.get(f"{BASE}/enterprises/{row['id']}").get_json()

        assert (now["division"], now["headcount"], now["address"]) == ("331002002", 7, "椒江区三甲街道样例路")

    def test_is_told_as_confirmed_and_stays_so_after_a_file(
        self, bureau: FlaskClient, load: Load, database: Database
    ) -> None:
        load(csv_text([row_of(1)]).encode())
        row = bureau.get(f"{BASE}/enterprises?uscc={code_of(1)}").get_json()["items"][0]
        amended(bureau, row, headcount=7, industry="C3391")
        load(with_headcount(300, 注册地址="椒江区三甲街道样例路"))

        by_person, by_file = [one["data"] for one in events(database, "registry.enterprise_updated.v1")]
        with database.reading() as session:
            (again,) = subscriptions.current_enterprises(session, None, 5)

        assert (set(by_person["confirmed"]), set(by_person["confirmed"]["headcount"])) == (SAID, {"by", "on"})
        assert (by_file["headcount"], by_file["industry"]) == (7, "C3391")
        assert by_file["confirmed"] == by_person["confirmed"] == again.event.confirmed

    def test_from_before_anybody_wrote_down_by_whom_is_told_as_confirmed(
        self, bureau: FlaskClient, database: Database
    ) -> None:
        created(bureau, headcount=7)
        migrate(database, "registry", to="0015")
        migrate(database, "registry")

        with database.reading() as session:
            (again,) = subscriptions.current_enterprises(session, None, 5)

        assert again.event.confirmed == {"headcount": {}}

    def test_that_repeats_a_file_confirms_it(self, bureau: FlaskClient, load: Load, database: Database) -> None:
        load(with_headcount(300))
        row = bureau.get(f"{BASE}/enterprises?uscc={code_of(1)}").get_json()["items"][0]

        amended(bureau, row, headcount=300)

        (first,) = events(database, "registry.enterprise_registered.v1")
        (then,) = events(database, "registry.enterprise_updated.v1")
        assert (first["data"]["headcount"], first["data"]["confirmed"]) == (300, {})
        assert (then["data"]["headcount"], set(then["data"]["confirmed"])) == (300, {"headcount"})

    def test_keeps_every_version(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        amended(bureau, row, headcount=12, contact_phone="13800138000", supervision="supervised")

        items = bureau.get(f"{BASE}/enterprises/{row['id']}/history").get_json()["items"]

        assert [(item["version"], item["reason"]) for item in items] == [(2, "amended"), (1, "registered")]
        assert (items[0]["changes"]["headcount"], items[0]["changes"]["contact_phone"]) == ([None, 12], ["•", "•"])

    def test_by_a_file_names_the_row_and_shows_dates(self, bureau: FlaskClient, load: Load) -> None:
        for day in ("2001-02-03", "2002年3月4日"):
            load(csv_text([row_of(1, 注册日期=day)]).encode())
        row = bureau.get(f"{BASE}/enterprises?uscc={code_of(1)}").get_json()["items"][0]

        newest = bureau.get(f"{BASE}/enterprises/{row['id']}/history").get_json()["items"][0]

        assert newest["changes"] == {"registered_on": ["2001-02-03", "2002-03-04"]}
        assert (newest["reason"], newest["import_row"]) == ("imported", 2)

    def test_of_a_foreign_enterprise_is_not_found(self, bureau: FlaskClient, subdistrict: FlaskClient) -> None:
        row = created(bureau, address="椒江区三甲街道样例路").get_json()

        answers = amended(subdistrict, row, headcount=1), subdistrict.get(f"{BASE}/enterprises/{row['id']}")

        assert [answer.status_code for answer in answers] == [404, 404]

    def test_may_end_an_enterprise(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()

        assert amended(bureau, row, status="deregistered").get_json()["status"] == "deregistered"


class TestList:
    @pytest.fixture(autouse=True)
    def _register(self, load: Load) -> None:
        elsewhere = row_of(7, 注册地址="台州市路桥区样例镇")
        nowhere = row_of(8, 注册地址="台州市椒江区中山西路8号")
        load(csv_text([*(row_of(number) for number in range(5)), elsewhere, nowhere]).encode())

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 7),
            ("level=1", 7),
            ("q=样例3", 1),
            ("q=样例 塑料厂", 7),
            (f"q={code_of(2)[:17]}", 1),
            (f"uscc={code_of(2).lower()}", 1),
            ("q=%25", 0),
            ("division=331002004", 1),
            ("division=331002", 6),
            ("placement=other_county", 1),
            ("placement=unplaced", 1),
            ("industry=C29", 7),
            ("feature=casting", 0),
            ("supervision=unverified&status=active", 7),
        ],
    )
    def test_is_filtered(self, bureau: FlaskClient, query: str, count: int) -> None:
        assert len(names(bureau, query)) == count

    def test_is_paged_without_gaps_in_every_order(self, bureau: FlaskClient) -> None:
        for sort in ("name", "uscc", "updated", "-updated"):
            assert len(walk(bureau, sort)) == 7

    def test_shows_only_the_own_area(self, subdistrict: FlaskClient) -> None:
        assert names(subdistrict, "") == ["样例3塑料厂"]

    def test_refuses_an_unknown_filter(self, bureau: FlaskClient) -> None:
        assert bureau.get(f"{BASE}/enterprises?colour=red").status_code == 422

    def test_can_be_exported_and_imported_again(self, bureau: FlaskClient) -> None:
        csv_file = downloaded(bureau, "exports/enterprises.csv")
        xlsx_file = downloaded(bureau, "exports/enterprises.xlsx?division=331002004")

        previews = [send(bureau, content, path="imports/preview").get_json() for content in (csv_file, xlsx_file)]

        assert [(one["rows_read"], one["rows_refused"], one["columns"]["unrecognised"]) for one in previews] == [
            (7, 0, []),
            (1, 0, []),
        ]

    def test_is_told_again_to_a_new_consumer(self, database: Database) -> None:
        with database.reading() as session:
            first = subscriptions.current_enterprises(session, None, 5)
            rest = subscriptions.current_enterprises(session, first[-1].key, 5)

        assert (len(first), len(rest), first[0].sequence) == (5, 2, 1)


def walk(client: FlaskClient, sort: str) -> set[str]:
    found, cursor = set[str](), ""
    while cursor is not None:
        page = client.get(f"{BASE}/enterprises?limit=3&sort={sort}&cursor={cursor}").get_json()
        found |= {row["id"] for row in page["items"]}
        cursor = page["next_cursor"]
    return found


class TestDivisions:
    def test_are_a_tree(self, bureau: FlaskClient) -> None:
        root = bureau.get(f"{BASE}/divisions/tree").get_json()["items"][0]

        assert (root["code"], len(root["children"][0]["children"][0]["children"])) == ("33", 12)

    def test_place_enterprises_again(self, bureau: FlaskClient, run_jobs: Callable[[], None]) -> None:
        row = created(bureau, address="台州市椒江区样例岙1号").get_json()
        body = {"name": "海虹街道", "names": ["海虹街道", "样例岙"]}
        bureau.put(f"{BASE}/divisions/331002009", json=body)
        run_jobs()

        assert bureau.get(f"{BASE}/enterprises/{row['id']}").get_json()["division"] == "331002009"

    def test_change_only_the_enterprises_that_they_concern(
        self, bureau: FlaskClient, load: Load, run_jobs: Callable[[], None]
    ) -> None:
        load(csv_text([*(row_of(number, 注册地址="椒江区样例岙") for number in range(1001)), row_of(2000)]).encode())
        bureau.put(f"{BASE}/divisions/331002009", json={"name": "海虹街道", "names": ["海虹街道", "样例岙"]})
        run_jobs()

        numbers = (0, 1000, 2000)
        rows = [bureau.get(f"{BASE}/enterprises?uscc={code_of(one)}").get_json()["items"][0] for one in numbers]
        assert [(row["division"], row["version"]) for row in rows] == [
            ("331002009", 2),
            ("331002009", 2),
            ("331002001", 1),
        ]

    def test_refuse_a_code_of_no_level(self, bureau: FlaskClient) -> None:
        assert bureau.put(f"{BASE}/divisions/33100", json={"name": "x"}).get_json()["code"] == "division_malformed"
