"""The clock of the commitments: opened at midnight, reminded at 9:30, missed at 10:00, exactly and for ever."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from services.permits.subscriptions import on_enterprises_merged, on_obligations_changed
from services.permits.tables import commitment, commitment_step
from services.permits.use_cases.commitment_days import open_one
from services.permits.use_cases.commitments import Signature, open_commitment, sign
from shared.contracts.registry import EnterprisesMerged, ObligationsChanged
from shared.database import Database
from shared.errors import NotYet
from shared.ids import new_id
from tests.integration.permits.conftest import at, known_enterprise, owes, run_clock, told
from tests.support.events import received

DAY = date(2027, 3, 2)
NIL = Signature("somebody", ("enterprise_principal",), {"risk_grade": 4}, is_nil=True)


def owing(database: Database, count: int = 1, *, now: datetime | None = None, **facts: object) -> list[str]:
    """Return enterprises whose duty has been known since the evening before."""
    ids = [known_enterprise(database, now=now or at(DAY - timedelta(days=1), "20:00"), **facts) for _ in range(count)]
    owes(database, *ids, now=now or at(DAY - timedelta(days=1), "20:00"))
    return ids


def signs(database: Database, enterprise_id: str, *, now: datetime) -> None:
    with database.transaction() as session:
        open_commitment(session, enterprise_id, now=now)
        own = (commitment.c.enterprise_id == enterprise_id, commitment.c.day == now.date())
        sign(session, session.scalars(select(commitment.c.id).where(*own)).one(), NIL, now=now)


def marked(database: Database, column: str, day: date = DAY) -> set[str]:
    """Return the enterprises whose commitment of a day has a mark."""
    with database.reading() as session:
        wanted = select(commitment.c.enterprise_id).where(commitment.c.day == day, commitment.c[column])
        return set(session.scalars(wanted))


def missed_of(database: Database) -> Collection[str]:
    return [event["data"]["enterprise_id"] for event in told(database, "commitment_missed")]


class TestTheHour:
    def test_marks_those_who_have_not_signed_and_only_those(self, database: Database) -> None:
        early, last, late, never = owing(database, 4)
        run_clock(database, now=at(DAY, "00:00"))
        signs(database, early, now=at(DAY, "08:00"))
        signs(database, last, now=at(DAY, "10:00") - timedelta(seconds=1))
        run_clock(database, now=at(DAY, "10:01"))
        signs(database, late, now=at(DAY, "10:05"))

        run_clock(database, now=at(DAY, "11:00"))

        assert marked(database, "is_missed") == {late, never}
        assert sorted(missed_of(database)) == sorted([late, never])
        assert marked(database, "is_late") == {late}

    def test_that_the_worker_slept_through_is_marked_the_same(self, database: Database) -> None:
        """The worker is away from 9:55 to 10:20; who signs at 10:05 is late and has missed it."""
        early, late, never = owing(database, 3)
        run_clock(database, now=at(DAY, "00:00"))
        signs(database, early, now=at(DAY, "09:59"))
        signs(database, late, now=at(DAY, "10:05"))
        before = missed_of(database)

        run_clock(database, now=at(DAY, "10:20"))

        assert (before, sorted(missed_of(database))) == ([late], sorted([late, never]))
        assert marked(database, "is_missed") == {late, never}

    def test_of_days_that_the_worker_slept_through_is_marked_for_each(self, database: Database) -> None:
        [enterprise_id] = owing(database)
        signs(database, enterprise_id, now=at(DAY, "09:00"))

        run_clock(database, now=at(DAY + timedelta(days=2), "12:00"))

        days = [event["data"]["day"] for event in told(database, "commitment_missed")]
        assert days == ["2027-03-03", "2027-03-04"]

    def test_comes_once_for_each_however_often_the_clock_runs(self, database: Database) -> None:
        owing(database)
        run_clock(database, now=at(DAY, "10:01"))

        owing(database, 1, now=at(DAY, "10:30"))
        run_clock(database, now=at(DAY, "12:00"))

        assert len(missed_of(database)) == 1

    def test_counts_the_misses_of_the_calendar_month(self, database: Database) -> None:
        owing(database, now=at(date(2027, 2, 26), "20:00"))
        for day in (date(2027, 2, 27), date(2027, 2, 28), *(date(2027, 3, number) for number in (1, 2, 3))):
            run_clock(database, now=at(day, "10:01"))

        counts = [event["data"]["misses_this_month"] for event in told(database, "commitment_missed")]
        assert counts == [1, 2, 1, 2, 3]

    def test_is_reminded_of_before(self, database: Database) -> None:
        signed, silent = owing(database, 2)
        signs(database, signed, now=at(DAY, "08:00"))

        run_clock(database, now=at(DAY, "09:30"))

        with database.reading() as session:
            reminded = select(commitment.c.enterprise_id).where(commitment.c.reminded_at.is_not(None))
            assert session.scalars(reminded).all() == [silent]

    def test_keeps_a_step_of_each_mark(self, database: Database) -> None:
        owing(database)

        run_clock(database, now=at(DAY, "10:01"))

        with database.reading() as session:
            steps = [(row.event, row.by) for row in session.execute(select(commitment_step))]
        assert steps == [("miss", "clock")]


class TestADuty:
    def test_that_became_known_after_the_hour_is_owed_from_the_next_day(self, database: Database) -> None:
        [enterprise_id] = owing(database, now=at(DAY, "15:00"))
        with database.transaction() as session:
            is_open = open_one(session, enterprise_id, now=at(DAY, "16:00"))

        run_clock(database, now=at(DAY + timedelta(days=1), "10:01"))

        days = [event["data"]["day"] for event in told(database, "commitment_missed")]
        assert (is_open, days) == (False, ["2027-03-03"])

    def test_that_became_known_in_the_morning_is_owed_the_same_day(self, database: Database) -> None:
        owing(database, now=at(DAY, "08:00"))

        run_clock(database, now=at(DAY, "10:01"))

        assert len(missed_of(database)) == 1

    def test_that_begins_later_opens_then(self, database: Database) -> None:
        enterprise_id = known_enterprise(database)
        owes(database, enterprise_id, now=at(DAY, "08:00"), starts_on="2027-03-10")

        run_clock(database, now=at(date(2027, 3, 10), "10:01"))

        assert [event["data"]["day"] for event in told(database, "commitment_missed")] == ["2027-03-10"]

    def test_that_has_ended_is_not_missed(self, database: Database) -> None:
        [enterprise_id] = owing(database)
        run_clock(database, now=at(DAY, "00:00"))
        owes(database, enterprise_id, now=at(DAY, "09:00"), sequence=2, ends_on=DAY.isoformat())

        run_clock(database, now=at(DAY, "10:01"))

        assert missed_of(database) == []

    def test_of_a_deregistered_enterprise_is_not_missed(self, database: Database) -> None:
        [enterprise_id] = owing(database)
        run_clock(database, now=at(DAY, "00:00"))
        gone = {"enterprise_id": enterprise_id, "status": "deregistered", "sequence": 2}
        known_enterprise(database, now=at(DAY, "09:00"), **gone)

        run_clock(database, now=at(DAY, "10:01"))

        assert missed_of(database) == []

    def test_of_another_kind_opens_nothing(self, database: Database) -> None:
        enterprise_id = known_enterprise(database)
        owes(database, enterprise_id, now=at(DAY, "08:00"), duty="self_check")

        run_clock(database, now=at(DAY, "10:01"))

        assert missed_of(database) == []

    def test_told_twice_stays_known_since_the_first_time(self, database: Database) -> None:
        [enterprise_id] = owing(database)
        begun = (DAY - timedelta(days=2)).isoformat()
        owes(database, enterprise_id, now=at(DAY, "10:30"), sequence=2, starts_on=begun)

        run_clock(database, now=at(DAY, "11:00"))

        assert missed_of(database) == [enterprise_id]

    def test_of_nobody_known_changes_nothing(self, database: Database) -> None:
        event = ObligationsChanged(enterprise_id=new_id())
        with database.transaction() as session:
            on_obligations_changed(session, [received(event)], now=at(DAY, "08:00"))

        assert marked(database, "is_owed") == set()


class TestAMerge:
    def test_takes_the_days_along_that_the_other_has_not(self, database: Database) -> None:
        kept, merged = owing(database, 2)
        run_clock(database, now=at(DAY, "10:01"))
        with database.transaction() as session:
            session.execute(update(commitment).where(commitment.c.enterprise_id == kept).values(day=date(2027, 1, 1)))
            event = EnterprisesMerged(merge_id=new_id(), enterprise_id=kept, merged_ids=(merged,))
            on_enterprises_merged(session, received(event), now=at(DAY, "12:00"))

        assert marked(database, "is_missed") == {kept}

    def test_waits_for_the_entry_that_stays(self, database: Database) -> None:
        event = EnterprisesMerged(merge_id=new_id(), enterprise_id=new_id(), merged_ids=(new_id(),))

        with database.transaction() as session, pytest.raises(NotYet):
            on_enterprises_merged(session, received(event), now=at(DAY, "12:00"))
