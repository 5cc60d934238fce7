"""What credit tells puts an enterprise into the annual plan: twice, late, withdrawn, in any order."""

from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.inspections.domain.plans import ACCIDENT, LISTING, PENALTY
from services.inspections.queries.plans import musts_of
from services.inspections.subscriptions import on_accident_recorded, on_credit_fact
from services.inspections.tables import credit_fact
from shared.clock import business_date
from shared.contracts.credit import AccidentRecorded, PenaltyDecided, PenaltyWithdrawn, SubjectDelisted, SubjectListed
from shared.contracts.envelope import decode
from shared.database import Database
from shared.ids import new_id
from tests.integration.inspections.conftest import NOW, Caller, graded, known_enterprise
from tests.integration.inspections.test_merging import merge
from tests.integration.inspections.test_plans import made, read, send
from tests.support.events import received

SAMPLES = Path(__file__).parents[2] / "contract" / "samples"
TODAY = business_date(NOW)
YEAR_AGO, LONG_AGO = TODAY - timedelta(days=300), TODAY - timedelta(days=3 * 372 + 1)
ONE, TWO, LISTED = (new_id() for _ in range(3))
PENALTIES = {"decided_on": YEAR_AGO.isoformat()}
FIRST, SECOND = ((PenaltyDecided, {"penalty_id": one, **PENALTIES}) for one in (ONE, TWO))
WITHDRAWN = (PenaltyWithdrawn, {"penalty_id": TWO})
EVENTS = {"first": FIRST, "second": SECOND, "withdrawn": WITHDRAWN}
OLD = (PenaltyDecided, {"penalty_id": TWO, "decided_on": (TODAY - timedelta(days=373)).isoformat()})
LISTING_BEGINS, LISTING_ENDS = (SubjectListed, {"listing_id": LISTED}), (SubjectDelisted, {"listing_id": LISTED})
HISTORIES: dict[str, tuple[list[Any], list[str]]] = {
    "one penalty": ([FIRST], []),
    "two penalties": ([FIRST, SECOND], ["penalised"]),
    "one penalty told twice": ([FIRST, FIRST], []),
    "two penalties, one withdrawn": ([FIRST, SECOND, WITHDRAWN], []),
    "a withdrawal before its penalty": ([WITHDRAWN, FIRST, SECOND], []),
    "two penalties, one too old": ([FIRST, OLD], []),
    "listed": ([LISTING_BEGINS], ["listed"]),
    "listed until today": ([(SubjectListed, {"listing_id": LISTED, "managed_until": TODAY.isoformat()})], ["listed"]),
    "listed until yesterday": (
        [(SubjectListed, {"listing_id": LISTED, "managed_until": (TODAY - timedelta(days=1)).isoformat()})],
        [],
    ),
    "delisted": ([LISTING_BEGINS, LISTING_ENDS], []),
    "delisted and told again": ([LISTING_ENDS, LISTING_BEGINS], []),
    "a fatal accident": (
        [(AccidentRecorded, {"accident_id": ONE, "occurred_on": YEAR_AGO.isoformat(), "deaths": 1})],
        ["fatal_accident"],
    ),
    "an accident whose injured died": (
        [
            (AccidentRecorded, {"accident_id": ONE, "occurred_on": YEAR_AGO.isoformat()}),
            (AccidentRecorded, {"accident_id": ONE, "occurred_on": YEAR_AGO.isoformat(), "deaths": 1}),
        ],
        ["fatal_accident"],
    ),
    "an accident without deaths": ([(AccidentRecorded, {"accident_id": ONE, "occurred_on": YEAR_AGO.isoformat()})], []),
    "a fatal accident long ago": (
        [(AccidentRecorded, {"accident_id": ONE, "occurred_on": LONG_AGO.isoformat(), "deaths": 3})],
        [],
    ),
}


def tell(database: Database, enterprise_id: str, kind: Any, facts: dict[str, Any]) -> None:
    handler = on_accident_recorded if kind is AccidentRecorded else on_credit_fact
    with database.transaction() as session:
        handler(session, received(kind(enterprise_id=enterprise_id, **facts)), now=NOW)


def musts(database: Database, enterprise_id: str) -> list[str]:
    with database.reading() as session:
        return musts_of(session, enterprise_id, now=NOW)


class TestWhatCreditTells:
    @pytest.mark.parametrize("name", list(HISTORIES))
    def test_decides_who_must_be_in_the_plan(self, database: Database, enterprise_id: str, name: str) -> None:
        """浙江条例 第二十四条第(四)项; 安监总政法〔2017〕150号."""
        history, expected = HISTORIES[name]
        for kind, facts in history:
            tell(database, enterprise_id, kind, facts)

        assert musts(database, enterprise_id) == expected

    @pytest.mark.parametrize("order", [*permutations(EVENTS)], ids=" ".join)
    @pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
    def test_is_the_same_in_any_order(self, database: Database, enterprise_id: str, order: Any) -> None:
        for name in order:
            tell(database, enterprise_id, *EVENTS[name])

        assert musts(database, enterprise_id) == []

    def test_goes_over_with_a_merge(self, database: Database) -> None:
        kept, gone = known_enterprise(database), known_enterprise(database)
        tell(database, gone, *FIRST)
        merge(database, kept, gone)

        tell(database, gone, *SECOND)

        assert musts(database, kept) == ["penalised"]

    @pytest.mark.parametrize(
        ("sample", "kind"),
        [("penalty_decided", PENALTY), ("subject_listed", LISTING), ("accident_recorded", ACCIDENT)],
    )
    def test_is_read_from_the_stored_samples(self, database: Database, sample: str, kind: str) -> None:
        content = orjson.loads((SAMPLES / f"credit.{sample}.v1.json").read_bytes())
        enterprise_id = known_enterprise(database, enterprise_id=content["data"]["enterprise_id"])
        handler = on_accident_recorded if kind == ACCIDENT else on_credit_fact

        with database.transaction() as session:
            handler(session, decode(content), now=NOW)

        with database.reading() as session:
            [row] = session.execute(credit_fact.select()).all()
        assert (row.kind, row.enterprise_id) == (kind, enterprise_id)

    def test_gives_a_line_of_the_plan(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        graded(database, enterprise_id, 4)
        tell(database, enterprise_id, *LISTING_BEGINS)
        officer = caller()
        one = made(officer)

        send(officer, f"{one}/propose")

        [line] = read(officer, f"{one}/lines")["items"]
        assert (line["enterprise_id"], line["musts"]) == (enterprise_id, ["listed"])
