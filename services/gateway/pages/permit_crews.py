"""Where the work of an application is done and by whom: places of the ledger, and who may take on which role."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.certificates import PEOPLE, kinds_by_id, named, names_of, post_titles
from services.gateway.pages.forms import moment_of
from services.gateway.pages.site import site

CREW_ROLES = ("work_leader", "worker", "guardian", "gas_analyst", "lift_commander", "blind_commander", "coordinator")
USUAL_CREW = ("work_leader", "worker", "guardian")
COMMANDERS: Mapping[str, str] = {"lifting": "lift_commander", "blinding": "blind_commander"}
ANSWERS: Mapping[str, str] = {"yes": "true", "no": "false"}
Document = dict[str, Any]


@site.get("/permits/candidates")
@page("permit:write")
def permit_candidates() -> str:
    """Draw the choice of a person for a role: who may take it on in that time, and who may not and why."""
    role, window = request.args.get("role", ""), window_of(request.args)
    items = _candidates(role, window) if window and role in CREW_ROLES else []
    return render_template(
        "permits/candidates.html",
        role=role,
        has_window=bool(window),
        fit=[one for one in items if one["is_fit"]],
        unfit=[one for one in items if not one["is_fit"]],
        posts=post_titles(),
        kinds=kinds_by_id(),
    )


def window_of(given: Mapping[str, str]) -> dict[str, str]:
    """Return beginning and end of a form as moments; nothing while they are none, or in the wrong order."""
    moments = {name: moment_of(given.get(name, "")) for name in ("starts_at", "ends_at")}
    try:
        starts_at, ends_at = map(datetime.fromisoformat, moments.values())
        return moments if starts_at < ends_at else {}
    except ValueError:
        return {}


def usual_crew(kind: str) -> tuple[str, ...]:
    """Return the roles that work of a kind always has (GB 30871-2022 4.10, 7.1, 9.2.6)."""
    return (*USUAL_CREW, COMMANDERS[kind]) if kind in COMMANDERS else USUAL_CREW


def known_of(place: Mapping[str, Any], kind: str) -> dict[str, str]:
    """Return the entries of the form of a ``kind`` of work that the ledger answers, by the name of the field."""
    known = {"form.medium": place["medium"], "facts.risk_place": ANSWERS.get(place["risk_place"], "")}
    if place["kind"] == "confined_space":
        known |= {"form.space_name": place["title"], "facts.internal_work": "true"}
        known |= {"facts.toxic_risk": "true"} if place["needs_principal"] else {}
    if place["kind"] == "pipe":
        known["form.pipe"] = place["title"]
    if place["kind"] == "fixed_hot_area" and kind == "hot_work" and not place["is_assessment_due"]:
        known["facts.fixed_hot_work_area"] = "true"
    return {name: value for name, value in known.items() if value}


def _candidates(role: str, window: Mapping[str, str]) -> list[Document]:
    someone = viewer.current()
    enterprise_id = someone.enterprise_id if someone else ""
    asked = {name: request.args.get(name, "") for name in ("kind", "ruleset")}
    found = own_api.read(f"{PEOPLE}/candidates", {"enterprise_id": enterprise_id, "role": role, **asked, **window})
    names = names_of(enterprise_id)
    return [named(one, names) for one in found["items"]]
