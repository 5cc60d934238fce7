"""Public exposure: what is proposed and public, one entry with its objections, and the form of a proposal."""

from collections.abc import Mapping, Sequence

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.credit import whom
from services.gateway.pages.names import staff, subdistricts
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE

FILTERS = ("state", "kind", "division", "enterprise_id")
KINDS, STATES = ("typical_case", "red_card"), ("proposed", "published", "suspended", "dropped", "expired", "withdrawn")
OFFERED: Mapping[str, Sequence[str]] = {
    "publish": (),
    "drop": ("reason",),
    "suspend": ("reason",),
    "resume": ("reason",),
    "withdraw": ("reason",),
}
MAIN = ("publish", "resume")


@site.get("/credit/exposures")
@page("credit:read")
def exposures() -> str:
    """Draw the exposures of one's area, of an enterprise those that were decided, the newest first."""
    chosen = {name: value for name in FILTERS if (value := request.args.get(name, ""))}
    query = {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    answer = own_api.read("credit/exposures", query)
    return render_template(
        "credit/exposures.html", chosen=chosen, kinds=KINDS, states=STATES, places=subdistricts(), **answer
    )


@site.get("/credit/exposures/<exposure_id>")
@page("credit:read")
def exposure(exposure_id: str) -> str:
    """Draw one entry as the public reads it, the objections beside it, and what may be done now."""
    one = own_api.read(f"credit/exposures/{exposure_id}")
    may = one["allowed"] if viewer.may("credit:decide") else []
    return render_template(
        "credit/exposure.html",
        one=one,
        acts=acts_of(OFFERED, may, main=MAIN),
        may_object=viewer.may("credit:object") and one["state"] in ("published", "suspended"),
        may_reply=viewer.may("credit:write"),
        people=staff(),
    )


@site.get("/credit/exposures/new")
@page("credit:write")
def new_exposure() -> str:
    """Draw the form of a proposal about an enterprise, which is searched for first."""
    chosen = whom()
    firm = chosen["enterprise"]
    return render_template(
        "credit/new_exposure.html",
        **chosen,
        kinds=KINDS,
        penalties=own_api.read_all("credit/penalties", {"enterprise_id": firm["id"]}) if firm else [],
    )
