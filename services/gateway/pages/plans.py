"""The annual enforcement plan: its list, its arithmetic, its months, its enterprises, and its way to publication."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request

from services.gateway.pages import names, own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

PAGE, FOUND = 50, 8
YEARS_AHEAD = 2
AUTHORITIES = (6, 9)  # digits of a county, and of the parts of it that may plan for themselves
FILTERS = ("kind", "month", "stand", "q", "left_out", "over_cap")
STANDS = ("done", "running", "overdue", "waiting", "ended", "dropped")
KINDS = ("key", "general")
WRITES = ("submit", "publish", "withdraw")
DECIDES = ("approve", "return")
HIGH = 60  # the height of the tallest bar
Document = Mapping[str, Any]


@site.get("/plans")
@page("plan:read")
def plans() -> str:
    """Draw the plans with all their versions, and the form that begins one."""
    answer = own_api.read("inspections/plans", {"limit": PAGE, "cursor": request.args.get("cursor", "")})
    this_year, places = business_date(now()).year, names.divisions()
    return render_template(
        "plans/list.html",
        items=answer["items"],
        next_cursor=answer["next_cursor"],
        authorities={code: name for code, name in places.items() if len(code) in AUTHORITIES},
        years=range(this_year, this_year + YEARS_AHEAD + 1),
        next_year=this_year + 1,
    )


@site.get("/plans/<plan_id>")
@page("plan:read")
def plan(plan_id: str) -> str:
    """Draw one version of a plan with those of its enterprises that the address asks for."""
    one = own_api.read(f"inspections/plans/{plan_id}")
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    query = {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    lines = own_api.read(f"inspections/plans/{plan_id}/lines", query)
    table = own_api.read("inspections/plans/table")
    may_write = viewer.may("plan:write")
    is_draft = one["state"] == "draft" and may_write
    return render_template(
        "plans/plan.html",
        one=one,
        table=table,
        musts={must["id"]: must for must in table["musts"]},
        bars=bars(one["months"]),
        chosen=chosen,
        is_filtered=any(chosen.values()),
        lines=lines["items"],
        next_cursor=lines["next_cursor"],
        is_draft=is_draft,
        may_revise=one["state"] == "published" and may_write,
        acts=_acts(one["allowed"], may_write=may_write),
        changes=own_api.read(f"inspections/plans/{plan_id}/changes") if one["replaces"] and may_write else None,
        found=_found(request.args.get("find", "").strip()) if is_draft else (),
        find=request.args.get("find", "").strip(),
        stands=STANDS,
        kinds=KINDS,
    )


def bars(months: Sequence[Document]) -> list[dict[str, Any]]:
    """Return the bar of each month: its parts from the bottom, each with place and height, by how the visits stand."""
    highest = max([month["planned"] for month in months] + [1])
    drawn = []
    for month in months:
        parts, top = [], HIGH
        for name in STANDS:
            height = round(month[name] * HIGH / highest)
            top -= height
            parts.append({"stand": name, "y": top, "height": height})
        drawn.append({"month": month["month"], "parts": [part for part in parts if part["height"]]})
    return drawn


def _acts(allowed: Sequence[str], *, may_write: bool) -> list[str]:
    """Return the steps that who looks at the page may take, in the order in which they are usual."""
    decides = DECIDES if viewer.may("plan:approve") else ()
    return [event for event in (*(WRITES if may_write else ()), *decides) if event in allowed]


def _found(words: str) -> Sequence[Document]:
    """Return the first few enterprises that the words find, for adding one to the plan."""
    return own_api.read("search", {"q": words, "limit": FOUND})["items"] if words else ()
