"""Accidents: the list, the figures beside the year before, the form that records or corrects, earlier registers."""

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.credit import whom
from services.gateway.pages.forms import refusal_of
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.clock import business_date
from shared.errors import NotFound
from shared.http.access import MEGABYTE
from shared.http.chassis import now

FIGURES = ("accidents", "deaths", "serious_injuries")
EARLIER_YEARS = 10
REGISTERS = ("accidents", "penalties")
LARGEST = 6 * MEGABYTE


@site.get("/credit/accidents")
@page("credit:read")
def accidents() -> str:
    """Draw the accidents of one's area in a year, and their figures beside those of the year before."""
    this_year = business_date(now()).year
    year = request.args.get("year", this_year, type=int)
    enterprise_id = request.args.get("enterprise_id", "")
    chosen = {"enterprise_id": enterprise_id} if enterprise_id else {}
    query = {**chosen, "year": year, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    return render_template(
        "credit/accidents.html",
        chosen=chosen,
        year=year,
        years=range(this_year, this_year - EARLIER_YEARS, -1),
        shown=FIGURES,
        figures=own_api.read("credit/accidents/figures", {"year": year}),
        **own_api.read("credit/accidents", query),
    )


@site.get("/credit/accidents/new")
@page("credit:write")
def new_accident() -> str:
    """Draw the form of an accident at an enterprise, which is searched for first."""
    return render_template(
        "credit/new_accident.html",
        one={},
        **whom(),
        table=own_api.read("credit/accidents/table"),
        today=business_date(now()).isoformat(),
    )


@site.get("/credit/accidents/<accident_id>")
@page("credit:write")
def accident(accident_id: str) -> str:
    """Draw the form with what is recorded of an accident, to put its figures right."""
    one = own_api.read(f"credit/accidents/{accident_id}")
    return render_template(
        "credit/new_accident.html",
        one=one,
        enterprise={"id": one["enterprise_id"], "name": one["name"]},
        table=own_api.read("credit/accidents/table"),
        today=business_date(now()).isoformat(),
    )


@site.get("/credit/registers")
@page("credit:write")
def credit_registers() -> str:
    """Draw the form that takes in a register of accidents or penalties, also of earlier years."""
    return render_template("credit/registers.html", register="accidents", taken=None, refusal="")


@site.post("/credit/registers")
@page("credit:write")
def take_register() -> str:
    """Try a register out or take it in, and name each row that is wrong."""
    request.max_content_length = LARGEST
    register = request.form.get("register", "")
    sheet = request.files.get("file")
    if register not in REGISTERS or sheet is None:
        raise NotFound("There is no such register.")
    form = {"file": (sheet.stream, sheet.filename or "register"), "is_trial": request.form.get("is_trial", "false")}
    taken, refusal = None, ""
    try:
        taken = own_api.send_form(f"credit/{register}/imports", form)
    except own_api.Refusal as problem:
        refusal = refusal_of(problem)
    return render_template("credit/registers.html", register=register, taken=taken, refusal=refusal)
