"""What a bureau does about risk: supervision, assessments, risk points, levels set by hand, policy, codes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page, public_page
from services.gateway.pages.history import names_of
from services.gateway.pages.site import site
from services.gateway.pages.tasks import beginning_at
from shared.errors import Forbidden, NotFound, Unavailable

SHOWN = 50
SCANS_SHOWN = 10
LEVELS = (1, 2, 3, 4, 0)
# Who may be named to watch over an enterprise, for the bureau and for the subdistrict.
WATCHERS = {"officer": ("bureau_officer",), "subdistrict_person": ("subdistrict_officer", "grid_worker")}
Document = Mapping[str, Any]


@site.get("/risk")
@page("grade:read")
def supervision() -> str:
    """Draw the enterprises of level 1 and 2 with the clocks of their reports."""
    is_overdue = "overdue" in request.args
    listed = _listed("supervision", {"overdue": "true"} if is_overdue else {})
    people = names_of([one[post] or "" for one in listed["items"] for post in WATCHERS])
    return render_template(
        "governing/supervision.html", tab="supervision", is_overdue=is_overdue, people=people, **listed
    )


@site.get("/risk/assessments")
@page("grade:read")
def assessments() -> str:
    """Draw the assessments of the own area by state."""
    state = request.args.get("state", "")
    return render_template(
        "governing/assessments.html", tab="assessments", state=state, **_listed("assessments", {"state": state})
    )


@site.get("/risk/points")
@page("grade:read")
def risk_points() -> str:
    """Draw the risk points of the own area, the worst first."""
    is_overdue = "overdue" in request.args
    listed = _listed("risk-points", {"overdue": "true"} if is_overdue else {})
    return render_template("governing/points.html", tab="points", is_overdue=is_overdue, **listed)


@site.get("/risk/overrides")
@page("grade:read")
def overrides() -> str:
    """Draw the levels that were set or asked for by hand."""
    state = request.args.get("state", "")
    return render_template(
        "governing/overrides.html", tab="overrides", state=state, **_listed("overrides", {"state": state})
    )


@site.get("/risk/rules")
@page("grade:read")
def dynamic_rules() -> str:
    """Draw the dynamic rules and the inspection frequencies with their sources."""
    rules, frequencies = own_api.read("risk/dynamic-rules")["items"], own_api.read("risk/frequencies")
    return render_template("governing/rules.html", tab="rules", rules=rules, frequencies=frequencies)


@site.get("/risk/policies")
@page("policy:read")
def policies() -> str:
    """Draw the versions of the policy."""
    return render_template("governing/policies.html", tab="policies", items=own_api.read("risk/policies")["items"])


@site.get("/risk/policies/<policy_id>")
@page("policy:read")
def policy(policy_id: str) -> str:
    """Draw one version: what it changes, whom it changes, and the points of its cards."""
    one = own_api.read(f"risk/policies/{policy_id}")
    before = {(each["card"], each["part"], each["id"]): each["before"] for each in one["differences"]}
    return render_template(
        "governing/policy.html",
        tab="policies",
        one=one,
        before=before,
        said=shifts_by_place(one["shifts"], "simulation"),
        done=shifts_by_place(one["shifts"], "activation"),
    )


@site.get("/risk/codes")
@page("code:write")
def codes() -> str:
    """Draw the choice of sheets to print."""
    return render_template("governing/codes.html", tab="codes", names=_subdistricts())


@site.get("/enterprises/<enterprise_id>/measures")
@page("grade:read")
def measures(enterprise_id: str) -> str:
    """Draw what is done about one enterprise: rules that count, what-if, supervision, levels by hand, its code."""
    grade = own_api.read(f"risk/grades/{enterprise_id}")
    wanted = request.args.get("level", "")
    path = f"risk/grades/{enterprise_id}/what-if"
    return render_template(
        "governing/measures.html",
        enterprise_id=enterprise_id,
        risk=grade,
        wanted=wanted,
        answer=own_api.read(path, {"level": wanted}) if wanted else None,
        rules=own_api.read(f"risk/grades/{enterprise_id}/rules")["items"],
        frequency=own_api.read(f"risk/grades/{enterprise_id}/frequency"),
        points=own_api.read("risk/risk-points", {"enterprise_id": enterprise_id})["items"],
        overrides=own_api.read("risk/overrides", {"enterprise_id": enterprise_id})["items"],
        codes=own_api.read(f"risk/codes/{enterprise_id}")["items"],
        scans=_scans_of(enterprise_id),
        watchers=_watchers() if grade["level"] in (1, 2) else {},
    )


@site.get("/code/<token>")
@public_page
def code(token: str) -> tuple[str, int]:
    """Draw what a scanned code tells: public facts to anyone, the way to the file for an officer.

    Opening the page is the scan; the page's own pulse is none.
    """
    try:
        facts = own_api.read(f"risk/codes/public/{token}")
    except NotFound:
        return render_template("governing/code.html", facts=None, file=None), 404
    if "HX-Request" not in request.headers:
        _note_scan(token)
    enterprise_id = facts["enterprise_id"]
    beginning = beginning_at(enterprise_id) if facts["is_active"] else None
    return render_template("governing/code.html", facts=facts, file=_file_of(enterprise_id), beginning=beginning), 200


def shifts_by_place(shifts: Sequence[Document], phase: str) -> dict[str, dict[tuple[int, int], int]]:
    """Return, by subdistrict and for all together (key ""), how many go from one level to another."""
    found: dict[str, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for one in shifts:
        if one["phase"] == phase:
            way = (one["before"], one["after"])
            found[""][way] += one["enterprises"]
            found[one["subdistrict"]][way] += one["enterprises"]
    return found


def _listed(path: str, query: Document) -> dict[str, Any]:
    cursor = request.args.get("cursor", "")
    answer = own_api.read(f"risk/{path}", {**query, "limit": SHOWN, "cursor": cursor})
    return {"items": answer["items"], "next_cursor": answer["next_cursor"], "names": _subdistricts()}


def _subdistricts() -> dict[str, str]:
    """Return the names of the subdistricts by code; without the registry the codes have to do."""
    try:
        items = own_api.read("registry/divisions")["items"]
    except (Unavailable, Forbidden):
        return {}
    return {one["code"]: one["name"] for one in items}


def _watchers() -> dict[str, list[Document]]:
    """Return, by post, the staff of the own area who may be named to watch over an enterprise."""
    someone = viewer.current()
    if someone is None or not {"supervision:write", "staff:read"} <= someone.actions:
        return {}
    staff = own_api.read_all("identity/staff")
    return {post: [one for one in staff if set(roles) & set(one["roles"])] for post, roles in WATCHERS.items()}


def _scans_of(enterprise_id: str) -> Document | None:
    """Return the latest scans of the enterprise's code for those who look after codes."""
    someone = viewer.current()
    if someone is None or "code:write" not in someone.actions:
        return None
    return own_api.read(f"risk/codes/{enterprise_id}/scans", {"limit": SCANS_SHOWN})


def _note_scan(token: str) -> None:
    """Have the scan written down: by name within the own area, else counted; a refusal never hides the page."""
    someone = viewer.current()
    with suppress(own_api.Refusal, Unavailable):
        if someone is not None and "grade:read" in someone.actions:
            with suppress(own_api.Refusal):
                own_api.send("POST", "risk/codes/scans", content={"token": token})
                return
        own_api.send("POST", f"risk/codes/public/{token}/scans")


def _file_of(enterprise_id: str) -> Document | None:
    """Return the grade with its reasons when whoever scans may see it."""
    someone = viewer.current()
    if someone is None or "grade:read" not in someone.actions:
        return None
    try:
        return own_api.read(f"risk/grades/{enterprise_id}")
    except (NotFound, Forbidden, Unavailable):
        return None
