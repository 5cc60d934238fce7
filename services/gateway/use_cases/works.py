"""Keeps the works under a permit, and the marks of daily commitments, as permits tells of them.

Order on the wire is not promised: a word about a permit that is older than the one held changes nothing, and one about
a commitment only adds. A work whose enterprise is not known yet waits unseen for it. There is one writer at a time, as
for the enterprises.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from services.gateway.domain.works import SHOWN, state_after
from services.gateway.queries.works import known_works, places_of
from services.gateway.tables import commitment_mark, live_work, merged_enterprise
from services.gateway.use_cases.streaming import Told, take_turn, tell, tell_areas
from shared.clock import business_date
from shared.contracts.permits import CommitmentDisputed, CommitmentMade, CommitmentMissed, PermitFact
from shared.contracts.registry import EnterprisesMerged
from shared.database.bulk import among, upsert_rows
from shared.events.received import Received

KEPT = timedelta(days=7)  # what is over is remembered so long, so that an older word does not bring it back
TOLD_ONE_BY_ONE = 50  # more changes in one batch are told per subdistrict only
SAME = ("kind", "level", "number", "longitude", "latitude", "accuracy_m")
FOLLOWING = ((merged_enterprise, "kept_id"), (live_work, "enterprise_id"), (commitment_mark, "enterprise_id"))
Commitment = CommitmentMade | CommitmentMissed | CommitmentDisputed
Facts = dict[str, Any]


def apply_permits(session: Session, batch: Sequence[Received[PermitFact]], *, now: datetime) -> None:
    """Take over what happened to permits; older words than the ones held change nothing."""
    take_turn(session)
    last = {one.subject: one for one in sorted(batch, key=lambda one: one.sequence)}
    held = _held(session, list(last))
    kept = kept_by(session, {one.data.enterprise_id for one in last.values()})
    rows = [_work(one, kept, now) for one in last.values() if _is_news(one, held.get(one.subject), now)]
    upsert_rows(session, live_work, rows, key=("permit_id",))
    session.execute(delete(live_work).where(~live_work.c.is_shown, live_work.c.updated_at < now - KEPT))
    was_shown = {permit_id for permit_id, row in held.items() if row.is_shown}
    _tell_of_works(session, [row["permit_id"] for row in rows if row["is_shown"] or row["permit_id"] in was_shown], now)


def apply_commitments(session: Session, batch: Sequence[Received[Commitment]], *, now: datetime) -> None:
    """Take over the marks of commitments: who has signed, late or not, who has missed the hour, what is disputed."""
    take_turn(session)
    kept = kept_by(session, {one.data.enterprise_id for one in batch})
    rows = _marked(session, [one.subject for one in batch])
    for one in batch:
        row = rows.setdefault(one.subject, _unmarked(one.data, kept))
        rows[one.subject] = row | {name: max(row[name], value) for name, value in _marks_of(one).items()}
    upsert_rows(session, commitment_mark, list(rows.values()), key=("commitment_id",))
    session.execute(delete(commitment_mark).where(commitment_mark.c.day < business_date(now) - KEPT))
    _tell_of_commitments(session, {row["enterprise_id"] for row in rows.values()}, now)


def follow_merge(session: Session, merge: EnterprisesMerged, *, now: datetime) -> None:
    """Let the works and commitments of merged entries be those of the one that stays, now and later."""
    take_turn(session)
    known = [{"merged_id": merged_id, "kept_id": merge.enterprise_id} for merged_id in sorted(set(merge.merged_ids))]
    upsert_rows(session, merged_enterprise, known, key=("merged_id",))
    for table, column in FOLLOWING:
        moved = update(table).where(among(session, table.c[column], list(merge.merged_ids)))
        session.execute(moved.values({column: merge.enterprise_id}))
    _tell_of_commitments(session, {merge.enterprise_id}, now)


def _held(session: Session, permit_ids: Collection[str]) -> Mapping[str, Row[Any]]:
    columns = (live_work.c.permit_id, live_work.c.sequence, live_work.c.is_shown)
    rows: Any = session.execute(select(*columns).where(among(session, live_work.c.permit_id, permit_ids)))
    return {row.permit_id: row for row in rows}


def kept_by(session: Session, enterprise_ids: Collection[str]) -> Mapping[str, str]:
    """Return, of those of these enterprises that were merged, the entry that stays."""
    columns = merged_enterprise.c
    wanted = select(columns.merged_id, columns.kept_id).where(among(session, columns.merged_id, enterprise_ids))
    return {row.merged_id: row.kept_id for row in session.execute(wanted)}


def _is_news(received: Received[PermitFact], held: Row[Any] | None, now: datetime) -> bool:
    """Return whether a word counts: newer than the one held; with a work that is long over nothing new begins."""
    if held is not None:
        return bool(received.sequence > held.sequence)
    return _moment(received.data.ends_at, now) > now - KEPT


def _work(received: Received[PermitFact], kept: Mapping[str, str], now: datetime) -> Facts:
    told, state = received.data, state_after(received.type)
    return {
        "permit_id": told.permit_id,
        "enterprise_id": kept.get(told.enterprise_id, told.enterprise_id),
        "sequence": received.sequence,
        "state": state,
        "is_shown": state in SHOWN,
        **{name: getattr(told, name) for name in SAME},
        "starts_at": _moment(told.starts_at, received.time),
        "ends_at": _moment(told.ends_at, received.time),
        "updated_at": now,
    }


def _moment(text: str, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else otherwise


def _marked(session: Session, commitment_ids: Collection[str]) -> dict[str, Facts]:
    wanted = select(commitment_mark).where(among(session, commitment_mark.c.commitment_id, commitment_ids))
    return {row.commitment_id: row._asdict() for row in session.execute(wanted)}


def _unmarked(told: Commitment, kept: Mapping[str, str]) -> Facts:
    return {
        "commitment_id": told.commitment_id,
        "enterprise_id": kept.get(told.enterprise_id, told.enterprise_id),
        "day": date.fromisoformat(told.day),
        "is_late": False,
        "is_missed": False,
        "made": 0,
        "disputed": 0,
    }


def _marks_of(received: Received[Commitment]) -> Facts:
    """Return what a word adds; of ``made`` and ``disputed``, numbers of words, the greater one was told last."""
    if isinstance(received.data, CommitmentMade):
        return {"made": received.sequence, "is_late": received.data.is_late}
    if isinstance(received.data, CommitmentMissed):
        return {"is_missed": True}
    return {"disputed": received.sequence}


def _tell_of_works(session: Session, permit_ids: Sequence[str], now: datetime) -> None:
    known = known_works(session, permit_ids)
    if len(known) > TOLD_ONE_BY_ONE:
        tell_areas(session, "work_changed", sorted({row.subdistrict for row, _ in known}), now=now)
        return
    told = [
        Told(
            kind="work_changed",
            division=row.division,
            grid=row.grid,
            enterprise_id=row.enterprise_id,
            content={"work": item},
        )
        for row, item in known
    ]
    tell(session, told, now=now)


def _tell_of_commitments(session: Session, enterprise_ids: Collection[str], now: datetime) -> None:
    tell_areas(session, "commitment_changed", places_of(session, enterprise_ids), now=now)
