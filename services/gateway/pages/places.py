"""Where enterprises lie: the tray of the unplaced, the transfer list, parks and their tenants."""

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.site import site

PAGE = 50
STATES = ("due", "sent", "accepted", "returned", "overtaken")
PARK_KINDS = ("park", "shared_building")
PRECISIONS = ("exact", "address")


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


@site.get("/enterprises/parks")
@page("enterprise:read")
def parks() -> str:
    """Draw the parks and shared buildings of one's area."""
    chosen = _chosen("q", "kind", "cursor")
    answer = own_api.read("registry/parks", {**chosen, "limit": PAGE})
    return render_template("places/parks.html", chosen=chosen, kinds=PARK_KINDS, **answer)


@site.get("/enterprises/parks/new")
@page("enterprise:write")
def new_park() -> str:
    """Draw the form of a new park."""
    return render_template("places/park_form.html", one=None, **_form())


@site.get("/enterprises/parks/<park_id>/change")
@page("enterprise:write")
def change_park(park_id: str) -> str:
    """Draw the form of a park as it is."""
    return render_template("places/park_form.html", one=own_api.read(f"registry/parks/{park_id}"), **_form())


@site.get("/enterprises/parks/<park_id>")
@page("enterprise:read")
def park(park_id: str) -> str:
    """Draw one park with its tenants, and who else may come."""
    query = {"limit": PAGE, **_chosen("cursor")}
    one = own_api.read(f"registry/parks/{park_id}")
    tenants = own_api.read(f"registry/parks/{park_id}/tenants", query)
    return render_template("places/park.html", one=one, tenants=tenants, places=_subdistricts())


def _form() -> dict[str, Any]:
    return {"kinds": PARK_KINDS, "precisions": PRECISIONS, "places": _subdistricts()}


def _chosen(*names: str) -> dict[str, str]:
    return {name: value for name in names if (value := request.args.get(name, "").strip())}


def _subdistricts() -> dict[str, str]:
    rows = own_api.read("registry/divisions")["items"]
    return {row["code"]: row["name"] for row in rows if len(row["code"]) >= 9}


def _grids() -> list[dict[str, Any]]:
    return own_api.read_all("registry/grids", {"status": "open"})


def _counties() -> dict[str, str]:
    return {row["code"]: row["name"] for row in own_api.read("registry/transfers/counties")["items"]}
