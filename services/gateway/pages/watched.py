"""Whom the bureau watches more closely: the list, and the form that begins a watch."""

from datetime import timedelta

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.credit import days_left, whom
from services.gateway.pages.names import staff, subdistricts
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.clock import business_date
from shared.http.chassis import now

FILTERS = ("division", "enterprise_id")
LONGEST = 366  # days


@site.get("/watched")
@page("credit:oversee")
def watched() -> str:
    """Draw who is watched in one's area, if asked also who was, the newest first."""
    chosen = {name: value for name in FILTERS if (value := request.args.get(name, ""))}
    is_open = request.args.get("is_open", "true")
    query = {**chosen, "is_open": is_open, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    return render_template(
        "cases/watched.html",
        chosen=chosen,
        is_open=is_open,
        places=subdistricts(),
        people=staff(),
        days_left=days_left,
        may_write=viewer.may("case:write"),
        **own_api.read("credit/watched", {name: value for name, value in query.items() if value}),
    )


@site.get("/watched/new")
@page("case:write")
def new_watched() -> str:
    """Draw the form that begins to watch an enterprise, which is searched for first."""
    today = business_date(now())
    return render_template(
        "cases/new_watched.html",
        **whom(),
        earliest=(today + timedelta(1)).isoformat(),
        latest=(today + timedelta(LONGEST)).isoformat(),
    )
