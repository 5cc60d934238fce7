"""The public page that tells whether the paper of a permit is genuine."""

from flask import render_template

from services.gateway.pages import own_api
from services.gateway.pages.access import public_page
from services.gateway.pages.site import site
from shared.errors import NotFound

LONGEST_CODE = 40


@site.get("/verify/permits/<code>")
@public_page
def verify_permit(code: str) -> tuple[str, int]:
    """Draw whether the paper with this code is genuine, and where its permit stands; nothing else of it."""
    try:
        found = own_api.read(f"permits/public/papers/{code}") if code.isalnum() and len(code) <= LONGEST_CODE else None
    except NotFound:
        found = None
    return render_template("permits/verified.html", found=found, code=code), 200 if found else 404
