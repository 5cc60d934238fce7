"""The page of figures asks for days that can be counted, and leads to the rows of each line."""

from datetime import date

import pytest

from services.gateway.pages.permit_statistics import added, chosen_of, days_of, filters_of
from services.permits.rules.statistics import statistics_rules

TODAY = date(2026, 11, 26)
DAYS = {"from": "2026-10-10", "to": "2026-11-26"}


class TestDays:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({}, ("2026-10-28", "2026-11-26")),
            ({"from": "2026-11-01"}, ("2026-11-01", "2026-11-26")),
            ({"from": "nonsense", "to": "2026-01-31"}, ("2026-01-02", "2026-01-31")),
            ({"from": "2026-12-24"}, ("2026-11-26", "2026-11-26")),
            ({"from": "2020-01-01", "to": "2021-12-31"}, ("2020-12-31", "2021-12-31")),
        ],
        ids=["none", "from", "no day", "backwards", "too many"],
    )
    def test_are_mended(self, given: dict[str, str], expected: tuple[str, str]) -> None:
        chosen = chosen_of(given, TODAY)

        days = (date.fromisoformat(chosen["to"]) - date.fromisoformat(chosen["from"])).days
        assert (chosen["from"], chosen["to"]) == expected
        assert days < statistics_rules().longest_days

    def test_keep_what_else_is_chosen(self) -> None:
        chosen = chosen_of({"kind": "hot_work", "subdistrict": "331002001", "other": "x"}, TODAY)

        assert (chosen["kind"], chosen["subdistrict"], "other" in chosen) == ("hot_work", "331002001", False)

    @pytest.mark.parametrize(
        ("month", "expected"),
        [("2026-10", ("2026-10-10", "2026-10-31")), ("2026-11", ("2026-11-01", "2026-11-26"))],
    )
    def test_of_a_month_lie_within_those_that_are_counted(self, month: str, expected: tuple[str, str]) -> None:
        assert tuple(days_of(month, DAYS).values()) == expected


class TestALine:
    def test_leads_to_its_own_rows(self) -> None:
        assert filters_of({"kind": "height", "level": "", "total": 3}, DAYS) == DAYS | {"kind": "height"}
        assert filters_of({"month": "2026-11"}, DAYS) == {"from": "2026-11-01", "to": "2026-11-26"}

    def test_of_promises_is_a_sum(self) -> None:
        one = {"month": "2026-11", "subdistrict": "a", "owed": 3, "made": 1, "late": 1, "missed": 2, "disputed": 0}
        rows = [one, one | {"subdistrict": "b", "owed": 4}]

        assert [(line["month"], line["owed"], line["missed"]) for line in added(rows, "month")] == [("2026-11", 7, 4)]
        assert [line["owed"] for line in added(rows, "subdistrict")] == [3, 4]
