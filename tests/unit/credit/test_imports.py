"""Registers as files: what a cell means, and what is wrong with it."""

from datetime import date
from typing import Any

import pytest
from marshmallow import validate

from services.credit.domain.imports import ImportColumn, ImportRefused, positions_of, read_row
from services.credit.rules import imports
from services.credit.rules.imports import import_rules
from services.credit.schemas.accidents import NewAccident
from services.credit.schemas.penalties import NewPenalty
from shared.machines import UnusableTable

ACCIDENTS = import_rules().registers["accidents"]
PENALTIES = import_rules().registers["penalties"]


def read(columns: Any, **cells: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a row means, and the code of what is wrong by field."""
    titles = {one.field: one.titles[0] for one in columns}
    positions = positions_of(columns, [titles[name] for name in titles])
    ordered = [cells.get(name, "") for name in titles]
    document, errors = read_row(columns, positions, number=2, cells=ordered)
    return document, {one.field: one.code for one in errors}


class TestTheHeader:
    def test_is_found_by_any_title_whatever_its_blanks(self) -> None:
        positions = positions_of(ACCIDENTS, ["*事故类型", " USCC ", "发 生 日 期"])
        assert positions == {"uscc": 1, "occurred_on": 2, "kind": 0}

    def test_names_what_is_missing(self) -> None:
        with pytest.raises(ImportRefused) as refusal:
            positions_of(ACCIDENTS, ["死亡人数"])
        assert refusal.value.facts["missing"] == ["统一社会信用代码", "发生日期", "事故类型"]


class TestACell:
    @pytest.mark.parametrize(
        "cell", ["2025-01-05", "2025/1/5", "2025年1月5日", "2025.01.05", "45662", "2025-01-05 00:00:00"]
    )
    def test_is_a_day_in_any_writing(self, cell: str) -> None:
        document, _ = read(ACCIDENTS, uscc="A", occurred_on=cell, kind="触电")
        assert document["occurred_on"] == date(2025, 1, 5)

    @pytest.mark.parametrize("cell", ["soon", "2025-13-01", "12", "99999999"])
    def test_that_is_no_day_is_named(self, cell: str) -> None:
        assert read(ACCIDENTS, uscc="A", occurred_on=cell, kind="触电")[1] == {"occurred_on": "day_unreadable"}

    def test_means_what_the_column_says(self) -> None:
        cells = {"uscc": "A", "occurred_on": "2025-01-05", "kind": "高处坠落", "deaths": "1", "loss": "1,234.5"}
        document, wrong = read(ACCIDENTS, **cells, is_mainly_responsible="是", is_concealed="No")
        assert (document["kind"], document["deaths"], document["loss"], wrong) == ("fall", 1, 12_345_000, {})
        assert (document["is_mainly_responsible"], document["is_concealed"]) == (True, False)

    @pytest.mark.parametrize(
        ("field", "cell", "code"),
        [
            ("deaths", "many", "number_unreadable"),
            ("deaths", "1.5", "number_unreadable"),
            ("deaths", "-1", "number_unreadable"),
            ("loss", "NaN", "number_unreadable"),
            ("loss", "1E+3000000", "number_too_large"),
            ("loss", "100000001", "number_too_large"),
            ("deaths", "1E+3000000", "number_too_large"),
            ("deaths", "99999999999", "number_too_large"),
            ("place", "路" * 201, "cell_too_long"),
            ("is_concealed", "maybe", "flag_unreadable"),
            ("kind", "天灾", "word_unknown"),
            ("kind", "", "value_missing"),
        ],
    )
    def test_that_cannot_be_read_is_named(self, field: str, cell: str, code: str) -> None:
        cells = {"uscc": "A", "occurred_on": "2025-01-05", "kind": "触电"} | {field: cell}
        assert read(ACCIDENTS, **cells)[1] == {field: code}

    def test_has_the_lengths_and_numbers_of_the_form(self) -> None:
        form = NewPenalty().fields | NewAccident().fields
        for column in (*ACCIDENTS, *PENALTIES):
            is_compared = column.most and column.field not in ("uscc", "subject_name")
            rules = form[column.field].validators if is_compared else []
            limits = [one.max for one in rules if isinstance(one, validate.Length | validate.Range)]
            assert limits == ([column.most] if is_compared else [])

    def test_says_against_whom_a_decision_is(self) -> None:
        titles = ["CF_XDR_LB", "违法行为目录代码"]
        positions = {one.field: titles.index(title) for one in PENALTIES for title in one.titles if title in titles}
        read_cells = [
            read_row(PENALTIES, positions, number=2, cells=cells) for cells in (["自然人", "V-110"], ["人", "V-0"])
        ]
        assert {"subject_kind": "natural", "act": "V-110"}.items() <= read_cells[0][0].items()
        wrong = {one.field: one.code for one in read_cells[1][1] if one.code != "value_missing"}
        assert wrong == {"subject_kind": "word_unknown", "act": "word_unknown"}

    def test_may_name_several_kinds(self) -> None:
        titles = [one.titles[0] for one in PENALTIES]
        cells = ["罚款、没收违法所得；罚款" if title == "处罚类别" else "" for title in titles]
        document, _ = read_row(PENALTIES, positions_of(PENALTIES, titles), number=2, cells=cells)
        assert document["kinds"] == ["fine", "confiscation"]

    def test_beyond_the_end_of_a_short_row_is_empty(self) -> None:
        positions = positions_of(ACCIDENTS, ["uscc", "occurred_on", "kind", "deaths"])
        document, errors = read_row(ACCIDENTS, positions, number=2, cells=["A", "2025-01-05", "fall"])
        assert (document, errors) == ({"uscc": "A", "occurred_on": date(2025, 1, 5), "kind": "fall"}, [])


class TestTheTable:
    def test_with_a_type_that_no_cell_has_stops_the_start(self) -> None:
        with pytest.raises(UnusableTable):
            imports._column({"field": "x", "titles": ["x"], "type": "colour"}, {})
        assert isinstance(ACCIDENTS[0], ImportColumn)
