"""Who comes at once because of a major hazard, and what becomes of that when the hazard is none or ends."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from services.inspections.subscriptions import on_commitment_missed, on_permit_suspended
from services.inspections.tables import task
from shared.calendar import add_working_days
from shared.clock import business_date
from shared.contracts.permits import CommitmentMissed, PermitSuspended
from shared.database import Database
from shared.errors import NotYet
from shared.ids import new_id
from tests.integration.inspections.conftest import INSPECTIONS, NOW, Caller, staffed, told
from tests.integration.inspections.test_hazards import find, step
from tests.support.events import received

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class TestCall:
    """Chain 2: a major hazard is the grid's and the officer's task at once (§7.1)."""

    def called(self, client: FlaskClient) -> list[tuple[Any, ...]]:
        items = client.get(f"{INSPECTIONS}/tasks").json["items"]
        return sorted((one["tier"], one["owner"], one["state"], one["hazard_id"]) for one in items)

    def test_goes_to_the_grid_and_to_the_bureau(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        staffed(database, "a-grid_worker", "grid_worker")
        staffed(database, "a-bureau_officer", "bureau_officer", divisions=("331002",))
        officer = caller()
        one = find(caller("intermediary_inspector"), enterprise_id, item="GM-11-03")["id"]

        assert self.called(officer) == [(3, "a-grid_worker", "assigned", one), (4, "a-bureau_officer", "assigned", one)]
        assert [event["data"]["owner"] for event in told(database, "task_assigned")] == [
            "a-grid_worker",
            "a-bureau_officer",
        ]
        dues = {row["last_day"] for row in officer.get(f"{INSPECTIONS}/tasks").json["items"]}
        assert dues == {add_working_days(business_date(datetime.now(UTC)), 1).isoformat()}

    def test_is_none_for_a_general_hazard(self, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = find(officer, enterprise_id)["id"]
        step(officer, one, "grade_general")
        assert self.called(officer) == []

    def test_ends_with_a_corrected_grading_and_comes_again_with_the_next(
        self, caller: Caller, enterprise_id: str
    ) -> None:
        officer, basis = caller(), {"item": "", "expert_opinion": "专家意见1"}
        one = find(officer, enterprise_id)["id"]
        step(officer, one, "grade_major", **basis)
        step(caller(subject="second"), one, "grade_general", reason="误判")
        assert {state for _, _, state, _ in self.called(officer)} == {"cancelled"}

        step(officer, one, "grade_major", **basis)
        assert [state for _, _, state, _ in self.called(officer)] == ["assigned", "cancelled"] * 2

    def test_that_was_begun_is_finished_though_the_hazard_ends(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        staffed(database, "a-grid_worker", "grid_worker")
        officer, worker = caller(), caller("grid_worker")
        one = find(officer, enterprise_id, item="GM-11-03")["id"]
        [mine] = worker.get(f"{INSPECTIONS}/tasks?mine=true").json["items"]
        worker.post(f"{INSPECTIONS}/tasks/{mine['id']}/steps", json={"event": "check_in"})
        step(officer, one, "transfer", receiver="消防救援大队", reason="消防隐患")
        step(officer, one, "note_reply", reply="已查处")

        assert [state for _, _, state, _ in self.called(officer)] == ["on_site", "cancelled"]


class TestAtAnEnterprise:
    def test_shows_what_is_open_and_the_next_task(self, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        address = f"{INSPECTIONS}/enterprises/{enterprise_id}"
        before = officer.get(address).json
        find(officer, enterprise_id)
        find(officer, enterprise_id, item="GM-11-03")

        shown = officer.get(address).json

        nothing = {"open_hazards": 0, "open_major": 0, "overdue_hazards": 0, "next_task": None}
        assert before == {"enterprise_id": enterprise_id, **nothing}
        assert (shown["open_hazards"], shown["open_major"], shown["overdue_hazards"]) == (2, 1, 0)
        assert (shown["next_task"]["tier"], shown["next_task"]["owner"]) == (3, "tier:3@331002001")


class TestMissedCommitment:
    """Chain 6: a missed daily commitment is somebody's task, once for each day."""

    def miss(self, database: Database, enterprise_id: str, day: str) -> None:
        event = CommitmentMissed(commitment_id=new_id(), enterprise_id=enterprise_id, day=day, misses_this_month=1)
        with database.transaction() as session:
            on_commitment_missed(session, received(event), now=NOW)

    def test_calls_the_grid(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        staffed(database, "a-grid_worker", "grid_worker")
        for day in ("2027-03-01", "2027-03-01", "2027-03-02"):
            self.miss(database, enterprise_id, day)

        items = caller().get(f"{INSPECTIONS}/tasks").json["items"]
        assert [(one["tier"], one["owner"], one["origin"]) for one in items] == [(3, "a-grid_worker", "commitment")] * 2

    def test_waits_for_the_enterprise(self, database: Database) -> None:
        with pytest.raises(NotYet):
            self.miss(database, new_id(), "2027-03-01")


class TestSuspendedWork:
    """Chain 4: where an alarm or something unusual stopped the work somebody looks, one visit at a time."""

    def stop(self, database: Database, enterprise_id: str, *, cause: str = "gas", sequence: int = 4) -> None:
        permit = {"permit_id": "p-1", "kind": "hot_work"}
        event = PermitSuspended(enterprise_id=enterprise_id, cause=cause, **permit)
        with database.transaction() as session:
            on_permit_suspended(session, received(event, sequence=sequence), now=NOW)

    def tasks(self, client: FlaskClient) -> list[tuple[Any, ...]]:
        items = client.get(f"{INSPECTIONS}/tasks").json["items"]
        return [(one["tier"], one["origin"], one["state"]) for one in items]

    @pytest.mark.parametrize("cause", ["gas", "anomaly"])
    def test_is_looked_at_once_until_that_is_handed_in(
        self, database: Database, caller: Caller, enterprise_id: str, cause: str
    ) -> None:
        staffed(database, "a-grid_worker", "grid_worker")
        for sequence in (4, 4, 6):
            self.stop(database, enterprise_id, cause=cause, sequence=sequence)
        assert self.tasks(caller()) == [(3, "suspended_work", "assigned")]

    def test_is_looked_at_again_after_that(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        self.stop(database, enterprise_id)
        with database.transaction() as session:
            session.execute(update(task).values(state="submitted", submitted_at=NOW))
        for sequence in (4, 6):
            self.stop(database, enterprise_id, sequence=sequence)
        assert sorted(state for _, _, state in self.tasks(caller())) == ["assigned", "submitted"]

    @pytest.mark.parametrize("cause", ["break", "guardian", "weather", "people"])
    def test_is_the_enterprises_own_for_other_causes(
        self, database: Database, caller: Caller, enterprise_id: str, cause: str
    ) -> None:
        self.stop(database, enterprise_id, cause=cause)
        assert self.tasks(caller()) == []

    def test_waits_for_the_enterprise(self, database: Database) -> None:
        with pytest.raises(NotYet):
            self.stop(database, new_id())
