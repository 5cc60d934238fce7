"""A subdistrict objects to a figure or a row while the window is open; the bureau decides with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.assessments import COMPUTED
from services.inspections.queries.objections import RAISED
from services.inspections.tables import assessment_objection, assessment_row
from services.inspections.use_cases.assessments import (
    Change,
    Correction,
    RowNotCounted,
    advance_month,
    correct_month,
    held_month,
)
from shared.errors import Conflict, Refused
from shared.ids import new_id

ACCEPTED, REJECTED = "accepted", "rejected"


class WindowClosed(Conflict):
    code = "window_closed"


class ObjectionDecided(Conflict):
    code = "objection_decided"


class ChangesMissing(Refused):
    code = "changes_missing"


@dataclass(frozen=True, slots=True)
class Objection:
    """Against the figure ``indicator`` of a unit, or against one row of it: ``wanted`` is what should become of it."""

    month: str
    unit: str
    indicator: str
    wanted: str
    reason: str
    thing_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """``changes`` (thing and what becomes of it) are named where a whole figure was objected to."""

    is_accepted: bool
    reply: str
    changes: Sequence[tuple[str, str]] = ()


def raise_objection(session: Session, objection: Objection, *, by: str, now: datetime) -> str:
    """Object and return the id; raises ``WindowClosed``, ``RowNotCounted``."""
    row = held_month(session, objection.month)
    if row.state != COMPUTED or now >= row.objections_until:
        raise WindowClosed(
            "Objections are taken only between the computing and the end of the window.", state=row.state
        )
    if objection.thing_id is not None:
        _require_counted(session, objection)
    objection_id = new_id()
    values = {name: getattr(objection, name) for name in Objection.__dataclass_fields__}
    session.execute(
        insert(assessment_objection).values(
            id=objection_id, state=RAISED, reply="", by=by, at=now, against=row.version, **values
        )
    )
    return objection_id


def decide_objection(session: Session, row: Row[Any], ruling: Ruling, *, by: str, now: datetime) -> None:
    """Decide; what is accepted makes a new edition, and after the window the last decision freezes the month.

    Raises ``ObjectionDecided``, ``ChangesMissing``, ``RowNotCounted``, ``NothingToChange``.
    """
    columns = assessment_objection.c
    month = held_month(session, row.month)
    state = ACCEPTED if ruling.is_accepted else REJECTED
    decision = {"state": state, "reply": ruling.reply, "decided_by": by, "decided_at": now}
    waiting = (columns.id == row.id, columns.state == RAISED)
    done: Any = session.execute(update(assessment_objection).where(*waiting).values(**decision))
    if not done.rowcount:
        raise ObjectionDecided("This objection has been decided already: read the reply.", id=row.id)
    if ruling.is_accepted:
        version = _follow(session, row, ruling, latest=month.version, by=by, now=now)
        session.execute(update(assessment_objection).where(columns.id == row.id).values(version=version))
    advance_month(session, row.month, now=now)


def _require_counted(session: Session, objection: Objection) -> None:
    columns = assessment_row.c
    named = {name: getattr(objection, name) for name in ("month", "unit", "indicator", "thing_id")}
    own = [columns[name] == value for name, value in named.items()]
    if session.scalar(select(columns.thing_id).where(*own, columns.before.is_(None))) is None:
        raise RowNotCounted("This figure counts no such row.", thing_id=objection.thing_id)


def _follow(session: Session, row: Row[Any], ruling: Ruling, *, latest: int, by: str, now: datetime) -> int:
    """Do what was wanted with the row; of a whole figure the decision names rows, or they were corrected meanwhile."""
    named = ruling.changes or ([(row.thing_id, row.wanted)] if row.thing_id else [])
    if not named and latest > row.against:
        return latest
    if not named:
        raise ChangesMissing("Correct the rows first, or name those that are counted otherwise.", field="changes")
    changes = [Change(row.indicator, thing_id, change) for thing_id, change in named]
    correction = Correction(row.month, row.unit, changes, f"{row.reason} → {ruling.reply}")
    return correct_month(session, correction, by=by, now=now)
