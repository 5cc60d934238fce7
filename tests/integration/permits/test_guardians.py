"""A guardian whose phone tells where it is: who is away for a minute stops the work (4.10 f), on both databases."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from services.permits.tables import permit_person
from services.permits.use_cases.guardians import Seen, report_position
from shared.database import Database, Session
from shared.ids import new_id
from shared.machines import NotAllowed
from tests.integration.permits.conftest import Caller, known_enterprise, run_clock, told
from tests.integration.permits.permitting import PLACE, WORK, shown, started
from tests.integration.permits.permitting import applied as applied_by_route
from tests.support import permits
from tests.support.databases import Begin
from tests.support.permits import CREW, GUARDIAN, HOUR, WORKER, Work
from tests.support.racing import meanwhile

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # nine in the morning in China, a Tuesday
SECOND = timedelta(seconds=1)
applied = partial(permits.applied, now=NOW, longitude=121.41, latitude=28.66, accuracy_m=5.0)
SWAPPED = [{"person_id": WORKER, "role": "guardian"}, {"person_id": GUARDIAN, "role": "worker"}]
FIRM = new_id()
HERE, FAR = 28.66, 28.662  # two hundred metres to the north


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database, enterprise_id=FIRM, industry="C2614")


@pytest.fixture
def live(database: Database, enterprise_id: str, begin_with: Begin) -> Work:
    return Work(database, begin_with(lambda: applied(database, enterprise_id).approve(at=NOW).start(at=NOW).id))


def tell(work: Work, latitude: float, *, after: int = 0, person_id: str = GUARDIAN, accuracy: float = 10) -> None:
    seen = Seen(person_id, 121.41, latitude, accuracy)
    with work.database.transaction() as session:
        report_position(session, work.id, seen, now=NOW + after * SECOND)


def refusal(work: Work, **changes: Any) -> str:
    with pytest.raises(NotAllowed) as refused:
        tell(work, HERE, **changes)
    return refused.value.code


class TestAGuardian:
    def test_who_is_away_for_a_minute_stops_the_work_until_it_is_back(self, database: Database, live: Work) -> None:
        tell(live, FAR)
        tell(live, FAR, after=40)
        run_clock(database, now=NOW + 59 * SECOND)
        before = live.row.state
        run_clock(database, now=NOW + 60 * SECOND)
        stopped, back = live.row, NOW + 90 * SECOND
        refused = live.refusal("resume", at=back)
        tell(live, HERE, after=90)

        assert (before, stopped.state, stopped.cause, stopped.reason_code) == (
            "active", "suspended", "guardian", "guardian_away",
        )  # fmt: skip
        assert told(database, "permit_suspended")[-1]["data"]["cause"] == "guardian"
        resumed = live.take("resume", at=back).row
        assert (refused, resumed.state, resumed.reason_code) == ("guardian_absent", "active", "")

    @pytest.mark.parametrize(
        ("positions", "accuracy"),
        [([(FAR, 0), (HERE, 59)], 10), ([(HERE, 0), (FAR, 30)], 300)],
        ids=["back in time", "not exact enough"],
    )
    def test_whose_absence_is_short_or_not_certain_does_not(
        self, database: Database, live: Work, positions: list[tuple[float, int]], accuracy: float
    ) -> None:
        for latitude, after in positions:
            tell(live, latitude, after=after, accuracy=accuracy)
        run_clock(database, now=NOW + 600 * SECOND)
        assert live.row.state == "active"

    def test_may_go_while_another_one_stays(self, database: Database, enterprise_id: str) -> None:
        second = new_id()
        work = applied(database, enterprise_id, crew=[*CREW, {"person_id": second, "role": "guardian"}])
        work.approve(at=NOW).start(at=NOW).take("check_in", at=NOW, person_id=second)
        tell(work, FAR)
        run_clock(database, now=NOW + 600 * SECOND)
        watched = work.row.state
        tell(work, FAR, after=600, person_id=second)
        run_clock(database, now=NOW + 660 * SECOND)
        assert (watched, work.row.state) == ("active", "suspended")

    def test_who_checks_in_again_is_here(self, live: Work) -> None:
        tell(live, FAR)
        live.take("check_in", at=NOW + 30 * SECOND, person_id=GUARDIAN)
        with live.database.reading() as session:
            wanted = select(permit_person.c.away_since, permit_person.c.distance_m)
            row = session.execute(wanted.where(permit_person.c.person_id == GUARDIAN)).one()
        assert (row.away_since, 200 < row.distance_m < 250) == (None, True)


class TestAGuardianOfAnotherWork:
    def test_does_not_leave_it_for_one_at_another_place(
        self, database: Database, enterprise_id: str, live: Work
    ) -> None:
        there = applied(database, enterprise_id, latitude=FAR).approve(at=NOW)
        with pytest.raises(NotAllowed) as refused:
            there.take("check_in", at=NOW, person_id=GUARDIAN)
        live.take("check_out", at=NOW, person_id=GUARDIAN)
        stopped = live.row
        there.take("check_in", at=NOW, person_id=GUARDIAN)

        facts = refused.value.facts
        assert (refused.value.code, facts["permits"], facts["numbers"]) == (
            "guards_elsewhere", [live.id], live.row.number,
        )  # fmt: skip
        assert facts["clause"] == "GB 30871-2022 4.10 f"
        assert (stopped.state, stopped.cause) == ("suspended", "guardian")
        assert live.refusal("check_in", at=NOW, person_id=GUARDIAN) == "guards_elsewhere"

    def test_guards_another_one_beside_it(self, database: Database, enterprise_id: str, live: Work) -> None:
        beside = applied(database, enterprise_id, latitude=28.6601).approve(at=NOW).start(at=NOW)
        assert (live.row.state, beside.row.state) == ("active", "active")

    def test_is_free_when_that_is_over(self, database: Database, enterprise_id: str, live: Work) -> None:
        there = applied(database, enterprise_id, latitude=FAR).approve(at=NOW)
        live.take("finish", at=NOW, fire_out=True)
        assert there.start(at=NOW).row.state == "active"

    def test_may_not_even_work_there(self, database: Database, enterprise_id: str, live: Work) -> None:
        there = applied(database, enterprise_id, latitude=FAR, crew=SWAPPED).approve(at=NOW)
        assert there.refusal("check_in", at=NOW, person_id=GUARDIAN) == "guards_elsewhere"

    def test_may_not_even_work_beside_it(self, database: Database, enterprise_id: str, live: Work) -> None:
        """4.10 f: a guardian does nothing else."""
        beside = applied(database, enterprise_id, latitude=28.6601, crew=SWAPPED).approve(at=NOW)
        assert beside.refusal("check_in", at=NOW, person_id=GUARDIAN) == "guards_elsewhere"

    @pytest.mark.parametrize("latitude", [28.6601, FAR], ids=["beside", "far"])
    def test_is_nobody_who_is_at_work_there(
        self, database: Database, enterprise_id: str, live: Work, *, latitude: float
    ) -> None:
        live.take("check_in", at=NOW, person_id=WORKER)
        other = applied(database, enterprise_id, latitude=latitude, crew=SWAPPED).approve(at=NOW)
        with pytest.raises(NotAllowed) as refused:
            other.take("check_in", at=NOW, person_id=WORKER)
        live.take("check_out", at=NOW, person_id=WORKER)
        other.take("check_in", at=NOW, person_id=WORKER)

        facts = refused.value.facts
        assert (refused.value.code, facts["permits"], facts["numbers"]) == (
            "works_elsewhere", [live.id], live.row.number,
        )  # fmt: skip

    def test_who_works_at_two_is_not_asked(self, database: Database, enterprise_id: str, live: Work) -> None:
        """4.10 f is about guardians: a welder goes from one work to the other."""
        there = applied(database, enterprise_id, latitude=FAR).approve(at=NOW)
        live.take("check_in", at=NOW, person_id=WORKER)
        there.take("check_in", at=NOW, person_id=WORKER)

    @pytest.mark.parametrize("ending", ["expired", "revoked"])
    def test_stays_until_everybody_has_come_out_of_work_that_is_over(
        self, database: Database, enterprise_id: str, live: Work, *, ending: str
    ) -> None:
        """4.16, 4.10 e, 6.8: the permit ends, who is inside is guarded on."""
        there = applied(database, enterprise_id, latitude=FAR, start=NOW + 7 * HOUR).approve(at=NOW)
        live.take("check_in", at=NOW, person_id=WORKER)
        if ending == "revoked":
            live.take("suspend", at=NOW, cause="violation", reason="违章").take("revoke", at=NOW, reason="违章")
        run_clock(database, now=NOW + 9 * HOUR)
        refused = there.refusal("check_in", at=NOW + 9 * HOUR, person_id=GUARDIAN)
        live.take("check_out", at=NOW + 9 * HOUR, person_id=WORKER)
        there.take("check_in", at=NOW + 9 * HOUR, person_id=GUARDIAN)
        assert (live.row.state, refused) == (ending, "guards_elsewhere")

    @pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
    def test_does_not_come_to_two_at_the_same_moment(self, database: Database, enterprise_id: str) -> None:
        here, there = (applied(database, enterprise_id, latitude=one).approve(at=NOW) for one in (HERE, FAR))

        def come(session: Session) -> None:
            here.take_in(session, event="check_in", at=NOW, person_id=GUARDIAN)

        second = meanwhile(database, come, second=lambda: there.refusal("check_in", at=NOW, person_id=GUARDIAN))
        assert second == "guards_elsewhere"


class TestAPosition:
    def test_is_only_told_by_a_guardian_who_has_checked_in(self, database: Database, enterprise_id: str) -> None:
        draft = applied(database, enterprise_id)
        approved = applied(database, enterprise_id).approve(at=NOW)
        codes = [refusal(draft), refusal(approved), refusal(approved, person_id=WORKER)]
        assert codes == ["not_guarding"] * 3

    def test_says_nothing_where_the_work_has_none(self, database: Database, enterprise_id: str) -> None:
        work = applied(database, enterprise_id, longitude=None, latitude=None).approve(at=NOW).start(at=NOW)
        assert refusal(work) == "work_not_placed"

    def test_comes_over_a_route_and_is_shown(self, caller: Caller, enterprise_id: str) -> None:
        foreman = caller("enterprise_user", subject="foreman", divisions=[], enterprise_id=enterprise_id)
        permit = applied_by_route(foreman, enterprise_id)
        started(foreman, caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id), permit)
        path, seen = f"{WORK}/{permit['id']}/positions", {"person_id": GUARDIAN, **PLACE, "latitude": 28.67}

        answer = foreman.post(path, json=seen)
        stranger = caller("enterprise_user", divisions=[], enterprise_id=known_enterprise(live_database(foreman)))

        [kept] = [one for one in shown(foreman, permit)["persons"] if one["person_id"] == GUARDIAN]
        assert (answer.status_code, answer.json, kept["away_since"] is None) == (200, kept, False)
        assert 1100 < kept["distance_m"] < 1120
        assert stranger.post(path, json=seen).status_code == 404


def live_database(client: Any) -> Database:
    found: Database = client.application.extensions["sise"].database
    return found
