"""Declared work within the caller's area, the most urgent first."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, distinct, exists, func, select
from sqlalchemy.orm import Session

from services.permits.domain.declarations import Job, allowed_job_steps
from services.permits.queries.enterprises import in_area
from services.permits.rules.declarations import declaration_rules
from services.permits.tables import declaration, declared_job, declared_job_step, enterprise, undeclared_work
from shared.errors import NotFound
from shared.machines import Step
from shared.security.principal import Principal

Document = dict[str, Any]
SUBDISTRICT_DIGITS = 9
MOST_GROUPS = 100


class JobNotFound(NotFound):
    code = "declared_job_not_found"


def facts_of_enterprise(session: Session, enterprise_id: str, *, contractor: str, at: datetime) -> Document:
    """Return whether undeclared work still weighs, and whether a contractor was never declared there before."""
    weighing = exists().where(
        undeclared_work.c.enterprise_id == enterprise_id,
        undeclared_work.c.found_at <= at,
        undeclared_work.c.weighs_until > at,
    )
    known = exists().where(declared_job.c.enterprise_id == enterprise_id, declared_job.c.contractor == contractor)
    has_undeclared, is_known = session.execute(select(weighing, known)).one()
    return {"has_undeclared": has_undeclared, "is_first_contractor": bool(contractor) and not is_known}


def declarations(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads what was declared, with the number of jobs; ``wanted`` filters by column."""
    jobs = select(func.count()).where(declared_job.c.declaration_id == declaration.c.id).scalar_subquery()
    columns = (declaration, enterprise.c.name, enterprise.c.division, jobs.label("jobs"))
    return select(*columns).select_from(_with_place(declaration)).where(in_area(principal), *_are(declaration, wanted))


def jobs(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads declared jobs; ``wanted`` filters by column, ``division`` by the place."""
    columns = (declared_job, enterprise.c.name, enterprise.c.division)
    return (
        select(*columns).select_from(_with_place(declared_job)).where(in_area(principal), *_are(declared_job, wanted))
    )


def undeclared(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the undeclared work that was found."""
    columns = (undeclared_work, enterprise.c.name, enterprise.c.division)
    placed = _with_place(undeclared_work)
    return select(*columns).select_from(placed).where(in_area(principal), *_are(undeclared_work, wanted))


def _with_place(table: Any) -> Any:
    return table.join(enterprise, enterprise.c.enterprise_id == table.c.enterprise_id)


def _are(table: Any, wanted: Mapping[str, Any]) -> list[Any]:
    given = {name: value for name, value in wanted.items() if value is not None}
    return [*_within(table, given), *(table.c[name] == value for name, value in given.items())]


def _within(table: Any, given: Document) -> list[Any]:
    """Return the conditions of area and days, and take them out of ``given``."""
    conditions = {
        "division": lambda value: enterprise.c.division.startswith(value, autoescape=True),
        "from": lambda value: table.c.day >= value,
        "to": lambda value: table.c.day <= value,
    }
    return [make(given.pop(name)) for name, make in conditions.items() if name in given]


GROUPS = ("kind", "colour", "state", "subdistrict", "contractor")  # by which work is counted


def statistics(session: Session, principal: Principal, *, by: str, wanted: Mapping[str, Any]) -> list[Document]:
    """Return how much declared work there is for each value of ``by``, the most first; a subdistrict by its code."""
    value = func.substr(enterprise.c.division, 1, SUBDISTRICT_DIGITS) if by == "subdistrict" else declared_job.c[by]
    columns = (
        value.label("value"),
        func.count().label("jobs"),
        func.count(distinct(declared_job.c.enterprise_id)).label("enterprises"),
    )
    counted = (
        select(*columns).select_from(_with_place(declared_job)).where(in_area(principal), *_are(declared_job, wanted))
    )
    rows = session.execute(counted.group_by(value).order_by(func.count().desc(), value).limit(MOST_GROUPS)).all()
    return [row._asdict() for row in rows if row.value]


def visible_job(session: Session, principal: Principal, job_id: str) -> Row[Any]:
    """Return one declared job; raises ``JobNotFound`` outside the area."""
    row = session.execute(jobs(principal, wanted={"id": job_id})).one_or_none()
    if row is None:
        raise JobNotFound("There is no such declared work in your area.")
    return row


def job_view(row: Row[Any], *, asked: Step) -> Document:
    """Return a job with the words of its state and reasons, and the steps that who ``asked`` may take."""
    rules = declaration_rules()
    state, colour = rules.machine.states[row.state], rules.triage.colours[row.colour]
    known = {one.id: one for one in rules.triage.rules}
    return {
        **row._asdict(),
        "state_zh": state.zh,
        "state_en": state.en,
        "colour_zh": colour.zh,
        "colour_en": colour.en,
        "advice_zh": colour.advice_zh,
        "advice_en": colour.advice_en,
        "reasons": [_reason(known[name]) for name in row.reasons],
        "open_rules": [_reason(known[name]) for name in row.open_rules],
        "allowed": allowed_job_steps(rules, Job(row.state, row.kind, row.starts_at, row.ends_at), asked=asked),
    }


def _reason(rule: Any) -> Document:
    return {"id": rule.id, "zh": rule.zh, "en": rule.en, "colour": rule.colour, "clause": rule.source.clause}


def steps_of(session: Session, job_id: str) -> Sequence[Row[Any]]:
    """Return what happened to a job, the first step first."""
    wanted = select(declared_job_step).where(declared_job_step.c.job_id == job_id)
    return session.execute(wanted.order_by(declared_job_step.c.version)).all()


def figures(session: Session, principal: Principal, *, day: date) -> Document:
    """Return what was declared for ``day``: how many enterprises, how many of them nothing, and jobs by colour."""
    columns = declared_job.c
    counted = select(
        columns.colour,
        func.count().label("jobs"),
        func.count().filter(columns.is_open).label("open"),
        func.count().filter(columns.is_visited).label("visited"),
        func.count().filter(columns.is_overdue, columns.is_open).label("overdue"),
    )
    placed = _with_place(declared_job)
    own = and_(in_area(principal), columns.day == day)
    rows = {
        row.colour: row._asdict()
        for row in session.execute(counted.select_from(placed).where(own).group_by(columns.colour))
    }
    signed = select(func.count(), func.count().filter(declaration.c.is_nil)).select_from(_with_place(declaration))
    total, nil = session.execute(signed.where(in_area(principal), declaration.c.day == day)).one()
    empty = {"jobs": 0, "open": 0, "visited": 0, "overdue": 0}
    colours = [
        {"zh": one.zh, "en": one.en, **empty, **rows.get(one.id, {}), "colour": one.id}
        for one in declaration_rules().triage.colours.values()
    ]
    return {"day": day, "declarations": total, "nil": nil, "colours": colours}


def rule_view() -> Document:
    """Return the whole table: what is asked, how work is sorted, and the way of a job."""
    rules = declaration_rules()
    return {
        "kinds": list(rules.triage.kinds),
        "asks": {name: list(asked) for name, asked in rules.triage.asks.items()},
        "colours": list(rules.triage.colours.values()),
        "rules": [
            {**_reason(one), "source": one.source.document, "status": one.source.status} for one in rules.triage.rules
        ],
        "findings": list(rules.findings.values()),
        "states": list(rules.machine.states.values()),
        "sample_percent": rules.triage.sample_percent,
        "completion_hours": rules.limits.completion_hours,
    }
