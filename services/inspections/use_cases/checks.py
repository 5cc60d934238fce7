"""A check begun on site, and handed in: answers become a record, faults hazards, and refuted self-checks are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from services.inspections.domain.caps import OnSite, check_basis
from services.inspections.domain.checklists import Checklist, Result, result_of
from services.inspections.domain.machines import Step
from services.inspections.domain.sampling import pass_rate, refuted_items
from services.inspections.domain.schedules import Period
from services.inspections.queries.checklists import checklist_of
from services.inspections.queries.enterprises import held_id
from services.inspections.queries.tasks import HIGHEST_TIER
from services.inspections.rules import plan_rules
from services.inspections.tables import check_record, task
from services.inspections.use_cases.hazards import Finding, find_hazard
from services.inspections.use_cases.tasks import ADHOC, NewTask, make_task, step_task
from shared.clock import business_date
from shared.contracts.inspections import CheckCompleted, SelfCheckRefuted
from shared.errors import Refused
from shared.events.outbox import publish
from shared.ids import new_id


class NoTier(Refused):
    code = "no_tier"


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is checked with which list (empty: the usual one of the industry), why, on what basis, for whom."""

    enterprise_id: str
    checklist: str = ""
    cause: str = ""
    basis: str = ""
    authority: str = ""


def begin_check(session: Session, visit: Visit, *, by: str, tier: int, now: datetime) -> str:
    """Make a task for today that belongs to ``by`` and return its id; raises ``NoTier``, ``NotAllowed``.

    Government supervision says why it comes: what is planned or drawn is bounded by the yearly cap of the enterprise,
    everything else names its basis.
    """
    if not tier:
        raise NoTier("Only one of the four tiers checks an enterprise.")
    if tier == HIGHEST_TIER:
        check_basis(plan_rules(), OnSite(visit.cause, basis=visit.basis))
    today = business_date(now)
    wanted = NewTask(
        visit.enterprise_id,
        tier,
        ADHOC,
        Period(today, today),
        checklist=visit.checklist,
        owner=by,
        cause=visit.cause,
        basis=visit.basis,
        authority=visit.authority,
        key=new_id(),
    )
    return make_task(session, wanted, now=now)


SELF_CHECK, CONFIRMING = 1, 3  # tiers


@dataclass(frozen=True)
class HandedIn:
    """Answers, photos and notes by item; ``given`` is what the guards ask for: signatures, officers."""

    answers: Mapping[str, str]
    photos: Mapping[str, list[str]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    longitude: float | None = None
    latitude: float | None = None
    based_on: int | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def submit_check(session: Session, row: Row[Any], handed_in: HandedIn, *, by: str, tier: int, now: datetime) -> str:
    """Keep what was checked for the task ``row`` and return the record's id.

    Each item that is not in order becomes a hazard with the clause of the item (§7.2, chain rule). Raises
    ``NotAllowed``, ``StepNotPossible``, ``TaskChanged``.
    """
    held_id(session, row.enterprise_id)
    row = session.execute(select(task).where(task.c.id == row.id)).one()  # a merge may have come in between
    checklist = checklist_of(session, row.checklist, version=row.checklist_version)
    result = result_of(checklist, handed_in.answers)
    photos = {item: list(ids) for item, ids in handed_in.photos.items()}
    facts = {"unanswered": result.unanswered, "photographed": result.photographed, "photos": photos}
    step = Step("submit", by, tier, now, {**handed_in.given, **facts})
    step_task(session, row.id, step=step, based_on=handed_in.based_on)
    hazards = _find_hazards(session, row, checklist, abnormal=result.abnormal, handed_in=handed_in, step=step)
    refuted = _refuted(session, row, result)
    record_id = new_id()
    session.execute(
        insert(check_record).values(
            id=record_id,
            task_id=row.id,
            enterprise_id=row.enterprise_id,
            tier=row.tier,
            checklist=checklist.id,
            checklist_version=checklist.version,
            answers=dict(handed_in.answers),
            meanings=dict(result.meanings),
            notes=dict(handed_in.notes),
            score_hundredths=None if result.score is None else int(result.score * 100),
            hazards=hazards,
            refuted=refuted["items"] if refuted else [],
            longitude=handed_in.longitude,
            latitude=handed_in.latitude,
            by=by,
            at=now,
        )
    )
    _tell(session, row, record_id=record_id, result=result, refuted=refuted, now=now)
    return record_id


def _find_hazards(
    session: Session, row: Row[Any], checklist: Checklist, *, abnormal: Sequence[str], handed_in: HandedIn, step: Step
) -> dict[str, str]:
    """Enter a hazard for each item that is not in order and return their ids by item."""
    found = {}
    for item in abnormal:
        finding = _finding(row, checklist, item=item, handed_in=handed_in)
        found[item] = find_hazard(session, finding, by=step.by, tier=row.tier, now=step.now)
    return found


def _finding(row: Row[Any], checklist: Checklist, *, item: str, handed_in: HandedIn) -> Finding:
    asked = checklist.items[item]
    section = next(section for section in checklist.sections if asked in section.items)
    note = handed_in.notes.get(item, "")
    return Finding(
        row.enterprise_id,
        f"不符合：{asked.zh}{'；' + note if note else ''}",
        section.zh,
        item=asked.major,
        clause=asked.clause,
        longitude=handed_in.longitude,
        latitude=handed_in.latitude,
        before=list(handed_in.photos.get(item, ())),
    )


def _refuted(session: Session, row: Row[Any], result: Result) -> Mapping[str, Any] | None:
    """Return which normal answers of the last self-check this check refutes (§6.6); None when there is nothing."""
    if row.tier < CONFIRMING:
        return None
    columns = check_record.c
    own = (columns.enterprise_id == row.enterprise_id, columns.tier == SELF_CHECK, columns.checklist == row.checklist)
    last = session.execute(select(check_record).where(*own).order_by(columns.id.desc()).limit(1)).one_or_none()
    items = refuted_items(last.meanings, result.meanings) if last else []
    return {"record": last.id, "items": items} if last and items else None


def _tell(
    session: Session,
    row: Row[Any],
    *,
    record_id: str,
    result: Result,
    refuted: Mapping[str, Any] | None,
    now: datetime,
) -> None:
    share = pass_rate(result.meanings).share
    completed = CheckCompleted(
        check_id=record_id,
        enterprise_id=row.enterprise_id,
        tier=row.tier,
        checklist=row.checklist,
        checklist_version=row.checklist_version,
        pass_rate=share,
        findings=len(result.abnormal),
    )
    publish(session, completed, sequence=1, at=now)
    if refuted:
        told = SelfCheckRefuted(
            check_id=record_id,
            enterprise_id=row.enterprise_id,
            refuted_check_id=refuted["record"],
            items=tuple(refuted["items"]),
        )
        publish(session, told, sequence=2, at=now)
