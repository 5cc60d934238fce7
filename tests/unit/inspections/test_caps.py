"""The yearly cap of on-site checks (国办发〔2024〕54号, risk-grading §4.3): what counts, what is apart, who comes."""

import pytest

from services.inspections.domain.caps import OnSite, authority_of, check_basis, check_room, counted
from services.inspections.domain.plans import cap_of
from services.inspections.rules import plan_rules
from shared.machines import NotAllowed

PLAN = plan_rules()
APART = [one.id for one in PLAN.causes.values() if not one.is_counted]
DISTRICT, SUBDISTRICT = "331002", "331002001"


def had(*causes: str, authority: str = DISTRICT) -> list[OnSite]:
    return [OnSite(cause, authority, id=str(number), day="2026-03-02") for number, cause in enumerate(causes)]


def refusal(*causes: str, wanted: OnSite, level: int | None = 1, authority: str = DISTRICT) -> NotAllowed:
    with pytest.raises(NotAllowed) as refused:
        check_room(PLAN, had(*causes, authority=authority), wanted=wanted, level=level)
    return refused.value


class TestCap:
    def test_refuses_a_third_check_and_says_which_two_counted(self) -> None:
        check_room(PLAN, had("plan", "complaint"), wanted=OnSite("draw", DISTRICT), level=1)
        found = refusal("plan", "complaint", "draw", wanted=OnSite("plan", DISTRICT))
        assert (found.code, found.facts["had"], found.facts["cap"]) == ("cap_reached", 2, 2)
        assert found.facts["checks"] == [
            {"id": "0", "day": "2026-03-02", "cause": "plan", "authority": DISTRICT},
            {"id": "2", "day": "2026-03-02", "cause": "draw", "authority": DISTRICT},
        ]
        assert str(found.facts["basis"]).startswith("国办发〔2024〕54号")

    @pytest.mark.parametrize("cause", APART)
    def test_counts_clues_and_services_apart(self, cause: str) -> None:
        check_room(PLAN, had("plan", "plan"), wanted=OnSite(cause, DISTRICT), level=1)
        check_room(PLAN, had(*[cause] * 9), wanted=OnSite("plan", DISTRICT), level=2)
        assert counted(PLAN, had(cause)) == []

    def test_counts_a_cause_that_it_does_not_know(self) -> None:
        assert refusal("mood", "whim", wanted=OnSite("plan", DISTRICT)).code == "cap_reached"

    @pytest.mark.parametrize(("level", "cap"), [(1, 2), (2, 2), (3, 1), (4, 1), (None, 0)])
    def test_follows_the_level(self, level: int | None, cap: int) -> None:
        assert cap_of(PLAN, level) == cap

    def test_asks_for_a_known_cause(self) -> None:
        assert refusal(wanted=OnSite("mood", DISTRICT)).code == "unknown_cause"


class TestAuthority:
    def test_is_one_for_an_enterprise_and_year(self) -> None:
        """应急〔2021〕23号: one enterprise, one enforcement level."""
        found = refusal("plan", wanted=OnSite("plan", SUBDISTRICT))
        assert (found.code, found.facts["authorities"]) == ("second_layer", [DISTRICT])

    def test_may_be_another_one_for_a_clue(self) -> None:
        check_room(PLAN, had("plan"), wanted=OnSite("complaint", SUBDISTRICT), level=1)

    def test_is_none_where_nobody_knows_the_division(self) -> None:
        check_room(PLAN, had("plan", authority=""), wanted=OnSite("plan", DISTRICT), level=1)
        check_room(PLAN, had("plan"), wanted=OnSite("plan", ""), level=1)

    @pytest.mark.parametrize(
        ("divisions", "authority"),
        [((), ""), (("331002",), "331002"), (("331002001", "331002002001"), "331002"), (("331002001", "3310"), "3310")],
        ids=["nobody", "bureau", "its_part", "city"],
    )
    def test_is_the_county_of_whoever_comes(self, divisions: tuple[str, ...], authority: str) -> None:
        assert authority_of(divisions) == authority


class TestBasis:
    @pytest.mark.parametrize("cause", APART)
    def test_is_asked_of_what_is_counted_apart(self, cause: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            check_basis(PLAN, OnSite(cause, basis=" "))
        assert (refused.value.code, refused.value.facts["field"]) == ("basis_missing", "basis")

    @pytest.mark.parametrize("wanted", [OnSite("plan"), OnSite("mood"), OnSite("complaint", basis="12350-77")])
    def test_is_not_asked_of_others(self, wanted: OnSite) -> None:
        check_basis(PLAN, wanted)
