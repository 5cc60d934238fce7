"""The inbox of checks, and the form that is filled in on site."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import render_template, request

from services.gateway.pages import names, own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.documents import documents_about, kinds_of_record
from services.gateway.pages.joint_checks import joint_checks_of
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.errors import Forbidden, NotFound, Unavailable
from shared.http.chassis import now

PAGE = 50
SUPERVISION = 4
SUPERVISING = "bureau_officer"  # says why it comes, because the yearly cap counts by it
VISITOR = "intermediary_inspector"
ASSIGNING = ("subdistrict_officer", "bureau_officer")  # give tasks to others
GOING = ("planned", "started", "ended")  # states of a visit on which the checklist is filled in
BEFORE_VISIT = ("planned", "assigned", "accepted")  # states of a task that a visit may begin; its form lies ready
VIEWS: Mapping[str, Mapping[str, str]] = {
    "mine": {"mine": "true", "is_open": "true"},
    "area": {"is_open": "true"},
    "overdue": {"is_open": "true", "is_overdue": "true"},
}
HANDED_IN = ("submitted", "confirmed")
WEEK = timedelta(days=7)
GROUPS = ("overdue", "today", "week", "later", "handed_in")
OFFERED: Mapping[str, Sequence[str]] = {
    "take": (),
    "accept": (),
    "check_in": ("place",),
    "confirm": (),
    "return": ("reason",),
    "close": (),
    "refuse_entry": ("reason", "evidence"),
    "cancel": ("reason",),
}
MAIN = ("take", "check_in", "confirm", "close")
Document = Mapping[str, Any]


@site.get("/tasks")
@page("task:read")
def tasks() -> str:
    """Draw the open tasks: one's own, those of the area, the overdue ones; what is due first comes first."""
    view = request.args.get("view", "")
    view = view if view in VIEWS else _usual_view()
    answer = own_api.read("inspections/tasks", {**VIEWS[view], "limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template(
        "tasks/list.html",
        view=view,
        counts=own_api.read("inspections/tasks/inbox"),
        groups=grouped(answer["items"], today=business_date(now())),
        lists=_lists(),
        next_cursor=answer["next_cursor"],
        staff=names.staff() if view != "mine" else {},
        is_assigning=view != "mine" and assigns(),
    )


@site.get("/tasks/<task_id>")
@page("task:read")
def task(task_id: str) -> str:
    """Draw one task with what may be done with it now; on site that is the form of its checklist.

    The form lies ready for whoever may check in, because there may be no connection then.
    """
    one = own_api.read(f"inspections/tasks/{task_id}")
    someone = viewer.current()
    may = one["allowed"] if someone and "task:work" in someone.actions else ()
    is_on_site = "submit" in may
    records = own_api.read("inspections/checks", {"task_id": task_id})["items"]
    visits = own_api.read("inspections/visits", {"task_id": task_id})["items"]
    visit_id = going_to(visits)
    joint = joint_checks_of(task_id) if one["tier"] == SUPERVISION else []
    return render_template(
        "tasks/task.html",
        one=one,
        days=days_left(one, today=business_date(now())),
        checklist=own_api.read(f"inspections/checklists/{one['checklist']}", {"version": one["checklist_version"]}),
        is_on_site=is_on_site,
        has_form=is_on_site or "check_in" in may or (bool(visit_id) and one["state"] in BEFORE_VISIT),
        visit_id=visit_id,
        acts=acts_of(OFFERED, may, main=MAIN),
        staff=names.staff(),
        owners=own_api.read(f"inspections/tasks/{task_id}/owners")["items"] if "assign" in may else [],
        cap=cap_at(one["enterprise_id"]) if one["tier"] == SUPERVISION else {},
        late=own_api.read(f"inspections/tasks/{task_id}/late-checks")["items"],
        visits=visits,
        records=records,
        joint=joint,
        kinds=kinds_of_record(joint) if records else (),
        documents={record["id"]: documents_about(someone, check_id=record["id"]) for record in records},
    )


def assigns() -> bool:
    """Return whether who looks gives tasks to others, and may know what they are called."""
    someone = viewer.current()
    return someone is not None and not set(ASSIGNING).isdisjoint(someone.roles) and viewer.may("staff:read")


def going_to(visits: Sequence[Document]) -> str:
    """Return the visit on which a task is done by who looks at it: planned or going on, of the own intermediary."""
    someone = viewer.current()
    is_visitor = someone is not None and VISITOR in someone.roles
    return next((one["id"] for one in visits if is_visitor and one["state"] in GOING), "")


def cap_at(enterprise_id: str) -> dict[str, Any]:
    """Return how often government supervision has come to an enterprise this year, and how often it may."""
    return own_api.read(f"inspections/enterprises/{enterprise_id}/cap")


def beginning_at(enterprise_id: str) -> dict[str, Any] | None:
    """Return what may be chosen for a check of an enterprise, for those who may begin one there; else None."""
    someone = viewer.current()
    if someone is None or "task:work" not in someone.actions:
        return None
    try:
        own_api.read(f"inspections/enterprises/{enterprise_id}")
        causes = own_api.read("inspections/causes")["items"] if SUPERVISING in someone.roles else ()
        return {"lists": own_api.read("inspections/checklists")["items"], "causes": causes}
    except (NotFound, Forbidden, Unavailable):
        return None


def grouped(items: Sequence[Document], *, today: date) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return tasks by how urgent they are, each with the days that are left; empty groups are left out."""
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in GROUPS}
    for one in items:
        groups[urgency(one, today=today)].append({**one, "days": days_left(one, today=today)})
    return [(name, found) for name, found in groups.items() if found]


def urgency(one: Document, *, today: date) -> str:
    """Return the group of a task."""
    if one["state"] in HANDED_IN:
        return "handed_in"
    days = days_left(one, today=today)
    if days < 0:
        return "overdue"
    if days == 0:
        return "today"
    return "week" if days <= WEEK.days else "later"


def days_left(one: Document, *, today: date) -> int:
    """Return the days until the last day of a task; negative ones have passed."""
    return (date.fromisoformat(one["last_day"]) - today).days


def _usual_view() -> str:
    someone = viewer.current()
    has_own = someone is not None and "task:work" in someone.actions and not someone.enterprise_id
    return "mine" if has_own else "area"


def _lists() -> dict[str, Document]:
    return {one["id"]: one for one in own_api.read("inspections/checklists")["items"]}
