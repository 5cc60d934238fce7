"""Group service: where risk is dense, who goes there, and the plan of each enterprise, ticked off item by item."""

from collections.abc import Mapping
from datetime import timedelta

from flask import render_template, request

from services.gateway.pages import names, own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

CAMPAIGNS = "inspections/campaigns"
GROUPINGS = ("subdistrict", "grid", "industry")
LEVELS = (1, 2, 3, 4)
USUAL_LEVELS = (1, 2)
USUAL_DAYS = timedelta(days=30)
MOST_GROUPS = 30
PAGE = 50


@site.get("/campaigns")
@page("campaign:read")
def campaigns() -> str:
    """Draw the campaigns of one's teams and area, the newest first."""
    answer = own_api.read(CAMPAIGNS, {"limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template("campaigns/list.html", **answer)


@site.get("/campaigns/new")
@page("campaign:write")
def new_campaign() -> str:
    """Draw the form: the densest groups first, what is done there, and who goes."""
    wanted = request.args.get("grouping", "")
    grouping = wanted if wanted in GROUPINGS else GROUPINGS[0]
    groups = own_api.read(f"{CAMPAIGNS}/density", {"grouping": grouping})["items"]
    today = business_date(now())
    return render_template(
        "campaigns/new.html",
        grouping=grouping,
        groupings=GROUPINGS,
        groups=groups[:MOST_GROUPS],
        group_names=_groups(grouping),
        levels=LEVELS,
        usual=USUAL_LEVELS,
        table=own_api.read(f"{CAMPAIGNS}/table"),
        people=own_api.read(f"{CAMPAIGNS}/people")["items"],
        names=names.staff(),
        firms=names.intermediaries(),
        today=today.isoformat(),
        month_on=(today + USUAL_DAYS).isoformat(),
    )


@site.get("/campaigns/<campaign_id>")
@page("campaign:read")
def campaign(campaign_id: str) -> str:
    """Draw one campaign: how far it is, its team, and the plans that are still open or finished."""
    one = own_api.read(f"{CAMPAIGNS}/{campaign_id}")
    view = request.args.get("view", "")
    query = {"limit": PAGE, "cursor": request.args.get("cursor", "")}
    if view in ("open", "finished"):
        query["is_finished"] = "true" if view == "finished" else "false"
    plans = own_api.read(f"{CAMPAIGNS}/{campaign_id}/plans", query)
    return render_template(
        "campaigns/campaign.html",
        one=one,
        view=view,
        plans=plans["items"],
        next_cursor=plans["next_cursor"],
        group_names=_groups(one["grouping"]),
        names=names.staff(),
    )


@site.get("/campaigns/<campaign_id>/plans/<enterprise_id>")
@page("campaign:read")
def campaign_plan(campaign_id: str, enterprise_id: str) -> str:
    """Draw the plan of one enterprise with each of its items."""
    one = own_api.read(f"{CAMPAIGNS}/{campaign_id}")
    plan = own_api.read(f"{CAMPAIGNS}/{campaign_id}/plans/{enterprise_id}")
    may = one["is_mine"] and one["state"] == "open" and viewer.may("campaign:work")
    return render_template("campaigns/plan.html", one=one, plan=plan, may=may, names=names.staff())


def _groups(grouping: str) -> Mapping[str, str]:
    """Return what the groups are called; industries go by their codes."""
    if grouping == "grid" and viewer.may("grid:read"):
        return {row["id"]: row["name"] for row in own_api.read_all("registry/grids")}
    return names.divisions() if grouping == "subdistrict" else {}
