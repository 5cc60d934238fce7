"""Pilot reviews: where the subdistrict answers declared work in time, and what it answered."""

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.names import divisions
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.clock import business_date
from shared.http.chassis import now

FILTERS = ("outcome", "pilot_id", "enterprise_id", "kind", "subdistrict", "from", "to")


@site.get("/declarations/reviews")
@page("declaration:read")
def pilot_reviews() -> str:
    """Draw the answers within one's area, the newest first; authorities see the pilots too, and may switch them."""
    chosen = {name: value for name in FILTERS if (value := request.args.get(name, ""))}
    table = own_api.read("permits/declarations/table")
    query = {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    is_overseeing = viewer.may("permit:oversee")
    return render_template(
        "declarations/reviews.html",
        chosen=chosen,
        pilots=own_api.read_all("permits/reviews/pilots") if is_overseeing else [],
        figures=own_api.read("permits/reviews/figures") if is_overseeing else None,
        table=table,
        colours={one["id"]: one for one in table["colours"]},
        places=divisions(),
        today=str(business_date(now())),
        **own_api.read("permits/reviews", query),
    )
