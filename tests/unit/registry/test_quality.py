"""product, registry: a data-quality score per source (rules/quality.toml)."""

from typing import Any

import pytest

from services.registry.domain.quality import MEASURES, Delivered, formula, scored

GOOD: dict[str, Any] = {
    "kind": "enterprises", "rows": 100, "refused": 0, "corrected": 0, "repeated": 0, "namesakes": 0,
    "lacking": 0, "wanted": 900, "days": 0,
}  # fmt: skip


def of(**changes: Any) -> dict[str, float]:
    return scored(Delivered(**{**GOOD, **changes}))


class TestScore:
    def test_is_one_for_a_source_without_fault(self) -> None:
        assert of() == {**dict.fromkeys(MEASURES, 1.0), "score": 1.0}

    def test_weighs_the_measures_as_the_table_says(self) -> None:
        weights = formula()["weights"]

        assert sum(weights.values()) == pytest.approx(1)
        assert of(lacking=450)["score"] == pytest.approx(1 - weights["completeness"] / 2)

    def test_is_nothing_for_an_import_without_rows(self) -> None:
        assert of(rows=0, wanted=0)["validity"] == 0


class TestMeasures:
    @pytest.mark.parametrize(
        ("changes", "measure", "value"),
        [
            ({"lacking": 90}, "completeness", 0.9),
            ({"refused": 5, "corrected": 10}, "validity", 0.93),
            ({"repeated": 3, "namesakes": 7}, "conflicts", 0.9),
            ({"refused": 100, "corrected": 100}, "validity", 0),
        ],
    )
    def test_are_shares_of_what_was_delivered(self, changes: dict[str, int], measure: str, value: float) -> None:
        assert of(**changes)[measure] == pytest.approx(value)

    @pytest.mark.parametrize(("days", "value"), [(31, 1.0), (62, 0.5), (93, 0.0), (400, 0.0)])
    def test_let_freshness_fade_after_its_days(self, days: int, value: float) -> None:
        assert of(days=days)["freshness"] == pytest.approx(value, abs=1e-3)

    def test_let_slow_lists_stay_fresh_for_longer(self) -> None:
        assert of(kind="grids", days=300)["freshness"] == 1
