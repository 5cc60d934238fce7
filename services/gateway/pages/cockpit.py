"""The cockpit: the four-colour map and its figures; the page is a frame, its scripts ask the map's API."""

from typing import Any

from flask import render_template

from services.gateway.api.base_map import base_map_shown
from services.gateway.pages import own_api, shell, viewer
from services.gateway.pages.access import page
from services.gateway.pages.credit_due import FIGURES
from services.gateway.pages.site import site
from services.gateway.pages.works import SHOWN, work_words
from shared.errors import Forbidden, Unavailable

BORDERS = {  # what is drawn below the colours, and who may see it
    "divisions": ("division:read", "/api/v1/registry/divisions/boundaries"),
    "grids": ("grid:read", "/api/v1/registry/grids/outlines"),
}
NEWS = {  # what is published, who may open it, and where
    "assessment_published": ("ranking:read", "/ranking?month={month}"),
    "plan_published": ("plan:read", "/plans/{plan_id}"),
}


DUE = ("missed", "today", "near", "decisions")


@site.get("/")
@page("map:read")
def cockpit() -> str:
    """Draw the cockpit's frame, with the progress of the survey while the registry answers."""
    news = {kind: address for kind, (action, address) in NEWS.items() if viewer.may(action)}
    start = {"theme": shell.theme(), **ground(), "news": news}
    works = {"work_states": SHOWN, "work_words": work_words()}
    due = {name: opens for name, opens in FIGURES.items() if name in DUE}
    return render_template("cockpit.html", start=start, survey=_progress(), due=due, **works)


def ground() -> dict[str, Any]:
    """Return what lies below the colours of a map: the base map, and the borders that the viewer may see."""
    borders = {name: address for name, (action, address) in BORDERS.items() if viewer.may(action)}
    return {"base": base_map_shown(), "borders": borders}


def _progress() -> dict[str, Any]:
    try:
        return own_api.read("registry/surveys/progress")
    except (Unavailable, Forbidden):
        return {}
