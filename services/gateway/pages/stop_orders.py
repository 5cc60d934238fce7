"""Orders to stop dangerous work: the list, one order with its signatures, and the form that prepares one."""

from collections.abc import Mapping, Sequence

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.names import subdistricts
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.errors import NotFound

FILTERS = ("state", "division", "enterprise_id", "basis", "from", "to")
STATES = ("prepared", "in_force", "lifted", "dropped")
OFFERED: Mapping[str, Sequence[str]] = {
    "countersign": (),
    "issue_alone": ("reason",),
    "lift": ("reason",),
    "drop": ("reason",),
}
MAIN = ("countersign", "lift")


@site.get("/stop-orders")
@page("declaration:read")
def stop_orders() -> str:
    """Draw the orders of one's area, of an enterprise those against it, the newest first."""
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    query = {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    return render_template(
        "stop_orders/list.html",
        chosen={name: value for name, value in chosen.items() if value},
        states=STATES,
        places=subdistricts(),
        **own_api.read("permits/stop-orders", query),
    )


@site.get("/stop-orders/new")
@page("permit:oversee")
def new_stop_order() -> str:
    """Draw the form of an order against one enterprise: all its work, or the declared work and permits named."""
    enterprise_id = request.args.get("enterprise_id", "")
    own = {"enterprise_id": enterprise_id, "is_open": "true"}
    if not enterprise_id:
        raise NotFound("An order is prepared from the work or the file of an enterprise.")
    return render_template(
        "stop_orders/new.html",
        enterprise=own_api.read(f"registry/enterprises/{enterprise_id}"),
        jobs=own_api.read_all("permits/declarations/jobs", own),
        permits=own_api.read_all("permits/permits", own),
        named=(request.args.get("job_id", ""), request.args.get("permit_id", "")),
    )


@site.get("/stop-orders/<order_id>")
@page("declaration:read")
def stop_order(order_id: str) -> str:
    """Draw one order with what it stops, its signatures and what may be done now."""
    one = own_api.read(f"permits/stop-orders/{order_id}")
    someone = viewer.current()
    may = one["allowed"] if someone and "permit:oversee" in someone.actions else []
    own = {"enterprise_id": one["enterprise_id"]}
    jobs = own_api.read_all("permits/declarations/jobs", own) if one["job_ids"] else []
    return render_template(
        "stop_orders/order.html",
        one=one,
        may=may,
        acts=acts_of(OFFERED, may, main=MAIN),
        jobs=[job for job in jobs if job["id"] in one["job_ids"]],
        permits=own_api.read_all("permits/permits", {"ids": ",".join(one["permit_ids"])}) if one["permit_ids"] else [],
    )
