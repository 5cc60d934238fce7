"""A checklist as a sheet: there and back without loss, mistakes by row and column."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.inspections.domain.checklist_sheets import MOST_ROWS, SheetReading, read_rows, row_errors, rows_of
from services.inspections.rules import sheet_words
from services.inspections.rules.checklists import DEFAULTS
from services.inspections.rules.reading import table
from services.inspections.schemas.checklists import Content
from shared.sheets import open_sheet, xlsx_file

WORDS = sheet_words()
HEADER = ["row", "id", "zh", "en", "clause", "responses", "weight", "必答", "出现条件", "照片", "meaning"]
LIST = ["list", "X", "表", "list"]
SECTION = ["章节", "s1", "节", "section"]

PART_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), max_size=30).map(
    str.strip
)
ANSWERS = st.fixed_dictionaries(
    {
        "id": PART_IDS,
        "zh": TEXTS,
        "en": TEXTS,
        "meaning": st.sampled_from(["normal", "abnormal", "not_applicable"]),
        "percent": st.integers(0, 100),
    }
)
ITEMS = st.fixed_dictionaries(
    {
        "id": PART_IDS,
        "zh": TEXTS,
        "en": TEXTS,
        "clause": TEXTS,
        "responses": PART_IDS,
        "weight": st.integers(0, 100),
        "is_mandatory": st.booleans(),
        "shown_if": st.none() | st.fixed_dictionaries({"item": PART_IDS, "responses": st.lists(PART_IDS, max_size=3)}),
        "major": st.sampled_from(["", "GM-13-01"]),
        "photo": st.sampled_from(["fault", "always"]),
    }
)
SECTIONS = st.fixed_dictionaries({"id": PART_IDS, "zh": TEXTS, "en": TEXTS, "item": st.lists(ITEMS, max_size=4)})
SETS = st.fixed_dictionaries(
    {"id": PART_IDS, "responses": st.lists(ANSWERS, max_size=3, unique_by=lambda one: one["id"])}
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "checklist": st.fixed_dictionaries(
            {
                "id": st.from_regex(r"[A-Z0-9][A-Z0-9-]{0,8}", fullmatch=True),
                "zh": TEXTS,
                "en": TEXTS,
                "source": TEXTS,
                "clause": TEXTS,
                "status": st.sampled_from(["official", "practice", "design"]),
            }
        ),
        "section": st.lists(SECTIONS, max_size=3),
        "set": st.lists(SETS, max_size=3, unique_by=lambda one: one["id"]),
    }
)


def through_a_workbook(document: dict[str, Any]) -> SheetReading:
    header, *rows = rows_of(document, WORDS)
    with xlsx_file(header, rows) as file:
        content = BytesIO(file.read())
    sheet = open_sheet(content)  # type: ignore[arg-type]
    return read_rows(((row.number, row.cells) for row in sheet.rows), WORDS)


def reading(*rows: list[str], header: list[str] = HEADER) -> SheetReading:
    return read_rows(enumerate([header, *rows], 1), WORDS)


class TestRoundTrip:
    @settings(max_examples=60, deadline=None)
    @given(DOCUMENTS)
    def test_loses_nothing(self, document: dict[str, Any]) -> None:
        found = through_a_workbook(document)
        assert (found.errors, found.document) == ([], document)

    @pytest.mark.parametrize("name", DEFAULTS)
    def test_of_the_default_set_loses_nothing(self, name: str) -> None:
        content = {**table(f"checklist_{name}.toml"), "set": table("responses.toml")["set"]}
        content["checklist"]["effective_from"] = "2026-01-01"
        normal = Content().load(content)
        found = through_a_workbook(content)
        assert found.errors == []
        assert Content().load(found.document) == normal


class TestRows:
    def test_understand_both_languages_and_ids(self) -> None:
        item = ["检查项", "A-1", "甲", "a", "第一条", "standard", "2.0", "no", "B = yes | no", "每次"]
        found = reading(LIST, [], SECTION, item, ["question", "A-2", "乙", "b", "第二条", "standard", "3"])
        assert found.errors == []
        first, second = found.document["section"][0]["item"]
        assert (first["weight"], first["is_mandatory"], first["photo"]) == (2, False, "always")
        assert first["shown_if"] == {"item": "B", "responses": ["yes", "no"]}
        assert (second["weight"], second["is_mandatory"], second["shown_if"]) == (3, True, None)

    @pytest.mark.parametrize(
        ("rows", "expected"),
        [
            ([], (0, "行类型", "list_missing")),
            ([["thing", "A"]], (2, "行类型", "kind_unknown")),
            ([LIST, LIST], (3, "行类型", "list_twice")),
            ([LIST, ["item", "A"]], (3, "行类型", "no_section_above")),
            ([LIST, ["answer", "yes", "是", "yes"]], (3, "答案组", "no_set")),
            ([LIST, SECTION, ["item", "A", "", "", "", "", "many"]], (4, "分值", "number_unreadable")),
            ([LIST, SECTION, ["item", "A", "", "", "", "", "1", "perhaps"]], (4, "必答", "value_unknown")),
            ([LIST, SECTION, ["item", "A", "", "", "", "", "1", "", "B yes"]], (4, "出现条件", "condition_unreadable")),
            ([LIST] + [SECTION] * MOST_ROWS, (MOST_ROWS + 2, "", "too_many_rows")),
        ],
    )
    def test_that_are_wrong_are_named(self, rows: list[list[str]], expected: tuple[int, str, str]) -> None:
        [error] = reading(*rows).errors
        assert (error.row, error.field, error.code) == expected

    def test_without_their_columns_are_not_read(self) -> None:
        assert [one.field for one in reading(LIST, header=["id", "name"]).errors] == ["行类型", "中文"]
        assert {one.code for one in read_rows([], WORDS).errors} == {"column_missing"}

    def test_that_the_schema_refuses_are_named_by_row_and_column(self) -> None:
        answer = ["answer", "yes", "是", "yes", "", "yn", "200", "", "", "", "normal"]
        found = reading(
            LIST, answer, SECTION, ["item", "有 空格", "甲", "a", "", "yn", "1"], ["item", "B", "", "", "", "", "x"]
        )
        errors = row_errors(Content().validate(found.document), found, words=WORDS)
        assert [(one.row, one.field) for one in errors] == [(5, "编号"), (3, "分值")]

    def test_of_no_sheet_are_named_by_their_path(self) -> None:
        document = {"checklist": {"zh": "表", "en": "list"}, "section": [{"id": "s", "zh": "节"}], "set": []}
        [error] = row_errors(Content().validate(document), SheetReading(document), words=WORDS)
        assert (error.row, error.field) == (0, "section.0.en")
