"""The cockpit: the four-colour map and its figures; the page is a frame, its scripts ask the map's API."""

from flask import render_template

from services.gateway.pages import shell
from services.gateway.pages.access import page
from services.gateway.pages.site import site


@site.get("/")
@page("map:read")
def cockpit() -> str:
    """Draw the cockpit's frame."""
    return render_template("cockpit.html", start={"theme": shell.theme()})
