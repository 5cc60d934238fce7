"""Intermediaries over HTTP: documents decide whether they may work; contracts begin and end by the day."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.registry import subscriptions, worker
from shared.contracts.registry import ServiceContractEnded, ServiceContractStarted
from shared.database import Database
from shared.database.chassis import outbox, scope_contract
from shared.security.upkeep import keep_contracts
from shared.work.timers import run_due
from tests.integration.registry.conftest import BASE
from tests.integration.registry.intermediaries import (
    ACTIONS,
    concluded,
    day,
    documents,
    enterprise,
    in_days,
    registered,
    send,
    working,
)
from tests.support.callers import Signer
from tests.support.events import NOON, received
from tests.unit.registry.registers import code_of

Timers = Callable[[datetime], None]
CARD = "11010519491231002X"


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ACTIONS, divisions=["331002"])


@pytest.fixture
def run_timers(database: Database) -> Timers:
    """Run every timer of the registry's own that is due at a moment."""
    declarations = worker.declarations()
    own = {kind: handler for kind, handler in declarations.timers.items() if kind.startswith("registry.")}

    def run(now: datetime) -> None:
        run_due(database, type(declarations)("registry", timers=own), now=now)

    return run


def told(database: Database, words: str) -> list[tuple[str, Any]]:
    """Return what happened and the facts of the events whose type contains `words`."""
    with database.reading() as session:
        rows = session.execute(select(outbox.c.type, outbox.c.body).order_by(outbox.c.id)).all()
    return [(row.type.split(".")[1], orjson.loads(row.body)["data"]) for row in rows if words in row.type]


def kinds(database: Database, words: str) -> list[str]:
    return [kind.removeprefix("intermediary_").removeprefix("service_contract_") for kind, _ in told(database, words)]


def seen(client: FlaskClient, path: str) -> int:
    return len(client.get(f"{BASE}/{path}").get_json()["items"])


class TestRegistering:
    def test_waits_for_the_documents(self, officer: FlaskClient, database: Database) -> None:
        new = registered(officer)

        documented = send(officer, new, "/documents", documents=documents()).get_json()

        assert (new["status"], new["reason"], documented["status"]) == ("suspended", "document_missing", "registered")
        assert kinds(database, "intermediary") == ["suspended", "registered"]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [({"uscc": "12345"}, "credit_code_format"), ({"services": ["catering"]}, "service_unknown")],
    )
    def test_refuses_what_is_wrong(self, officer: FlaskClient, changes: dict[str, Any], code: str) -> None:
        assert registered(officer, **changes)["code"] == code

    def test_refuses_a_code_twice(self, officer: FlaskClient) -> None:
        registered(officer)

        assert registered(officer)["code"] == "intermediary_exists"

    def test_is_left_to_the_bureau(self, app: Flask, signer: Signer) -> None:
        street = signer.client(app, actions=ACTIONS, divisions=["331002004"])

        assert registered(street)["code"] == "whole_district_only"

    def test_masks_contacts_and_names_gaps(self, officer: FlaskClient) -> None:
        row = registered(officer, contact_name="样例人", contact_phone="13800138000", premises=80)

        assert (row["contact_name"], row["contact_phone"]) == ("样**", "138****8000")
        assert row["gaps"] == ["premises", "technicians", "documents"]

    def test_can_be_amended_and_writes_only_news(self, officer: FlaskClient) -> None:
        row = registered(officer, contact_phone="13800138000")

        same = send(officer, row, "", contact_phone="13800138000", services=["training", "hazard_check"]).get_json()
        changed = send(officer, same, "", premises=120, contact_phone="").get_json()

        assert (same["version"], changed["version"], changed["contact_phone"]) == (1, 2, "")
        assert send(officer, row, "", premises=130).status_code == 412


class TestDocuments:
    def test_suspend_on_the_day_after_they_end_and_admit_when_renewed(
        self, officer: FlaskClient, run_timers: Timers, database: Database
    ) -> None:
        row = working(officer, until=day(3))
        run_timers(in_days(3))
        run_timers(in_days(4))
        suspended = officer.get(f"{BASE}/intermediaries/{row['id']}").get_json()

        renewed = send(officer, suspended, "/documents", documents=documents(until=day(400))).get_json()

        assert (suspended["reason"], suspended["reason_document"]) == ("document_expired", "practice_notice")
        assert (renewed["status"], kinds(database, "intermediary")[-2:]) == ("registered", ["suspended", "registered"])

    def test_admit_on_the_day_on_which_they_begin(self, officer: FlaskClient, run_timers: Timers) -> None:
        later = {**documents()[0], "valid_from": day(5), "valid_until": day(9)}
        row = send(officer, registered(officer), "/documents", documents=[later, documents()[1]]).get_json()
        run_timers(in_days(5))

        now = officer.get(f"{BASE}/intermediaries/{row['id']}").get_json()

        assert (row["status"], now["status"]) == ("suspended", "registered")

    def test_say_nothing_while_the_standing_stays(self, officer: FlaskClient, run_timers: Timers) -> None:
        early, late = documents(until=day(3))[0], {**documents(until=day(30))[0], "number": "告知-2"}
        row = send(officer, registered(officer), "/documents", documents=[early, late, documents()[1]]).get_json()
        run_timers(in_days(4))

        assert officer.get(f"{BASE}/intermediaries/{row['id']}").get_json()["version"] == row["version"]

    def test_refuse_reversed_days(self, officer: FlaskClient) -> None:
        wrong = {**documents()[0], "valid_until": day(-31)}

        assert (
            send(officer, registered(officer), "/documents", documents=[wrong]).get_json()["code"] == "dates_reversed"
        )


class TestSuspension:
    def test_by_hand_holds_until_it_is_lifted(self, officer: FlaskClient) -> None:
        row = working(officer)

        stopped = send(officer, row, "/suspend", reason="转包").get_json()
        resumed = send(officer, stopped, "/resume").get_json()

        assert (stopped["status"], stopped["reason"], stopped["stop_reason"]) == ("suspended", "by_hand", "转包")
        assert (resumed["status"], resumed["stop_reason"]) == ("registered", "")

    def test_stops_new_contracts_and_leaves_the_others(self, officer: FlaskClient) -> None:
        row = working(officer)
        contract = concluded(officer, row, enterprise(officer)).get_json()
        send(officer, row, "/suspend", reason="转包")

        refused = concluded(officer, row, enterprise(officer, 2), number="合同-2").get_json()

        assert (refused["code"], refused["facts"]["reason"]) == ("intermediary_may_not_work", "by_hand")
        assert officer.get(f"{BASE}/contracts/{contract['id']}").get_json()["phase"] == "live"


class TestStaff:
    """§3.2: a technician works for one agency at a time."""

    def test_works_for_one_intermediary_at_a_time(self, officer: FlaskClient) -> None:
        first, second = working(officer, 700), working(officer, 701)
        body = {"name": "样例员", "identity": CARD, "joined_on": day(-10), "certificate": "注安-1"}
        added = officer.post(f"{BASE}/intermediaries/{first['id']}/staff", json=body).get_json()["items"][0]

        elsewhere = officer.post(f"{BASE}/intermediaries/{second['id']}/staff", json={**body, "identity": CARD.lower()})
        leave = f"{BASE}/intermediaries/{first['id']}/staff/{added['id']}/leave"
        left = officer.post(leave, json={"left_on": day(0)}).get_json()["items"][0]
        account = {"account_id": first["id"], "is_full_time": False}
        moved = officer.post(f"{BASE}/intermediaries/{second['id']}/staff", json={**body, **account})

        assert (added["name"], elsewhere.get_json()["code"], left["left_on"]) == ("样**", "staff_elsewhere", day(0))
        assert (moved.status_code, moved.get_json()["items"][0]["account_id"]) == (201, first["id"])

    def test_counts_when_full_time_with_a_certificate(self, officer: FlaskClient) -> None:
        row = working(officer)
        for number, certificate in enumerate(("注安-1", "")):
            body = {"name": "样例员", "identity": f"11010519491231{number:04}", "joined_on": day(-10)}
            officer.post(f"{BASE}/intermediaries/{row['id']}/staff", json={**body, "certificate": certificate})

        assert officer.get(f"{BASE}/intermediaries/{row['id']}").get_json()["technicians"] == 1
        assert seen(officer, f"intermediaries/{row['id']}/staff") == 2

    @pytest.mark.parametrize(("left_on", "code"), [(day(-11), "dates_reversed"), (day(0), "staff_not_found")])
    def test_leaves_once_and_after_joining(self, officer: FlaskClient, left_on: str, code: str) -> None:
        row = working(officer)
        body = {"name": "样例员", "identity": CARD, "joined_on": day(-10)}
        added = officer.post(f"{BASE}/intermediaries/{row['id']}/staff", json=body).get_json()["items"][0]
        leave = f"{BASE}/intermediaries/{row['id']}/staff/{added['id']}/leave"
        if code == "staff_not_found":
            officer.post(leave, json={"left_on": left_on})

        assert officer.post(leave, json={"left_on": left_on}).get_json()["code"] == code


class TestContract:
    def test_begins_and_ends_by_its_days(self, officer: FlaskClient, run_timers: Timers, database: Database) -> None:
        days = {"starts_on": day(2), "ends_on": day(4)}
        row = concluded(officer, working(officer), enterprise(officer), **days).get_json()
        phases = []
        for count in (1, 2, 4, 5):
            run_timers(in_days(count))
            phases.append(officer.get(f"{BASE}/contracts/{row['id']}").get_json()["phase"])

        assert phases == ["planned", "live", "live", "ended"]
        assert [(kind, facts["reason"]) for kind, facts in told(database, "service_contract")] == [
            ("service_contract_started", ""),
            ("service_contract_ended", "expired"),
        ]

    def test_lets_the_inspectors_see_exactly_those_enterprises(
        self, officer: FlaskClient, app: Flask, signer: Signer
    ) -> None:
        firm, other = working(officer), working(officer, 701)
        mine, foreign, later = (enterprise(officer, number) for number in (1, 2, 3))
        contract = concluded(officer, firm, mine).get_json()
        concluded(officer, other, foreign)
        concluded(officer, firm, later, number="合同-2", starts_on=day(2))
        inspector = signer.client(app, actions=ACTIONS, intermediary_id=firm["id"])
        before = [row["id"] for row in inspector.get(f"{BASE}/enterprises").get_json()["items"]]
        send(officer, contract, "/end", kind="contracts", reason="解除")

        after = [seen(inspector, path) for path in ("enterprises", "contracts", "intermediaries")]

        assert (before, after) == ([mine], [0, 0, 1])

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"services": ["detection"]}, "intermediary_may_not_work"),
            ({"services": ["catering"]}, "service_unknown"),
            ({"ends_on": day(-2)}, "dates_reversed"),
            ({"enterprise_id": "01932f7e-5c00-7a10-8b21-0c4d5e6f7aff"}, "enterprise_not_found"),
            ({"intermediary_id": "01932f7e-5c00-7a10-8b21-0c4d5e6f7aff"}, "intermediary_not_found"),
        ],
    )
    def test_is_refused_when_it_cannot_be(self, officer: FlaskClient, changes: dict[str, Any], code: str) -> None:
        assert concluded(officer, working(officer), enterprise(officer), **changes).get_json()["code"] == code

    def test_has_one_number_per_intermediary(self, officer: FlaskClient) -> None:
        firm, one = working(officer), enterprise(officer)
        concluded(officer, firm, one)

        assert concluded(officer, firm, one).get_json()["code"] == "contract_exists"

    def test_can_be_extended_and_is_told_again(
        self, officer: FlaskClient, run_timers: Timers, database: Database
    ) -> None:
        row = concluded(officer, working(officer), enterprise(officer), ends_on=day(2)).get_json()
        longer = send(officer, row, "", kind="contracts", ends_on=day(6)).get_json()
        same = send(officer, longer, "", kind="contracts", ends_on=day(6)).get_json()
        run_timers(in_days(3))

        phase = officer.get(f"{BASE}/contracts/{row['id']}").get_json()["phase"]

        assert (longer["version"] - row["version"], same["version"] - longer["version"], phase) == (1, 0, "live")
        assert kinds(database, "service_contract") == ["started", "started"]

    def test_of_the_past_is_written_down_and_told_to_nobody(self, officer: FlaskClient, database: Database) -> None:
        days = {"starts_on": day(-20), "ends_on": day(-10)}

        row = concluded(officer, working(officer), enterprise(officer), **days).get_json()

        assert (row["phase"], row["end_reason"], told(database, "service_contract")) == ("ended", "expired", [])

    def test_is_over_once_it_was_ended(self, officer: FlaskClient, database: Database) -> None:
        row = concluded(officer, working(officer), enterprise(officer)).get_json()
        ended = send(officer, row, "/end", kind="contracts", reason="解除").get_json()
        with database.transaction() as session:
            subscriptions.on_contract_day(session, row["id"], now=in_days(0))

        again = send(officer, ended, "", kind="contracts", visits_per_year=4).get_json()

        assert (ended["phase"], ended["end_reason"], again["code"]) == ("ended", "解除", "contract_ended")
        assert kinds(database, "service_contract") == ["started", "ended"]


class TestWhoSeesWhat:
    def test_follows_the_area(self, officer: FlaskClient, app: Flask, signer: Signer) -> None:
        firm = working(officer)
        here, there = enterprise(officer, 1), enterprise(officer, 2, address="椒江区三甲街道样例路")
        for number, one in enumerate((here, there)):
            concluded(officer, firm, one, number=f"合同-{number}")
        callers = {
            "bureau": {"divisions": ["331002"]},
            "street": {"divisions": ["331002004"]},
            "grid": {"grids": ["none"]},
            "enterprise": {"enterprise_id": there},
            "stranger": {"divisions": ["331003001"]},
            "unrelated": {"enterprise_id": firm["id"]},
        }
        clients = {name: signer.client(app, actions=ACTIONS, **claims) for name, claims in callers.items()}

        counts = {name: (seen(one, "intermediaries"), seen(one, "contracts")) for name, one in clients.items()}

        assert counts == {
            "bureau": (1, 2),
            "street": (1, 1),
            "grid": (1, 0),
            "enterprise": (1, 1),
            "stranger": (0, 0),
            "unrelated": (0, 0),
        }

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("intermediaries?q=700", 1),
            (f"intermediaries?q={code_of(701)}", 1),
            ("intermediaries?status=suspended", 1),
            ("contracts?phase=live", 1),
            ("contracts?phase=planned", 0),
            (f"contracts?ends_before={day(10)}", 0),
            ("contracts?q=样例1厂", 1),
            ("contracts?q=合同-9", 0),
        ],
    )
    def test_can_be_filtered(self, officer: FlaskClient, query: str, count: int) -> None:
        firm = working(officer)
        registered(officer, 701)
        concluded(officer, firm, enterprise(officer))

        assert seen(officer, query) == count

    def test_can_be_asked_for_one_side(self, officer: FlaskClient) -> None:
        firm, one = working(officer), enterprise(officer)
        concluded(officer, firm, one)

        sides = (f"intermediary_id={firm['id']}", f"enterprise_id={one}", f"enterprise_id={firm['id']}")

        assert [seen(officer, f"contracts?{side}") for side in sides] == [1, 1, 0]
        assert officer.get(f"{BASE}/contracts/{one}").status_code == 404

    def test_is_offered_as_kinds(self, officer: FlaskClient) -> None:
        offered = officer.get(f"{BASE}/intermediaries/kinds").get_json()

        assert [one["id"] for one in offered["documents"] if one["is_required"]] == ["practice_notice", "qualification"]


class TestOtherServices:
    def test_keep_the_newest_state_of_a_contract_in_any_order(self, database: Database) -> None:
        facts = {
            "contract_id": "01932f7e-5c00-7a10-8b21-0c4d5e6f7b30",
            "enterprise_id": "01932f7e-5c00-7a10-8b21-0c4d5e6f7a90",
            "intermediary_id": "01932f7e-5c00-7a10-8b21-0c4d5e6f7b20",
            "starts_at": "2026-01-01T00:00:00+08:00",
        }
        started = received(ServiceContractStarted(**facts, ends_at="2027-01-01T00:00:00+08:00"), sequence=1)
        ended = received(ServiceContractEnded(**facts, ends_at="2026-06-01T00:00:00+08:00"), sequence=2)
        for batch in ([ended], [started]):
            with database.transaction() as session:
                keep_contracts(session, batch, now=NOON)

        with database.reading() as session:
            assert session.scalar(select(scope_contract.c.ends_at)) == datetime.fromisoformat(ended.data.ends_at)

    def test_can_ask_for_the_present_state(self, officer: FlaskClient, database: Database) -> None:
        firm = working(officer)
        registered(officer, 701)
        concluded(officer, firm, enterprise(officer))
        concluded(officer, firm, enterprise(officer, 2), number="合同-2", starts_on=day(5))
        with database.reading() as session:
            first = subscriptions.current_intermediaries(session, None, 1)
            rest = subscriptions.current_intermediaries(session, first[-1].key, 5)
            contracts = subscriptions.current_contracts(session, None, 5)
            none = subscriptions.current_contracts(session, contracts[-1].key, 5)

        assert [one.event.uscc for one in (*first, *rest)] == [code_of(700), code_of(701)]
        assert ([type(one.event).__name__ for one in contracts], none) == (["ServiceContractStarted"], [])
