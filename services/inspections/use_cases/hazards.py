"""Find a hazard and lead it on, step by step; each step, what it changes and what it tells are one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.documents import check_named
from services.inspections.domain.hazard_facts import MAJOR, Hazard, HazardRules, Moved, overdue_at
from services.inspections.domain.hazards import is_repeat, is_reported_late, take_step
from services.inspections.queries.documents import officer_of
from services.inspections.queries.enterprises import held_id, present_id
from services.inspections.rules import hazard_rules, major_hazards
from services.inspections.rules.documents import document_rules
from services.inspections.tables import hazard, hazard_step
from services.inspections.use_cases import keep_step
from services.inspections.use_cases.tasks import call_for_hazard, call_off
from services.inspections.use_cases.telling import tell_of_hazard
from services.inspections.use_cases.transfers import follow_hazard
from shared.clock import business_date
from shared.errors import Conflict, Refused
from shared.ids import new_id
from shared.machines import Step, clock_step
from shared.work.attachments import attachment_by_id
from shared.work.timers import cancel, schedule


class ForeignEvidence(Refused):
    code = "foreign_evidence"


def check_evidence(session: Session, attachment_ids: Sequence[str], *, owner: str) -> None:
    """Raise ``AttachmentUnknown``, or ``ForeignEvidence`` for a photo of another enterprise."""
    present = present_id(session, owner)
    for attachment_id in attachment_ids:
        if present_id(session, attachment_by_id(session, attachment_id).owner) != present:
            raise ForeignEvidence("This photo belongs to another enterprise: attach one of this.", id=attachment_id)


def check_officers(session: Session, names: Sequence[str], *, today: date) -> None:
    """Raise ``NotAllowed`` for an account among those named that is no officer with a licence valid today.

    A name that is no account is that of somebody who has none here.
    """
    known = [one for name in names if (one := officer_of(session, name))]
    check_named(document_rules(), known, today=today)


DEADLINE = "hazard_deadline"
MAJOR_FOUND = "major_found"  # visits shortly before are looked at: did they miss it?
ENDED = ("closed", "cancelled")
FACTS = tuple(Hazard.__dataclass_fields__)


class HazardChanged(Conflict):
    code = "hazard_changed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: ``item`` of the official list or free text, where, and with which evidence."""

    enterprise_id: str
    description: str
    place: str
    item: str = ""
    clause: str = ""
    found_at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None
    before: Sequence[str] = ()


def find_hazard(session: Session, finding: Finding, *, by: str, tier: int, now: datetime) -> str:
    """Enter a hazard and return its id (§6.3 row 1); raises ``NotAllowed``.

    An item of the official list is major by itself and is graded at once (row 3).
    """
    rules, finding = hazard_rules(), replace(finding, enterprise_id=held_id(session, finding.enterprise_id))
    clause = major_hazards().item(finding.item).clause if finding.item else finding.clause
    found_at = min(finding.found_at or now, now)
    given = {name: getattr(finding, name) for name in ("description", "place", "item")} | {"found_at": found_at}
    step = Step("find", by, tier, now, {**given, "before": list(finding.before)})
    moved = take_step(rules, Hazard(), step=step)
    hazard_id, level = new_id(), "major" if finding.item else ""
    row = {
        "id": hazard_id,
        "enterprise_id": finding.enterprise_id,
        "version": 1,
        "told": 1,
        "clause": clause,
        "description": finding.description,
        "place": finding.place,
        "longitude": finding.longitude,
        "latitude": finding.latitude,
        "reported_at": now,
        "is_reported_late": is_reported_late(rules, tier=tier, level=level, found_at=found_at, reported_at=now),
        "repeats": _repeated(session, rules, finding, found_on=business_date(found_at)),
        **_columns(rules, moved, closed_on=None),
    }
    session.execute(insert(hazard).values(**row))
    _keep_step(session, hazard_id, moved, version=1, step=step)
    tell_of_hazard(session, row, moved, step=step, was_halted=False)
    if finding.item:
        step_hazard(session, hazard_id, step=Step("grade_major", by, tier, now))
    return hazard_id


def step_hazard(session: Session, hazard_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Take one step with a hazard; raises ``StepNotPossible``, ``NotAllowed``, ``HazardChanged``.

    ``based_on`` is the version that the caller saw; None takes whatever is there.
    """
    rules = hazard_rules()
    row = session.execute(select(hazard).where(hazard.c.id == hazard_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise HazardChanged("Somebody has changed this hazard meanwhile: read it again.", version=row.version)
    before = Hazard(**{name: getattr(row, name) for name in FACTS})
    moved = take_step(rules, before, step=step)
    told = len(moved.transition.tells)
    changes = {
        "version": row.version + 1,
        "told": row.told + told,
        **_columns(rules, moved, closed_on=row.closed_on or (step.today if moved.hazard.state in ENDED else None)),
    }
    session.execute(update(hazard).where(hazard.c.id == hazard_id).values(**changes))
    _keep_step(session, hazard_id, moved, version=row.version + 1, step=step)
    _set_clock(session, row, moved)
    _call(session, row, moved, step=step)
    follow_hazard(session, row, step=step)
    tell_of_hazard(session, row._asdict() | changes, moved, step=step, was_halted=before.was_halted)


def note_overdue(session: Session, hazard_id: str, *, now: datetime) -> None:
    """Let the clock say that the deadline has passed (rows 8, 8a), if it still runs."""
    row = session.execute(select(hazard).where(hazard.c.id == hazard_id).with_for_update()).one()
    due_at = overdue_at(Hazard(**{name: getattr(row, name) for name in FACTS}))
    if due_at is not None and due_at <= now and (row.state, "overdue") in hazard_rules().machine.transitions:
        step_hazard(session, hazard_id, step=clock_step("overdue", now))


def _call(session: Session, row: Row[Any], moved: Moved, *, step: Step) -> None:
    """A major hazard calls the grid and the bureau at once, and nobody any more when it is none or has ended."""
    is_major = moved.hazard.level == MAJOR and hazard_rules().machine.states[moved.hazard.state].is_open
    if is_major and row.level != MAJOR:
        key = f"{row.id} {row.version}"
        call_for_hazard(session, row.enterprise_id, row.id, key=key, now=step.now)
        schedule(session, MAJOR_FOUND, row.id, due_at=step.now)
    elif row.level == MAJOR and not is_major:
        call_off(session, row.id, reason=step.event, now=step.now)


def _set_clock(session: Session, row: Row[Any], moved: Moved) -> None:
    """A timer runs to the end of the deadline while putting right is still owed."""
    runs = (moved.hazard.state, "overdue") in hazard_rules().machine.transitions
    due_at = overdue_at(moved.hazard) if runs else None
    if due_at is None:
        cancel(session, DEADLINE, row.id)
    else:
        schedule(session, DEADLINE, row.id, due_at=due_at)


def _columns(rules: HazardRules, moved: Moved, *, closed_on: date | None) -> dict[str, Any]:
    is_open = rules.machine.states[moved.hazard.state].is_open
    return {**asdict(moved.hazard), "is_open": is_open, "due_at": moved.due_at, "closed_on": closed_on}


def _keep_step(session: Session, hazard_id: str, moved: Moved, *, version: int, step: Step) -> None:
    rule, state = moved.transition.row, moved.hazard.state
    keep_step(session, hazard_step, hazard_id, version=version, rule=rule, step=step, state=state)


def _repeated(session: Session, rules: HazardRules, finding: Finding, *, found_on: date) -> str | None:
    """Return the last closed hazard that this one repeats: same enterprise, same place, same item or clause."""
    columns = hazard.c
    if not (finding.item or finding.clause):
        return None
    same = columns.item == finding.item if finding.item else columns.clause == finding.clause
    wanted = select(columns.id, columns.closed_on).where(
        columns.enterprise_id == finding.enterprise_id,
        columns.place == finding.place,
        same,
        columns.closed_on.is_not(None),
    )
    last = session.execute(wanted.order_by(columns.closed_on.desc(), columns.id.desc()).limit(1)).one_or_none()
    return last.id if last and is_repeat(rules, closed_on=last.closed_on, found_on=found_on) else None
