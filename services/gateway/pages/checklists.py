"""Checklists: their versions, the editor of a draft, what a version changes, files, and which list is for whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.site import site
from shared.errors import NotFound

VERSIONS = "inspections/checklists/versions"
TIERS = (1, 2, 3, 4)
Document = Mapping[str, Any]


@site.get("/checklists")
@page("checklist:read")
def checklists() -> str:
    """Draw every list with the version in force and what is being prepared."""
    return render_template("checklists/list.html", lists=grouped(own_api.read_all(VERSIONS)))


@site.get("/checklists/choices")
@page("checklist:read")
def checklist_choices() -> str:
    """Draw which list a task gets when nobody names one."""
    return render_template(
        "checklists/choices.html",
        choices=own_api.read("inspections/checklists/choices"),
        lists=own_api.read("inspections/checklists")["items"],
        tiers=TIERS,
    )


@site.get("/checklists/import")
@page("checklist:write")
def checklist_import() -> str:
    """Draw the form that takes a list from a file: look at it first, then begin a draft with it."""
    return render_template("checklists/import.html")


@site.get("/checklists/versions/<version_id>")
@page("checklist:read")
def checklist_version(version_id: str) -> str:
    """Draw one version: a draft in the editor, every other one as it stands for ever."""
    one = own_api.read(f"{VERSIONS}/{version_id}")
    return render_template(
        "checklists/version.html",
        one=one,
        others=own_api.read_all(VERSIONS, {"checklist": one["checklist"]}),
        answers={row["id"]: row["responses"] for row in one["content"]["set"]},
        items={row["code"]: row for row in own_api.read("inspections/hazards/items")["items"]},
    )


@site.get("/checklists/versions/<version_id>/changes")
@page("checklist:read")
def checklist_changes(version_id: str) -> str:
    """Draw what a version changes in another one; without a wish in the one that it is based on."""
    one = own_api.read(f"{VERSIONS}/{version_id}")
    others = [row for row in own_api.read_all(VERSIONS, {"checklist": one["checklist"]}) if row["id"] != version_id]
    against = request.args.get("against") or one["based_on"] or (others[0]["id"] if others else "")
    return render_template(
        "checklists/changes.html",
        one=one,
        others=others,
        against=against,
        changes=_changes(version_id, against) if against else [],
    )


def grouped(heads: Sequence[Document]) -> list[dict[str, Any]]:
    """Return lists with their newest version that counts or counted (``now``) and what is to come (``next``)."""
    lists: dict[str, dict[str, Any]] = {}
    for one in heads:  # the newest first
        entry = lists.setdefault(one["checklist"], {"id": one["checklist"], "now": None, "next": [], "past": 0})
        if one["standing"] in ("draft", "coming"):
            entry["next"].append(one)
        elif one["standing"] == "in_force" or (one["standing"] == "retired" and entry["now"] is None):
            entry["now"] = one
        else:
            entry["past"] += 1
    for entry in lists.values():
        entry["named"] = entry["now"] or next(iter(entry["next"]), None)
    shown = [entry for entry in lists.values() if entry["named"]]
    return sorted(shown, key=lambda entry: str(entry["named"]["created_at"]) + str(entry["named"]["id"]))


def _changes(version_id: str, against: str) -> list[dict[str, Any]]:
    try:
        return list(own_api.read(f"{VERSIONS}/{version_id}/changes", {"against": against})["items"])
    except NotFound:
        return []
