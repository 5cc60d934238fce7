"""Reports of intermediaries that are looked at again, complaints about them, and how each of them does."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request

from services.gateway.pages import names, own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.clock import business_date
from shared.http.chassis import now

REVIEW_STATES = ("drawn", "agrees", "refuted")
COMPLAINT_STATES = ("received", "examined", "extended", "upheld", "unfounded", "withdrawn")
DRAWER = "bureau_officer"
OFFERED: Mapping[str, Sequence[str]] = {
    "respond": ("answer",),
    "uphold": ("answer",),
    "reject": ("answer",),
    "examine": ("reason",),
    "extend": ("reason",),
    "withdraw": (),
}
MAIN = ("respond", "uphold")
HALVES = 4  # half-years that one may look back to


@site.get("/visits/reviews")
@page("task:read")
def visit_reviews() -> str:
    """Draw the reports that are looked at again, the newest first."""
    chosen = _chosen("state", "is_overdue", "half_year", "intermediary_id", "enterprise_id")
    answer = own_api.read("inspections/reviews", {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    shown = {"chosen": chosen, "states": REVIEW_STATES, "halves": half_years()}
    return render_template("visits/reviews.html", **shown, **_sides(), **answer)


@site.get("/visits/reviews/<review_id>")
@page("task:read")
def visit_review(review_id: str) -> str:
    """Draw one report that is looked at again, the record of its draw, and the form of who may decide."""
    one = own_api.read(f"inspections/reviews/{review_id}")
    may_decide = one["may_decide"] and viewer.may("task:work")
    grounds = own_api.read("inspections/reviews/grounds")["items"]
    return render_template("visits/review.html", one=one, may_decide=may_decide, grounds=grounds, **_sides())


@site.get("/visits/complaints")
@page("task:read")
def visit_complaints() -> str:
    """Draw the complaints about intermediaries, the newest first."""
    chosen = _chosen("state", "is_open", "is_overdue", "half_year", "intermediary_id", "enterprise_id")
    answer = own_api.read("inspections/complaints", {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    shown = {"chosen": chosen, "states": COMPLAINT_STATES, "agencies": names.intermediaries()}
    return render_template("visits/complaints.html", **shown, **answer)


@site.get("/visits/complaints/<complaint_id>")
@page("task:read")
def visit_complaint(complaint_id: str) -> str:
    """Draw one complaint with only those steps that are open to who looks at it."""
    one = own_api.read(f"inspections/complaints/{complaint_id}")
    may = one["allowed"] if viewer.may("task:work") else ()
    acts = acts_of(OFFERED, may, main=MAIN)
    return render_template("visits/complaint.html", one=one, acts=acts, agencies=names.intermediaries())


@site.get("/visits/agencies")
@page("task:read")
def visit_agencies() -> str:
    """Draw how each intermediary does in a half-year; every figure opens its rows."""
    half = request.args.get("half_year", "")
    halves = half_years()
    half = half if half in halves else halves[0]
    someone = viewer.current()
    may_draw = someone is not None and DRAWER in someone.roles
    items = own_api.read("inspections/reviews/standings", {"half_year": half})["items"]
    shown = {"half": half, "halves": halves, "items": items, "may_draw": may_draw}
    return render_template("visits/agencies.html", **shown, agencies=names.intermediaries())


def half_years() -> list[str]:
    """Return the half-years that one may choose, the present one first."""
    today = business_date(now())
    number = today.year * 2 + (today.month > 6)
    return [f"{one // 2}H{one % 2 + 1}" for one in range(number, number - HALVES, -1)]


def _sides() -> dict[str, Any]:
    return {"agencies": names.intermediaries()}


def _chosen(*names: str) -> dict[str, str]:
    return {name: request.args[name] for name in names if request.args.get(name)}
