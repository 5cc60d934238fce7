"""Clocks of risk reports of levels 1 and 2 (rules §4.4b) that run out; who scanned an information code (rules §6)."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from services.risk.app import create_app
from services.risk.queries import scanned_code
from services.risk.settings import Settings
from services.risk.tables import grade, overdue_report, risk_point
from services.risk.use_cases import keeping
from services.risk.worker import declarations
from shared.database import Database
from shared.database.chassis import outbox, timer
from shared.ids import new_id
from shared.work.timers import run_due
from tests.integration.risk.conftest import Tell, state_event
from tests.support.callers import Signer, service_settings

RISK = "/api/v1/risk"
ACTIONS = ["grade:read", "supervision:report", "risk_point:write", "code:write"]
LATER = timedelta(minutes=1)


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    """Return the application with a public address."""
    settings = service_settings(
        Settings, home=tmp_path, service="risk", database_url=database.url, public_url="https://sise.example"
    )
    return create_app(settings)


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, subject="officer", actions=ACTIONS, divisions=["331002"])


@pytest.fixture
def one(tell: Tell) -> str:
    enterprise_id = new_id()
    tell(state_event(enterprise_id, name="甲字号机械厂"))
    return enterprise_id


def put_at_level(database: Database, level: int | None, *, months: int) -> None:
    """Let everybody have a level since so many months."""
    since = datetime.now(UTC) - timedelta(days=31 * months)
    with database.transaction() as session:
        session.execute(update(grade).values(level=level, since=since))


def look(database: Database) -> None:
    """Let the timer that looks after the reports run now."""
    with database.transaction() as session:
        session.execute(update(timer).where(timer.c.kind == keeping.WATCH).values(due_at=datetime.now(UTC)))
    run_due(database, declarations(), now=datetime.now(UTC) + timedelta(seconds=1))


def told(database: Database) -> list[dict[str, Any]]:
    """Return what was told about overdue reports, in order, each with its type and sequence."""
    with database.reading() as session:
        bodies = session.scalars(
            select(outbox.c.body).where(outbox.c.type.like("risk.%overdue%")).order_by(outbox.c.id)
        )
        events = [orjson.loads(body) for body in bodies]
    return [event["data"] | {"type": event["type"].split(".")[1], "sequence": event["sequence"]} for event in events]


class TestOverdueReport:
    @pytest.mark.parametrize(("level", "months"), [(1, 7), (2, 13)])
    def test_is_told_once_when_6_or_12_months_are_over(
        self, database: Database, one: str, level: int, months: int
    ) -> None:
        put_at_level(database, level, months=months)
        look(database)
        look(database)

        [event] = told(database)
        assert (event["type"], event["kind"], event["level"], event["sequence"]) == (
            "report_overdue", "periodic", level, "1",
        )  # fmt: skip
        assert (event["enterprise_id"], datetime.fromisoformat(event["due_at"]) < datetime.now(UTC)) == (one, True)

    @pytest.mark.parametrize(("level", "months"), [(1, 5), (2, 11), (3, 40), (None, 40)])
    @pytest.mark.usefixtures("one")
    def test_is_not_told_before_nor_of_levels_3_and_4(self, database: Database, level: int | None, months: int) -> None:
        put_at_level(database, level, months=months)
        look(database)

        assert told(database) == []

    def test_about_a_new_red_point_is_told_and_listed_after_24_hours(
        self, database: Database, officer: FlaskClient, one: str
    ) -> None:
        judged = {"L": 6, "E": 6, "C": 15}
        body = {"enterprise_id": one, "place": "罐区", "hazard": "泄漏", "method": "LEC", "judged": judged}
        officer.post(f"{RISK}/risk-points", json=body)
        look(database)
        in_time = (told(database), officer.get(f"{RISK}/supervision?overdue=true").json["items"])
        with database.transaction() as session:
            session.execute(update(risk_point).values(created_at=datetime.now(UTC) - timedelta(hours=25)))

        look(database)

        listed = officer.get(f"{RISK}/supervision?overdue=true").json["items"]
        assert in_time == ([], [])
        assert [(event["type"], event["kind"]) for event in told(database)] == [("report_overdue", "event")]
        assert [(row["enterprise_id"], row["overdue"]) for row in listed] == [(one, ["event"])]

    def test_is_settled_by_the_report_at_once_and_only_once(
        self, database: Database, officer: FlaskClient, one: str
    ) -> None:
        put_at_level(database, 1, months=7)
        look(database)
        path = f"{RISK}/supervision/{one}/reports"
        officer.post(path, json={"kind": "event", "summary": "另一件事"})
        before = len(told(database))

        officer.post(path, json={"kind": "periodic", "summary": "情况平稳"})
        look(database)

        overdue, settled = told(database)
        assert (before, settled["type"], settled["sequence"]) == (1, "overdue_report_settled", "2")
        assert settled["overdue_id"] == overdue["overdue_id"]

    @pytest.mark.usefixtures("one")
    def test_is_settled_when_the_enterprise_leaves_levels_1_and_2(self, database: Database) -> None:
        put_at_level(database, 2, months=13)
        look(database)
        put_at_level(database, 3, months=0)

        look(database)

        assert [event["type"] for event in told(database)] == ["report_overdue", "overdue_report_settled"]
        with database.reading() as session:
            assert session.scalar(select(overdue_report.c.settled_at)) is not None

    def test_of_many_is_told_in_portions(self, database: Database, tell: Tell) -> None:
        many = keeping.MOST_AT_ONCE + 1
        tell(*(state_event(new_id()) for _ in range(many)))
        put_at_level(database, 1, months=7)

        with database.transaction() as session:
            has_more = keeping.review_reports(session, now=datetime.now(UTC))
        in_first_portion = len(told(database))
        look(database)

        assert (has_more, in_first_portion, len(told(database))) == (True, keeping.MOST_AT_ONCE, many)

    @pytest.mark.usefixtures("one")
    def test_is_looked_for_again_and_again(self, database: Database) -> None:
        look(database)
        with database.reading() as session:
            due_at = session.scalar(select(timer.c.due_at).where(timer.c.kind == keeping.WATCH))

        assert due_at is not None
        assert timedelta() < due_at - datetime.now(UTC) <= keeping.WATCH_EVERY + LATER


class TestScan:
    @pytest.fixture
    def token(self, officer: FlaskClient, one: str) -> str:
        return str(officer.post(f"{RISK}/codes/{one}").json["address"].rsplit("/", 1)[1])

    def test_by_an_officer_is_written_down_with_name_and_time(self, officer: FlaskClient, one: str, token: str) -> None:
        answer = officer.post(f"{RISK}/codes/scans", json={"token": token.lower()})

        shown = officer.get(f"{RISK}/codes/{one}/scans").json
        [scan] = shown["items"]
        age = datetime.now(UTC) - datetime.fromisoformat(scan["scanned_at"])
        assert (answer.status_code, scan["scanned_by"], shown["public"], age < LATER) == (204, "officer", 0, True)

    def test_by_the_public_is_only_counted(self, app: Flask, officer: FlaskClient, one: str, token: str) -> None:
        answers = [app.test_client().post(f"{RISK}/codes/public/{token}/scans").status_code for _ in range(3)]

        shown = officer.get(f"{RISK}/codes/{one}/scans").json
        assert (answers, shown["items"], shown["public"]) == ([204] * 3, [], 3)

    def test_by_the_public_waits_for_no_grading(self, database: Database, token: str) -> None:
        said: list[str] = []

        def listen(*call: Any) -> None:
            said.append(call[2])

        with database.transaction() as session:
            code = scanned_code(session, token)
            event.listen(database.engine, "before_cursor_execute", listen)
            try:
                keeping.count_scan(session, code, now=datetime.now(UTC))
            finally:
                event.remove(database.engine, "before_cursor_execute", listen)

        assert (bool(said), [statement for statement in said if re.search(r"\benterprise\b", statement)]) == (True, [])

    def test_of_a_revoked_code_leaves_no_trace(self, app: Flask, officer: FlaskClient, one: str, token: str) -> None:
        officer.post(f"{RISK}/codes/{one}/revoke", json={"reason": "遗失"})
        named = officer.post(f"{RISK}/codes/scans", json={"token": token})
        public = app.test_client().post(f"{RISK}/codes/public/{token}/scans")

        shown = officer.get(f"{RISK}/codes/{one}/scans").json
        assert [answer.json["code"] for answer in (named, public)] == ["code_not_found"] * 2
        assert (shown["items"], shown["public"]) == ([], 0)

    def test_by_somebody_of_another_area_is_refused(self, app: Flask, signer: Signer, token: str) -> None:
        foreign = signer.client(app, subject="foreign", actions=ACTIONS, divisions=["331002002"])

        answer = foreign.post(f"{RISK}/codes/scans", json={"token": token})

        assert answer.status_code == 404
