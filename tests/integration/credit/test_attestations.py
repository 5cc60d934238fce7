"""What makes a grade better over HTTP and by event: attestations, the standardisation, years without a death."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from services.credit.subscriptions import on_enterprise_standardised, on_enterprises_merged
from shared.clock import business_date
from shared.contracts.registry import EnterprisesMerged
from shared.contracts.risk import EnterpriseStandardised
from shared.database import Database
from shared.database.chassis import timer
from shared.ids import new_id
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, run_clock, told
from tests.integration.credit.test_ratings import explained, hear_own
from tests.support.events import received

ATTESTATIONS = f"{CREDIT}/attestations"
TODAY = business_date(datetime.now(UTC))


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


def known_for(database: Database, *, days: int) -> str:
    """Let credit know an enterprise that was entered in the register so many days ago."""
    moment = datetime.now(UTC) - timedelta(days=days)
    made = f"{int(moment.timestamp() * 1000):012x}{new_id().replace('-', '')[12:]}"
    return known_enterprise(database, enterprise_id=str(UUID(made)))


def honour(enterprise_id: str, **changes: Any) -> dict[str, Any]:
    until = (TODAY + timedelta(30)).isoformat()
    said = {"kind": "model_provincial", "document": "浙应急〔2026〕3号", "title": "安全文化建设示范企业"}
    return {"enterprise_id": enterprise_id, **said, "since": TODAY.isoformat(), "until": until} | changes


def missed(enterprise_id: str) -> dict[str, Any]:
    named = {"enterprise_id": enterprise_id, "kind": "self_evaluation_missed", "document": "核查记录"}
    return {**named, "since": TODAY.isoformat()}


def standardise(database: Database, enterprise_id: str, level: str, *, sequence: int = 1) -> None:
    day = TODAY.isoformat() if level else ""
    event = EnterpriseStandardised(enterprise_id=enterprise_id, level=level, confirmed_on=day)
    with database.transaction() as session:
        on_enterprise_standardised(session, [received(event, sequence=sequence)], now=datetime.now(UTC))


class TestAnAttestation:
    def test_adds_its_points_with_the_row_behind_until_it_ends(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        row = officer.post(ATTESTATIONS, json=honour(enterprise_id)).json
        shown = explained(officer, enterprise_id)
        assert [(one["id"], one["references"]) for one in shown["earned"]] == [("model_provincial", [row["id"]])]
        assert (shown["bonus"], shown["most_bonus"], "honours" in shown["not_counted"]) == (2, 10, False)
        run_clock(database, now=datetime.now(UTC) + timedelta(days=31))
        assert [one["data"]["score"] for one in told(database, "credit_rated")] == [100]
        ended = officer.post(f"{ATTESTATIONS}/{row['id']}/end", json={"reason": "称号被撤销"}).json
        assert (ended["ended_because"], explained(officer, enterprise_id)["bonus"]) == ("称号被撤销", 0)
        again = officer.post(f"{ATTESTATIONS}/{row['id']}/end", json={"reason": "再次"})
        assert again.json["code"] == "attestation_ended"

    def test_of_engineers_counts_so_many_and_is_not_doubled(self, officer: FlaskClient, enterprise_id: str) -> None:
        engineers = honour(enterprise_id, kind="registered_engineers", title="", persons=5)
        assert officer.post(ATTESTATIONS, json=engineers).status_code == 201
        assert officer.post(ATTESTATIONS, json=engineers).json["code"] == "attested_already"
        [earned] = explained(officer, enterprise_id)["earned"]
        assert (earned["id"], earned["count"], earned["points"]) == ("engineers_5", 5, 2)

    def test_is_listed_with_the_words_of_its_kind(self, officer: FlaskClient, enterprise_id: str) -> None:
        officer.post(ATTESTATIONS, json=honour(enterprise_id))
        [row] = officer.get(ATTESTATIONS, query_string={"enterprise_id": enterprise_id}).json["items"]
        assert (row["kind_zh"], row["title"], row["ended_at"]) == ("省级安全示范", "安全文化建设示范企业", None)
        kinds = {one["id"]: one for one in officer.get(f"{ATTESTATIONS}/table").json["items"]}
        assert (kinds["registered_engineers"]["counts"], kinds["self_evaluation_missed"]["needs_level"]) == (True, True)

    def test_is_the_bureaus_within_its_area(self, caller: Caller, officer: FlaskClient, enterprise_id: str) -> None:
        row = officer.post(ATTESTATIONS, json=honour(enterprise_id)).json
        own = caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)
        assert own.get(ATTESTATIONS).status_code == 403
        elsewhere = caller(subject="other", divisions=["331003"])
        ended = elsewhere.post(f"{ATTESTATIONS}/{row['id']}/end", json={"reason": "外区"})
        assert (ended.status_code, elsewhere.get(ATTESTATIONS).json["items"]) == (404, [])

    def test_leaves_no_clock_behind_when_nothing_will_change(self, database: Database, officer: FlaskClient) -> None:
        old = known_for(database, days=1900)
        row = officer.post(ATTESTATIONS, json=honour(old)).json
        waiting = select(timer.c.entity).where(timer.c.kind == "rating")
        with database.reading() as session:
            before = session.scalars(waiting).all()
        officer.post(f"{ATTESTATIONS}/{row['id']}/end", json={"reason": "称号被撤销"})
        with database.reading() as session:
            assert (before, session.scalars(waiting).all()) == ([old], [])


class TestTheStandardisation:
    def test_makes_a_grade_and_is_the_newest_that_was_told(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        assert "standardisation" in explained(officer, enterprise_id)["not_counted"]
        standardise(database, enterprise_id, "2", sequence=2)
        standardise(database, enterprise_id, "3", sequence=1)
        shown = explained(officer, enterprise_id)
        assert [(one["id"], one["points"]) for one in shown["started"]] == [("standardised_2", 100)]
        assert "standardisation" not in shown["not_counted"]
        standardise(database, enterprise_id, "none", sequence=3)
        assert (explained(officer, enterprise_id)["started"], len(told(database, "credit_rated"))) == ([], 1)

    def test_begins_the_score_where_a_policy_says_so(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        standardise(database, enterprise_id, "3")
        tried = officer.post(f"{CREDIT}/ratings/trial", json={"starts": {"standardised_3": 70}}).json
        assert [(one["enterprise_id"], one["now"], one["then"]) for one in tried["movers"]] == [
            (enterprise_id, "A", "B")
        ]

    def test_brings_the_yearly_self_evaluation_with_it(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        assert officer.post(ATTESTATIONS, json=missed(enterprise_id)).json["code"] == "not_standardised"
        standardise(database, enterprise_id, "1")
        assert officer.post(ATTESTATIONS, json=missed(enterprise_id)).status_code == 201
        assert explained(officer, enterprise_id)["score"] == 97
        assert officer.post(ATTESTATIONS, json=missed(enterprise_id)).json["code"] == "attested_already"

    def test_of_a_merged_entry_is_not_that_of_the_one_that_stays(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        merged_id = known_enterprise(database)
        officer.post(ATTESTATIONS, json=honour(merged_id))
        merge = EnterprisesMerged(merge_id=new_id(), enterprise_id=enterprise_id, merged_ids=(merged_id,))
        with database.transaction() as session:
            on_enterprises_merged(session, received(merge), now=datetime.now(UTC))
        standardise(database, merged_id, "1")
        shown = explained(officer, enterprise_id)
        assert (shown["started"], [one["id"] for one in shown["earned"]]) == ([], ["model_provincial"])


class TestYearsWithoutADeath:
    def test_count_when_the_enterprise_is_known_for_so_long(self, database: Database, officer: FlaskClient) -> None:
        old, young = known_for(database, days=1900), known_for(database, days=1700)
        shown = {one: explained(officer, one) for one in (old, young)}
        assert [(one["id"], one["references"]) for one in shown[old]["earned"]] == [("years_without_death", [old])]
        assert shown[young]["earned"] == []
        assert ["years_without_deaths" in shown[one]["not_counted"] for one in (old, young)] == [False, True]

    def test_end_with_a_death(self, database: Database, officer: FlaskClient) -> None:
        old = known_for(database, days=1900)
        accident = {"enterprise_id": old, "occurred_on": TODAY.isoformat(), "kind": "fall", "deaths": 1}
        officer.post(f"{CREDIT}/accidents", json=accident)
        hear_own(database)
        shown = explained(officer, old)
        assert (shown["bonus"], "years_without_deaths" in shown["not_counted"]) == (0, False)

    def test_of_the_entry_that_stays_begin_with_the_older_one(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        old = known_for(database, days=1900)
        merge = EnterprisesMerged(merge_id=new_id(), enterprise_id=enterprise_id, merged_ids=(old,))
        with database.transaction() as session:
            on_enterprises_merged(session, received(merge), now=datetime.now(UTC))
        assert explained(officer, enterprise_id)["bonus"] == 2
