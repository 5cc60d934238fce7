"""What a survey confirms: the hatched grade becomes solid, and says who looked and when (contracts.md, chain 1)."""

from typing import Any

import pytest
from sqlalchemy import select

from services.risk.queries import explanation_of, standings
from services.risk.rules import rulebook
from services.risk.subscriptions import on_enterprise_surveyed
from services.risk.tables import fact_sheet, grade
from shared.contracts.registry import EnterpriseSurveyed
from shared.database import Database
from shared.errors import NotYet
from shared.ids import new_id
from tests.integration.risk.conftest import NOW, Tell, feature, state_event
from tests.support.events import received

NOTHING_ELSE = {
    "jia_yi_storage": "no", "deep_well_casting": "no", "fatal_1_2_accident_3y": "no", "major_accident_3y": 0,
    "penalties_1y": 0, "open_major_hazards": 0, "overdue_general_hazards": 0, "no_safety_staff": "no",
    "principal_untrained": "no", "no_dual_prevention": "no", "high_hazard_uninsured": "no", "headcount": 12,
}  # fmt: skip
HAZARDS = (
    "hazchem_production", "hazchem_storage_trade", "hazchem_use_licence", "major_hazard_source", "metal_smelting",
    "molten_metal", "casting", "gas_works", "metal_dust", "organic_dust", "coating", "surface_treatment",
    "confined_space", "toxic_confined_space", "ammonia_refrigeration", "shared_building", "dormitory_in_building",
)  # fmt: skip
ON = "2026-11-25T02:00:00+00:00"


def surveyed(enterprise_id: str, *, on: str = ON, **facts: Any) -> EnterpriseSurveyed:
    return EnterpriseSurveyed(
        survey_id=new_id(),
        enterprise_id=enterprise_id,
        outcome="exists",
        facts=facts,
        by="a-1",
        role="grid_worker",
        on=on,
    )


def survey(database: Database, *events: EnterpriseSurveyed) -> None:
    with database.transaction() as session:
        on_enterprise_surveyed(session, [received(one) for one in events], now=NOW)


def sheet(database: Database, enterprise_id: str) -> Any:
    with database.reading() as session:
        return session.scalar(select(fact_sheet.c.facts).where(fact_sheet.c.enterprise_id == enterprise_id))


class TestSurvey:
    def test_makes_a_hatched_grade_solid(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one, industry="F5164"))
        confirmed = {name: feature("no", origin="confirmed") for name in HAZARDS}
        tell(state_event(one, sequence=2, industry="F5164", features=confirmed))

        survey(database, surveyed(one, **NOTHING_ELSE))

        with database.reading() as session:
            row = session.execute(select(grade).where(grade.c.enterprise_id == one)).one()
        assert (row.level, row.worst_level, row.is_provisional) == (4, 4, False)

    def test_says_who_confirmed_and_when(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one))
        survey(database, surveyed(one, headcount=150))

        with database.reading() as session:
            explained = explanation_of(rulebook(), standings(session, [one])[0])

        (size,) = [rule for item in explained["items"] for rule in item["rules"] if rule["fact"] == "headcount"]
        assert size["confirmed"] == {"by": "a-1", "role": "grid_worker", "on": ON}

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_that_was_made_later_holds_whichever_arrives_first(
        self, database: Database, tell: Tell, order: tuple[int, ...]
    ) -> None:
        one = new_id()
        tell(state_event(one))
        surveys = [surveyed(one, headcount=9), surveyed(one, on="2026-11-26T02:00:00+00:00", headcount=40)]
        for number in order:
            survey(database, surveys[number])

        assert sheet(database, one)["headcount"]["value"] == 40

    def test_leaves_hazard_features_to_the_register(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one))

        survey(database, surveyed(one, coating="yes", unheard_of="yes"))

        assert sheet(database, one) is None

    def test_of_an_enterprise_that_has_not_arrived_waits(self, database: Database) -> None:
        one = new_id()

        with pytest.raises(NotYet, match=one):
            survey(database, surveyed(one, headcount=3))

    def test_without_facts_changes_nothing(self, database: Database) -> None:
        one = new_id()

        survey(database, surveyed(one))

        assert sheet(database, one) is None
