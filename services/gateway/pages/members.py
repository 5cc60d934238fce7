"""The people of an enterprise: who they are, invitations as QR codes, and the page that a code opens."""

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import segno
from flask import Response, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from services.gateway import browser
from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page, public_page
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.site import site
from shared.errors import Forbidden, NotFound, Unavailable
from shared.http.chassis import chassis

INVITATIONS, MEMBERS = "identity/invitations", "identity/members"
ACCEPTED = ("name", "pin", "username", "password")


@site.get("/members")
@page("member:read")
def members() -> str:
    """Draw the people of the own enterprise and the open invitations."""
    return _members()


@site.post("/members/invitations")
@page("member:write")
def invite_member() -> str:
    """Invite somebody and show the code, once."""
    form = request.form
    body = {"role": form.get("role", ""), "note": form.get("note", "").strip()}
    if form.get("person_id"):
        body["person_id"] = form["person_id"]
    return _invited(INVITATIONS, body, note=body["note"])


@site.post("/members/<member_id>/invitation")
@page("member:write")
def invite_again(member_id: str) -> str:
    """Let a member choose a new PIN: show the code, once."""
    return _invited(f"{MEMBERS}/{member_id}/invitation", None, note="")


@site.post("/members/invitations/<invitation_id>/take-back")
@page("member:write")
def take_back_invitation(invitation_id: str) -> str | Response:
    """Let an invitation count no more."""
    return _act("DELETE", f"{INVITATIONS}/{invitation_id}", done="invitation_taken_back")


@site.post("/members/<member_id>/disable")
@page("member:write")
def disable_member(member_id: str) -> str | Response:
    """Let somebody sign no more."""
    return _act("POST", f"{MEMBERS}/{member_id}/disable", done="member_disabled")


@site.post("/members/<member_id>/person")
@page("member:write")
def link_member(member_id: str) -> str | Response:
    """Say which person of the register a member is."""
    body = {"person_id": request.form.get("person_id", "")}
    return _act("POST", f"{MEMBERS}/{member_id}/person", body, done="member_linked")


@site.get("/join/<token>")
@public_page
def join(token: str) -> tuple[str, int]:
    """Draw the form of an invitation; a used or old one says what to do."""
    return _join(token)


@site.post("/join/<token>")
@public_page
def accept_invitation(token: str) -> tuple[str, int] | Response:
    """Accept an invitation with a PIN."""
    browser.refuse_other_sites()
    given = {name: request.form.get(name, "").strip() for name in ACCEPTED}
    if given["pin"] != request.form.get("pin_again", "").strip():
        return _join(token, given=given, problem="pin_differs")
    try:
        own_api.send("POST", f"{INVITATIONS}/accept", content={"token": token, **given})
    except own_api.Refusal as refusal:
        return _join(token, given=given, refusal=refusal_of(refusal))
    return make_response(redirect(url_for("pages.joined"), 303))


@site.get("/joined")
@public_page
def joined() -> str:
    """Say that the PIN counts from now on."""
    return render_template("people/joined.html")


def qr_code(address: str) -> Markup:
    """Return ``address`` as a QR code in SVG, in the colour of the text around it."""
    picture = BytesIO()
    segno.make(address, error="m").save(
        picture, kind="svg", border=2, scale=1, xmldecl=False, svgclass="qr", lineclass="qr-line", omitsize=True
    )
    return Markup(picture.getvalue().decode())  # noqa: S704 - segno's own drawing of an address


def is_only_here(address: str) -> bool:
    """Return whether ``address`` can be opened on this machine only, so that a phone would scan it in vain."""
    return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")


def public_address(path: str) -> str:
    """Return the address under which others reach ``path``: the public one, else that of this request."""
    return (chassis().settings.public_url or request.host_url.rstrip("/")) + path


def _members(refusal: str = "") -> str:
    answer = own_api.read(MEMBERS, {"cursor": request.args.get("cursor", ""), "limit": 200})
    someone = viewer.current()
    may_write = someone is not None and "member:write" in someone.actions
    waiting: list[dict[str, Any]] = own_api.read(INVITATIONS)["items"] if may_write else []
    posts = [one for one in own_api.read("identity/roles")["items"] if one["side"] == "enterprise"]
    invitable = [one for one in posts if one["id"] not in ("enterprise_user", "enterprise_administrator")]
    people = _people(someone) if may_write and someone else {}
    return render_template(
        "people/members.html",
        invitations=waiting,
        invitable=invitable,
        people=people,
        free={id_: name for id_, name in people.items() if id_ not in {one["person_id"] for one in answer["items"]}},
        refusal=refusal,
        **answer,
    )


def _people(someone: viewer.Viewer) -> dict[str, str]:
    """Return the masked names of those who work for the viewer's enterprise, by the id of the register."""
    path = f"registry/enterprises/{someone.enterprise_id}/persons"
    try:
        items = own_api.read_all(path)
    except (Unavailable, NotFound, Forbidden):
        return {}
    return {one["id"]: " ".join(part for part in (one["name"], one.get("phone", "")) if part) for one in items}


def _invited(path: str, body: dict[str, str] | None, *, note: str) -> str:
    try:
        made = own_api.send("POST", path, content=body)
    except own_api.Refusal as refusal:
        return _members(refusal=refusal_of(refusal))
    address = public_address(url_for("pages.join", token=made["token"]))
    shown = {"address": address, "picture": qr_code(address), "is_only_here": is_only_here(address)}
    return render_template("people/invited.html", note=note, **shown, **made)


def _act(method: str, path: str, body: dict[str, str] | None = None, *, done: str) -> str | Response:
    try:
        own_api.send(method, path, content=body)
    except own_api.Refusal as refusal:
        return _members(refusal=refusal_of(refusal))
    return after(url_for("pages.members"), done)


def _join(token: str, *, given: dict[str, str] | None = None, refusal: str = "", problem: str = "") -> tuple[str, int]:
    try:
        seen = own_api.send("POST", f"{INVITATIONS}/look", content={"token": token})
    except own_api.Refusal as unusable:
        return render_template("people/join.html", seen=None, refusal=refusal_of(unusable), given={}), unusable.status
    known = given or {"name": seen["note"]}
    return render_template("people/join.html", seen=seen, refusal=refusal, problem=problem, given=known), 200
