"""Kinds and levels: GB 30871-2022 clauses 5.1, 8.1, 9.1, table 2 and notes of B.2; both sides of every bound."""

from decimal import Decimal
from functools import partial

import pytest

from services.permits.domain.kinds import WorkFacts
from services.permits.domain.levels import (
    Circumstances,
    computed_level,
    live_distance,
    triggers_of,
    upgraded,
)
from services.permits.rules.levels import read_levels
from services.permits.rules.reading import table
from shared.calendar import is_working_day
from shared.machines import UnusableTable
from tests.unit.permits.builders import RULES, at_height, china, hot_work, refusal

level_of = partial(computed_level, rules=RULES.levels)
raised = partial(upgraded, rules=RULES.levels)
why = partial(triggers_of, rules=RULES.levels, is_working_day=is_working_day)
FORCED = [(each.id, each.level) for each in RULES.levels.height.forced]
FACTORS = [each.id for each in RULES.levels.height.factors]


class TestHotWork:
    @pytest.mark.parametrize(
        ("yes", "level", "clause"),
        [
            (("operating_plant",), "SP", "5.1.2"),
            (("major_hazard_dike",), "SP", "5.1.2"),
            (("operating_plant", "pipe_rack"), "SP", "5.1.2"),
            (("pipe_rack",), "L1", "5.1.3"),
            (("pipe_rack", "stopped_and_cleaned"), "L1", "5.1.3"),
            (("risk_place",), "L1", "5.1.3"),
            (("risk_place", "stopped_and_cleaned"), "L2", "5.1.4"),
            ((), "L2", "5.1.4"),
            (("fixed_hot_work_area",), "none", "5.1.1, 5.5"),
        ],
        ids=[
            "running",
            "dike",
            "running rack",
            "rack",
            "rack of stopped unit",
            "risk",
            "stopped",
            "other",
            "fixed area",
        ],
    )
    def test_has_the_level_of_the_first_row_that_holds(self, yes: tuple[str, ...], level: str, clause: str) -> None:
        found = level_of("hot_work", hot_work(*yes))

        assert (found.level, found.clause, found.unanswered) == (level, clause, ())

    def test_counts_what_nobody_answered_as_the_worse(self) -> None:
        found = level_of("hot_work", WorkFacts({"operating_plant": False}))

        assert (found.level, found.unanswered) == ("SP", ("major_hazard_dike",))

    def test_needs_no_graded_permit_in_a_fixed_area(self) -> None:
        assert not level_of("hot_work", hot_work("fixed_hot_work_area")).is_permit_needed

    def test_of_a_table_without_an_end_cannot_be_read(self) -> None:
        content = table("levels.toml")

        with pytest.raises(UnusableTable):
            read_levels(content | {"criterion": content["criterion"][:-1]})


class TestHeight:
    @pytest.mark.parametrize(
        ("metres", "without", "with_factor"),
        [
            ("2", "I", "II"),
            ("5", "I", "II"),
            ("5.01", "II", "III"),
            ("15", "II", "III"),
            ("15.01", "III", "IV"),
            ("30", "III", "IV"),
            ("30.01", "IV", "IV"),
        ],
    )
    def test_has_the_grade_of_8_1(self, metres: str, without: str, with_factor: str) -> None:
        found = [level_of("height", at_height(metres, *yes)).level for yes in ((), ("slippery",))]

        assert found == [without, with_factor]

    def test_is_none_below_two_metres(self) -> None:
        assert level_of("height", at_height("1.99")).level == "none"

    @pytest.mark.parametrize("factor", FACTORS)
    def test_knows_nine_factors(self, factor: str) -> None:
        found = level_of("height", at_height("3", factor))

        assert (len(FACTORS), found.level, found.because) == (9, "II", ("height", factor))

    @pytest.mark.parametrize(("circumstance", "least"), FORCED, ids=[each[0] for each in FORCED])
    def test_is_at_least_the_grade_of_its_circumstance(self, circumstance: str, least: str) -> None:
        low, high = (level_of("height", at_height(metres, circumstance)).level for metres in ("3", "31"))

        assert (low, high) == (least, "IV")

    def test_names_what_raised_the_grade(self) -> None:
        found = level_of("height", at_height("3", "rain"))

        assert (found.because, found.clause) == (("height", "rain"), "8.1; B.2 note 2 c")

    def test_counts_unknown_circumstances_as_the_worse(self) -> None:
        found = level_of("height", WorkFacts(height_m=Decimal(3)))

        assert (found.level, len(found.unanswered)) == ("IV", len(FACTORS) + len(FORCED))

    def test_asks_for_the_height(self) -> None:
        assert refusal(level_of, "height", WorkFacts()) == "height_missing"

    @pytest.mark.parametrize(
        ("kilovolts", "metres"),
        [("10", "1.7"), ("10.1", "2.0"), ("35", "2.0"), ("110", "2.5"), ("220", "4.0"), ("330", "5.0"), ("500", "6.0")],
    )
    def test_keeps_away_from_live_conductors(self, kilovolts: str, metres: str) -> None:
        assert live_distance(Decimal(kilovolts), rules=RULES.levels) == Decimal(metres)

    def test_keeps_the_greatest_distance_above_the_table(self) -> None:
        assert live_distance(Decimal(1000), rules=RULES.levels) == 6


class TestLifting:
    @pytest.mark.parametrize(
        ("tonnes", "level"), [("100.1", "L1"), ("100", "L2"), ("40", "L2"), ("39.9", "L3"), ("10", "L3")]
    )
    def test_has_the_class_of_9_1(self, tonnes: str, level: str) -> None:
        found = level_of("lifting", WorkFacts(mass_t=Decimal(tonnes)))

        assert (found.level, found.is_permit_needed) == (level, True)

    def test_waives_the_permit_below_ten_tonnes_but_not_the_analysis(self) -> None:
        """B.2 note 3."""
        found = level_of("lifting", WorkFacts(mass_t=Decimal("9.9")))

        assert (found.level, found.is_permit_needed, found.needs) == ("L3", False, ("risk_analysis",))

    def test_asks_for_the_mass(self) -> None:
        assert refusal(level_of, "lifting", WorkFacts()) == "mass_missing"


class TestOtherKinds:
    @pytest.mark.parametrize("kind", ["confined_space", "blinding", "temp_power", "excavation", "road_closing"])
    def test_have_no_levels(self, kind: str) -> None:
        assert level_of(kind, WorkFacts()).level == ""


class TestUpgrade:
    def test_routes_class_two_on_a_public_holiday_as_class_one(self) -> None:
        """§8.2, cl. 5.1.1."""
        window = Circumstances(china("2026-10-01T09:00"), china("2026-10-01T17:00"))

        found = raised(level_of("hot_work", hot_work()), why(window, hot_work()))

        assert (found.level, found.because) == ("L1", ("other_hot_work", "rest_day"))

    @pytest.mark.parametrize(
        ("yes", "level", "needs"),
        [((), "L1", ()), (("risk_place",), "SP", ()), (("operating_plant",), "SP", ("leader_on_site",))],
        ids=["L2", "L1", "SP"],
    )
    def test_climbs_one_step(self, yes: tuple[str, ...], level: str, needs: tuple[str, ...]) -> None:
        found = raised(level_of("hot_work", hot_work(*yes)), ("night",))

        assert (found.level, found.needs) == (level, needs)

    def test_leaves_other_kinds_as_they_are(self) -> None:
        assert raised(level_of("height", at_height("3")), ("night",)).level == "I"

    def test_leaves_hot_work_of_a_fixed_area_as_it_is(self) -> None:
        assert raised(level_of("hot_work", hot_work("fixed_hot_work_area")), ("night",)).level == "none"

    def test_needs_a_reason(self) -> None:
        assert raised(level_of("hot_work", hot_work()), ()).level == "L2"

    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            ("2026-11-24T09:00", "2026-11-24T20:00", ()),
            ("2026-11-24T09:00", "2026-11-24T20:01", ("night",)),
            ("2026-11-24T06:00", "2026-11-24T14:00", ()),
            ("2026-11-24T05:59", "2026-11-24T12:00", ("night",)),
            ("2026-11-24T23:00", "2026-11-24T23:00", ("night",)),
            ("2026-11-28T09:00", "2026-11-28T12:00", ("rest_day",)),
            ("2026-02-14T09:00", "2026-02-14T12:00", ()),
            ("2026-11-27T09:00", "2026-11-28T00:00", ("night",)),
            ("2026-11-27T09:00", "2026-11-28T08:00", ("rest_day", "night")),
        ],
        ids=[
            "day",
            "into night",
            "from six",
            "before six",
            "a moment",
            "saturday",
            "worked saturday",
            "midnight",
            "over",
        ],
    )
    def test_looks_at_the_hours_and_the_calendar(self, start: str, end: str, expected: tuple[str, ...]) -> None:
        assert why(Circumstances(china(start), china(end)), hot_work()) == expected

    @pytest.mark.parametrize(
        ("answers", "expected"), [({"night_work": False}, ()), ({"night_work": True}, ("night",)), ({}, ("night",))]
    )
    def test_asks_whether_work_of_some_days_goes_on_at_night(
        self, answers: dict[str, bool], expected: tuple[str, ...]
    ) -> None:
        window = Circumstances(china("2026-11-24T09:00"), china("2026-11-26T17:00"))

        assert why(window, WorkFacts(answers)) == expected

    @pytest.mark.parametrize(
        ("force", "answers", "expected"),
        [
            (4, {}, ()),
            (5, {}, ("outdoor_wind",)),
            (5, {"outdoor": False}, ()),
            (None, {"outdoor": True}, ()),
            (None, {"outdoor": True, "wind_exception": True}, ("outdoor_wind",)),
            (6, {"outdoor": True}, ("outdoor_wind",)),
            (0, {"outdoor": True, "wind_exception": True}, ("outdoor_wind",)),
            (0, {"outdoor": False, "wind_exception": True}, ()),
        ],
        ids=[
            "force 4",
            "force 5",
            "indoors",
            "not known",
            "not known, to go on",
            "force 6",
            "to go on in wind",
            "to go on indoors",
        ],
    )
    def test_counts_wind_of_force_five_outdoors(
        self, force: int | None, answers: dict[str, bool], expected: tuple[str, ...]
    ) -> None:
        window = Circumstances(china("2026-11-24T09:00"), china("2026-11-24T12:00"), wind_force=force)

        assert why(window, WorkFacts(answers)) == expected

    def test_counts_another_special_case(self) -> None:
        window = Circumstances(china("2026-11-24T09:00"), china("2026-11-24T12:00"), is_special=True)

        assert why(window, WorkFacts()) == ("special",)
