"""What a person has confirmed in the register counts as confirmed: solid, not asked again, explained by whom."""

from itertools import permutations
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.risk.queries import compared_after, explanation_of, fact_sheet_of, grade_view, standings
from services.risk.rules import rulebook
from services.risk.subscriptions import on_enterprise_surveyed
from services.risk.tables import enterprise
from services.risk.worker import declarations
from shared.contracts.registry import EnterpriseUpdated
from shared.database import Database
from shared.database.chassis import subscription_state
from shared.database.migrate import migrate
from shared.events.resync import ask_again, ask_when_new
from shared.ids import new_id
from tests.integration.risk.conftest import NOW, Tell, feature, state_event
from tests.integration.risk.test_api import put
from tests.integration.risk.test_surveying import HAZARDS, NOTHING_ELSE, ON, survey, surveyed
from tests.support.callers import Signer
from tests.support.events import received

EARLIER, LATER = "2026-11-24T02:00:00+00:00", "2026-11-26T02:00:00+00:00"
BY_OFFICER = {"by": "officer", "on": LATER}
SAID = dict.fromkeys(("headcount", "industry"), BY_OFFICER)


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, subject="officer", actions=["grade:read", "fact:write"], divisions=["331002"])


def amended(one: str, *, sequence: int = 2, on: str = LATER, **facts: Any) -> Any:
    """Return the event of a register in which a person has confirmed ``facts``."""
    confirmed = dict.fromkeys(facts, {"by": "officer", "on": on})
    return state_event(one, kind=EnterpriseUpdated, sequence=sequence, confirmed=confirmed, **facts)


def standing(database: Database, one: str) -> Any:
    with database.reading() as session:
        return standings(session, [one])[0]


def asked(database: Database, one: str) -> set[str]:
    return {question["fact"] for question in grade_view(rulebook(), standing(database, one))["next_questions"]}


def register(database: Database, one: str) -> dict[str, tuple[Any, str]]:
    """Return value and origin of what the register tells of an enterprise."""
    told = fact_sheet_of(rulebook(), standing(database, one))["register"]
    return {fact: (known["value"], known["origin"]) for fact, known in told.items()}


def headcount_rule(database: Database, one: str) -> dict[str, Any]:
    explained = explanation_of(rulebook(), standing(database, one))
    (found,) = [rule for item in explained["items"] for rule in item["rules"] if rule["fact"] == "headcount"]
    return found


def grade_of(database: Database, one: str) -> tuple[int, bool, set[str]]:
    row = standing(database, one)
    return row.level, row.is_provisional, asked(database, one)


class TestGrade:
    def test_is_solid_once_a_person_has_confirmed_the_last_value_in_the_register(
        self, database: Database, tell: Tell
    ) -> None:
        one = new_id()
        hazards = {name: feature("no", origin="confirmed") for name in HAZARDS}
        features = hazards | {"shared_building": feature("yes", origin="confirmed")}
        told = {"industry": "F5164", "headcount": 12, "features": features}
        tell(state_event(one, **told))
        others = NOTHING_ELSE | {"no_safety_staff": "yes"}  # 90 points with the other values, the least of blue
        survey(database, surveyed(one, **{fact: value for fact, value in others.items() if fact != "headcount"}))
        grades = [grade_of(database, one)]

        for sequence, confirmed in enumerate(({"headcount": BY_OFFICER}, SAID), start=2):
            tell(state_event(one, kind=EnterpriseUpdated, sequence=sequence, confirmed=confirmed, **told))
            grades.append(grade_of(database, one))

        assert grades == [(4, True, {"headcount", "industry_kind"}), (4, True, {"industry_kind"}), (4, False, set())]


class TestHeadcount:
    def test_is_explained_with_who_confirmed_it(self, database: Database, tell: Tell) -> None:
        one = new_id()

        tell(amended(one, headcount=150))

        rule = headcount_rule(database, one)
        assert (rule["value"], rule["origin"]) == (150, "confirmed")
        assert rule["confirmed"] == {"by": "officer", "role": "", "on": LATER}

    def test_is_confirmed_also_when_nobody_wrote_down_by_whom(self, database: Database, tell: Tell) -> None:
        one = new_id()

        tell(state_event(one, headcount=150, confirmed={"headcount": {}}))

        assert (headcount_rule(database, one)["origin"], headcount_rule(database, one)["confirmed"]) == (
            "confirmed",
            None,
        )

    @pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
    def test_is_that_of_the_newest_state_in_any_order_and_twice(
        self, database: Database, tell: Tell, order: tuple[int, ...]
    ) -> None:
        one = new_id()
        states = [state_event(one, headcount=150), amended(one, headcount=120), amended(one, sequence=3, headcount=130)]

        for place in (*order, *order):
            tell(states[place])

        assert register(database, one)["headcount"] == (130, "confirmed")

    def test_counts_the_same_when_the_rules_are_tried_out(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(amended(one, headcount=150))

        with database.reading() as session:
            (compared,) = compared_after(session, rulebook(), None, limit=9)

        assert compared.before == compared.after


class TestIndustry:
    def test_settles_its_kind_and_no_hazard(self, database: Database, tell: Tell) -> None:
        one = new_id()

        tell(amended(one, industry="C3391"))

        told = register(database, one)
        assert told["industry_kind"] == ("machinery_plastics", "confirmed")
        assert (told["casting"], told["molten_metal"]) == (("yes", "inferred"), ("yes", "inferred"))

    def test_of_which_only_the_section_is_known_leaves_its_kind_open(self, database: Database, tell: Tell) -> None:
        one = new_id()

        tell(amended(one, industry="C"))

        assert register(database, one)["industry_kind"] == ("other", "inferred")


class TestLaterWord:
    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    @pytest.mark.parametrize(("on", "headcount"), [(LATER, 150), (EARLIER, 400)], ids=["register", "survey"])
    def test_counts_whichever_arrives_first(
        self, database: Database, tell: Tell, order: tuple[int, ...], on: str, headcount: int
    ) -> None:
        one = new_id()
        tell(state_event(one))
        survey_of_400 = received(surveyed(one, headcount=400, on=ON))

        for place in order:
            if place:
                tell(amended(one, headcount=150, on=on))
            else:
                with database.transaction() as session:
                    on_enterprise_surveyed(session, [survey_of_400], now=NOW)

        assert headcount_rule(database, one)["value"] == headcount

    def test_of_an_officer_on_the_file_outweighs_the_register_also_with_an_answer_from_before(
        self, database: Database, tell: Tell, officer: FlaskClient
    ) -> None:
        one = new_id()
        tell(state_event(one))
        survey(database, surveyed(one, headcount=400, on="2020-01-01T02:00:00+00:00"))
        tell(amended(one, headcount=150, on="2020-01-02T02:00:00+00:00"))
        shown = officer.get(f"/api/v1/risk/facts/{one}").json

        put(officer, one, {"headcount": {"value": 400}}, version=shown["version"])

        assert "headcount" not in shown["facts"]
        assert (headcount_rule(database, one)["value"], headcount_rule(database, one)["confirmed"]["by"]) == (
            400,
            "officer",
        )


class TestUpgrade:
    def test_asks_for_the_register_again_and_takes_the_present_state(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(amended(one, headcount=150))
        with database.transaction() as session:
            ask_again(session, declarations(), now=NOW)
            session.execute(update(subscription_state).values(completed_at=NOW))
        migrate(database, "risk", to="0009")
        migrate(database, "risk")
        with database.reading() as session:
            held = session.scalar(select(enterprise.c.confirmed))

        wanted = ask_when_new(database, declarations(), now=NOW)
        tell(amended(one, headcount=150))

        assert (held, wanted) == (None, ["registry.enterprise_registered.v1"])
        assert headcount_rule(database, one)["origin"] == "confirmed"
