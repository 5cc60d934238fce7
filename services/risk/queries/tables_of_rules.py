"""The rule tables for everyone to read, each with its source and standing."""

from typing import Any

from services.risk.domain.cards import Card, Item, Matrix, Source, Veto
from services.risk.domain.facts import Condition, Fact, Text
from services.risk.domain.policy import Rulebook
from services.risk.domain.results import points
from services.risk.rules import dynamic_rules
from shared.errors import NotFound

Document = dict[str, Any]


class CardNotFound(NotFound):
    code = "card_not_found"


def rule_tables(book: Rulebook) -> list[Document]:
    """Return the head of every score card and matrix."""
    return [_head(card, "score_card") for card in book.cards.values()] + [
        _head(matrix, "matrix") for matrix in book.matrices.values()
    ]


def rule_table(book: Rulebook, table_id: str) -> Document:
    """Return one score card or matrix in full; raises ``CardNotFound``."""
    if table_id in book.cards:
        return _whole_card(book, book.cards[table_id])
    if table_id in book.matrices:
        return _whole_matrix(book.matrices[table_id])
    raise CardNotFound("No such rule table; GET /api/v1/risk/cards lists them.", card=table_id)


def dynamic_rule_table() -> list[Document]:
    """Return every dynamic rule with what it does, how it ends and where it comes from."""
    return [
        {
            "id": rule.id,
            **_text(rule.label),
            "effects": list(rule.effects),
            "restore": rule.restore,
            "clause": rule.clause,
            "source": rule.source.document,
            **_standing(rule.source),
        }
        for rule in dynamic_rules().rules
    ]


def _head(table: Card | Matrix, kind: str) -> Document:
    return {
        "id": table.id,
        "version": table.version,
        "kind": kind,
        **_text(table.name),
        "source": table.source.document,
        **_standing(table.source),
    }


def _whole_card(book: Rulebook, card: Card) -> Document:
    return {
        **_head(card, "score_card"),
        "base": points(card.base),
        "needs_assessment": card.needs_assessment,
        "thresholds": [{"at_least": points(lowest), "level": level} for lowest, level in card.thresholds],
        "items": [_item(item, card) for item in card.items],
        "vetoes": [_veto(veto) for veto in card.vetoes],
        "facts": [_question(book.facts[fact]) for fact in book.questions_of[card.id]],
    }


def _veto(veto: Veto) -> Document:
    conditions = [_condition(condition) for condition in veto.any_of]
    return {"id": veto.id, "clause": veto.clause, **_text(veto.label), "any_of": conditions}


def _question(fact: Fact) -> Document:
    return {
        "id": fact.id,
        "kind": fact.kind,
        "options": list(fact.options),
        "maximum": fact.maximum or None,
        **_text(fact.question),
    }


def _item(item: Item, card: Card) -> Document:
    return {
        "id": item.id,
        **_text(item.label),
        "cap": points(item.cap),
        "rules": [
            {
                "id": rule.id,
                "clause": rule.clause,
                **_text(rule.label),
                "points": points(rule.tenths),
                "per_unit": rule.is_per_unit,
                "group": rule.group,
                "condition": _condition(rule.condition),
                "source": card.source.document,
                **_standing(card.source),
            }
            for rule in item.rules
        ],
    }


def _whole_matrix(matrix: Matrix) -> Document:
    return {
        **_head(matrix, "matrix"),
        "items": [],
        "factors": [
            {
                "id": factor.id,
                **_text(factor.label),
                "values": [{"value": float(value), **_text(text)} for value, text in factor.values.items()],
            }
            for factor in matrix.factors
        ],
        "bands": [
            {"bound": float(band.bound), "is_strict": band.is_strict, "level": band.level} for band in matrix.bands
        ],
    }


def _condition(condition: Condition) -> Document:
    return {
        "fact": condition.fact,
        "values": list(condition.values),
        "at_least": None if condition.values else condition.at_least,
    }


def _text(text: Text) -> Document:
    return {"zh": text.zh, "en": text.en}


def _standing(source: Source) -> Document:
    return {
        "status": source.status,
        "effective_from": source.effective_from,
        "effective_to": source.effective_to,
    }
