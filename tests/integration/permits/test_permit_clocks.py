"""What the clock does with permits, and what one permit means for the others of its job, on both databases."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from services.permits.queries.permits import permit_parts
from services.permits.use_cases.permit_clocks import run_permit_clock
from shared.database import Database
from shared.database.chassis import timer
from tests.integration.permits.conftest import known_enterprise, run_clock, told
from tests.support import permits
from tests.support.permits import ANALYSIS, BRIEFING, GUARDIAN, HOT_FACTS, HOUR, WORKER, WRITTEN, Work

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # nine in the morning in China, a Tuesday
MINUTE = timedelta(minutes=1)
applied = partial(permits.applied, now=NOW)


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database, industry="C2614")


def due_of(database: Database, work: Work) -> datetime | None:
    with database.reading() as session:
        due: datetime | None = session.scalar(select(timer.c.due_at).where(timer.c.entity == work.id))
        return due


class TestTheClock:
    def test_ends_an_approved_permit_and_tells_of_it_before(self, database: Database, enterprise_id: str) -> None:
        """4.16: told at T−30, over at T."""
        work = applied(database, enterprise_id).approve(at=NOW)
        run_clock(database, now=NOW + 7.5 * HOUR)
        warned = dict(work.row.warned)

        run_clock(database, now=NOW + 8 * HOUR)

        assert set(warned) == {"gas_stale", "expiring"}
        assert (work.row.state, work.row.is_open, due_of(database, work)) == ("expired", False, None)
        assert work.row.reason_code == "expired"
        assert told(database)[-1]["type"] == "permits.permit_expired.v1"

    def test_ends_work_that_goes_on_and_asks_who_is_inside(self, database: Database, enterprise_id: str) -> None:
        """4.16: alarm and people-out confirmation."""
        work = applied(database, enterprise_id, "confined_space", facts={"toxic_risk": False})
        toxic = {"gas": "hydrogen_sulphide", "value": 1, "unit": "mg_m3", "point": "middle", "sampled_at": NOW}
        work.take("submit", at=NOW).take("test_gas", at=NOW, **toxic)
        self._prepared(work)
        work.start(at=NOW).take("check_in", at=NOW, person_id=WORKER)

        run_clock(database, now=NOW + 8 * HOUR)

        assert (work.row.state, "people_inside" in work.row.warned) == ("expired", True)
        assert work.refusal("confirm_out", at=NOW + 8 * HOUR) == "people_inside"
        work.take("check_out", at=NOW + 8 * HOUR, person_id=WORKER).take("confirm_out", at=NOW + 8 * HOUR)
        assert due_of(database, work) is None

    def test_asks_who_is_inside_a_space_whose_permit_was_taken_away(
        self, database: Database, enterprise_id: str
    ) -> None:
        """4.10 e, 6.8: an alarm has stopped the work before everybody was out."""
        work = applied(database, enterprise_id, "confined_space", facts={"toxic_risk": False})
        toxic = {"gas": "hydrogen_sulphide", "value": 1, "unit": "mg_m3", "point": "middle", "sampled_at": NOW}
        work.take("submit", at=NOW).take("test_gas", at=NOW, **toxic)
        self._prepared(work)
        work.start(at=NOW).take("check_in", at=NOW, person_id=WORKER)
        work.take("suspend", at=NOW, cause="anomaly", reason="异味").take("revoke", at=NOW + MINUTE, reason="违章")

        run_clock(database, now=NOW + MINUTE)

        before = list(work.row.alerts)
        work.take("check_out", at=NOW + 2 * MINUTE, person_id=WORKER).take("confirm_out", at=NOW + 2 * MINUTE)
        assert (before, work.row.alerts, work.row.state) == (["people_inside"], [], "revoked")

    def _prepared(self, work: Work) -> None:
        work.take("analyse", at=NOW, **ANALYSIS).gas(at=NOW)
        rows = range(1, 16)
        work.take("answer", at=NOW, answers=dict.fromkeys(rows, True), notes=dict.fromkeys(rows, WRITTEN))
        work.take("confirm", at=NOW, plan="p", isolation=["v"], blind_map="m")
        work.take("brief", at=NOW, **BRIEFING).take("send", at=NOW)
        work.take("sign", at=NOW).take("approve", at=NOW, by="approver")

    def test_asks_for_the_record_of_a_confined_space_every_two_hours(
        self, database: Database, enterprise_id: str
    ) -> None:
        """6.5; §8.9."""
        work = applied(database, enterprise_id, "confined_space", facts={"toxic_risk": False})
        toxic = {"gas": "hydrogen_sulphide", "value": 1, "unit": "mg_m3", "point": "middle", "sampled_at": NOW}
        work.take("submit", at=NOW).take("test_gas", at=NOW, **toxic)
        self._prepared(work)
        work.start(at=NOW + 10 * MINUTE)
        run_clock(database, now=NOW + 2 * HOUR + 9 * MINUTE)
        before = dict(work.row.warned)

        run_clock(database, now=NOW + 2 * HOUR + 10 * MINUTE)

        assert ("gas_log_due" in before, "gas_log_due" in work.row.warned) == (False, True)
        work.gas(at=NOW + 2 * HOUR + 20 * MINUTE)
        assert due_of(database, work) == NOW + 4 * HOUR + 20 * MINUTE

    def test_tells_that_a_break_is_over_its_limit_and_acceptance_is_late(
        self, database: Database, enterprise_id: str
    ) -> None:
        work = applied(database, enterprise_id).approve(at=NOW).start(at=NOW)
        work.take("suspend", at=NOW + HOUR, reason="午休", cause="break")
        run_clock(database, now=NOW + 2 * HOUR)
        work.gas(at=NOW + 2 * HOUR).take("resume", at=NOW + 2 * HOUR)
        work.take("finish", at=NOW + 3 * HOUR, fire_out=True)

        run_clock(database, now=NOW + 5 * HOUR)

        assert {"break_limit", "acceptance_overdue"} <= set(work.row.warned)

    def test_runs_each_thing_once_however_late_and_often(self, database: Database, enterprise_id: str) -> None:
        work = applied(database, enterprise_id).approve(at=NOW)
        with database.transaction() as session:
            run_permit_clock(session, work.id, now=NOW + 30 * HOUR)

        with database.transaction() as session:
            run_permit_clock(session, work.id, now=NOW + 31 * HOUR)

        with database.reading() as session:
            events = [one.event for one in permit_parts(session, work.id)["steps"]]
        assert (events.count("expire"), events.count("warn")) == (1, 2)

    def test_is_not_set_for_a_draft(self, database: Database, enterprise_id: str) -> None:
        assert due_of(database, applied(database, enterprise_id)) is None


class TestTimeOfTheSteps:
    def test_refuses_a_start_31_minutes_after_the_sample(self, database: Database, enterprise_id: str) -> None:
        """5.3.1 c; §8.3."""
        work = applied(database, enterprise_id).approve(at=NOW)
        work.take("check_ticket", at=NOW).take("check_in", at=NOW, person_id=GUARDIAN)
        assert work.refusal("start", at=NOW + 31 * MINUTE) == "gas_stale"
        assert work.take("start", at=NOW + 30 * MINUTE).row.state == "active"

    @pytest.mark.parametrize(
        ("risk_place", "minutes", "code"),
        [(True, 31, "analysis_needed"), (False, 59, ""), (False, 61, "analysis_needed")],
        ids=["class 1 31", "class 2 59", "class 2 61"],
    )
    def test_asks_for_an_analysis_after_a_break(
        self, database: Database, enterprise_id: str, risk_place: bool, minutes: int, code: str
    ) -> None:
        """5.3.1 d; §8.4."""
        facts = {**HOT_FACTS, "risk_place": risk_place}
        work = applied(database, enterprise_id, facts=facts).approve(at=NOW).start(at=NOW)
        stopped, back = NOW + HOUR, NOW + HOUR + minutes * MINUTE
        work.take("suspend", at=stopped, reason="午休", cause="break")
        if code:
            assert work.refusal("resume", at=back) == code
            work.gas(at=back)
        assert work.take("resume", at=back).row.state == "active"

    def test_refuses_to_go_on_next_day_without_analysis(self, database: Database, enterprise_id: str) -> None:
        """5.3.1 d; §8.5: inside 72 hours."""
        work = applied(database, enterprise_id, hours=60, facts={**HOT_FACTS, "night_work": False})
        work.approve(at=NOW).start(at=NOW).take("suspend", at=NOW + 9 * HOUR, reason="下班", cause="break")
        tomorrow = NOW + 24 * HOUR
        assert work.row.level == "L2"
        assert work.refusal("resume", at=tomorrow) == "analysis_needed"
        assert work.gas(at=tomorrow).take("resume", at=tomorrow).row.state == "active"

    def test_asks_to_confirm_again_after_a_break_at_height(self, database: Database, enterprise_id: str) -> None:
        """8.2.11; §8.23."""
        facts = {"height_m": 6.0, "no_other_circumstances": True}
        work = applied(database, enterprise_id, "height", hours=100, facts=facts).approve(at=NOW).start(at=NOW)
        work.take("suspend", at=NOW + HOUR, reason="雨", cause="weather")
        assert work.refusal("resume", at=NOW + 48 * HOUR) == "not_reconfirmed"
        assert work.take("resume", at=NOW + 48 * HOUR, reconfirmed=True).row.state == "active"


class TestAJob:
    def test_begins_the_permits_of_the_other_kinds(self, database: Database, enterprise_id: str) -> None:
        """4.6, I1; §8.11."""
        work = applied(database, enterprise_id, facts={**HOT_FACTS, "internal_work": True}).take("submit", at=NOW)
        assert work.refusal("analyse", at=NOW, **ANALYSIS) == "related_permit_missing"

        work.take("analyse", at=NOW, related=("confined_space", "temp_power"), **ANALYSIS)

        assert work.others("confined_space").row.state == "draft"
        assert (work.others("temp_power").row.parent_id, work.others("temp_power").row.number[:4]) == (work.id, "LSYD")

    def test_ends_its_power_with_the_hot_work(self, database: Database, enterprise_id: str) -> None:
        """10.8, I11; §8.16."""
        work = applied(database, enterprise_id).approve(at=NOW, related=("temp_power",))
        power = work.others("temp_power").approve(at=NOW)
        work.start(at=NOW)
        power.start(at=NOW)
        work.take("suspend", at=NOW + MINUTE, reason="风", cause="weather")
        stopped = power.row
        work.take("resume", at=NOW + 2 * MINUTE)
        power.take("resume", at=NOW + 2 * MINUTE)

        work.take("finish", at=NOW + 3 * MINUTE, fire_out=True)

        assert (stopped.state, stopped.cause) == ("suspended", "related_permit")
        assert (power.row.state, power.row.reason) == ("expired", f"{work.row.number} finished")
        assert (power.row.reason_code, power.row.reason_about) == (
            "related", {"number": work.row.number, "state": "finished"},
        )  # fmt: skip
        assert work.take("close", at=NOW + HOUR, restored=True).row.state == "closed"

    def test_of_power_ends_no_later_than_the_hot_work(self, database: Database, enterprise_id: str) -> None:
        """10.8; §8.16."""
        work = applied(database, enterprise_id)
        power = applied(database, enterprise_id, "temp_power", hours=9, parent_id=work.id)
        assert power.refusal("submit", at=NOW) == "outlives_parent"

    def test_is_begun_once_for_each_kind(self, database: Database, enterprise_id: str) -> None:
        work = applied(database, enterprise_id)
        applied(database, enterprise_id, "temp_power", parent_id=work.id)
        work.take("submit", at=NOW).take("analyse", at=NOW, related=("temp_power", "hot_work"), **ANALYSIS)
        assert work.others("temp_power").row.state == "draft"

    def test_knows_brothers_of_the_same_parent(self, database: Database, enterprise_id: str) -> None:
        work = applied(database, enterprise_id).approve(at=NOW, related=("temp_power",))
        extra = applied(database, enterprise_id, "height", facts={"height_m": 3.0}, parent_id=work.id)
        extra.take("submit", at=NOW).take("analyse", at=NOW, related=("road_closing",), **ANALYSIS)
        assert work.others("road_closing").row.parent_id == work.id

    def test_without_crew_is_begun_without(self, database: Database, enterprise_id: str) -> None:
        work = applied(database, enterprise_id, crew=[])
        assert work.row.state == "draft"
