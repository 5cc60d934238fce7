"""Fact sheets are edited while other work goes on, some a second, and what was saved is remembered."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from services.risk import use_cases
from services.risk.domain.facts import Known, Origin
from shared.database import Database

PER_SECOND = 5
ANSWERS: tuple[dict[str, str | int], ...] = (
    {"metal_smelting": "yes", "gas_works": "yes"},
    {"coating": "no", "no_safety_staff": "yes"},
    {"dormitory_in_building": "yes", "headcount": 60},
)


@dataclass(frozen=True)
class Edit:
    """One sheet that was saved as `version`, `seconds` after somebody wanted to."""

    enterprise_id: str
    version: int
    answers: dict[str, str | int]
    seconds: float


@contextmanager
def editing(database: Database, sheets: Sequence[tuple[str, int]]) -> Iterator[list[Edit]]:
    """Edit the given sheets, (enterprise id, version that was seen), one after the other while the block runs."""
    edits: list[Edit] = []
    ended = threading.Event()
    with ThreadPoolExecutor(1, "editing") as pool:
        work = pool.submit(_edit, database, sheets, edits=edits, ended=ended)
        try:
            yield edits
        finally:
            ended.set()
    work.result()


def _edit(database: Database, sheets: Sequence[tuple[str, int]], *, edits: list[Edit], ended: threading.Event) -> None:
    due = time.monotonic()
    for number, (enterprise_id, seen) in enumerate(sheets):
        due += 1 / PER_SECOND
        if ended.wait(max(0, due - time.monotonic())):
            return
        answers = ANSWERS[number % len(ANSWERS)]
        facts = {fact: Known(value, Origin.CONFIRMED) for fact, value in answers.items()}
        with database.transaction() as session:
            version = use_cases.declare_facts(
                session,
                enterprise_id=enterprise_id,
                facts=facts,
                based_on=seen,
                by="editor",
                now=datetime.now(UTC),
            )
        edits.append(Edit(enterprise_id, version, answers, time.monotonic() - due))
    raise AssertionError("there are too few sheets to edit all the while")
