"""Hazardous work in figures: each number is that of the rows behind it, on both databases, in the own area only."""

import csv
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from services.permits.domain.commitments import month_of
from services.permits.queries.enterprises import start_of
from services.permits.rules.permitting import permit_rules
from services.permits.rules.statistics import statistics_rules
from services.permits.tables import permit, permit_step, pilot, review, stop_order
from shared.clock import business_date
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import COMMITMENTS, DIVISION, NOW, PERMITS, Caller, known_enterprise
from tests.integration.permits.permitting import WORK
from tests.integration.permits.test_enterprise_files import promised

STATISTICS = f"{PERMITS}/statistics"
ELSEWHERE = "331002002"
LAST = month_of(business_date(NOW)) - timedelta(days=1)  # the last day of last month
FIRST = month_of(LAST)
DAYS = {"from": str(FIRST), "to": str(LAST + timedelta(days=1))}


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


def kept(database: Database, enterprise_id: str, *, day: date, took: float = 0, **facts: Any) -> str:
    """Keep a permit that was to begin on a day; ``took`` are the minutes from its submission to its approval."""
    starts_at = start_of(day) + timedelta(hours=8)
    named = ("number", "ruleset", "ruleset_version", "place", "cause", "reason", "reason_code", "computed_level")
    texts = dict.fromkeys(named, "")
    documents = {name: {} for name in ("why", "terms", "facts", "form", "analysis", "warned", "reason_about")}
    flags = dict.fromkeys(("is_open", "is_live", "is_frozen", "is_alerting"), False)
    row = {
        "id": new_id(), "enterprise_id": enterprise_id, "version": 1, "told": 0, "state": "closed", "kind": "hot_work",
        "level": "L1", "description": "x", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=8),
        "applied_by": "a", "applied_at": starts_at, "alerts": [], **texts, **documents, **flags,
    }  # fmt: skip
    row |= {"approved_at": starts_at + timedelta(minutes=took)} if took else {}
    with database.transaction() as session:
        session.execute(insert(permit).values(row | facts))
    if took:
        stepped(database, str(row["id"]), "submit", at=starts_at - timedelta(days=1))
        stepped(database, str(row["id"]), "submit", at=starts_at, version=2)
    return str(row["id"])


def stepped(
    database: Database, permit_id: str, event: str, *, at: datetime = NOW, version: int = 1, **given: Any
) -> None:
    """Keep a step of a permit."""
    row = {"permit_id": permit_id, "version": version, "event": event, "rule": "", "state": "", "by": "a", "at": at}
    with database.transaction() as session:
        session.execute(insert(permit_step).values({**row, "given": given}))


def figures(client: FlaskClient, **query: str) -> dict[str, Any]:
    answer = client.get(STATISTICS, query_string=DAYS | query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def rows(client: FlaskClient, **query: Any) -> int:
    given = {name: value for name, value in query.items() if value}
    return len(client.get(WORK, query_string={**DAYS, **given}).json["items"])


class TestPermits:
    def test_are_counted_as_their_rows(self, database: Database, officer: FlaskClient, enterprise_id: str) -> None:
        other = known_enterprise(database, division=ELSEWHERE, subdistrict=ELSEWHERE)
        kept(database, enterprise_id, day=LAST)
        kept(database, enterprise_id, day=LAST, state="active", is_live=True)
        kept(database, enterprise_id, day=LAST + timedelta(days=1), state="expired", kind="height", level="II")
        kept(database, other, day=LAST, state="archived")
        kept(database, other, day=FIRST - timedelta(days=1))

        found = figures(officer)

        assert found["total"] == rows(officer) == 4
        states = {group["id"]: ",".join(group["states"]) for group in found["groups"]}
        for table in ("by_level", "by_month", "by_subdistrict"):
            assert sum(row["total"] for row in found[table]) == 4
        for row in (*found["by_level"], *found["by_subdistrict"]):
            own = {name: row.get(name) for name in ("kind", "level", "subdistrict")}
            shown = {group: rows(officer, states=states[group], **own) for group in row["groups"]}
            assert (shown, rows(officer, **own)) == (row["groups"], row["total"])
        assert [(row["month"], row["total"]) for row in found["by_month"]] == [
            (f"{LAST:%Y-%m}", 3), (f"{LAST + timedelta(days=1):%Y-%m}", 1),
        ]  # fmt: skip

    def test_of_one_month_one_kind_or_one_place_are_counted_alone(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        kept(database, enterprise_id, day=LAST)
        kept(database, enterprise_id, day=LAST, kind="height", level="II")

        alone = {"to": str(LAST), "kind": "height", "subdistrict": DIVISION[:9]}

        assert [row["month"] for row in figures(officer, **alone)["by_month"]] == [f"{LAST:%Y-%m}"]
        assert figures(officer, **alone)["total"] == 1
        assert figures(officer, subdistrict=ELSEWHERE)["total"] == 0


class TestReasons:
    def test_of_suspensions_count_permits_and_times(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        one, other = (kept(database, enterprise_id, day=LAST) for _ in range(2))
        for version, given in enumerate(({"cause": "gas"}, {"cause": "gas"}, {}), 3):
            stepped(database, one, "suspend", version=version, **given)
        stepped(database, other, "suspend", version=3, cause="gas")

        found = figures(officer)["suspensions"]

        assert found == [{"cause": "gas", "count": 2, "times": 3}, {"cause": "break", "count": 1, "times": 1}]
        assert [rows(officer, cause=row["cause"]) for row in found] == [2, 1]

    def test_of_endings_are_what_was_written(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        for state, reason in (("void", "计划取消"), ("void", "计划取消"), ("expired", ""), ("closed", "")):
            kept(database, enterprise_id, day=LAST, state=state, reason=reason)
        for number in "1", "2":  # of two permits, for the same reason of the rules
            kept(database, enterprise_id, day=LAST, state="expired", reason=f"{number} closed", reason_code="related")

        found = figures(officer)["endings"]

        assert [(row["state"], row["reason_code"], row["reason"], row["count"]) for row in found] == [
            ("expired", "related", "", 2),
            ("void", "", "计划取消", 2),
            ("expired", "", "", 1),
        ]
        assert rows(officer, state="void", reason="计划取消") == 2
        assert rows(officer, state="expired", has_reason="false") == 1
        assert rows(officer, state="expired", reason_code="related") == 2

    def test_of_stop_orders_are_their_basis(self, database: Database, officer: FlaskClient, enterprise_id: str) -> None:
        signed_at = start_of(LAST) + timedelta(hours=9)
        for number, (basis, state) in enumerate(
            (("安全生产法", "lifted"), ("安全生产法", "lifted"), ("消防法", "in_force"))
        ):
            order(database, enterprise_id, number, basis=basis, state=state, signed_at=signed_at)
        order(database, enterprise_id, 9, basis="安全生产法", state="lifted", signed_at=NOW - timedelta(days=400))

        found = figures(officer)["orders"]

        assert {(row["state"], row["basis"]): row["count"] for row in found} == {
            ("lifted", "安全生产法"): 2, ("in_force", "消防法"): 1,
        }  # fmt: skip
        listed = officer.get(f"{PERMITS}/stop-orders", query_string={**DAYS, "state": "lifted", "basis": "安全生产法"})
        assert len(listed.json["items"]) == 2


class TestApprovals:
    def test_take_a_median_and_a_ninth_decile_that_occurred(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        for minutes in (10, 20, 30, 40, 50, 60, 70, 80, 90, 200):
            kept(database, enterprise_id, day=LAST, took=minutes)
        kept(database, enterprise_id, day=LAST, took=15, kind="lifting", level="L3")
        kept(database, enterprise_id, day=LAST, state="rejected")

        found = {row["kind"]: row for row in figures(officer)["approvals"]}

        times = ("count", "median_minutes", "p90_minutes")
        assert {kind: tuple(row[name] for name in times) for kind, row in found.items()} == {
            "hot_work": (10, 50, 90),
            "lifting": (1, 15, 15),
            "": (11, 50, 90),
        }
        assert rows(officer, is_approved="true", kind="hot_work", level="L1") == 10

    def test_are_none_where_nothing_was_approved(self, officer: FlaskClient) -> None:
        assert figures(officer)["approvals"] == []


class TestPromises:
    def test_are_counted_as_their_rows(self, database: Database, officer: FlaskClient, enterprise_id: str) -> None:
        marks: tuple[dict[str, Any], ...] = (
            {},
            {"is_late": True, "is_missed": True},
            {"is_missed": True, "signed_at": None},
        )
        for back, own in enumerate(marks):
            promised(database, enterprise_id, LAST - timedelta(days=back), **own)
        promised(database, enterprise_id, LAST + timedelta(days=1), is_disputed=True)

        found = figures(officer)["commitments"]

        names = ("month", "owed", "made", "late", "missed", "disputed")
        assert [tuple(row[name] for name in names) for row in found] == [
            (f"{LAST:%Y-%m}", 3, 1, 1, 2, 0),
            (f"{LAST + timedelta(days=1):%Y-%m}", 1, 1, 0, 0, 1),
        ]
        listed = officer.get(COMMITMENTS, query_string={"from": str(FIRST), "to": str(LAST), "mark": "missed"})
        assert len(listed.json["items"]) == 2


class TestPilotReviews:
    def test_are_counted_by_what_was_answered(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        for outcome in ("received", "advised", "released", "released"):
            reviewed(database, enterprise_id, outcome, asked_at=start_of(LAST))
        reviewed(database, enterprise_id, "received", asked_at=start_of(FIRST) - timedelta(days=3))

        found = {row["outcome"]: row["count"] for row in figures(officer)["reviews"]}

        assert (found["received"], found["advised"], found["released"]) == (1, 1, 2)
        listed = officer.get(
            f"{PERMITS}/reviews", query_string={**DAYS, "outcome": "released", "subdistrict": DIVISION[:9]}
        )
        assert len(listed.json["items"]) == 2


class TestWhoAsks:
    def test_is_told_of_the_own_area_only(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        kept(database, enterprise_id, day=LAST, took=5)
        promised(database, enterprise_id, LAST)
        street = caller("subdistrict_officer", divisions=[ELSEWHERE])

        found = figures(street)

        assert (found["total"], found["approvals"], found["commitments"]) == (0, [], [])

    def test_gets_permits_alone_as_another_agency(self, caller: Caller) -> None:
        grants = {"permit:read": {"divisions": ["331002"], "fields": ["total", "reviews", "orders", "commitments"]}}

        found = figures(caller("bureau_officer", client_id="c-1", grants=grants))

        assert {"orders", "commitments", "reviews"} & found.keys() == set()

    @pytest.mark.parametrize(
        "days",
        [
            {"from": "2026-02-01", "to": "2026-01-01"},
            {"from": "2024-01-01", "to": "2026-01-01"},
            {"from": "2026-01-01"},
        ],
        ids=["backwards", "too many", "open"],
    )
    def test_names_days_that_can_be_counted(self, officer: FlaskClient, days: dict[str, str]) -> None:
        assert officer.get(STATISTICS, query_string=days).status_code == 422


class TestTheFile:
    def test_has_every_figure_with_what_it_counts(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        kept(database, enterprise_id, day=LAST, took=12, state="void", reason="计划取消")
        promised(database, enterprise_id, LAST)

        answer = officer.get(f"{STATISTICS}.csv", query_string=DAYS)

        head, *lines = csv.reader(StringIO(answer.data.decode("utf-8-sig")))
        parts = statistics_rules().parts
        assert (head[0], answer.mimetype) == ("统计项", "text/csv")
        month = f"{LAST:%Y-%m}"
        assert [parts["permits"], month, DIVISION[:9], "hot_work", "L1", "void", "", "1", "", ""] in lines
        assert [parts["endings"], "", "", "", "", "void", "计划取消", "1", "", ""] in lines
        assert [parts["approvals"], "", "", "hot_work", "L1", "", "", "1", "12.0", "12.0"] in lines
        assert [parts["commitments"], month, DIVISION[:9], "", "", "made", "", "1", "", ""] in lines
        assert {line[0] for line in lines} <= set(parts.values())


class TestGroups:
    def test_hold_every_state_once(self) -> None:
        grouped = [state for group in statistics_rules().groups for state in group.states]

        assert sorted(grouped) == sorted(set(permit_rules().machine.states) - {"new"})


def order(database: Database, enterprise_id: str, number: int, **facts: Any) -> None:
    """Keep a stop order as it was left."""
    texts = dict.fromkeys(("second_by", "alone_because", "lifted_by", "lifted_because"), "")
    row = {"id": new_id(), "enterprise_id": enterprise_id, "number": f"{number}号", "year": 2026, "is_whole": True}
    row |= {"permit_ids": [], "job_ids": [], "reason": "r", "is_open": False, "version": 1, "signed_by": "a"}
    with database.transaction() as session:
        session.execute(insert(stop_order).values(row | texts | facts))


def reviewed(database: Database, enterprise_id: str, outcome: str, *, asked_at: datetime) -> None:
    """Keep a review with its pilot."""
    own = {
        "id": new_id(),
        "division": DIVISION[:9],
        "document": "d",
        "starts_on": FIRST,
        "ends_on": LAST,
        "is_ended": False,
    }
    own |= {"colours": [], "kinds": [], "decided_by": "a", "decided_at": asked_at, "ended_by": "", "ended_because": ""}
    row = {
        "id": new_id(),
        "pilot_id": own["id"],
        "job_id": new_id(),
        "enterprise_id": enterprise_id,
        "kind": "hot_work",
    }
    row |= {
        "colour": "red",
        "outcome": outcome,
        "asked_at": asked_at,
        "due_at": asked_at,
        "answered_by": "",
        "reason": "",
    }
    with database.transaction() as session:
        session.execute(insert(pilot).values({**own, "ended_by": "", "ended_because": ""}))
        session.execute(insert(review).values({**row, "answered_by": "", "reason": ""}))
