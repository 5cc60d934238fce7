"""Orders to stop work within the caller's area, and which of them hold now."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from services.permits.domain.stop_orders import IN_FORCE, StopOrder, allowed_order_steps
from services.permits.queries.enterprises import in_area, start_of
from services.permits.rules.stop_orders import stop_order_rules
from services.permits.tables import enterprise, stop_order, stop_order_step
from shared.errors import NotFound
from shared.machines import Step, end_of
from shared.security.principal import Principal

Document = dict[str, Any]


class StopOrderNotFound(NotFound):
    code = "stop_order_not_found"


def stop_orders(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the orders of the area; ``wanted`` filters by column.

    ``from`` and ``to`` are days between which an order was signed, ``division`` the beginning of a code.
    """
    joined = stop_order.join(enterprise, enterprise.c.enterprise_id == stop_order.c.enterprise_id)
    conditions = [_CONDITIONS.get(name, _same(name))(value) for name, value in wanted.items() if value is not None]
    columns = (stop_order, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def _same(name: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda value: stop_order.c[name] == value


_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "division": lambda code: enterprise.c.division.startswith(code, autoescape=True),
    "subdistrict": lambda code: enterprise.c.subdistrict == code,
    "from": lambda day: stop_order.c.signed_at >= start_of(day),
    "to": lambda day: stop_order.c.signed_at < end_of(day),
}


def visible_order(session: Session, principal: Principal, order_id: str) -> Row[Any]:
    """Return one order; raises ``StopOrderNotFound`` outside the area."""
    row = session.execute(stop_orders(principal, wanted={"id": order_id})).one_or_none()
    if row is None:
        raise StopOrderNotFound("There is no such order in your area.")
    return row


def order_view(row: Row[Any], *, asked: Step) -> Document:
    """Return an order with the name of its state and the steps that who ``asked`` may take."""
    rules = stop_order_rules()
    state = rules.machine.states[row.state]
    allowed = allowed_order_steps(rules, StopOrder(row.state, row.signed_by), asked=asked)
    return {**row._asdict(), "state_zh": state.zh, "state_en": state.en, "allowed": allowed}


def order_steps(session: Session, order_id: str) -> Sequence[Row[Any]]:
    """Return what happened to an order, the first step first."""
    wanted = select(stop_order_step).where(stop_order_step.c.order_id == order_id)
    return session.execute(wanted.order_by(stop_order_step.c.version)).all()


def orders_over(session: Session, enterprise_id: str, *, job_id: str = "", permit_id: str = "") -> list[str]:
    """Return the numbers of the orders in force over a job or a permit, or over all work of an enterprise."""
    columns = stop_order.c
    own = (columns.enterprise_id == enterprise_id, columns.is_open, columns.state == IN_FORCE)
    rows = session.execute(select(stop_order).where(*own).order_by(columns.id)).all()
    return [row.number for row in rows if row.is_whole or job_id in row.job_ids or permit_id in row.permit_ids]
