"""Keep what is due with what it is due for, warn before the last day, and mark what was missed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.orm import Session

from services.credit.domain.limits import ENDED, MISSED, OPEN, WARNED, Limit, next_moment, standing, warn_after
from services.credit.rules.limits import limit_kinds
from services.credit.tables import due_limit
from shared.contracts.credit import LimitEnded, LimitMissed, LimitOpened, LimitWarned
from shared.events.outbox import publish
from shared.ids import new_id
from shared.work.timers import cancel, schedule

LIMIT_CLOCK = "limit"
EVENTS: Mapping[str, type[Any]] = {OPEN: LimitOpened, WARNED: LimitWarned, MISSED: LimitMissed, ENDED: LimitEnded}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What limits are about: ``record_id`` is what shows it, ``title`` how that is called, ``agency`` who answers.

    ``is_told``: other services may hear of it.
    """

    entity_id: str
    enterprise_id: str
    title: str
    record_id: str = ""
    agency: str = ""
    is_told: bool = True


Due = tuple[Subject, Sequence[Limit]]


class Owing(Protocol):
    """What keeps the limits of one topic: ``OWING`` selects the ids of its records that may owe something."""

    OWING: Select[Any]

    def due_for(self, session: Session, record_id: str, /) -> Sequence[Due]:
        """Return what is due for a record."""
        ...

    def keep_due(self, session: Session, record_id: str, /, *, now: datetime) -> None:
        """Let exactly that be open."""
        ...


def keep_limits(session: Session, due: Iterable[Due], *, now: datetime) -> None:
    """Let exactly what is ``due`` for each subject be open: others end, new ones begin, those that stay go on."""
    for subject, wanted in due:
        missing = set(wanted)
        for row in _open_of(session, subject.entity_id):
            if (known := Limit(row.kind, row.due_on)) in missing:
                missing.remove(known)
            else:
                _end(session, row, now=now)
        for one in sorted(missing):
            _begin(session, subject, one, now=now)


def recount(session: Session, records: Mapping[str, Owing], *, repair: bool, now: datetime) -> int:
    """Return how many limits are open that no record owes, or owed and not open; with ``repair`` they are set right."""
    opened, wrong = _opened(session), 0
    owing = {(topic, one) for topic, kept in records.items() for one in session.scalars(kept.OWING)}
    for topic, record_id in sorted(owing | opened.keys()):
        due = records[topic].due_for(session, record_id)
        owed = {(subject.entity_id, one) for subject, limits in due for one in limits}
        differing = owed ^ opened.get((topic, record_id), set())
        wrong += len(differing)
        if differing and repair:
            records[topic].keep_due(session, record_id, now=now)
    return wrong


def _opened(session: Session) -> Mapping[tuple[str, str], set[tuple[str, Limit]]]:
    """Return what is open, with what has the limit, by topic and record."""
    found = defaultdict[tuple[str, str], set[tuple[str, Limit]]](set)
    for row in session.execute(select(due_limit).where(due_limit.c.is_open)):
        found[limit_kinds()[row.kind].about, row.record_id].add((row.entity_id, Limit(row.kind, row.due_on)))
    return found


def run_limit(session: Session, limit_id: str, *, now: datetime) -> None:
    """Warn of a limit, or mark that it was missed, when the moment has come; called by the timer."""
    own = (due_limit.c.id == limit_id, due_limit.c.is_open)
    row = session.execute(select(due_limit).where(*own).with_for_update()).one_or_none()
    if row is not None:
        _go_on(session, row, now=now)


def _open_of(session: Session, entity_id: str) -> Iterable[Row[Any]]:
    own = (due_limit.c.entity_id == entity_id, due_limit.c.is_open)
    return session.execute(select(due_limit).where(*own).order_by(due_limit.c.id).with_for_update()).all()


def _begin(session: Session, subject: Subject, limit: Limit, *, now: datetime) -> None:
    limit_id, left = new_id(), limit_kinds()[limit.kind].left
    values = {name: getattr(subject, name) for name in subject.__slots__}
    values |= {"id": limit_id, "kind": limit.kind, "due_on": limit.due_on, "state": OPEN, "version": 1}
    values |= {"record_id": subject.record_id or subject.entity_id, "warn_after": warn_after(limit.due_on, left)}
    opened = {"is_open": True, "is_missed": False, "opened_at": now}
    session.execute(insert(due_limit).values(**values, **opened))
    row = session.execute(select(due_limit).where(due_limit.c.id == limit_id)).one()
    _tell(session, row, now=now)
    _go_on(session, row, now=now)


def _go_on(session: Session, row: Row[Any], *, now: datetime) -> None:
    """Take over how a limit stands now; what is told of it once is not told again."""
    state = standing(row.due_on, warned_after=row.warn_after, now=now)
    if state != row.state:
        row = _changed(session, row, state=state, is_missed=state == MISSED)
        _tell(session, row, now=now)
    coming = next_moment(row.due_on, warned_after=row.warn_after, now=now)
    if coming:
        schedule(session, LIMIT_CLOCK, row.id, due_at=coming)


def _end(session: Session, row: Row[Any], *, now: datetime) -> None:
    is_missed = standing(row.due_on, warned_after=row.warn_after, now=now) == MISSED
    ended = _changed(session, row, state=ENDED, is_missed=is_missed, is_open=False, ended_at=now)
    cancel(session, LIMIT_CLOCK, row.id)
    _tell(session, ended, now=now)


def _changed(session: Session, row: Row[Any], **changes: Any) -> Row[Any]:
    own = due_limit.c.id == row.id
    session.execute(update(due_limit).where(own).values(version=row.version + 1, **changes))
    return session.execute(select(due_limit).where(own)).one()


def _tell(session: Session, row: Row[Any], *, now: datetime) -> None:
    """Publish how a limit stands, for the bureau's own oversight."""
    if not row.is_told:
        return
    facts = {"limit_id": row.id, "enterprise_id": row.enterprise_id, "limit": row.kind}
    told = {**facts, "by": limit_kinds()[row.kind].by, "due_on": row.due_on.isoformat()}
    event = LimitEnded(**told, is_missed=row.is_missed) if row.state == ENDED else EVENTS[row.state](**told)
    publish(session, event, sequence=row.version, at=now)
