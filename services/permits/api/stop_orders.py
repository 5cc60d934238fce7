"""permits/stop-orders: the orders by which officers stop dangerous work, and their end."""

from functools import partial
from typing import Any

from services.permits.api.acting import step_of_caller
from services.permits.queries import stop_orders as reading
from services.permits.queries.enterprises import visible_enterprise
from services.permits.schemas.stop_orders import (
    NewStopOrder,
    StopOrderList,
    StopOrderQuery,
    StopOrderStepBody,
    StopOrderWithSteps,
)
from services.permits.tables import stop_order
from services.permits.use_cases import stop_orders
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, etag_of, listed, paging_of, principal, reads, writes

blp = Blueprint("stop_orders", __name__, url_prefix="/api/v1/permits", description="Orders to stop work")


@blp.route("/stop-orders", methods=["GET"])
@reads("declaration:read")
@blp.arguments(StopOrderQuery, location="query")
@blp.response(200, StopOrderList)
def list_orders(session: Session, query: dict[str, Any]) -> Any:
    """The orders of the own area, of an enterprise those against it, the newest first."""
    paging = paging_of(query)
    wanted = reading.stop_orders(principal(), wanted=as_text(query))
    view = partial(reading.order_view, asked=step_of_caller())
    return listed(session, wanted, view=view, key=[stop_order.c.id], descending=True, **paging)


@blp.route("/stop-orders", methods=["POST"])
@writes("permit:oversee")
@blp.arguments(NewStopOrder)
@blp.response(201, StopOrderWithSteps)
def prepare_order(session: Session, body: dict[str, Any]) -> Any:
    """Prepare and sign an order that stops work; it holds with the signature of a second officer."""
    given = as_text(body)
    row = visible_enterprise(session, principal(), given["enterprise_id"])
    wanted = stop_orders.Ordered(**given | {"enterprise_id": row.enterprise_id})
    order_id = stop_orders.prepare_order(session, wanted, step=step_of_caller("prepare"))
    return _shown(session, order_id, event="prepare")


@blp.route("/stop-orders/<id:stop_order_id>", methods=["GET"])
@reads("declaration:read")
@blp.response(200, StopOrderWithSteps)
def show_order(session: Session, stop_order_id: str) -> Any:
    """One order with all that happened to it; its version is the ETag."""
    shown = _whole(session, stop_order_id)
    return shown, 200, etag_of(shown["version"])


@blp.route("/stop-orders/<id:stop_order_id>/steps", methods=["POST"])
@writes("permit:oversee")
@blp.arguments(StopOrderStepBody)
@blp.response(200, StopOrderWithSteps)
def take_step(session: Session, body: dict[str, Any], stop_order_id: str) -> Any:
    """Sign an order as the second officer, issue it alone with a reason, lift it, or do not issue it."""
    reading.visible_order(session, principal(), stop_order_id)
    event, based_on = body.pop("event"), body.pop("version", None)
    stop_orders.step_order(session, stop_order_id, step=step_of_caller(event, body), based_on=based_on)
    return _shown(session, stop_order_id, event=event)


def _whole(session: Session, order_id: str) -> dict[str, Any]:
    row = reading.visible_order(session, principal(), order_id)
    return {**reading.order_view(row, asked=step_of_caller()), "steps": reading.order_steps(session, order_id)}


def _shown(session: Session, order_id: str, *, event: str) -> Any:
    shown = _whole(session, order_id)
    audit_note(session, entity=f"stop_order:{order_id}", details={"event": event, "state": shown["state"]})
    return shown, etag_of(shown["version"])
