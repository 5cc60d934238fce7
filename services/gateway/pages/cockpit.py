"""The cockpit: the four-colour map and its figures; the page is a frame, its scripts ask the map's API."""

from typing import Any

from flask import render_template

from services.gateway.pages import own_api, shell
from services.gateway.pages.access import page
from services.gateway.pages.site import site
from shared.errors import Forbidden, Unavailable


@site.get("/")
@page("map:read")
def cockpit() -> str:
    """Draw the cockpit's frame, with the progress of the survey while the registry answers."""
    return render_template("cockpit.html", start={"theme": shell.theme()}, survey=_progress())


def _progress() -> dict[str, Any]:
    try:
        return own_api.read("registry/surveys/progress")
    except (Unavailable, Forbidden):
        return {}
