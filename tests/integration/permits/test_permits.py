"""A permit from the application to its acceptance (permits §2), through the routes, on both databases."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from services.permits.subscriptions import on_enterprises_merged
from services.permits.tables import permit_measure
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import NOW, PERMITS, Caller, known_enterprise, told
from tests.integration.permits.permitting import (
    PLACE,
    WORK,
    application,
    applied,
    approved,
    measured,
    prepared,
    sent,
    shown,
    started,
    taken,
)
from tests.integration.permits.test_declarations import photo
from tests.support.events import received
from tests.support.permits import ANALYSIS, BRIEFING, CREW, GUARDIAN, LEADER, WORKER, WRITTEN
from tests.support.racing import at_once


@pytest.fixture
def enterprise_id(database: Database) -> str:
    """Return a chemical works: GB 30871 binds it."""
    return known_enterprise(database, industry="C2614")


@pytest.fixture
def foreman(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_user", subject="foreman", divisions=[], enterprise_id=enterprise_id)


@pytest.fixture
def approver(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_approver", subject="approver", divisions=[], enterprise_id=enterprise_id)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def names(database: Database) -> list[str]:
    return [one["type"].split(".")[1] for one in told(database) if one["type"].startswith("permits.permit_")]


class TestAPermit:
    def test_begins_as_a_draft_with_number_and_every_measure_open(
        self, foreman: FlaskClient, enterprise_id: str
    ) -> None:
        permit = applied(foreman, enterprise_id)

        seen = shown(foreman, permit)
        assert (seen["state"], seen["number"][:5], seen["number"][-5:]) == ("draft", "DHZY-", "-0001")
        assert (len(seen["measures"]), {one["is_involved"] for one in seen["measures"]}) == (16, {None})
        assert (seen["allowed"], seen["ruleset"]) == (["edit", "submit", "withdraw"], "gb30871-2022")
        assert applied(foreman, enterprise_id)["number"][-5:] == "-0002"

    def test_goes_all_the_way(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        permit = applied(foreman, enterprise_id)
        started(foreman, approver, permit)
        taken(foreman, permit, "suspend", cause="break", reason="午休")
        taken(foreman, permit, "resume", cleared="午休结束", detector_live=True, wind_force=1)
        taken(foreman, permit, "check_in", person_id=WORKER)
        taken(foreman, permit, "finish", fire_out=True)
        taken(approver, permit, "close", restored=True)

        seen = shown(approver, permit)
        assert (seen["state"], seen["is_open"], seen["is_live"]) == ("closed", False, False)
        assert [one["event"] for one in seen["steps"]][:4] == ["apply", "submit", "analyse", "answer"]
        assert names(database) == [
            "permit_submitted", "permit_approved", "permit_started", "permit_suspended", "permit_resumed",
            "permit_finished", "permit_closed",
        ]  # fmt: skip
        last = told(database)[-1]["data"]
        assert (last["kind"], last["number"], last["longitude"]) == ("hot_work", seen["number"], PLACE["longitude"])

    def test_stores_level_reasons_and_terms_when_it_is_submitted(
        self, foreman: FlaskClient, enterprise_id: str
    ) -> None:
        permit = applied(foreman, enterprise_id)

        submitted = taken(foreman, permit, "submit")

        assert (submitted["state"], submitted["computed_level"]) == ("reserved", "L2")
        assert submitted["why"]["because"][0] == "other_hot_work"
        assert (submitted["terms"]["gas_minutes"], submitted["terms"]["gases"]) == (30, ["combustible"])

    def test_of_general_industry_asks_for_the_principal_and_ventilation(
        self, database: Database, caller: Caller
    ) -> None:
        """Order 13 Art. 7, 15; §8.22."""
        firm = known_enterprise(database, industry="C3360")
        client = caller("enterprise_user", divisions=[], enterprise_id=firm)
        permit = applied(client, firm, "confined_space", facts={"toxic_risk": True})

        submitted = taken(client, permit, "submit")

        assert (submitted["ruleset"], submitted["terms"]["ventilates"]) == ("general-industry", True)
        assert submitted["terms"]["approval"][-1] == "principal"

    def test_of_power_in_a_safe_place_asks_for_no_gas(self, foreman: FlaskClient, enterprise_id: str) -> None:
        permit = applied(foreman, enterprise_id, "temp_power", facts={"operating_risk_area": False})
        assert taken(foreman, permit, "submit")["terms"]["gases"] == []

    def test_inside_oxygen_equipment_asks_for_the_oxygen_too(self, foreman: FlaskClient, enterprise_id: str) -> None:
        """5.2.7."""
        facts = application(enterprise_id)["facts"] | {"oxygen_equipment": True}
        permit = applied(foreman, enterprise_id, facts=facts)
        assert set(taken(foreman, permit, "submit")["terms"]["gases"]) == {"combustible", "oxygen"}
        taken(foreman, permit, "analyse", **ANALYSIS)
        assert measured(foreman, permit, "oxygen", value=23.0).status_code == 200
        assert shown(foreman, permit)["gas_tests"][0]["limit_value"] == 23.5

    def test_is_refused_for_a_light_lift_that_needs_none(self, foreman: FlaskClient, enterprise_id: str) -> None:
        """B.2 note 3; §8.15."""
        permit = applied(foreman, enterprise_id, "lifting", facts={"mass_t": 9.9})
        assert refused(sent(foreman, permit, "submit")) == (422, "no_permit_needed")

    def test_may_be_altered_until_somebody_signs(self, foreman: FlaskClient, enterprise_id: str) -> None:
        """4.18; §8.17."""
        permit = applied(foreman, enterprise_id)
        content = {name: value for name, value in application(enterprise_id).items()
                   if name not in ("enterprise_id", "kind")}  # fmt: skip
        path = f"{WORK}/{permit['id']}"
        altered = foreman.put(path, json=content | {"place": "二车间", "crew": CREW[:1]})
        taken(foreman, permit, "submit")
        taken(foreman, permit, "analyse", **ANALYSIS)

        again = foreman.put(path, json=content)

        assert (altered.json["place"], len(shown(foreman, permit)["persons"])) == ("二车间", 1)
        assert refused(again) == (422, "permit_frozen")

    def test_names_each_person_once_for_a_role(self, foreman: FlaskClient, enterprise_id: str) -> None:
        answer = foreman.post(WORK, json=application(enterprise_id, crew=[CREW[0], CREW[0]]))
        assert refused(answer) == (422, "named_twice")

    @pytest.mark.parametrize("value", ["yes", [1], 2_000_000], ids=["text", "list", "large"])
    def test_takes_only_answers_and_numbers(self, foreman: FlaskClient, enterprise_id: str, value: Any) -> None:
        answer = foreman.post(WORK, json=application(enterprise_id, facts={"risk_place": value}))
        assert (answer.status_code, "facts" in answer.text) == (422, True)

    def test_is_renewed_as_a_new_one_without_analysis_answers_and_signatures(
        self, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        """4.16; §8.17."""
        permit = applied(foreman, enterprise_id)
        approved(foreman, approver, permit)
        window = {name: application(enterprise_id)[name] for name in ("starts_at", "ends_at")}

        renewed = shown(foreman, taken(foreman, permit, "renew", **window))

        assert (renewed["state"], renewed["renews"], renewed["level"]) == ("draft", permit["id"], "")
        assert (renewed["gas_tests"], renewed["signatures"], renewed["analysis"]) == ([], [], {})
        assert {one["is_involved"] for one in renewed["measures"]} == {None}
        assert len(renewed["persons"]) == len(CREW)

    def test_is_not_seen_elsewhere(self, caller: Caller, foreman: FlaskClient, enterprise_id: str) -> None:
        permit = applied(foreman, enterprise_id)
        stranger = caller("enterprise_user", subject="other", divisions=[], enterprise_id=new_id())
        assert refused(stranger.get(f"{WORK}/{permit['id']}")) == (404, "permit_not_found")
        assert refused(sent(stranger, permit, "submit")) == (404, "permit_not_found")
        assert stranger.get(WORK).json["items"] == []

    def test_is_not_approved_by_an_authority(self, caller: Caller, foreman: FlaskClient, enterprise_id: str) -> None:
        """§5.3: the approval is the enterprise's own."""
        permit = applied(foreman, enterprise_id)
        assert sent(caller("bureau_officer"), permit, "approve", **PLACE).status_code == 403
        assert sent(caller("subdistrict_officer"), permit, "start").status_code == 403
        assert caller("bureau_officer").get(f"{WORK}/{permit['id']}").status_code == 200

    def test_is_moved_by_one_of_two_at_the_same_moment(self, foreman: FlaskClient, enterprise_id: str) -> None:
        permit = applied(foreman, enterprise_id)
        answers = at_once(lambda _: sent(foreman, permit, "submit", version=1).status_code, threads=2)
        assert sorted(answers) == [200, 409]

    def test_goes_over_to_the_enterprise_that_stays(
        self, database: Database, caller: Caller, foreman: FlaskClient, enterprise_id: str
    ) -> None:
        permit, kept = applied(foreman, enterprise_id), known_enterprise(database)
        event = EnterprisesMerged(merge_id=new_id(), enterprise_id=kept, merged_ids=(enterprise_id,))
        with database.transaction() as session:
            on_enterprises_merged(session, received(event), now=NOW)
        assert shown(caller(), permit)["enterprise_id"] == kept

    def test_tells_the_way_it_goes(self, foreman: FlaskClient) -> None:
        table = foreman.get(f"{WORK}/table").json
        assert (table["id"], len(table["states"])) == ("PERMIT", 18)


class TestConfirmations:
    def test_say_who_confirmed_what_nothing_measures(
        self, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        """5.2.11, 5.2.14, 4.14: a camera, a fire that is out, a place that was put back."""
        permit = applied(foreman, enterprise_id)
        started(foreman, approver, permit)
        taken(foreman, permit, "finish", fire_out=True)
        taken(approver, permit, "close", restored=True)

        said = shown(foreman, permit)["confirmations"]

        assert [(one["event"], one["id"], one["by"]) for one in said] == [
            ("start", "video_live", "foreman"),
            ("start", "detector_live", "foreman"),
            ("finish", "fire_out", "foreman"),
            ("close", "restored", "approver"),
        ]
        assert (said[0]["clause"], said[0]["zh"], said[0]["at"]) == (
            "5.2.11", "作业过程视频监控已开启", shown(foreman, permit)["started_at"],
        )  # fmt: skip


class TestSignatures:
    def test_come_in_the_order_of_the_form(
        self, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        permit = applied(foreman, enterprise_id)
        taken(foreman, permit, "submit")
        prepared(foreman, permit)
        chain = shown(foreman, permit)["terms"]["approval"]

        early = sent(approver, permit, "approve", **PLACE)
        wrong = sent(foreman, permit, "signatures", role=chain[-1], **PLACE)
        assert shown(foreman, permit)["next_role"] == chain[0]

        assert (refused(early), refused(wrong)) == ((422, "signatures_missing"), (422, "not_next_to_sign"))

    def test_from_far_away_need_reason_and_photo(
        self, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        """4.11; §8.21."""
        permit = applied(foreman, enterprise_id)
        taken(foreman, permit, "submit")
        prepared(foreman, permit)
        far = {"longitude": 121.42, "latitude": 28.66}
        away = {"remote_reason": "台风封路", "photo": photo(approver, enterprise_id)}

        assert refused(sent(foreman, permit, "signatures", **far)) == (422, "not_on_site")
        taken(foreman, permit, "signatures", **far, **away)

        [kept] = shown(foreman, permit)["signatures"]
        assert (kept["remote_reason"], 900 < kept["distance_m"] < 1100, kept["method"]) == ("台风封路", True, "session")
        assert foreman.get(f"{PERMITS}/attachments/{kept['photo']}").status_code == 200

    def test_take_no_photo_of_another_enterprise(
        self, database: Database, caller: Caller, foreman: FlaskClient, enterprise_id: str
    ) -> None:
        permit, other = applied(foreman, enterprise_id), known_enterprise(database)
        taken(foreman, permit, "submit")
        prepared(foreman, permit)
        foreign = photo(caller("enterprise_guardian", divisions=[], enterprise_id=other), other)

        answers = [
            sent(foreman, permit, "signatures", remote_reason="台风封路", photo=one) for one in (foreign, new_id())
        ]

        assert [refused(one) for one in answers] == [(422, "foreign_photo"), (404, "attachment_unknown")]
        assert shown(foreman, permit)["signatures"] == []

    def test_may_refuse_the_work(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        permit = applied(foreman, enterprise_id)
        taken(foreman, permit, "submit")
        prepared(foreman, permit)

        rejected = taken(approver, permit, "approve", approved=False, reason="隔离不到位")

        assert (rejected["state"], rejected["reason"], names(database)[-1]) == (
            "rejected", "隔离不到位", "permit_rejected",
        )  # fmt: skip


class TestGas:
    def test_over_the_limit_stops_the_work(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        """5.3.2, 6.5."""
        permit = applied(foreman, enterprise_id)
        started(foreman, approver, permit)

        stopped = measured(foreman, permit, value=0.51).json

        assert (stopped["state"], stopped["cause"]) == ("suspended", "gas")
        suspended = told(database)[-1]["data"]
        assert (suspended["cause"], suspended["permit_id"]) == ("gas", permit["id"])
        answer = sent(foreman, permit, "resume", cleared="已通风", detector_live=True)
        assert refused(answer) == (422, "analysis_needed")

    def test_within_the_limit_lets_it_go_on(
        self, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        permit = applied(foreman, enterprise_id)
        started(foreman, approver, permit)
        assert measured(foreman, permit, value=0.5).json["state"] == "active"

    def test_of_a_detector_is_turned_into_volume(self, foreman: FlaskClient, enterprise_id: str) -> None:
        """§8.7: 10 %LEL of methane."""
        permit = applied(foreman, enterprise_id)
        taken(foreman, permit, "submit")
        measured(foreman, permit, value=10, unit="lel_pct")
        [result] = shown(foreman, permit)["gas_tests"]
        assert (result["judged_value"], result["limit_value"], result["is_acceptable"]) == (0.5, 0.5, True)

    def test_that_the_table_does_not_know_needs_its_explosive_limit(
        self, foreman: FlaskClient, enterprise_id: str
    ) -> None:
        permit = applied(foreman, enterprise_id)
        taken(foreman, permit, "submit")
        unknown = {"gas": "other_combustible", "value": 5, "unit": "lel_pct"}
        assert refused(measured(foreman, permit, **unknown)) == (422, "lel_missing")
        assert measured(foreman, permit, **unknown, lel=1.5).status_code == 200

    def test_of_other_work_is_judged_like_that_of_a_confined_space(
        self, foreman: FlaskClient, enterprise_id: str
    ) -> None:
        permit = applied(foreman, enterprise_id, "excavation", facts={"depth_m": 0.8})
        taken(foreman, permit, "submit")
        measured(foreman, permit, "oxygen", value=18)
        [result] = shown(foreman, permit)["gas_tests"]
        assert (result["is_acceptable"], result["clause"]) == (False, "6.4 a")


class TestAMeasureThatIsInvolved:
    def test_is_refused_without_what_belongs_into_it(self, foreman: FlaskClient, enterprise_id: str) -> None:
        """Annex A: numbers in the blanks, and the other measure with who drew it up."""
        permit = applied(foreman, enterprise_id)
        taken(foreman, permit, "submit")
        answers = {"1": True, "2": False, "8": True, "16": True}

        answer = sent(foreman, permit, "answer", answers=answers, notes={"8": "灭火器2台"})

        said = {"field": "notes", "missing": [8, 16], "clauses": ["A.1 8", "A.1 16"]}
        assert (refused(answer), answer.json["facts"]) == ((422, "measure_incomplete"), said)
        assert [row["is_involved"] for row in shown(foreman, permit)["measures"] if row["is_involved"]] == []

    def test_that_was_answered_before_that_was_asked_is_asked_for_again(
        self, database: Database, foreman: FlaskClient, enterprise_id: str
    ) -> None:
        permit = applied(foreman, enterprise_id)
        taken(foreman, permit, "submit")
        taken(foreman, permit, "analyse", **ANALYSIS)
        answers = dict.fromkeys((str(one["number"]) for one in shown(foreman, permit)["measures"]), False)
        taken(foreman, permit, "answer", answers={**answers, "8": True}, notes={"8": WRITTEN})
        measured(foreman, permit)
        with database.transaction() as session:
            session.execute(update(permit_measure).values(note=None))

        answer = sent(foreman, permit, "confirm", isolation=["V-101"], blind_map="map-1", plan="plan-1")
        taken(foreman, permit, "answer", answers={"8": True}, notes={"8": WRITTEN})

        assert (refused(answer), answer.json["facts"]["missing"]) == ((422, "measure_incomplete"), [8])
        assert taken(foreman, permit, "confirm", isolation=["V-101"], blind_map="map-1")["state"] == "prepared"


class TestTheGuardian:
    def test_who_leaves_stops_the_work(self, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str) -> None:
        """4.10 f; §8.10."""
        permit = applied(foreman, enterprise_id)
        started(foreman, approver, permit)

        left = taken(foreman, permit, "check_out", person_id=GUARDIAN)

        assert (left["state"], left["cause"]) == ("suspended", "guardian")
        assert refused(sent(foreman, permit, "resume", cleared="返回", detector_live=True)) == (422, "guardian_absent")

    def test_stays_while_a_worker_leaves(self, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str) -> None:
        permit = applied(foreman, enterprise_id)
        started(foreman, approver, permit)
        taken(foreman, permit, "check_in", person_id=WORKER)
        assert taken(foreman, permit, "check_out", person_id=WORKER)["state"] == "active"

    def test_has_to_be_briefed(self, foreman: FlaskClient, enterprise_id: str) -> None:
        """4.4."""
        permit = applied(foreman, enterprise_id)
        taken(foreman, permit, "submit")
        taken(foreman, permit, "analyse", **ANALYSIS)
        taken(foreman, permit, "answer", answers={str(number): False for number in range(1, 17)})
        measured(foreman, permit)
        taken(foreman, permit, "confirm", plan="plan-1")
        answer = sent(foreman, permit, "brief", **(BRIEFING | {"receivers": [WORKER]}))
        assert (refused(answer), LEADER in BRIEFING.values()) == ((422, "briefing_incomplete"), True)
