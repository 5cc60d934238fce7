"""Joint checks: several agencies visit an enterprise together, and each writes down what it found."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.site import site

PAGE = 50
AGENCIES = 5  # rows of the form; the first one leads
JOINT = "inspections/joint-checks"


@site.get("/joint-checks")
@page("task:read")
def joint_checks() -> str:
    """Draw the joint checks of the area, the newest first."""
    answer = own_api.read(JOINT, {"limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template("joint_checks/list.html", items=answer["items"], next_cursor=answer["next_cursor"])


@site.get("/joint-checks/new")
@page("task:work")
def new_joint_check() -> str:
    """Draw the form that begins one at an enterprise."""
    return _form(request.args.get("enterprise_id", ""))


@site.post("/joint-checks")
@page("task:work")
def begin_joint_check() -> str | Response:
    """Begin one and show it."""
    form = request.form
    pairs = zip(form.getlist("agency"), form.getlist("subject"), strict=False)
    parts = [{"agency": agency.strip(), "subject": subject.strip()} for agency, subject in pairs if agency.strip()]
    given = {name: form.get(name, "").strip() for name in ("enterprise_id", "cause", "basis")}
    content: dict[str, Any] = {**given, "parts": parts}
    try:
        made = own_api.send("POST", JOINT, content=content)
    except own_api.Refusal as refusal:
        return _form(given["enterprise_id"], given=content, refusal=refusal_of(refusal))
    return make_response(redirect(url_for("pages.joint_check", joint_id=made["id"]), 303))


@site.get("/joint-checks/<joint_id>")
@page("task:read")
def joint_check(joint_id: str) -> str:
    """Draw one with the part of each agency."""
    return _drawn(joint_id)


@site.post("/joint-checks/<joint_id>/parts")
@page("task:work")
def enter_part(joint_id: str) -> str | Response:
    """Write down what an agency found."""
    content = {name: request.form.get(name, "").strip() for name in ("agency", "result")}
    try:
        own_api.send("POST", f"{JOINT}/{joint_id}/parts", content=content)
    except own_api.Refusal as refusal:
        return _drawn(joint_id, refusal=refusal_of(refusal))
    return after(url_for("pages.joint_check", joint_id=joint_id), "part_entered")


def joint_checks_of(task_id: str) -> list[dict[str, Any]]:
    """Return the joint check that a task is; none of any other task."""
    return list(own_api.read(JOINT, {"task_id": task_id})["items"])


def _drawn(joint_id: str, *, refusal: str = "") -> str:
    return render_template("joint_checks/one.html", one=own_api.read(f"{JOINT}/{joint_id}"), refusal=refusal)


def _form(enterprise_id: str, *, given: dict[str, Any] | None = None, refusal: str = "") -> str:
    parts = (given or {}).get("parts", [])
    return render_template(
        "joint_checks/new.html",
        enterprise=own_api.read(f"registry/enterprises/{enterprise_id}"),
        causes=own_api.read("inspections/causes")["items"],
        given=given or {},
        parts=[*parts, *({"agency": "", "subject": ""} for _ in range(AGENCIES - len(parts)))],
        refusal=refusal,
    )
