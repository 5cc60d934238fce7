"""Runs one peer: its consumer, then its publisher, and the rate at which rows were committed.

The clock runs from the first measured publish to the last committed row. Broker and database server are those of
our own measurement; each run gets an empty database and an empty virtual host.
"""

import json
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.environments import python_of
from deploy.native import PostgreSQL, RabbitMQ
from deploy.native.programs import Program, inherited, stop, wait_until

HERE = Path(__file__).parent
WARM_UP = 300
READY_WITHIN = 60
DONE_WITHIN = 240
TABLE = sql.SQL("""CREATE TABLE enterprise_copy (
    enterprise_id uuid PRIMARY KEY, uscc text NOT NULL, name text NOT NULL, division text NOT NULL,
    subdistrict text NOT NULL, industry text NOT NULL, longitude double precision, latitude double precision,
    supervision text NOT NULL, status text NOT NULL, sequence bigint NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp())""")


@dataclass(frozen=True)
class Variant:
    """One way to run a peer."""

    peer: str
    name: str

    @property
    def title(self) -> str:
        return f"{self.peer}, {self.name}"


VARIANTS = (
    Variant("nameko", "classic queue, each confirmed"),
    Variant("nameko", "without confirms"),
    Variant("faststream", "classic queue, each confirmed"),
    Variant("faststream", "quorum queue, each confirmed"),
    Variant("faststream", "quorum queue, 200 at once"),
    Variant("celery", "classic queue, without confirms"),
    Variant("celery", "quorum queue, each confirmed"),
)


@dataclass(frozen=True)
class Servers:
    broker: RabbitMQ
    database: PostgreSQL


def rate(variant: Variant, servers: Servers, *, events: Path, home: Path) -> float:
    """Return how many events per second the variant carried from publish to committed row.

    `events` holds one event per line; the first WARM_UP of them are published before the clock starts.
    """
    wanted = len(events.read_bytes().splitlines())
    database = servers.database.create_database(_identifier(variant)).replace("+psycopg", "")
    with psycopg.connect(database, autocommit=True) as session:
        session.execute(TABLE)
        environment = {
            "PYTHONPATH": str(HERE / "assignment"),
            "PEER_BROKER": _virtual_host(servers.broker, _identifier(variant)),
            "PEER_DATABASE": database,
            "PEER_EVENTS": str(events),
            "PEER_VARIANT": variant.name,
            "PEER_WARM_UP": str(WARM_UP),
        }
        consumer = _program(variant, "consume.py", environment, home).start()
        try:
            _wait_for_consumer(servers.broker, consumer, variant)
            began = _publish(variant, environment)
            return (wanted - WARM_UP) / (_wait_for_rows(session, wanted) - began)
        finally:
            stop(consumer)


def _publish(variant: Variant, environment: Mapping[str, str]) -> float:
    program = _program(variant, "publish.py", environment, Path())
    done = subprocess.run(
        program.command, env=inherited() | dict(environment), capture_output=True, timeout=DONE_WITHIN, check=True
    )
    return float(json.loads(done.stdout)["began"])


def _program(variant: Variant, script: str, environment: Mapping[str, str], home: Path) -> Program:
    folder = HERE / variant.peer
    command = (str(python_of(folder)), str(folder / script))
    return Program(f"{variant.peer}-{script}", command, home / f"{_identifier(variant)}.log", environment)


def _wait_for_consumer(broker: RabbitMQ, consumer: "subprocess.Popen[bytes]", variant: Variant) -> None:
    def is_there() -> bool:
        queues = [one["queue"]["name"] for one in broker.get(f"consumers/{_identifier(variant)}")]
        return consumer.poll() is not None or any("pidbox" not in queue for queue in queues)

    wait_until(is_there, seconds=READY_WITHIN, sentence=f"The consumer of {variant.title} does not come up.")


def _wait_for_rows(session: psycopg.Connection, wanted: int) -> float:
    """Return when the last row was committed, in seconds of the wall clock."""
    deadline = time.monotonic() + DONE_WITHIN
    with closing(session.cursor()) as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*), extract(epoch FROM max(applied_at))::float8 FROM enterprise_copy")
            rows, last = cursor.fetchone() or (0, None)
            if rows >= wanted:
                return float(last)
            time.sleep(0.25)
    raise TimeoutError(f"only {rows} of {wanted} rows after {DONE_WITHIN} s")


def _virtual_host(broker: RabbitMQ, name: str) -> str:
    permission = {"user": broker.operator, "vhost": name, "configure": ".*", "write": ".*", "read": ".*"}
    broker.import_definitions({"vhosts": [{"name": name}], "permissions": [permission]})
    return broker.url().rpartition("/")[0] + f"/{name}"


def _identifier(variant: Variant) -> str:
    return "".join(character if character.isalnum() else "_" for character in variant.title)
