"""Places at which work is permitted, on a map and as the ledger, and what is done there without a permit."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.forms import PLACE, moment_of, refusal_of
from services.gateway.pages.own_api import Refusal
from services.gateway.pages.site import site
from shared.http.chassis import now

PLACES, DOINGS = "permits/places", "permits/doings"
PAGE = 50
RISKS = ("unknown", "yes", "no")
FILTERS = ("enterprise_id", "kind", "q", "cursor")
USUAL = timedelta(hours=2)
FORM_TIME = "%Y-%m-%dT%H:%M"


@site.get("/work-places")
@page("place:read")
def work_places() -> str:
    """Draw the ledger of the own enterprise, or of those of the area, beside a map of it."""
    chosen = _chosen(*FILTERS)
    answer = own_api.read(PLACES, {**chosen, "limit": PAGE})
    chosen.pop("cursor", None)
    return render_template(
        "work_places/list.html",
        chosen=chosen,
        table=own_api.read(f"{PLACES}/table"),
        ledger_of=chosen.get("enterprise_id") or _own(),
        points=[_point(one) for one in answer["items"] if one["location"]],
        **answer,
    )


@site.get("/work-places/new")
@page("place:write")
def new_work_place() -> str:
    """Draw the form of a new place."""
    return _form(None)


@site.get("/work-places/<place_id>")
@page("place:read")
def work_place(place_id: str) -> str:
    """Draw the form of a place as it is; who may only read sees it filled in."""
    return _form(own_api.read(f"{PLACES}/{place_id}"))


@site.get("/work-places/doings")
@page("place:read")
def doings() -> str:
    """Draw what is done without a permit now and soon, or what is over."""
    return _doings()


@site.post("/work-places/doings")
@page("place:write")
def plan_doing() -> Response | str:
    """Enter a doing from the form; what forbids it is told above the form."""
    form = request.form
    named = {name: form.get(name, "").strip() for name in ("kind", "description")}
    content = {
        **named,
        "enterprise_id": _own(),
        "place_id": form.get("place_id") or None,
        "starts_at": moment_of(form.get("starts_at", "")),
        "ends_at": moment_of(form.get("ends_at", "")),
    }
    try:
        own_api.send("POST", DOINGS, content=content)
    except Refusal as refusal:
        return _doings(refusal=refusal_of(refusal))
    return redirect("/work-places/doings?done=doing_planned", 303)


@site.post("/work-places/doings/<doing_id>/end")
@page("place:write")
def end_doing(doing_id: str) -> Response | str:
    """Say that a doing is over."""
    try:
        own_api.send("POST", f"{DOINGS}/{doing_id}/end")
    except Refusal as refusal:
        return _doings(refusal=refusal_of(refusal))
    return redirect("/work-places/doings?done=doing_ended", 303)


def _doings(refusal: str = "") -> str:
    chosen = {"is_open": "true", **_chosen("enterprise_id", "is_open", "cursor")}
    answer = own_api.read(DOINGS, {**chosen, "limit": PAGE})
    chosen.pop("cursor", None)
    begins = now().astimezone(PLACE)
    return render_template(
        "work_places/doings.html",
        chosen=chosen,
        table=own_api.read(f"{DOINGS}/table"),
        places=own_api.read_all(PLACES, {"enterprise_id": _own()}) if _own() else [],
        refusal=refusal,
        form=request.form,
        times={"starts_at": begins.strftime(FORM_TIME), "ends_at": (begins + USUAL).strftime(FORM_TIME)},
        **answer,
    )


def _form(one: dict[str, Any] | None) -> str:
    enterprise_id = one["enterprise_id"] if one else _own()
    others = own_api.read_all(PLACES, {"enterprise_id": enterprise_id})
    return render_template(
        "work_places/form.html",
        one=one,
        enterprise_id=enterprise_id,
        others=others,
        table=own_api.read(f"{PLACES}/table"),
        risks=RISKS,
        points=_points(others, but=one["id"] if one else ""),
        home=_home(enterprise_id),
    )


def _points(places: Iterable[dict[str, Any]], *, but: str) -> list[dict[str, Any]]:
    return [_point(one) for one in places if one["location"] and one["id"] != but]


def _point(one: dict[str, Any]) -> dict[str, Any]:
    """Return what the map draws: the middle of a place, and how far it reaches with what is uncertain about that."""
    reach = one["radius_m"] + one["location"]["accuracy_m"]
    return {"id": one["id"], "name": one["number"], "reach": reach, "kind": one["kind"], **one["location"]}


def _home(enterprise_id: str) -> dict[str, Any] | None:
    """Return where the map begins: at the enterprise, when the register knows where that is."""
    location = own_api.read(f"registry/enterprises/{enterprise_id}").get("location")
    return location if location and location.get("longitude") is not None else None


def _own() -> str:
    someone = viewer.current()
    return someone.enterprise_id if someone else ""


def _chosen(*names: str) -> dict[str, str]:
    return {name: value for name in names if (value := request.args.get(name, "").strip())}
