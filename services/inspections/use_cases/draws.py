"""Draws: a pool is fixed, then drawn from once; what was drawn becomes tasks; officers say whom they keep away from."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.draws import PREPARED, Asked, Drawn, Pool, check_pool, check_present, state_after
from services.inspections.domain.draws import draw as draw_from
from services.inspections.domain.plans import DRAW
from services.inspections.domain.schedules import Period
from services.inspections.queries.draws import pool_of
from services.inspections.queries.enterprises import held_id
from services.inspections.queries.pools import pool_now
from services.inspections.queries.tasks import HIGHEST_TIER
from services.inspections.tables import avoidance, draw, draw_candidate, draw_officer, enterprise
from services.inspections.use_cases.tasks import NewTask, make_task
from shared.clock import business_date
from shared.contracts.inspections import DrawMade
from shared.database.bulk import among, insert_rows
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import NotAllowed, require

SEED_BYTES = 32


def prepare_draw(session: Session, asked: Asked, *, by: str, now: datetime) -> str:
    """Fix the pool with its digest and return the draw's id; raises ``NotAllowed``. There is no seed yet."""
    today = business_date(now)
    check_last_day(asked.last_day, today=today)
    pool = pool_now(session, asked, today=today)
    check_pool(pool)
    draw_id = new_id()
    session.execute(
        insert(draw).values(
            id=draw_id,
            state=PREPARED,
            division=asked.division,
            selection=dict(pool.selection),
            last_day=asked.last_day,
            number=pool.count,
            team=pool.team,
            algorithm=pool.algorithm,
            rules=pool.rules,
            pool_hash=pool.digest,
            pool_size=len(pool.objects),
            excluded=len(pool.excluded),
            seed="",
            prepared_by=by,
            prepared_at=now,
            drawn_by="",
            ended_by="",
            reason="",
        )
    )
    _keep_pool(session, draw_id, pool)
    return draw_id


def make_draw(session: Session, draw_id: str, *, by: str, now: datetime) -> None:
    """Draw once from a fixed pool, with a seed of this moment; what was drawn becomes tasks for two officers each.

    Raises ``StepNotPossible``, and ``NotAllowed`` when somebody in the pool may not be drawn any more: both before
    there is a seed, so that nobody who dislikes a result can have another one.
    """
    row = _held_draw(session, draw_id)
    state, today = state_after(row.state, "draw"), business_date(now)
    check_last_day(row.last_day, today=today)
    pool = pool_of(session, row)
    columns = enterprise.c
    rows = select(columns.enterprise_id).where(among(session, columns.enterprise_id, list(pool.objects)))
    session.execute(rows.order_by(columns.enterprise_id).with_for_update()).all()
    check_present(pool, pool_now(session, _asked(row), today=today))
    seed = secrets.token_hex(SEED_BYTES)
    drawn = draw_from(pool, seed=seed)
    _keep_result(session, row, drawn, now=now)
    session.execute(update(draw).where(draw.c.id == draw_id).values(state=state, seed=seed, drawn_by=by, drawn_at=now))
    made = DrawMade(
        draw_id=draw_id,
        division=row.division,
        pool_hash=row.pool_hash,
        pool_size=row.pool_size,
        drawn=len(drawn),
    )
    publish(session, made, sequence=1, at=now)


def cancel_draw(session: Session, draw_id: str, *, reason: str, by: str, now: datetime) -> None:
    """Give up a pool that was not drawn from; raises ``StepNotPossible``, ``NotAllowed`` without a reason."""
    require(bool(reason.strip()), NotAllowed("reason_missing", "Say why.", field="reason"))
    state = state_after(_held_draw(session, draw_id).state, "cancel")
    ended = {"state": state, "ended_by": by, "ended_at": now, "reason": reason.strip()}
    session.execute(update(draw).where(draw.c.id == draw_id).values(**ended))


def publish_draw(session: Session, draw_id: str, *, by: str, now: datetime) -> None:
    """Let everybody see what was drawn, and draw it again; raises ``StepNotPossible``."""
    state = state_after(_held_draw(session, draw_id).state, "publish")
    session.execute(update(draw).where(draw.c.id == draw_id).values(state=state, ended_by=by, ended_at=now))


def declare_avoidance(session: Session, enterprise_id: str, *, relation: str, by: str, now: datetime) -> str:
    """Keep that an officer has a tie to an enterprise and is not drawn for it (回避); said again it is the same one."""
    present = held_id(session, enterprise_id)
    columns = avoidance.c
    same = (columns.account_id == by, columns.enterprise_id == present, columns.ended_at.is_(None))
    if found := session.scalar(select(columns.id).where(*same).limit(1)):
        session.execute(update(avoidance).where(columns.id == found).values(relation=relation))
        return found
    row = {"id": new_id(), "account_id": by, "enterprise_id": present, "relation": relation, "declared_at": now}
    session.execute(insert(avoidance).values(**row))
    return str(row["id"])


def end_avoidance(session: Session, avoidance_id: str, *, now: datetime) -> None:
    """Note that a tie is no more; draws that were made keep what they knew."""
    session.execute(update(avoidance).where(avoidance.c.id == avoidance_id).values(ended_at=now))


def check_last_day(last_day: date, *, today: date) -> None:
    """Raise ``NotAllowed`` when the checks would have to be done in the past, or in another year than they count in."""
    sentence = "The checks take place from today to the end of this year: choose a day in between."
    is_sound = today <= last_day and last_day.year == today.year
    require(is_sound, NotAllowed("day_out_of_range", sentence, field="last_day"))


def _asked(row: Row[Any]) -> Asked:
    chosen = row.selection
    return Asked(row.division, tuple(chosen["levels"]), tuple(chosen["industries"]), row.number, row.last_day)


def _held_draw(session: Session, draw_id: str) -> Row[Any]:
    return session.execute(select(draw).where(draw.c.id == draw_id).with_for_update()).one()


def _keep_pool(session: Session, draw_id: str, pool: Pool) -> None:
    kept: dict[str, Any] = {"draw_id": draw_id, "place": None, "officers": [], "task_id": None}
    drawable = [
        {**kept, "enterprise_id": one, "level": it.level, "credit": it.credit, "weight": it.weight, "reason": ""}
        for one, it in pool.objects.items()
    ]
    left_out = [
        {**kept, "enterprise_id": one, "level": None, "credit": "", "weight": 0, "reason": reason}
        for one, reason in pool.excluded.items()
    ]
    insert_rows(session, draw_candidate, drawable + left_out)
    able = [
        {"draw_id": draw_id, "account_id": one, "reason": "", "avoids": list(avoids)}
        for one, avoids in pool.officers.items()
    ]
    others = [
        {"draw_id": draw_id, "account_id": one, "reason": reason, "avoids": []}
        for one, reason in pool.excluded_officers.items()
    ]
    insert_rows(session, draw_officer, able + others)


def _keep_result(session: Session, row: Row[Any], drawn: Sequence[Drawn], *, now: datetime) -> None:
    """Make a task for each enterprise: the officer who was drawn first owns it, the other goes along."""
    period, columns = Period(business_date(now), row.last_day), draw_candidate.c
    for place, one in enumerate(drawn, start=1):
        wanted = NewTask(
            one.enterprise_id,
            HIGHEST_TIER,
            DRAW,
            period,
            owner=one.officers[0],
            cause=DRAW,
            key=f"{DRAW} {row.id}",
            officers=one.officers,
        )
        result = {"place": place, "officers": list(one.officers), "task_id": make_task(session, wanted, now=now)}
        mine = (columns.draw_id == row.id, columns.enterprise_id == one.enterprise_id)
        session.execute(update(draw_candidate).where(*mine).values(**result))
