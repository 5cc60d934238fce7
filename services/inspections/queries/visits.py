"""Visits within the caller's area, what was found and noted on them, and who was where when."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, true
from sqlalchemy.orm import Session

from services.inspections.domain.presence import Place, Spot, Stay
from services.inspections.domain.reviews import moments_of
from services.inspections.domain.visits import CLOCK_EVENTS, INTERMEDIARY, Visit, allowed_visit_steps
from services.inspections.queries import in_state
from services.inspections.queries.enterprises import in_area
from services.inspections.rules import review_rules, visit_rules
from services.inspections.tables import (
    check_record,
    enterprise,
    hazard,
    review,
    service_contract,
    visit,
    visit_finding,
    visit_flag,
    visit_person,
)
from shared.database.chassis import attachment
from shared.errors import NotFound
from shared.machines import Step
from shared.security.principal import Principal

Document = dict[str, Any]
EXACT, PROPOSED = "exact", "proposed"
THE_CLOCKS = tuple(event for event in CLOCK_EVENTS if event != "close")


class VisitNotFound(NotFound):
    code = "visit_not_found"


def is_visited(session: Session, enterprise_id: str, *, now: datetime) -> bool:
    """Return whether a live contract says how often an intermediary comes, so that no duty has to."""
    columns = service_contract.c
    is_live = (columns.starts_at <= now, columns.ends_at > now, columns.visits_per_year > 0)
    found = select(columns.contract_id).where(columns.enterprise_id == enterprise_id, *is_live)
    return session.scalar(found.limit(1)) is not None


def visits(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the visits of the area, of an intermediary only its own.

    ``wanted`` filters by column, None by nothing; ``person`` was on it, ``flag`` is noted and not dismissed.
    """
    joined = visit.join(enterprise, enterprise.c.enterprise_id == visit.c.enterprise_id)
    conditions = [_CONDITIONS.get(name, _same(name))(value) for name, value in wanted.items() if value is not None]
    columns = (visit, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), own_side(principal), *conditions)


def own_side(principal: Principal) -> ColumnElement[bool]:
    """Return the condition that leaves out what other intermediaries do at the same enterprises."""
    is_agency = principal.intermediary_id
    return visit.c.intermediary_id == principal.intermediary_id if is_agency else true()


def _same(name: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda value: visit.c[name] == value


def _flagged(kind: str | None = None) -> ColumnElement[bool]:
    columns = visit_flag.c
    noted = select(columns.visit_id).where(columns.visit_id == visit.c.id, columns.outcome != "dismissed")
    return (noted.where(columns.kind == kind) if kind else noted).exists()


def reported_in(half: str) -> ColumnElement[bool]:
    """Return the condition under which a visit was reported in a half-year."""
    first, after = moments_of(half)
    return and_(visit.c.reported_at >= first, visit.c.reported_at < after)


def with_fault(fault: str) -> ColumnElement[bool]:
    """Return the condition under which a visit has a fault that takes points: none of them was dismissed."""
    if fault == "false_report":
        false = [one.id for one in review_rules().grounds.values() if one.is_false]
        return select(review.c.id).where(review.c.visit_id == visit.c.id, review.c.ground.in_(false)).exists()
    unreal = [one.id for one in visit_rules().anomalies.values() if one.is_unreal]
    kinds = unreal if fault == "unreal" else [fault]
    own = (visit_flag.c.visit_id == visit.c.id, visit_flag.c.outcome != "dismissed")
    return select(visit_flag.c.kind).where(*own, visit_flag.c.kind.in_(kinds)).exists()


_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "half_year": reported_in,
    "fault": with_fault,
    "area": lambda prefix: enterprise.c.division.startswith(prefix),
    "flag": _flagged,
    "is_flagged": lambda is_flagged: _flagged() if is_flagged else ~_flagged(),
    "person": lambda account: visit.c.id.in_(
        select(visit_person.c.visit_id).where(visit_person.c.account_id == account)
    ),
}


def visible_visit(session: Session, principal: Principal, visit_id: str) -> Row[Any]:
    """Return one visit; raises ``VisitNotFound`` outside the area."""
    row = session.execute(visits(principal, wanted={"id": visit_id})).one_or_none()
    if row is None:
        raise VisitNotFound("There is no such visit in your area.")
    return row


def visit_views(session: Session, rows: Sequence[Row[Any]]) -> list[Document]:
    """Return visits with the names of their states and what is noted beside them."""
    machine, noted = visit_rules().machine, flags_of(session, [row.id for row in rows])
    return [
        {
            **in_state(row, machine),
            "possible": [event for event in machine.possible(row.state) if event not in THE_CLOCKS],
            "flags": noted.get(row.id, []),
        }
        for row in rows
    ]


def flags_of(session: Session, visit_ids: Collection[str]) -> dict[str, list[Document]]:
    """Return what is noted beside each of the visits, the first mark first."""
    wanted = select(visit_flag).where(visit_flag.c.visit_id.in_(visit_ids))
    found: dict[str, list[Document]] = {}
    for row in session.execute(wanted.order_by(visit_flag.c.at, visit_flag.c.kind)):
        named = visit_rules().anomalies[row.kind]
        marked = {**row._asdict(), "zh": named.zh, "en": named.en, "is_unreal": named.is_unreal}
        found.setdefault(row.visit_id, []).append(marked)
    return found


def findings_of(session: Session, row: Row[Any]) -> Sequence[Row[Any]]:
    """Return the hazards of a visit: found on the way, or by its checklist."""
    checked = session.scalars(select(check_record.c.hazards).where(check_record.c.task_id == row.task_id))
    ids = {hazard_id for hazards in checked for hazard_id in hazards.values()}
    ids |= set(session.scalars(select(visit_finding.c.hazard_id).where(visit_finding.c.visit_id == row.id)))
    return session.execute(select(hazard).where(hazard.c.id.in_(ids)).order_by(hazard.c.id)).all()


PUT_RIGHT = ("verified", "closed", "cancelled", "rejected", "transferred")


def known_visit(session: Session, row: Row[Any], findings: Sequence[Row[Any]]) -> Visit:
    """Return what the steps look at; ``findings`` are the hazards of the visit."""
    checked = select(check_record.c.id).where(check_record.c.task_id == row.task_id).limit(1)
    kinds = session.scalars(select(visit_flag.c.kind).where(visit_flag.c.visit_id == row.id))
    return Visit(
        state=row.state,
        people=tuple(row.people),
        started_at=row.started_at,
        due_at=row.due_at,
        is_checked=session.scalar(checked) is not None,
        findings=len(findings),
        open_findings=sum(one.state not in PUT_RIGHT for one in findings),
        flags=frozenset(kinds),
    )


def steps_allowed(known: Visit, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take with a visit; what is the clock's alone is nobody else's."""
    return [event for event in allowed_visit_steps(visit_rules(), known, asked=asked) if event not in THE_CLOCKS]


def spot_of(row: Row[Any], end: str) -> Spot | None:
    """Return where a visit began (``start``) or ended (``end``), as its phone measured."""
    longitude, latitude, accuracy = (getattr(row, f"{end}_{name}") for name in ("longitude", "latitude", "accuracy"))
    return None if longitude is None else Spot(longitude, latitude, accuracy or 0)


def stays_of(session: Session, account_ids: Collection[str], *, without: str, since: datetime) -> list[Stay]:
    """Return when and where any of these people were on other visits since a moment, in the order of time."""
    theirs = select(visit_person.c.visit_id).where(visit_person.c.account_id.in_(account_ids))
    wanted = select(visit).where(visit.c.id.in_(theirs), visit.c.id != without, visit.c.started_at >= since)
    return [
        Stay(row.id, row.started_at, row.ended_at, spot_of(row, "start"), spot_of(row, "end"))
        for row in session.execute(wanted.order_by(visit.c.started_at, visit.c.id))
    ]


def place_of(session: Session, row: Row[Any]) -> Place | None:
    """Return where the enterprise of a visit lies: exactly, or where the last visit before proposed; None: unknown."""
    columns = enterprise.c
    known = session.execute(select(enterprise).where(columns.enterprise_id == row.enterprise_id)).one()
    if known.location_precision == EXACT and known.longitude is not None:
        return Place(EXACT, Spot(known.longitude, known.latitude))
    earlier = select(visit).where(
        visit.c.enterprise_id == row.enterprise_id, visit.c.id != row.id, visit.c.proposes_place
    )
    last = session.execute(earlier.order_by(visit.c.started_at.desc()).limit(1)).one_or_none()
    spot = spot_of(last, "start") if last else None
    return Place(PROPOSED, spot) if spot else None


def figures(session: Session, principal: Principal, *, wanted: Mapping[str, Any]) -> Document:
    """Return how many of the ``wanted`` visits stand in each state, and how many are marked."""
    counted = visits(principal, wanted=wanted).with_only_columns(
        visit.c.state, func.count(), func.count().filter(_flagged()), maintain_column_froms=True
    )
    rows = session.execute(counted.group_by(visit.c.state)).all()
    numbers = {state: (count, marked) for state, count, marked in rows}
    states = [
        {"state": one.id, "zh": one.zh, "en": one.en, "is_open": one.is_open, "count": numbers.get(one.id, (0, 0))[0]}
        for one in visit_rules().machine.states.values()
    ]
    return {"states": states, "flagged": sum(marked for _, marked in numbers.values())}


def photos_seen(session: Session, row: Row[Any], photos: Collection[str]) -> list[str]:
    """Return those photos that an earlier report showed already, also as the same bytes of another enterprise."""
    earlier = select(visit.c.photos).where(visit.c.enterprise_id == row.enterprise_id, visit.c.id != row.id)
    shown = {photo for kept in session.scalars(earlier) for photo in kept}
    ours, other = attachment.alias(), attachment.alias()
    same = ours.join(other, (other.c.sha256 == ours.c.sha256) & (other.c.owner != ours.c.owner))
    copied = select(ours.c.id).select_from(same).where(ours.c.id.in_(photos), other.c.stored_at <= ours.c.stored_at)
    return sorted((shown & set(photos)) | set(session.scalars(copied)))


def is_blind(session: Session, row: Row[Any], *, visits_in_a_row: int) -> bool:
    """Return whether so many visits up to this one found nothing, while a later tier found something meanwhile."""
    own = (visit.c.enterprise_id == row.enterprise_id, visit.c.intermediary_id == row.intermediary_id)
    earlier = select(visit).where(*own, visit.c.id != row.id, visit.c.reported_at.is_not(None))
    last = session.execute(earlier.order_by(visit.c.started_at.desc()).limit(visits_in_a_row - 1)).all()
    if len(last) < visits_in_a_row - 1 or any(one.findings for one in last):
        return False
    found = select(hazard.c.id).where(
        hazard.c.enterprise_id == row.enterprise_id,
        hazard.c.found_tier > INTERMEDIARY,
        hazard.c.found_at >= min(one.started_at for one in (*last, row)),
    )
    return session.scalar(found.limit(1)) is not None
