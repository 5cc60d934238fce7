"""The chain from a register row to the map, on the full stack, and the rights that the parts of the stack have."""

import json
from typing import Any

import psycopg
import pytest

from deploy.demonstration import write_register
from deploy.demonstration.register import credit_code
from deploy.native import PostgreSQL, RabbitMQ
from deploy.provision import APPEND_ONLY, Secrets, create_databases, environment_of, grant_to_application
from shared.services import service_names
from tests.support.running import FullStack, wait_for

ROWS = 600
pytestmark = pytest.mark.parametrize("started", ["stack"], indirect=True)
TWINS = ("91331002MA28H90012", "91331002MA28H90020")


@pytest.fixture(scope="module")
def result(stack: FullStack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what became of a generated register that was imported into the stack and handled everywhere.

    ``before`` are the figures of the map before: other tests have enterprises on it.
    """
    before = stack.summary()
    register = write_register(tmp_path_factory.mktemp("register") / "register.csv", ROWS)
    outcome = stack.finished(stack.begin_import(register))
    report = stack.reconciled()
    return {**outcome, "register": register, "reconciled": report["status"], "before": before}


class TestImportedRegister:
    def test_is_graded_and_on_the_map(self, stack: FullStack, result: dict[str, Any]) -> None:
        figures, before = stack.summary(), result["before"]

        assert (result["accepted"], result["refused"], result["reconciled"]) == (ROWS, 0, 0)
        assert figures["enterprises"] - before["enterprises"] == ROWS
        assert sum(figures["by_level"].values()) - sum(before["by_level"].values()) == ROWS
        assert figures["placed"] + figures["unplaced"] + figures["other_county"] == figures["enterprises"]

    def test_is_unchanged_when_it_comes_again(self, stack: FullStack, result: dict[str, Any]) -> None:
        again = stack.finished(stack.begin_import(result["register"]))

        assert (again["accepted"], again["unchanged"]) == (0, ROWS)

    def test_says_why_an_enterprise_has_its_colour(self, stack: FullStack, result: dict[str, Any]) -> None:
        client = stack.client()
        found = client.call("GET", "registry/enterprises", params={"uscc": credit_code(0)})["items"][0]

        grade = client.call("GET", f"risk/grades/{found['id']}")

        assert (grade["provisional"], grade["card"] != "", grade["reasons"] != []) == (True, True, True)


class TestMerge:
    """Two entries come to the map, become one, and leave it again: the figures end as they began."""

    def test_reaches_every_service_and_leaves_the_figures_equal_to_the_rows(
        self, stack: FullStack, result: dict[str, Any]
    ) -> None:
        client, others = stack.client(), counted(stack)
        kept, gone = (registered(client, code) for code in TWINS)
        wait_for(lambda: counted(stack) == others + 2, seconds=60, what="both entries are graded")
        client.call("POST", f"risk/codes/{gone['id']}")

        versions = {"kept_version": kept["version"], "merged_version": gone["version"]}
        pair = {"kept": kept["id"], "merged": gone["id"], **versions}
        client.call("POST", "registry/merges", json={**pair, "take": ["name"], "reason": "the same factory"})

        wait_for(lambda: counted(stack) == others + 1, seconds=60, what="one of them has left the map")
        codes = wait_for(
            lambda: client.call("GET", f"risk/codes/{kept['id']}")["items"], seconds=60, what="its code has gone over"
        )
        assert (len(codes), stack.reconciled()["status"], result["refused"]) == (1, 0, 0)
        now = client.call("GET", f"registry/enterprises/{kept['id']}")
        leave = {"reason": "never_there", "on": "2026-01-05", "basis": "made up for this test"}
        path = f"registry/enterprises/{kept['id']}/deregister"
        client.call("POST", path, json=leave, headers={"If-Match": f'"{now["version"]}"'})
        wait_for(lambda: counted(stack) == others, seconds=60, what="the figures are as before")


def registered(client: Any, uscc: str) -> dict[str, Any]:
    """Register one of the twins."""
    facts = {"uscc": uscc, "name": f"合并试验{uscc[-1]}厂", "address": "椒江区洪家街道合并路1号"}
    return dict(client.call("POST", "registry/enterprises", json={**facts, "credit_code_override": "made up"}))


class TestRightsOnTheBroker:
    def test_let_no_service_declare_anything(self, stack: FullStack) -> None:
        listed = broker(stack).control("list_permissions", "--vhost", "sise", "--formatter", "json")

        may_configure = {row["user"]: row["configure"] for row in json.loads(listed)}

        assert may_configure == {"operator": ".*"} | dict.fromkeys(service_names(), "^$")

    def test_stand_on_quorum_queues_only(self, stack: FullStack) -> None:
        listed = broker(stack).control("list_queues", "--vhost", "sise", "name", "type").splitlines()[1:]

        assert {line.split("\t")[1] for line in listed} == {"quorum"}


class TestRightsInTheDatabase:
    @pytest.mark.parametrize("service", service_names())
    def test_leave_the_audit_trail_as_it_is(self, stack: FullStack, service: str) -> None:
        url = stack.operator_settings()[f"SISE_DATABASE_URL_{service.upper()}"].replace("+psycopg", "")
        query = "SELECT has_table_privilege(%s, 'UPDATE, DELETE, TRUNCATE')"

        with psycopg.connect(url) as connection:
            answers = [connection.execute(query, [table]).fetchone() for table in APPEND_ONLY]

        assert answers == [(False,)] * len(APPEND_ONLY)


class TestServiceWithAnEmptyDatabase:
    def test_fills_itself_from_the_others(self, stack: FullStack, result: dict[str, Any]) -> None:
        others = counted(stack)
        empty_the_database(stack, "gateway")

        pid = stack.kill("gateway-worker")
        stack.wait_until_replaced("gateway-worker", pid)
        wait_for(lambda: counted(stack) == others, seconds=120, what="the map is full again")

        assert stack.reconciled()["status"] == 0


class TestAuditTrail:
    def test_is_whole(self, stack: FullStack, result: dict[str, Any]) -> None:
        done = stack.sise("audit", "verify", "--json")

        assert (done.returncode, '"valid": true' in done.stdout) == (0, True)


def broker(stack: FullStack) -> RabbitMQ:
    """Open the stack's broker from outside."""
    return RabbitMQ(stack.home / "rabbitmq")


def counted(stack: FullStack) -> int:
    """Return how many enterprises the map knows with a grade."""
    levels = stack.summary()["by_level"]
    return sum(levels[name] for name in ("1", "2", "3", "4"))


def empty_the_database(stack: FullStack, service: str) -> None:
    """Drop a service's database and make it anew, as after the loss of a disk."""
    server = PostgreSQL(stack.home / "postgresql")
    known = Secrets.of(stack.home / "secrets.json")
    server.drop_database(service)
    create_databases(server, known)
    owner = environment_of(server, known, broker="127.0.0.1:1", services=[service], is_owner=True)
    migrated = stack.sise("migrate", service, **owner)
    assert migrated.returncode == 0, migrated.stderr
    grant_to_application(server)
