"""The audit trail of all services, for auditors: filters in the address, the newest first."""

from flask import render_template, request, url_for

from services.gateway.api.system import OWN
from services.gateway.neighbours import neighbours
from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.forms import moment_of
from services.gateway.pages.site import site

FILTERS = ("service", "subject", "action", "entity", "result", "request_id")
MOMENTS = ("since", "until")
PAGE = 50


@site.get("/audit")
@page("audit:read")
def audit() -> str:
    """Draw who did what, when, from where, with which result."""
    chosen = {name: request.args.get(name, "").strip() for name in (*FILTERS, *MOMENTS)}
    query = {**chosen, **{name: moment_of(chosen[name]) for name in MOMENTS if chosen[name]}}
    answer = own_api.read("identity/audit", {**query, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    known = {name: value for name, value in chosen.items() if value}
    return render_template(
        "audit/trail.html",
        chosen=chosen,
        services=sorted([*neighbours().clients, OWN]),
        items=answer["items"],
        unavailable=answer["unavailable"],
        next_cursor=answer["next_cursor"],
        address=lambda **changes: url_for("pages.audit", **{**known, **changes}),
    )
