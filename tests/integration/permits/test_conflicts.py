"""Works in each other's way, through the routes on both databases: shown before the approval, and never both sent."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.database import Database
from tests.integration.permits.conftest import NOW, PERMITS, Caller, known_enterprise
from tests.integration.permits.permitting import PLACE, WORK, applied, briefed, prepared, sent, taken
from tests.support.racing import at_once

METRES = 1 / 111_195  # of latitude, in degrees


@pytest.fixture
def enterprise_id(database: Database) -> str:
    """Return a chemical works: GB 30871 binds it."""
    return known_enterprise(database, industry="C2614")


@pytest.fixture
def foreman(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_user", subject="foreman", divisions=[], enterprise_id=enterprise_id)


def north(metres: float, accuracy: float | None = 1) -> dict[str, Any]:
    """Return where something is, so many metres north of the usual place."""
    return {**PLACE, "latitude": PLACE["latitude"] + metres * METRES, "accuracy_m": accuracy}


def planned(client: FlaskClient, enterprise_id: str, kind: str, **changes: Any) -> dict[str, Any]:
    """Return a permit that waits only for being sent."""
    one = applied(client, enterprise_id, kind, **changes)
    taken(client, one, "submit")
    return briefed(client, one)


def conflicts(client: FlaskClient, permit: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"{WORK}/{permit['id']}/conflicts").json)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json.get("code", "")


class TestTwoWorks:
    def test_that_forbid_each_other_are_not_both_sent(self, foreman: FlaskClient, enterprise_id: str) -> None:
        """8.12: hot work 29 m from blinding."""
        blind = planned(foreman, enterprise_id, "blinding", **north(29))
        hot = planned(foreman, enterprise_id, "hot_work", **north(0))
        taken(foreman, blind, "send")

        refused, shown = sent(foreman, hot, "send"), conflicts(foreman, hot)

        assert refusal(refused) == (422, "work_in_conflict")
        assert blind["number"] in refused.text
        first = shown["items"][0]
        assert (first["rule"], first["effect"], first["distance_m"], first["limit_m"]) == ("I3", "forbid", 29, 30)
        assert (first["clause"], first["status"], first["other"]["id"]) == ("7.6", "official", blind["id"])
        assert (shown["is_forbidden"], shown["permit"]["location"]["accuracy_m"]) == (True, 1)

    @pytest.mark.parametrize(("metres", "accuracy"), [(33, 1), (29, 30), (29, None)])
    def test_that_are_far_enough_or_not_exactly_known_are(
        self, foreman: FlaskClient, enterprise_id: str, metres: float, accuracy: float | None
    ) -> None:
        prepared(foreman, _submitted(foreman, enterprise_id, "blinding", **north(metres, accuracy)))
        hot = planned(foreman, enterprise_id, "hot_work", **north(0))
        assert taken(foreman, hot, "send")["state"] == "in_approval"

    def test_sent_at_the_same_moment_are_sent_one_by_one(self, foreman: FlaskClient, enterprise_id: str) -> None:
        kinds = ("blinding", "hot_work")
        permits = [planned(foreman, enterprise_id, kind, **north(10 * at)) for at, kind in enumerate(kinds)]

        answers = at_once(lambda number: sent(foreman, permits[number], "send").status_code, threads=2)

        assert sorted(answers) == [200, 422]

    def test_whose_accuracy_nobody_knows_need_a_coordinator(self, foreman: FlaskClient, enterprise_id: str) -> None:
        prepared(foreman, _submitted(foreman, enterprise_id, "blinding", **north(29, None)))
        hot = planned(foreman, enterprise_id, "hot_work", **north(0))
        shown = conflicts(foreman, hot)
        assert (shown["is_forbidden"], shown["needs_coordinator"]) == (False, True)
        assert shown["items"][0]["other"]["location"]["accuracy_m"] is None

    def test_of_one_job_have_each_other(self, foreman: FlaskClient, enterprise_id: str) -> None:
        """I1: the need of another permit is met by the one that belongs to the job."""
        hot = applied(foreman, enterprise_id, "hot_work", facts={"height_m": 6.0})
        before = [one["rule"] for one in conflicts(foreman, hot)["items"]]
        prepared(foreman, _submitted(foreman, enterprise_id, "height", parent_id=hot["id"]))
        after = [one["rule"] for one in conflicts(foreman, hot)["items"]]
        assert ("I1" in before, "I1" in after) == (True, False)

    def test_of_another_trade_follow_it_as_good_practice(self, database: Database, caller: Caller) -> None:
        shop = known_enterprise(database, industry="C3484")
        foreman = caller("enterprise_user", subject="other", divisions=[], enterprise_id=shop)
        hot = applied(foreman, shop, "hot_work", facts={"height_m": 6.0})
        [need] = conflicts(foreman, hot)["items"]
        assert (need["rule"], need["status"], need["other"]) == ("I1", "practice", None)

    def test_of_others_are_not_seen(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        other = known_enterprise(database)
        stranger = caller("enterprise_user", subject="stranger", divisions=[], enterprise_id=other)
        foreman = caller("enterprise_user", subject="foreman", divisions=[], enterprise_id=enterprise_id)
        hot = applied(foreman, enterprise_id)
        assert stranger.get(f"{WORK}/{hot['id']}/conflicts").status_code == 404


class TestADoing:
    def test_is_refused_beside_hot_work_and_the_other_way_round(self, foreman: FlaskClient, enterprise_id: str) -> None:
        window = {"starts_at": NOW.isoformat(), "ends_at": (NOW + timedelta(hours=1)).isoformat()}
        venting = {"enterprise_id": enterprise_id, "kind": "venting", "location": north(20), **window}
        hot = planned(foreman, enterprise_id, "hot_work", **north(0))
        doing = foreman.post(f"{PERMITS}/doings", json=venting).json
        refused = sent(foreman, hot, "send")
        foreman.post(f"{PERMITS}/doings/{doing['id']}/end")
        taken(foreman, hot, "send")

        again = foreman.post(f"{PERMITS}/doings", json=venting)

        assert refusal(refused) == refusal(again) == (422, "work_in_conflict")
        assert "I4 venting" in refused.text
        assert hot["number"] in again.text


class TestAPlace:
    def test_of_a_permit_stays_in_the_ledger(self, foreman: FlaskClient, enterprise_id: str) -> None:
        tank = {"enterprise_id": enterprise_id, "kind": "confined_space", "number": "V-1", "title": "储罐"}
        place = foreman.post(f"{PERMITS}/places", json=tank).json
        entry = applied(foreman, enterprise_id, "confined_space", place_id=place["id"])
        first = foreman.delete(f"{PERMITS}/places/{place['id']}", headers={"If-Match": '"1"'})
        taken(foreman, entry, "withdraw")
        second = foreman.delete(f"{PERMITS}/places/{place['id']}", headers={"If-Match": '"1"'})
        assert (first.status_code, second.status_code) == (409, 204)


def _submitted(client: FlaskClient, enterprise_id: str, kind: str, **changes: Any) -> dict[str, Any]:
    one = applied(client, enterprise_id, kind, **changes)
    taken(client, one, "submit")
    return one
