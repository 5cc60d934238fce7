"""Grids: the list beside the map, and one grid with its outline and team."""

from typing import Any

from flask import render_template, request

from services.gateway.pages import language, own_api
from services.gateway.pages.access import page
from services.gateway.pages.history import names_of
from services.gateway.pages.site import site
from shared.errors import Forbidden

PAGE = 50


@site.get("/grids")
@page("grid:read")
def grids() -> str:
    """Draw the grids of one's area."""
    q, cursor = request.args.get("q", "").strip(), request.args.get("cursor", "")
    answer = own_api.read("registry/grids", {"q": q, "limit": PAGE, "cursor": cursor})
    return render_template(
        "grids/list.html",
        q=q,
        items=answer["items"],
        next_cursor=answer["next_cursor"],
        places=_places(),
        kinds=_kinds(),
    )


@site.get("/grids/<grid_id>")
@page("grid:read")
def grid(grid_id: str) -> str:
    """Draw one grid; its outline and team are changed here."""
    one = own_api.read(f"registry/grids/{grid_id}")
    start = {"geometry": one["geometry"], "outlines": own_api.read("registry/grids/outlines")}
    accounts = _accounts()
    team = {**names_of([member["account_id"] for member in one["members"]]), **accounts}
    return render_template("grids/grid.html", one=one, start=start, kinds=_kinds(), accounts=accounts, team=team)


def _places() -> dict[str, str]:
    rows = own_api.read("registry/divisions")["items"]
    return {row["code"]: row["name"] for row in rows if len(row["code"]) >= 9}


def _kinds() -> dict[str, dict[str, Any]]:
    title = "title" if language.current().tag.startswith("zh") else "title_en"
    return {row["id"]: {**row, "label": row[title]} for row in own_api.read("registry/grids/kinds")["items"]}


def _accounts() -> dict[str, str]:
    """Return user names by account id, from whom a team is chosen, for those who may know them."""
    try:
        rows = own_api.read_all("identity/accounts", {"is_enabled": "true"})
    except Forbidden:
        return {}
    return {row["id"]: row["username"] for row in rows}
