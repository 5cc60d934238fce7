"""When an intermediary may work, and what a contract's days make of it (monitoring-training-and-peers §3)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.domain.intermediaries import (
    DatesReversed,
    Document,
    IntermediaryMayNotWork,
    ServiceUnknown,
    Standing,
    check_contract,
    check_days,
    check_services,
    end_of,
    entry_gaps,
    next_change,
    phase_of,
    rules,
    standing,
    start_of,
)

TODAY = date(2026, 11, 25)
NOTICE = Document("practice_notice", date(2026, 1, 1), date(2026, 11, 25))
QUALIFICATION = Document("qualification", None, None)


class TestStanding:
    @pytest.mark.parametrize(
        ("documents", "day", "expected"),
        [
            ([NOTICE, QUALIFICATION], TODAY, Standing("registered")),
            ([NOTICE, QUALIFICATION], date(2026, 11, 26), Standing("suspended", "document_expired", "practice_notice")),
            ([NOTICE, QUALIFICATION], date(2025, 12, 31), Standing("suspended", "document_expired", "practice_notice")),
            ([NOTICE], TODAY, Standing("suspended", "document_missing", "qualification")),
            ([], TODAY, Standing("suspended", "document_missing", "practice_notice")),
        ],
        ids=["last day", "day after", "before", "one missing", "none"],
    )
    def test_follows_the_required_documents(self, documents: list[Document], day: date, expected: Standing) -> None:
        assert standing(documents, day=day, is_stopped=False) == expected

    def test_is_suspended_when_stopped_by_hand(self) -> None:
        assert standing([NOTICE, QUALIFICATION], day=TODAY, is_stopped=True) == Standing("suspended", "by_hand")

    def test_changes_next_when_a_required_document_begins_or_has_ended(self) -> None:
        renewed = Document("practice_notice", date(2026, 12, 10), date(2027, 12, 9))
        optional = Document("liability_insurance", None, date(2026, 11, 26))
        documents = [NOTICE, QUALIFICATION, renewed, optional]

        days = [next_change(documents, day=day) for day in (TODAY, date(2026, 11, 26), date(2026, 12, 10))]

        assert days == [date(2026, 11, 26), date(2026, 12, 10), date(2027, 12, 10)]
        assert next_change([QUALIFICATION, optional], day=TODAY) is None


class TestEntryConditions:
    """Zhejiang 2020: premises of at least 100 m², at least five full-time technicians (§3.1, S32)."""

    @pytest.mark.parametrize(
        ("premises", "technicians", "status", "gaps"),
        [
            (100, 5, Standing("registered"), []),
            (99, 4, Standing("registered"), ["premises", "technicians"]),
            (None, 5, Standing("suspended", "document_missing", "qualification"), ["premises", "documents"]),
            (100, 5, Standing("suspended", "by_hand"), []),
        ],
    )
    def test_are_named_when_they_are_not_met(
        self, premises: int | None, technicians: int, status: Standing, gaps: list[str]
    ) -> None:
        assert entry_gaps(premises=premises, technicians=technicians, status=status) == gaps

    def test_are_those_of_the_guidance(self) -> None:
        assert (rules().least_premises, rules().least_technicians) == (100, 5)


class TestContract:
    INTERMEDIARY = {"status": "registered", "services": ["hazard_check"], "reason": "", "reason_document": ""}

    @pytest.mark.parametrize(
        ("intermediary", "services", "reason"),
        [
            ({"status": "suspended", "reason": "document_expired"}, ["hazard_check"], "document_expired"),
            ({}, ["hazard_check", "training"], "outside_scope"),
        ],
    )
    def test_is_refused_to_who_may_not_work_or_not_do_this(
        self, intermediary: dict[str, Any], services: list[str], reason: str
    ) -> None:
        with pytest.raises(IntermediaryMayNotWork) as refusal:
            check_contract({**self.INTERMEDIARY, **intermediary}, services)

        assert refusal.value.facts["reason"] == reason

    def test_is_open_to_others(self) -> None:
        check_contract(self.INTERMEDIARY, ["hazard_check"])
        check_services(["hazard_check", "training"])
        check_days(TODAY, TODAY)

        assert end_of(TODAY) == start_of(date(2026, 11, 26))

    def test_names_known_services_only(self) -> None:
        with pytest.raises(ServiceUnknown):
            check_services(["catering"])

    def test_ends_after_it_begins(self) -> None:
        with pytest.raises(DatesReversed):
            check_days(TODAY, date(2026, 11, 24))

    @pytest.mark.parametrize(
        ("now", "phase"),
        [
            (datetime(2026, 11, 23, 15, 59, tzinfo=UTC), "planned"),
            (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), "live"),
            (datetime(2026, 11, 25, 15, 59, tzinfo=UTC), "live"),
            (datetime(2026, 11, 25, 16, 0, tzinfo=UTC), "ended"),
        ],
    )
    def test_runs_on_both_its_days_in_chinese_time(self, now: datetime, phase: str) -> None:
        assert phase_of(date(2026, 11, 24), TODAY, now=now) == phase
