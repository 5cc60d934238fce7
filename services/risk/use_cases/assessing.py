"""Assessment of a card (draft, review, confirmation) and the ledger of risk points that an enterprise keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from services.risk.domain.facts import Known, Origin
from services.risk.domain.levels import Level
from services.risk.domain.occurrences import months_after
from services.risk.queries import declared_facts, known_facts, rulebook_in_force, standings
from services.risk.rules import dynamic_rules
from services.risk.tables import assessment, enterprise, grade, risk_point
from services.risk.use_cases.adjusting import lock_enterprises, set_risk_points
from services.risk.use_cases.dynamics import adjust_and_grade
from services.risk.use_cases.grading import declare_facts
from shared.calendar import add_working_days
from shared.clock import business_date
from shared.contracts.risk import EnterpriseAssessed
from shared.errors import Conflict, Forbidden
from shared.events.outbox import publish
from shared.ids import new_id
from shared.work.timers import cancel, schedule

DRAFT, SUBMITTED, REVIEWED, CONFIRMED, LAPSED = "draft", "submitted", "reviewed", "confirmed", "lapsed"
OPEN = (DRAFT, SUBMITTED, REVIEWED)
REASSESSMENT, POINTS_DUE = "reassessment", "risk_points_due"
WORKING_DAYS_TO_CONFIRM = 30  # 镇街企业分类分级办法: verified within 30 working days
QUARTER = 3  # months

Facts = Mapping[str, Known]


class AssessmentOpen(Conflict):
    code = "assessment_open"


class WrongStep(Conflict):
    code = "wrong_step"


class SamePerson(Forbidden):
    code = "same_person"


class RiskPointChanged(Conflict):
    code = "risk_point_changed"


@dataclass(frozen=True, slots=True)
class Answers:
    """The facts of the card and where their evidence is: ``{"fact", "reference", "note"}`` each."""

    facts: Facts
    evidence: Sequence[Mapping[str, str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A risk point as it is judged: the values of the factors of ``method`` (LEC, LS5-COAL, LS5-DB37, LS4)."""

    place: str
    hazard: str
    method: str
    judged: Mapping[str, Decimal]
    measure: str
    post: str


def draft_assessment(session: Session, *, enterprise_id: str, answers: Answers, by: str, now: datetime) -> str:
    """Begin the assessment of an enterprise and return its id; raises ``AssessmentOpen`` while another is open."""
    rulebook_in_force(session, now).check(answers.facts)
    lock_enterprises(session, [enterprise_id])
    columns = assessment.c
    if session.scalar(select(columns.id).where(columns.enterprise_id == enterprise_id, columns.state.in_(OPEN))):
        raise AssessmentOpen("An assessment of this enterprise is open already: go on with that one.")
    assessment_id = new_id()
    card = session.scalar(select(grade.c.card).where(grade.c.enterprise_id == enterprise_id)) or ""
    session.execute(
        insert(assessment).values(
            id=assessment_id,
            enterprise_id=enterprise_id,
            card=card,
            state=DRAFT,
            version=1,
            drafted_by=by,
            drafted_at=now,
            **_answered(answers),
        )
    )
    return assessment_id


def answer_assessment(session: Session, row: Row[Any], *, answers: Answers, now: datetime) -> None:
    """Replace the answers of a draft; raises ``WrongStep`` for another state."""
    rulebook_in_force(session, now).check(answers.facts)
    _move(session, row, (DRAFT,), {"returned_reason": row.returned_reason, **_answered(answers)})


def submit_assessment(session: Session, row: Row[Any], *, now: datetime) -> None:
    """Hand a draft to the subdistrict; the bureau has 30 working days from now on."""
    due_on = add_working_days(business_date(now), WORKING_DAYS_TO_CONFIRM)
    _move(
        session,
        row,
        (DRAFT,),
        {"state": SUBMITTED, "submitted_at": now, "due_on": due_on, "returned_reason": ""},
    )


def review_assessment(session: Session, row: Row[Any], *, by: str, now: datetime) -> None:
    """Note that the subdistrict agrees; raises ``WrongStep``, and ``SamePerson`` for who drafted it."""
    _refuse_own(row, by)
    _move(session, row, (SUBMITTED,), {"state": REVIEWED, "reviewed_by": by, "reviewed_at": now})


def return_assessment(session: Session, row: Row[Any], *, reason: str) -> None:
    """Give an assessment back to be answered better, with the reason."""
    _move(session, row, (SUBMITTED, REVIEWED), {"state": DRAFT, "returned_reason": reason, "due_on": None})


def confirm_assessment(session: Session, row: Row[Any], *, by: str, now: datetime) -> None:
    """Take the answers over as confirmed facts, grade the enterprise, and set the clock of DY-15.

    Raises ``WrongStep``, ``SamePerson``.
    """
    _refuse_own(row, by)
    lock_enterprises(session, [row.enterprise_id])
    valid_until = months_after(now, 12 * dynamic_rules().reassessment_years.get(row.card, 1))
    changes = {"state": CONFIRMED, "confirmed_by": by, "confirmed_at": now, "valid_until": valid_until}
    _move(session, row, (REVIEWED,), changes)
    session.execute(update(enterprise).where(enterprise.c.enterprise_id == row.enterprise_id).values(is_assessed=True))
    held = standings(session, [row.enterprise_id])[0]
    facts = {**declared_facts(rulebook_in_force(session, now), held), **known_facts(row.facts)}
    declare_facts(
        session,
        enterprise_id=row.enterprise_id,
        facts=facts,
        based_on=held.fact_version or 0,
        by=by,
        now=now,
    )
    schedule(session, REASSESSMENT, row.enterprise_id, due_at=valid_until)
    assessed = EnterpriseAssessed(
        assessment_id=row.id,
        enterprise_id=row.enterprise_id,
        card=row.card,
        confirmed_by=by,
        valid_until=valid_until.isoformat(),
    )
    publish(session, assessed, sequence=1, at=now)


def lapse_assessment(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """DY-15: the assessment is as old as it may be; the grade is provisional until the next one."""
    lock_enterprises(session, [enterprise_id])
    columns = assessment.c
    confirmed = update(assessment).where(columns.enterprise_id == enterprise_id, columns.state == CONFIRMED)
    session.execute(confirmed.where(columns.valid_until <= now).values(state=LAPSED))
    session.execute(update(enterprise).where(enterprise.c.enterprise_id == enterprise_id).values(is_assessed=False))
    adjust_and_grade(session, [enterprise_id], now=now)


def add_risk_point(session: Session, *, enterprise_id: str, point: Point, by: str, now: datetime) -> str:
    """Enter a risk point with its computed level and return its id; raises ``UnsuitableFactor``."""
    lock_enterprises(session, [enterprise_id])
    point_id = new_id()
    columns = _judged(session, point, now=now)
    session.execute(
        insert(risk_point).values(
            id=point_id,
            enterprise_id=enterprise_id,
            version=1,
            is_active=True,
            created_by=by,
            created_at=now,
            confirmed_at=now,
            **columns,
        )
    )
    regrade_points(session, enterprise_id, now=now)
    return point_id


def judge_risk_point(session: Session, row: Row[Any], *, point: Point, based_on: int, now: datetime) -> None:
    """Judge a risk point anew; raises ``RiskPointChanged`` when somebody else did meanwhile."""
    lock_enterprises(session, [row.enterprise_id])
    changes = {"version": based_on + 1, "confirmed_at": now, **_judged(session, point, now=now)}
    wanted = update(risk_point).where(risk_point.c.id == row.id, risk_point.c.version == based_on)
    done: Any = session.execute(wanted.values(**changes))
    if not done.rowcount:
        raise RiskPointChanged("Somebody has changed this risk point meanwhile: read it again.")
    regrade_points(session, row.enterprise_id, now=now)


def retire_risk_point(session: Session, row: Row[Any], *, now: datetime) -> None:
    """Take a risk point out of the ledger: its hazard is no more."""
    lock_enterprises(session, [row.enterprise_id])
    session.execute(update(risk_point).where(risk_point.c.id == row.id).values(is_active=False, retired_at=now))
    regrade_points(session, row.enterprise_id, now=now)


def confirm_risk_points(session: Session, *, enterprise_id: str, now: datetime) -> int:
    """Note that the whole ledger is true this quarter, and return how many points it has."""
    lock_enterprises(session, [enterprise_id])
    active = (risk_point.c.enterprise_id == enterprise_id, risk_point.c.is_active)
    done: Any = session.execute(update(risk_point).where(*active).values(confirmed_at=now, overdue_since=None))
    regrade_points(session, enterprise_id, now=now)
    return int(done.rowcount)


def note_overdue_points(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """Mark the points that nobody has confirmed for a quarter."""
    active = (risk_point.c.enterprise_id == enterprise_id, risk_point.c.is_active)
    stale = update(risk_point).where(*active, risk_point.c.confirmed_at <= months_after(now, -QUARTER))
    session.execute(stale.where(risk_point.c.overdue_since.is_(None)).values(overdue_since=now))


def regrade_points(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """MAX_OF_RISK_POINTS: the enterprise is no better than its worst risk point; set the clock of the quarter."""
    columns = risk_point.c
    active = (columns.enterprise_id == enterprise_id, columns.is_active)
    wanted = select(func.min(columns.level), func.min(columns.confirmed_at)).where(*active)
    worst, oldest = session.execute(wanted).one()
    set_risk_points(session, enterprise_id, level=None if worst is None else Level(worst))
    if oldest is None:
        cancel(session, POINTS_DUE, enterprise_id)
    else:
        schedule(session, POINTS_DUE, enterprise_id, due_at=months_after(oldest, QUARTER))
    adjust_and_grade(session, [enterprise_id], now=now)


def _judged(session: Session, point: Point, *, now: datetime) -> dict[str, Any]:
    matrix = rulebook_in_force(session, now).matrices[point.method]
    product = matrix.product(point.judged)
    return {
        "place": point.place,
        "hazard": point.hazard,
        "method": point.method,
        "judged": {name: float(value) for name, value in sorted(point.judged.items())},
        "product": float(product),
        "level": int(matrix.level(point.judged)),
        "measure": point.measure,
        "post": point.post,
        "overdue_since": None,
    }


def _answered(answers: Answers) -> dict[str, Any]:
    facts: dict[str, Any] = {
        fact: {"value": known.value, "origin": Origin.CONFIRMED, "words": []} for fact, known in answers.facts.items()
    }
    return {"facts": facts, "evidence": [dict(one) for one in answers.evidence], "note": answers.note}


def _move(session: Session, row: Row[Any], states: Sequence[str], changes: Mapping[str, Any]) -> None:
    """Change an assessment that is in one of ``states`` and still as it was read; raises ``WrongStep``."""
    same = (assessment.c.id == row.id, assessment.c.version == row.version, assessment.c.state.in_(states))
    moved: Any = session.execute(update(assessment).where(*same).values(version=row.version + 1, **changes))
    if not moved.rowcount:
        raise WrongStep("This step is not possible now: read the assessment again.", state=row.state)


def _refuse_own(row: Row[Any], by: str) -> None:
    if by in (row.drafted_by, row.reviewed_by):
        raise SamePerson("Draft, review and confirmation need three different people.")
