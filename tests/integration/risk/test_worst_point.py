"""The worst risk point of an enterprise bounds its grade (MAX_OF_RISK_POINTS, risk-grading §1.3)."""

import pytest

from services.risk.domain.levels import Level
from services.risk.use_cases.adjusting import set_risk_points
from services.risk.use_cases.dynamics import adjust_and_grade
from shared.database import Database
from shared.ids import new_id
from tests.integration.risk.conftest import NOW, Tell, state_event
from tests.integration.risk.test_dynamics import SAFE, level


@pytest.fixture
def one(tell: Tell) -> str:
    """Return the id of a blue enterprise."""
    enterprise_id = new_id()
    tell(state_event(enterprise_id, headcount=10, features=SAFE))
    return enterprise_id


class TestWorstRiskPoint:
    def test_bounds_the_grade_while_it_stands(self, database: Database, one: str) -> None:
        seen = []
        for worst in (Level.ORANGE, None):
            with database.transaction() as session:
                set_risk_points(session, one, level=worst)
                adjust_and_grade(session, [one], now=NOW)
            seen.append(level(database, one))

        assert seen == [Level.ORANGE, Level.BLUE]
