"""People of an enterprise: who may do which work, certificates entered and told by training, and their clocks."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from services.permits.subscriptions import on_certificate, on_person
from services.permits.tables import certificate, person
from shared.contracts.registry import PersonLeft, PersonRegistered
from shared.contracts.training import CertificateExpired, CertificateIssued
from shared.database import Database
from shared.ids import new_id
from shared.work.attachments import Taken, keep_attachment
from tests.integration.permits.conftest import NOW, PERMITS, TODAY, Caller, known_enterprise
from tests.support.events import received

PEOPLE, CERTIFICATES = f"{PERMITS}/people", f"{PERMITS}/certificates"
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
WELDING = {"kind": "welding", "number": "T331002199001011234", "valid_from": (TODAY - timedelta(days=900)).isoformat()}


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def user(caller: Caller, firm: str) -> FlaskClient:
    return caller("enterprise_user", divisions=[], enterprise_id=firm)


def works(database: Database, firm: str, *posts: str, sequence: int = 1, **facts: Any) -> str:
    """Let permits hear that somebody works for an enterprise and return the id."""
    person_id = str(facts.pop("person_id", new_id()))
    event = PersonRegistered(person_id=person_id, enterprise_id=firm, posts=posts or ("worker",), **facts)
    with database.transaction() as session:
        on_person(session, [received(event, sequence=sequence)], now=NOW)
    return person_id


def leaves(database: Database, firm: str, person_id: str, *, sequence: int = 2) -> None:
    event = PersonLeft(person_id=person_id, enterprise_id=firm, posts=("worker",), left_on=TODAY.isoformat())
    with database.transaction() as session:
        on_person(session, [received(event, sequence=sequence)], now=NOW)


def issued(firm: str, person_id: str, certificate_id: str = "", **facts: Any) -> CertificateIssued:
    """Return what training tells of a certificate that is valid for a year."""
    values = {"certificate": "welding", "valid_from": YESTERDAY.isoformat()} | facts
    values.setdefault("valid_to", (TODAY + timedelta(days=365)).isoformat())
    return CertificateIssued(
        certificate_id=certificate_id or new_id(), enterprise_id=firm, person_id=person_id, **values
    )


def expired(told: CertificateIssued, on: date) -> CertificateExpired:
    same = {name: getattr(told, name) for name in CertificateIssued.__dataclass_fields__}
    return CertificateExpired(**same, expired_on=on.isoformat())


def tell(database: Database, event: Any, *, sequence: int = 1) -> None:
    with database.transaction() as session:
        on_certificate(session, received(event, sequence=sequence), now=NOW)


def entered(client: FlaskClient, person_id: str, **given: Any) -> dict[str, Any]:
    answer = client.post(f"{PEOPLE}/{person_id}/certificates", json=WELDING | given)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def held(client: FlaskClient, person_id: str) -> list[tuple[str, str]]:
    return [(one["source"], one["state"]) for one in client.get(f"{PEOPLE}/{person_id}").json["certificates"]]


def photo_of(database: Database, owner: str) -> str:
    with database.transaction() as session:
        taken = Taken(author="a-1", taken_at=NOW)
        return keep_attachment(session, BytesIO(b"\xff\xd8\xff one photo"), owner=owner, taken=taken, now=NOW).id


def candidates(client: FlaskClient, firm: str, **asked: Any) -> Any:
    query = {"enterprise_id": firm, "kind": "hot_work", "starts_at": NOW.isoformat(), "ends_at": NOW.isoformat()}
    return client.get(f"{PEOPLE}/candidates", query_string=query | asked)


class TestPeople:
    def test_are_those_that_the_register_tells_of(self, database: Database, user: FlaskClient, firm: str) -> None:
        person_id = works(database, firm, "guardian", "worker", account_id="a-7")
        [one] = user.get(PEOPLE, query_string={"enterprise_id": firm}).json["items"]
        assert (one["person_id"], one["posts"], one["account_id"]) == (person_id, ["guardian", "worker"], "a-7")

    def test_leave(self, database: Database, user: FlaskClient, firm: str) -> None:
        person_id = works(database, firm)
        leaves(database, firm, person_id)
        listed = [
            user.get(PEOPLE, query_string={"enterprise_id": firm, "has_left": left}).json["items"] for left in (0, 1)
        ]
        assert [len(items) for items in listed] == [0, 1]

    def test_stay_as_the_newest_says(self, database: Database, firm: str) -> None:
        person_id = works(database, firm, sequence=3)
        leaves(database, firm, person_id, sequence=2)
        with database.reading() as session:
            assert session.scalar(select(person.c.left_on)) is None

    def test_of_another_area_are_hidden(self, database: Database, caller: Caller, firm: str) -> None:
        person_id, stranger = works(database, firm), caller(divisions=["331003"])
        answers = [
            stranger.get(f"{PEOPLE}/{person_id}"),
            stranger.get(PEOPLE, query_string={"enterprise_id": firm}),
            candidates(stranger, firm),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]

    def test_stand_under_a_table_that_everybody_reads(self, user: FlaskClient) -> None:
        table = user.get(f"{PEOPLE}/table").json
        assert [row["id"] for row in table["kinds"]][:2] == ["welding", "electrician"]
        assert table["needs"][0]["source"]["clause"].startswith("4.9")


class TestCertificate:
    def test_is_entered_with_the_days_that_the_rules_allow(
        self, database: Database, user: FlaskClient, firm: str
    ) -> None:
        one = entered(user, works(database, firm))
        assert (one["number"], one["state"], one["query"]) == ("T*****************4", "valid", "unchecked")
        assert one["counts_until"] == one["review_by"] < one["valid_to"]

    def test_keeps_its_number_sealed(self, database: Database, user: FlaskClient, firm: str) -> None:
        entered(user, works(database, firm))
        with database.reading() as session:
            assert WELDING["number"] not in str(session.scalar(select(certificate.c.sealed_number)))

    @pytest.mark.parametrize(
        ("given", "code", "field"),
        [
            ({"category": "低压电工作业"}, "category_unknown", "category"),
            ({"valid_to": "2099-01-01"}, "valid_too_long", "valid_to"),
            ({"review_by": "2001-01-01"}, "days_reversed", "review_by"),
            ({"photo_id": new_id()}, "attachment_unknown", None),
        ],
    )
    def test_is_refused_with_what_cannot_be(
        self, database: Database, user: FlaskClient, firm: str, given: dict[str, Any], code: str, field: str | None
    ) -> None:
        answer = user.post(f"{PEOPLE}/{works(database, firm)}/certificates", json=WELDING | given)
        assert (answer.json["code"], answer.json.get("facts", {}).get("field")) == (code, field)

    def test_is_reviewed(self, database: Database, user: FlaskClient, firm: str) -> None:
        one = entered(user, works(database, firm))
        answer = user.patch(
            f"{CERTIFICATES}/{one['id']}", json={"review_by": one["valid_to"]}, headers={"If-Match": '"1"'}
        )
        assert (answer.json["counts_until"], answer.json["version"]) == (one["valid_to"], 2)
        assert answer.json["number"] == one["number"]

    def test_gets_another_number(self, database: Database, user: FlaskClient, firm: str) -> None:
        one = entered(user, works(database, firm))
        answer = user.patch(f"{CERTIFICATES}/{one['id']}", json={"number": ""}, headers={"If-Match": '"1"'})
        assert answer.json["number"] == ""

    @pytest.mark.parametrize(
        ("outcome", "status", "code"),
        [("confirmed", 200, None), ("not_found", 200, None), ("failed", 422, "photo_missing")],
    )
    def test_is_asked_for_at_the_national_query(
        self, database: Database, user: FlaskClient, firm: str, outcome: str, status: int, code: str | None
    ) -> None:
        one = entered(user, works(database, firm))
        answer = user.post(f"{CERTIFICATES}/{one['id']}/query", json={"outcome": outcome})
        assert (answer.status_code, answer.json.get("code")) == (status, code)

    def test_counts_for_some_days_when_the_query_failed_but_a_photo_shows_it(
        self, database: Database, user: FlaskClient, firm: str
    ) -> None:
        person_id, photo_id = works(database, firm), photo_of(database, firm)
        one = entered(user, person_id)
        user.post(f"{CERTIFICATES}/{one['id']}/query", json={"outcome": "failed", "photo_id": photo_id})
        [found] = candidates(user, firm).json["items"]
        assert (found["is_fit"], [problem["code"] for problem in found["problems"]]) == (True, ["query_failed"])

    def test_has_no_photo_of_another_enterprise(self, database: Database, user: FlaskClient, firm: str) -> None:
        photo_id = photo_of(database, known_enterprise(database))
        answer = user.post(f"{PEOPLE}/{works(database, firm)}/certificates", json=WELDING | {"photo_id": photo_id})
        assert (answer.status_code, answer.json["code"]) == (422, "foreign_photo")

    def test_ends(self, database: Database, user: FlaskClient, firm: str) -> None:
        person_id = works(database, firm)
        one = entered(user, person_id)
        user.post(f"{CERTIFICATES}/{one['id']}/end", json={"why": "录入有误"})
        again = user.post(f"{CERTIFICATES}/{one['id']}/end", json={"why": "录入有误"})
        assert (held(user, person_id), again.json["code"]) == ([("enterprise", "ended")], "certificate_ended")

    def test_of_another_enterprise_is_hidden(self, database: Database, user: FlaskClient, caller: Caller) -> None:
        other = known_enterprise(database)
        mine = caller("enterprise_user", divisions=[], enterprise_id=other)
        one = entered(mine, works(database, other))
        assert user.post(f"{CERTIFICATES}/{one['id']}/end", json={"why": "录入有误"}).status_code == 404


class TestCertificates:
    def test_are_listed_by_the_day_on_which_they_are_due(
        self, database: Database, user: FlaskClient, firm: str
    ) -> None:
        soon, later = (works(database, firm) for _ in range(2))
        tell(database, issued(firm, soon, valid_to=TOMORROW.isoformat()))
        tell(database, issued(firm, later))
        asked = {"enterprise_id": firm, "kind": "welding", "counts": True, "due_by": TOMORROW.isoformat()}
        [one] = user.get(CERTIFICATES, query_string=asked).json["items"]
        assert (one["person_id"], one["state"], one["days_left"]) == (soon, "expiring", 1)

    def test_of_the_own_enterprise_are_all_that_is_seen(self, database: Database, user: FlaskClient, firm: str) -> None:
        other = known_enterprise(database)
        tell(database, issued(other, works(database, other)))
        answers = [
            user.get(path, query_string={"counts": False} if path == CERTIFICATES else {})
            for path in (PEOPLE, CERTIFICATES)
        ]
        assert [answer.json["items"] for answer in answers] == [[], []]


class TestTraining:
    def test_replaces_what_the_enterprise_entered(self, database: Database, user: FlaskClient, firm: str) -> None:
        person_id = works(database, firm)
        entered(user, person_id)
        tell(database, issued(firm, person_id))
        assert sorted(held(user, person_id)) == [("enterprise", "ended"), ("training", "valid")]

    def test_keeps_its_own(self, database: Database, user: FlaskClient, firm: str) -> None:
        person_id, told = works(database, firm), new_id()
        tell(database, issued(firm, person_id, told))
        answer = user.post(f"{CERTIFICATES}/{told}/end", json={"why": "录入有误"})
        assert (answer.status_code, answer.json["code"]) == (409, "kept_by_training")

    @pytest.mark.parametrize("order", [(1, 2), (2, 1), (2, 2)], ids=["in_order", "late", "twice"])
    def test_is_believed_by_the_newest_word(
        self, database: Database, user: FlaskClient, firm: str, order: tuple[int, ...]
    ) -> None:
        person_id = works(database, firm)
        told = issued(firm, person_id)
        words = {1: told, 2: expired(told, TODAY)}
        for sequence in order:
            tell(database, words[sequence], sequence=sequence)
        assert held(user, person_id) == [("training", "ended")]

    def test_tells_of_people_before_the_register(self, database: Database, user: FlaskClient, firm: str) -> None:
        person_id = new_id()
        tell(database, issued(firm, person_id))
        works(database, firm, person_id=person_id)
        assert held(user, person_id) == [("training", "valid")]

    def test_of_what_no_work_asks_for_is_not_kept(self, database: Database, firm: str) -> None:
        tell(database, issued(firm, new_id(), certificate="first_aid"))
        with database.reading() as session:
            assert session.scalar(select(certificate.c.id)) is None


class TestCandidates:
    def test_say_who_may_and_why_not(self, database: Database, user: FlaskClient, firm: str) -> None:
        nobody, welder = works(database, firm), works(database, firm)
        tell(database, issued(firm, welder))
        items = candidates(user, firm).json["items"]
        assert [(one["person_id"], one["is_fit"]) for one in items] == [(welder, True), (nobody, False)]
        assert [problem["code"] for problem in items[1]["problems"]] == ["certificate_missing"]

    def test_are_not_those_with_a_contraindication(self, database: Database, user: FlaskClient, firm: str) -> None:
        person_id = works(database, firm)
        user.put(f"{PEOPLE}/{person_id}/fitness", json={"unfit_for": ["excavation", "excavation"]})
        user.put(f"{PEOPLE}/{person_id}/fitness", json={"unfit_for": ["excavation"]})
        [one] = candidates(user, firm, kind="excavation").json["items"]
        assert [problem["code"] for problem in one["problems"]] == ["unfit"]

    def test_are_asked_for_a_period_that_can_be(self, user: FlaskClient, firm: str) -> None:
        answer = candidates(user, firm, ends_at=(NOW - timedelta(hours=1)).isoformat())
        assert (answer.status_code, [one["field"] for one in answer.json["errors"]]) == (422, ["ends_at"])
