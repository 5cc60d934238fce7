"""The credit record: penalties with what waits to be published, one decision with its steps, and its form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.names import staff, subdistricts
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.clock import business_date
from shared.http.chassis import now

MOST_FOUND = 10
FILTERS = ("awaits", "state", "penalty_class", "division", "year", "enterprise_id")
OFFERED: Mapping[str, Sequence[str]] = {
    "publish": ("reason?",),
    "keep_back": ("reason",),
    "settle": ("settled_on", "proof"),
    "apply_repair": ("promise",),
    "accept_repair": (),
    "reject_repair": ("reason",),
    "repair": ("is_corrected",),
    "refuse_repair": ("reason",),
    "withdraw": ("reason", "document", "annulled_on"),
    "strike": ("reason",),
}
# What one usually does next; about a light one the officer is asked, and in principle it is not published.
NEXT: Mapping[str, str] = {
    "decided": "publish",
    "published": "settle",
    "not_published": "settle",
    "expired": "settle",
    "uncorrected": "settle",
    "repair_applied": "accept_repair",
    "repair_accepted": "repair",
}
LIGHT, KEEP_BACK = "light", "keep_back"


@site.get("/credit")
@page("credit:read")
def penalties() -> str:
    """Draw the penalties of one's area, of an enterprise its own, the latest decision first."""
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    query = {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    return render_template(
        "credit/penalties.html",
        chosen={name: value for name, value in chosen.items() if value},
        places=subdistricts(),
        table=own_api.read("credit/penalties/table"),
        **own_api.read("credit/penalties", {name: value for name, value in query.items() if value}),
    )


@site.get("/credit/penalties/<penalty_id>")
@page("credit:read")
def penalty(penalty_id: str) -> str:
    """Draw one decision with the fields of the public record, its deadlines, its steps, and what may be done now."""
    one = own_api.read(f"credit/penalties/{penalty_id}")
    may = one["allowed"] if viewer.may("credit:write") else []
    return render_template(
        "credit/penalty.html",
        one=one,
        acts=acts_of(OFFERED, may, main=[_next_of(one)]),
        people=staff(),
    )


@site.get("/credit/penalties/new")
@page("credit:write")
def new_penalty() -> str:
    """Draw the form of a decision against an enterprise, which is searched for first.

    ``from`` is one that was struck out: what it said is in the form, to be put right.
    """
    struck = request.args.get("from", "")
    return render_template(
        "credit/new_penalty.html",
        given=own_api.read(f"credit/penalties/{struck}") if struck else {},
        **whom(),
        table=own_api.read("credit/penalties/table"),
        acts=own_api.read("credit/violations/table")["acts"],
        today=business_date(now()).isoformat(),
    )


def _next_of(one: Mapping[str, Any]) -> str:
    """Return the step that is offered before all others; empty where nobody of the bureau has to act."""
    is_asked = one["penalty_class"] == LIGHT and KEEP_BACK in one["allowed"]
    return KEEP_BACK if is_asked else NEXT.get(one["state"], "")


def whom() -> dict[str, Any]:
    """Return the enterprise that a form is about, or those that were found by name, code or address to choose from."""
    enterprise_id, q = request.args.get("enterprise_id", ""), request.args.get("q", "").strip()
    return {
        "q": q,
        "found": own_api.read("search", {"q": q, "limit": MOST_FOUND})["items"] if q else [],
        "enterprise": own_api.read(f"registry/enterprises/{enterprise_id}") if enterprise_id else None,
    }


def days_left(last_day: str) -> int:
    """Return how many days are left until a day: 0 on the day itself, below when it has passed."""
    return (date.fromisoformat(last_day) - business_date(now())).days
