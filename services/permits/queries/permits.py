"""Permits within the caller's area: lists, one with everything that belongs to it, and what the steps look at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from services.permits.domain.chains import APPROVAL
from services.permits.domain.measures import measures_of
from services.permits.domain.permit_facts import GUARDIAN, GasResult, Member, Permit, Relative, hindrances
from services.permits.domain.permits import allowed_permit_steps
from services.permits.queries.conflicts import forbidden_by
from services.permits.queries.enterprises import in_area, is_halted, start_of
from services.permits.queries.people import problems_of_permit
from services.permits.queries.permit_levels import terms_of
from services.permits.queries.stop_orders import orders_over
from services.permits.queries.suspensions import alarm_over_at, has_alarm, is_listed
from services.permits.rules import ruleset
from services.permits.rules.permitting import permit_rules
from services.permits.tables import (
    enterprise,
    gas_test,
    permit,
    permit_measure,
    permit_person,
    permit_signature,
    permit_step,
)
from shared.errors import NotFound
from shared.machines import Step, end_of
from shared.machines.telling import machine_table
from shared.security.principal import Principal

Document = dict[str, Any]
JUDGED = ("briefed", "in_approval", "approved", "suspended")  # what others say decides the next step
SAME = (
    "state", "kind", "level", "applied_by", "starts_at", "ends_at", "facts", "is_frozen", "suspended_at", "finished_at",
    "ended_at", "active_since", "cause", "warned",
)  # fmt: skip
OWN = {"measures": permit_measure, "gas_tests": gas_test, "signatures": permit_signature, "persons": permit_person}


PREPARING = {"confirm": ("isolation", "blind_map", "plan"), "brief": ("briefed_by", "receivers")}
LISTED = is_listed(permit.c.enterprise_id)
BRIEFED = "briefed"  # the state in which it is sent for approval


class PermitNotFound(NotFound):
    code = "permit_not_found"


def permits(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the permits of the area; ``wanted`` filters by column, None by nothing.

    ``ids`` and ``states`` name several, ``since`` and ``until`` (moments) keep what is valid at some time between them,
    ``from`` and ``to`` (days) what was to begin on one of them; ``cause``: was suspended for it at least once.
    """
    joined = permit.join(enterprise, enterprise.c.enterprise_id == permit.c.enterprise_id)
    columns = (permit, enterprise.c.name, enterprise.c.division, LISTED.label("is_listed"))
    conditions = [_CONDITIONS.get(name, _same(name))(value) for name, value in wanted.items() if value is not None]
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def _same(name: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda value: permit.c[name] == value


def suspensions() -> ColumnElement[bool]:
    """Return the condition under which a row of ``permit_step`` is the suspension of its permit."""
    return and_(permit_step.c.permit_id == permit.c.id, permit_step.c.event == "suspend")


def cause_of() -> ColumnElement[str]:
    """Return why a step suspended the work: a break unless somebody said otherwise."""
    return func.coalesce(permit_step.c.given["cause"].as_string(), "break")


_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "ids": lambda ids: permit.c.id.in_(ids),
    "states": lambda states: permit.c.state.in_(states),
    "is_listed": lambda does: LISTED if does else ~LISTED,
    "area": lambda prefix: enterprise.c.division.startswith(prefix),
    "since": lambda moment: permit.c.ends_at > moment,
    "until": lambda moment: permit.c.starts_at < moment,
    "from": lambda day: permit.c.starts_at >= start_of(day),
    "to": lambda day: permit.c.starts_at < end_of(day),
    "subdistrict": lambda code: enterprise.c.subdistrict == code,
    "cause": lambda cause: exists().where(suspensions(), cause_of() == cause),
    "has_reason": lambda has_one: (permit.c.reason != "") == has_one,
    "is_approved": lambda is_so: permit.c.approved_at.is_not(None) == is_so,
}


def visible_permit(session: Session, principal: Principal, permit_id: str) -> Row[Any]:
    """Return one permit; raises ``PermitNotFound`` outside the area."""
    row = session.execute(permits(principal, wanted={"id": permit_id})).one_or_none()
    if row is None:
        raise PermitNotFound("There is no such permit in your area.")
    return row


def permit_view(row: Row[Any]) -> Document:
    """Return a permit with the name of its state and what its rules ask of it."""
    state = permit_rules().machine.states[row.state]
    return {**row._asdict(), "state_zh": state.zh, "state_en": state.en}


def permit_parts(session: Session, permit_id: str) -> dict[str, Sequence[Row[Any]]]:
    """Return what belongs to a permit: measures, analyses, signatures, the crew, and each step, the first first."""
    parts = {name: _rows(session, table, permit_id) for name, table in OWN.items()}
    return {**parts, "steps": _rows(session, permit_step, permit_id)}


def confirmations_of(steps: Sequence[Row[Any]]) -> list[Document]:
    """Return what nobody measured but somebody confirmed with one of the ``steps``: who, when, with which step."""
    return [
        {**asdict(one), "event": step.event, "by": step.by, "at": step.at}
        for step in steps
        for one in permit_rules().confirmations
        if step.given.get(one.id)
    ]


def preparation_of(steps: Sequence[Row[Any]]) -> Document:
    """Return what ``steps`` said was isolated, by which map and plan, and who explained the work to whom, and when."""
    said = [step for step in steps if step.event in PREPARING]
    told = {name: step.given[name] for step in said for name in PREPARING[step.event] if step.given.get(name)}
    briefed_at = next((step.at.isoformat() for step in said if step.event == "brief"), None)
    return told | {"briefed_at": briefed_at} if briefed_at else told


def guardian_of(session: Session, permit_id: str, *, person_id: str) -> Row[Any]:
    """Return a guardian of a permit, with where it was when it last told."""
    columns = permit_person.c
    own = (columns.permit_id == permit_id, columns.person_id == person_id, columns.role == GUARDIAN)
    return session.execute(select(permit_person).where(*own)).one()


def related_to(session: Session, row: Row[Any]) -> list[Document]:
    """Return the other permits of the same job, each with what it is to this one."""
    head = row.parent_id or row.id
    family = or_(permit.c.id == head, permit.c.parent_id == head)
    others = session.execute(select(permit).where(family, permit.c.id != row.id).order_by(permit.c.id)).all()
    return [{**one._asdict(), "relation": _relation(row, one)} for one in others]


def _relation(row: Row[Any], other: Row[Any]) -> str:
    if other.id == row.parent_id:
        return "parent"
    return "child" if other.parent_id == row.id else "sibling"


def standing(session: Session, row: Row[Any], *, asked: Step) -> Document:
    """Return what who ``asked`` may do with the permit in ``row``, who signs next, and what stands in the way now."""
    known = permit_at(session, row, now=asked.now)
    return {
        "allowed": allowed_permit_steps(permit_rules(), known, asked=asked),
        "next_role": _next_role(known),
        "hindrances": hindrances(known) if row.is_open else (),
    }


def next_role(session: Session, row: Row[Any]) -> str:
    """Return who has to sign next: before the approval, or the ticket before the start; empty when nobody has to."""
    return _next_role(known_permit(session, row))


def _next_role(known: Permit) -> str:
    due = {
        "in_approval": known.terms.approval[len(known.signed) :],
        "approved": tuple(role for role in known.terms.tickets if role not in known.tickets),
    }
    return next(iter(due.get(known.state, ())), "")


def timed_permit(session: Session, row: Row[Any]) -> Permit:
    """Return what of the permit in ``row`` its clock looks at: times, terms, analyses, and who is inside."""
    parts = {name: _rows(session, OWN[name], row.id) for name in ("gas_tests", "persons")}
    return _with_parts(row, parts)


def known_permit(session: Session, row: Row[Any]) -> Permit:
    """Return everything about the permit in ``row`` that a step looks at."""
    parts = {name: _rows(session, table, row.id) for name, table in OWN.items()}
    relatives = [
        Relative(one["id"], one["relation"], one["kind"], one["state"], one["ends_at"], one["cause"])
        for one in related_to(session, row)
    ]
    return replace(
        _with_parts(row, parts),
        signed=_roles(parts["signatures"], is_approval=True),
        tickets=_roles(parts["signatures"], is_approval=False),
        measures={one.number: one.is_involved for one in parts["measures"]},
        notes={one.number: one.note or "" for one in parts["measures"]},
        sentences=measures_of(row.kind, rules=ruleset(row.ruleset).measures),
        relatives=tuple(relatives),
        is_halted=is_halted(session, row.enterprise_id)
        or bool(orders_over(session, row.enterprise_id, permit_id=row.id)),
        conflicts=forbidden_by(session, row) if row.state == BRIEFED else (),
    )


def _with_parts(row: Row[Any], parts: Mapping[str, Sequence[Row[Any]]]) -> Permit:
    return Permit(
        **{name: getattr(row, name) for name in SAME},
        terms=terms_of(row.terms),
        gas=tuple(GasResult(one.gas_group, f"{one.gas} {one.point}", one.sampled_at, one.is_acceptable, one.by)
                  for one in sorted(parts["gas_tests"], key=_when)),
        crew=tuple(Member(one.person_id, one.role, one.is_in, one.away_since) for one in parts["persons"]),
    )  # fmt: skip


def permit_at(session: Session, row: Row[Any], *, now: datetime) -> Permit:
    """Return the same together with what others say about its people and its place at this moment."""
    known = known_permit(session, row)
    if known.state not in JUDGED:
        return known
    found = problems_of_permit(session, row, crew=known.crew, now=now)
    problems = tuple(f"{one.code} {one.person_id}".strip() for one in found if one.is_blocking)
    is_alarmed, over_at = has_alarm(session, row), alarm_over_at(session, row)
    return replace(known, problems=problems, has_alarm=is_alarmed, alarm_over_at=over_at)


def _roles(signatures: Sequence[Row[Any]], *, is_approval: bool) -> tuple[str, ...]:
    ordered = sorted(signatures, key=lambda one: int(one.position))
    return tuple(one.role for one in ordered if (one.stage == APPROVAL) == is_approval)


def _when(one: Row[Any]) -> tuple[datetime, int]:
    return one.sampled_at, one.version


def _rows(session: Session, table: Table, permit_id: str) -> Sequence[Row[Any]]:
    order = list(table.primary_key.columns)[1:]
    return session.execute(select(table).where(table.c.permit_id == permit_id).order_by(*order)).all()


def permit_table() -> Document:
    """Return the way of a permit as data."""
    return machine_table(permit_rules().machine)
