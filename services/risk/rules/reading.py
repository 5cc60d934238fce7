"""Reads the rule tables. A table that cannot be evaluated exactly stops the process at its start."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from services.risk.domain.cards import Band, Card, Factor, Item, Matrix, Rule, Source, Veto
from services.risk.domain.dynamics import DynamicRule, DynamicRules, Effect, Restore
from services.risk.domain.facts import NO, YES, Condition, Fact, Inference, Kind, Suggestion, Text
from services.risk.domain.levels import Level, Strategy
from services.risk.domain.occurrences import OccurrenceKind, Telling, Trigger, Window
from services.risk.domain.policy import Policy, Rulebook, Selection
from services.risk.domain.possibilities import Clause, Literal, UnusableCard

CARDS = ("card_chemical.toml", "card_general.toml")
TENTHS = 10

Row = Mapping[str, Any]


@cache
def rulebook() -> Rulebook:
    """Return the rule tables of this release, read once; raises ``UnusableCard`` when they do not fit together."""
    return read_rulebook({"cards": [table(name) for name in CARDS], "policy": table("policy.toml")})


@cache
def release_content() -> dict[str, Any]:
    """Return cards and policy of this release as a document of plain JSON values."""
    content = {"cards": [table(name) for name in CARDS], "policy": table("policy.toml")}
    plain: dict[str, Any] = json.loads(json.dumps(content, default=_plain))
    return plain


def read_rulebook(content: Row) -> Rulebook:
    """Return the rule tables with these cards and this policy; raises ``UnusableCard``."""
    cards = [read_card(card) for card in content["cards"]]
    return Rulebook(
        facts={row["id"]: _fact(row) for row in table("facts.toml")["fact"]},
        clauses=tuple(_clause(row) for row in table("implications.toml")["implication"]),
        cards={card.id: card for card in cards},
        matrices=_matrices(table("matrices.toml")),
        policy=read_policy(content["policy"]),
        inference=_inference(table("inference.toml")),
    )


def _plain(value: Decimal | date) -> float | str:
    return float(value) if isinstance(value, Decimal) else value.isoformat()


@cache
def dynamic_rules() -> DynamicRules:
    """Return the dynamic rules of this release, read once."""
    content = table("dynamic_rules.toml")
    head = content["dynamic"]
    return DynamicRules(
        version=head["version"],
        kinds=tuple(_kind(row) for row in content["occurrence"]),
        rules=tuple(_dynamic_rule(row, head) for row in content["rule"]),
        period_months=head["period_months"],
        correction=timedelta(hours=head["correction_hours"]),
        inherent_items={card: tuple(items) for card, items in head["inherent_items"].items()},
        reassessment_years={row["card"]: row["years"] for row in content["reassessment"]},
    )


def table(name: str) -> dict[str, Any]:
    """Return the content of one rule table; numbers with a point are exact decimals."""
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"), parse_float=Decimal)


def read_card(content: Row) -> Card:
    """Return the card of a table."""
    head = content["card"]
    return Card(
        id=head["id"],
        version=head["version"],
        name=_text(head),
        source=_source(head),
        base=_tenths(head["base"]),
        thresholds=tuple((_tenths(row["at_least"]), Level(row["level"])) for row in head["thresholds"]),
        items=tuple(_item(row, content["rule"]) for row in content["item"]),
        vetoes=tuple(_veto(row) for row in content.get("veto", ())),
        needs_assessment=head.get("needs_assessment", False),
    )


def read_policy(content: Row) -> Policy:
    """Return the policy of a table."""
    head = content["policy"]
    return Policy(
        id=head["id"],
        version=head["version"],
        name=_text(head),
        source=_source(head),
        selections=tuple(
            Selection(
                card=row["card"],
                strategy=Strategy(row["strategy"]),
                any_of=tuple(_condition(condition) for condition in row.get("any_of", ())),
                label=_text(row),
            )
            for row in content["selection"]
        ),
        doubts={row["id"]: _text(row) for row in content["doubt"]},
    )


def _text(row: Row) -> Text:
    return Text(row["zh"], row["en"])


def _source(row: Row) -> Source:
    return Source(row["source"], row["status"], _day(row["effective_from"]), _day(row.get("effective_to")))


def _day(value: Any) -> Any:
    """A table has days, a stored version of it their text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _tenths(points: float | Decimal) -> int:
    tenths = Decimal(str(points)) * TENTHS
    if tenths != int(tenths):
        raise UnusableCard(f"{points} points are not a whole number of tenths")
    return int(tenths)


def _fact(row: Row) -> Fact:
    kind = Kind(row["kind"])
    options = (NO, YES) if kind is Kind.FLAG else tuple(row.get("options", ()))
    return Fact(row["id"], kind, _text(row), options, row.get("maximum", 0))


def _item(row: Row, rules: list[Row]) -> Item:
    cap = _tenths(row["cap"]) if "cap" in row else None
    return Item(row["id"], _text(row), cap, tuple(_rule(rule) for rule in rules if rule["item"] == row["id"]))


def _rule(row: Row) -> Rule:
    is_per_unit = row.get("per_unit", False)
    return Rule(
        id=row["id"],
        condition=Condition(row["fact"], at_least=1) if is_per_unit else _condition(row),
        tenths=_tenths(row["points"]),
        clause=row["clause"],
        label=_text(row),
        is_per_unit=is_per_unit,
        group=row.get("group", ""),
    )


def _veto(row: Row) -> Veto:
    conditions = tuple(_condition(condition) for condition in row["any_of"])
    return Veto(row["id"], conditions, row["clause"], _text(row))


def _condition(row: Row) -> Condition:
    return Condition(row["fact"], tuple(row.get("is", ())), row.get("at_least", 0))


def _clause(row: Row) -> Clause:
    causes = (_literal(condition) for condition in row["when"])
    return (*(Literal(one.condition, not one.is_negated) for one in causes), _literal(row["then"]))


def _literal(row: Row) -> Literal:
    if "below" in row:
        return Literal(Condition(row["fact"], at_least=row["below"]), is_negated=True)
    return Literal(_condition(row))


def _matrices(content: Row) -> dict[str, Matrix]:
    return {
        row["id"]: Matrix(
            id=row["id"],
            version=row["version"],
            name=_text(row),
            source=_source(row),
            factors=tuple(_factor(one) for one in row.get("factor", content["scale"].get(row.get("scale"), ()))),
            bands=tuple(_band(one) for one in row["bands"]),
        )
        for row in content["matrix"]
    }


def _factor(row: Row) -> Factor:
    return Factor(row["id"], _text(row), {Decimal(one["value"]): _text(one) for one in row["values"]})


def _band(row: Row) -> Band:
    is_strict = "above" in row
    return Band(Decimal(row["above"] if is_strict else row["at_least"]), Level(row["level"]), is_strict)


def _inference(content: Row) -> Inference:
    return Inference(
        features={name: name for name in content["inference"]["features"]},
        from_features={row["feature"]: _suggestions(row) for row in content["from_feature"]},
        industries={prefix: _suggestions(row) for row in content["industry"] for prefix in row["prefixes"]},
    )


def _suggestions(row: Row) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(fact, value) for fact, value in row["suggests"].items())


def _kind(row: Row) -> OccurrenceKind:
    begins, ends = (tuple(_telling(one) for one in row.get(part, ())) for part in ("begins", "ends"))
    return OccurrenceKind(row["id"], _text(row), begins, ends, tuple(row.get("details", ())))


def _telling(row: Row) -> Telling:
    when = {name: tuple(values) for name, values in row.get("when", {}).items()}
    return Telling(row["event"], row.get("key", ""), row.get("at", ""), row.get("expires", ""), when)


def _dynamic_rule(row: Row, head: Row) -> DynamicRule:
    any_of, all_of, none_of = (
        tuple(_trigger(one) for one in row.get(part, ())) for part in ("any_of", "all_of", "none_of")
    )
    return DynamicRule(
        id=row["id"],
        label=_text(row),
        effects=tuple(Effect(one) for one in row["effects"]),
        restore=Restore(row["restore"]),
        source=Source(row["source"], row["status"], row.get("effective_from", head["effective_from"])),
        clause=row["clause"],
        any_of=any_of,
        all_of=all_of,
        none_of=none_of,
        facts=tuple(_condition(one) for one in row.get("facts", ())),
    )


def _trigger(row: Row) -> Trigger:
    days, months = row.get("within_days", 0), row.get("within_months", 0)
    within = Window(days, months) if days or months else None
    counted = {"where": row.get("where", {}), "is_lasting": row.get("is_lasting", False)}
    return Trigger(row["occurrence"], row.get("at_least", 1), within, **counted)
