"""Keep the register's state, declare facts, and grade whoever is touched by either.

The row of ``enterprise`` is the lock: it is taken first, in the order of ids, by whatever changes a grade.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.risk.domain.dynamics import STANDARDISATION
from services.risk.domain.facts import Known, Origin
from services.risk.domain.levels import colour_of
from services.risk.domain.policy import Rulebook
from services.risk.domain.results import GradeResult, points
from services.risk.queries import (
    declared_facts,
    final_result,
    known_facts,
    present_ids,
    rulebook_in_force,
    standings,
)
from services.risk.tables import enterprise, fact_sheet, fact_sheet_version, grade_history
from services.risk.tables import grade as grade_table
from services.risk.use_cases.adjusting import lock_enterprises, observe
from shared.clock import business_date
from shared.contracts.registry import EnterpriseState, EnterpriseSurveyed
from shared.contracts.risk import EnterpriseGraded, EnterpriseStandardised
from shared.database.bulk import insert_rows, upsert_rows
from shared.errors import Conflict, NotYet
from shared.events.outbox import publish, publish_all

ACTIVE = "active"
CEASED = "ceased"  # supervision state of an enterprise that has stopped for good or for long
GRADED_BY = ("headcount", "industry")  # the register's values that grading looks at, beside hazard features


Shift = tuple[str, int | None, int | None]  # division, level before, level after


class FactsChanged(Conflict):
    code = "facts_changed"


def keep_register_state(session: Session, states: Sequence[tuple[EnterpriseState, int]], *, now: datetime) -> None:
    """Take over (state, sequence) pairs of the register, ignore outdated ones, and grade those enterprises."""
    newest = {state.enterprise_id: (state, sequence) for state, sequence in sorted(states, key=lambda one: one[1])}
    enterprise_ids = sorted(newest)
    rows = [_copy_of(*newest[enterprise_id]) for enterprise_id in enterprise_ids]
    upsert_rows(session, enterprise, rows, key=["enterprise_id"], newer="sequence")
    grade_enterprises(session, enterprise_ids, now=now)


def declare_facts(
    session: Session, *, enterprise_id: str, facts: Mapping[str, Known], based_on: int, by: str, now: datetime
) -> int:
    """Replace the declared facts of an enterprise, grade it anew and return the sheet's new version.

    ``based_on`` is the version that the caller saw (0: none yet). Raises ``FactsChanged``, ``UnknownFact``,
    ``UnsuitableValue``, ``ContradictingFacts``.
    """
    book = rulebook_in_force(session, now)
    book.check(facts)
    lock_enterprises(session, [enterprise_id])
    row = standings(session, [enterprise_id])[0]
    current = row.fact_version or 0
    if current != based_on:
        raise FactsChanged("Somebody has changed these facts meanwhile: read them again.", version=current)
    before = declared_facts(book, row)
    signed = {fact: _signed(known, before.get(fact), by=by, now=now) for fact, known in facts.items()}
    write_sheet(session, enterprise_id, signed, version=current + 1, by=by, now=now)
    grade_enterprises(session, [enterprise_id], now=now)
    return current + 1


def write_sheet(
    session: Session, enterprise_id: str, facts: Mapping[str, Known], *, version: int, by: str, now: datetime
) -> None:
    """Write a version of the declared facts of an enterprise whose row is locked."""
    stored, columns = _stored(facts), fact_sheet.c
    row = {
        "enterprise_id": enterprise_id,
        "version": version,
        "facts": stored,
        "changed_at": now,
        "changed_by": by,
    }
    before = session.scalar(select(columns.facts).where(columns.enterprise_id == enterprise_id)) or {}
    upsert_rows(session, fact_sheet, [row], key=["enterprise_id"])
    insert_rows(session, fact_sheet_version, [row])
    told = standardised_event(enterprise_id, stored, at=now)
    if told.level != standardised_event(enterprise_id, before, at=now).level:
        publish(session, told, sequence=version, at=now)


def standardised_event(enterprise_id: str, stored: Mapping[str, Any], *, at: datetime) -> EnterpriseStandardised:
    """Return the event that tells the confirmed standardisation level of ``stored`` facts, or that none is known.

    ``at`` is when the sheet was written: the day of it is told where nobody noted who confirmed the level when.
    """
    known = known_facts(stored).get(STANDARDISATION)
    if known is None or not known.is_confirmed:
        return EnterpriseStandardised(enterprise_id=enterprise_id, level="")
    moment = datetime.fromisoformat(known.seen[-1]) if known.seen else at
    day = business_date(moment).isoformat()
    return EnterpriseStandardised(enterprise_id=enterprise_id, level=str(known.value), confirmed_on=day)


def keep_surveyed(session: Session, surveys: Sequence[EnterpriseSurveyed], *, now: datetime) -> None:
    """Take over the facts that surveys confirmed and grade those enterprises.

    Raises ``NotYet`` for an enterprise that has not arrived, ``UnsuitableValue``, ``ContradictingFacts``.
    """
    present = present_ids(session, {one.enterprise_id for one in surveys})
    surveys = [replace(one, enterprise_id=present[one.enterprise_id]) for one in surveys]
    enterprise_ids = sorted({one.enterprise_id for one in surveys if one.facts})
    if missing := set(enterprise_ids) - lock_enterprises(session, enterprise_ids):
        raise NotYet(f"enterprise:{min(missing)}")
    for one in sorted((one for one in surveys if one.facts), key=lambda one: one.on):
        _keep(session, one, now=now)
    grade_enterprises(session, enterprise_ids, now=now)


def _keep(session: Session, one: EnterpriseSurveyed, *, now: datetime) -> None:
    row = session.execute(select(fact_sheet).where(fact_sheet.c.enterprise_id == one.enterprise_id)).one_or_none()
    stored: dict[str, Any] = dict(row.facts) if row else {}
    book = rulebook_in_force(session, now)
    newer = {
        fact: value for fact, value in one.facts.items() if _is_ours(book, fact) and _is_newer(one, stored.get(fact))
    }
    if not newer:
        return
    seen = (one.by, one.role, one.on)
    facts = known_facts(stored) | {fact: Known(value, Origin.CONFIRMED, (), seen) for fact, value in newer.items()}
    book.check(facts)
    write_sheet(session, one.enterprise_id, facts, version=(row.version if row else 0) + 1, by=one.by, now=now)


def _is_ours(book: Rulebook, fact: str) -> bool:
    return fact in book.facts and fact not in book.inference.features


def _is_newer(one: EnterpriseSurveyed, stored: dict[str, Any] | None) -> bool:
    on = (stored or {}).get("on", "")
    return not on or datetime.fromisoformat(on) <= datetime.fromisoformat(one.on)


def grade_enterprises(session: Session, enterprise_ids: Sequence[str], *, now: datetime) -> list[Shift]:
    """Grade enterprises from what is stored; write and publish only the grades that changed, and return them."""
    book = rulebook_in_force(session, now)
    grades, history, shifts = [], [], []
    for row, by_card in observe(session, book, standings(session, enterprise_ids), now=now):
        result = final_result(row, by_card)
        if has_changed(row, result):
            columns = _grade_row(row, result, now=now)
            grades.append(columns)
            history.append(columns | _inputs(row))
            shifts.append((row.division, row.level, result.level))
    # A first grade cannot meet another one: the enterprise's row is locked. Inserting it costs half of merging it.
    insert_rows(session, grade_table, [columns for columns in grades if columns["sequence"] == 1])
    upsert_rows(session, grade_table, [columns for columns in grades if columns["sequence"] > 1], key=["enterprise_id"])
    insert_rows(session, grade_history, history)
    publish_all(session, [(graded_event(columns), columns["sequence"]) for columns in grades], at=now)
    return shifts


def graded_event(row: Mapping[str, Any]) -> EnterpriseGraded:
    """Return the event that tells the grade in ``row`` (columns of table grade)."""
    return EnterpriseGraded(
        enterprise_id=row["enterprise_id"],
        level=row["level"],
        colour=colour_of(row["level"]),
        score=points(row["score_tenths"]),
        worst_level=row["worst_level"],
        known=row["known"],
        total=row["total"],
        card=row["card"],
        card_version=row["card_version"],
        is_provisional=row["is_provisional"],
        reasons=tuple(row["reasons"]),
        previous_level=row["previous_level"],
        since=row["since"].isoformat(),
    )


def has_changed(row: Row[Any], result: GradeResult) -> bool:
    """Return whether ``result`` is another grade than the stored one."""
    return row.grade_sequence is None or result != GradeResult(
        level=row.level,
        score_tenths=row.score_tenths,
        worst_level=row.worst_level,
        known=row.known,
        total=row.total,
        card=row.card,
        card_version=row.card_version,
        is_provisional=row.is_provisional,
        reasons=tuple(row.reasons),
    )


def _grade_row(row: Row[Any], result: GradeResult, *, now: datetime) -> dict[str, Any]:
    has_new_level = row.grade_sequence is None or row.level != result.level
    return {
        "enterprise_id": row.enterprise_id,
        "sequence": (row.grade_sequence or 0) + 1,
        "level": result.level,
        "score_tenths": result.score_tenths,
        "worst_level": result.worst_level,
        "known": result.known,
        "total": result.total,
        "card": result.card,
        "card_version": result.card_version,
        "is_provisional": result.is_provisional,
        "reasons": result.reasons,
        "previous_level": row.level if has_new_level else row.previous_level,
        "since": now if has_new_level else row.since,
        "graded_at": now,
    }


def _inputs(row: Row[Any]) -> dict[str, Any]:
    """Return what the grade was computed from, so that it can be computed again."""
    return {
        "registry_sequence": row._mapping["sequence"],
        "fact_version": row.fact_version or 0,
        "inputs": {
            "features": row.features,
            "industry": row.industry,
            "headcount": row.headcount,
            "confirmed": row.confirmed or {},
            "declared": row.facts or {},
            "is_assessed": row.is_assessed,
            "adjustments": row.adjustments,
        },
    }


def _copy_of(state: EnterpriseState, sequence: int) -> dict[str, Any]:
    return {
        "enterprise_id": state.enterprise_id,
        "sequence": sequence,
        "division": state.division,
        "grid": state.grid,
        "industry": state.industry,
        "headcount": state.headcount,
        "features": dict(state.features),
        "confirmed": {name: dict(state.confirmed[name]) for name in GRADED_BY if name in state.confirmed} or None,
        "is_active": state.status == ACTIVE,
        "name": state.name,
        "address": state.address,
        "is_stopped": state.supervision == CEASED,
    }


def _stored(facts: Mapping[str, Known]) -> dict[str, dict[str, Any]]:
    return {
        fact: {"value": known.value, "origin": known.origin, "words": list(known.words)}
        | dict(zip(("by", "role", "on"), known.seen, strict=False))
        for fact, known in sorted(facts.items())
    }


def _signed(known: Known, before: Known | None, *, by: str, now: datetime) -> Known:
    """Return a declared fact with who confirmed it: whoever did so before, unless the value is another."""
    if not known.is_confirmed:
        return known
    if before and (before.value, before.origin) == (known.value, known.origin):
        return replace(known, seen=before.seen)
    return replace(known, seen=(by, "", now.isoformat()))
