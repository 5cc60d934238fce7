"""Permits for hazardous work: the form of an application, which tells at once what follows from its answers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.forms import PLACE, moment_of, refusal_of
from services.gateway.pages.permit_crews import CREW_ROLES, known_of, usual_crew
from services.gateway.pages.site import site
from services.gateway.pages.work_places import PLACES
from shared.http.chassis import now

PERMITS, FORMS = "permits/permits", "permits/forms"
USUAL_HOURS = 8  # a shift, offered in the form
ANSWERS = {"true": True, "false": False}
Document = dict[str, Any]


@site.get("/permits/new")
@page("permit:write")
def new_permit() -> str:
    """Draw the eight kinds, or the form of the chosen one."""
    someone, kind = viewer.current(), request.args.get("kind", "")
    enterprise_id = someone.enterprise_id if someone else ""
    profile = own_api.read(f"permits/enterprises/{enterprise_id}")["ruleset"]
    tables = own_api.read(FORMS, {"ruleset": profile})
    chosen = next((one for one in tables["kinds"] if one["id"] == kind), None)
    if chosen is None:
        return render_template("permits/kinds.html", tables=tables)
    return render_template(
        "permits/new.html",
        kind=chosen,
        tables=tables,
        enterprise_id=enterprise_id,
        groups=questions_of(kind, tables),
        crew_roles=CREW_ROLES,
        crew=usual_crew(kind),
        places=[{**one, "known": known_of(one, kind)} for one in ledger_of(enterprise_id)],
        place_table=own_api.read(f"{PLACES}/table"),
        times=usual_times(now()),
    )


@site.post("/permits/preview")
@page("permit:write")
def permit_preview() -> str:
    """Draw what follows from the answers so far: level, reasons, time, signatures and measures."""
    asked = asked_of(request.form)
    tables = own_api.read(FORMS, {"ruleset": asked["ruleset"]})
    try:
        found, refusal = own_api.send("POST", f"{FORMS}/preview", content=asked), ""
    except own_api.Refusal as refused:
        found, refusal = {}, refusal_of(refused)
    rows = {one["number"]: one for one in tables["measures"] if one["kind"] == asked["kind"]}
    return render_template("permits/preview.html", found=found, refusal=refusal, rows=rows, tables=tables)


def questions_of(kind: str, tables: Mapping[str, Any]) -> dict[str, list[Document]]:
    """Return the questions of a kind in groups: what decides its level, and what decides its measures."""
    decisive = {one["id"] for one in tables["reasons"]}
    groups: dict[str, list[Document]] = {"level": [], "measures": []}
    for one in tables["questions"]:
        if kind in one["kinds"]:
            groups["level" if one["id"] in decisive else "measures"].append(one)
    return groups


def asked_of(form: Mapping[str, str]) -> Document:
    """Return an unfinished form as the preview wants it; what is empty or no number is left out."""
    texts = {name.removeprefix("facts."): text for name, text in form.items() if name.startswith("facts.") and text}
    wind = texts.pop("wind_force", "")
    asked: Document = {name: moment_of(form[name]) for name in ("starts_at", "ends_at") if form.get(name)}
    return asked | {
        "ruleset": form.get("ruleset", ""),
        "kind": form.get("kind", ""),
        "facts": {name: fact_of(text) for name, text in texts.items()},
        "wind_force": int(wind) if wind.isdecimal() else None,
        "is_special": texts.get("special_case") == "true",
    }


def fact_of(text: str) -> bool | float | str:
    """Return an entry of the form as the answer, number or text that it is."""
    if text in ANSWERS:
        return ANSWERS[text]
    try:
        return float(text)
    except ValueError:
        return text


def usual_times(moment: datetime) -> tuple[str, str]:
    """Return the next full hour and the end of a shift after it, as a form writes them."""
    start = moment.astimezone(PLACE).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return start.strftime("%Y-%m-%dT%H:%M"), (start + timedelta(hours=USUAL_HOURS)).strftime("%Y-%m-%dT%H:%M")


def ledger_of(enterprise_id: str) -> list[Document]:
    """Return the places of an enterprise."""
    return own_api.read_all(PLACES, {"enterprise_id": enterprise_id})
