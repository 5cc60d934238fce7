"""Hazards at other authorities with what is still awaited, and halts of production with the review that is due."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

TRANSFERS, HALTS = "inspections/transfers", "inspections/halts"
PAGE = 50
VIEWS: Mapping[str, Mapping[str, str]] = {
    "open": {"is_open": "true"},
    "overdue": {"is_overdue": "true", "is_open": "true"},
    "all": {},
}
HALT_VIEWS: Mapping[str, Mapping[str, str]] = {
    "open": {"is_open": "true"},
    "review": {"is_open": "true", "is_awaiting_review": "true"},
    "all": {},
}
OFFERED: Mapping[str, Sequence[str]] = {
    "receive": ("signed_for_by", "on"),
    "accept": ("reply", "on?"),
    "refuse": ("reply", "on?"),
    "resolve": ("reply", "on?"),
}
MAIN = ("receive", "accept", "resolve")
Document = Mapping[str, Any]


@site.get("/documents/transfers")
@page("document:read")
def hazard_transfers() -> str:
    """Draw the transfers of the area with the days that are left."""
    view, query = _chosen(VIEWS)
    answer = own_api.read(TRANSFERS, query)
    items = [{**one, "days": days_until(one["due_at"])} for one in answer["items"]]
    return render_template("documents/transfers.html", view=view, views=list(VIEWS), **{**answer, "items": items})


@site.get("/documents/transfers/<transfer_id>")
@page("document:read")
def hazard_transfer(transfer_id: str) -> str:
    """Draw one transfer with what the other authority may have answered."""
    one = own_api.read(f"{TRANSFERS}/{transfer_id}")
    someone = viewer.current()
    may = one["possible"] if someone and "document:write" in someone.actions else ()
    return render_template(
        "documents/transfer.html",
        one=one,
        days=days_until(one["due_at"]),
        acts=acts_of(OFFERED, may, main=MAIN[:1] if one["state"] == "sent" else MAIN[1:]),
    )


@site.get("/documents/halts")
@page("hazard:read")
def halts() -> str:
    """Draw where production is halted, and which reviews are due by when."""
    view, query = _chosen(HALT_VIEWS)
    answer = own_api.read(HALTS, query)
    items = [{**one, "days": days_until(one["review_due_at"])} for one in answer["items"]]
    return render_template("documents/halts.html", view=view, views=list(HALT_VIEWS), **{**answer, "items": items})


def days_until(due_at: str | None) -> int | None:
    """Return the whole days until a moment, negative when it has passed; None when nothing is due."""
    if due_at is None:
        return None
    last = business_date(datetime.fromisoformat(due_at))
    return (last - business_date(now())).days - 1  # what is due by the end of a day ends with the next one's beginning


def _chosen(views: Mapping[str, Mapping[str, str]]) -> tuple[str, dict[str, str]]:
    asked = request.args.get("view", "")
    view = asked if asked in views else next(iter(views))
    return view, {**views[view], "limit": str(PAGE), "cursor": request.args.get("cursor", "")}
