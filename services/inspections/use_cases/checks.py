"""A check begun on site, and handed in: answers become a record, faults hazards, and refuted self-checks are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from services.inspections.domain.caps import OnSite, check_basis
from services.inspections.domain.checklists import Checklist, Result, result_of
from services.inspections.domain.late_checks import judged_moment
from services.inspections.domain.plans import PLAN
from services.inspections.domain.sampling import pass_rate, refuted_items
from services.inspections.domain.schedules import Period
from services.inspections.queries.caps import planned_task
from services.inspections.queries.checklists import checklist_of
from services.inspections.queries.enterprises import held_id
from services.inspections.queries.late_checks import begun_at, reason_of
from services.inspections.queries.tasks import HIGHEST_TIER
from services.inspections.rules import believed_time, plan_rules
from services.inspections.tables import check_record, task
from services.inspections.use_cases.hazards import Finding, find_hazard
from services.inspections.use_cases.tasks import ADHOC, NewTask, hand_up, make_task, step_task
from shared.clock import business_date
from shared.contracts.inspections import CheckCompleted, SelfCheckRefuted
from shared.errors import Conflict, Refused
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import NotAllowed, Step


class NoTier(Refused):
    code = "no_tier"


class AnsweredInVain(Conflict):
    code = "answered_in_vain"


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
    if visit.cause == PLAN and (waiting := planned_task(session, visit.enterprise_id, day=today)):
        sentence = "The planned check of this month is waiting: open that task."
        raise NotAllowed("planned_already", sentence, id=waiting)
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
OUTDATED = ("list_changed", "task_returned")  # the task still takes a check, but not these answers


@dataclass(frozen=True)
class HandedIn:
    """Answers, photos and notes by item; ``given`` is what the guards ask for: signatures, officers.

    A phone says under which id it sends, when the check was finished, and which version of the list it answers.
    """

    answers: Mapping[str, str]
    photos: Mapping[str, list[str]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    longitude: float | None = None
    latitude: float | None = None
    based_on: int | None = None
    sending_id: str | None = None
    finished_at: datetime | None = None
    list_version: int | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def submit_check(session: Session, row: Row[Any], handed_in: HandedIn, *, by: str, tier: int, now: datetime) -> str:
    """Keep what was checked for the task ``row`` and return the record's id.

    Each item that is not in order becomes a hazard with the clause of the item (§7.2, chain rule). Raises
    ``NotAllowed``, ``StepNotPossible``, ``TaskChanged``, ``AnsweredInVain``. What a phone sends again is kept once.
    """
    held_id(session, row.enterprise_id)
    if earlier := _sent_before(session, row, handed_in, by=by):
        return earlier
    row = session.execute(select(task).where(task.c.id == row.id)).one()  # a merge may have come in between
    judged_at = _judged(session, row, handed_in, asked=Step("submit", by, tier, now))
    checklist = checklist_of(session, row.checklist, version=row.checklist_version)
    result = result_of(checklist, handed_in.answers)
    photos = {item: list(ids) for item, ids in handed_in.photos.items()}
    looked = {"unanswered": result.unanswered, "photographed": result.photographed, "photos": photos}
    facts = {**looked, "judged_at": judged_at}
    step = Step("submit", by, tier, now, {**handed_in.given, **facts})
    step_task(session, row.id, step=step, based_on=handed_in.based_on)
    hazards = _find_hazards(session, row, checklist, abnormal=result.abnormal, handed_in=handed_in, step=step)
    refuted = _refuted(session, row, result)
    found = {"hazards": hazards, "refuted": refuted["items"] if refuted else []}
    record_id = _keep_record(session, row, handed_in, result=result, step=step, found=found)
    _tell(session, row, record_id=record_id, result=result, refuted=refuted, now=now)
    if refuted:
        hand_up(session, row.enterprise_id, tier=row.tier, cause="refuted", key=record_id, now=now)
    return record_id


def _sent_before(session: Session, row: Row[Any], handed_in: HandedIn, *, by: str) -> str:
    """Return the record that a phone has made under this id; the key of a request is not remembered for long."""
    if handed_in.sending_id is None:
        return ""
    columns = check_record.c
    same = (columns.sending_id == handed_in.sending_id, columns.task_id == row.id, columns.by == by)
    return session.scalar(select(columns.id).where(*same)) or ""


def _judged(session: Session, row: Row[Any], handed_in: HandedIn, *, asked: Step) -> datetime:
    """Return the moment by which the check is judged; raises ``AnsweredInVain`` for answers that fit no more."""
    finished_at = handed_in.finished_at
    reason = reason_of(session, row, asked=asked, version=handed_in.list_version, finished_at=finished_at)
    if reason in OUTDATED:
        raise AnsweredInVain("The task has changed since these answers: read it again.", reason=reason)
    begun = begun_at(session, row.id) or asked.now
    return judged_moment(believed_time(), finished_at, begun_at=begun, arrived_at=asked.now)


def _keep_record(
    session: Session, row: Row[Any], handed_in: HandedIn, *, result: Result, step: Step, found: Mapping[str, Any]
) -> str:
    """Write the record with the hazards and refuted items that were ``found`` and return its id."""
    record_id = new_id()
    session.execute(
        insert(check_record).values(
            id=record_id,
            task_id=row.id,
            enterprise_id=row.enterprise_id,
            tier=row.tier,
            checklist=row.checklist,
            checklist_version=row.checklist_version,
            answers=dict(handed_in.answers),
            meanings=dict(result.meanings),
            notes=dict(handed_in.notes),
            score_hundredths=None if result.score is None else int(result.score * 100),
            longitude=handed_in.longitude,
            latitude=handed_in.latitude,
            by=step.by,
            at=step.now,
            sending_id=handed_in.sending_id,
            finished_at=handed_in.finished_at,
            **found,
        )
    )
    return record_id


def _find_hazards(
    session: Session, row: Row[Any], checklist: Checklist, *, abnormal: Sequence[str], handed_in: HandedIn, step: Step
) -> dict[str, str]:
    """Enter a hazard for each item that is not in order and return their ids by item."""
    found = {}
    for item in abnormal:
        finding = replace(_finding(row, checklist, item=item, handed_in=handed_in), found_at=step.given["judged_at"])
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
