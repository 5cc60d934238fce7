"""Where enterprises lie: the tray of the unplaced and the transfer list."""

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.site import site

PAGE = 50
STATES = ("due", "sent", "accepted", "returned", "overtaken")
MOST_GRIDS = 200


@site.get("/enterprises/unplaced")
@page("enterprise:write")
def unplaced() -> str:
    """Draw the tray: whom no address placed, and where they may be placed."""
    chosen = _chosen("q", "cursor")
    answer = own_api.read("registry/placements/unplaced", {**chosen, "limit": PAGE})
    return render_template(
        "places/unplaced.html",
        chosen=chosen,
        figures=own_api.read("registry/placements"),
        places=_subdistricts(),
        grids=_grids(),
        counties=_counties(),
        **answer,
    )


@site.get("/enterprises/transfers")
@page("enterprise:write")
def transfers() -> str:
    """Draw the transfer list: what is to be handed over, to whom, and what they answered."""
    chosen = {"state": STATES[0], **_chosen("q", "state", "county", "cursor")}
    answer = own_api.read("registry/transfers", {**chosen, "limit": PAGE})
    query = {name: value for name, value in chosen.items() if name != "cursor"}
    return render_template(
        "places/transfers.html",
        chosen=chosen,
        states=STATES,
        figures=own_api.read("registry/placements"),
        counties=_counties(),
        export_href=f"/api/v1/registry/exports/transfers.xlsx?{urlencode(query)}",
        **answer,
    )


def _chosen(*names: str) -> dict[str, str]:
    return {name: value for name in names if (value := request.args.get(name, "").strip())}


def _subdistricts() -> dict[str, str]:
    rows = own_api.read("registry/divisions")["items"]
    return {row["code"]: row["name"] for row in rows if len(row["code"]) >= 9}


def _grids() -> list[dict[str, Any]]:
    return list(own_api.read("registry/grids", {"status": "open", "limit": MOST_GRIDS})["items"])


def _counties() -> dict[str, str]:
    return {row["code"]: row["name"] for row in own_api.read("registry/transfers/counties")["items"]}
