"""A merged entry: what hangs on it hangs on the one that stays, whichever event comes first."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from services.risk import use_cases
from services.risk.domain.facts import Known, Origin
from services.risk.domain.levels import Level
from services.risk.subscriptions import on_enterprise_surveyed, on_enterprises_merged, on_occurrence
from services.risk.tables import (
    assessment,
    enterprise,
    fact_sheet,
    information_code,
    risk_point,
    risk_report,
    supervision,
)
from services.risk.use_cases.assessing import CONFIRMED
from shared.contracts.credit import SubjectDelisted, SubjectListed
from shared.contracts.registry import EnterpriseDeregistered, EnterprisesMerged
from shared.database import Database
from shared.database.chassis import timer
from shared.errors import NotYet
from shared.ids import new_id
from tests.integration.risk.conftest import NOW, Tell, state_event
from tests.integration.risk.test_dynamics import SAFE, level, received_event, told
from tests.integration.risk.test_surveying import surveyed
from tests.support.callers import Signer

POINT = use_cases.Point(
    "锅炉房", "爆炸", "LEC", {name: Decimal(n) for name, n in zip("LEC", (6, 6, 15), strict=True)}, "", ""
)
ANSWERS = use_cases.Answers({"headcount": Known(12, Origin.CONFIRMED, ())}, [])
KEPT, GONE = "kept", "gone"


@pytest.fixture
def ids(tell: Tell) -> dict[str, str]:
    """Return the ids of two blue entries of one enterprise."""
    known = {KEPT: new_id(), GONE: new_id()}
    tell(*(state_event(one, name=name, headcount=10, features=SAFE) for name, one in known.items()))
    return known


@pytest.fixture
def merge(database: Database, ids: dict[str, str]) -> Callable[..., None]:
    """Return a function that tells of the merge, by default of the two."""

    def hear(kept: str = "", gone: str = "") -> None:
        merged = (gone or ids[GONE],)
        event = EnterprisesMerged(merge_id=new_id(), enterprise_id=kept or ids[KEPT], merged_ids=merged)
        with database.transaction() as session:
            on_enterprises_merged(session, received_event(event, NOW), now=NOW)

    return hear


def happen(database: Database, event: Any) -> None:
    with database.transaction() as session:
        on_occurrence(session, [received_event(event, NOW)], now=NOW)


def ended(one: str) -> Any:
    return state_event(one, kind=EnterpriseDeregistered, sequence=2, status="merged", supervision="ceased")


class TestCauses:
    @pytest.mark.parametrize("order", list(permutations(("cause", "merge", "end"))))
    def test_count_for_the_one_that_stays_in_any_order(
        self, database: Database, tell: Tell, ids: dict[str, str], merge: Callable[..., None], order: tuple[str, ...]
    ) -> None:
        listed = SubjectListed(listing_id=new_id(), enterprise_id=ids[GONE], managed_until="2029-03-01")
        steps = {
            "cause": lambda: happen(database, listed),
            "merge": merge,
            "end": lambda: tell(ended(ids[GONE])),
        }
        for step in order:
            steps[step]()

        assert (level(database, ids[KEPT]), level(database, ids[GONE])) == (1, None)

    def test_end_with_an_event_that_still_names_the_old_entry(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        listing = new_id()
        happen(database, SubjectListed(listing_id=listing, enterprise_id=ids[GONE], managed_until="2029-03-01"))
        merge()
        happen(database, SubjectDelisted(listing_id=listing, enterprise_id=ids[GONE]))

        assert level(database, ids[KEPT]) == 4
        lifted = [one["enterprise_id"] for one in told(database, "risk.dynamic_rule_lifted.v1")]
        assert lifted == [ids[GONE], ids[KEPT]]

    def test_follow_a_chain_of_merges_told_in_the_wrong_order(
        self, database: Database, tell: Tell, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        last = new_id()
        tell(state_event(last, headcount=10, features=SAFE))
        merge(last, ids[KEPT])
        merge()
        happen(database, SubjectListed(listing_id=new_id(), enterprise_id=ids[GONE], managed_until="2029-03-01"))

        assert level(database, last) == 1

    def test_go_along_a_chain_told_in_its_order(
        self, database: Database, tell: Tell, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        last = new_id()
        tell(state_event(last, headcount=10, features=SAFE))
        merge()
        merge(last, ids[KEPT])
        happen(database, SubjectListed(listing_id=new_id(), enterprise_id=ids[GONE], managed_until="2029-03-01"))

        assert level(database, last) == 1

    def test_wait_for_the_entry_that_stays(self, merge: Callable[..., None]) -> None:
        with pytest.raises(NotYet):
            merge(new_id())

    def test_change_nothing_when_told_twice(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        happen(database, SubjectListed(listing_id=new_id(), enterprise_id=ids[GONE], managed_until="2029-03-01"))
        merge()
        before = told(database, "risk.enterprise_graded.v1")
        merge()

        assert told(database, "risk.enterprise_graded.v1") == before


class TestFacts:
    def declare(self, database: Database, one: str, **facts: Known) -> None:
        with database.transaction() as session:
            use_cases.declare_facts(session, enterprise_id=one, facts=facts, based_on=0, by="a-1", now=NOW)

    def facts(self, database: Database, one: str) -> dict[str, Any]:
        with database.reading() as session:
            kept = session.scalar(select(fact_sheet.c.facts).where(fact_sheet.c.enterprise_id == one)) or {}
        return {fact: each["value"] for fact, each in kept.items()}

    def test_that_are_confirmed_outweigh_others(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        sure, guess = Origin.CONFIRMED, Origin.INFERRED
        self.declare(database, ids[KEPT], penalties_1y=Known(0, guess, ()), no_safety_staff=Known("no", sure, ()))
        self.declare(
            database,
            ids[GONE],
            penalties_1y=Known(2, sure, ()),
            no_safety_staff=Known("yes", sure, ()),
            major_accident_3y=Known(1, guess, ()),
        )
        merge()

        expected = {"penalties_1y": 2, "no_safety_staff": "no", "major_accident_3y": 1}
        assert (self.facts(database, ids[KEPT]), self.facts(database, ids[GONE])) == (expected, {})

    def test_go_over_to_one_that_had_none(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        self.declare(database, ids[GONE], penalties_1y=Known(2, Origin.CONFIRMED, ()))
        merge()

        assert self.facts(database, ids[KEPT]) == {"penalties_1y": 2}

    def test_add_nothing_that_was_known_already(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        for one in ids.values():
            self.declare(database, one, penalties_1y=Known(2, Origin.CONFIRMED, ()))
        merge()

        with database.reading() as session:
            versions = session.execute(select(fact_sheet.c.enterprise_id, fact_sheet.c.version)).all()
        assert [tuple(row) for row in versions] == [(ids[KEPT], 1)]

    def test_of_a_later_survey_of_the_old_entry_are_of_the_one_that_stays(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        merge()
        with database.transaction() as session:
            on_enterprise_surveyed(session, [received_event(surveyed(ids[GONE], penalties_1y=3), NOW)], now=NOW)

        assert self.facts(database, ids[KEPT]) == {"penalties_1y": 3}


class TestKept:
    def test_are_risk_points_with_the_worst_of_them(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        with database.transaction() as session:
            use_cases.add_risk_point(session, enterprise_id=ids[GONE], point=POINT, by="a-1", now=NOW)
        merge()

        with database.reading() as session:
            owners = set(session.scalars(select(risk_point.c.enterprise_id)))
            due = set(session.scalars(select(timer.c.entity).where(timer.c.kind == use_cases.POINTS_DUE)))
        assert (level(database, ids[KEPT]), owners, due) == (1, {ids[KEPT]}, {ids[KEPT]})

    def test_is_an_override_in_force(self, database: Database, ids: dict[str, str], merge: Callable[..., None]) -> None:
        wish = use_cases.Wish(ids[GONE], Level.ORANGE, "多次举报", NOW + timedelta(days=30))
        with database.transaction() as session:
            asked = use_cases.request_override(session, wish, by="a-1", now=NOW)
            use_cases.decide_override(session, override_id=asked, is_approved=True, note="", by="a-2", now=NOW)
        merge()

        assert level(database, ids[KEPT]) == 2

    def test_are_who_watches_and_the_reports(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        report = {"enterprise_id": ids[GONE], "kind": "periodic", "summary": "年报", "reference": ""}
        with database.transaction() as session:
            use_cases.file_report(session, report, by="a-1", now=NOW)
            self.watch(session, ids[GONE], "officer-2")
        merge()

        assert self.watched(database) == [(ids[KEPT], "officer-2")]
        with database.reading() as session:
            assert set(session.scalars(select(risk_report.c.enterprise_id))) == {ids[KEPT]}

    def test_is_the_own_watcher_of_two(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        with database.transaction() as session:
            self.watch(session, ids[KEPT], "officer-1")
            self.watch(session, ids[GONE], "officer-2")
        merge()

        assert self.watched(database) == [(ids[KEPT], "officer-1")]

    @staticmethod
    def watch(session: Any, one: str, officer: str) -> None:
        use_cases.name_supervisors(
            session, enterprise_id=one, officer=officer, subdistrict_person="s", by="a-1", now=NOW
        )

    @staticmethod
    def watched(database: Database) -> list[tuple[str, str]]:
        with database.reading() as session:
            columns = supervision.c
            return [tuple(row) for row in session.execute(select(columns.enterprise_id, columns.officer))]


class TestAssessments:
    def draft(self, database: Database, one: str) -> str:
        with database.transaction() as session:
            return use_cases.draft_assessment(session, enterprise_id=one, answers=ANSWERS, by="a-1", now=NOW)

    def test_that_are_confirmed_count_on_with_their_clock(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        until = NOW + timedelta(days=300)
        drafted = self.draft(database, ids[GONE])
        with database.transaction() as session:
            is_it = assessment.c.id == drafted
            session.execute(update(assessment).where(is_it).values(state=CONFIRMED, valid_until=until))
        merge()

        with database.reading() as session:
            is_kept = enterprise.c.enterprise_id == ids[KEPT]
            assert session.scalar(select(enterprise.c.is_assessed).where(is_kept)) is True
            due = select(timer.c.due_at).where(timer.c.kind == use_cases.REASSESSMENT, timer.c.entity == ids[KEPT])
            assert session.scalar(due) == until

    def test_of_two_open_ones_that_of_the_old_entry_lapses(
        self, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        own, other = self.draft(database, ids[KEPT]), self.draft(database, ids[GONE])
        merge()

        with database.reading() as session:
            columns = assessment.c
            rows = {row.id: row for row in session.execute(select(columns.id, columns.state, columns.enterprise_id))}
        assert (rows[own].state, rows[other].state, rows[other].enterprise_id) == ("draft", "lapsed", ids[KEPT])


class TestCode:
    def test_of_the_old_entry_leads_to_the_one_that_stays_until_it_is_revoked(
        self, app: Flask, signer: Signer, database: Database, ids: dict[str, str], merge: Callable[..., None]
    ) -> None:
        client = signer.client(app, actions=["grade:read", "code:write"], divisions=["331002"])
        with database.transaction() as session:
            for one in ids.values():
                use_cases.issue_code(session, enterprise_id=one, by="a-1", now=NOW)
        tokens = self.tokens(database)
        merge()

        shown = [self.public(app, token).json["enterprise_id"] for token in tokens]
        client.post(f"/api/v1/risk/codes/{ids[KEPT]}/revoke", json={"reason": "遗失"})

        assert shown == [ids[KEPT], ids[KEPT]]
        assert [self.public(app, token).status_code for token in tokens] == [404, 404]

    @staticmethod
    def public(app: Flask, token: str) -> Any:
        return app.test_client().get(f"/api/v1/risk/codes/public/{token}")

    @staticmethod
    def tokens(database: Database) -> list[str]:
        with database.reading() as session:
            return list(session.scalars(select(information_code.c.token)))
