"""The list of enterprises, instant search, and the file of one enterprise."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template, request, url_for

from services.gateway.neighbours import neighbours
from services.gateway.pages import language, own_api, tasks, viewer
from services.gateway.pages.access import page
from services.gateway.pages.permits import FORMS
from services.gateway.pages.reasons import reasons_of
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.errors import Unavailable
from shared.http.chassis import now

MANY = ("level", "provisional", "division", "placement", "section")
WORST_FIRST = "level"
PAGE = 50
FOUND = 8
MOST_PEOPLE = 100
SUPERVISING = "bureau_officer"


@site.get("/enterprises")
@page("enterprise:read")
def enterprises() -> str:
    """Draw the list for the filters in the address; htmx takes the part it needs."""
    chosen = _chosen()
    cursor = request.args.get("cursor", "")
    answer = own_api.read("search", {"sort": WORST_FIRST, **_query(chosen), "limit": PAGE, "cursor": cursor})
    is_part = request.args.get("part") == "rows"
    return render_template(
        "enterprises/rows.html" if is_part else "enterprises/list.html",
        chosen=chosen,
        address=lambda **changes: _address(chosen, changes),
        export_href=_export(chosen),
        is_filtered=any(chosen[name] for name in ("q", *MANY)) or bool(cursor),
        facets=answer.get("facets", {}),
        items=answer["items"],
        next_cursor=answer.get("next_cursor"),
        total=answer.get("total"),
    )


@site.get("/enterprises/found")
@page("enterprise:read")
def found() -> str:
    """Draw the first few enterprises that the words in the header's search field find."""
    q = request.args.get("q", "").strip()
    items = own_api.read("search", {"q": q, "limit": FOUND})["items"] if q else []
    return render_template("enterprises/found.html", q=q, items=items) if q else ""


@site.get("/enterprises/<enterprise_id>")
@page("enterprise:read")
def enterprise(enterprise_id: str) -> Response:
    """Draw the file of one enterprise, the parts that do not answer named; a merged entry leads to the other."""
    file = own_api.read(f"enterprises/{enterprise_id}/file")
    if kept := (file["enterprise"] or {}).get("merged_into"):
        return make_response(redirect(url_for("pages.enterprise", enterprise_id=kept)))
    return make_response(render_template("enterprises/file.html", **file_parts(enterprise_id, file)))


@site.get("/enterprises/<enterprise_id>/risk")
@page("grade:read")
def enterprise_risk(enterprise_id: str) -> str:
    """Draw the risk part and the header badge again after a fact or the grade has changed."""
    file = own_api.read(f"enterprises/{enterprise_id}/file")
    return render_template("enterprises/risk_update.html", **file_parts(enterprise_id, file))


def file_parts(enterprise_id: str, file: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates of the file need: the parts that answered and the names of the others."""
    down = set(file["unavailable"])
    reasons: dict[str, Any] = {}
    changes: dict[str, Any] = {}
    owed: dict[str, Any] = {}
    if file.get("risk"):
        reasons = _unless_down("risk", down, lambda: reasons_of(enterprise_id))
    if "registry" not in down:
        path = f"registry/enterprises/{enterprise_id}/history"
        changes = _unless_down("registry", down, lambda: own_api.read(path))
        owed = _unless_down("registry", down, lambda: own_api.read(f"registry/enterprises/{enterprise_id}/obligations"))
    people = _people(enterprise_id, down)
    return {
        "unavailable": down,
        "enterprise": {**file["enterprise"], "subdistrict_name": _place(file["enterprise"])},
        "risk": file.get("risk") or {},
        "owed": owed,
        "causes": _causes(down),
        "work": _work(file.get("inspections")),
        "hazardous": file.get("permits"),
        "credit": file.get("credit"),
        "permit_words": _permit_words(file.get("permits"), down),
        "cap": _cap(enterprise_id, down) if file.get("inspections") else {},
        "today": business_date(now()).isoformat(),
        **_endings(changes.get("items", []), down),
        **people,
        **reasons,
    }


def _place(enterprise: Mapping[str, Any]) -> str:
    """Return the name of the subdistrict, "" when none is known."""
    code = enterprise.get("subdistrict", "")
    return neighbours().directory.name_of(code, now=now()) if code else ""


def _endings(changes: Sequence[Mapping[str, Any]], down: set[str]) -> dict[str, Any]:
    """Return how the enterprise left the register, and the reasons for those who may let it leave."""
    title = "zh" if language.current().tag.startswith("zh") else "en"
    asked = _unless_down("registry", down, lambda: own_api.read("registry/enterprises/endings"))
    last = next((one for one in changes if "status" in one["changes"]), None)
    return {"ending_titles": {row["id"]: row[title] for row in asked.get("items", [])}, "last_ending": last}


def _work(open_there: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return what is open at the enterprise, the next task with the days that are left; empty for whom may not see."""
    found = open_there or {}
    if not found.get("next_task"):
        return found
    one = found["next_task"]
    return {**found, "next_task": {**one, "days": tasks.days_left(one, today=business_date(now()))}}


def _permit_words(work: Mapping[str, Any] | None, down: set[str]) -> Mapping[tuple[str, str], Any]:
    """Return what the levels of permits are called in each language, by kind and level; none without permits."""
    shown = (work or {}).get("permits") or {}
    is_asked = shown.get("open") or shown.get("ended")
    terms = _unless_down("permits", down, lambda: own_api.read(FORMS)).get("terms", ()) if is_asked else ()
    return {(one["kind"], one["level"]): one for one in terms}


def _cap(enterprise_id: str, down: set[str]) -> Mapping[str, Any]:
    return _unless_down("inspections", down, lambda: tasks.cap_at(enterprise_id))


def _causes(down: set[str]) -> Sequence[Mapping[str, Any]]:
    """Return why the bureau may come, for its officers: the yearly cap counts by it."""
    someone = viewer.current()
    if someone is None or SUPERVISING not in someone.roles or "inspections" in down:
        return ()
    return _unless_down("inspections", down, lambda: own_api.read("inspections/causes")).get("items", ())


def _people(enterprise_id: str, down: set[str]) -> dict[str, Any]:
    """Return the people of an enterprise and what posts are called, for those who may read them."""
    someone = viewer.current()
    if someone is None or "person:read" not in someone.actions:
        return {"people": None}
    title = "title" if language.current().tag.startswith("zh") else "title_en"
    path = f"registry/enterprises/{enterprise_id}/persons"
    people = _unless_down("registry", down, lambda: own_api.read(path, {"limit": MOST_PEOPLE}))
    posts = _unless_down("registry", down, lambda: own_api.read("registry/persons/posts"))
    return {
        "people": people.get("items", []),
        "post_titles": {row["id"]: row[title] for row in posts.get("items", [])},
    }


def _unless_down(service: str, down: set[str], ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``ask`` returns; a service that stops answering meanwhile joins those that are ``down``.

    These are not asked again: one that hangs costs its reader the patience of one question.
    """
    if service in down:
        return {}
    try:
        return ask()
    except Unavailable:
        down.add(service)
        return {}


def _export(chosen: Mapping[str, Any]) -> str:
    """Return the address of the export with those filters that the register itself knows."""
    single = {name: chosen[name][0] for name in ("division", "placement") if len(chosen[name]) == 1}
    industry = {"industry": chosen["section"][0]} if len(chosen["section"]) == 1 else {}
    query = {"q": chosen["q"], **single, **industry}
    return f"/api/v1/registry/exports/enterprises.xlsx?{urlencode({k: v for k, v in query.items() if v})}"


def _chosen() -> dict[str, Any]:
    args = request.args
    many = {name: [one for text in args.getlist(name) for one in text.split(",") if one] for name in MANY}
    return {"q": args.get("q", "").strip(), "sort": args.get("sort", ""), **many}


def _query(chosen: Mapping[str, Any]) -> dict[str, str]:
    flat = {name: ",".join(value) if isinstance(value, list) else value for name, value in chosen.items()}
    return {name: value for name, value in flat.items() if value}


def _address(chosen: Mapping[str, Any], changes: Mapping[str, str]) -> str:
    return f"{url_for('pages.enterprises')}?{urlencode({**_query(chosen), **changes})}"
