"""Signing by PIN on a phone that several people of an enterprise share: who it is, five minutes long."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from services.gateway import browser
from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.local import local_path
from services.gateway.pages.site import site

MEMBERS = "identity/members"
MOST = 200


@site.get("/sign")
@page("member:sign")
def sign() -> str:
    """Draw the people who have a PIN; each goes on as himself after giving it."""
    return _drawn(request.args.get("back", ""))


@site.post("/sign")
@page("member:sign")
def begin_signing() -> str | Response:
    """Go on as the person who gave the PIN."""
    back, member = request.form.get("back", ""), request.form.get("member", "")
    body = {"pin": request.form.get("pin", "").strip(), "purpose": gettext("sign.purpose")}
    try:
        signature = own_api.send("POST", f"{MEMBERS}/{member}/sign", content=body)
    except own_api.Refusal as refusal:
        return _drawn(back, chosen=member, refusal=refusal_of(refusal))
    browser.begin_signing(signature)
    return make_response(redirect(local_path(back) if back else url_for("pages.sign"), 303))


@site.post("/sign/end")
@page("member:sign")
def end_signing() -> Response:
    """Give the phone back to who is signed in on it."""
    browser.end_signing()
    return after(url_for("pages.sign"), "signing_ended")


def _drawn(back: str, *, chosen: str = "", refusal: str = "") -> str:
    someone = viewer.current()
    is_signing = someone is not None and someone.signs_until is not None
    items = [] if is_signing else own_api.read(MEMBERS, {"limit": MOST})["items"]
    ready = [one for one in items if one["has_pin"]]
    return render_template(
        "people/sign.html", items=ready, all=items, back=back, chosen=chosen, refusal=refusal, is_signing=is_signing
    )
