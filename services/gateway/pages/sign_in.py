"""Signing in and out with the browser's session cookie."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from services.gateway import browser
from services.gateway.pages import viewer
from services.gateway.pages.access import public_page
from services.gateway.pages.local import local_path
from services.gateway.pages.members import public_address
from services.gateway.pages.site import site
from shared.errors import SiseError

AGENCY_SHUT = "agency_shut"
REFUSALS = {401: "sign_in.wrong", 403: "sign_in.other_site", 429: "sign_in.too_often"}


@site.get("/sign-in")
@public_page
def sign_in() -> str | Response:
    """Draw the form; someone who is signed in already goes on."""
    back = local_path(request.args.get("back", "/"))
    if viewer.current():
        return make_response(redirect(back))
    return _drawn(back)


@site.post("/sign-in")
@public_page
def begin_session() -> Response | tuple[str, int]:
    """Sign in and go on to where the reader wanted to be; a refusal is told above the form."""
    back = local_path(request.form.get("back", "/"))
    username = request.form.get("username", "").strip()
    response = make_response(redirect(back, 303))
    try:
        browser.sign_in(username, request.form.get("password", ""), response=response)
    except SiseError as refusal:
        return _drawn(back, username=username, refusal=_sentence(refusal)), refusal.status
    return response


def _sentence(refusal: SiseError) -> str:
    is_shut = refusal.facts.get("reason") == AGENCY_SHUT
    return gettext(f"problem.{AGENCY_SHUT}" if is_shut else REFUSALS.get(refusal.status, "sign_in.unavailable"))


@site.get("/sign-in/oidc")
@public_page
def sign_in_by_provider() -> Response:
    """Go to the provider."""
    back = local_path(request.args.get("back", "/"))
    address = public_address(url_for("pages.come_back"))
    return make_response(browser.begin_by_provider(redirect_uri=address, back=back))


@site.get("/sign-in/oidc/return")
@public_page
def come_back() -> Response | tuple[str, int]:
    """Come back from the provider; a refusal is told above the form."""
    state, code = request.args.get("state", ""), request.args.get("code", "")
    try:
        return make_response(browser.finish_by_provider(state=state, code=code))
    except SiseError as refusal:
        known = {401: "sign_in.provider_refused", 429: "sign_in.too_often"}
        return _drawn("/", refusal=gettext(known.get(refusal.status, "sign_in.unavailable"))), refusal.status


@site.post("/sign-out")
@public_page
def sign_out() -> Response:
    """End the session and show the form."""
    response = make_response(redirect(url_for("pages.sign_in"), 303))
    browser.sign_out(response)
    return response


def _drawn(back: str, *, username: str = "", refusal: str = "") -> str:
    return render_template(
        "sign_in.html", back=back, username=username, refusal=refusal, has_provider=browser.has_provider()
    )
