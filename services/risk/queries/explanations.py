"""Why a grade is as it is: plain documents made from a stored standing (a row of ``standings``)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from services.risk.domain.cards import Hit, ItemTally, Veto
from services.risk.domain.facts import Known, Origin, Sheet, Value
from services.risk.domain.grading import Grade, Standing, grade
from services.risk.domain.levels import Level, colour_of
from services.risk.domain.policy import Rulebook
from services.risk.domain.questions import next_questions
from services.risk.domain.results import points
from services.risk.queries.standings import declared_facts, standing_of, suggested_facts
from services.risk.rules import dynamic_rules

Document = dict[str, Any]
STANDINGS_REMEMBERED = 4_096


def grade_view(book: Rulebook, row: Row[Any]) -> Document:
    """Return the present grade with its reasons and the questions that would settle it."""
    questions: list[Document] = []
    if row.is_active:
        standing = standing_of(book, row)
        sheet = standing.sheet
        known = frozenset((fact, one.value, one.origin) for fact, one in sheet.items())
        asked = _asked(book, known, standing.is_assessed, risk_points=standing.risk_points)
        questions = [_question(book, fact, sheet.get(fact)) for fact in asked]
    return {**_grade_of(book, row), "next_questions": questions}


def grade_version_view(book: Rulebook, row: Row[Any]) -> Document:
    """Return one grade of the past and what it was computed from (a row of ``grade_versions``)."""
    return {
        **_grade_of(book, row),
        "sequence": row.sequence,
        "graded_at": row.graded_at,
        "registry_sequence": row.registry_sequence,
        "fact_version": row.fact_version,
        "inputs": row.inputs,
    }


def explanation_of(book: Rulebook, row: Row[Any]) -> Document:
    """Return how the present grade comes about: card, items, rules, facts, points, words, and what is unknown."""
    head = {
        **_grade_of(book, row),
        "policy": _policy(book),
        "strategy": "",
        "items": [],
        "vetoes": [],
        "unknown_facts": [],
    }
    if not row.is_active:
        return head
    standing = standing_of(book, row)
    graded = grade(book, standing)
    return {
        **head,
        "strategy": graded.outlook.selection.strategy,
        "source": _source(graded),
        "items": [_item(item, standing.sheet) for item in graded.counted.items],
        "vetoes": [_veto(veto, standing) for veto in graded.counted.vetoes],
        "unknown_facts": [_question(book, fact, None) for fact in graded.open_facts],
    }


def fact_sheet_of(book: Rulebook, row: Row[Any]) -> Document:
    """Return the declared facts of an enterprise and, beneath them, what the register suggests."""
    return {
        "enterprise_id": row.enterprise_id,
        "version": row.fact_version or 0,
        "facts": _facts(declared_facts(book, row)),
        "register": _facts(suggested_facts(book, row)),
    }


@lru_cache(maxsize=STANDINGS_REMEMBERED)
def _asked(
    book: Rulebook, known: frozenset[tuple[str, Value, Origin]], is_assessed: bool, *, risk_points: Level | None
) -> tuple[str, ...]:
    """Most enterprises share what is known of them; finding the fewest questions takes some thinking."""
    standing = Standing({fact: Known(value, origin) for fact, value, origin in known}, is_assessed, risk_points)
    return next_questions(book, standing, graded=grade(book, standing))


def _grade_of(book: Rulebook, row: Row[Any]) -> Document:
    return {
        "enterprise_id": row.enterprise_id,
        "level": row.level,
        "colour": colour_of(row.level),
        "score": points(row.score_tenths),
        "worst_level": row.worst_level,
        "known": row.known,
        "total": row.total,
        "provisional": row.is_provisional,
        "card": row.card,
        "card_version": row.card_version,
        "reasons": [_reason(book, reason, card_id=row.card) for reason in row.reasons],
        "previous_level": row.previous_level,
        "since": row.since,
    }


def _reason(book: Rulebook, reason: str, *, card_id: str) -> Document:
    card = book.cards.get(card_id)
    labels = {**book.policy.doubts, **dynamic_rules().labels}
    if card:
        labels |= {veto.id: veto.label for veto in card.vetoes} | {rule.id: rule.label for rule in card.rules}
    label = labels.get(reason)
    return {"id": reason, "zh": label.zh if label else reason, "en": label.en if label else reason}


def _question(book: Rulebook, fact: str, known: Known | None) -> Document:
    asked = book.facts[fact]
    return {
        "fact": fact,
        "zh": asked.question.zh,
        "en": asked.question.en,
        "kind": asked.kind,
        "options": list(asked.options),
        "maximum": asked.maximum or None,
        "inferred": known.value if known else None,
        "words": list(known.words) if known else [],
    }


def _item(item: ItemTally, sheet: Sheet) -> Document:
    return {
        "item": item.item.id,
        "zh": item.item.label.zh,
        "en": item.item.label.en,
        "cap": points(item.item.cap),
        "deducted": points(item.deducted),
        "added": points(item.added),
        "rules": [_hit(hit, sheet) for hit in item.hits],
    }


def _hit(hit: Hit, sheet: Sheet) -> Document:
    """A rule that counted. Without ``origin`` the fact is unknown and these are the points that it costs at least."""
    known = sheet.get(hit.rule.fact)
    return {
        "rule": hit.rule.id,
        "clause": hit.rule.clause,
        "zh": hit.rule.label.zh,
        "en": hit.rule.label.en,
        "points": points(hit.tenths),
        "fact": hit.rule.fact,
        "value": known.value if known else None,
        "origin": known.origin if known else None,
        "confirmed": dict(zip(("by", "role", "on"), known.seen, strict=True)) if known and known.seen else None,
        "words": list(known.words) if known else [],
    }


def _veto(veto: Veto, standing: Standing) -> Document:
    facts = [one.fact for one in veto.any_of if one.fact in standing.sheet]
    return {"id": veto.id, "clause": veto.clause, "zh": veto.label.zh, "en": veto.label.en, "facts": facts}


def _facts(sheet: Mapping[str, Known]) -> Document:
    return {
        fact: {"value": known.value, "origin": known.origin, "words": list(known.words)}
        for fact, known in sorted(sheet.items())
    }


def _policy(book: Rulebook) -> Document:
    policy = book.policy
    return {"id": policy.id, "version": policy.version, "zh": policy.name.zh, "en": policy.name.en}


def _source(graded: Grade) -> Document:
    source = graded.counted.card.source
    return {
        "document": source.document,
        "status": source.status,
        "effective_from": source.effective_from,
        "effective_to": source.effective_to,
    }
