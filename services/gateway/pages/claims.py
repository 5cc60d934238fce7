"""Claims of enterprises: the public form and its state, the list of those who decide."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from services.gateway import browser
from services.gateway.pages import own_api
from services.gateway.pages.access import page, public_page
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.site import site
from shared.http import MEGABYTE

CLAIMS = "identity/claims"
FIELDS = ("uscc", "name", "mobile", "username", "password")
LARGEST = 6 * MEGABYTE
DONE = {"approve": "claim_approved", "refuse": "claim_refused"}


@site.get("/claim")
@public_page
def claim() -> str:
    """Draw the form with which somebody claims an enterprise."""
    return render_template("people/claim.html", given={"uscc": request.args.get("uscc", "")}, refusal="")


@site.post("/claim")
@public_page
def make_claim() -> str | Response:
    """Hand the claim in and show its receipt, once."""
    browser.refuse_other_sites()
    request.max_content_length = LARGEST
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    photo = request.files.get("photo")
    files = {"photo": (photo.stream, photo.filename or "licence")} if photo and photo.filename else {}
    try:
        made = own_api.send_form(CLAIMS, {**given, **files})
    except own_api.Refusal as refusal:
        return render_template("people/claim.html", given=given, refusal=refusal_of(refusal))
    return make_response(redirect(url_for("pages.claim_state", receipt=made["receipt"]), 303))


@site.get("/claim/state")
@public_page
def claim_state() -> str:
    """Draw how far a claim is, for who has its receipt."""
    receipt, refusal = request.args.get("receipt", "").strip(), ""
    state: dict[str, Any] = {}
    if receipt:
        try:
            state = own_api.send("POST", f"{CLAIMS}/state", content={"receipt": receipt})
        except own_api.Refusal as problem:
            refusal = refusal_of(problem)
    return render_template("people/claim_state.html", receipt=receipt, state=state, refusal=refusal)


@site.get("/claims")
@page("claim:review")
def claims() -> str:
    """Draw the claims of the reviewer's area."""
    state = request.args.get("state", "open")
    answer = own_api.read(CLAIMS, {"state": state, "cursor": request.args.get("cursor", "")})
    return render_template("people/claims.html", state=state, **answer)


@site.get("/claims/<claim_id>")
@page("claim:review")
def claim_shown(claim_id: str) -> str:
    """Draw one claim with the photo of the licence."""
    return _shown(claim_id)


@site.post("/claims/<claim_id>/<act>")
@page("claim:review")
def decide_claim(claim_id: str, act: str) -> str | Response:
    """Approve a claim, or refuse it with a reason."""
    body = {"reason": request.form.get("reason", "").strip()} if act == "refuse" else None
    try:
        own_api.send("POST", f"{CLAIMS}/{claim_id}/{act}", content=body)
    except own_api.Refusal as refusal:
        return _shown(claim_id, refusal=refusal_of(refusal))
    return after(url_for("pages.claims"), DONE.get(act, ""))


def _shown(claim_id: str, *, refusal: str = "") -> str:
    return render_template("people/claim_shown.html", one=own_api.read(f"{CLAIMS}/{claim_id}"), refusal=refusal)
