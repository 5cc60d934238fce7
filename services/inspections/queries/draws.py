"""Draws: who could be drawn at this moment, the stored pools, the record that anybody can draw again from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select
from sqlalchemy.orm import Session

from services.inspections.domain.draws import DRAWN, PUBLISHED, Asked, Drawn, Pool, Weighed, is_replayed
from services.inspections.queries.enterprises import in_area
from services.inspections.queries.pools import pool_now
from services.inspections.rules import draw_rules
from services.inspections.tables import avoidance, draw, draw_candidate, draw_officer, enterprise
from shared.errors import NotFound
from shared.machines import NotAllowed, require
from shared.security.principal import Principal
from shared.security.scope import in_scope

Document = dict[str, Any]
MOST_SHOWN = 200


class DrawNotFound(NotFound):
    code = "draw_not_found"


class AvoidanceNotFound(NotFound):
    code = "avoidance_not_found"


def draws(principal: Principal, *, state: str | None = None) -> Select[Any]:
    """Return the statement that reads the draws of the principal's area."""
    nothing = literal("-")  # a draw is of an area: of no grid, enterprise or intermediary
    mine = in_scope(principal, division=draw.c.division, grid=nothing, enterprise_id=nothing)
    wanted = select(draw).where(mine)
    return wanted.where(draw.c.state == state) if state else wanted


def visible_draw(session: Session, principal: Principal, draw_id: str) -> Row[Any]:
    """Return one draw; raises ``DrawNotFound`` outside the area."""
    return _found(session.execute(draws(principal).where(draw.c.id == draw_id)).one_or_none())


def published_draws() -> Select[Any]:
    """Return the statement that reads what everybody may see."""
    return select(draw).where(draw.c.state == PUBLISHED)


def published_draw(session: Session, draw_id: str) -> Row[Any]:
    """Return one draw that was published; raises ``DrawNotFound``."""
    return _found(session.execute(published_draws().where(draw.c.id == draw_id)).one_or_none())


def _found(row: Row[Any] | None) -> Row[Any]:
    if row is None:
        raise DrawNotFound("There is no such draw in your area.")
    return row


def candidates(draw_id: str, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads who was in a pool; ``is_drawn`` and columns filter, None by nothing."""
    columns = draw_candidate.c
    conditions = [_same(name, value) for name, value in wanted.items() if value is not None]
    joined = draw_candidate.outerjoin(enterprise, enterprise.c.enterprise_id == columns.enterprise_id)
    shown = select(draw_candidate, enterprise.c.name, enterprise.c.division).select_from(joined)
    return shown.where(columns.draw_id == draw_id, *conditions)


def _same(name: str, value: Any) -> ColumnElement[bool]:
    if name == "is_drawn":
        return draw_candidate.c.place.is_not(None) if value else draw_candidate.c.place.is_(None)
    return draw_candidate.c[name] == value


def counts_of(session: Session, draw_id: str) -> Document:
    """Return how many were in a pool by level, how many of them were drawn, and how many were left out by reason."""
    columns = draw_candidate.c
    counted = select(columns.level, columns.reason, func.count(), func.count(columns.place))
    rows = session.execute(counted.where(columns.draw_id == draw_id).group_by(columns.level, columns.reason)).all()
    levels = [{"level": level, "count": number, "drawn": drawn} for level, reason, number, drawn in rows if not reason]
    reasons: dict[str, int] = {}
    for _, reason, number, _ in rows:
        if reason:
            reasons[reason] = reasons.get(reason, 0) + number
    return {"by_level": sorted(levels, key=lambda one: one["level"]), "by_reason": by_reason(reasons)}


def by_reason(reasons: Mapping[str, int]) -> list[Document]:
    """Return reasons with their counts, the commonest first."""
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return [{"reason": reason, "count": number} for reason, number in ordered]


def officers_of(session: Session, draw_id: str) -> Sequence[Row[Any]]:
    """Return who was in the pool of officers, or was left out."""
    columns = draw_officer.c
    return session.execute(select(draw_officer).where(columns.draw_id == draw_id).order_by(columns.account_id)).all()


def pool_of(session: Session, row: Row[Any]) -> Pool:
    """Return the stored pool of a draw."""
    columns = draw_candidate.c
    found = session.execute(select(draw_candidate).where(columns.draw_id == row.id).order_by(columns.enterprise_id))
    people, rows = officers_of(session, row.id), found.all()
    return Pool(
        rules=row.rules,
        algorithm=row.algorithm,
        team=row.team,
        count=row.number,
        objects={one.enterprise_id: Weighed(one.level, one.credit, one.weight) for one in rows if not one.reason},
        excluded={one.enterprise_id: one.reason for one in rows if one.reason},
        officers={one.account_id: list(one.avoids) for one in people if not one.reason},
        excluded_officers={one.account_id: one.reason for one in people if one.reason},
        selection=row.selection,
    )


def drawn_of(session: Session, draw_id: str) -> list[Drawn]:
    """Return what was drawn, in the order of the draw."""
    rows = session.execute(candidates(draw_id, wanted={"is_drawn": True}).order_by(draw_candidate.c.place)).all()
    return [Drawn(row.enterprise_id, tuple(row.officers)) for row in rows]


def record_of(session: Session, row: Row[Any]) -> Document:
    """Return all that somebody needs who wants to draw again: pool, digest, seed and result."""
    drawn = [{"enterprise_id": one.enterprise_id, "officers": list(one.officers)} for one in drawn_of(session, row.id)]
    return {
        "id": row.id,
        "state": row.state,
        "pool": pool_of(session, row).content,
        "pool_hash": row.pool_hash,
        "prepared_at": row.prepared_at,
        "seed": row.seed,
        "drawn_at": row.drawn_at,
        "drawn": drawn,
    }


def replay(session: Session, row: Row[Any]) -> Document:
    """Draw again from the stored record and return whether the result is the same; raises ``NotAllowed``."""
    require(row.state in (DRAWN, PUBLISHED), NotAllowed("not_drawn", "Nothing has been drawn yet.", state=row.state))
    pool, drawn = pool_of(session, row), drawn_of(session, row.id)
    is_equal = is_replayed(pool, digest=row.pool_hash, seed=row.seed, drawn=drawn)
    return {"is_equal": is_equal, "pool_hash": row.pool_hash, "recomputed_hash": pool.digest, "seed": row.seed}


def draw_table() -> Document:
    """Return the weights and limits of this release, and why an officer keeps away."""
    rules = draw_rules()
    return {**vars(rules), "relations": list(rules.relations.values())}


def check_area(principal: Principal, division: str) -> None:
    """Raise ``NotAllowed`` unless the division lies in one of the principal's."""
    is_own = any(division.startswith(prefix) for prefix in principal.divisions if prefix)
    require(is_own, NotAllowed("outside_area", "Draw in your own area: choose a part of it.", field="division"))


def preview(session: Session, asked: Asked, *, today: date) -> Document:
    """Return how many could be drawn today, and the first of those who could not."""
    pool = pool_now(session, asked, today=today)
    levels, reasons = Counter(one.level for one in pool.objects.values()), Counter(pool.excluded.values())
    officers = [(one, "", len(avoids)) for one, avoids in pool.officers.items()]
    officers += [(one, reason, 0) for one, reason in pool.excluded_officers.items()]
    return {
        "pool_size": len(pool.objects),
        "excluded": len(pool.excluded),
        "by_level": [{"level": level, "count": levels[level], "drawn": 0} for level in sorted(levels)],
        "by_reason": by_reason(reasons),
        "officers": [{"account_id": one, "reason": reason, "avoids": number} for one, reason, number in officers],
        "left_out": _left_out(session, pool),
    }


def _left_out(session: Session, pool: Pool) -> list[Document]:
    first = sorted(pool.excluded, key=lambda one: (pool.excluded[one], one))[:MOST_SHOWN]
    columns = enterprise.c
    rows = session.execute(select(columns.enterprise_id, columns.name).where(columns.enterprise_id.in_(first))).all()
    found = [{"enterprise_id": one, "name": name, "reason": pool.excluded[one]} for one, name in rows]
    return sorted(found, key=lambda one: (one["reason"], one["name"]))


def draw_view(session: Session, row: Row[Any]) -> Document:
    """Return a draw with its figures and its officers."""
    officers = [
        {"account_id": one.account_id, "reason": one.reason, "avoids": len(one.avoids)}
        for one in officers_of(session, row.id)
    ]
    return {**row._asdict(), **counts_of(session, row.id), "officers": officers}


def public_view(session: Session, row: Row[Any]) -> Document:
    """Return what everybody may see of a draw: the enterprises by name, nobody's account."""
    drawn = candidates(row.id, wanted={"is_drawn": True}).order_by(draw_candidate.c.place)
    return {**row._asdict(), **counts_of(session, row.id), "drawn": session.execute(drawn).all()}


def avoidances(principal: Principal, *, account_id: str | None = None) -> Select[Any]:
    """Return the statement that reads running declarations about enterprises of the area."""
    joined = avoidance.join(enterprise, enterprise.c.enterprise_id == avoidance.c.enterprise_id)
    mine = [in_area(principal), avoidance.c.ended_at.is_(None)]
    mine += [avoidance.c.account_id == account_id] if account_id else []
    return select(avoidance, enterprise.c.name).select_from(joined).where(*mine)


def own_avoidance(session: Session, principal: Principal, avoidance_id: str) -> Row[Any]:
    """Return one's own running declaration; raises ``AvoidanceNotFound``."""
    wanted = avoidances(principal, account_id=principal.subject).where(avoidance.c.id == avoidance_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise AvoidanceNotFound("There is no such declaration of yours.")
    return row
