"""Signing in and out with the browser's session cookie."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.pages import viewer
from services.gateway.pages.access import public_page
from services.gateway.pages.choices import local_path
from services.gateway.pages.site import site


@site.get("/sign-in")
@public_page
def sign_in() -> str | Response:
    """Draw the form; someone who is signed in already goes on."""
    back = local_path(request.args.get("back", "/"))
    if viewer.current():
        return redirect(back)
    return render_template("sign_in.html", back=back, username="", refusal="")


@site.post("/sign-out")
@public_page
def sign_out() -> Response:
    return redirect(url_for("pages.sign_in"))
