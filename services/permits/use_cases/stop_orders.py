"""Prepare an order to stop work, let it come into force with the second signature, and lift it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from services.permits.domain.permit_facts import ACTIVE
from services.permits.domain.stop_orders import IN_FORCE, PREPARED, StopOrder, check_preparing, take_order_step
from services.permits.domain.suspensions import because_of_order
from services.permits.queries.stop_orders import orders_over
from services.permits.rules.declarations import declaration_rules
from services.permits.rules.stop_orders import stop_order_rules
from services.permits.tables import declared_job, permit, stop_order, stop_order_step
from services.permits.use_cases.declarations import step_job
from services.permits.use_cases.permits import step_permit
from services.permits.use_cases.places import hold_enterprise
from shared.clock import business_date
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.machines import Step

STOP_ORDER = "stop_order"  # the cause of a permit that an order suspends


class OrderChanged(Conflict):
    code = "stop_order_changed"


class WorkUnknown(NotFound):
    code = "work_not_found"


@dataclass(frozen=True, slots=True)
class Ordered:
    """What has to stop: all work of the enterprise (``is_whole``), or the permits and declared jobs named."""

    enterprise_id: str
    reason: str
    basis: str
    is_whole: bool = False
    permit_ids: Sequence[str] = ()
    job_ids: Sequence[str] = ()


def prepare_order(session: Session, wanted: Ordered, *, step: Step) -> str:
    """Number an order, signed by the officer who prepares it, and return its id; it holds with the next signature.

    Raises ``NotAllowed``, ``NothingNamed``, and ``WorkUnknown`` for work that is not this enterprise's.
    """
    named = [*wanted.permit_ids, *wanted.job_ids]
    check_preparing(stop_order_rules(), step, is_whole=wanted.is_whole, named=len(named))
    _require_own(session, wanted)
    year = business_date(step.now).year
    before = session.scalar(select(func.count()).where(stop_order.c.year == year)) or 0
    values = {name: getattr(wanted, name) for name in wanted.__slots__}
    order_id = new_id()
    session.execute(
        insert(stop_order).values(
            id=order_id,
            number=stop_order_rules().numbered(year=year, serial=before + 1),
            year=year,
            state=PREPARED,
            is_open=True,
            version=1,
            signed_by=step.by,
            signed_at=step.now,
            **values | {"permit_ids": list(wanted.permit_ids), "job_ids": list(wanted.job_ids)},
            **dict.fromkeys(("second_by", "alone_because", "lifted_by", "lifted_because"), ""),
        )
    )
    return order_id


def _require_own(session: Session, wanted: Ordered) -> None:
    for name, table in (("job_ids", declared_job), ("permit_ids", permit)):
        named = set(getattr(wanted, name))
        own = select(table.c.id).where(table.c.enterprise_id == wanted.enterprise_id, table.c.id.in_(named))
        unknown = named - set(session.scalars(own))
        if unknown:
            raise WorkUnknown(
                "There is no such work of this enterprise: read its list again.", **{name: sorted(unknown)}
            )


def step_order(session: Session, order_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Take one step with an order; what it names stops as it comes into force, and goes on when it is lifted.

    Raises ``StepNotPossible``, ``NotAllowed``, ``OrderChanged``.
    """
    row = session.execute(select(stop_order).where(stop_order.c.id == order_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise OrderChanged("Somebody has changed this order meanwhile: read it again.", version=row.version)
    order = StopOrder(row.state, row.signed_by)
    state, transition = take_order_step(stop_order_rules(), order, step=step)
    is_open = stop_order_rules().machine.states[state].is_open
    changes = {"state": state, "is_open": is_open, "version": row.version + 1, **_written(step)}
    session.execute(update(stop_order).where(stop_order.c.id == order_id).values(**changes))
    kept = {"event": step.event, "rule": transition.row, "state": state, "by": step.by, "at": step.now}
    session.execute(
        insert(stop_order_step).values(order_id=order_id, version=row.version + 1, given=dict(step.given), **kept)
    )
    if step.event != "drop":
        _move_work(session, row, "stop" if state == IN_FORCE else "lift", step=step)
    if state == IN_FORCE:
        _suspend_permits(session, row, step=step)


def _written(step: Step) -> dict[str, Any]:
    reason = str(step.given.get("reason", ""))
    return {
        "countersign": {"second_by": step.by, "in_force_at": step.now},
        "issue_alone": {"alone_because": reason, "in_force_at": step.now},
        "lift": {"lifted_by": step.by, "lifted_because": reason, "lifted_at": step.now},
    }.get(step.event, {})


def _move_work(session: Session, row: Row[Any], event: str, *, step: Step) -> None:
    """Stop the declared jobs that the order covers, or let them go on unless another order still holds."""
    columns = declared_job.c
    waiting = select(columns.id, columns.state).where(columns.enterprise_id == row.enterprise_id, columns.is_open)
    named = waiting if row.is_whole else waiting.where(columns.id.in_(row.job_ids))
    transitions = declaration_rules().machine.transitions
    given = {"order": row.number, "reason": row.reason if event == "stop" else step.given.get("reason", "")}
    for job_id, state in session.execute(named.order_by(columns.id)).all():
        is_free = event == "stop" or not orders_over(session, row.enterprise_id, job_id=job_id)
        if (state, event) in transitions and is_free:
            step_job(session, job_id, step=Step(event, step.by, step.tier, step.now, given, step.roles))


def _suspend_permits(session: Session, row: Row[Any], *, step: Step) -> None:
    """Suspend the live permits that an order covers; once it is lifted, the enterprise itself resumes them."""
    hold_enterprise(session, row.enterprise_id)
    columns = permit.c
    live = select(columns.id).where(columns.enterprise_id == row.enterprise_id, columns.state == ACTIVE)
    named = live if row.is_whole else live.where(columns.id.in_(row.permit_ids))
    given = {"cause": STOP_ORDER, **because_of_order(row.number)}
    while permit_id := session.scalar(named.order_by(columns.id).limit(1)):  # one may take others of its job along
        step_permit(session, permit_id, step=Step("suspend", step.by, step.tier, step.now, given, step.roles))
