"""Assessments, risk points, dynamic supervision, inspection frequencies, and what would change a level."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from services.risk.domain.dynamics import Adjustments
from services.risk.domain.grading import grade as graded_by
from services.risk.domain.levels import Level, colour_of
from services.risk.domain.occurrences import months_after
from services.risk.domain.policy import Rulebook
from services.risk.domain.questions import changes_to
from services.risk.queries.standings import in_area, known_facts, standing_of
from services.risk.rules.reading import table
from services.risk.tables import assessment, enterprise, grade, risk_point, risk_report, supervision
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]
PERIODIC, EVENT = "periodic", "event"
WATCHED = (1, 2)


@cache
def _frequencies() -> Mapping[str, Any]:
    return table("frequencies.toml")


def frequency_profiles() -> Document:
    """Return every frequency profile; the legal cap bounds them all and exactly one is switched on."""
    content = _frequencies()
    head = content["frequency"]
    profiles = [
        {
            **{name: profile[name] for name in ("id", "zh", "en", "is_on", "source", "status")},
            "levels": [_row(row, head["legal_cap"]) for row in profile["level"]],
        }
        for profile in content["profile"]
    ]
    return {"legal_cap": head["legal_cap"], "source": head["source"], "version": head["version"], "items": profiles}


def frequency_of(level: int | None) -> Document:
    """Return the row of the profile in use for a level (None: grey)."""
    profile = next(one for one in frequency_profiles()["items"] if one["is_on"])
    row = next(one for one in profile["levels"] if one["level"] == (level or 0))
    return {"profile": profile["id"], "status": profile["status"], "source": profile["source"], **row}


def _row(row: Mapping[str, Any], legal_cap: int) -> Document:
    """A profile may plan what it likes: nobody is inspected more often than the cap allows."""
    cap = min(row["cap"], legal_cap)
    return {
        "level": row["level"],
        "planned": min(row["planned"], cap) if "planned" in row else None,
        "planned_share": row.get("planned_share"),
        "cap": cap,
        "mode": row["mode"],
        "zh": row.get("extra_zh", ""),
        "en": row.get("extra_en", ""),
        "reassess_months": row.get("reassess_months"),
    }


def supervised(principal: Principal, *, now: datetime, is_overdue: bool = False) -> Select[Any]:
    """Return the statement that reads the enterprises of level 1 and 2 of the own area with their reports."""
    wanted = _watched().where(in_area(principal))
    return wanted.where(_is_late(now)) if is_overdue else wanted


def overdue_reports(session: Session, *, now: datetime) -> dict[tuple[str, str], Document]:
    """Return, by enterprise id and kind, each report that is owed and late: its level and since when it is due."""
    rows = session.execute(_watched().where(_is_late(now)).order_by(enterprise.c.enterprise_id))
    return {
        (row.enterprise_id, kind): {"level": row.level, "due_at": due_at}
        for row in rows
        for kind, due_at in _clocks(row).items()
        if due_at <= now
    }


def _watched() -> Select[Any]:
    joined = enterprise.join(grade, grade.c.enterprise_id == enterprise.c.enterprise_id).outerjoin(
        supervision, supervision.c.enterprise_id == enterprise.c.enterprise_id
    )
    return (
        select(
            enterprise.c.enterprise_id,
            enterprise.c.name,
            enterprise.c.division,
            grade.c.level,
            grade.c.since,
            supervision.c.officer,
            supervision.c.subdistrict_person,
            _report_due_since().label("counted_from"),
            _latest(PERIODIC).label("reported_at"),
            _latest(EVENT).label("event_reported_at"),
            _newest_red_point().label("red_point_at"),
        )
        .select_from(joined)
        .where(grade.c.level.in_(WATCHED))
    )


def _is_late(now: datetime) -> ColumnElement[bool]:
    """The condition under which the periodic report or the one about a new level-1 point is overdue."""
    limit = case((grade.c.level == 1, _before(now, 1)), else_=_before(now, 2))
    since, told = _newest_red_point(), _latest(EVENT)
    is_late = since <= now - timedelta(hours=_frequencies()["supervision"]["event_report_hours"])
    return or_(_report_due_since() <= limit, and_(is_late, or_(told.is_(None), told < since)))


def supervision_view(row: Row[Any], *, now: datetime) -> Document:
    """Return one enterprise under supervision with its two clocks."""
    clocks = _clocks(row)
    late = [kind for kind, due_at in clocks.items() if due_at <= now]
    return {
        **row._asdict(),
        "colour": colour_of(row.level),
        "report_due": clocks[PERIODIC],
        "event_due": clocks.get(EVENT),
        "overdue": late,
        "is_overdue": bool(late),
    }


def _clocks(row: Row[Any]) -> dict[str, datetime]:
    """Return until when each report that is owed must be there."""
    rules = _frequencies()["supervision"]
    clocks = {PERIODIC: months_after(row.counted_from, rules["report_months"][str(row.level)])}
    if row.red_point_at and (row.event_reported_at is None or row.event_reported_at < row.red_point_at):
        clocks[EVENT] = row.red_point_at + timedelta(hours=rules["event_report_hours"])
    return clocks


def reports_of(enterprise_id: str) -> Select[Any]:
    """Return the statement that reads the risk reports of an enterprise."""
    return select(risk_report).where(risk_report.c.enterprise_id == enterprise_id)


def what_if(book: Rulebook, row: Row[Any], *, wanted: Level) -> Document:
    """Return the fewest changed facts that give ``wanted``, and what else stands in the way of it."""
    standing = standing_of(book, row)
    graded = graded_by(book, standing)
    changes = changes_to(book, standing, graded=graded, wanted=wanted)
    by = Adjustments.of(row.adjustments)
    blocking = list(by.rules)
    if by.risk_points is not None and by.risk_points < wanted:
        blocking.append("risk_points")
    return {
        "level": row.level,
        "card_level": graded.level,
        "wanted": int(wanted),
        "is_reachable": changes is not None,
        "blocked_by": blocking,
        "changes": [
            {
                "fact": one.fact,
                "before": one.before,
                "after": one.after,
                "zh": book.facts[one.fact].question.zh,
                "en": book.facts[one.fact].question.en,
            }
            for one in changes or ()
        ],
    }


def _before(now: datetime, level: int) -> datetime:
    return months_after(now, -_frequencies()["supervision"]["report_months"][str(level)])


def _latest(kind: str) -> Any:
    columns = risk_report.c
    latest = select(func.max(columns.reported_at)).where(
        columns.enterprise_id == enterprise.c.enterprise_id, columns.kind == kind
    )
    return latest.correlate(enterprise).scalar_subquery()


def _report_due_since() -> Any:
    """The clock runs from the last report, or from when the enterprise came to its level."""
    return func.coalesce(_latest(PERIODIC), grade.c.since)


def _newest_red_point() -> Any:
    columns = risk_point.c
    newest = select(func.max(columns.created_at)).where(
        columns.enterprise_id == enterprise.c.enterprise_id, columns.is_active, columns.level == 1
    )
    return newest.correlate(enterprise).scalar_subquery()


class AssessmentNotFound(NotFound):
    code = "assessment_not_found"


class RiskPointNotFound(NotFound):
    code = "risk_point_not_found"


def assessments(principal: Principal, *, state: str = "", enterprise_id: str = "") -> Select[Any]:
    """Return the statement that reads the assessments of the principal's area."""
    wanted = _of_enterprises(assessment, principal)
    wanted = wanted.where(assessment.c.state == state) if state else wanted
    return wanted.where(assessment.c.enterprise_id == enterprise_id) if enterprise_id else wanted


def visible_assessment(session: Session, principal: Principal, assessment_id: str) -> Row[Any]:
    """Return one assessment; raises ``AssessmentNotFound`` outside the area."""
    row = session.execute(assessments(principal).where(assessment.c.id == assessment_id)).one_or_none()
    if row is None:
        raise AssessmentNotFound("There is no such assessment in your area.")
    return row


def assessment_view(row: Row[Any], *, today: date) -> Document:
    """Return an assessment; ``is_overdue`` when the bureau's 30 working days have passed."""
    facts: Document = {
        fact: {"value": known.value, "origin": known.origin, "words": []}
        for fact, known in known_facts(row.facts).items()
    }
    is_overdue = row.state in ("submitted", "reviewed") and row.due_on < today
    return {**row._asdict(), "facts": facts, "is_overdue": is_overdue}


def risk_points(principal: Principal, *, enterprise_id: str = "", is_overdue: bool = False) -> Select[Any]:
    """Return the statement that reads the risk points in use of the principal's area; nobody no more is overdue."""
    wanted = _of_enterprises(risk_point, principal).where(risk_point.c.is_active)
    if is_overdue:
        wanted = wanted.where(risk_point.c.overdue_since.is_not(None), enterprise.c.is_active)
    return wanted.where(risk_point.c.enterprise_id == enterprise_id) if enterprise_id else wanted


def visible_risk_point(session: Session, principal: Principal, point_id: str) -> Row[Any]:
    """Return one risk point in use; raises ``RiskPointNotFound`` outside the area."""
    row = session.execute(risk_points(principal).where(risk_point.c.id == point_id)).one_or_none()
    if row is None:
        raise RiskPointNotFound("There is no such risk point in your area.")
    return row


def risk_point_view(row: Row[Any]) -> Document:
    """Return one risk point with its colour."""
    return {**row._asdict(), "colour": colour_of(row.level)}


def _of_enterprises(table: Any, principal: Principal) -> Select[Any]:
    joined = table.join(enterprise, enterprise.c.enterprise_id == table.c.enterprise_id)
    return select(table, enterprise.c.name, enterprise.c.division).select_from(joined).where(in_area(principal))
