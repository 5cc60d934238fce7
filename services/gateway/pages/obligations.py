"""Obligations of many: whom a decision concerns, how many it changes, and what earlier ones have done."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response, render_template, request, url_for

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http import now

KINDS = ("start", "end", "supervision")
DUTIES = ("self_check", "commitment", "declaration", "contract", "training")
FREQUENCIES = (
    "daily", "weekly", "fortnightly", "monthly", "quarterly", "half_yearly", "yearly", "by_level", "before_work",
    "continuous",
)  # fmt: skip
STATES = ("unverified", "supervised", "recorded", "transferred", "ceased")
FILTERS = ("q", "division", "industry", "feature", "state")
PAGE = 20


@site.get("/enterprises/obligations")
@page("obligation:decide")
def obligations() -> str:
    """Draw the form of a decision and the decisions made."""
    return _drawn({})


@site.post("/enterprises/obligations")
@page("obligation:decide")
def decide() -> str | Response:
    """Count whom a decision changes, or make the decision that was counted."""
    form = request.form
    body = _decision(form)
    try:
        if form.get("act") == "decide":
            expected = int(form.get("expected", "0"))
            content = {**body, "basis": form.get("basis", "").strip(), "expected": expected}
            own_api.send("POST", "registry/obligations/decisions", content=content)
            return after(url_for("pages.obligations"), "decided")
        return _drawn(form, counted=own_api.send("POST", "registry/obligations/preview", content=body))
    except own_api.Refusal as refusal:
        return _drawn(form, refusal=refusal_of(refusal))


def _decision(form: Any) -> dict[str, Any]:
    """Return what the form says as the API wants it: without what belongs to another kind of decision."""
    chosen = {name: form.get(name, "").strip() for name in FILTERS}
    selection = {name: value for name, value in chosen.items() if value and name != "state"}
    if chosen["state"]:
        selection["supervision"] = chosen["state"]
    body: dict[str, Any] = {"kind": form.get("kind", KINDS[0]), "selection": {**selection, "status": "active"}}
    if body["kind"] == "supervision":
        return {**body, "supervision": form.get("supervision", "")}
    body |= {"duties": form.getlist("duties"), "effective_on": form.get("effective_on") or None}
    return body | ({"frequency": form.get("frequency", "")} if body["kind"] == "start" else {})


def _drawn(form: Mapping[str, Any], **more: Any) -> str:
    made = own_api.read("registry/obligations/decisions", {"limit": PAGE})
    places = own_api.read("registry/divisions")["items"]
    return render_template(
        "obligations/decide.html",
        form=form,
        duties_chosen=request.form.getlist("duties"),
        kinds=KINDS,
        duties=DUTIES,
        frequencies=FREQUENCIES,
        states=STATES,
        places={row["code"]: row["name"] for row in places if len(row["code"]) >= 9},
        tomorrow=(business_date(now()) + timedelta(days=1)).isoformat(),
        decisions=made["items"],
        **more,
    )
