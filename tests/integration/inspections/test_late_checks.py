"""Checks of a phone without a connection: they arrive once, are judged by their time, and are never lost."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.inspections.tables import check_record, late_check, task, task_step
from shared.database import Database
from shared.ids import new_id
from tests.integration.inspections.conftest import INSPECTIONS, NOW, Caller, photo_of, run_clock
from tests.integration.inspections.test_tasks import TASKS, answers_with, begin, step
from tests.integration.inspections.test_uploads import rows

HOUR = timedelta(hours=1)


def on_site(client: FlaskClient, enterprise_id: str) -> str:
    """Begin a check, go on site, and return the task."""
    one = str(begin(client, enterprise_id)["id"])
    step(client, one, "check_in")
    return one


def body_of(**changes: Any) -> dict[str, Any]:
    finished = {"sending_id": new_id(), "finished_at": NOW.isoformat(), "list_version": 1}
    return {"answers": answers_with(), "signed": True, **finished} | changes


def hand_in(client: FlaskClient, task_id: str, body: dict[str, Any]) -> Any:
    return client.post(f"{TASKS}/{task_id}/submit", json=body)


def keep(client: FlaskClient, task_id: str, body: dict[str, Any]) -> Any:
    return client.put(f"{TASKS}/{task_id}/late-checks/{body['sending_id']}", json=body)


def begun_earlier(database: Database, task_id: str, *, by: timedelta) -> None:
    """Let somebody have come on site earlier, as with a phone that was without a connection for long."""
    with database.transaction() as session:
        mine = (task_step.c.task_id == task_id, task_step.c.event == "check_in")
        session.execute(update(task_step).where(*mine).values(at=NOW - by))


class TestHandingInFromAPhone:
    def test_arrives_once_though_no_key_is_remembered(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        worker = caller("grid_worker")
        one, body = on_site(worker, enterprise_id), body_of()

        answers = [hand_in(worker, one, body) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201] * 3
        assert len({answer.json["id"] for answer in answers}) == rows(database, check_record) == 1

    def test_is_judged_by_the_time_of_the_phone(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        one = on_site(worker, enterprise_id)
        begun_earlier(database, one, by=48 * HOUR)
        with database.transaction() as session:
            session.execute(update(task).where(task.c.id == one).values(due_at=NOW - 20 * HOUR))
        run_clock(database, now=NOW)
        assert worker.get(f"{TASKS}/{one}").json["is_overdue"] is True

        record = hand_in(worker, one, body_of(finished_at=(NOW - 24 * HOUR).isoformat())).json

        shown = worker.get(f"{TASKS}/{one}").json
        assert (shown["is_overdue"], shown["submitted_at"][:13]) == (False, (NOW - 24 * HOUR).isoformat()[:13])
        assert record["finished_at"] != record["at"]

    @pytest.mark.parametrize(("hours", "is_believed"), [(10, True), (40, False)])
    def test_is_judged_by_that_time_though_nobody_could_check_in(
        self, database: Database, caller: Caller, enterprise_id: str, *, hours: int, is_believed: bool
    ) -> None:
        """Who came before the task was given to anybody did not come for it."""
        worker = caller("grid_worker")
        one = str(begin(worker, enterprise_id)["id"])
        with database.transaction() as session:
            session.execute(update(task_step).where(task_step.c.task_id == one).values(at=NOW - 20 * HOUR))
        step(worker, one, "check_in", done_at=(NOW - (hours + 1) * HOUR).isoformat())

        hand_in(worker, one, body_of(finished_at=(NOW - hours * HOUR).isoformat()))

        judged = worker.get(f"{TASKS}/{one}").json["submitted_at"][:13]
        assert (judged == (NOW - hours * HOUR).isoformat()[:13]) == is_believed

    def test_is_refused_when_it_answers_another_version_of_the_list(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        worker = caller("grid_worker")
        one, body = on_site(worker, enterprise_id), body_of(list_version=9)

        refused, kept = hand_in(worker, one, body), keep(worker, one, body)

        assert (refused.status_code, refused.json["code"]) == (409, "answered_in_vain")
        [shown] = kept.json["items"]
        assert (shown["reason"], shown["checklist_version"]) == ("list_changed", 9)
        assert rows(database, check_record) == 0

    def test_does_not_answer_what_was_returned_after_it(self, caller: Caller, enterprise_id: str) -> None:
        worker = caller("enterprise_user", enterprise_id=enterprise_id)
        one = on_site(worker, enterprise_id)
        hand_in(worker, one, body_of())
        step(caller("grid_worker"), one, "return", reason="照片不清楚")
        old, new = body_of(finished_at=(NOW - HOUR).isoformat()), body_of(finished_at=None)

        refused = hand_in(worker, one, old)

        assert refused.json["facts"]["reason"] == "task_returned"
        assert keep(worker, one, old).json["items"][0]["reason"] == "task_returned"
        assert hand_in(worker, one, new).status_code == 201


class TestKeeping:
    """What somebody else has handed in or cancelled meanwhile loses nobody's answers."""

    def test_is_done_beside_the_task_once(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        first, second = (caller("enterprise_user", subject=name, enterprise_id=enterprise_id) for name in ("a", "b"))
        one = on_site(first, enterprise_id)
        assert hand_in(second, one, body_of()).status_code == 201
        photo = photo_of(first, enterprise_id)
        body = body_of(photos={"FI-03": [photo]}, notes={"FI-03": "梯子被堵"})

        refused = hand_in(first, one, body)
        kept = [keep(first, one, body) for _ in range(2)]

        assert (refused.status_code, refused.json["code"]) == (409, "step_not_possible")
        assert [answer.status_code for answer in kept] == [200, 200]
        [shown] = first.get(f"{TASKS}/{one}/late-checks").json["items"]
        assert (shown["reason"], shown["photos"], shown["by"]) == ("task_submitted", {"FI-03": [photo]}, "a")
        assert (rows(database, late_check), rows(database, check_record)) == (1, 1)

    def test_tells_that_the_task_is_somebody_elses(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        worker = caller("grid_worker")
        one, body = on_site(worker, enterprise_id), body_of()
        with database.transaction() as session:
            session.execute(update(task).where(task.c.id == one).values(owner="other"))

        assert hand_in(worker, one, body).json["code"] == "not_the_owner"
        assert keep(worker, one, body).json["items"][0]["reason"] == "owner_changed"

    def test_is_refused_to_who_never_had_the_task(self, caller: Caller, enterprise_id: str) -> None:
        one = on_site(caller("grid_worker"), enterprise_id)
        stranger = caller("enterprise_user", enterprise_id=enterprise_id)

        answer = keep(stranger, one, body_of())

        assert (answer.status_code, answer.json["code"]) == (422, "not_the_owner")

    def test_is_refused_while_the_task_takes_a_check(self, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        answer = keep(worker, on_site(worker, enterprise_id), body_of())

        assert (answer.status_code, answer.json["code"]) == (422, "not_late")

    def test_is_refused_under_an_id_of_somebody_else(self, caller: Caller, enterprise_id: str) -> None:
        first, second = (caller("enterprise_user", subject=name, enterprise_id=enterprise_id) for name in ("a", "b"))
        one = on_site(first, enterprise_id)
        hand_in(second, one, body_of())
        body = body_of()
        keep(first, one, body)

        answer = keep(second, one, body)

        assert (answer.status_code, answer.json["code"]) == (409, "sending_taken")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestHazards:
    def test_are_found_when_the_check_was_finished(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        worker = caller("grid_worker")
        one = on_site(worker, enterprise_id)
        begun_earlier(database, one, by=5 * HOUR)
        photos = {"FI-03": [photo_of(worker, enterprise_id)]}
        found = {"answers": answers_with(FI_03="abnormal"), "photos": photos}

        record = hand_in(worker, one, body_of(finished_at=(NOW - 4 * HOUR).isoformat(), **found)).json

        hazard = worker.get(f"{INSPECTIONS}/hazards/{record['hazards']['FI-03']}").json
        assert hazard["found_at"][:16] == (NOW - 4 * HOUR).isoformat()[:16]
        with database.reading() as session:
            assert session.scalar(select(check_record.c.finished_at)) == NOW - 4 * HOUR
