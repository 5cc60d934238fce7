"""What the public reads of the credit record: penalties that are published, and what the bureau exposes."""

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import public_page
from services.gateway.pages.site import site

PENALTIES, EXPOSURES = "public/penalties", "public/exposures"
FEW, NOTICES = 20, 10


@site.get("/penalties")
@public_page
def public_penalties() -> str:
    """Draw the penalties that are public now, searched by name or code, and below why others were withdrawn."""
    text, cursor = request.args.get("q", "").strip(), request.args.get("cursor", "")
    answer = own_api.read(PENALTIES, {"q": text, "limit": FEW, "cursor": cursor})
    columns = own_api.read(f"{PENALTIES}/dictionary")["items"]
    withdrawn = own_api.read(f"{PENALTIES}/withdrawn", {"limit": NOTICES})["items"] if not (text or cursor) else []
    return render_template("credit/public_penalties.html", q=text, columns=columns, withdrawn=withdrawn, **answer)


@site.get("/exposed")
@public_page
def public_exposures() -> str:
    """Draw what the bureau exposes now, searched by name or code, the objections and replies beside each entry."""
    text, cursor = request.args.get("q", "").strip(), request.args.get("cursor", "")
    answer = own_api.read(EXPOSURES, {"q": text, "limit": FEW, "cursor": cursor})
    columns = own_api.read(f"{EXPOSURES}/dictionary")["items"]
    return render_template("credit/public_exposures.html", q=text, columns=columns, **answer)
