"""What every peer is asked to do: carry the same events, and commit the same row for each before it acknowledges.

Runs in the peer's own virtual environment; the driver hands over the addresses in the environment.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import psycopg_pool

BROKER = os.environ["PEER_BROKER"]
DATABASE = os.environ["PEER_DATABASE"]
VARIANT = os.environ["PEER_VARIANT"]
WARM_UP = int(os.environ["PEER_WARM_UP"])
POOL_SIZE = 10

UPSERT = """
INSERT INTO enterprise_copy (enterprise_id, uscc, name, division, subdistrict, industry, longitude, latitude,
                             supervision, status, sequence)
VALUES (%(enterprise_id)s, %(uscc)s, %(name)s, %(division)s, %(subdistrict)s, %(industry)s, %(longitude)s,
        %(latitude)s, %(supervision)s, %(status)s, %(sequence)s)
ON CONFLICT (enterprise_id) DO UPDATE SET
  uscc = excluded.uscc, name = excluded.name, division = excluded.division, subdistrict = excluded.subdistrict,
  industry = excluded.industry, longitude = excluded.longitude, latitude = excluded.latitude,
  supervision = excluded.supervision, status = excluded.status, sequence = excluded.sequence, applied_at = now()
WHERE excluded.sequence > enterprise_copy.sequence
"""


def events() -> list[dict[str, Any]]:
    """Return the events to publish, decoded: what a program has in hand when it publishes."""
    return [json.loads(line) for line in Path(os.environ["PEER_EVENTS"]).read_text().splitlines()]


def row(event: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of the upsert for one event."""
    return event["data"] | {"sequence": int(event["sequence"])}


def connect() -> psycopg.Connection[Any]:
    """Return a connection on which every statement is a transaction of its own."""
    return psycopg.connect(DATABASE, autocommit=True)


def pool() -> psycopg_pool.AsyncConnectionPool[Any]:
    """Return a closed pool of such connections for asyncio."""
    return psycopg_pool.AsyncConnectionPool(
        DATABASE, min_size=POOL_SIZE, max_size=POOL_SIZE, open=False, kwargs={"autocommit": True}
    )


class Stopwatch:
    """Tells the driver when publishing began and ended, as seconds of the wall clock."""

    def __init__(self) -> None:
        self._began = time.time()

    def stop(self) -> None:
        """Print the two moments as one line of JSON."""
        json.dump({"began": self._began, "ended": time.time()}, sys.stdout)


def split_warm_up(all_events: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the events that are published before the clock starts, and those that count."""
    return all_events[:WARM_UP], all_events[WARM_UP:]


def pause() -> None:
    """Let the consumer work off the warm-up."""
    time.sleep(1)


async def pause_async() -> None:
    """Let the consumer work off the warm-up without stopping the loop."""
    await asyncio.sleep(1)
