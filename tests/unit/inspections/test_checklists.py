"""Checklists: conditions, scores and clauses; the default set; what keeps a list from being published."""

from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from services.inspections.domain.checklists import Checklist, result_of, shown_items
from services.inspections.domain.machines import NotAllowed, UnusableTable
from services.inspections.rules import default_checklists
from services.inspections.rules.checklists import check_checklist, read_checklist, read_responses
from services.inspections.rules.reading import table
from tests.unit.inspections.builders import all_normal

BY_ID = {one.id: one for one in default_checklists()}
FIRE, GENERAL = BY_ID["FIRE-SMALL"], BY_ID["GENERAL"]


def a_document(**head: Any) -> dict[str, Any]:
    """Return a list of two items, the second of which appears only after a fault of the first."""
    first = {"id": "A", "zh": "甲", "en": "a", "clause": "第一条", "responses": "standard", "weight": 2}
    second = {
        "id": "B", "zh": "乙", "en": "b", "clause": "第二条", "responses": "standard", "weight": 1,
        "shown_if": {"item": "A", "responses": ["abnormal"]},
    }  # fmt: skip
    values = {"id": "X", "version": 1, "zh": "表", "en": "list", "source": "s", "status": "design"}
    section = {"id": "s", "zh": "节", "en": "section", "item": [first, second]}
    return {"checklist": values | {"effective_from": "2026-01-01"} | head, "section": [section]}


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


def spoiled(change: Callable[[list[dict[str, Any]]], Any]) -> list[str]:
    document = deepcopy(a_document())
    change(document["section"][0]["item"])
    with pytest.raises(NotAllowed) as refused:
        check_checklist(read_checklist(document))
    assert refused.value.code == "checklist_unusable"
    problems = refused.value.facts["problems"]
    assert isinstance(problems, list)
    return problems


class TestPublication:
    def test_takes_a_sound_list(self) -> None:
        checklist = read_checklist(a_document(version=7))
        check_checklist(checklist)
        assert (checklist.version, list(checklist.items)) == (7, ["A", "B"])

    def test_names_every_problem_at_once(self) -> None:
        assert spoiled(lambda items: items[0].update(clause="", weight=-1)) == [
            "A: name the clause that it checks",
            "A: a weight is not negative",
        ]

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (lambda items: items.clear(), "the list has no items"),
            (lambda items: items[1].update(id="A"), "A: two items have this id"),
            (lambda items: items[0].update(responses="stars"), "A: there is no response set stars"),
            (lambda items: items[0].update(major="GM-99-01"), "A: the official list has no item GM-99-01"),
            (lambda items: items.reverse(), "B: it may only depend on an item above it"),
            (
                lambda items: items[1].update(shown_if={"item": "A", "responses": ["yes"]}),
                "B: A cannot be answered like that",
            ),
        ],
    )
    def test_is_refused_with_a_sentence(self, change: Callable[[list[dict[str, Any]]], Any], problem: str) -> None:
        assert problem in spoiled(change)

    def test_without_sections_is_refused(self) -> None:
        with pytest.raises(NotAllowed):
            check_checklist(read_checklist({"checklist": a_document()["checklist"]}))


class TestResponses:
    def test_mean_something(self) -> None:
        content = table("responses.toml")
        content["set"][0]["responses"][0]["meaning"] = "fine"
        with pytest.raises(UnusableTable, match="normal"):
            read_responses(content)
