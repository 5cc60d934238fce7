"""Violations: what was recorded, what others told that may be one, and where a closure has to be proposed."""

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.credit import whom
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.clock import business_date
from shared.http.chassis import now


@site.get("/credit/violations")
@page("credit:read")
def violations() -> str:
    """Draw the violations of one's area, of an enterprise its own, the newest first."""
    cursor, enterprise_id = request.args.get("cursor", ""), request.args.get("enterprise_id", "")
    chosen = {"enterprise_id": enterprise_id} if enterprise_id else {}
    answer = own_api.read("credit/violations", {**chosen, "limit": PAGE, "cursor": cursor})
    return render_template("credit/violations.html", chosen=chosen, **answer)


@site.get("/credit/violations/new")
@page("credit:write")
def new_violation() -> str:
    """Draw the form of a violation of an enterprise, which is searched for first."""
    return render_template(
        "credit/new_violation.html",
        **whom(),
        table=own_api.read("credit/violations/table"),
        today=business_date(now()).isoformat(),
    )


@site.get("/credit/suggestions")
@page("credit:oversee")
def suggestions() -> str:
    """Draw what others told that may be a violation, and the closures that the law has the bureau propose."""
    query = {"state": "open", "limit": PAGE, "cursor": request.args.get("cursor", "")}
    return render_template(
        "credit/suggestions.html",
        table=own_api.read("credit/violations/table"),
        closures=own_api.read("credit/closures", {"state": "proposed", "limit": PAGE})["items"],
        may_decide=viewer.may("credit:decide"),
        may_write=viewer.may("credit:write"),
        today=business_date(now()).isoformat(),
        **own_api.read("credit/suggestions", query),
    )
