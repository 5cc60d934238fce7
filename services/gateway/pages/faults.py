"""What a person sees when a page cannot be shown; programs keep getting problem documents."""

from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from services.gateway.pages import viewer
from services.gateway.pages.own_api import SignedOut
from services.gateway.pages.site import protect, site
from shared.errors import SiseError
from shared.http.access import AgencyNotNamed, NotGranted
from shared.http.problems import problem

PICTURES = {403: "lock", 404: "map-pin-off", 503: "plug-connected-x"}
Answer = Response | tuple[str, int]


def register_faults(app: Flask) -> None:
    """Draw a page for addresses that nobody answers, unless a program asked for one of the API."""
    app.register_error_handler(404, unknown_address)


def unknown_address(error: HTTPException) -> Answer:
    """Draw the page for an address that does not exist."""
    if request.path.startswith("/api/"):
        return problem(404, code="route_not_found", detail=error.description or error.name)
    response = make_response(drawn(404))
    return protect(response)


@site.errorhandler(SignedOut)
def to_sign_in(_: SignedOut) -> Response:
    """Send someone without a session to the form, and back afterwards; htmx has to be told to leave the page."""
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Refresh": "true"})
    return make_response(redirect(url_for("pages.sign_in", back=request.full_path.rstrip("?"))))


@site.errorhandler(SiseError)
def expected(error: SiseError) -> Answer:
    """Draw the page of an expected refusal; where somebody has to be asked for a grant, it says whom."""
    is_grant = isinstance(error, AgencyNotNamed | NotGranted)
    return drawn(error.status, detail=gettext(f"problem.{error.code}") if is_grant else "")


@site.errorhandler(HTTPException)
def of_http(error: HTTPException) -> Answer:
    """Draw the page of an HTTP error that a view of the pages raised."""
    return drawn(error.code or 500)


def drawn(status: int, *, detail: str = "") -> tuple[str, int]:
    """Draw the error page of ``status``, with ``detail`` or its usual text; kinds without their own share one."""
    kind = status if status in PICTURES else 500
    whose = "_public" if kind == 404 and viewer.current() is None else ""
    page = render_template(
        "error.html",
        title=f"error.{kind}_title",
        text=f"error.{kind}_text{whose}",
        detail=detail,
        picture=PICTURES.get(kind, "alert-triangle"),
        request_id=g.get("request_id", "") if kind == 500 else "",
    )
    return page, status
