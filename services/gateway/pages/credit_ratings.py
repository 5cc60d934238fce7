"""The credit grade A to D: who has which, why an enterprise has its own, and what is attested for it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template, request, url_for

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.names import staff, subdistricts
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.clock import business_date
from shared.errors import Forbidden, NotFound, Unavailable
from shared.http.chassis import now

RATINGS = "credit/ratings"
FILTERS = ("grade", "division", "q")
PENALTY, STANDARDISED, QUIET = "penalty_", "standardised_", "years_without_death"
ACCIDENTS = ("fatal_accident", "grave_accident")
ATTESTED = ("model_national", "model_provincial", "model_municipal", "registered_engineers", "self_evaluation_missed")
REFUTED = "self_check_refuted"  # names the check; it is shown with its task
# the page of the row behind a fact: endpoint, its parameter, and the action that opens it
OPENED = {
    "listed": ("pages.case", "case_id", "case:read"),
    "hazard_overdue": ("pages.hazard", "hazard_id", "hazard:read"),
    "major_hazard_overdue": ("pages.hazard", "hazard_id", "hazard:read"),
    "self_check_overdue": ("pages.task", "task_id", "task:read"),
    "entry_refused": ("pages.task", "task_id", "task:read"),
    REFUTED: ("pages.task", "task_id", "task:read"),
}
Document = Mapping[str, Any]


@site.get("/credit/ratings")
@page("credit:oversee")
def ratings() -> str:
    """Draw the grades of one's area with a figure for each grade, which opens its rows."""
    chosen = {name: value for name in FILTERS if (value := request.args.get(name, "").strip())}
    others = {name: value for name, value in chosen.items() if name != "grade"}
    return render_template(
        "credit/ratings.html",
        chosen=chosen,
        others=others,
        figures=own_api.read(f"{RATINGS}/figures", others)["items"],
        places=subdistricts(),
        **own_api.read(RATINGS, {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")}),
    )


@site.get("/credit/ratings/<enterprise_id>")
@page("credit:oversee")
def rating(enterprise_id: str) -> str:
    """Draw the grade of an enterprise with every reason, and the rows behind each as links."""
    one = own_api.read(f"{RATINGS}/{enterprise_id}")
    penalties = own_api.read_all("credit/penalties", {"enterprise_id": one["enterprise_id"]})
    numbers = {row["id"]: row["document_number"] for row in penalties}
    facts = {fact["reference"]: fact for fact in one["facts"]}
    rows = {
        key: {**fact, "number": numbers.get(key, ""), "address": address_of(one["enterprise_id"], fact)}
        for key, fact in facts.items()
    }
    return render_template(
        "credit/rating.html",
        one=one,
        rows=rows,
        attestations=own_api.read_all("credit/attestations", {"enterprise_id": one["enterprise_id"]}),
        kinds=own_api.read("credit/attestations/table")["items"],
        may_write=viewer.may("credit:write"),
        today=business_date(now()).isoformat(),
        people=staff(),
    )


def address_of(enterprise_id: str, fact: Document, *, read: Callable[[str], Document] = own_api.read) -> str:
    """Return where the row behind a fact is shown; nothing for whom may not open it."""
    kind, key = fact["kind"], fact["reference"]
    if kind.startswith(PENALTY):
        return url_for("pages.penalty", penalty_id=key)
    if kind in ACCIDENTS:
        year = fact["happened_on"][:4]
        return url_for("pages.accidents", year=year, enterprise_id=enterprise_id, _anchor=f"accident-{key}")
    if kind in ATTESTED:
        return url_for("pages.rating", enterprise_id=enterprise_id, _anchor=f"attestation-{key}")
    if kind == QUIET:
        return url_for("pages.accidents", enterprise_id=enterprise_id)
    if kind.startswith(STANDARDISED):
        return url_for("pages.enterprise", enterprise_id=enterprise_id)
    endpoint, parameter, action = OPENED[kind]
    if not viewer.may(action):
        return ""
    row = _task_of(key, read) if kind == REFUTED else key
    named: dict[str, Any] = {parameter: row}
    return url_for(endpoint, **named) if row else ""


def _task_of(check_id: str, read: Callable[[str], Document]) -> str:
    try:
        return str(read(f"inspections/checks/{check_id}")["task_id"])
    except (Forbidden, NotFound, Unavailable):
        return ""
