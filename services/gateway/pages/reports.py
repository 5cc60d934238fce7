"""Anyone may report a hazard without a name, and see with the receipt what became of it."""

from flask import Response, make_response, redirect, render_template, request, url_for

from services.gateway import browser
from services.gateway.pages import own_api
from services.gateway.pages.access import public_page
from services.gateway.pages.forms import refusal_of
from services.gateway.pages.site import site

REPORTS = "public/reports"
FIELDS = ("subject", "description", "place")


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
