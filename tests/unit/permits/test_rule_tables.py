"""The tables of permits: validity and breaks (§1.3), profiles (§0.2), and the wrong numbers of §9."""

import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from services.permits.domain.kinds import (
    WorkFacts,
    needs_gas,
    needs_plan,
    validity,
    work_facts,
)
from services.permits.domain.profiles import CHEMICALS, GENERAL, profile_of
from services.permits.rules import ruleset, scope_rules
from services.permits.rules.reading import table
from services.permits.rules.rulesets import check_rulesets, read_field
from shared.machines import UnusableTable
from shared.machines.reading import source_of
from tests.unit.permits.builders import OTHER, RULES, refusal

DAY = 24
HOURS = {
    ("hot_work", "SP"): 8,
    ("hot_work", "L1"): 8,
    ("hot_work", "L2"): 72,
    ("confined_space", ""): DAY,
    ("height", "I"): 7 * DAY,
    ("height", "II"): 7 * DAY,
    ("height", "III"): 7 * DAY,
    ("height", "IV"): 7 * DAY,
    ("temp_power", ""): 15 * DAY,
}
DISTANCES = {"vent_gas": 30, "drain_liquid": 15, "solvent_or_spray": 10, "dust_cleaning": 10, "leak_source_isolate": 15}
TABLES = sorted(each.name for each in files("services.permits.rules").iterdir() if each.name.endswith(".toml"))


def tables_of(head: Any) -> list[dict[str, Any]]:
    return [row for rows in head.values() if isinstance(rows, list) for row in rows if isinstance(row, dict)]


class TestValidity:
    @pytest.mark.parametrize(("key", "hours"), HOURS.items(), ids=[" ".join(key).strip() for key in HOURS])
    def test_is_that_of_the_standard(self, key: tuple[str, str], hours: int) -> None:
        found = validity(*key, rules=RULES.kinds)

        assert (found.max_hours, found.is_own_rule, found.source.status) == (hours, False, "official")

    @pytest.mark.parametrize("key", sorted(set(RULES.kinds.terms) - set(HOURS)), ids=lambda key: " ".join(key).strip())
    def test_is_shown_as_a_proposal_where_the_standard_is_silent(self, key: tuple[str, str]) -> None:
        found = validity(*key, rules=RULES.kinds)

        assert (found.is_own_rule, found.source.status) == (True, "design")

    def test_of_temporary_power_is_thirty_days_in_a_special_case(self) -> None:
        assert validity("temp_power", "", rules=RULES.kinds, is_special=True).max_hours == 30 * DAY

    def test_of_another_kind_knows_no_special_case(self) -> None:
        assert validity("hot_work", "SP", rules=RULES.kinds, is_special=True).max_hours == 8

    def test_is_good_practice_outside_chemical_enterprises(self) -> None:
        assert validity("hot_work", "SP", rules=OTHER.kinds).source.status == "practice"

    @pytest.mark.parametrize(
        ("kind", "level", "code"), [("gardening", "", "kind_unknown"), ("hot_work", "L9", "level_unknown")]
    )
    def test_of_what_does_not_exist_is_refused(self, kind: str, level: str, code: str) -> None:
        assert refusal(validity, kind, level, rules=RULES.kinds) == code


class TestBreaks:
    @pytest.mark.parametrize(
        ("kind", "level", "longest"),
        [("hot_work", "SP", 30), ("hot_work", "L1", 30), ("hot_work", "L2", 60), ("confined_space", "", 60)],
    )
    def test_of_more_minutes_ask_for_a_new_analysis(self, kind: str, level: str, longest: int) -> None:
        """§8.4, cl. 5.3.1 d and 6.3 f."""
        assert RULES.kinds.term(kind, level).break_minutes == longest

    def test_of_any_length_do_so_in_general_industry(self) -> None:
        """Order 13 Art. 15."""
        assert OTHER.kinds.term("confined_space", "").is_any_break

    def test_of_other_kinds_do_not(self) -> None:
        term = RULES.kinds.term("height", "I")

        assert (term.break_minutes, term.is_any_break) == (0, False)


class TestConditions:
    @pytest.mark.parametrize(
        ("kind", "answers", "expected"),
        [
            ("confined_space", {}, True),
            ("temp_power", {}, True),
            ("temp_power", {"operating_risk_area": True}, True),
            ("temp_power", {"operating_risk_area": False}, False),
            ("blinding", {}, False),
        ],
    )
    def test_ask_for_a_gas_test(self, kind: str, answers: dict[str, bool], expected: bool) -> None:
        assert needs_gas(RULES.kinds.term(kind, ""), WorkFacts(answers)) is expected

    @pytest.mark.parametrize(
        ("level", "answers", "expected"),
        [("L1", {}, True), ("L2", {}, True), ("L3", {"special_lift": False}, False), ("L3", {}, True)],
    )
    def test_ask_for_a_plan(self, level: str, answers: dict[str, bool], expected: bool) -> None:
        assert needs_plan(RULES.kinds.term("lifting", level), WorkFacts(answers)) is expected

    @pytest.mark.parametrize(("kind", "force"), [("hot_work", 5), ("height", 5), ("lifting", 6), ("excavation", 0)])
    def test_of_wind_stop_work(self, kind: str, force: int) -> None:
        """5.2.15, 8.2.6, 9.2.4; 0: never by itself."""
        assert RULES.kinds.kind(kind).stop_wind_force == force


class TestFacts:
    def test_of_a_form_are_answers_and_exact_numbers(self) -> None:
        found = work_facts(
            {"outdoor": True, "mass_t": 40.1, "medium": "甲苯", "depth_m": None, "height_m": "?"}, ["height"]
        )

        assert found == WorkFacts({"outdoor": True}, mass_t=Decimal("40.1"), related=("height",))


class TestProfiles:
    @pytest.mark.parametrize(
        ("industry", "features", "expected"),
        [
            ("C2614", (), CHEMICALS),
            ("2710", (), CHEMICALS),
            ("C3311", (), GENERAL),
            ("F5169", (), GENERAL),
            ("F5169", ("hazchem_storage_trade",), CHEMICALS),
            ("C2929", ("hazchem_production",), CHEMICALS),
            ("", (), GENERAL),
        ],
        ids=["chemicals", "medicine", "metal", "trade", "trade with storage", "maker", "unknown"],
    )
    def test_follow_the_industry(self, industry: str, features: tuple[str, ...], expected: str) -> None:
        assert profile_of(industry, features, rules=scope_rules()) == expected

    def test_say_which_of_them_binds(self) -> None:
        assert (RULES.profile.is_binding, OTHER.profile.is_binding) == (True, False)

    def test_that_do_not_exist_are_refused(self) -> None:
        assert refusal(ruleset, "nothing") == "ruleset_unknown"


class TestTables:
    def test_can_be_read(self) -> None:
        check_rulesets()

    @pytest.mark.parametrize("name", TABLES)
    def test_say_where_they_stand(self, name: str) -> None:
        content = tomllib.loads(files("services.permits.rules").joinpath(name).read_text("utf-8"))
        head = content[name.removesuffix(".toml")]

        assert {"source", "status", "effective_from"} <= head.keys()

    def test_with_an_unknown_status_cannot_be_read(self) -> None:
        head = table("kinds.toml")["kinds"]

        with pytest.raises(UnusableTable):
            source_of({"clause": "5", "status": "hearsay"}, head)

    def test_with_an_unknown_type_of_field_cannot_be_read(self) -> None:
        forms = table("forms.toml")

        with pytest.raises(UnusableTable):
            read_field(forms["field"][0] | {"type": "colour"}, forms["forms"])

    def test_keep_a_permit_for_a_year_and_a_video_for_a_month(self) -> None:
        """Cl. B.3."""
        assert (RULES.scope.permit_days, RULES.scope.video_days) == (365, 30)


class TestWrongNumbers:
    """§9: claims met elsewhere."""

    def test_of_validity_are_not_here(self) -> None:
        wrong = {("SP", 24), ("L1", 72), ("L1", 24), ("L2", 8), ("L2", 120), ("L2", 168)}
        found = {(level, term.hours) for (kind, level), term in RULES.kinds.terms.items() if kind == "hot_work"}

        assert found & wrong == set()

    def test_of_clauses_are_not_here(self) -> None:
        clauses = {row.get("clause", "") for name in TABLES for row in tables_of(table(name))}

        assert clauses & {"5.3.9", "6.3.14"} == set()

    def test_of_acceptance_are_not_here(self) -> None:
        limits = RULES.gases.limits

        assert {limits.at_or_above, limits.below} & {25, 10, 5} == set()

    def test_of_confined_spaces_and_wind_are_not_here(self) -> None:
        hours, force = RULES.kinds.term("confined_space", "").hours, RULES.kinds.kind("lifting").stop_wind_force

        assert (hours, force) != (4, 7)

    def test_of_chapters_are_not_here(self) -> None:
        chapters = {kind.id: kind.source.clause for kind in RULES.kinds.kinds.values()}

        assert [chapters[each] for each in ("blinding", "height", "lifting")] == ["7", "8", "9"]

    def test_of_one_distance_for_everything_are_not_here(self) -> None:
        """Not 10 m around the hot spot alone: 5.2.4, 5.2.9."""
        assert {name: RULES.distances[name].metres for name in DISTANCES} == DISTANCES
