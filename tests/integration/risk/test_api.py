"""The routes of risk: grades with reasons, declared facts, public rule tables, and who sees what."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.risk.tables import enterprise, fact_sheet_version
from shared.contracts.registry import EnterpriseDeregistered
from shared.database import Database
from shared.database.chassis import audit_entry
from shared.ids import new_id
from tests.integration.risk.conftest import Tell, feature, state_event
from tests.support.callers import Signer

GRADES, FACTS, CARDS = "/api/v1/risk/grades", "/api/v1/risk/facts", "/api/v1/risk/cards"
CHEMICAL_YES = {"hazchem_production": {"value": "yes"}}
NOT_CHEMICAL = {"hazchem_production": {"value": "no"}, "hazchem_storage_trade": {"value": "no"}}


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, subject="officer", actions=["grade:read", "fact:write"], divisions=["331002"])


@pytest.fixture
def one(tell: Tell) -> str:
    """Return the id of an enterprise that inferably coats."""
    enterprise_id = new_id()
    tell(state_event(enterprise_id, industry="C3443", headcount=150, features={"coating": feature(words=("喷漆",))}))
    return enterprise_id


def put(client: FlaskClient, enterprise_id: str, facts: dict[str, Any], version: int = 0) -> Any:
    return client.put(f"{FACTS}/{enterprise_id}", json={"facts": facts}, headers={"If-Match": f'"{version}"'})


def harmless_answers(client: FlaskClient, card: str) -> dict[str, dict[str, Any]]:
    """Return answers to every question of a card that deduct nothing beyond what is certain."""
    mild = {"flag": "no", "count": 0}
    facts = client.get(f"{CARDS}/{card}").json["facts"]
    return NOT_CHEMICAL | {
        one["id"]: {"value": mild.get(one["kind"]) if one["kind"] in mild else one["options"][0]} for one in facts
    }


class TestGrade:
    def test_says_how_it_stands(self, officer: FlaskClient, one: str) -> None:
        grade = officer.get(f"{GRADES}/{one}").json

        assert {name: grade[name] for name in ("level", "colour", "score", "worst_level", "provisional")} == {
            "level": 3,
            "colour": "yellow",
            "score": 89.0,
            "worst_level": 1,
            "provisional": True,
        }
        assert (grade["card"], grade["card_version"], grade["known"], grade["total"]) == ("GM-DESIGN", "2026.1", 3, 37)

    def test_gives_its_reasons_in_both_languages(self, officer: FlaskClient, one: str) -> None:
        reasons = officer.get(f"{GRADES}/{one}").json["reasons"]

        assert [(one["id"], one["en"]) for one in reasons[:2]] == [("G1f", "Coating"), ("G2b", "100 to 299 workers")]
        assert reasons[-1]["zh"] == "尚有未知事项可能改变颜色"

    def test_asks_first_for_what_decides_the_card(self, officer: FlaskClient, one: str) -> None:
        question = officer.get(f"{GRADES}/{one}").json["next_questions"][0]

        assert (question["fact"], question["kind"], question["options"]) == (
            "hazchem_production",
            "flag",
            ["no", "yes"],
        )

    def test_of_a_deregistered_enterprise_is_grey(self, officer: FlaskClient, one: str, tell: Tell) -> None:
        tell(state_event(one, kind=EnterpriseDeregistered, sequence=2, status="deregistered"))

        grade = officer.get(f"{GRADES}/{one}").json

        assert (grade["level"], grade["colour"], grade["next_questions"]) == (None, "grey", [])
        assert officer.get(f"{GRADES}/{one}/explain").json["items"] == []


class TestScope:
    @pytest.mark.parametrize(
        ("claims", "status"),
        [
            ({"divisions": ["331002"]}, 200),
            ({"divisions": ["331002001"]}, 200),
            ({"divisions": ["331002002"]}, 404),
            ({"divisions": ["331003"]}, 404),
            ({}, 404),
        ],
        ids=["district", "subdistrict", "other-subdistrict", "other-district", "nothing"],
    )
    @pytest.mark.parametrize("path", [GRADES, FACTS])
    def test_ends_at_the_jurisdiction(
        self, app: Flask, signer: Signer, one: str, path: str, claims: dict[str, Any], status: int
    ) -> None:
        client = signer.client(app, actions=["grade:read"], **claims)

        assert client.get(f"{path}/{one}").status_code == status

    def test_keeps_facts_of_foreign_enterprises_from_being_changed(self, app: Flask, signer: Signer, one: str) -> None:
        client = signer.client(app, actions=["fact:write"], divisions=["331002002"])

        assert put(client, one, CHEMICAL_YES).status_code == 404

    def test_needs_the_action(self, app: Flask, signer: Signer, one: str) -> None:
        client = signer.client(app, actions=["grade:read"], divisions=["331002"])

        assert put(client, one, CHEMICAL_YES).status_code == 403


class TestDeclaringFacts:
    def test_grades_anew_and_counts_the_version(self, officer: FlaskClient, one: str) -> None:
        answer = put(officer, one, {"coating": {"value": "no"}} | NOT_CHEMICAL)

        grade = officer.get(f"{GRADES}/{one}").json
        assert (answer.status_code, answer.json["version"], answer.headers["ETag"]) == (200, 1, '"1"')
        assert (grade["score"], grade["colour"]) == (93.0, "blue")

    def test_settles_the_colour_when_nothing_relevant_stays_open(self, officer: FlaskClient, one: str) -> None:
        put(officer, one, harmless_answers(officer, "GM-DESIGN") | {"headcount": {"value": 150}})

        grade = officer.get(f"{GRADES}/{one}").json
        assert (grade["score"], grade["colour"], grade["provisional"]) == (96.0, "blue", False)
        assert (grade["worst_level"], grade["next_questions"], grade["known"]) == (4, [], grade["total"])

    def test_never_settles_the_chemical_card_before_its_assessment(
        self, officer: FlaskClient, one: str, database: Database, tell: Tell
    ) -> None:
        answers = harmless_answers(officer, "WH-YJ2018-19") | CHEMICAL_YES
        put(officer, one, {**answers, "coating": {"value": "no"}, "headcount": {"value": 5}})
        before = officer.get(f"{GRADES}/{one}").json

        with database.transaction() as session:
            session.execute(update(enterprise).values(is_assessed=True))
        tell(state_event(one, sequence=2))

        after = officer.get(f"{GRADES}/{one}").json
        assert (before["colour"], before["worst_level"], before["provisional"]) == ("blue", 4, True)
        assert (before["reasons"][-1]["id"], after["provisional"]) == ("assessment_not_confirmed", False)

    def test_keeps_every_version_with_its_author(self, officer: FlaskClient, one: str, database: Database) -> None:
        put(officer, one, {"coating": {"value": "no"}})
        put(officer, one, {}, version=1)

        with database.reading() as session:
            rows = session.execute(select(fact_sheet_version).order_by(fact_sheet_version.c.version)).all()
        assert [(row.version, row.changed_by, list(row.facts)) for row in rows] == [
            (1, "officer", ["coating"]),
            (2, "officer", []),
        ]

    def test_takes_unknown_for_an_answer_that_says_nothing(self, officer: FlaskClient, one: str) -> None:
        answer = put(officer, one, {"casting": {"value": "unknown"}, "coating": {"value": "yes", "origin": "inferred"}})

        assert answer.json["facts"] == {"coating": {"value": "yes", "origin": "inferred", "words": []}}

    def test_leaves_an_audit_entry(self, officer: FlaskClient, one: str, database: Database) -> None:
        put(officer, one, {"coating": {"value": "no"}})

        with database.reading() as session:
            entry = session.execute(select(audit_entry)).one()
        assert (entry.subject, entry.action, entry.entity) == ("officer", "fact:write", f"enterprise:{one}")
        assert entry.before_digest != entry.after_digest


class TestRefusedFacts:
    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"shoe_size": {"value": 43}}, "unknown_fact"),
            ({"coating": {"value": "perhaps"}}, "unsuitable_value"),
            ({"headcount": {"value": -1}}, "unsuitable_value"),
            (
                {"no_accident_5y": {"value": "yes"}, "fatal_1_2_accident_3y": {"value": "yes"}},
                "contradicting_facts",
            ),
        ],
        ids=["unknown", "unsuitable", "negative", "contradicting"],
    )
    def test_are_named(self, officer: FlaskClient, one: str, facts: dict[str, Any], code: str) -> None:
        answer = put(officer, one, facts)

        assert (answer.status_code, answer.json["code"]) == (422, code)

    @pytest.mark.parametrize(
        "body",
        [
            {"facts": {"coating": {"value": "no", "colour": "red"}}},
            {"facts": {"coating": {"value": True}}},
            {"facts": {"coating": {"value": ["no"]}}},
            {"facts": {"coating": {"value": "no", "origin": "rumour"}}},
            {"facts": {}, "more": 1},
            {},
        ],
        ids=["unknown-field", "boolean", "list", "origin", "unknown-part", "empty"],
    )
    def test_are_refused_by_form(self, officer: FlaskClient, one: str, body: dict[str, Any]) -> None:
        answer = officer.put(f"{FACTS}/{one}", json=body, headers={"If-Match": '"0"'})

        assert answer.status_code == 422

    @pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": '"7"'}, 412)], ids=["none", "other"])
    def test_need_the_version_that_was_read(
        self, officer: FlaskClient, one: str, headers: dict[str, str], status: int
    ) -> None:
        answer = officer.put(f"{FACTS}/{one}", json={"facts": {}}, headers=headers)

        assert answer.status_code == status


class TestReadingFacts:
    def test_shows_what_is_declared_and_what_the_register_suggests(self, officer: FlaskClient, one: str) -> None:
        put(officer, one, NOT_CHEMICAL)

        answer = officer.get(f"{FACTS}/{one}")

        assert (answer.headers["ETag"], sorted(answer.json["facts"])) == ('"1"', sorted(NOT_CHEMICAL))
        assert answer.json["register"]["coating"] == {"value": "yes", "origin": "inferred", "words": ["喷漆"]}


class TestExplanation:
    def test_shows_rules_facts_points_and_words(self, officer: FlaskClient, one: str) -> None:
        explained = officer.get(f"{GRADES}/{one}/explain").json

        industry = next(item for item in explained["items"] if item["item"] == "G1")
        assert (industry["cap"], industry["deducted"]) == (15.0, 8.0)
        assert {name: industry["rules"][0][name] for name in ("rule", "points", "fact", "value", "words")} == {
            "rule": "G1f",
            "points": -8.0,
            "fact": "coating",
            "value": "yes",
            "words": ["喷漆"],
        }

    def test_adds_up_to_the_score(self, officer: FlaskClient, one: str) -> None:
        explained = officer.get(f"{GRADES}/{one}/explain").json

        assert explained["score"] == 100 - sum(item["deducted"] - item["added"] for item in explained["items"])
        assert len(explained["unknown_facts"]) == explained["total"] - explained["known"]

    def test_names_the_veto_and_its_facts(self, officer: FlaskClient, one: str) -> None:
        put(officer, one, CHEMICAL_YES | {"major_accident_3y": {"value": 2}})

        explained = officer.get(f"{GRADES}/{one}/explain").json

        assert [(veto["id"], veto["facts"]) for veto in explained["vetoes"]] == [("R4", ["major_accident_3y"])]
        assert (explained["colour"], explained["source"]["document"]) == ("red", "应急〔2018〕19号")


class TestHistory:
    def test_pages_from_the_newest(self, officer: FlaskClient, one: str) -> None:
        put(officer, one, {"metal_smelting": {"value": "yes"}})
        put(officer, one, {"metal_smelting": {"value": "no"}}, version=1)

        first = officer.get(f"{GRADES}/{one}/history?limit=2").json
        rest = officer.get(f"{GRADES}/{one}/history?limit=2&cursor={first['next_cursor']}").json

        assert [row["sequence"] for row in first["items"] + rest["items"]] == [3, 2, 1]
        assert (first["items"][1]["fact_version"], rest["next_cursor"]) == (1, None)


class TestRuleTables:
    def test_are_open_to_everyone(self, app: Flask) -> None:
        listed = app.test_client().get(CARDS).json["items"]

        assert [table["id"] for table in listed] == ["WH-YJ2018-19", "GM-DESIGN", "LEC", "LS5-COAL", "LS5-DB37", "LS4"]
        assert (listed[0]["source"], listed[0]["status"]) == ("应急〔2018〕19号", "official")

    def test_show_a_card_in_full(self, app: Flask) -> None:
        card = app.test_client().get(f"{CARDS}/WH-YJ2018-19").json

        assert (sum(len(item["rules"]) for item in card["items"]), len(card["vetoes"])) == (42, 4)
        assert card["items"][1]["rules"][2]["points"] == -0.1

    def test_show_a_matrix_in_full(self, app: Flask) -> None:
        matrix = app.test_client().get(f"{CARDS}/LEC").json

        assert [len(factor["values"]) for factor in matrix["factors"]] == [7, 6, 6]

    def test_that_do_not_exist_are_not_found(self, app: Flask) -> None:
        assert app.test_client().get(f"{CARDS}/NONE").json["code"] == "card_not_found"
