"""Reasons that were kept as one line before migration 0012 get the code that they would have now."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from services.permits.tables import permit, permit_step
from shared.database import Database
from shared.database.migrate import migrate
from tests.integration.permits.conftest import known_enterprise
from tests.support import permits

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
applied = partial(permits.applied, now=NOW)
Kept = dict[str, Any]

RELATED = {"number": "LSYD-20260303-0001", "state": "suspended"}
# event, who took the step, what came with it; then the code and what it is about
LINES: dict[str, tuple[str, str, Kept, str, Kept]] = {
    "alarm": (
        "suspend", "clock", {"cause": "gas", "reason": "CH4 L2 罐区 一号"},
        "alarm", {"quantity": "CH4", "level": 2, "place": "罐区 一号"},
    ),
    "alarm_somewhere": (
        "suspend", "clock", {"cause": "gas", "reason": "L2"}, "alarm", {"quantity": "", "level": 2, "place": ""},
    ),
    "related": (
        "suspend", "clock", {"cause": "related_gas", "reason": "LSYD-20260303-0001 suspended"}, "related", RELATED,
    ),
    "parent": (
        "end_with_parent", "clock", {"cause": "related_permit", "reason": "LSYD-20260303-0001 suspended"},
        "related", RELATED,
    ),
    "expired": ("expire", "clock", {"reason": "4.16"}, "expired", {}),
    "guardian": ("suspend", "clock", {"cause": "guardian", "reason": "guardian_away"}, "guardian_away", {}),
    "halt": ("suspend", "clock", {"cause": "halted", "reason": "production_halted"}, "production_halted", {}),
    "people": (
        "suspend", "clock", {"cause": "people", "reason": "person_left"}, "person", {"problem": "person_left"},
    ),
    "order": (
        "suspend", "officer", {"cause": "stop_order", "reason": "停〔2026〕1号"},
        "stop_order", {"number": "停〔2026〕1号"},
    ),
    "words": ("suspend", "foreman", {"cause": "gas", "reason": "test_gas"}, "", {}),
    "odd": ("suspend", "clock", {"cause": "gas", "reason": "nobody knows"}, "", {}),
    "silent": ("close", "foreman", {}, "", {}),
}  # fmt: skip


@pytest.fixture
def old(database: Database) -> dict[str, str]:
    """Return the permits, by name, of a database as it was before, each with the one line of its last reason."""
    enterprise_id = known_enterprise(database)
    ids = {name: applied(database, enterprise_id).id for name in [*LINES, "resumed"]}
    migrate(database, "permits", to="0011")
    for name, (event, by, given, *_) in LINES.items():
        keep(database, ids[name], version=2, event=event, by=by, given=given)
    keep(database, ids["resumed"], version=2, event="suspend", by="clock", given=LINES["guardian"][2])
    keep(database, ids["resumed"], version=3, event="resume", by="foreman", given={"cleared": "已归位"})
    migrate(database, "permits")
    return ids


def keep(database: Database, permit_id: str, *, version: int, event: str, by: str, given: Kept) -> None:
    same = {"permit_id": permit_id, "version": version, "rule": "1", "state": "suspended"}
    with database.transaction() as session:
        session.execute(
            insert(permit_step).values(**same, event=event, by=by, given=given, at=NOW + timedelta(hours=version))
        )
        session.execute(update(permit).where(permit.c.id == permit_id).values(reason=given.get("reason", "")))


class TestOldReasons:
    def test_have_a_code_where_the_rules_gave_them(self, database: Database, old: dict[str, str]) -> None:
        columns = (permit.c.id, permit.c.reason_code, permit.c.reason_about)
        with database.reading() as session:
            found = {row.id: (row.reason_code, row.reason_about) for row in session.execute(select(*columns))}

        codes = {name: (code, about) for name, (*_, code, about) in LINES.items()}
        assert {name: found[one] for name, one in old.items()} == {**codes, "resumed": ("", {})}

    def test_keep_their_line_in_every_step(self, database: Database, old: dict[str, str]) -> None:
        wanted = select(permit_step.c.permit_id, permit_step.c.given).where(permit_step.c.version == 2)
        with database.reading() as session:
            found = {row.permit_id: row.given for row in session.execute(wanted)}

        for name, (*_, given, code, about) in LINES.items():
            coded = {"reason_code": code, "reason_about": about} if code else {}
            assert found[old[name]] == {**given, **coded}
        assert found[old["resumed"]]["reason_code"] == "guardian_away"
