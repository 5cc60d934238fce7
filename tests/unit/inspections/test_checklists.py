"""Checklists: conditions, scores and clauses; the default set; photos; which list is for whom."""

from fractions import Fraction
from typing import Any

import pytest

from services.inspections.domain.checklist_choices import Choice, check_choices, chosen
from services.inspections.domain.checklists import Checklist, result_of, shown_items
from services.inspections.rules import default_checklists, usual_checklists
from services.inspections.rules.checklists import read_checklist, read_responses
from services.inspections.rules.reading import table
from shared.machines import NotAllowed, UnusableTable
from tests.unit.inspections.builders import a_document, all_normal

BY_ID = {one.id: one for one in default_checklists()}
FIRE, GENERAL = BY_ID["FIRE-SMALL"], BY_ID["GENERAL"]


class TestDefaultSet:
    def test_has_the_six_lists(self) -> None:
        assert list(BY_ID) == ["GENERAL", "CHEMICALS", "CONFINED", "DUST", "AMMONIA", "FIRE-SMALL"]

    @pytest.mark.parametrize("checklist", BY_ID.values(), ids=BY_ID)
    def test_names_a_clause_for_each_item(self, checklist: Checklist) -> None:
        assert [item.id for item in checklist.items.values() if not item.clause or not item.en] == []

    @pytest.mark.parametrize("checklist", BY_ID.values(), ids=BY_ID)
    def test_scores_a_hundred_when_all_is_in_order(self, checklist: Checklist) -> None:
        result = result_of(checklist, all_normal(checklist))
        assert (result.score, result.unanswered, result.abnormal) == (100, [], [])

    def test_covers_the_ten_official_items_of_dust(self) -> None:
        majors = {item.major for item in BY_ID["DUST"].items.values() if item.major}
        assert majors == {f"GM-11-{number:02}" for number in range(1, 11)}

    def test_asks_for_one_of_two_where_the_official_item_says_and(self) -> None:
        """GM-13-01 is met only when ledger AND signs are missing: one of them is enough to be in order."""
        item = BY_ID["CONFINED"].items["CS-02"]
        assert (item.major, "或者" in item.zh, BY_ID["CONFINED"].items["CS-03"].major) == ("GM-13-01", True, "")


class TestConditions:
    def test_show_an_item_only_after_the_answer(self) -> None:
        names = [item.id for item in shown_items(FIRE, {"FI-01": "no"})]
        assert ("FI-02" in names, "FI-02" in [one.id for one in shown_items(FIRE, {"FI-01": "yes"})]) == (False, True)

    def test_hide_what_depends_on_a_hidden_item(self) -> None:
        document = a_document()
        third = {**document["section"][0]["item"][1], "id": "C", "shown_if": {"item": "B", "responses": ["normal"]}}
        document["section"][0]["item"].append(third)
        checklist = read_checklist(document)
        assert [item.id for item in shown_items(checklist, {"A": "normal", "B": "normal"})] == ["A"]

    def test_refuse_an_answer_to_what_does_not_appear(self) -> None:
        with pytest.raises(NotAllowed) as refused:
            result_of(FIRE, {"FI-01": "no", "FI-02": "normal"})
        assert (refused.value.code, refused.value.facts) == ("item_not_shown", {"hidden": ["FI-02"]})


class TestAnswers:
    def test_tell_faults_and_the_official_items_they_point_to(self) -> None:
        result = result_of(GENERAL, {"GI-05": "yes", "GI-06": "abnormal", "GI-07": "abnormal", "GI-01": "normal"})
        assert (result.abnormal, result.majors) == (["GI-06", "GI-07"], {"GI-06": "GM-03-01"})
        assert result.meanings["GI-01"] == "normal"

    def test_leave_open_what_has_to_be_answered(self) -> None:
        answers = all_normal(GENERAL)
        del answers["GI-15"]  # not mandatory
        del answers["GI-07"]
        assert result_of(GENERAL, answers).unanswered == ["GI-07"]

    def test_are_weighed(self) -> None:
        """Weights 3 and 1, the second one half: 3.5 of 4."""
        assert result_of(FIRE, {"FI-03": "normal", "FI-09": "fair"}).score == Fraction(350, 4)

    def test_that_do_not_apply_do_not_count(self) -> None:
        assert result_of(FIRE, {"FI-03": "not_applicable", "FI-05": "normal"}).score == 100
        assert result_of(FIRE, {"FI-03": "not_applicable"}).score is None

    @pytest.mark.parametrize(
        ("answers", "code"), [({"XX": "normal"}, "item_unknown"), ({"FI-03": "maybe"}, "response_unknown")]
    )
    def test_have_to_be_those_of_the_list(self, answers: dict[str, str], code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            result_of(FIRE, answers)
        assert refused.value.code == code


class TestPhotos:
    @pytest.mark.parametrize(
        ("answers", "needed"),
        [
            ({"A": "normal"}, ["A"]),
            ({"A": "not_applicable"}, []),
            ({"A": "abnormal", "B": "normal"}, ["A"]),
            ({"A": "abnormal", "B": "abnormal"}, ["A", "B"]),
        ],
    )
    def test_are_asked_for_by_the_version(self, answers: dict[str, str], needed: list[str]) -> None:
        document = a_document()
        document["section"][0]["item"][0]["photo"] = "always"
        assert result_of(read_checklist(document), answers).photographed == needed


class TestChoices:
    CHOICES = (
        Choice("CHEMICALS", ("C25", "C26")),
        Choice("DUST", features=("metal_dust", "no_frame"), tiers=(3, 4)),
        Choice("GENERAL"),
    )

    @pytest.mark.parametrize(
        ("industry", "tier", "features", "expected"),
        [
            ("C2614", 1, (), "CHEMICALS"),
            ("C2110", 3, ("metal_dust", "no_frame", "coating"), "DUST"),
            ("C2110", 3, ("metal_dust",), "GENERAL"),
            ("C2110", 1, ("metal_dust", "no_frame"), "GENERAL"),
            ("", 1, (), "GENERAL"),
        ],
    )
    def test_go_by_industry_tier_and_features(
        self, industry: str, tier: int, features: tuple[str, ...], expected: str
    ) -> None:
        assert chosen(self.CHOICES, industry=industry, tier=tier, features=features) == expected

    def test_of_the_release_can_be_followed(self) -> None:
        check_choices(usual_checklists(), known=BY_ID)
        assert chosen(usual_checklists(), industry="C2631", tier=1, features=()) == "CHEMICALS"

    @pytest.mark.parametrize(
        ("choices", "problem"),
        [
            ((), {"row": 0, "field": "prefixes", "code": "last_not_for_all"}),
            ((Choice("GENERAL", ("C25",)),), {"row": 1, "field": "prefixes", "code": "last_not_for_all"}),
            ((Choice("XX"),), {"row": 1, "field": "checklist", "code": "checklist_not_in_force"}),
            ((Choice("DUST"), Choice("GENERAL")), {"row": 1, "field": "prefixes", "code": "hides_what_follows"}),
        ],
        ids=["none", "not_all", "unknown", "hidden"],
    )
    def test_that_cannot_be_followed_are_named(self, choices: tuple[Choice, ...], problem: dict[str, Any]) -> None:
        with pytest.raises(NotAllowed) as refused:
            check_choices(choices, known=BY_ID)
        assert refused.value.facts["problems"] == [problem]


class TestResponses:
    def test_mean_something(self) -> None:
        content = table("responses.toml")
        content["set"][0]["responses"][0]["meaning"] = "fine"
        with pytest.raises(UnusableTable, match="normal"):
            read_responses(content)
