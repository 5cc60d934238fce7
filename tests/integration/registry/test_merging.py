"""Two entries of one enterprise: how they are found, compared, made one, and what goes over."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from services.registry.tables import enterprise
from services.registry.use_cases.endings import Merge, merge_enterprises
from shared.database import Database, Session
from shared.ids import new_id
from tests.integration.registry.conftest import ALL, BASE, events
from tests.integration.registry.intermediaries import concluded, day, working
from tests.integration.registry.test_enterprises import EARLY_CODE, amended, created
from tests.support.callers import Signer
from tests.support.racing import meanwhile
from tests.unit.registry.registers import code_of, csv_text, row_of

RIGHTS = [*ALL, "intermediary:read", "intermediary:write", "person:read", "person:write"]
TWIN = {"uscc": code_of(901), "name": "台州市椒江样例铸造厂（普通合伙）", "address": "椒江区洪家街道样例路1号"}
REASON = "同一家企业，登记了两次"
Row = Mapping[str, Any]


@pytest.fixture
def bureau(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=RIGHTS, divisions=["331002"])


@pytest.fixture
def pair(bureau: FlaskClient) -> tuple[Row, Row]:
    """Return two entries of one enterprise: the one that stays, and the one that goes away."""
    return created(bureau).get_json(), created(bureau, **TWIN, headcount=25).get_json()


def merged(client: FlaskClient, kept: Row, gone: Row, **changes: Any) -> Any:
    body = {
        "kept": kept["id"],
        "merged": gone["id"],
        "kept_version": kept["version"],
        "merged_version": gone["version"],
        "reason": REASON,
        **changes,
    }
    return client.post(f"{BASE}/merges", json=body)


def surveyed(client: FlaskClient, row: Row) -> Any:
    body = {"enterprise_id": row["id"], "outcome": "exists", "surveyed_at": datetime.now(UTC).isoformat()}
    return client.put(f"{BASE}/surveys/{new_id()}", json=body)


def found(client: FlaskClient, kind: str) -> list[set[str]]:
    """Return the ids of each pair that is suspected."""
    items = client.get(f"{BASE}/duplicates?kind={kind}").get_json()["items"]
    return [{one["id"] for one in item["enterprises"]} for item in items]


class TestSuspicion:
    def test_by_name_leaves_out_places_marks_and_forms(self, bureau: FlaskClient, pair: tuple[Row, Row]) -> None:
        created(bureau, uscc=code_of(902), name="样例锻造厂", address="椒江区三甲街道样例路")

        assert found(bureau, "name") == [{one["id"] for one in pair}]

    def test_by_organisation_looks_at_its_own_nine_digits(self, bureau: FlaskClient) -> None:
        one = created(bureau).get_json()
        code = f"92331002{one['uscc'][8:17]}X"
        other = created(bureau, uscc=code, name="别名", credit_code_override="as on the licence").get_json()

        assert found(bureau, "organisation") == [{one["id"], other["id"]}]

    def test_at_one_address_needs_names_alike(self, bureau: FlaskClient) -> None:
        one, other = created(bureau).get_json(), created(bureau, uscc=code_of(903), name="样例铸造二厂").get_json()
        created(bureau, uscc=code_of(904), name="甲乙丙食品")

        assert found(bureau, "address") == [{one["id"], other["id"]}]

    def test_shows_only_pairs_of_the_own_area(self, bureau: FlaskClient, app: Flask, signer: Signer) -> None:
        created(bureau)
        created(bureau, uscc=code_of(901), address="椒江区三甲街道样例路")

        assert found(signer.client(app, actions=ALL, divisions=["331002004"]), "name") == []

    def test_ends_when_somebody_tells_the_pair_apart(self, bureau: FlaskClient, pair: tuple[Row, Row]) -> None:
        body = {"kept": pair[1]["id"], "merged": pair[0]["id"], "reason": "两家不同的厂"}

        assert bureau.post(f"{BASE}/duplicates/apart", json=body).status_code == 204
        assert found(bureau, "name") == []

    def test_is_paged_by_what_both_have_in_common(self, bureau: FlaskClient) -> None:
        for number in range(6):
            created(bureau, uscc=code_of(910 + number), name=f"样例{number // 2}厂", address="")
        first = bureau.get(f"{BASE}/duplicates?kind=name&limit=2").get_json()

        rest = bureau.get(f"{BASE}/duplicates?kind=name&limit=2&cursor={first['next_cursor']}").get_json()

        assert [item["key"] for page in (first, rest) for item in page["items"]] == ["样例0厂", "样例1厂", "样例2厂"]
        assert rest["next_cursor"] is None


class TestComparing:
    def test_proposes_what_is_surer_or_known_at_all(self, bureau: FlaskClient, pair: tuple[Row, Row]) -> None:
        query = f"kept={pair[0]['id']}&merged={pair[1]['id']}"

        shown = bureau.get(f"{BASE}/merges/preview?{query}").get_json()

        proposed = {one["field"]: one["proposed"] for one in shown["choices"]}
        assert (proposed["headcount"], proposed["name"], proposed["scope"]) == ("merged", "kept", "kept")
        assert shown["follows"] == {"persons": 0, "contracts": 0, "surveys": 0, "obligations": 0}

    def test_proposes_supervision_when_only_the_other_has_it(self, bureau: FlaskClient, pair: tuple[Row, Row]) -> None:
        amended(bureau, pair[1], supervision="supervised")

        shown = bureau.get(f"{BASE}/merges/preview?kept={pair[0]['id']}&merged={pair[1]['id']}").get_json()

        assert {one["field"]: one["proposed"] for one in shown["choices"]}["supervision"] == "merged"
        assert shown["follows"]["obligations"] == 2


class TestMerge:
    def test_keeps_what_was_chosen_and_the_surer_features(self, bureau: FlaskClient, pair: tuple[Row, Row]) -> None:
        gone = amended(bureau, pair[1], features={"casting": "no"}).get_json()

        row = merged(bureau, pair[0], gone, take=["headcount"]).get_json()

        assert (row["headcount"], row["name"], row["origins"]["headcount"]) == (25, pair[0]["name"], "person")
        assert (row["features"]["casting"]["value"], row["features"]["casting"]["origin"]) == ("no", "confirmed")

    def test_takes_over_who_confirmed_what_was_chosen(
        self, bureau: FlaskClient, pair: tuple[Row, Row], database: Database
    ) -> None:
        merged(bureau, *pair, take=["headcount"])

        registered = events(database, "registry.enterprise_registered.v1")[1]["data"]["confirmed"]
        told = events(database, "registry.enterprise_updated.v1")[-1]["data"]["confirmed"]
        assert told == registered == {"headcount": registered["headcount"]}

    def test_is_told_with_the_end_of_the_other_entry(
        self, bureau: FlaskClient, pair: tuple[Row, Row], database: Database
    ) -> None:
        merged(bureau, *pair)

        (event,) = events(database, "registry.enterprises_merged.v1")
        (ended,) = events(database, "registry.enterprise_deregistered.v1")
        assert (event["partitionkey"], event["data"]["enterprise_id"]) == (pair[0]["id"], pair[0]["id"])
        assert event["data"]["merged_ids"] == [pair[1]["id"]]
        assert (ended["subject"], ended["data"]["status"]) == (pair[1]["id"], "merged")

    def test_leads_from_the_old_entry_to_the_one_that_stays(self, bureau: FlaskClient, pair: tuple[Row, Row]) -> None:
        merged(bureau, *pair)

        old = bureau.get(f"{BASE}/enterprises/{pair[1]['id']}").get_json()
        listed = bureau.get(f"{BASE}/enterprises").get_json()["items"]

        assert (old["status"], old["merged_into"]) == ("merged", pair[0]["id"])
        assert [one["id"] for one in listed] == [pair[0]["id"]]
        assert amended(bureau, old, headcount=3).get_json()["code"] == "merged_away"

    def test_stands_in_the_history_of_both(self, bureau: FlaskClient, pair: tuple[Row, Row]) -> None:
        merged(bureau, *pair)

        newest = [bureau.get(f"{BASE}/enterprises/{one['id']}/history").get_json()["items"][0] for one in pair]

        assert [one["reason"] for one in newest] == ["merged", "merged"]
        assert newest[0]["changes"]["merged_from"][1] == f"{pair[1]['uscc']} {pair[1]['name']}"
        assert newest[1]["changes"]["merge_reason"] == [None, REASON]

    def test_takes_contracts_surveys_and_duties_over(
        self, bureau: FlaskClient, pair: tuple[Row, Row], database: Database
    ) -> None:
        contract = concluded(bureau, working(bureau), pair[1]["id"]).get_json()
        planned = concluded(bureau, working(bureau, 701), pair[1]["id"], number="合同-2", starts_on=day(40))
        gone = amended(bureau, pair[1], supervision="supervised").get_json()

        merged(bureau, pair[0], gone, take=["supervision"])

        shown = [bureau.get(f"{BASE}/contracts/{one['id']}").get_json() for one in (contract, planned.get_json())]
        owed = bureau.get(f"{BASE}/enterprises/{pair[0]['id']}/obligations").get_json()["obligations"]
        told = events(database, "registry.service_contract_started.v1")[-1]["data"]
        assert [(one["enterprise_id"], one["phase"]) for one in shown] == [
            (pair[0]["id"], "live"),
            (pair[0]["id"], "planned"),
        ]
        assert (told["contract_id"], told["enterprise_id"]) == (contract["id"], pair[0]["id"])
        assert {one["duty"] for one in owed if one["ends_on"] is None} == {"self_check", "training"}

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"kept_version": 9}, "entry_changed"),
            ({"take": ["colour"]}, "invalid_fields"),
            ({"reason": ""}, "invalid_fields"),
        ],
    )
    def test_is_refused_for_what_is_wrong(
        self, bureau: FlaskClient, pair: tuple[Row, Row], body: dict[str, Any], code: str
    ) -> None:
        assert merged(bureau, *pair, **body).get_json()["code"] == code

    def test_needs_two_entries_of_the_register(self, bureau: FlaskClient, pair: tuple[Row, Row]) -> None:
        same = merged(bureau, pair[0], pair[0]).get_json()["code"]
        kept = merged(bureau, *pair).get_json()
        gone = bureau.get(f"{BASE}/enterprises/{pair[1]['id']}").get_json()

        assert (same, merged(bureau, kept, gone).get_json()["code"]) == ("same_enterprise", "already_merged")

    def test_of_one_that_has_taken_others_over_takes_those_along(
        self, bureau: FlaskClient, pair: tuple[Row, Row]
    ) -> None:
        middle = merged(bureau, *pair).get_json()
        last = created(bureau, uscc=EARLY_CODE, credit_code_override="as on the licence").get_json()
        merged(bureau, last, middle)

        first = bureau.get(f"{BASE}/enterprises/{pair[1]['id']}").get_json()

        assert first["merged_into"] == last["id"]


class TestPeople:
    @pytest.fixture
    def worker(self) -> dict[str, Any]:
        return {"name": "王小二", "phone": "13800138000", "posts": ["guardian"]}

    def register(self, client: FlaskClient, row: Row, person: Row, **changes: Any) -> Row:
        answer = client.post(f"{BASE}/enterprises/{row['id']}/persons", json={**person, **changes})
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    def test_go_over_under_their_own_ids(
        self, bureau: FlaskClient, pair: tuple[Row, Row], worker: Row, database: Database
    ) -> None:
        person = self.register(bureau, pair[1], worker)
        merged(bureau, *pair)

        items = bureau.get(f"{BASE}/enterprises/{pair[0]['id']}/persons").get_json()["items"]

        assert [one["id"] for one in items] == [person["id"]]
        told = events(database, "registry.person_registered.v1")[-1]
        assert (told["subject"], told["data"]["enterprise_id"]) == (person["id"], pair[0]["id"])

    def test_whom_both_know_stay_one_person_with_all_posts(
        self, bureau: FlaskClient, pair: tuple[Row, Row], worker: Row, database: Database
    ) -> None:
        kept = self.register(bureau, pair[0], worker)
        double = self.register(bureau, pair[1], worker, posts=["approver"])
        left = self.register(bureau, pair[1], {**worker, "phone": "13900139000"})
        self.register(bureau, pair[0], {**worker, "phone": "13900139000"})
        bureau.post(
            f"{BASE}/persons/{left['id']}/leave", json={"left_on": day(0)}, headers={"If-Match": f'"{left["version"]}"'}
        )
        merged(bureau, *pair)

        person = bureau.get(f"{BASE}/persons/{kept['id']}").get_json()

        assert person["posts"] == ["approver", "guardian"]
        assert [one["subject"] for one in events(database, "registry.person_left.v1")][-1] == double["id"]

    def test_whom_both_know_alike_are_not_told_again(
        self, bureau: FlaskClient, pair: tuple[Row, Row], worker: Row
    ) -> None:
        kept = self.register(bureau, pair[0], worker)
        self.register(bureau, pair[1], worker)
        merged(bureau, *pair)

        assert bureau.get(f"{BASE}/persons/{kept['id']}").get_json()["version"] == kept["version"]


class TestLateArrivals:
    def test_of_a_register_file_change_nothing(
        self, bureau: FlaskClient, load: Callable[..., Any], database: Database
    ) -> None:
        load(csv_text([row_of(1), row_of(2)]).encode())
        one, other = (
            bureau.get(f"{BASE}/enterprises?uscc={code_of(number)}").get_json()["items"][0] for number in (1, 2)
        )
        merged(bureau, one, other)

        answer = load(csv_text([row_of(2, 注册地址="椒江区三甲街道样例路", 经营范围="塑料制品销售。")]).encode())

        with database.reading() as session:
            active = session.scalar(select(func.count()).where(enterprise.c.status == "active"))
        assert (answer["unchanged"], answer["refused"], active) == (1, 0, 1)

    def test_of_a_survey_count_for_the_one_that_stays(self, bureau: FlaskClient, pair: tuple[Row, Row]) -> None:
        merged(bureau, *pair)

        card = surveyed(bureau, pair[1]).get_json()

        assert (card["enterprise_id"], card["survey_outcome"]) == (pair[0]["id"], "exists")

    @pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
    def test_of_a_survey_wait_for_the_merge_that_goes_on(
        self, bureau: FlaskClient, pair: tuple[Row, Row], database: Database
    ) -> None:
        def merge(session: Session) -> None:
            by_id = select(enterprise).order_by(enterprise.c.id).with_for_update()
            rows = {row["id"]: dict(row) for row in session.execute(by_id).mappings()}
            kept, gone = (rows[one["id"]] for one in pair)
            merge_enterprises(session, kept, gone, merge=Merge(REASON), actor="a", now=datetime.now(UTC))

        answer = meanwhile(database, merge, second=lambda: surveyed(bureau, pair[1]))

        assert answer.get_json()["enterprise_id"] == pair[0]["id"]

    def test_of_a_contract_under_the_old_code_are_for_the_one_that_stays(
        self, bureau: FlaskClient, pair: tuple[Row, Row], load: Callable[..., Any]
    ) -> None:
        merged(bureau, *pair)
        people = f"统一社会信用代码,姓名,手机号,岗位\n{pair[1]['uscc']},王小二,13800138000,监护人\n"

        answer = load(people.encode(), kind="persons")

        assert answer["accepted"] == 1, answer
        items = bureau.get(f"{BASE}/enterprises/{pair[0]['id']}/persons").get_json()["items"]
        assert len(items) == 1
