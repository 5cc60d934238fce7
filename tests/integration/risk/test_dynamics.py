"""Dynamic rules end to end in one service: an event comes, the grade follows, the cause ends, the grade is back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.risk.subscriptions import on_occurrence
from services.risk.tables import applied_rule, enterprise, grade, grade_history, occurrence
from services.risk.worker import declarations
from shared.contracts import contract_of
from shared.contracts.credit import AccidentRecorded, PenaltyDecided, PenaltyWithdrawn, SubjectDelisted, SubjectListed
from shared.contracts.inspections import HazardClosed, HazardFound, HazardOverdue, ReportSubstantiated
from shared.contracts.permits import CommitmentMade, CommitmentMissed
from shared.contracts.registry import EnterpriseUpdated
from shared.database import Database
from shared.database.chassis import outbox
from shared.errors import NotYet
from shared.events.received import Received
from shared.ids import new_id
from shared.work.timers import run_due
from tests.integration.risk.conftest import NOW, Tell, feature, state_event
from tests.support.callers import Signer

DAY = timedelta(days=1)
GRADES = "/api/v1/risk/grades"
SAFE = {
    "hazchem_production": feature("no", origin="confirmed"),
    "hazchem_storage_trade": feature("no", origin="confirmed"),
}

Happen = Callable[..., None]


@pytest.fixture
def one(tell: Tell) -> str:
    """Return the id of a blue enterprise."""
    enterprise_id = new_id()
    tell(state_event(enterprise_id, headcount=10, features=SAFE))
    return enterprise_id


@pytest.fixture
def happen(database: Database) -> Happen:
    """Return a function that lets risk receive events of other services in one batch."""

    def receive(*events: Any, at: datetime = NOW, now: datetime | None = None) -> None:
        received = [received_event(event, at) for event in events]
        with database.transaction() as session:
            on_occurrence(session, received, now=now or at)

    return receive


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    actions = ["grade:read", "fact:write", "grade:review"]
    return signer.client(app, subject="officer", actions=actions, divisions=["331002"])


def received_event(event: Any, at: datetime) -> Received[Any]:
    contract = contract_of(type(event))
    subject = getattr(event, contract.subject)
    return Received(new_id(), contract.name, contract.source, subject, 1, at, "", "", "", "", event)


def level(database: Database, enterprise_id: str) -> int | None:
    with database.reading() as session:
        found: int | None = session.execute(
            select(grade.c.level).where(grade.c.enterprise_id == enterprise_id)
        ).scalar_one()
    return found


def told(database: Database, name: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        rows = session.scalars(select(outbox.c.body).where(outbox.c.type == name).order_by(outbox.c.id))
        return [orjson.loads(body)["data"] for body in rows]


def pass_time(database: Database, now: datetime) -> None:
    run_due(database, declarations(), now=now)


class TestCause:
    def test_makes_red_and_its_end_gives_the_underlying_grade_back(
        self, database: Database, happen: Happen, one: str
    ) -> None:
        hazard = {"hazard_id": new_id(), "enterprise_id": one, "level": "major"}
        happen(HazardFound(**hazard), HazardOverdue(**hazard, deadline="2026-02-28"))
        during = level(database, one)

        happen(HazardClosed(**hazard), at=NOW + DAY)

        assert (during, level(database, one)) == (1, 4)

    def test_is_told_when_it_counts_and_when_it_is_lifted(self, database: Database, happen: Happen, one: str) -> None:
        listing = new_id()
        happen(SubjectListed(listing_id=listing, enterprise_id=one, managed_until="2029-03-01"))
        happen(SubjectDelisted(listing_id=listing, enterprise_id=one), at=NOW + DAY)

        [applied] = told(database, "risk.dynamic_rule_applied.v1")
        [lifted] = told(database, "risk.dynamic_rule_lifted.v1")
        assert (applied["rule"], applied["effects"], applied["causes"]) == ("DY-05", ["red"], [f"listing:{listing}"])
        assert applied["until"].startswith("2029-03-01T16:00")
        assert lifted["application_id"] == applied["application_id"]

    def test_that_comes_twice_changes_nothing(self, database: Database, happen: Happen, one: str) -> None:
        listed = SubjectListed(listing_id=new_id(), enterprise_id=one)
        happen(listed)
        happen(listed)

        with database.reading() as session:
            assert [row.level for row in session.execute(select(grade_history).order_by("sequence"))] == [4, 1]

    def test_of_an_enterprise_that_has_not_arrived_waits(self, happen: Happen) -> None:
        with pytest.raises(NotYet) as waiting:
            happen(ReportSubstantiated(report_id=new_id(), enterprise_id="0192f0a0-0000-7000-8000-000000000009"))

        assert waiting.value.key == "enterprise:0192f0a0-0000-7000-8000-000000000009"

    def test_counts_in_the_pool_without_a_new_grade(self, database: Database, happen: Happen, one: str) -> None:
        happen(ReportSubstantiated(report_id=new_id(), enterprise_id=one))

        [applied] = told(database, "risk.dynamic_rule_applied.v1")
        assert (applied["rule"], applied["effects"], level(database, one)) == ("DY-08", ["key_inspection"], 4)

    @pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
    def test_commutes(self, database: Database, happen: Happen, one: str, order: tuple[int, ...]) -> None:
        penalty = [{"penalty_id": f"p{n}", "enterprise_id": one} for n in range(2)]
        events = [
            (PenaltyDecided(**penalty[0], decided_on="2026-01-10"), NOW),
            (PenaltyDecided(**penalty[1], decided_on="2026-02-10"), NOW),
            (CommitmentMissed(commitment_id="a", enterprise_id=one, day="2026-02-27"), NOW),
            (CommitmentMade(commitment_id="b", enterprise_id=one, day="2026-02-28"), NOW),
        ]

        for place in order:
            happen(events[place][0], at=events[place][1])

        with database.reading() as session:
            counting = session.execute(select(applied_rule).where(applied_rule.c.lifted_at.is_(None))).all()
        assert ([(row.rule, row.causes) for row in counting], level(database, one)) == (
            [("DY-07", ["penalty:p0", "penalty:p1"])],
            3,
        )

    def test_ends_before_it_began(self, database: Database, happen: Happen, one: str) -> None:
        penalties = [{"penalty_id": new_id(), "enterprise_id": one} for _ in range(2)]
        happen(PenaltyWithdrawn(**penalties[0]), at=NOW)
        happen(*(PenaltyDecided(**one_, decided_on="2026-02-20") for one_ in penalties))

        assert level(database, one) == 4


class TestTime:
    def test_lifts_by_timer_what_only_lasts_a_year(self, database: Database, happen: Happen, one: str) -> None:
        happen(*(PenaltyDecided(penalty_id=new_id(), enterprise_id=one, decided_on="2026-02-20") for _ in range(2)))
        end = datetime(2027, 2, 19, 16, tzinfo=UTC)  # midnight in China, a year after the day of the penalties
        levels = []

        for moment in (end - timedelta(seconds=1), end):
            pass_time(database, moment)
            levels.append(level(database, one))

        assert levels == [3, 4]

    def test_lets_an_accident_weigh_until_it_is_reviewed_and_then_step_by_step(
        self, database: Database, happen: Happen, one: str, officer: FlaskClient, app: Flask
    ) -> None:
        happen(AccidentRecorded(accident_id=new_id(), enterprise_id=one, occurred_on="2025-02-20", deaths=1), at=NOW)
        before = level(database, one)  # more than a year ago, but nobody has looked

        answer = officer.post(f"{GRADES}/{one}/review", json={"reason": "整改到位，现场复核"})

        assert (before, answer.status_code, level(database, one)) == (1, 204, 2)
        rules = officer.get(f"{GRADES}/{one}/rules").json["items"]
        assert [(rule["rule"], rule["phase"], rule["best"]) for rule in rules if rule["best"]] == [
            ("DY-02", "stepping", 2)
        ]

    def test_refuses_a_review_while_nothing_waits_for_one(self, officer: FlaskClient, one: str) -> None:
        answer = officer.post(f"{GRADES}/{one}/review", json={"reason": "无" * 2})

        assert (answer.status_code, answer.json["code"]) == (409, "nothing_to_review")


class TestRedOfTheCard:
    def declare(self, client: FlaskClient, one: str, facts: dict[str, Any], version: int) -> None:
        answer = client.put(f"/api/v1/risk/facts/{one}", json={"facts": facts}, headers={"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text

    def veto(self) -> dict[str, Any]:
        return {"hazchem_production": {"value": "yes"}, "major_accident_3y": {"value": 2}}

    def test_is_told_as_dy_01(self, database: Database, officer: FlaskClient, one: str) -> None:
        self.declare(officer, one, self.veto(), 0)

        [applied] = told(database, "risk.dynamic_rule_applied.v1")
        assert (applied["rule"], applied["causes"], level(database, one)) == ("DY-01", ["veto:"], 1)

    def test_taken_back_within_a_day_has_never_been(self, database: Database, officer: FlaskClient, one: str) -> None:
        self.declare(officer, one, self.veto(), 0)
        self.declare(officer, one, {"hazchem_production": {"value": "no"}}, 1)

        assert (level(database, one), len(told(database, "risk.dynamic_rule_lifted.v1"))) == (4, 1)

    def test_that_ends_later_waits_for_the_review(self, database: Database, officer: FlaskClient, one: str) -> None:
        self.declare(officer, one, self.veto(), 0)
        with database.transaction() as session:
            session.execute(update(occurrence).values(began_at=NOW - 40 * DAY))

        self.declare(officer, one, {"hazchem_production": {"value": "no"}}, 1)

        waiting = level(database, one)
        officer.post(f"{GRADES}/{one}/review", json={"reason": "已复核"})
        assert (waiting, level(database, one)) == (1, 2)


class TestImprovement:
    EARNED = {
        **{name: {"value": "no"} for name in ("hazchem_production", "hazchem_storage_trade")},
        **{name: {"value": "yes"} for name in ("no_dual_prevention", "no_safety_staff", "no_accident_5y")},
        "std_level": {"value": "1"},
        "fatal_1_2_accident_3y": {"value": "no"},
        "open_major_hazards": {"value": 2},
    }

    def test_of_dy_12_raises_by_one_level_until_a_hazard_is_open(
        self, database: Database, officer: FlaskClient, happen: Happen, one: str
    ) -> None:
        score = self.declare(officer, one, coating="yes")
        improved = level(database, one)

        happen(HazardFound(hazard_id=new_id(), enterprise_id=one, level="major"))

        assert (score, improved, level(database, one)) == (89.0, 4, 3)

    def test_never_passes_what_the_inherent_hazards_allow(
        self, database: Database, officer: FlaskClient, one: str
    ) -> None:
        score = self.declare(officer, one, metal_smelting="yes")

        assert (score, level(database, one)) == (82.0, 3)

    def declare(self, officer: FlaskClient, one: str, **facts: str) -> float:
        body = {"facts": {**self.EARNED, **{name: {"value": value} for name, value in facts.items()}}}
        answer = officer.put(f"/api/v1/risk/facts/{one}", json=body, headers={"If-Match": '"0"'})
        assert answer.status_code == 200, answer.text
        found: float = officer.get(f"{GRADES}/{one}").json["score"]
        return found


class TestLongStop:
    def test_freezes_in_grey_and_thaws(self, database: Database, tell: Tell, one: str) -> None:
        tell(state_event(one, kind=EnterpriseUpdated, sequence=2, headcount=10, features=SAFE, supervision="ceased"))
        stopped = level(database, one)

        tell(state_event(one, kind=EnterpriseUpdated, sequence=3, headcount=10, features=SAFE))

        applied = [event["rule"] for event in told(database, "risk.dynamic_rule_applied.v1")]
        assert (stopped, level(database, one), applied) == (None, 4, ["DY-13"])

    def test_leaves_the_adjustments_of_a_deregistered_enterprise(
        self, database: Database, tell: Tell, happen: Happen, one: str
    ) -> None:
        happen(SubjectListed(listing_id=new_id(), enterprise_id=one))

        tell(state_event(one, kind=EnterpriseUpdated, sequence=2, status="deregistered"))

        with database.reading() as session:
            kept = session.scalar(select(enterprise.c.adjustments))
        assert (level(database, one), kept) == (None, {"is_red": True, "rules": ["DY-05"]})


class TestTable:
    def test_is_open_to_everyone(self, app: Flask) -> None:
        rules = app.test_client().get("/api/v1/risk/dynamic-rules").json["items"]

        assert [rule["id"] for rule in rules][:2] == ["DY-01", "DY-02"]
        assert (rules[0]["source"], rules[0]["status"]) == ("应急〔2018〕19号", "official")
