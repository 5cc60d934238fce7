"""Cases of the list on a database: from the proposal to the list and off it, told, timed and sealed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from services.credit.domain.case_facts import Penalty
from services.credit.tables import listing_case, listing_delivery, listing_person, listing_step
from services.credit.use_cases.cases import CaseChanged, CaseRuns, PersonsNotMeant, run_case_clock, step_case
from services.credit.use_cases.enterprises import follow_merge
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.ids import new_id
from shared.machines import NotAllowed
from tests.integration.credit.conftest import known_enterprise, run_clock, told
from tests.integration.credit.listing import (
    DAY,
    IDENTITY,
    LEADER,
    NOTICE_PARTS,
    PERSON,
    a_step,
    at,
    case_row,
    decided,
    listed,
    moved,
    proposed,
    served,
)

REMOVED_EARLY = {"number": "移出1号", "duty_done": True, "harm_removed": True, "no_relapse": True}
FRAUD = {"number": "恢复1号", "reason": "隐瞒", "by": "leader", "roles": LEADER}


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database, uscc="91330000704676287N", industry="C2614", address="椒江区海门")


class TestProposing:
    def test_keeps_the_grounds_and_seals_the_persons(self, database: Database, firm: str) -> None:
        case_id = proposed(database, firm)
        row = case_row(database, case_id)
        with database.reading() as session:
            person = session.execute(select(listing_person).where(listing_person.c.case_id == case_id)).one()
        assert (row.state, row.condition, row.penalty["number"]) == ("candidate", "BL-6-4", "（椒）应急罚〔2026〕12号")
        assert IDENTITY not in person.sealed_identity
        assert PERSON["name"] not in person.sealed_name

    def test_of_the_same_matter_twice_is_refused(self, database: Database, firm: str) -> None:
        penalty_id = new_id()
        proposed(database, firm, penalty_id=penalty_id)
        with pytest.raises(CaseRuns):
            proposed(database, firm, penalty_id=penalty_id)

    def test_names_only_whom_the_act_names(self, database: Database, firm: str) -> None:
        with pytest.raises(PersonsNotMeant):
            proposed(database, firm, persons=[{**PERSON, "role": "direct"}])
        with pytest.raises(PersonsNotMeant):
            proposed(database, firm, condition="BL-6-5", persons=[])

    def test_rests_on_a_penalty_of_ours(self, database: Database, firm: str) -> None:
        with pytest.raises(NotAllowed):
            proposed(database, firm, penalty=Penalty("1", "V-110", DAY, is_ours=False))

    def test_again_while_listed_is_a_new_case_with_a_link(self, database: Database, firm: str) -> None:
        first = listed(database, firm)
        second = proposed(database, firm, on=DAY + timedelta(days=30))
        assert case_row(database, second).earlier_case_id == first


class TestTheWayOntoTheList:
    def test_is_kept_step_by_step(self, database: Database, firm: str) -> None:
        case_id = listed(database, firm)
        with database.reading() as session:
            own = select(listing_step.c.event).where(listing_step.c.case_id == case_id)
            events = session.scalars(own.order_by(listing_step.c.version)).all()
            deliveries = session.execute(select(listing_delivery)).all()
        assert events == [
            "propose", "issue_notice", "serve_notice", "state", "decide_listing", "serve", "record", "publish",
        ]  # fmt: skip
        assert len(deliveries) == 6  # notice, decision and repair notice to the firm and its principal

    def test_begins_the_period_with_the_decision(self, database: Database, firm: str) -> None:
        row = case_row(database, listed(database, firm))
        assert (row.listed_on, row.managed_until) == (DAY, date(2029, 11, 2))

    def test_is_told_only_when_it_is_published(self, database: Database, firm: str) -> None:
        decided(database, firm)
        assert told(database, "subject_listed") == []

    def test_is_told_with_period_basis_and_measures(self, database: Database, firm: str) -> None:
        row = case_row(database, listed(database, firm))
        (event,) = told(database, "subject_listed")
        data = event["data"]
        assert (data["listing_id"], data["enterprise_id"]) == (row.listing_id, firm)
        assert (data["managed_until"], data["basis"]) == ("2029-11-02", "第六条第四项")
        effects = {one["code"]: one["effect"] for one in data["measures"]}
        assert (effects["R-ENV"], effects["R-FIN"]) == ("RESTRICT", "ADVISORY")

    def test_of_the_principal_alone_is_not_told_of_the_firm(self, database: Database, firm: str) -> None:
        row = case_row(database, listed(database, firm, condition="BL-6-5"))
        assert row.state == "active"
        assert told(database, "subject_listed") == []

    def test_goes_on_by_itself_when_nobody_states_anything(self, database: Database, firm: str) -> None:
        case_id = proposed(database, firm)
        moved(database, case_id, "issue_notice", **NOTICE_PARTS)
        served(database, case_id, "serve_notice", on=DAY)
        run_clock(database, now=at(date(2026, 11, 9)))  # the fifth working day is not over yet
        assert case_row(database, case_id).state == "noticed"
        run_clock(database, now=at(date(2026, 11, 10)))
        assert case_row(database, case_id).state == "under_review"

    def test_waits_for_its_moment(self, database: Database, firm: str) -> None:
        case_id = proposed(database, firm, persons=[])
        with database.transaction() as session:
            run_case_clock(session, case_id, now=at(DAY))
        assert case_row(database, case_id).state == "candidate"

    def test_is_refused_to_who_saw_another_version(self, database: Database, firm: str) -> None:
        case_id = proposed(database, firm)
        with database.transaction() as session, pytest.raises(CaseChanged):
            step_case(session, case_id, step=a_step("dismiss", reason="无", by="other"), based_on=7)

    def test_takes_no_delivery_from_before_the_notice(self, database: Database, firm: str) -> None:
        case_id = proposed(database, firm)
        moved(database, case_id, "issue_notice", **NOTICE_PARTS)
        with pytest.raises(NotAllowed) as refused:
            served(database, case_id, "serve_notice", on=DAY, delivered_on=date(2020, 1, 1))
        assert refused.value.code == "delivery_misdated"


class TestTheWayOffTheList:
    def test_by_expiry_needs_no_application(self, database: Database, firm: str) -> None:
        case_id = listed(database, firm)
        run_clock(database, now=at(date(2029, 11, 2)))
        assert case_row(database, case_id).state == "active"
        run_clock(database, now=at(date(2029, 11, 3)))
        row = case_row(database, case_id)
        assert (row.state, row.removal, row.removal_on) == ("removing", "expiry", date(2029, 11, 3))
        (event,) = told(database, "subject_delisted")
        assert event["data"] == {
            "listing_id": row.listing_id, "enterprise_id": firm, "removal": "expiry", "removed_on": "2029-11-03",
        }  # fmt: skip

    def test_early_ends_with_the_system_and_the_agencies(self, database: Database, firm: str) -> None:
        case_id = removed_early(database, firm)
        moved(database, case_id, "update_system", on=date(2027, 12, 2))
        with pytest.raises(NotAllowed):
            moved(database, case_id, "complete", on=date(2027, 12, 2))
        moved(database, case_id, "complete", on=date(2027, 12, 20))
        assert case_row(database, case_id).state == "removed"

    def test_after_fraud_leads_back_for_a_whole_new_period(self, database: Database, firm: str) -> None:
        case_id = removed_early(database, firm)
        before = case_row(database, case_id).listing_id
        moved(database, case_id, "restore", on=date(2028, 3, 1), **FRAUD)
        row = case_row(database, case_id)
        assert (row.state, row.listed_on, row.managed_until) == ("active", date(2028, 3, 1), date(2031, 3, 1))
        first, second = told(database, "subject_listed")
        assert first["data"]["listing_id"] == before
        assert second["data"]["listing_id"] == row.listing_id != before

    def test_ends_a_period_by_the_day_that_was_published(self, database: Database, firm: str) -> None:
        case_id = listed(database, firm)
        with database.transaction() as session:  # as a restoration under an order with two years leaves it
            session.execute(update(listing_case).values(managed_until=date(2028, 11, 2)))
            run_case_clock(session, case_id, now=at(date(2028, 11, 2)))
        assert case_row(database, case_id).state == "active"
        with database.transaction() as session:
            run_case_clock(session, case_id, now=at(date(2028, 11, 3)))
        assert case_row(database, case_id).state == "removing"

    def test_a_rejected_application_leaves_the_subject_on_it(self, database: Database, firm: str) -> None:
        case_id = listed(database, firm)
        moved(database, case_id, "apply_early_removal", on=date(2027, 11, 30), application="申请")
        moved(database, case_id, "reject", on=date(2027, 12, 1), reason="材料不全")
        row = case_row(database, case_id)
        assert (row.state, row.applied_on) == ("active", None)

    def test_a_newer_case_is_a_relapse(self, database: Database, firm: str) -> None:
        case_id = listed(database, firm)
        decided(database, firm, on=date(2027, 6, 1))
        accepted(database, case_id)
        with pytest.raises(NotAllowed) as refused:
            moved(database, case_id, "grant", on=date(2027, 12, 1), by="leader", roles=LEADER, **REMOVED_EARLY)
        assert refused.value.code == "relapsed"

    def test_revoked_before_it_was_published_is_told_to_nobody(self, database: Database, firm: str) -> None:
        case_id = decided(database, firm)
        moved(database, case_id, "revoke", by="leader", roles=LEADER, reason="判决撤销", number="撤1号")
        row = case_row(database, case_id)
        assert (row.state, row.removal, row.is_open) == ("revoked", "correction", False)
        assert told(database, "subject_listed", "subject_delisted") == []


class TestMerging:
    def test_cases_go_over_to_the_entry_that_stays(self, database: Database, firm: str) -> None:
        case_id, kept = listed(database, firm), known_enterprise(database)
        with database.transaction() as session:
            follow_merge(session, EnterprisesMerged(merge_id=new_id(), enterprise_id=kept, merged_ids=(firm,)))
            owners = session.scalars(select(listing_case.c.enterprise_id).where(listing_case.c.id == case_id)).all()
        assert owners == [kept]


def accepted(database: Database, case_id: str) -> None:
    moved(database, case_id, "apply_early_removal", on=date(2027, 11, 29), application="申请")
    moved(database, case_id, "accept", on=date(2027, 11, 30), duty_proof="缴款书", promise="承诺书")


def removed_early(database: Database, firm: str) -> str:
    """Return a case of which the early removal was granted on 1 December 2027."""
    case_id = listed(database, firm)
    accepted(database, case_id)
    moved(database, case_id, "grant", on=date(2027, 12, 1), by="leader", roles=LEADER, **REMOVED_EARLY)
    return case_id
