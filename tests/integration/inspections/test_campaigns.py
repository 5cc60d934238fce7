"""Campaigns by HTTP: density, a mixed team, a plan for each enterprise, ticks that find hazards, the end."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.clock import business_date
from shared.database import Database
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    Caller,
    graded,
    known_enterprise,
    photo_of,
    staffed,
)

CAMPAIGNS = f"{INSPECTIONS}/campaigns"
TODAY = business_date(NOW)
FIRM = "0192f0a0-0000-7000-8000-00000000aaaa"
BODY = {
    "title": "喷涂行业组团服务",
    "grouping": "subdistrict",
    "groups": ["331002001"],
    "levels": [1, 2],
    "items": ["hazards", "training"],
    "members": ["o-0", "grid", "expert"],
    "leader": "o-0",
    "first_day": TODAY.isoformat(),
    "last_day": (TODAY + timedelta(days=20)).isoformat(),
}


@pytest.fixture
def enterprises(database: Database) -> list[str]:
    """Return enterprises of levels 1, 2, 4 in one subdistrict and of level 3 in another, and let there be a team."""
    staffed(database, "o-0", "bureau_officer", divisions=("331002",))
    staffed(database, "grid", "grid_worker", divisions=(), grids=("g-1",))
    staffed(database, "expert", "intermediary_inspector", divisions=(), intermediary_id=FIRM, skills=("chemicals",))
    found = [known_enterprise(database, name=f"第{number}厂", industry="C3391", grid="g-1") for number in range(3)]
    other = {"division": "331002002001", "subdistrict": "331002002"}
    found.append(known_enterprise(database, name="远处厂", industry="C2110", grid="g-2", **other))
    for one, level in zip(found, (1, 2, 4, 3), strict=True):
        graded(database, one, level)
    return found


@pytest.fixture
def officer(caller: Caller, enterprises: list[str]) -> FlaskClient:
    return caller(subject="o-0")


@pytest.fixture
def expert(caller: Caller) -> FlaskClient:
    """Return a member of the team whose own area holds none of the enterprises."""
    return caller("intermediary_inspector", subject="expert", divisions=[], intermediary_id=FIRM)


def sent(client: FlaskClient, path: str, body: dict[str, Any], *, status: int = 200) -> Any:
    answer = client.post(f"{CAMPAIGNS}{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json


def started(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    return dict(sent(client, "", BODY | changes, status=201))


class TestACampaign:
    """Runs on both databases."""

    def test_goes_from_density_to_its_end(
        self, officer: FlaskClient, expert: FlaskClient, enterprises: list[str]
    ) -> None:
        dense = officer.get(f"{CAMPAIGNS}/density?grouping=subdistrict").json["items"]
        assert [(row["key"], row["hundredths"]) for row in dense] == [("331002001", 433), ("331002002", 200)]
        one = started(officer)
        assert (one["plans"], one["wanted"], one["densities"][0]["hundredths"]) == (2, 4, 433)
        path = f"/{one['id']}/plans/{enterprises[0]}/ticks"
        finding = {"item": "hazards", "outcome": "finding", "description": "无护栏", "place": "平台"}

        plan = sent(expert, path, finding)
        sent(officer, path, {"item": "training", "outcome": "done"})
        closed = sent(officer, f"/{one['id']}/close", {"summary": "已服务一家"})

        assert plan["items"][0]["tick"]["by"] == "expert"
        hazard = officer.get(f"{INSPECTIONS}/hazards/{plan['items'][0]['tick']['hazard_id']}").json
        assert (hazard["found_tier"], hazard["description"]) == (2, "无护栏")
        assert (closed["state"], closed["finished"], closed["ticked"], closed["findings"]) == ("closed", 1, 2, 1)

    @pytest.mark.parametrize("grouping", ["grid", "industry"])
    def test_goes_by_grid_and_industry_too(self, officer: FlaskClient, grouping: str) -> None:
        rows = officer.get(f"{CAMPAIGNS}/density?grouping={grouping}").json["items"]
        expected = {"grid": ["g-1", "g-2"], "industry": ["C33", "C21"]}[grouping]
        assert [row["key"] for row in rows] == expected
        assert started(officer, grouping=grouping, groups=expected[:1])["plans"] == 2


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestStarting:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"members": ["o-0", "nobody"]}, "team_member_unfit"),
            ({"members": ["o-0"]}, "team_not_mixed"),
            ({"leader": "somebody"}, "leader_missing"),
            ({"groups": ["331002009"]}, "nobody_chosen"),
            ({"last_day": (TODAY - timedelta(days=1)).isoformat()}, "days_out_of_order"),
            ({"first_day": (TODAY + timedelta(days=30)).isoformat()}, "days_out_of_order"),
        ],
        ids=["unknown", "alone", "leader", "nobody", "past", "order"],
    )
    def test_refuses_what_makes_no_campaign(self, officer: FlaskClient, changes: dict[str, Any], code: str) -> None:
        assert sent(officer, "", BODY | changes, status=422)["code"] == code

    def test_offers_those_who_could_be_in_a_team(self, database: Database, officer: FlaskClient) -> None:
        staffed(database, "away", "grid_worker", is_absent=True)
        staffed(database, "far", "bureau_officer", divisions=("331003",))
        staffed(database, "boss", "bureau_leader", divisions=("331002",))
        rows = officer.get(f"{CAMPAIGNS}/people").json["items"]
        assert {row["account_id"]: (row["side"], row["intermediary_id"]) for row in rows} == {
            "o-0": ("bureau", ""),
            "grid": ("subdistrict", ""),
            "expert": ("intermediary", FIRM),
        }

    def test_is_never_counted_against_the_cap(self, officer: FlaskClient, enterprises: list[str]) -> None:
        one = started(officer, levels=[4])
        sent(officer, f"/{one['id']}/plans/{enterprises[2]}/ticks", {"item": "training", "outcome": "done"})
        body = {"enterprise_id": enterprises[2], "cause": "plan"}
        assert officer.post(f"{INSPECTIONS}/tasks", json=body).status_code == 201


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestTick:
    def test_is_made_once_by_the_team(self, officer: FlaskClient, caller: Caller, enterprises: list[str]) -> None:
        path = f"/{started(officer)['id']}/plans/{enterprises[0]}/ticks"
        body = {"item": "training", "outcome": "done"}

        assert sent(caller(subject="o-9"), path, body, status=422)["code"] == "not_in_team"
        sent(officer, path, body)
        assert sent(officer, path, body, status=409)["code"] == "ticked_already"

    def test_is_of_an_item_of_the_plan(self, officer: FlaskClient, enterprises: list[str]) -> None:
        path = f"/{started(officer)['id']}/plans/{enterprises[0]}/ticks"
        assert sent(officer, path, {"item": "emergency", "outcome": "done"}, status=422)["code"] == "item_unknown"

    def test_of_an_official_item_finds_a_major_hazard(self, officer: FlaskClient, enterprises: list[str]) -> None:
        path = f"/{started(officer)['id']}/plans/{enterprises[0]}/ticks"
        body = {"item": "hazards", "outcome": "finding", "description": "x", "place": "y", "major": "GM-11-03"}
        found = sent(officer, path, body)["items"][0]["tick"]["hazard_id"]
        assert officer.get(f"{INSPECTIONS}/hazards/{found}").json["level"] == "major"

    def test_keeps_the_photos_of_a_finding(self, officer: FlaskClient, enterprises: list[str]) -> None:
        path = f"/{started(officer)['id']}/plans/{enterprises[0]}/ticks"
        body = {"item": "hazards", "outcome": "finding", "description": "x", "place": "y"}
        own, foreign = (photo_of(officer, one) for one in enterprises[:2])

        refused = sent(officer, path, body | {"before": [foreign]}, status=422)
        found = sent(officer, path, body | {"before": [own]})["items"][0]["tick"]["hazard_id"]

        assert refused["code"] == "foreign_evidence"
        assert officer.get(f"{INSPECTIONS}/hazards/{found}").json["steps"][0]["given"]["before"] == [own]

    def test_is_not_made_any_more_when_the_campaign_is_over(self, officer: FlaskClient, enterprises: list[str]) -> None:
        one = started(officer)
        assert sent(officer, f"/{one['id']}/cancel", {"summary": " "}, status=422)["code"] == "summary_missing"
        assert sent(officer, f"/{one['id']}/cancel", {"summary": "台风"})["state"] == "cancelled"
        path = f"/{one['id']}/plans/{enterprises[0]}/ticks"
        refused = sent(officer, path, {"item": "training", "outcome": "done"}, status=409)
        assert refused["code"] == "step_not_possible"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestArea:
    def test_shows_all_to_the_team_and_the_own_part_to_others(
        self, officer: FlaskClient, expert: FlaskClient, caller: Caller, enterprises: list[str]
    ) -> None:
        one = started(officer, groups=["331002001", "331002002"], levels=[1, 2, 3])
        own = caller("enterprise_user", subject="u", divisions=[], enterprise_id=enterprises[0])
        street = caller("subdistrict_officer", subject="s", divisions=["331002002"])
        stranger = caller(subject="x", divisions=["331003"])

        found = [client.get(f"{CAMPAIGNS}/{one['id']}/plans").json for client in (expert, own, street, stranger)]

        near = [[row["is_near"] for row in rows.get("items", [])] for rows in found]
        assert near == [[False, False, False], [True], [True], []]
        assert stranger.get(CAMPAIGNS).json["items"] == []
        assert street.get(f"{CAMPAIGNS}/{one['id']}/plans/{enterprises[0]}").json["code"] == "plan_not_found"
        assert [row["plans"] for row in officer.get(f"{CAMPAIGNS}?state=open").json["items"]] == [3]

    def test_lists_what_is_still_to_be_done(self, officer: FlaskClient, enterprises: list[str]) -> None:
        one = started(officer, items=["training"])
        sent(
            officer, f"/{one['id']}/plans/{enterprises[1]}/ticks",
            {"item": "training", "outcome": "not_applicable", "note": "上月刚培训"},
        )  # fmt: skip
        rows = [officer.get(f"{CAMPAIGNS}/{one['id']}/plans?is_finished={word}").json for word in ("true", "false")]
        assert [[row["enterprise_id"] for row in found["items"]] for found in rows] == [
            [enterprises[1]],
            [enterprises[0]],
        ]

    def test_shows_the_table_to_everybody(self, officer: FlaskClient) -> None:
        shown = officer.get(f"{CAMPAIGNS}/table").json
        assert (shown["density_per"], len(shown["items"])) == ("enterprise", 7)
