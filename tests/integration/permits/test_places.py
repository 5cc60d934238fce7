"""The ledger of places, and doings without a permit, on SQLite and PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.permits.subscriptions import on_enterprises_merged
from shared.clock import business_date
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import NOW, PERMITS, Caller, known_enterprise
from tests.integration.permits.permitting import WORK, application, applied, sent, shown, taken
from tests.support.events import received
from tests.support.racing import at_once

PLACES, DOINGS = f"{PERMITS}/places", f"{PERMITS}/doings"
FIXED = ("enterprise_id", "kind")  # an edit changes neither
HERE = {"longitude": 121.43, "latitude": 28.67, "accuracy_m": 2}


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def owner(caller: Caller, enterprise_id: str) -> FlaskClient:
    """Return somebody of the enterprise."""
    return of(caller, enterprise_id)


def of(caller: Caller, enterprise_id: str, role: str = "enterprise_safety_officer") -> FlaskClient:
    return caller(role, subject=f"s-{enterprise_id}", enterprise_id=enterprise_id, divisions=[])


def body_of(enterprise_id: str, **changes: Any) -> dict[str, Any]:
    plain = {"kind": "confined_space", "number": "YX-01", "title": "污水池"}
    return {"enterprise_id": enterprise_id, **plain, **changes}


def entered(client: FlaskClient, enterprise_id: str, **changes: Any) -> dict[str, Any]:
    answer = client.post(PLACES, json=body_of(enterprise_id, **changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def doing_of(enterprise_id: str, *, hours: tuple[float, float] = (-1, 2), **changes: Any) -> dict[str, Any]:
    starts_at, ends_at = ((NOW + timedelta(hours=hour)).isoformat() for hour in hours)
    window = {"starts_at": starts_at, "ends_at": ends_at}
    return {"enterprise_id": enterprise_id, "kind": "venting", "location": HERE, **window, **changes}


class TestAPlace:
    def test_is_entered_read_changed_and_removed(self, owner: FlaskClient, enterprise_id: str) -> None:
        one = entered(owner, enterprise_id, hazards=["h2s", "combustible"], location=HERE, risk_place="yes")
        address = f"{PLACES}/{one['id']}"

        changed = owner.patch(address, json={"title": "调节池", "location": None}, headers={"If-Match": '"1"'})
        shown = owner.get(address)
        late = owner.patch(address, json={"title": "x"}, headers={"If-Match": '"1"'})
        removed = owner.delete(address, headers={"If-Match": '"2"'})

        assert (one["location"], one["needs_principal"], one["kind_zh"]) == (HERE, True, "有限空间")
        assert (changed.json["title"], changed.json["location"], changed.json["version"]) == ("调节池", None, 2)
        assert (shown.json["title"], shown.headers["ETag"], late.status_code) == ("调节池", '"2"', 412)
        assert (removed.status_code, owner.get(address).status_code) == (204, 404)
        assert owner.get(PLACES).json["items"] == []

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"kind": "blind"}, "within_id"),
            ({"kind": "fixed_hot_area"}, "assessed_on"),
            ({"within_id": new_id()}, "within_id"),
        ],
    )
    def test_is_refused_with_the_field(
        self, owner: FlaskClient, enterprise_id: str, changes: dict[str, Any], field: str
    ) -> None:
        answer = owner.post(PLACES, json=body_of(enterprise_id, **changes))
        assert (answer.status_code, answer.json["code"]) == (422, "place_malformed")
        assert field in answer.text

    def test_has_a_number_of_its_own_until_it_is_removed(self, owner: FlaskClient, enterprise_id: str) -> None:
        one = entered(owner, enterprise_id)
        again = owner.post(PLACES, json=body_of(enterprise_id))
        owner.delete(f"{PLACES}/{one['id']}", headers={"If-Match": '"1"'})
        later = owner.post(PLACES, json=body_of(enterprise_id))
        assert (again.status_code, again.json["code"], later.status_code) == (409, "place_exists", 201)

    def test_is_entered_once_by_two_at_the_same_moment(self, owner: FlaskClient, enterprise_id: str) -> None:
        def enter(_number: int) -> int:
            return owner.post(PLACES, json=body_of(enterprise_id)).status_code

        assert sorted(at_once(enter, threads=3)) == [201, 409, 409]

    def test_holds_others_and_stays_while_it_does(self, owner: FlaskClient, enterprise_id: str) -> None:
        pipe = entered(owner, enterprise_id, kind="pipe", number="P-1")
        blind = entered(owner, enterprise_id, kind="blind", number="B-1", within_id=pipe["id"])
        kept = owner.delete(f"{PLACES}/{pipe['id']}", headers={"If-Match": '"1"'})
        moved = owner.patch(f"{PLACES}/{pipe['id']}", json={"within_id": blind["id"]}, headers={"If-Match": '"1"'})
        assert (kept.status_code, kept.json["code"], moved.status_code) == (409, "place_in_use", 422)

    def test_of_hot_work_shows_when_it_is_assessed_again(self, owner: FlaskClient, enterprise_id: str) -> None:
        last_year = business_date(NOW) - timedelta(days=366)
        area = {"kind": "fixed_hot_area", "risk_distance_m": 30, "assessed_on": last_year.isoformat()}
        assert entered(owner, enterprise_id, **area)["is_assessment_due"] is True


class TestAPermit:
    def test_is_where_its_place_is(self, owner: FlaskClient, enterprise_id: str) -> None:
        placed, nowhere = (entered(owner, enterprise_id, number=number) for number in ("YX-02", "YX-03"))
        owner.patch(f"{PLACES}/{placed['id']}", json={"location": HERE}, headers={"If-Match": '"1"'})

        permit = applied(owner, enterprise_id, place_id=placed["id"])
        edited = application(enterprise_id, place_id=nowhere["id"], longitude=121.5, latitude=28.6, accuracy_m=30)
        moved = owner.put(f"{WORK}/{permit['id']}", json={k: edited[k] for k in edited if k not in FIXED})

        found = [[one[name] for name in HERE] for one in (permit, moved.json)]
        assert found == [list(HERE.values()), [121.5, 28.6, 30]]

    def test_names_no_place_that_is_not_in_the_own_ledger(
        self, owner: FlaskClient, caller: Caller, database: Database, enterprise_id: str
    ) -> None:
        other = known_enterprise(database)
        foreign = entered(of(caller, other), other)

        answer = owner.post(WORK, json=application(enterprise_id, place_id=foreign["id"]))

        assert (answer.status_code, answer.json["code"]) == (422, "place_malformed")
        assert answer.json["facts"]["field"] == "place_id"

    def test_is_not_renewed_at_a_place_that_is_gone(self, owner: FlaskClient, enterprise_id: str) -> None:
        place = entered(owner, enterprise_id)
        permit = applied(owner, enterprise_id, place_id=place["id"])
        taken(owner, permit, "withdraw", reason="改期")
        owner.delete(f"{PLACES}/{place['id']}", headers={"If-Match": '"1"'})

        answer = sent(owner, permit, "renew", **{name: shown(owner, permit)[name] for name in ("starts_at", "ends_at")})

        assert (answer.status_code, answer.json["code"]) == (422, "place_malformed")


class TestTheLedger:
    def test_is_listed_by_number_kind_and_words(self, owner: FlaskClient, enterprise_id: str) -> None:
        entered(owner, enterprise_id, number="YX-02", title="反应釜100%")
        entered(owner, enterprise_id, kind="dike", number="D-1", title="东罐区")

        def numbers(query: str) -> list[str]:
            return [row["number"] for row in owner.get(f"{PLACES}?{query}").json["items"]]

        assert numbers("") == ["D-1", "YX-02"]
        assert numbers("kind=dike") == numbers("q=东罐") == ["D-1"]
        assert numbers("q=0%25") == numbers("q=yx-") == ["YX-02"]

    def test_is_a_file(self, owner: FlaskClient, enterprise_id: str) -> None:
        """Order 13 Art. 6: number, place, hazards."""
        unit = entered(owner, enterprise_id, kind="unit", number="U-1", title="一车间")
        entered(owner, enterprise_id, within_id=unit["id"], hazards=["h2s", "low_oxygen"], location=HERE)

        lines = owner.get(f"{PLACES}/export.csv?enterprise_id={enterprise_id}").text.lstrip("\ufeff").split("\r\n")

        assert lines[0].startswith("编号,类别,名称,位置")
        assert lines[1] == "YX-01,有限空间,污水池,,U-1,,硫化氢、缺氧,未知,121.43,28.67,2.0,"
        assert lines[2].startswith("U-1,生产装置、车间,一车间")

    def test_says_what_it_may_hold(self, owner: FlaskClient) -> None:
        table = owner.get(f"{PLACES}/table").json
        assert {row["id"]: row["within"] for row in table["kinds"]}["blind"] == ["pipe"]
        assert {row["status"] for row in table["hazards"]} == {"official", "design"}

    def test_is_of_one_enterprise(self, database: Database, caller: Caller, owner: FlaskClient) -> None:
        other = known_enterprise(database)
        theirs = entered(of(caller, other), other)
        assert owner.get(f"{PLACES}/{theirs['id']}").status_code == 404
        assert owner.post(PLACES, json=body_of(other)).status_code == 404
        assert owner.get(PLACES).json["items"] == []
        assert [row["id"] for row in caller().get(PLACES).json["items"]] == [theirs["id"]]

    def test_goes_over_to_the_entry_that_stays(self, database: Database, caller: Caller, owner: FlaskClient) -> None:
        other = known_enterprise(database)
        theirs = entered(of(caller, other), other)
        kept = known_enterprise(database)
        event = EnterprisesMerged(merge_id=new_id(), enterprise_id=kept, merged_ids=(other,))
        with database.transaction() as session:
            on_enterprises_merged(session, received(event), now=NOW)
        assert of(caller, kept).get(f"{PLACES}/{theirs['id']}").status_code == 200


class TestADoing:
    def test_is_planned_listed_and_ended(self, owner: FlaskClient, enterprise_id: str) -> None:
        one = owner.post(DOINGS, json=doing_of(enterprise_id, description="火炬检修")).json
        is_open = [row["id"] for row in owner.get(f"{DOINGS}?is_open=true").json["items"]]
        ended = owner.post(f"{DOINGS}/{one['id']}/end")
        again = owner.post(f"{DOINGS}/{one['id']}/end")
        over = [row["id"] for row in owner.get(f"{DOINGS}?is_open=false&kind=venting").json["items"]]
        assert (is_open, over, ended.json["is_open"]) == ([one["id"]], [one["id"]], False)
        assert (one["kind_zh"], one["location"], again.json["code"]) == ("排放可燃气体", HERE, "doing_ended")

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"hours": (2, 2)}, "doing_malformed", "ends_at"),
            ({"hours": (-3, -1)}, "doing_malformed", "ends_at"),
            ({"location": None}, "doing_malformed", "place_id"),
            ({"place_id": new_id()}, "place_malformed", "place_id"),
        ],
    )
    def test_is_refused_with_the_field(
        self, owner: FlaskClient, enterprise_id: str, changes: dict[str, Any], code: str, field: str
    ) -> None:
        answer = owner.post(DOINGS, json=doing_of(enterprise_id, **changes))
        assert (answer.status_code, answer.json["code"]) == (422, code)
        assert field in answer.text

    def test_keeps_its_place_in_the_ledger(self, owner: FlaskClient, enterprise_id: str) -> None:
        place = entered(owner, enterprise_id)
        there = {"place_id": place["id"], "location": None}
        one = owner.post(DOINGS, json=doing_of(enterprise_id, **there)).json
        before = owner.delete(f"{PLACES}/{place['id']}", headers={"If-Match": '"1"'}).status_code
        owner.post(f"{DOINGS}/{one['id']}/end")
        after = owner.delete(f"{PLACES}/{place['id']}", headers={"If-Match": '"1"'}).status_code
        assert (one["place_number"], before, after) == ("YX-01", 409, 204)

    def test_of_others_is_not_seen(self, database: Database, caller: Caller, owner: FlaskClient) -> None:
        other = known_enterprise(database)
        one = of(caller, other).post(DOINGS, json=doing_of(other)).json
        assert owner.post(f"{DOINGS}/{one['id']}/end").status_code == 404

    def test_is_one_of_the_table(self, owner: FlaskClient) -> None:
        assert "venting" in [row["id"] for row in owner.get(f"{DOINGS}/table").json["kinds"]]
