"""What keeps a list from being published, and what two versions of it do not have in common."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from services.inspections.domain.checklist_changes import Change, changes_between
from services.inspections.domain.checklist_problems import Problem, problems_of
from services.inspections.rules.checklists import check_checklist, read_checklist, standard_sets
from shared.machines import NotAllowed
from tests.unit.inspections.builders import a_document

Document = dict[str, Any]


def changed(change: Callable[[Document], Any]) -> Document:
    document = deepcopy(a_document() | {"set": standard_sets()})
    change(document)
    return document


def items(document: Document) -> list[Document]:
    return list(document["section"][0]["item"])


class TestPublication:
    def test_takes_a_sound_list(self) -> None:
        checklist = read_checklist(a_document(version=7))
        check_checklist(checklist)
        assert (checklist.version, list(checklist.items)) == (7, ["A", "B"])

    def test_names_every_problem_at_once(self) -> None:
        document = changed(lambda one: items(one)[0].update(clause="", weight=-1))
        with pytest.raises(NotAllowed) as refused:
            check_checklist(read_checklist(document))
        told = {
            "clause_missing": "Name the clause that the item checks.",
            "weight_negative": "A weight is not negative.",
        }
        assert (refused.value.code, refused.value.facts["problems"]) == (
            "checklist_unusable",
            [{"where": "A", "field": one.split("_")[0], "code": one, "detail": told[one]} for one in told],
        )

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (lambda one: one["checklist"].update(zh=""), ("", "zh", "name_missing")),
            (lambda one: one["checklist"].update(source=""), ("", "source", "source_missing")),
            (lambda one: one.update(section=[]), ("", "sections", "no_items")),
            (lambda one: [each.update(weight=0) for each in items(one)], ("", "sections", "nothing_scored")),
            (lambda one: [each.update(responses="yes_no") for each in items(one)], ("", "sections", "nothing_scored")),
            (lambda one: one["section"][0].update(en=""), ("s", "zh", "name_missing")),
            (lambda one: one["section"][0]["item"].clear(), ("s", "items", "section_empty")),
            (lambda one: one["section"].append(one["section"][0]), ("s", "id", "id_double")),
            (lambda one: items(one)[1].update(id="A"), ("A", "id", "id_double")),
            (lambda one: one["set"].append({"id": "none", "responses": []}), ("none", "responses", "responses_empty")),
            (lambda one: one["set"][0]["responses"][0].update(en=""), ("standard", "responses", "name_missing")),
            (lambda one: items(one)[0].update(en=""), ("A", "zh", "name_missing")),
            (lambda one: items(one)[0].update(responses="stars"), ("A", "responses", "responses_unknown")),
            (lambda one: items(one)[0].update(major="GM-99-01"), ("A", "major", "major_unknown")),
            (lambda one: items(one)[0].update(photo="never"), ("A", "photo", "photo_unknown")),
            (lambda one: one["section"][0]["item"].reverse(), ("B", "shown_if", "condition_not_above")),
            (
                lambda one: items(one)[0].update(shown_if={"item": "B", "responses": ["normal"]}),
                ("A", "shown_if", "condition_not_above"),
            ),
            (
                lambda one: items(one)[1]["shown_if"].update(responses=[]),
                ("B", "shown_if", "condition_without_answers"),
            ),
            (
                lambda one: items(one)[1]["shown_if"].update(responses=["yes"]),
                ("B", "shown_if", "condition_impossible"),
            ),
        ],
    )
    def test_is_refused_with_what_has_to_be_mended(
        self, change: Callable[[Document], Any], problem: tuple[str, str, str]
    ) -> None:
        found = problems_of(read_checklist(changed(change)), major_items=frozenset())
        assert Problem(*problem) in found
        assert Problem(*problem).detail.endswith(".")


class TestChanges:
    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            (lambda _: None, []),
            (lambda one: one["checklist"].update(zh="新表"), [Change("changed", "list", "X", "zh", "表", "新表")]),
            (lambda one: items(one)[0].update(weight=4), [Change("changed", "item", "A", "weight", "2", "4")]),
            (
                lambda one: items(one)[1]["shown_if"].update(responses=["normal", "abnormal"]),
                [Change("changed", "item", "B", "shown_if", "A = abnormal", "A = abnormal | normal")],
            ),
            (
                lambda one: items(one)[0].update(is_mandatory=False),
                [Change("changed", "item", "A", "is_mandatory", "yes", "no")],
            ),
            (lambda one: one["section"][0]["item"].pop(), [Change("removed", "item", "B", before="乙")]),
            (
                lambda one: one["section"][0]["item"].append({**items(one)[0], "id": "C", "zh": "丙"}),
                [Change("added", "item", "C", after="丙")],
            ),
            (lambda one: one["section"][0]["item"].reverse(), [Change("moved", "item", "B")]),
            (
                lambda one: one["set"][0]["responses"][1].update(percent=10),
                [Change("changed", "response", "standard/abnormal", "percent", "0", "10")],
            ),
        ],
    )
    def test_are_told_part_by_part(self, change: Callable[[Document], Any], expected: list[Change]) -> None:
        before, after = read_checklist(changed(lambda _: None)), read_checklist(changed(change))
        assert changes_between(before, after) == expected
