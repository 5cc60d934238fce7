"""The tables of hazards: 64 official items with their labels, sources of every row, and what the reader refuses."""

from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from services.inspections.domain.hazard_guards import GUARDS
from services.inspections.rules import hazard_rules, major_hazards
from services.inspections.rules.reading import table
from shared.machines import STATUSES, NotAllowed, UnusableTable
from shared.machines.reading import due_of, read_machine


class TestOfficialList:
    """MEM Order 10, credit-and-inspections §6.4."""

    def test_has_64_items(self) -> None:
        groups = Counter(item.group for item in major_hazards().items.values())
        assert [groups[f"{n:02}"] for n in range(3, 14)] == [3, 8, 13, 8, 7, 7, 2, 2, 10, 2, 2]
        assert len(major_hazards().items) == 64

    def test_says_of_each_text_whether_it_was_seen(self) -> None:
        labels = [item.label for item in major_hazards().items.values()]
        assert all(label.startswith(("✔S", "○")) for label in labels)
        assert (sum(label.startswith("✔") for label in labels), labels.count("○")) == (33, 31)

    def test_counts_a_recalled_end_as_not_seen(self) -> None:
        items = major_hazards().items
        assert [items[code].is_text_seen for code in ("GM-13-01", "GM-13-02", "GM-11-06")] == [True, False, False]

    def test_keeps_the_and_of_13_01_and_the_or_elsewhere(self) -> None:
        items = major_hazards().items
        assert "并且未设置" in items["GM-13-01"].zh
        assert [code for code, item in items.items() if "并且" in item.zh] == ["GM-13-01"]

    def test_names_the_article(self) -> None:
        assert major_hazards().item("GM-11-03").clause == "工贸企业重大事故隐患判定标准 第十一条"

    def test_refuses_an_unknown_code(self) -> None:
        with pytest.raises(NotAllowed) as refused:
            major_hazards().item("GM-99-01")
        assert refused.value.code == "item_unknown"


TABLES = sorted(one.name for one in files("services.inspections.rules").iterdir() if one.name.endswith(".toml"))


class TestEveryTable:
    @pytest.mark.parametrize("name", TABLES)
    def test_names_source_clause_status_and_the_day_from_which_it_counts(self, name: str) -> None:
        heads = [one for one in table(name).values() if isinstance(one, dict) and "effective_from" in one]
        assert heads
        assert [one for one in heads if not one["source"] or not one["clause"] or one["status"] not in STATUSES] == []


class TestRows:
    def test_name_clause_and_standing(self) -> None:
        rows = hazard_rules().machine.transitions.values()
        assert [row.row for row in rows if not row.source.clause or not row.source.document] == []

    def test_use_every_guard(self) -> None:
        used = {guard for row in hazard_rules().machine.transitions.values() for guard in row.guards}
        assert used == GUARDS.keys()


def _unknown_state(content: dict[str, Any]) -> None:
    content["transition"][0]["to"] = "nowhere"


def _unknown_start(content: dict[str, Any]) -> None:
    content["transition"][0]["from"] = ["nowhere"]


def _unknown_guard(content: dict[str, Any]) -> None:
    content["transition"][0]["guards"] = ["is_nice"]


def _second_row(content: dict[str, Any]) -> None:
    content["transition"].append(content["transition"][0])


def _unknown_status(content: dict[str, Any]) -> None:
    content["transition"][0]["status"] = "rumour"


class TestReader:
    @pytest.mark.parametrize("spoil", [_unknown_state, _unknown_start, _unknown_guard, _second_row, _unknown_status])
    def test_refuses_a_table_that_cannot_be_followed(self, spoil: Callable[[dict[str, Any]], None]) -> None:
        content = table("hazards.toml")
        spoil(content)
        with pytest.raises(UnusableTable):
            read_machine(content, head="hazards", guards=GUARDS)

    def test_refuses_an_unknown_unit_of_time(self) -> None:
        with pytest.raises(UnusableTable, match="weeks"):
            due_of({"weeks": 1})
