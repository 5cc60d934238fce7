"""The history of an enterprise: who changed what, when, from what to what; in words, newest first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import render_template, request
from flask_babel import gettext

from services.gateway.neighbours import neighbours
from services.gateway.pages import language, own_api
from services.gateway.pages.access import page
from services.gateway.pages.site import site
from services.gateway.pages.wording import answered
from shared.errors import Unavailable
from shared.http.chassis import now

SHOWN = 20
NOTHING = "–"
HIDDEN = "•"  # stands in the history for what identifies somebody
AGENCY = "agency"
UNSAID = (
    "origins",
    "hints",
    "stated_grid",
    "grid_basis",
    "latitude",
    "park_id",
)  # follow from what is said, or are said with it
WORDED = {
    "status": "status.",
    "supervision": "supervision.",
    "placement": "placement.",
    "location_precision": "precision.",
    "industry_section": "section.",
    "scale": "scale.",
}
PLACES = ("division", "subdistrict")
ICONS = {
    "registered": "plus",
    "registered_again": "rotate-clockwise",
    "imported": "file-import",
    "surveyed": "list-search",
    "decided": "shield-check",
    "placed_again": "map-pin",
    "grid_changed": "hexagons",
    "deregistered": "circle-minus",
    "transferred": "arrow-right",
    "transfer_returned": "arrow-left",
}
Change = Mapping[str, Any]
Line = dict[str, str]


@site.get("/enterprises/<enterprise_id>/history")
@page("enterprise:read")
def enterprise_history(enterprise_id: str) -> str:
    """Draw a page of the history; a later page is only its entries."""
    cursor = request.args.get("cursor", "")
    answer = own_api.read(f"registry/enterprises/{enterprise_id}/history", {"limit": SHOWN, "cursor": cursor})
    names = names_of([change["actor"] for change in answer["items"]])
    endings = _endings() if any("ending_reason" in change["changes"] for change in answer["items"]) else {}
    return render_template(
        "enterprises/history_rows.html" if cursor else "enterprises/history.html",
        enterprise_id=enterprise_id,
        items=[
            {
                **change,
                "icon": ICONS.get(change["reason"], "pencil"),
                "who": names.get(change["actor"]),
                "lines": list(lines_of(change["changes"], endings)),
                "again": same_answers(change["changes"]),
            }
            for change in answer["items"]
        ],
        next_cursor=answer["next_cursor"],
    )


def names_of(actors: Sequence[str]) -> dict[str, str]:
    """Return the masked name and the role of each account, the name of each agency; without identity there are none."""
    wanted = sorted({actor for actor in actors if actor})
    if not wanted:
        return {}
    try:
        items = own_api.read("identity/names", {"id": wanted})["items"]
    except Unavailable:
        return {}
    return {one["id"]: " · ".join([one["name"], *map(gettext, _posts(one["roles"]))]) for one in items}


def _posts(roles: Sequence[str]) -> list[str]:
    """Return the keys of what roles are called; an agency is called by its name alone."""
    return [f"role.{role}" for role in roles if role != AGENCY]


def lines_of(changes: Mapping[str, Any], endings: Mapping[str, str]) -> Iterator[Line]:
    """Yield title, before and after of every fact that differs, in words of the page's language."""
    for name, (before, after) in changes.items():
        if name == "features":
            yield from _features(before or {}, after or {})
        elif name == "longitude":
            yield _line("position", *_points(changes))
        elif HIDDEN in (before, after):
            yield _line(name, "", gettext("history.hidden"))
        elif name not in UNSAID:
            yield _line(name, *(_said(name, value, endings) for value in (before, after)))


def _features(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
    for name in sorted(before.keys() | after.keys()):
        shown = [_feature(known.get(name)) for known in (before, after)]
        if shown[0] != shown[1]:
            yield {"title": gettext(f"feature.{name}"), "before": shown[0], "after": shown[1]}


def same_answers(changes: Mapping[str, Any]) -> int:
    """Return how many features were recorded anew without another answer: a survey that repeats the last one."""
    before, after = (known or {} for known in changes.get("features", ({}, {})))
    both = before.keys() & after.keys()
    return sum(before[name] != after[name] and _feature(before[name]) == _feature(after[name]) for name in both)


def _feature(known: Mapping[str, Any] | None) -> str:
    if not known:
        return answered(None)
    origin = gettext(f"origin.{known['origin']}") if known.get("origin") else ""
    return " · ".join(part for part in (answered(known["value"]), origin, *known.get("words", ())) if part)


def _points(changes: Mapping[str, Any]) -> list[str]:
    longitudes, latitudes = changes["longitude"], changes.get("latitude", (None, None))
    pairs = zip(latitudes, longitudes, strict=True)
    return [
        NOTHING if longitude is None else f"{'' if latitude is None else f'{latitude:.5f}, '}{longitude:.5f}"
        for latitude, longitude in pairs
    ]


def _said(name: str, value: Any, endings: Mapping[str, str]) -> str:
    if value in (None, ""):
        return NOTHING
    if name in WORDED:
        return gettext(f"{WORDED[name]}{value}")
    if name in PLACES:
        return neighbours().directory.name_of(value, now=now()) or str(value)
    return endings.get(value, str(value)) if name == "ending_reason" else str(value)


def _line(name: str, before: str, after: str) -> Line:
    return {"title": gettext(f"basics.{name}"), "before": before, "after": after}


def _endings() -> dict[str, str]:
    title = "zh" if language.current().tag.startswith("zh") else "en"
    try:
        return {row["id"]: row[title] for row in own_api.read("registry/enterprises/endings")["items"]}
    except Unavailable:
        return {}
