"""Dynamic rules DY-01…DY-15 (risk-grading §3.5): when each counts, what it does, how it ends; any order of events."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.risk.domain.cards import Source
from services.risk.domain.dynamics import NONE, Adjustments, Phase, adjusted_level, rescored
from services.risk.domain.facts import Known, Origin
from services.risk.domain.levels import Level
from services.risk.domain.occurrences import Occurrence, Trigger, Window, months_after
from services.risk.domain.results import GradeResult, adjusted
from services.risk.rules import dynamic_rules
from services.risk.worker import declarations
from shared.contracts import contract_of, credit, inspections, monitoring, permits, training
from shared.contracts.credit import AccidentRecorded, PenaltyDecided

NOW = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = dynamic_rules()
ONE = "0192f0a0-0000-7000-8000-000000000001"
YEAR = 365 * DAY


def happened(
    kind: str, *, key: str = "1", days_ago: float = 1, ended: float | None = None, **details: Any
) -> Occurrence:
    """Return an occurrence that began and perhaps ended so many days before now."""
    over = None if ended is None else NOW - ended * DAY
    return Occurrence(kind, key, began_at=NOW - days_ago * DAY, ended_at=over, details=details)


def counting(*occurrences: Occurrence, at: datetime = NOW) -> set[str]:
    return {one.rule for one in RULES.applications(occurrences, at)}


def by(*occurrences: Occurrence, at: datetime = NOW) -> Adjustments:
    return RULES.adjustments(occurrences, at, override=None, risk_points=None)


def level(*occurrences: Occurrence, at: datetime = NOW, card: Level = Level.BLUE) -> Level | None:
    return adjusted_level(card, by(*occurrences, at=at))


def penalties(*days_ago: float) -> list[Occurrence]:
    """Return penalties by 安全生产法 that were decided so many days before now."""
    return [happened("penalty", key=str(n), days_ago=one, is_of_safety_law=True) for n, one in enumerate(days_ago)]


class TestRed:
    @pytest.mark.parametrize(
        ("rule", "causes"),
        [
            ("DY-02", [happened("accident", deaths=1)]),
            ("DY-02", [happened("accident", serious_injuries=3)]),
            ("DY-02", [happened("accident", has_social_impact=True)]),
            ("DY-03", [happened("red_card")]),
            ("DY-04", [happened("overdue_major_hazard")]),
            ("DY-05", [happened("listing")]),
            ("DY-06", [happened("major_hazard"), *penalties(170, 170, 170)]),
            ("DY-06", [happened("major_hazard"), *penalties(300, 300, 300, 300)]),
        ],
    )
    def test_follows_from_each_cause(self, rule: str, causes: list[Occurrence]) -> None:
        assert (rule in counting(*causes), level(*causes)) == (True, Level.RED)

    @pytest.mark.parametrize(
        "harmless",
        [
            [happened("accident", serious_injuries=2)],
            [happened("penalty", key=str(n), days_ago=170) for n in range(3)],
            [happened("major_hazard"), *(happened("penalty", key=str(n), days_ago=181) for n in range(3))],
            [happened("major_hazard")],
        ],
        ids=["two-injured", "penalties-without-hazard", "three-penalties-too-old", "hazard-in-time"],
    )
    def test_needs_all_of_its_cause(self, harmless: list[Occurrence]) -> None:
        assert level(*harmless) != Level.RED

    @pytest.mark.parametrize("kind", ["overdue_major_hazard", "listing"])
    def test_of_dy_04_and_dy_05_ends_with_its_cause_at_once(self, kind: str) -> None:
        assert level(happened(kind, days_ago=30, ended=0.1)) == Level.BLUE

    def test_of_dy_05_ends_with_the_management_period(self) -> None:
        listed = Occurrence("listing", "1", began_at=NOW - YEAR, expires_at=NOW)
        assert [level(listed, at=NOW - DAY), level(listed)] == [Level.RED, Level.BLUE]

    @pytest.mark.parametrize("kind", ["accident", "red_card"])
    def test_of_dy_02_and_dy_03_lasts_a_year_and_then_waits_for_the_review(self, kind: str) -> None:
        cause = happened(kind, days_ago=365, deaths=1)
        phases = [RULES.applications([cause], moment)[0].phase for moment in (NOW - DAY, NOW)]
        assert (phases, level(cause)) == ([Phase.ACTIVE, Phase.AWAITING_REVIEW], Level.RED)


class TestRestoring:
    def after_review(self, months: int) -> Level | None:
        reviewed = Occurrence("review", "1", began_at=NOW)
        return level(happened("red_card", days_ago=400), reviewed, at=months_after(NOW, months))

    def test_of_dy_14_is_one_level_per_period_after_the_review(self) -> None:
        assert [self.after_review(months) for months in (0, 5, 6, 11, 12)] == [2, 2, 3, 3, 4]

    def test_does_not_count_a_review_before_the_cause_was_gone(self) -> None:
        early = Occurrence("review", "1", began_at=NOW - 20 * DAY)
        assert level(happened("red_card", days_ago=366), early) == Level.RED

    def test_of_a_red_score_needs_no_review(self) -> None:
        improved = happened("red_score", days_ago=40, ended=10)
        assert [level(improved, card=card) for card in (Level.BLUE, Level.RED)] == [Level.ORANGE, Level.RED]

    def test_of_a_red_score_begins_only_when_it_improves(self) -> None:
        assert counting(happened("red_score", days_ago=40)) == set()

    def test_of_a_veto_waits_for_the_review(self) -> None:
        assert (counting(happened("veto", ended=0.5)), level(happened("veto", ended=0.5))) == ({"DY-01"}, Level.RED)

    def test_names_the_moment_at_which_it_changes_by_itself(self) -> None:
        improved = happened("red_score", days_ago=40, ended=10)
        assert RULES.next_change([improved], NOW) == months_after(NOW - 10 * DAY, 6)


class TestMonths:
    def test_end_at_the_same_time_of_the_last_day_of_a_short_one(self) -> None:
        assert months_after(datetime(2026, 8, 31, 7, tzinfo=UTC), 6) == datetime(2027, 2, 28, 7, tzinfo=UTC)


class TestOneWorse:
    @pytest.mark.parametrize(
        ("rule", "causes"),
        [
            ("DY-07", [happened("penalty", key="a", days_ago=300), happened("penalty", key="b")]),
            ("DY-07", [happened("violation")]),
            ("DY-09", [happened("missed_commitment", key="")]),
            ("DY-11", [happened("interruption")]),
            ("AL-02", [happened("alarm")]),
        ],
    )
    def test_follows_from_each_cause(self, rule: str, causes: list[Occurrence]) -> None:
        assert (rule in counting(*causes), level(*causes)) == (True, Level.YELLOW)

    def test_is_not_more_for_two_causes_and_never_below_red(self) -> None:
        causes = [happened("alarm"), happened("interruption")]
        assert [level(*causes), level(*causes, card=Level.RED)] == [Level.YELLOW, Level.RED]

    def test_of_dy_07_ends_when_a_penalty_is_a_year_old(self) -> None:
        penalties = [happened("penalty", key="a", days_ago=300), happened("penalty", key="b")]
        assert RULES.next_change(penalties, NOW) == NOW + 65 * DAY
        assert level(*penalties, at=NOW + 65 * DAY) == Level.BLUE

    @pytest.mark.parametrize("kind", ["missed_commitment", "interruption", "alarm"])
    def test_ends_with_its_cause_at_once(self, kind: str) -> None:
        assert level(happened(kind, ended=0.5)) == Level.BLUE


class TestOtherEffects:
    @pytest.mark.parametrize(("rule", "kind"), [("DY-08", "substantiated_report"), ("TR-01", "training_gap")])
    def test_of_the_key_inspection_pool_leave_the_colour(self, rule: str, kind: str) -> None:
        assert (counting(happened(kind)), level(happened(kind)), by(happened(kind))) == ({rule}, Level.BLUE, NONE)

    def test_of_dy_08_end_after_a_year(self) -> None:
        assert counting(happened("substantiated_report", days_ago=365)) == set()

    @pytest.mark.parametrize("accident", [{"deaths": 1, "is_mainly_responsible": True}, {"serious_injuries": 2}])
    def test_of_dy_10_lower_the_standardisation(self, accident: dict[str, Any]) -> None:
        assert by(happened("accident", days_ago=500, **accident)).is_rescored

    @pytest.mark.parametrize(("before", "after"), [("1", "2"), ("3", "none"), ("none", "none")])
    def test_of_dy_10_go_down_by_one_level(self, before: str, after: str) -> None:
        assert rescored({"std_level": Known(before, Origin.CONFIRMED)})["std_level"].value == after
        assert rescored({}) == {}

    def test_of_dy_13_freeze_the_code_in_grey(self) -> None:
        assert level(happened("long_stop"), happened("listing")) is None

    def test_of_dy_12_are_barred_by_a_hazard_or_an_accident(self) -> None:
        barred = [by(one).is_improvement_barred for one in (happened("major_hazard"), happened("accident"))]
        assert (barred, by().is_improvement_barred) == ([True, True], False)


class TestPrecedence:
    def test_lets_an_override_win_over_one_level_rules_and_holds(self) -> None:
        causes = [happened("alarm"), happened("red_score", days_ago=40, ended=10)]
        adjustments = RULES.adjustments(causes, NOW, override=Level.BLUE, risk_points=None)
        assert adjusted_level(Level.RED, adjustments) == Level.BLUE

    def test_lets_a_present_cause_of_red_win_over_an_override(self) -> None:
        adjustments = RULES.adjustments([happened("listing")], NOW, override=Level.BLUE, risk_points=None)
        assert adjusted_level(Level.BLUE, adjustments) == Level.RED

    def test_keeps_the_rules_among_the_first_reasons_and_the_doubts_at_the_end(self) -> None:
        result = GradeResult(4, 950, 1, 3, 30, "GM-DESIGN", "1", True, ("G1f", "unknown_facts"))
        red = adjusted(result, by(happened("listing")))
        assert (red.level, red.worst_level, red.is_provisional) == (1, 1, False)
        assert red.reasons == ("DY-05", "G1f", "unknown_facts")

    def test_names_an_override_and_settles_the_colour(self) -> None:
        result = GradeResult(4, 950, 1, 3, 30, "GM-DESIGN", "1", True, ("unknown_facts",))
        orange = adjusted(result, Adjustments(override=Level.ORANGE))
        assert (orange.level, orange.is_provisional, orange.reasons) == (2, False, ("override", "unknown_facts"))

    def test_leaves_an_unassessed_chemical_enterprise_hatched_in_blue(self) -> None:
        result = GradeResult(3, 800, 1, 3, 30, "WH", "1", True, ("assessment_not_confirmed",))
        assert adjusted(result, Adjustments(override=Level.BLUE)).is_provisional

    def test_survives_being_stored(self) -> None:
        full = RULES.adjustments([happened("red_score", ended=0.5)], NOW, override=Level.RED, risk_points=Level.YELLOW)
        assert [Adjustments.of(one.document()) for one in (full, NONE)] == [full, NONE]
        assert NONE.document() is None


class TestEvents:
    def test_commute_and_may_come_twice(self) -> None:
        began = Occurrence("alarm", "1", began_at=NOW - 3 * DAY)
        ended = Occurrence("alarm", "1", ended_at=NOW - 2 * DAY)
        again = Occurrence("alarm", "1", began_at=NOW - DAY, details={"n": 1})
        results = set()
        for order in permutations((began, ended, again, ended)):
            merged = order[0]
            for one in order[1:]:
                merged = merged.merged(one)
            results.add((merged.began_at, merged.ended_at, merged.is_open(NOW), str(merged.details)))
        assert results == {(NOW - DAY, NOW - 2 * DAY, True, "{'n': 1}")}

    def test_told_again_replaces_what_it_said_of_the_same_beginning(self) -> None:
        first = Occurrence("accident", "1", began_at=NOW - DAY, ended_at=NOW, details={"deaths": 0})
        corrected = Occurrence("accident", "1", began_at=NOW - DAY, details={"deaths": 1})

        assert first.merged(corrected) == replace(first, details={"deaths": 1})

    @pytest.mark.parametrize("days_ago", [1, 3], ids=["earlier", "later"])
    def test_that_correct_the_day_count_in_whatever_order_they_come(self, days_ago: int) -> None:
        first = Occurrence("accident", "1", began_at=NOW - 2 * DAY, details={"deaths": 1}, sequence=1)
        corrected = Occurrence("accident", "1", began_at=NOW - days_ago * DAY, details={"deaths": 0}, sequence=2)

        assert first.merged(corrected) == corrected.merged(first) == corrected

    def test_end_something_that_never_began(self) -> None:
        assert not Occurrence("alarm", "1", ended_at=NOW).is_open(NOW)

    def test_count_days_from_their_beginning_in_china(self) -> None:
        told = AccidentRecorded(accident_id="a", enterprise_id=ONE, occurred_on="2026-05-01", deaths=1)
        [accident] = RULES.read(contract_of(AccidentRecorded).name, told, time=NOW, sequence=1)
        assert accident.began_at == datetime(2026, 4, 30, 16, tzinfo=UTC)
        assert accident.details["deaths"] == 1

    def test_name_contracts_and_fields_that_exist(self) -> None:
        modules = (credit, inspections, monitoring, permits, training)
        known = {
            one.contract.name: {name for name, _ in one.contract.slots}
            for module in modules
            for one in vars(module).values()
            if hasattr(one, "contract")
        }
        tellings = [telling for kind in RULES.kinds for telling in (*kind.begins, *kind.ends)]
        wrong = [t for t in tellings if {t.key, t.at, t.expires, *t.when} - {""} - known[t.event]]
        listened_to = {one.name for one in declarations().contracts()} & set(known)
        assert (wrong, {t.event for t in tellings}) == ([], listened_to)

    def test_expire_after_the_last_day(self) -> None:
        told = credit.SubjectListed(listing_id="a", enterprise_id=ONE, managed_until="2026-06-01")
        [listed] = RULES.read("credit.subject_listed.v1", told, time=NOW - DAY, sequence=1)
        assert listed.expires_at == datetime(2026, 6, 1, 16, tzinfo=UTC)

    def test_of_a_listing_without_an_end_do_not_expire(self) -> None:
        told = credit.SubjectListed(listing_id="a", enterprise_id=ONE)
        assert RULES.read("credit.subject_listed.v1", told, time=NOW, sequence=1)[0].expires_at is None

    def test_of_another_kind_say_nothing(self) -> None:
        told = credit.ExposurePublished(
            exposure_id="a", enterprise_id=ONE, exposure="typical_case", published_on="2026-06-01"
        )
        assert RULES.read("credit.exposure_published.v1", told, time=NOW, sequence=1) == []

    def test_take_the_moment_of_the_event_where_no_day_is_told(self) -> None:
        told = PenaltyDecided(penalty_id="a", enterprise_id=ONE, decided_on="")
        assert RULES.read(contract_of(PenaltyDecided).name, told, time=NOW, sequence=1)[0].began_at == NOW


class TestTable:
    def test_holds_every_rule_of_the_reference(self) -> None:
        assert {rule.id for rule in RULES.rules} >= {f"DY-{n:02}" for n in range(1, 15)}
        assert dict(RULES.reassessment_years) == {"WH-YJ2018-19": 3, "GM-DESIGN": 1}  # DY-15

    def test_names_a_source_and_a_standing_for_each(self) -> None:
        assert all(isinstance(rule.source, Source) and rule.source.document and rule.clause for rule in RULES.rules)
        assert {rule.source.effective_from for rule in RULES.rules} == {date(2026, 1, 1)}

    def test_looks_only_at_occurrences_that_exist(self) -> None:
        kinds = {kind.id for kind in RULES.kinds}
        assert {trigger.occurrence for rule in RULES.rules for trigger in rule.triggers} <= kinds

    def test_lets_a_window_close_at_its_end(self) -> None:
        trigger = Trigger("penalty", within=Window(days=1))
        assert [len(trigger.fitting([happened("penalty")], NOW - moment)) for moment in (timedelta(0), DAY / 2)] == [
            0,
            1,
        ]
