"""Anyone reports a hazard without a name and follows it with the receipt; officers read reports and answer them."""

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from services.gateway import browser
from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page, public_page
from services.gateway.pages.credit import days_left, whom
from services.gateway.pages.forms import refusal_of
from services.gateway.pages.site import site

REPORTS, RECEIVED = "public/reports", "inspections/reports"
FIELDS = ("subject", "description", "place")
VIEWS = ("received", "substantiated", "unfounded")
PAGE = 50


@site.get("/report")
@public_page
def report() -> str:
    """Draw the form."""
    return render_template("reports/report.html", given={}, refusal="")


@site.post("/report")
@public_page
def make_report() -> str | Response:
    """Hand a report in and show its receipt."""
    browser.refuse_other_sites()
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        made = own_api.send("POST", REPORTS, content=given)
    except own_api.Refusal as refusal:
        return render_template("reports/report.html", given=given, refusal=refusal_of(refusal))
    return make_response(redirect(url_for("pages.report_state", receipt=made["receipt"], new=1), 303))


@site.get("/report/state")
@public_page
def report_state() -> str:
    """Draw what became of a report, for who has its receipt."""
    receipt = request.args.get("receipt", "").strip()
    state = own_api.found(REPORTS, receipt)
    return render_template("reports/state.html", receipt=receipt, state=state, is_unknown=bool(receipt) and not state)


@site.get("/reports")
@page("report:read")
def received_reports() -> str:
    """Draw the reports of the area: those that wait for an answer, or those that were found true or untrue."""
    asked = request.args.get("state", "")
    view = asked if asked in VIEWS else VIEWS[0]
    answer = own_api.read(RECEIVED, {"state": view, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    items = [{**one, "days": _days(one)} for one in answer["items"]]
    return render_template("reports/list.html", view=view, views=VIEWS, **{**answer, "items": items})


@site.get("/reports/<report_id>")
@page("report:read")
def received_report(report_id: str) -> str:
    """Draw one report; who may answer it first chooses the enterprise that it turned out to be about."""
    one = own_api.read(f"{RECEIVED}/{report_id}")
    is_answered = one["state"] != VIEWS[0] or not viewer.may("report:decide")
    nobody: dict[str, Any] = {"q": "", "found": [], "enterprise": None}
    return render_template("reports/one.html", one=one, days=_days(one), **(nobody if is_answered else whom()))


def _days(one: Mapping[str, Any]) -> int | None:
    """Return how many days are left for the answer; None when it was given."""
    return None if one["decided_at"] else days_left(one["expected_on"])
