from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from shared.database import Database, Session
from shared.database.chassis import audit_entry, audit_link, audit_seal, timer
from shared.declarations import Declarations
from shared.events.lag import measure
from shared.security import upkeep
from shared.security.audit import AuditFact, digest, record
from shared.security.chain import Verdict, link_entries, seal_head, verify
from shared.work.timers import run_due
from tests.support.callers import SECRET

NOW = datetime(2026, 5, 6, 8, 0, 0, 123456, tzinfo=UTC)
APPEND_ONLY = ("audit_entry", "audit_link", "audit_seal")


def write_entries(session: Session, count: int = 3, *, at: datetime = NOW) -> list[str]:
    facts = [AuditFact(subject="lin", action="book:write", after={"n": n}, details={"名": n}) for n in range(count)]
    return [record(session, fact, now=at) for fact in facts]


@pytest.fixture
def entries(database: Database) -> list[str]:
    """Return the ids of three entries that are linked and sealed."""
    with database.transaction() as session:
        ids = write_entries(session)
        link_entries(session)
        seal_head(session, SECRET, now=NOW)
    return ids


def unlinked(service: str) -> float | None:
    return REGISTRY.get_sample_value("sise_audit_unlinked", {"service": service})


def tamper(database: Database, *statements: object) -> Verdict:
    """Do what only the owner of the database can: switch the protection off and change rows."""
    with database.transaction() as session:
        for table, change in product(APPEND_ONLY, ("update", "delete")):
            switch_off = f"DROP TRIGGER IF EXISTS {table}_no_{change}"
            if database.is_postgresql:
                switch_off = f"ALTER TABLE {table} DISABLE TRIGGER USER"
            session.execute(text(switch_off))
        for statement in statements:
            session.execute(statement)  # type: ignore[call-overload]
    return verify(database, SECRET)


class TestVerifying:
    def test_finds_nothing_wrong_with_an_untouched_trail(self, database: Database, entries: list[str]) -> None:
        verdict = verify(database, SECRET)
        assert (verdict.is_valid, verdict.linked, verdict.unlinked) == (True, 3, 0)

    def test_counts_rows_that_wait_for_their_link(self, database: Database, entries: list[str]) -> None:
        with database.transaction() as session:
            write_entries(session, 2)
        verdict = verify(database, SECRET)
        assert (verdict.is_valid, verdict.unlinked) == (True, 2)

    def test_shows_an_operator_how_many_wait(self, database: Database, entries: list[str]) -> None:
        with database.transaction() as session:
            write_entries(session, 2, at=NOW + timedelta(seconds=1))

        measure("trial", database, now=NOW)
        waiting = unlinked("trial")
        with database.transaction() as session:
            link_entries(session)
        measure("trial", database, now=NOW)

        assert (waiting, unlinked("trial")) == (2, 0)

    def test_names_an_entry_that_was_changed(self, database: Database, entries: list[str]) -> None:
        verdict = tamper(database, update(audit_entry).where(audit_entry.c.id == entries[1]).values(subject="no one"))
        assert (verdict.is_valid, verdict.changed) == (False, [entries[1]])

    def test_names_an_entry_that_was_removed(self, database: Database, entries: list[str]) -> None:
        verdict = tamper(database, delete(audit_entry).where(audit_entry.c.id == entries[0]))
        assert (verdict.is_valid, verdict.removed) == (False, [entries[0]])

    def test_notices_a_link_that_was_removed(self, database: Database, entries: list[str]) -> None:
        verdict = tamper(database, delete(audit_link).where(audit_link.c.seq == 2))
        assert (verdict.is_valid, verdict.missing_links) == (False, [2])

    def test_notices_that_the_end_was_cut_off(self, database: Database, entries: list[str]) -> None:
        last = audit_link.c.seq == 3
        verdict = tamper(
            database, delete(audit_entry).where(audit_entry.c.id == entries[2]), delete(audit_link).where(last)
        )
        assert (verdict.is_valid, verdict.broken_seals) == (False, [3])

    def test_notices_a_chain_that_was_made_anew(self, database: Database, entries: list[str]) -> None:
        tamper(database, update(audit_entry).values(subject="no one"), delete(audit_link))
        with database.transaction() as session:
            link_entries(session)
        assert verify(database, SECRET).broken_seals == [3]

    def test_notices_a_forged_seal(self, database: Database, entries: list[str]) -> None:
        verdict = tamper(database, update(audit_seal).values(signature="00" * 64))
        assert (verdict.is_valid, verdict.broken_seals) == (False, [3])


class TestTheTrail:
    @pytest.mark.parametrize("table", APPEND_ONLY)
    @pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
    def test_refuses_changes(self, database: Database, entries: list[str], table: str, change: str) -> None:
        column = "subject" if table == "audit_entry" else "hash"
        with pytest.raises(DatabaseError, match="append-only"), database.transaction() as session:
            session.execute(text(change.format(table, column, column)))

    def test_digests_documents_whatever_their_order(self) -> None:
        assert digest({"a": 1, "b": NOW}) == digest({"b": NOW, "a": 1})


class TestUpkeep:
    declarations = Declarations.collect("identity", upkeep)

    def test_links_and_seals_by_itself_after_the_migration(self, database: Database) -> None:
        with database.transaction() as session:
            write_entries(session)
        run_due(database, self.declarations, now=NOW)
        with database.reading() as session:
            assert session.scalar(select(audit_seal.c.seq)) == 3
            trail = select(timer).where(timer.c.entity == "trail")
            due = {row.kind: row.due_at for row in session.execute(trail)}
        assert due == {"audit_link": NOW + timedelta(seconds=10), "audit_seal": NOW + timedelta(hours=1)}

    def test_links_late_commits_after_younger_ones(self, database: Database, entries: list[str]) -> None:
        with database.transaction() as session:
            write_entries(session, 1, at=NOW - timedelta(hours=1))
        with database.transaction() as session:
            assert link_entries(session) == 1
        assert verify(database, SECRET).is_valid

    def test_seals_an_unchanged_head_only_once(self, database: Database, entries: list[str]) -> None:
        with database.transaction() as session:
            seal_head(session, SECRET, now=NOW)
            assert len(list(session.execute(select(audit_seal)))) == 1

    def test_goes_on_at_once_when_more_is_waiting(self, database: Database) -> None:
        row = {
            "at": NOW,
            "subject": "s",
            "action": "a",
            "address": "",
            "result": "done",
            "entity": "",
            "request_id": "",
        }
        with database.transaction() as session:
            rows = [{**row, "id": f"0192f0a0-0000-7000-8000-{n:012}", "details": {}} for n in range(1200)]
            session.execute(insert(audit_entry), rows)
        run_due(database, self.declarations, now=NOW)
        assert verify(database, SECRET).unlinked == 0
