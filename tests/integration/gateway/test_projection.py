"""The projection ends the same whatever the order of events, and its counters equal its rows."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from services.gateway.domain.counting import GREY
from services.gateway.tables import enterprise_text, enterprise_view, map_counter, stream_event
from services.gateway.use_cases.counters import Recount, recount
from shared.contracts.registry import EnterpriseDeregistered, EnterpriseUpdated
from shared.database import Database
from shared.events.received import Received
from tests.integration.gateway.builders import BAIYUN, HAIMEN, at, enterprise, grade, received, yes
from tests.integration.gateway.conftest import Tell, project
from tests.support.databases import migrated_sqlite

IDS = [f"0192f3a0-0000-7000-8000-00000000000{number}" for number in range(4)]


def rows(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(session.execute(select(enterprise_view).order_by(enterprise_view.c.id)))


def checked(database: Database) -> Recount:
    with database.transaction() as session:
        return recount(session, repair=False)


@pytest.mark.measured
class TestEnterprises:
    def test_take_the_newest_state(self, database: Database, tell: Tell) -> None:
        known = enterprise()
        tell(enterprise(EnterpriseUpdated, enterprise_id=known.enterprise_id, name="New name"), sequence=3)
        tell(known)

        (row,) = rows(database)

        assert (row.name, row.registry_version) == ("New name", 3)

    def test_keep_a_grade_that_came_first(self, database: Database, tell: Tell) -> None:
        known = enterprise()
        tell(grade(known.enterprise_id, 2), sequence=5)
        waiting = rows(database)[0].status
        tell(known)

        (row,) = rows(database)

        assert (waiting, row.status, row.level, row.risk_version) == ("expected", "active", 2, 5)
        assert checked(database) == Recount(enterprises=1, wrong_counters=0)

    def test_are_grey_without_a_grade(self, database: Database, tell: Tell) -> None:
        tell(enterprise())

        assert (rows(database)[0].level, rows(database)[0].is_provisional) == (GREY, True)

    def test_can_be_found_by_their_new_words(self, database: Database, tell: Tell) -> None:
        known = enterprise()
        tell(known)
        tell(enterprise(EnterpriseUpdated, enterprise_id=known.enterprise_id, name="ÉTOILE 海门"), sequence=2)

        with database.reading() as session:
            words = session.scalars(select(enterprise_text.c.words)).one()

        assert words.startswith("étoile 海门 ")


class TestCounters:
    def test_are_repaired(self, database: Database, tell: Tell) -> None:
        tell(enterprise())
        with database.transaction() as session:
            session.execute(update(map_counter).values(grey_hatched=7))

        with database.transaction() as session:
            found = recount(session, repair=True)

        assert found.wrong_counters > 0
        assert checked(database) == Recount(enterprises=1, wrong_counters=0)


class TestStream:
    def test_tells_of_a_new_colour_but_not_of_the_first(self, database: Database, tell: Tell) -> None:
        known = enterprise()
        tell(known, grade(known.enterprise_id, 4))
        tell(grade(known.enterprise_id, 1), sequence=2)

        with database.reading() as session:
            told = [event for event in session.execute(select(stream_event)) if event.kind == "enterprise_graded"]

        assert [(event.content["previous_level"], event.content["level"]) for event in told] == [(4, 1)]

    def test_numbers_without_gaps(self, database: Database, tell: Tell) -> None:
        for _ in range(3):
            tell(enterprise(), enterprise(subdistrict=BAIYUN))

        with database.reading() as session:
            numbers = list(session.scalars(select(stream_event.c.position).order_by(stream_event.c.position)))

        assert numbers == list(range(1, 7))


def states() -> st.SearchStrategy[list[Received[Any]]]:
    """Return histories of few enterprises: each event once or twice, in any order."""
    place = st.sampled_from([HAIMEN, BAIYUN])
    feature = st.sampled_from([{}, yes("casting"), yes("casting", "lpg")])
    near = st.builds(
        lambda one, sub, words: at(121.4 + len(words) / 100, 28.68, enterprise_id=one, subdistrict=sub, features=words),
        st.sampled_from(IDS),
        place,
        feature,
    )
    far = st.builds(
        lambda one, sub, placement: enterprise(enterprise_id=one, subdistrict=sub, placement=placement),
        st.sampled_from(IDS),
        place,
        st.sampled_from(["placed", "unplaced", "other_county"]),
    )
    gone = st.builds(
        lambda one: enterprise(EnterpriseDeregistered, enterprise_id=one, status="deregistered"), st.sampled_from(IDS)
    )
    graded = st.builds(
        lambda one, level, sure: grade(one, level, is_provisional=sure),
        st.sampled_from(IDS),
        st.sampled_from([1, 2, 3, 4, None]),
        st.booleans(),
    )
    history = st.lists(st.one_of(near, far, gone, graded), min_size=1, max_size=12)
    return history.map(lambda events: [received(event, sequence=n) for n, event in enumerate(events, start=1)])


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = migrated_sqlite(tmp_path_factory.mktemp("projection") / "gateway.db", "gateway")
    yield database
    database.close()


@settings(max_examples=60, deadline=None)
@given(history=states(), shuffler=st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_end_the_same(
    memory: Database, history: list[Received[Any]], shuffler: random.Random
) -> None:
    expected = ended(memory, [history])

    mixed = history + shuffler.sample(history, k=len(history) // 2)
    shuffler.shuffle(mixed)
    cut = shuffler.randint(0, len(mixed))

    assert ended(memory, [mixed[:cut], mixed[cut:]]) == expected
    assert checked(memory).wrong_counters == 0


def ended(database: Database, batches: list[list[Received[Any]]]) -> list[Any]:
    """Return the rows after ``batches``, from an empty projection on."""
    with database.transaction() as session:
        for table in (enterprise_view, enterprise_text, map_counter):
            session.execute(table.delete())
    for batch in batches:
        project(database, batch)
    return rows(database)
