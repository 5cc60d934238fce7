"""Reads the way of a case, its limits by their day, and the acts that lead onto the list."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from services.credit.domain.case_conditions import AccidentCount, Condition, ConditionRules, Trades
from services.credit.domain.case_facts import CaseRules
from services.credit.domain.cases import GUARDS
from services.credit.domain.limits import Limits
from shared.machines.reading import due_of, read_machine, rule_table, source_of

TIMES = ("decide", "defence", "serve", "record", "publish", "accept", "verify", "system", "lift", "correct")
Row = Mapping[str, Any]


@cache
def case_rules() -> CaseRules:
    """Return the way of a case in this release, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "cases.toml")
    return CaseRules(
        machine=read_machine(content, head="cases", guards=GUARDS),
        limits=tuple(_limits(row) for row in content["limits"]),
        conditions=_conditions(),
        **content["roles"],
    )


def _limits(row: Row) -> Limits:
    return Limits(**{**row, **{name: due_of(row[name]) for name in TIMES}})


def _conditions() -> ConditionRules:
    content = rule_table(__package__, "case_conditions.toml")
    scope, head = content["scope"], content["case_conditions"]
    found = [_condition(row, head) for row in content["condition"]]
    trades = Trades(tuple(scope["included"]), tuple(scope["excluded"]))
    return ConditionRules({one.code: one for one in found}, trades)


def _condition(row: Row, head: Row) -> Condition:
    accidents = row.get("accidents")
    counted = accidents and AccidentCount(frozenset(accidents["grades"]), accidents["count"], accidents["months"])
    return Condition(
        code=row["code"],
        zh=row["zh"],
        en=row["en"],
        persons=tuple(row["persons"]),
        names_firm=row.get("names_firm", True),
        accidents=counted,
        clauses=tuple(row.get("clauses", ())),
        confirms=row.get("confirms", ""),
        source=source_of(row, head),
    )
