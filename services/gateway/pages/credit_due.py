"""What is due in the credit record: every open limit with who has to act, and figures that open their rows."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.names import subdistricts
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE

LIMITS = "credit/limits"
AREA = ("division", "enterprise_id")
FILTERS = ("moment", "by", "kind", *AREA)
LEADER = "leader"
WHO = (LEADER, "officer", "agency", "party", "clock")
# figure → the filter that opens its rows
FIGURES: Mapping[str, Mapping[str, str]] = {
    "missed": {"moment": "missed"},
    "today": {"moment": "today"},
    "near": {"moment": "near"},
    "decisions": {"by": LEADER},
    "open": {"by": ""},
}
# the page of a record: endpoint and its parameter
OPENED = {
    "penalty": ("pages.penalty", "penalty_id"),
    "case": ("pages.case", "case_id"),
    "exposure": ("pages.exposure", "exposure_id"),
    "restriction": ("pages.restriction", "restriction_id"),
}


@site.get("/credit/due")
@page("credit:oversee")
def credit_due() -> str:
    """Draw what is due in one's area, the earliest last day first; who decides begins with what waits for him."""
    chosen = {name: value for name in FILTERS if (value := request.args.get(name, "").strip())}
    if not request.args and viewer.may("credit:decide"):
        chosen["by"] = LEADER
    area = {name: chosen[name] for name in AREA if name in chosen}
    answer = own_api.read(LIMITS, {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template(
        "credit/due.html",
        chosen=chosen,
        area=area,
        counts=own_api.read(f"{LIMITS}/figures", area),
        figures=FIGURES,
        current=_current(chosen),
        who=WHO,
        places=subdistricts(),
        items=[{**one, "address": address_of(one)} for one in answer["items"]],
        next_cursor=answer["next_cursor"],
    )


def address_of(one: Mapping[str, Any]) -> str:
    """Return the page of the record that has a limit; proposals to close stand among what waits."""
    if one["about"] not in OPENED:
        return url_for("pages.suggestions", _anchor="closures")
    endpoint, parameter = OPENED[one["about"]]
    return url_for(endpoint, **{parameter: one["record_id"]})


def _current(chosen: Mapping[str, str]) -> str:
    """Return the figure whose rows are shown; empty for rows that no figure counts."""
    wanted = {name: value for name, value in chosen.items() if name not in AREA}
    same = (name for name, opens in FIGURES.items() if wanted == {key: value for key, value in opens.items() if value})
    return next(same, "")
