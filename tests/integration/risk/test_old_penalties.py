"""Penalties that were told before they said by which law count for DY-06 once credit has told them again."""

from sqlalchemy import select, update

from services.risk.subscriptions import on_occurrence
from services.risk.tables import applied_rule, occurrence
from services.risk.worker import declarations
from shared.contracts.credit import PenaltyDecided
from shared.contracts.inspections import HazardFound
from shared.database import Database
from shared.database.chassis import subscription_state
from shared.database.migrate import migrate
from shared.events.resync import ask_again, ask_when_new
from shared.ids import new_id
from tests.integration.risk.conftest import NOW, Tell, state_event
from tests.integration.risk.test_dynamics import received_event

TOLD_BY = "credit.penalty_decided.v1"


def hear(database: Database, *events: object) -> None:
    with database.transaction() as session:
        on_occurrence(session, [received_event(event, NOW) for event in events], now=NOW)


def penalties(enterprise_id: str) -> list[PenaltyDecided]:
    days = ("2026-01-10", "2026-01-20", "2026-02-10")
    same = {"enterprise_id": enterprise_id}
    return [PenaltyDecided(penalty_id=f"p{day}", decided_on=day, is_of_safety_law=True, **same) for day in days]


def rules_of(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(applied_rule.c.rule).where(applied_rule.c.lifted_at.is_(None))))


def upgraded(database: Database, *, is_silent: bool) -> list[str]:
    """Upgrade a database from before, in which everything was heard; return what its worker asks credit for."""
    with database.transaction() as session:
        ask_again(session, declarations(), now=NOW)
        session.execute(update(subscription_state).values(completed_at=NOW))
        if is_silent:
            session.execute(update(occurrence).where(occurrence.c.kind == "penalty").values(details={}))
    migrate(database, "risk", to="0007")
    migrate(database, "risk")
    return [one for one in ask_when_new(database, declarations(), now=NOW) if one.startswith("credit.")]


class TestOldPenalties:
    def test_are_asked_for_again_and_count_when_they_are_told(self, database: Database, tell: Tell) -> None:
        enterprise_id = new_id()
        tell(state_event(enterprise_id, headcount=10))
        hear(database, *penalties(enterprise_id))

        asked = upgraded(database, is_silent=True)
        hear(database, HazardFound(hazard_id=new_id(), enterprise_id=enterprise_id, level="major"))
        before = rules_of(database)
        hear(database, *penalties(enterprise_id))

        assert asked == [TOLD_BY]
        assert ("DY-06" in before, "DY-06" in rules_of(database)) == (False, True)

    def test_that_say_by_which_law_are_left_alone(self, database: Database, tell: Tell) -> None:
        enterprise_id = new_id()
        tell(state_event(enterprise_id, headcount=10))
        hear(database, *penalties(enterprise_id))

        assert upgraded(database, is_silent=False) == []
