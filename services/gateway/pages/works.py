"""Work that goes on now: its rows, and the words of the maps that draw it."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask_babel import gettext

from services.gateway.domain.works import SHOWN
from services.gateway.pages import own_api, shell
from services.gateway.pages.access import page
from services.gateway.pages.names import subdistricts
from services.gateway.pages.permits import PERMITS
from services.gateway.pages.site import site
from shared.errors import Unavailable

FILTERS = ("state", "kind", "level", "division", "section", "provisional", "flag", "placement")
WORDS = ("work.", "permit.kind_", "permit.way_", "permit.level_")
WORDED = {
    "division": "",
    "kind": "permit.kind_",
    "level": "level.",
    "section": "section.",
    "provisional": "work.provisional_",
}
PAGE = 50


@site.get("/permits/now")
@page("permit:read")
def works_now() -> str:
    """Draw the works behind a figure of the cockpit, under the same filters, those that end first before the others."""
    chosen = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    query = {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    answer = own_api.read("map/work/rows", query)
    return render_template(
        "works/now.html",
        chosen=chosen,
        states=SHOWN,
        other_choices=choices_of(chosen),
        details=_details([one["permit_id"] for one in answer["items"]]),
        **answer,
    )


def work_words() -> dict[str, str]:
    """Return the phrases about works for the scripts of a page."""
    return {key: text for key, text in shell.words(("permit", "work")).items() if key.startswith(WORDS)}


def choices_of(chosen: Mapping[str, str]) -> list[str]:
    """Return in words by what else than the state rows were chosen: the filters of the map."""
    places = subdistricts() if "division" in chosen else {}
    return [
        places.get(value, value) if name == "division" else gettext(f"{WORDED[name]}{value}")
        for name, values in chosen.items()
        if name in WORDED
        for value in values.split(",")
    ]


def _details(permit_ids: list[str]) -> dict[str, Any]:
    """Return the permits as permits knows them, by id; nothing while it does not answer."""
    if not permit_ids:
        return {}
    try:
        items = own_api.read(PERMITS, {"ids": ",".join(permit_ids), "limit": PAGE})["items"]
    except Unavailable:
        return {}
    return {one["id"]: one for one in items}
