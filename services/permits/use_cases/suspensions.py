"""Stops work that is going on when others tell why: an alarm, people who may not work any more, an order to halt."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.permits.domain.permit_facts import ACTIVE, READY
from services.permits.domain.suspensions import (
    PRODUCTION_HALTED,
    Alarm,
    Given,
    because,
    because_of_alarm,
    because_of_person,
    stops,
)
from services.permits.queries.enterprises import is_halted, present_id
from services.permits.queries.people import problems_of_permits
from services.permits.queries.suspensions import work_place
from services.permits.rules.suspensions import suspension_rules
from services.permits.tables import alarm, listing, permit, permit_person
from services.permits.use_cases.permits import locked_permit, step_permit
from services.permits.use_cases.places import hold_enterprise
from shared.contracts.credit import SubjectDelisted, SubjectListed
from shared.contracts.monitoring import AlarmCleared, AlarmRaised
from shared.database.bulk import among, upsert_rows
from shared.machines import clock_step


def keep_alarm(session: Session, told: AlarmRaised, *, now: datetime) -> None:
    """Keep an alarm, and suspend the work that it stops; whether its end was heard of before changes nothing."""
    enterprise_id = present_id(session, told.enterprise_id)
    facts = {"level": told.level, "quantity": told.quantity, "place": told.place, "raised_at": now}
    row = {"occurrence_id": told.occurrence_id, "enterprise_id": enterprise_id, **facts}
    upsert_rows(session, alarm, [row], key=["occurrence_id"])
    hold_enterprise(session, enterprise_id)
    rules, raised = suspension_rules(), Alarm(told.level, told.place)
    for one in _active(session, enterprise_id):
        if stops(rules, raised, work=work_place(one)):
            _suspend(session, one.id, "alarm", why=_of_alarm(told, one), now=now)


def clear_alarm(session: Session, told: AlarmCleared, *, now: datetime) -> None:
    """Note that an alarm is over; the work stays suspended until somebody resumes it with a new analysis."""
    row = {"occurrence_id": told.occurrence_id, "cleared_at": now}
    known = session.scalar(select(alarm.c.occurrence_id).where(alarm.c.occurrence_id == told.occurrence_id))
    if known is None:
        row |= {"enterprise_id": present_id(session, told.enterprise_id), "level": 0, "quantity": "", "place": ""}
        upsert_rows(session, alarm, [row], key=["occurrence_id"])
    else:
        session.execute(alarm.update().where(alarm.c.occurrence_id == told.occurrence_id).values(cleared_at=now))


def suspend_for_people(session: Session, person_ids: Collection[str], *, now: datetime) -> None:
    """Suspend the work of people who have left, or whose certificates count no more."""
    own = select(permit_person.c.permit_id).where(among(session, permit_person.c.person_id, sorted(person_ids)))
    theirs = (permit.c.id.in_(own), permit.c.state.in_(READY))
    firms = select(permit.c.enterprise_id).where(*theirs).distinct().order_by(permit.c.enterprise_id)
    for enterprise_id in session.scalars(firms).all():
        hold_enterprise(session, enterprise_id)
    live = select(permit).where(*theirs, permit.c.state == ACTIVE).order_by(permit.c.id)
    for permit_id, found in problems_of_permits(session, session.execute(live).all(), now=now).items():
        blocking = next((one.code for one in found if one.is_blocking), "")
        if blocking:
            _suspend(session, permit_id, "people", why=because_of_person(blocking), now=now)


def suspend_for_halt(session: Session, enterprise_ids: Collection[str], *, now: datetime) -> None:
    """Suspend all work of enterprises whose production is halted as a whole."""
    for enterprise_id in sorted({present_id(session, one) for one in enterprise_ids}):
        hold_enterprise(session, enterprise_id)
        if is_halted(session, enterprise_id):
            for row in _active(session, enterprise_id):
                _suspend(session, row.id, "halt", why=because(PRODUCTION_HALTED), now=now)


def keep_listing(session: Session, told: SubjectListed | SubjectDelisted, *, now: datetime) -> None:
    """Keep whether a subject is listed: its permits need attention; the order of both words does not matter."""
    moment = "listed_at" if isinstance(told, SubjectListed) else "delisted_at"
    row = {"listing_id": told.listing_id, "enterprise_id": present_id(session, told.enterprise_id), moment: now}
    upsert_rows(session, listing, [row], key=["listing_id"])


def _of_alarm(told: AlarmRaised, work: Row[Any]) -> Given:
    called = work.place if told.place == work.place_id else told.place
    return because_of_alarm(quantity=told.quantity, level=told.level, place=told.place, called=called)


def _active(session: Session, enterprise_id: str) -> list[Row[Any]]:
    wanted = select(permit).where(permit.c.enterprise_id == enterprise_id, permit.c.state == ACTIVE)
    return list(session.execute(wanted.order_by(permit.c.id)).all())


def _suspend(session: Session, permit_id: str, by: str, *, why: Given, now: datetime) -> None:
    """Suspend a permit unless another of the same job has just taken it along."""
    if locked_permit(session, permit_id).state == ACTIVE:
        step = clock_step("suspend", now, cause=suspension_rules().causes[by], **why)
        step_permit(session, permit_id, step=step)
