"""The visits of intermediaries: the list with what is noted, and one visit with what may be done on it now."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import render_template, request

from services.gateway.pages import names, own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

PAGE = 50
COUNTED = ("mine", "area", "intermediary_id", "enterprise_id", "half_year")
FILTERS = ("state", "flag", "fault", "is_flagged", "proposes_place", *COUNTED)
WAY = ("planned", "started", "ended", "reported", "countersigned", "followed_up", "rated", "closed")
BESIDE = {"disputed": "reported"}  # states that lie beside the way
OFFERED: Mapping[str, Sequence[str]] = {
    "countersign": ("signed",),
    "dispute": ("reason",),
    "uphold": ("reason",),
    "follow_up": (),
    "close": (),
    "refuse_entry": ("reason", "evidence"),
    "cancel": ("reason",),
}
ON_SITE = frozenset({"start", "find", "end", "report"})  # what an inspector does there, also without a connection
MAIN = ("countersign", "follow_up", "close")
Document = Mapping[str, Any]


@site.get("/visits")
@page("task:read")
def visits() -> str:
    """Draw the visits of one's area or one's own, the newest first, with figures that open their rows."""
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    figures = own_api.read("inspections/visits/figures", {name: chosen[name] for name in COUNTED})
    answer = own_api.read("inspections/visits", {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template(
        "visits/list.html",
        chosen={name: value for name, value in chosen.items() if value},
        kept={name: chosen[name] for name in COUNTED if chosen[name]},
        figures=figures,
        visits=answer["items"],
        next_cursor=answer["next_cursor"],
        anomalies=own_api.read("inspections/visits/table")["anomalies"],
        agencies=names.intermediaries(),
        areas=names.subdistricts(),
        today=business_date(now()),
    )


@site.get("/visits/<visit_id>")
@page("task:read")
def visit(visit_id: str) -> str:
    """Draw one visit with only those steps that are open to who looks at it."""
    one = own_api.read(f"inspections/visits/{visit_id}")
    someone = viewer.current()
    may = one["allowed"] if someone and "task:work" in someone.actions else ()
    is_on_site = not ON_SITE.isdisjoint(may)
    is_of_interest = one["state"] != "planned" or one["flags"]  # who did not come is complained of too
    complains = someone is not None and bool(someone.enterprise_id) and is_of_interest
    return render_template(
        "visits/visit.html",
        one=one,
        subjects=own_api.read("inspections/complaints/subjects")["items"] if complains else (),
        complaints=own_api.read("inspections/complaints", {"visit_id": visit_id})["items"],
        reviews=own_api.read("inspections/reviews", {"visit_id": visit_id})["items"],
        may=may,
        is_on_site=is_on_site,
        acts=acts_of(OFFERED, may, main=MAIN),
        way=way_of(one),
        left=days_left(one, today=business_date(now())),
        items=own_api.read("inspections/hazards/items")["items"] if is_on_site else (),
        agencies=names.intermediaries(),
    )


def way_of(one: Document) -> list[tuple[str, str]]:
    """Return the stations of the way, each ``done``, ``now`` or ``later``; a cancelled visit goes no way."""
    state = BESIDE.get(one["state"], one["state"])
    if state not in WAY:
        return []
    at = WAY.index(state)
    return [(name, "done" if place < at else "now" if place == at else "later") for place, name in enumerate(WAY)]


def days_left(one: Document, *, today: date) -> int | None:
    """Return the days until a planned visit is due; None once somebody came."""
    return (date.fromisoformat(one["last_day"]) - today).days if one["state"] == "planned" else None
