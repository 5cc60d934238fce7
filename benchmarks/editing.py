"""Fact sheets are edited while other work goes on, some a second, and what was saved is remembered."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from services.risk import use_cases
from services.risk.domain.facts import Known, Origin
from shared.database import Database

PER_SECOND = 5
ANSWERS = (
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


class Editing:
    """Edits the given sheets one after the other until the block ends: (enterprise id, version that was seen)."""

    def __init__(self, database: Database, sheets: Sequence[tuple[str, int]]) -> None:
        self.edits: list[Edit] = []
        self._database, self._sheets = database, sheets
        self._ended = threading.Event()
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._go_on, name="editing")

    def __enter__(self) -> "Editing":
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        if self._problem and error is None:
            raise self._problem

    def _go_on(self) -> None:
        try:
            self._edit()
        except Exception as problem:  # noqa: BLE001 - raised again where the block ends
            self._problem = problem

    def _edit(self) -> None:
        due = time.monotonic()
        for number, (enterprise_id, seen) in enumerate(self._sheets):
            due += 1 / PER_SECOND
            if self._ended.wait(max(0, due - time.monotonic())):
                return
            answers: dict[str, str | int] = dict(ANSWERS[number % len(ANSWERS)])
            facts = {fact: Known(value, Origin.CONFIRMED) for fact, value in answers.items()}
            with self._database.transaction() as session:
                version = use_cases.declare_facts(
                    session,
                    enterprise_id=enterprise_id,
                    facts=facts,
                    based_on=seen,
                    by="editor",
                    now=datetime.now(UTC),
                )
            self.edits.append(Edit(enterprise_id, version, answers, time.monotonic() - due))
        raise AssertionError("there are too few sheets to edit all the while")
