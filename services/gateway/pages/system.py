"""System health and parked events, for those who keep the platform running."""

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.site import site


@site.get("/system/health")
@page("system:read")
def health() -> str:
    """Draw the state of every service and of the event path."""
    services = own_api.read("system/health")["services"]
    is_well = all(one["state"] == "up" and not one["parked"] for one in services)
    return render_template("system/health.html", tab="health", services=services, is_well=is_well)


@site.get("/system/parked")
@page("event:operate")
def parked() -> str:
    """Draw the events that could not be handled, newest first."""
    answer = own_api.read("system/parked", {"cursor": request.args.get("cursor", "")})
    return render_template(
        "system/parked.html",
        tab="parked",
        items=answer["items"],
        next_cursor=answer.get("next_cursor"),
        unavailable=answer.get("unavailable", []),
    )
