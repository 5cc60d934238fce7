"""What dynamic rules, manual overrides and risk points do to an enterprise, computed anew whenever one of them changes.

Nothing is remembered but what happened; the result is kept beside the enterprise, so that grading everybody stays fast.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.orm import Session

from services.risk.domain.dynamics import Adjustments, Application
from services.risk.domain.levels import Level
from services.risk.domain.occurrences import Occurrence
from services.risk.domain.policy import Rulebook
from services.risk.domain.results import GradeResult
from services.risk.queries import CardResult, card_result, occurrences_of, standings
from services.risk.rules import dynamic_rules
from services.risk.tables import applied_rule, enterprise, occurrence, override
from shared.contracts.risk import DynamicRuleApplied, DynamicRuleLifted
from shared.database.bulk import insert_rows, upsert_rows
from shared.events.outbox import publish_all
from shared.ids import new_id
from shared.work.timers import cancel, schedule

TIMER = "adjustments"
APPROVED = "approved"
SEEN_BY_GRADING = frozenset({"veto", "red_score", "improvement", "long_stop"})


def lock_enterprises(session: Session, enterprise_ids: Iterable[str]) -> set[str]:
    """Lock the rows of these enterprises in the order of ids and return those that exist."""
    columns = enterprise.c
    wanted = select(columns.enterprise_id).where(columns.enterprise_id.in_(sorted(enterprise_ids)))
    return set(session.scalars(wanted.order_by(columns.enterprise_id).with_for_update()))


def merge_occurrences(session: Session, told: Sequence[tuple[str, Occurrence]]) -> None:
    """Merge (enterprise id, occurrence) pairs into what is known; the enterprises' rows are locked."""
    known = occurrences_of(session, {enterprise_id for enterprise_id, _ in told})
    merged = {(id_, one.kind, one.key): one for id_, held in known.items() for one in held}
    changed = {}
    for enterprise_id, one in told:
        key = (enterprise_id, one.kind, one.key)
        changed[key] = merged[key] = merged[key].merged(one) if key in merged else one
    rows = [_occurrence_row(enterprise_id, one) for (enterprise_id, _, _), one in changed.items()]
    upsert_rows(session, occurrence, rows, key=["enterprise_id", "kind", "key"])


def adjust(session: Session, enterprise_ids: Collection[str], *, now: datetime) -> None:
    """Compute what counts for these enterprises at ``now``, keep it, tell it and set the next timer."""
    rules = dynamic_rules()
    happened = occurrences_of(session, enterprise_ids)
    overrides = _overrides(session, enterprise_ids, now)
    current = _applied(session, enterprise_ids)
    kept, told = [], []
    for row in _adjusted_rows(session, enterprise_ids):
        held = happened.get(row.enterprise_id, [])
        chosen = overrides.get(row.enterprise_id)
        by = rules.adjustments(
            held,
            now,
            override=Level(chosen.level) if chosen else None,
            risk_points=Adjustments.of(row.adjustments).risk_points,
        )
        if by.document() != row.adjustments:
            kept.append({"id_": row.enterprise_id, "document": by.document()})
        told += _settle(session, row.enterprise_id, rules.applications(held, now), current=current, now=now)
        coming = [rules.next_change(held, now), chosen.expires_at if chosen else None]
        _wake(session, row.enterprise_id, [moment for moment in coming if moment])
    _keep(session, kept)
    publish_all(session, told, at=now)


def set_risk_points(session: Session, enterprise_id: str, *, level: Level | None) -> None:
    """Keep the worst level of an enterprise's risk-point ledger; ``adjust`` and grade it afterwards."""
    before = session.scalar(select(enterprise.c.adjustments).where(enterprise.c.enterprise_id == enterprise_id))
    document = {name: value for name, value in (before or {}).items() if name != "risk_points"}
    document |= {"risk_points": int(level)} if level else {}
    _keep(session, [{"id_": enterprise_id, "document": document or None}])


def observe(
    session: Session, book: Rulebook, rows: Sequence[Row[Any]], *, now: datetime
) -> list[tuple[Row[Any], CardResult]]:
    """Note what grading sees by itself: vetoes, a red score, a long stop, DY-12. Return rows and results by card.

    A red that ends because the rules have changed, or that was entered by mistake and taken back within a day,
    is forgotten: only an improvement of the enterprise itself is held to one level per period (DY-14).
    """
    graded = [(row, card_result(book, row)) for row in rows]
    changed = []
    for row, by_card in graded:
        seen, before = _seen(book, row, by_card), set(Adjustments.of(row.adjustments).observed)
        if seen != before:
            _note(session, row, by_card[0], begun=seen - before, over=before - seen, now=now)
            changed.append(row.enterprise_id)
    if not changed:
        return graded
    adjust(session, changed, now=now)
    fresh = {row.enterprise_id: (row, card_result(book, row)) for row in standings(session, changed)}
    return [fresh.get(row.enterprise_id, (row, by_card)) for row, by_card in graded]


def _seen(book: Rulebook, row: Row[Any], by_card: CardResult) -> set[str]:
    result, improved = by_card
    if not row.is_active:
        return set(Adjustments.of(row.adjustments).observed)
    card = book.cards[result.card]
    is_vetoed = result.level == Level.RED and bool(card.veto_ids & set(result.reasons))
    is_red_by_score = result.is_settled_red and card.level_of(result.score_tenths or 0) is Level.RED
    found = {
        "veto": is_vetoed,
        "red_score": is_red_by_score and not is_vetoed,
        "improvement": improved is not None,
        "long_stop": row.is_stopped,
    }
    return {kind for kind, is_so in found.items() if is_so}


def _note(
    session: Session, row: Row[Any], result: GradeResult, *, begun: set[str], over: set[str], now: datetime
) -> None:
    columns = occurrence.c
    told = [Occurrence(kind, "", began_at=now) for kind in sorted(begun)]
    for kind in sorted(over):
        key = (columns.enterprise_id == row.enterprise_id, columns.kind == kind)
        began = session.execute(select(columns.began_at).where(*key)).scalar_one()
        is_other_rule = row.card == result.card and row.card_version != result.card_version
        if is_other_rule or now - began <= dynamic_rules().correction:
            session.execute(delete(occurrence).where(*key))
        else:
            told.append(Occurrence(kind, "", ended_at=now))
    merge_occurrences(session, [(row.enterprise_id, one) for one in told])


def _settle(
    session: Session,
    enterprise_id: str,
    applications: Sequence[Application],
    *,
    current: Mapping[tuple[str, str], Row[Any]],
    now: datetime,
) -> list[tuple[Any, int]]:
    """Bring the stored applications of an enterprise to ``applications``; return the events that tell of it."""
    told: list[tuple[Any, int]] = []
    held = {rule: row for (id_, rule), row in current.items() if id_ == enterprise_id}
    for one in applications:
        row = held.pop(one.rule, None)
        columns = _application_columns(one)
        if row is None:
            fresh = {"id": new_id(), "enterprise_id": enterprise_id, "applied_at": now, "lifted_at": None, **columns}
            insert_rows(session, applied_rule, [fresh])
            told.append((_applied_event(fresh), 1))
        elif any(getattr(row, name) != value for name, value in columns.items()):
            session.execute(update(applied_rule).where(applied_rule.c.id == row.id).values(**columns))
    for row in held.values():
        session.execute(update(applied_rule).where(applied_rule.c.id == row.id).values(lifted_at=now))
        lifted = DynamicRuleLifted(application_id=row.id, enterprise_id=enterprise_id, rule=row.rule)
        told.append((lifted, 2))
    return told


def _application_columns(one: Application) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "phase": one.phase.value,
        "effects": [effect.value for effect in one.effects],
        "causes": list(one.causes),
        "best": one.best,
        "since": one.since,
        "until": one.until,
    }


def _applied_event(row: Mapping[str, Any]) -> DynamicRuleApplied:
    return DynamicRuleApplied(
        application_id=row["id"],
        enterprise_id=row["enterprise_id"],
        rule=row["rule"],
        effects=tuple(row["effects"]),
        causes=tuple(row["causes"]),
        since=row["since"].isoformat(),
        until=row["until"].isoformat() if row["until"] else "",
    )


def _wake(session: Session, enterprise_id: str, moments: Sequence[datetime]) -> None:
    if moments:
        schedule(session, TIMER, enterprise_id, due_at=min(moments))
    else:
        cancel(session, TIMER, enterprise_id)


def _keep(session: Session, kept: Sequence[Mapping[str, Any]]) -> None:
    if kept:
        statement = update(enterprise).where(enterprise.c.enterprise_id == bindparam("id_"))
        session.connection().execute(statement.values(adjustments=bindparam("document")), list(kept))


def _overrides(session: Session, enterprise_ids: Collection[str], now: datetime) -> dict[str, Row[Any]]:
    """Return the override in force of each enterprise: the one that was approved last."""
    columns = override.c
    wanted = select(override).where(columns.enterprise_id.in_(enterprise_ids), columns.state == APPROVED)
    rows = session.execute(wanted.where(columns.expires_at > now).order_by(columns.decided_at, columns.id))
    return {row.enterprise_id: row for row in rows}


def _applied(session: Session, enterprise_ids: Collection[str]) -> dict[tuple[str, str], Row[Any]]:
    columns = applied_rule.c
    wanted = select(applied_rule).where(columns.enterprise_id.in_(enterprise_ids), columns.lifted_at.is_(None))
    return {(row.enterprise_id, row.rule): row for row in session.execute(wanted)}


def _adjusted_rows(session: Session, enterprise_ids: Collection[str]) -> Sequence[Any]:
    columns = enterprise.c
    wanted = select(columns.enterprise_id, columns.adjustments).where(columns.enterprise_id.in_(enterprise_ids))
    return session.execute(wanted.order_by(columns.enterprise_id)).all()


def _occurrence_row(enterprise_id: str, one: Occurrence) -> dict[str, Any]:
    return {
        "enterprise_id": enterprise_id,
        "kind": one.kind,
        "key": one.key,
        "began_at": one.began_at,
        "ended_at": one.ended_at,
        "expires_at": one.expires_at,
        "details": dict(one.details),
        "sequence": one.sequence,
    }
