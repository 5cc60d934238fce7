"""Who may take part in a work: GB 30871-2022 4.9, 4.10; Order 13 Art. 9; permits §5.6 and §8.24."""

import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.permits.domain.people import (
    CONFIRMED,
    FAILED,
    NOT_FOUND,
    AskedWork,
    Certificate,
    Period,
    Problem,
    WorkPerson,
    certificate_problems,
    laid_down,
    last_day,
    state_of,
)
from services.permits.rules.people import people_rules, read_people
from shared.machines import NotAllowed, UnusableTable
from shared.machines.reading import rule_table

RULES = people_rules()
GB, GENERAL = "gb30871-2022", "general-industry"
DAY = date(2026, 11, 26)
LATER = DAY + timedelta(days=2)
WELDING = Certificate("c-1", "welding", date(2024, 1, 1), date(2029, 12, 31), date(2027, 1, 1), query=CONFIRMED)
GUARDIAN = Certificate("c-2", "guardian_training", date(2026, 1, 1))
TRAINED = Certificate("c-3", "confined_space_training", date(2026, 1, 1), date(2026, 12, 31))


def work(kind: str = "hot_work", profile: str = GB, *categories: str) -> AskedWork:
    return AskedWork(kind, profile, Period(DAY, LATER, DAY), frozenset(categories))


def somebody(*certificates: Certificate, role: str = "worker", **known: Any) -> WorkPerson:
    return WorkPerson("p-1", frozenset({role}), certificates=certificates, **known)


def codes(problems: tuple[Problem, ...]) -> list[tuple[str, bool]]:
    return [(problem.code, problem.is_blocking) for problem in problems]


class TestTable:
    def test_names_source_and_clause_of_every_row(self) -> None:
        rows = [*RULES.kinds.values(), *RULES.needs]
        assert all(row.source.document and row.source.clause for row in rows)

    @pytest.mark.parametrize(
        ("kind", "months", "review"),
        [
            ("welding", 72, 36),
            ("electrician", 72, 36),
            ("work_at_height", 72, 36),
            ("lifting_commander", 48, 0),
            ("crane_driver", 48, 0),
            ("confined_space_training", 12, 0),
            ("guardian_training", 0, 0),
        ],
    )
    def test_has_the_years_of_permits_5_6(self, kind: str, months: int, review: int) -> None:
        assert (RULES.kinds[kind].months, RULES.kinds[kind].review_months) == (months, review)

    @pytest.mark.parametrize(("name", "value"), [("certificates", ["magic"]), ("effect", "ask"), ("who", "some")])
    def test_is_refused_when_it_names_what_does_not_exist(self, name: str, value: Any) -> None:
        content = copy.deepcopy(rule_table("services.permits.rules", "people.toml"))
        content["need"][0][name] = value
        with pytest.raises(UnusableTable, match="row P1"):
            read_people(content)


class TestWelder:
    def test_may_work_with_a_certificate_for_the_whole_period(self) -> None:
        assert certificate_problems(RULES, work(), persons=[somebody(WELDING)]) == ()

    @pytest.mark.parametrize(
        ("change", "code", "is_blocking"),
        [
            ({"valid_to": LATER}, None, False),
            ({"valid_to": LATER - timedelta(days=1)}, "certificate_expires", True),
            ({"review_by": LATER}, None, False),
            ({"review_by": LATER - timedelta(days=1)}, "review_due", True),  # §8.24
            ({"valid_from": DAY}, None, False),
            ({"valid_from": LATER}, "certificate_not_valid_yet", True),
            ({"ended_on": LATER + timedelta(days=1)}, None, False),
            ({"ended_on": LATER}, "certificate_ended", True),
            ({"query": NOT_FOUND}, "certificate_not_found", True),
            ({"query": "unchecked"}, "certificate_unchecked", False),
            ({"query": FAILED, "queried_on": DAY - timedelta(days=7)}, "query_failed", False),
            ({"query": FAILED, "queried_on": DAY - timedelta(days=8)}, "query_failed", True),
        ],
    )
    def test_is_judged_by_both_ends_of_every_date(self, change: dict[str, Any], code: str, is_blocking: bool) -> None:
        found = certificate_problems(RULES, work(), persons=[somebody(replace(WELDING, **change))])
        assert codes(found) == ([(code, is_blocking)] if code else [])

    def test_without_any_is_refused_by_the_clause(self) -> None:
        [problem] = certificate_problems(RULES, work(), persons=[somebody(GUARDIAN)])
        assert (problem.code, problem.person_id, problem.certificates) == ("certificate_missing", "p-1", ("welding",))
        assert "4.9" in problem.clause

    def test_is_judged_by_the_best_of_several(self) -> None:
        old = replace(WELDING, valid_to=DAY)
        older = replace(WELDING, valid_to=DAY - timedelta(days=9))
        both = certificate_problems(RULES, work(), persons=[somebody(older, old)])
        good = certificate_problems(RULES, work(), persons=[somebody(older, old, WELDING)])
        assert ([problem.day for problem in both], good) == ([DAY], ())

    def test_needs_the_category_of_the_job(self) -> None:
        fusion = work("hot_work", GB, "熔化焊接与热切割作业")
        other, right = (replace(WELDING, category=name) for name in ("钎焊作业", "熔化焊接与热切割作业"))
        assert codes(certificate_problems(RULES, fusion, persons=[somebody(other)])) == [("category_not_covered", True)]
        assert certificate_problems(RULES, fusion, persons=[somebody(right)]) == ()


class TestEverybody:
    def test_who_left_is_refused(self) -> None:
        assert codes(certificate_problems(RULES, work(), persons=[somebody(WELDING, is_here=False)])) == [
            ("person_left", True)
        ]

    @pytest.mark.parametrize(
        ("role", "unfit_for", "expected"),
        [
            ("worker", {"hot_work"}, [("unfit", True)]),
            ("worker", {"height"}, []),
            ("applicant", {"hot_work"}, []),
        ],
    )
    def test_with_a_contraindication_does_not_do_that_work(
        self, role: str, unfit_for: set[str], expected: list[tuple[str, bool]]
    ) -> None:
        one = somebody(WELDING, role=role, unfit_for=frozenset(unfit_for))
        assert codes(certificate_problems(RULES, work(), persons=[one])) == expected


class TestNeeds:
    @pytest.mark.parametrize(
        ("asked", "role", "held", "expected"),
        [
            (("blinding", GB), "guardian", (), [("certificate_missing", True)]),
            (("blinding", GB), "guardian", (GUARDIAN,), []),
            (("blinding", GENERAL), "guardian", (), [("certificate_missing", False)]),
            (("confined_space", GENERAL), "worker", (), [("certificate_missing", True)]),
            (("confined_space", GENERAL), "worker", (TRAINED,), []),
            (("confined_space", GENERAL), "guardian", (TRAINED,), []),
            (("confined_space", GB), "worker", (), [("certificate_missing", False)]),
            (("excavation", GB), "worker", (), []),
            (("lifting", GB), "lift_commander", (), [("certificate_missing", True), ("nobody_certified", True)]),
        ],
    )
    def test_depend_on_work_rule_set_and_role(
        self, asked: tuple[str, str], role: str, held: tuple[Certificate, ...], expected: list[tuple[str, bool]]
    ) -> None:
        assert codes(certificate_problems(RULES, work(*asked), persons=[somebody(*held, role=role)])) == expected

    def test_ask_one_of_the_crew_for_the_crane(self) -> None:
        driver = Certificate("c-4", "crane_driver", DAY, LATER, query=CONFIRMED)
        crew = [somebody(driver), WorkPerson("p-2", frozenset({"worker"}))]
        assert certificate_problems(RULES, work("lifting"), persons=crew) == ()


class TestDays:
    def test_that_nobody_gave_are_the_latest(self) -> None:
        days = laid_down(RULES.kinds["welding"], date(2024, 2, 29), valid_to=None, review_by=None)
        assert (days.valid_to, days.review_by) == (date(2030, 2, 27), date(2027, 2, 28))

    def test_are_none_where_nothing_is_laid_down(self) -> None:
        days = laid_down(RULES.kinds["guardian_training"], DAY, valid_to=None, review_by=None)
        assert (days.valid_to, days.review_by) == (None, None)

    def test_review_no_later_than_the_end(self) -> None:
        days = laid_down(RULES.kinds["welding"], DAY, valid_to=LATER, review_by=None)
        assert days.review_by == LATER

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"valid_to": date(2032, 11, 26), "review_by": None}, None),
            ({"valid_to": date(2032, 11, 27), "review_by": None}, "valid_too_long"),
            ({"valid_to": DAY - timedelta(days=1), "review_by": None}, "days_reversed"),
            ({"valid_to": None, "review_by": date(2033, 1, 1)}, "valid_too_long"),
        ],
    )
    def test_end_where_the_table_says(self, given: dict[str, Any], code: str | None) -> None:
        refusal = None
        try:
            laid_down(RULES.kinds["welding"], DAY, **given)
        except NotAllowed as refused:
            refusal = refused.code
        assert refusal == code


class TestClock:
    @pytest.mark.parametrize(
        ("change", "state"),
        [
            ({}, "expiring"),
            ({"review_by": DAY + timedelta(days=61)}, "valid"),
            ({"review_by": None, "valid_to": None}, "valid"),
            ({"review_by": DAY - timedelta(days=1)}, "review_due"),
            ({"valid_to": DAY - timedelta(days=1)}, "expired"),
            ({"valid_from": LATER}, "future"),
            ({"query": NOT_FOUND}, "refuted"),
            ({"ended_on": DAY}, "ended"),
        ],
    )
    def test_tells_how_a_certificate_stands(self, change: dict[str, Any], state: str) -> None:
        assert state_of(replace(WELDING, **change), today=DAY, expiring=RULES.expiring) == state

    def test_ends_with_the_first_of_all_ends(self) -> None:
        assert last_day(replace(WELDING, ended_on=DAY)) == DAY - timedelta(days=1)
        assert last_day(WELDING) == date(2027, 1, 1)
        assert last_day(GUARDIAN) is None
