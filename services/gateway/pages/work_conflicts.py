"""What stands between a work and the others of its enterprise: rule, distance, the other work, both on a map."""

from typing import Any

from flask import render_template

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.site import site


@site.get("/permits/<permit_id>/conflicts")
@page("permit:read")
def work_conflicts(permit_id: str) -> str:
    """Draw the conflicts of one permit, the gravest first."""
    found = own_api.read(f"permits/permits/{permit_id}/conflicts")
    table = own_api.read("permits/forms")
    doings = own_api.read("permits/doings/table")
    kinds = {one["id"]: one for one in (*table["kinds"], *doings["kinds"])}
    return render_template("work_conflicts.html", kinds=kinds, points=_points(found), **found)


def _points(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the map draws: this work with the widest limit round it, then each of the others once."""
    own = found["permit"]
    limits = [one["limit_m"] for one in found["items"] if one["limit_m"]]
    others = {one["other"]["id"]: one["other"] for one in found["items"] if one["other"]}
    drawn = [{**_point(own), "reach": max(limits, default=0)}] if own["location"] else []
    return drawn + [
        {**_point(one), "reach": one["location"]["accuracy_m"] or 0} for one in others.values() if one["location"]
    ]


def _point(work: dict[str, Any]) -> dict[str, Any]:
    return {"id": work["id"], "name": work["number"] or work["kind"], **work["location"]}
