"""The acceptance tests of permits §8 on both databases, each with its number there and its clause."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from services.permits.domain.signers import Mandate, Signer, authority_of
from services.permits.queries.permits import permit_parts
from services.permits.rules import ruleset
from services.permits.rules.signers import signer_rules
from services.permits.tables import certificate, commitment, gas_test
from services.permits.use_cases.people import keep_certificate
from services.permits.use_cases.places import enter_place
from shared.contracts.training import CertificateIssued
from shared.database import Database
from shared.ids import new_id
from shared.machines import NotAllowed
from tests.integration.permits.conftest import Caller, at, known_enterprise, owes, run_clock, told
from tests.integration.permits.permitting import WORK
from tests.integration.permits.test_commitment_days import signs
from tests.support import permits
from tests.support.permits import ANALYSIS, DONE, GUARDIAN, HOT_FACTS, HOUR, Work

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # nine in the morning in China, a Tuesday
TODAY = date(2026, 3, 3)
HOLIDAY = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPECIAL = {**HOT_FACTS, "operating_plant": True}
CLASS_1 = {**HOT_FACTS, "risk_place": True}
METRE = 0.00000899  # of latitude, in degrees
applied = partial(permits.applied, now=NOW)


@pytest.fixture
def firm(database: Database) -> str:
    """Return a chemical works: GB 30871 binds it."""
    return known_enterprise(database, industry="C2614")


def outcome(work: Work, event: str, *, at: datetime = NOW, **given: Any) -> str:
    """Return the code with which a step is refused, else the state that it leads to."""
    try:
        return str(work.take(event, at=at, **given).row.state)
    except NotAllowed as refused:
        return refused.code


def live(database: Database, firm: str, facts: Mapping[str, Any] = HOT_FACTS, **changes: Any) -> Work:
    """Return work that goes on."""
    return applied(database, firm, facts=facts, **changes).approve(at=NOW).start(at=NOW)


def is_acceptable(work: Work, gas: str, value: float, unit: str = "vol_pct", **given: Any) -> tuple[bool, float]:
    """Return whether a result allows the work, and what it is in the unit of the limit."""
    work.take("test_gas", at=NOW, gas=gas, value=value, unit=unit, point="middle", sampled_at=NOW, **given)
    wanted = select(gas_test.c.is_acceptable, gas_test.c.judged_value).where(gas_test.c.permit_id == work.id)
    with work.database.reading() as session:
        row = session.execute(wanted.order_by(gas_test.c.version.desc()).limit(1)).one()
    return row.is_acceptable, row.judged_value


class TestTime:
    @pytest.mark.parametrize(("minutes", "expected"), [(480, "reserved"), (481, "valid_too_long")])
    def test_1_special_class_of_8_h_01_is_refused(
        self, database: Database, firm: str, minutes: int, expected: str
    ) -> None:
        """5.1.5."""
        work = applied(database, firm, facts=SPECIAL, hours=minutes / 60)
        assert outcome(work, "submit") == expected

    def test_2_class_2_on_a_public_holiday_is_stored_and_routed_as_class_1(self, database: Database, firm: str) -> None:
        """5.1.1."""
        row = applied(database, firm, start=HOLIDAY).take("submit", at=HOLIDAY).row
        assert (row.computed_level, row.level, row.why["because"][-1]) == ("L2", "L1", "rest_day")
        assert (row.terms["approval"][-1], row.terms["max_hours"]) == ("safety_dept", 8)

    @pytest.mark.parametrize(("minutes", "expected"), [(30, "active"), (31, "gas_stale")])
    def test_3_a_sample_31_minutes_old_blocks_the_start(
        self, database: Database, firm: str, minutes: int, expected: str
    ) -> None:
        """5.3.1 c."""
        work = applied(database, firm).approve(at=NOW).take("check_in", at=NOW, person_id=GUARDIAN)
        assert outcome(work.checked(at=NOW), "start", at=NOW + minutes * MINUTE) == expected

    @pytest.mark.parametrize(
        ("facts", "minutes", "expected"),
        [
            (SPECIAL, 31, "analysis_needed"),
            (CLASS_1, 30, "active"),
            (CLASS_1, 31, "analysis_needed"),
            (HOT_FACTS, 59, "active"),
            (HOT_FACTS, 61, "analysis_needed"),
        ],
        ids=["special 31", "class 1 30", "class 1 31", "class 2 59", "class 2 61"],
    )
    def test_4_a_break_asks_for_a_new_analysis_by_class(
        self, database: Database, firm: str, facts: Mapping[str, Any], minutes: int, expected: str
    ) -> None:
        """5.3.1 d."""
        work = live(database, firm, facts).take("suspend", at=NOW + HOUR, cause="break", reason="午休")
        assert outcome(work, "resume", at=NOW + HOUR + minutes * MINUTE) == expected

    def test_5_the_next_day_needs_its_own_analysis_inside_72_hours(self, database: Database, firm: str) -> None:
        """5.3.1 d: stopped for 40 minutes over midnight, less than the break of class 2 may last."""
        midnight = NOW.replace(hour=16)
        work = live(database, firm, {**HOT_FACTS, "night_work": False}, hours=60)
        work.take("suspend", at=midnight - 20 * MINUTE, cause="break", reason="交接班")
        before = (work.row.level, outcome(work, "resume", at=midnight + 20 * MINUTE))
        after = outcome(work.gas(at=midnight + 20 * MINUTE), "resume", at=midnight + 20 * MINUTE)
        assert (before, after) == (("L2", "daily_analysis_needed"), "active")

    def test_9_a_confined_space_without_a_record_for_two_hours_alarms(self, database: Database, firm: str) -> None:
        """6.5."""
        work = live(database, firm, {"toxic_risk": False}, kind="confined_space")
        run_clock(database, now=NOW + 119 * MINUTE)
        before = list(work.row.alerts)
        run_clock(database, now=NOW + 120 * MINUTE)
        assert (before, work.row.alerts, work.row.is_alerting) == ([], ["gas_log_due"], True)

    def test_16_power_for_a_hot_job_ends_when_the_hot_permit_ends(self, database: Database, firm: str) -> None:
        """10.8."""
        hot = applied(database, firm).approve(at=NOW, related=("temp_power",))
        power = hot.others("temp_power").approve(at=NOW)
        hot.start(at=NOW)
        power.start(at=NOW)
        longer = applied(database, firm, "temp_power", hours=9, parent_id=hot.id)
        run_clock(database, now=hot.row.ends_at)
        assert (hot.row.state, power.row.state) == ("expired", "expired")
        assert outcome(longer, "submit") == "outlives_parent"

    def test_23_height_work_of_days_is_confirmed_again_after_a_break(self, database: Database, firm: str) -> None:
        """8.2.11."""
        facts = {"height_m": 6.0, "no_other_circumstances": True}
        work = applied(database, firm, "height", hours=7 * 24, facts=facts).approve(at=NOW).start(at=NOW)
        work.take("suspend", at=NOW + HOUR, cause="break", reason="下班")
        found = [outcome(work, "resume", at=NOW + 24 * HOUR, **given) for given in ({}, {"reconfirmed": True})]
        assert found == ["not_reconfirmed", "active"]


class TestGas:
    @pytest.mark.parametrize(
        ("gas", "value", "expected"),
        [("methane", 0.5, True), ("methane", 0.51, False), ("benzene", 0.2, True), ("benzene", 0.21, False)],
    )
    def test_6_combustibles_keep_to_half_or_a_fifth_of_a_per_cent(
        self, database: Database, firm: str, gas: str, value: float, expected: bool
    ) -> None:
        """5.3.2 a, b."""
        work = applied(database, firm).take("submit", at=NOW)
        assert is_acceptable(work, gas, value)[0] is expected

    def test_7_ten_per_cent_of_the_explosive_limit_of_methane_is_half_a_per_cent(
        self, database: Database, firm: str
    ) -> None:
        """5.3.2: limits are by volume, detectors show per cent of the limit."""
        work = applied(database, firm).take("submit", at=NOW)
        assert is_acceptable(work, "methane", 10, "lel_pct") == (True, 0.5)

    @pytest.mark.parametrize(
        ("value", "is_enriched", "expected"),
        [(21.0, False, True), (21.5, False, False), (21.5, True, True), (23.5, True, True), (23.6, True, False)],
    )
    def test_8_oxygen_of_21_5_fails_unless_the_air_is_enriched(
        self, database: Database, firm: str, value: float, is_enriched: bool, expected: bool
    ) -> None:
        """6.4 a."""
        work = applied(database, firm, "confined_space", facts={"toxic_risk": False}).take("submit", at=NOW)
        assert is_acceptable(work, "oxygen", value, is_enriched=is_enriched)[0] is expected


class TestInterlocks:
    def test_11_hot_work_in_a_vessel_without_entry_permit_is_refused(self, database: Database, firm: str) -> None:
        """4.6."""
        work = applied(database, firm, facts={**HOT_FACTS, "internal_work": True}).take("submit", at=NOW)
        assert outcome(work, "analyse", **ANALYSIS) == "related_permit_missing"

    @pytest.mark.parametrize(("metres", "expected"), [(29, "work_in_conflict"), (33, "in_approval")])
    def test_12_hot_work_29_m_from_blinding_is_refused(
        self, database: Database, firm: str, metres: int, expected: str
    ) -> None:
        """7.6."""
        here = {"longitude": 121.41, "latitude": 28.66, "accuracy_m": 1.0}
        there = here | {"latitude": 28.66 + metres * METRE}
        applied(database, firm, "blinding", facts={"risk_place": True}, **there).brief(at=NOW).take("send", at=NOW)
        assert outcome(applied(database, firm, **here).brief(at=NOW), "send") == expected

    def test_13_a_second_blind_on_the_same_pipe_is_refused(self, database: Database, firm: str) -> None:
        """7.10."""
        with database.transaction() as session:
            given = {"kind": "pipe", "number": "P-1", "title": "进料管"}
            pipe = enter_place(session, firm, given, by="a-1", now=NOW)
        first, second = (applied(database, firm, "blinding", facts={}, place_id=pipe).brief(at=NOW) for _ in range(2))
        assert [outcome(one, "send") for one in (first, second)] == ["in_approval", "work_in_conflict"]


class TestLevels:
    @pytest.mark.parametrize(
        ("metres", "factor", "level"),
        [(15, False, "II"), (15, True, "III"), (15.01, False, "III"), (15.01, True, "IV")],
    )
    def test_14_height_of_15_m_is_the_end_of_its_band(
        self, database: Database, firm: str, metres: float, factor: bool, level: str
    ) -> None:
        """8.1."""
        facts = {"height_m": metres, "no_other_circumstances": True, "slippery": factor}
        assert applied(database, firm, "height", facts=facts).take("submit", at=NOW).row.level == level

    @pytest.mark.parametrize(
        ("tonnes", "expected"), [(40, "L2"), (100, "L2"), (100.1, "L1"), (39.9, "L3"), (9.9, "no_permit_needed")]
    )
    def test_15_lifts_have_the_class_of_their_mass(
        self, database: Database, firm: str, tonnes: float, expected: str
    ) -> None:
        """9.1; B.2 note 3: below 10 t the permit is waived, the analysis of the risks is not."""
        work = applied(database, firm, "lifting", facts={"mass_t": tonnes})
        found = outcome(work, "submit")
        assert (work.row.level if found == "reserved" else found) == expected


class TestPeople:
    def test_10_the_guardian_who_checks_out_suspends_the_work(self, database: Database, firm: str) -> None:
        """4.10 f."""
        row = live(database, firm).take("check_out", at=NOW + HOUR, person_id=GUARDIAN).row
        assert (row.state, row.cause) == ("suspended", "guardian")

    def test_24_a_certificate_whose_review_falls_into_the_period_blocks(self, database: Database, firm: str) -> None:
        """4.9; the review of 应急管理部令第19号."""
        welder = new_id()
        crew = [{"person_id": GUARDIAN, "role": "guardian"}, {"person_id": welder, "role": "worker"}]
        work = applied(database, firm, hours=70, facts={**HOT_FACTS, "night_work": False}, crew=crew).brief(at=NOW)
        days = {"valid_from": "2026-01-01", "valid_to": "2031-12-31"}
        codes = []
        for review_by in ("2026-03-05", "2026-03-06"):  # the work ends on the sixth
            tell_of_welding(database, firm, welder, review_by=review_by, **days)
            codes.append(outcome(work, "send"))
        assert codes == ["people_not_fit", "in_approval"]

    def test_22_a_space_with_hydrogen_sulphide_needs_the_principal_or_a_delegate_with_letter(
        self, database: Database
    ) -> None:
        """应急管理部令第13号 第七条: general industry."""
        shop = known_enterprise(database, industry="C3360")
        work = applied(database, shop, "confined_space", facts={"toxic_risk": True}).take("submit", at=NOW)
        role = work.row.terms["approval"][-1]
        mandates = [Mandate(role, TODAY, TODAY, letter_id=letter) for letter in ("", "letter-1")]
        assert (work.row.ruleset, role) == ("general-industry", "principal")
        assert may_sign("principal", role) is True
        assert [may_sign("approver", role, one) for one in mandates] == [False, True]

    def test_21_a_remote_signature_needs_a_reason_and_a_photo(self, database: Database, firm: str) -> None:
        """4.11 a."""
        work = applied(database, firm).brief(at=NOW).take("send", at=NOW)
        found = [outcome(work, "sign", **given) for given in ({"distance_m": 51.0}, {"distance_m": 50.0})]
        assert (found, DONE["distance_m"]) == (["not_on_site", "in_approval"], 5.0)


def tell_of_welding(database: Database, firm: str, person_id: str, **days: str) -> None:
    """Let training tell when the welding certificate of somebody is reviewed."""
    own = (certificate.c.person_id == person_id, certificate.c.kind == "welding")
    with database.transaction() as session:
        known = session.execute(select(certificate.c.id, certificate.c.sequence).where(*own)).one()
        ids = {"certificate_id": known.id, "enterprise_id": firm, "person_id": person_id}
        told = CertificateIssued(**ids, certificate="welding", **days)
        keep_certificate(session, told, sequence=known.sequence + 1, now=NOW)


def may_sign(post: str, role: str, *mandates: Mandate) -> bool:
    """Return whether somebody with this post and these mandates signs in a role."""
    try:
        authority_of(signer_rules(), Signer("a-1", "p-1", frozenset({post}), mandates), role=role, today=TODAY)
    except NotAllowed:
        return False
    return True


class TestTheCommitment:
    def test_19_is_missed_after_ten_and_stays_late_when_it_is_signed_then(self, database: Database, firm: str) -> None:
        """应急〔2018〕74号, hour of Zhejiang."""
        owes(database, firm, now=at(TODAY - timedelta(days=1), "20:00"))
        run_clock(database, now=at(TODAY, "10:01"))
        before = committed(database, firm)
        signs(database, firm, now=at(TODAY, "10:05"))
        run_clock(database, now=at(TODAY, "11:00"))
        after = committed(database, firm)
        assert [(one.is_missed, one.is_late) for one in (before, after)] == [(True, False), (True, True)]

    def test_20_of_no_hot_work_is_disputed_by_one_active_permit(self, database: Database, firm: str) -> None:
        """Permits §3.4."""
        owes(database, firm, now=at(TODAY - timedelta(days=1), "20:00"))
        signs(database, firm, now=NOW)
        before = committed(database, firm).is_disputed
        state = live(database, firm).row.state
        assert (before, state, committed(database, firm).is_disputed) == (False, "active", True)
        assert told(database, "commitment_disputed")[-1]["data"]["checks"] == ["permit_after_zero"]


def committed(database: Database, firm: str) -> Any:
    wanted = select(commitment).where(commitment.c.enterprise_id == firm, commitment.c.day == TODAY)
    with database.reading() as session:
        return session.execute(wanted).one()


class TestAFilledPermit:
    def test_18_is_kept_for_a_year(self, database: Database, firm: str, caller: Caller) -> None:
        """B.3: nothing deletes it, neither somebody nor the clock."""
        work = live(database, firm).take("finish", at=NOW, fire_out=True).take("close", at=NOW, restored=True)
        run_clock(database, now=NOW + 24 * HOUR)
        days, ended_at = ruleset(work.row.ruleset).scope.permit_days, work.row.ended_at
        run_clock(database, now=ended_at + timedelta(days=days))
        principal = caller("enterprise_principal", divisions=[], enterprise_id=firm)
        assert (work.row.state, principal.delete(f"{WORK}/{work.id}").status_code) == ("archived", 405)

    def test_17_is_not_edited_after_the_first_signature_and_renewed_without_results(
        self, database: Database, firm: str
    ) -> None:
        """4.16, 4.18."""
        work = applied(database, firm).approve(at=NOW)
        refused = outcome(work, "edit", description="改焊接位置", place="二车间")
        renewed = work.renew(at=NOW)
        with database.reading() as session:
            parts = permit_parts(session, renewed.id)
        assert (refused, renewed.row.state, renewed.row.renews) == ("permit_frozen", "draft", work.id)
        assert (parts["gas_tests"], parts["signatures"], len(parts["persons"])) == ([], [], 2)
        assert {one.is_involved for one in parts["measures"]} == {None}
