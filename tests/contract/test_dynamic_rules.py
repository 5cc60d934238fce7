"""Each dynamic rule over each bus: its event comes, the grade follows, it is lifted, and the others hear of both."""

from collections.abc import Iterable
from itertools import groupby

import pytest

from services.risk import use_cases
from shared.clock import Clock
from tests.contract import risk_network
from tests.contract.risk_network import APPLIED, ASSESSED, GRADED, LIFTED, Network

node, network = risk_network.node, risk_network.network  # fixtures
SLIGHT = {"deaths": 0, "serious_injuries": 2, "has_social_impact": False}  # two injuries: DY-10, but not DY-02
STEPS = [1, 2, 3, 4]  # red until the review, then one level better per period (DY-14)
CASES = {  # rule: (events of its cause with changes, event of its end with changes, levels until it is lifted)
    "DY-02": ([("credit.accident_recorded.v1", {})], None, STEPS),
    "DY-03": ([("credit.exposure_published.v1", {})], ("credit.exposure_withdrawn.v1", {}), STEPS),
    "DY-04": ([("inspections.hazard_overdue.v1", {})], ("inspections.hazard_closed.v1", {}), [1, 4]),
    "DY-05": ([("credit.subject_listed.v1", {})], ("credit.subject_delisted.v1", {}), [1, 4]),
    "DY-06": (
        [
            ("inspections.hazard_found.v1", {}),
            *(("credit.penalty_decided.v1", {"penalty_id": f"0192f0a0-0000-7000-8000-00000000000{n}"}) for n in "123"),
        ],
        ("inspections.hazard_closed.v1", {}),
        STEPS,
    ),
    "DY-07": ([("credit.violation_recorded.v1", {})], None, [3, 4]),  # a year later
    "DY-08": ([("inspections.report_substantiated.v1", {})], None, [4]),  # a year later
    "DY-09": ([("permits.commitment_missed.v1", {})], ("permits.commitment_made.v1", {}), [3, 4]),
    "DY-10": ([("credit.accident_recorded.v1", SLIGHT)], None, [4]),  # three years later
    "DY-11": ([("inspections.production_halted.v1", {})], ("inspections.production_resumed.v1", {}), [3, 4]),
    "AL-02": ([("monitoring.alarm_raised.v1", {})], ("monitoring.alarm_cleared.v1", {}), [3, 4]),
    "TR-01": (
        [("training.training_compliance_changed.v1", {})],
        ("training.training_compliance_changed.v1", {"is_compliant": True}),
        [4],
    ),
}


CONFIRMED_NO = {
    name: {"value": "no", "origin": "confirmed"} for name in ("hazchem_production", "hazchem_storage_trade")
}
SMELTING = CONFIRMED_NO | {"metal_smelting": {"value": "yes", "origin": "confirmed"}}
CHEMICAL = {"hazchem_production": {"value": "yes", "origin": "confirmed"}}
BAD = {
    "no_dual_prevention": "yes", "no_safety_staff": "yes", "major_accident_3y": 1, "fatal_1_2_accident_3y": "yes",
    "open_major_hazards": 5, "overdue_general_hazards": 9, "penalties_1y": 5, "no_accident_5y": "no",
    "std_level": "none",
}  # fmt: skip
MILD = {
    **dict.fromkeys(("no_dual_prevention", "no_safety_staff", "fatal_1_2_accident_3y"), "no"),
    **dict.fromkeys(("major_accident_3y", "open_major_hazards", "overdue_general_hazards", "penalties_1y"), 0),
}
SURVEYED = {  # rule: (features in the register, facts at the gate, level, facts at the next survey, levels from then)
    "DY-01": (CHEMICAL, {"major_accident_3y": 2}, 1, {"major_accident_3y": 0}, STEPS),
    "DY-14": (SMELTING, BAD, 1, MILD, [2, 3]),  # one level better per period, whatever the score
}
EARNED = {
    **MILD, "no_dual_prevention": "yes", "no_safety_staff": "yes", "no_accident_5y": "yes", "std_level": "1",
    "open_major_hazards": 2,
}  # fmt: skip


def distinct(levels: Iterable[int | None]) -> list[int | None]:
    """Return the levels without those that only stay."""
    return [level for level, _ in groupby(levels)]


@pytest.mark.parametrize("rule", CASES)
class TestRule:
    def test_follows_its_event_and_is_lifted(self, network: Network, rule: str) -> None:
        causes, end, levels = CASES[rule]
        for name, changes in causes:  # before the enterprise itself: the order of arrival does not matter
            network.publish(name, changes)
        network.publish("registry.enterprise_registered.v1", {"features": {}, "supervision": "supervised"})
        network.consume_until(lambda: rule in network.counting())
        during = network.level()

        if end:
            name, changes = end
            network.publish(name, changes, second=31)
            network.consume_until(lambda: rule not in network.counting())

        afterwards = network.levels_until_lifted(rule)
        assert distinct([during, *afterwards]) == levels
        assert [rule in {one["rule"] for one in network.heard(name)} for name in (APPLIED, LIFTED)] == [True, True]


@pytest.mark.parametrize("rule", SURVEYED)
class TestRuleOfTheCard:
    def test_follows_what_was_found_at_the_gate_and_is_lifted_in_time(self, network: Network, rule: str) -> None:
        features, found, during, next_found, levels = SURVEYED[rule]
        network.publish("registry.enterprise_registered.v1", {"features": features, "supervision": "supervised"})
        network.consume_until(lambda: network.level() is not None)
        network.survey(found, minute=10)
        network.consume_until(lambda: network.level() == during)
        network.begun_long_ago()

        network.survey(next_found, minute=20)
        network.consume_until(lambda: network.sheets() == 2)

        assert distinct(network.levels_until_lifted(rule)) == levels
        assert [rule in {one["rule"] for one in network.heard(name)} for name in (APPLIED, LIFTED)] == [True, True]


class TestImprovement:
    def test_of_dy_12_ends_with_an_open_major_hazard(self, network: Network) -> None:
        features = CONFIRMED_NO | {"coating": {"value": "yes", "origin": "confirmed"}}
        registered = {"features": features, "supervision": "supervised", "headcount": 10, "industry": "C3443"}
        network.publish("registry.enterprise_registered.v1", registered)
        network.consume_until(lambda: network.level() is not None)
        network.survey(EARNED, minute=10)
        network.consume_until(lambda: network.sheets() == 1)
        improved = network.level()

        network.publish("inspections.hazard_found.v1", {"level": "major"})
        network.consume_until(lambda: "DY-12" not in network.counting())

        assert (improved, network.level()) == (4, 3)


class TestLongStop:
    def test_of_dy_13_is_grey_until_it_is_supervised_again(self, network: Network) -> None:
        network.publish("registry.enterprise_registered.v1", {"features": {}, "supervision": "ceased"})
        network.consume_until(lambda: "DY-13" in network.counting())
        stopped = network.level()

        network.publish("registry.enterprise_updated.v1", {"features": {}, "supervision": "supervised"})
        network.consume_until(lambda: "DY-13" not in network.counting())

        assert (stopped, network.level()) == (None, 4)
        assert [one["rule"] for one in network.heard(LIFTED)] == ["DY-13"]


class TestReassessment:
    def test_of_dy_15_makes_the_grade_provisional_when_it_is_due_and_solid_when_it_is_done(
        self, network: Network
    ) -> None:
        registered = {"features": CHEMICAL, "supervision": "supervised", "industry": ""}  # nothing is inferred
        network.publish("registry.enterprise_registered.v1", registered)
        network.consume_until(lambda: network.level() is not None)
        network.assess(now=Clock().now())
        first = network.is_provisional()

        lapsed_at = network.run_next_timer(use_cases.REASSESSMENT)

        lapsed = network.is_provisional()
        network.assess(now=lapsed_at)
        assert (first, lapsed, network.is_provisional()) == (False, True, False)
        assert [one["valid_until"][:4] for one in network.heard(ASSESSED)][0] == str(lapsed_at.year)
        assert [one["is_provisional"] for one in network.heard(GRADED)] == [True, False, True, False]
