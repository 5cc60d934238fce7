"""Signing in and out of the browser's session."""

from typing import Any

from flask import redirect
from werkzeug.wrappers import Response

from services.gateway import browser
from services.gateway.pages.local import local_path
from services.gateway.schemas import Credentials
from shared.http import Blueprint
from shared.http.access import Access, marked

blp = Blueprint("session", __name__, url_prefix="/session", description="The session of a browser")


@blp.route("", methods=["POST"])
@blp.arguments(Credentials, location="form")
@blp.response(303)
def begin(form: dict[str, Any]) -> Response:
    """Sign in with a form: sets the session cookie, shows no token, and goes on to ``back``."""
    response = redirect(local_path(form["back"]), 303)
    browser.sign_in(form["username"], form["password"], response=response)
    return response


@blp.route("", methods=["DELETE"])
@blp.response(204)
def end() -> Response:
    """Sign out: the session ends, its cookie is removed."""
    response = Response(status=204)
    browser.sign_out(response)
    return response


for _view in (begin, end):
    marked(_view, Access("session"))
