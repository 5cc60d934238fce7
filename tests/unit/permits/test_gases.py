"""Gas tests: GB 30871-2022 clauses 5.2.7, 5.3.2, 6.4, 10.1; a detector's %LEL is not per cent by volume."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from services.permits.domain.gases import GasSample, judge, milligrams, volume_percent
from tests.unit.permits.builders import RULES, refusal

GASES = RULES.gases
verdict = partial(judge, rules=GASES)


def sample(gas: str, value: str, unit: str = "vol_pct", **more: Any) -> GasSample:
    return GasSample(gas, Decimal(value), unit, **more)


class TestCombustibles:
    @pytest.mark.parametrize(
        ("gas", "value", "is_acceptable", "clause"),
        [
            ("methane", "0.5", True, "5.3.2 a"),
            ("methane", "0.51", False, "5.3.2 a"),
            ("hydrogen", "0.5", True, "5.3.2 a"),
            ("acetylene", "0.2", True, "5.3.2 b"),
            ("benzene", "0.2", True, "5.3.2 b"),
            ("benzene", "0.21", False, "5.3.2 b"),
        ],
    )
    @pytest.mark.parametrize("purpose", ["hot_work", "confined_space", "temp_power"])
    def test_keep_to_5_3_2(self, gas: str, value: str, is_acceptable: bool, clause: str, purpose: str) -> None:
        found = verdict(sample(gas, value), purpose)

        assert (found.is_acceptable, found.clause) == (is_acceptable, clause)

    @pytest.mark.parametrize(
        ("gas", "lel_percent", "volume"),
        [("methane", "10", "0.5"), ("hydrogen", "12.5", "0.5"), ("acetylene", "8", "0.2")],
    )
    def test_of_a_detector_are_converted(self, gas: str, lel_percent: str, volume: str) -> None:
        assert volume_percent(Decimal(lel_percent), "lel_pct", gas=GASES.gas(gas)) == Decimal(volume)

    def test_at_ten_percent_lel_pass_for_methane_and_not_for_benzene_at_twenty(self) -> None:
        assert [
            verdict(sample(gas, value, "lel_pct"), "hot_work").is_acceptable
            for gas, value in (("methane", "10"), ("benzene", "20"))
        ] == [True, False]

    def test_in_parts_per_million_are_converted(self) -> None:
        assert volume_percent(Decimal(5000), "ppm", gas=GASES.gas("methane")) == Decimal("0.5")

    def test_that_the_table_does_not_know_keep_to_the_stricter_limit(self) -> None:
        assert verdict(sample("other_combustible", "0.3"), "hot_work").is_acceptable is False

    def test_that_the_table_does_not_know_may_bring_their_limit(self) -> None:
        found = verdict(sample("other_combustible", "10", "lel_pct", lel=Decimal(4)), "hot_work")

        assert (found.value, found.limit) == (Decimal("0.4"), Decimal("0.5"))

    @pytest.mark.parametrize(
        ("gas", "unit", "code"),
        [
            ("other_combustible", "lel_pct", "lel_missing"),
            ("methane", "mg_m3", "unit_not_usable"),
            ("oxygen", "lel_pct", "unit_not_usable"),
            ("hydrogen_sulphide", "vol_pct", "unit_not_usable"),
            ("phlogiston", "vol_pct", "gas_unknown"),
        ],
        ids=["no limit", "milligrams", "oxygen", "toxic", "unknown"],
    )
    def test_in_another_unit_are_refused(self, gas: str, unit: str, code: str) -> None:
        assert refusal(verdict, sample(gas, "1", unit), "hot_work") == code

    def test_are_never_below_nothing(self) -> None:
        assert refusal(verdict, sample("methane", "-0.1"), "hot_work") == "value_negative"

    def test_are_for_a_purpose(self) -> None:
        assert refusal(verdict, sample("methane", "0.1"), "cooking") == "purpose_unknown"


class TestOxygen:
    @pytest.mark.parametrize(
        ("value", "is_enriched", "is_acceptable"),
        [
            ("19.4", False, False),
            ("19.5", False, True),
            ("21", False, True),
            ("21.5", False, False),
            ("21.5", True, True),
            ("23.5", True, True),
            ("23.6", True, False),
        ],
    )
    def test_of_a_confined_space_keeps_to_6_4(self, value: str, is_enriched: bool, is_acceptable: bool) -> None:
        assert (
            verdict(sample("oxygen", value, is_enriched=is_enriched), "confined_space").is_acceptable is is_acceptable
        )

    @pytest.mark.parametrize(("value", "is_acceptable"), [("23.5", True), ("23.6", False)])
    def test_inside_oxygen_equipment_keeps_to_5_2_7(self, value: str, is_acceptable: bool) -> None:
        assert verdict(sample("oxygen", value), "oxygen_equipment").is_acceptable is is_acceptable


class TestToxics:
    @pytest.mark.parametrize(
        ("gas", "value", "is_acceptable"),
        [("hydrogen_sulphide", "10", True), ("hydrogen_sulphide", "10.1", False), ("carbon_monoxide", "20.1", False)],
    )
    def test_keep_to_limits_that_are_shown_as_unverified(self, gas: str, value: str, is_acceptable: bool) -> None:
        found = verdict(sample(gas, value, "mg_m3"), "confined_space")

        assert (found.is_acceptable, found.is_verified, found.unit) == (is_acceptable, False, "mg_m3")

    def test_in_parts_per_million_become_milligrams(self) -> None:
        found = milligrams(Decimal(7), "ppm", gas=GASES.gas("hydrogen_sulphide"), rules=GASES)

        assert round(found, 2) == Decimal("9.92")

    def test_all_have_a_limit_and_a_mass(self) -> None:
        toxics = [each for each in GASES.gases.values() if each.group == "toxic"]

        assert all(each.toxic_limit and each.grams for each in toxics)
