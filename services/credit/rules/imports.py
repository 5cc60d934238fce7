"""Reads what the columns of register files are called."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from services.credit.domain.imports import READERS, ImportColumn, ImportRules
from services.credit.rules.accidents import accident_rules
from services.credit.rules.publicity import publicity_rules
from services.credit.rules.violations import catalogue
from shared.machines import UnusableTable
from shared.machines.reading import Row, rule_table

OTHER_WORDS = {"没收违法所得": "confiscation", "没收非法财物": "confiscation", "暂扣许可证": "licence_suspended",
               "吊销许可证": "licence_revoked", "停产停业": "suspension_of_business", "拘留": "detention"}  # fmt: skip


@cache
def import_rules() -> ImportRules:
    """Return the columns of each register, read once; raises ``UnusableTable`` for a type that no cell has."""
    content = rule_table(__package__, "imports.toml")
    head = content["imports"]
    registers: dict[str, list[ImportColumn]] = {}
    for row in content["column"]:
        registers.setdefault(row["register"], []).append(_column(row, head))
    return ImportRules(registers, head["most_rows"])


def _column(row: Row, head: Row) -> ImportColumn:
    if row["type"] not in READERS:
        raise UnusableTable(f"{row['field']}: {row['type']} is no type of a cell")
    required = row.get("is_required", False)
    return ImportColumn(
        row["field"], tuple(row["titles"]), row["type"], required, _words(row, head), row.get("most", 0)
    )


def _words(row: Row, head: Row) -> Mapping[str, Any]:
    if row["type"] == "flag":
        return {**dict.fromkeys(head["yes"], True), **dict.fromkeys(head["no"], False)}
    if row["type"] == "subject":
        return dict(head["subjects"])
    if row["type"] == "act":
        return {code: code for code in catalogue().acts}
    if row["type"] == "choice":
        return {word: one.id for one in accident_rules().kinds.values() for word in (one.zh, one.id)}
    if row["type"] == "choices":
        kinds = publicity_rules().kinds.values()
        return OTHER_WORDS | {word: one.id for one in kinds for word in (one.zh, one.id)}
    return {}
