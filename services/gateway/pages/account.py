"""The own account: who one is, where one is signed in, a new password."""

import re

from flask import Response, make_response, redirect, render_template, request, url_for

from services.gateway import browser
from services.gateway.pages import own_api, shell
from services.gateway.pages.access import page
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.site import site

OWN = "identity/me"
PROGRAMS = (
    ("Edge", r"\bEdg"),
    ("WeChat", r"MicroMessenger"),
    ("Firefox", r"Firefox/"),
    ("Chrome", r"Chrome/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("Linux", r"Linux"),
)


@site.get("/account")
@page(shell.EVERYONE)
def own_account() -> str:
    """Draw the own account with its sessions."""
    return _drawn()


@site.post("/account/password")
@page(shell.EVERYONE)
def change_password() -> str | Response:
    """Change the own password; all sessions end, so that the next page is the sign-in."""
    given = {name: request.form.get(name, "") for name in ("current", "new")}
    if given["new"] != request.form.get("again", ""):
        return _drawn(problem="account.password_differs")
    try:
        own_api.send("POST", f"{OWN}/password", content=given)
    except own_api.Refusal as refusal:
        return _drawn(refusal=refusal_of(refusal))
    except own_api.SignedOut:
        return _drawn(problem="account.password_wrong")
    response = make_response(redirect(url_for("pages.sign_in", done="password_changed"), 303))
    browser.sign_out(response)
    return response


@site.post("/account/sessions/<session_id>/end")
@page(shell.EVERYONE)
def end_own_session(session_id: str) -> str | Response:
    """Sign out of another browser or program."""
    try:
        own_api.send("DELETE", f"{OWN}/sessions/{session_id}")
    except own_api.Refusal as refusal:
        return _drawn(refusal=refusal_of(refusal))
    return after(url_for("pages.own_account"), "session_ended")


def device_of(text: str) -> str:
    """Return program and system that a browser names in its User-Agent; another program by its first word."""
    program = next((name for name, sign in PROGRAMS if re.search(sign, text)), "")
    system = next((name for name, sign in SYSTEMS if re.search(sign, text)), "")
    return " · ".join(part for part in (program, system) if part) or text.split("/")[0][:40]


def _drawn(*, refusal: str = "", problem: str = "") -> str:
    sessions = own_api.read(f"{OWN}/sessions")["items"]
    shown = [{**one, "name": device_of(one["device"])} for one in sessions]
    return render_template("account.html", own=own_api.read(OWN), sessions=shown, refusal=refusal, problem=problem)
