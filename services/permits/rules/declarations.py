"""Reads the table of declared work."""

from collections.abc import Mapping
from datetime import time
from functools import cache
from typing import Any

from services.permits.domain.declarations import DECLARATION_GUARDS, DeclarationLimits, DeclarationRules, Named
from services.permits.domain.triage import Colour, Condition, Night, TriageRule, TriageRules
from shared.machines import UnusableTable
from shared.machines.reading import read_machine, rule_table, source_of

Row = Mapping[str, Any]


@cache
def declaration_rules() -> DeclarationRules:
    """Return what is declared and how it is sorted in this release, read once; raises ``UnusableTable``."""
    return read_declarations(rule_table(__package__, "declarations.toml"))


def read_declarations(content: Row) -> DeclarationRules:
    """Return the rules of a table; raises ``UnusableTable`` when a rule names a colour that does not exist."""
    limits = {name: value for name, value in content["limits"].items() if name not in ("sample_percent", "algorithm")}
    return DeclarationRules(
        machine=read_machine(content, head="declarations", guards=DECLARATION_GUARDS),
        limits=DeclarationLimits(**limits),
        triage=_triage(content),
        findings={row["id"]: Named(**row) for row in content["finding"]},
    )


def _triage(content: Row) -> TriageRules:
    colours = {row["id"]: Colour(**row) for row in content["colour"]}
    rules = tuple(_rule(row, content["declarations"]) for row in content["rule"])
    unknown = {one.colour for one in rules} - set(colours)
    if unknown:
        raise UnusableTable(f"no colour is named {', '.join(sorted(unknown))}")
    night = content["night"]
    return TriageRules(
        colours=colours,
        rules=rules,
        asks={name: tuple(asked) for name, asked in content["asks"].items()},
        night=Night(time.fromisoformat(night["from"]), time.fromisoformat(night["to"])),
        sample_percent=content["limits"]["sample_percent"],
        algorithm=content["limits"]["algorithm"],
    )


def _rule(row: Row, head: Row) -> TriageRule:
    conditions = tuple(Condition(one["fact"], tuple(one.get("is", ())), one.get("from")) for one in row["all"])
    return TriageRule(row["id"], row["colour"], row["zh"], row["en"], conditions, source_of(row, head))
