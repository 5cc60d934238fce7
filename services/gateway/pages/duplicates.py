"""Entries that may be one enterprise: the list of suspicions, and two of them side by side."""

from typing import Any

from flask import Response, render_template, request, url_for

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.site import site

KINDS = ("organisation", "name", "address")
PAGE = 40


@site.get("/enterprises/duplicates")
@page("enterprise:merge")
def duplicates() -> str:
    """Draw the pairs of one's area that may be one enterprise."""
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else KINDS[0]
    query = {"kind": kind, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    return render_template("duplicates/list.html", kind=kind, kinds=KINDS, **own_api.read("registry/duplicates", query))


@site.get("/enterprises/<kept>/merge/<merged>")
@page("enterprise:merge")
def compare(kept: str, merged: str) -> str:
    """Draw two entries side by side, with what is proposed to be kept of each."""
    return _compared(kept, merged)


@site.post("/enterprises/<kept>/merge/<merged>")
@page("enterprise:merge")
def merge(kept: str, merged: str) -> str | Response:
    """Make one of the two entries, or tell them apart."""
    form = request.form
    pair: dict[str, Any] = {"kept": kept, "merged": merged, "reason": form.get("reason", "").strip()}
    if is_apart := form.get("act") == "apart":
        path, body, done = "registry/duplicates/apart", pair, "told_apart"
    else:
        versions = {name: int(form.get(name, "0")) for name in ("kept_version", "merged_version")}
        taken = [
            name.removeprefix("take.") for name, value in form.items() if name[:5] == "take." and value == "merged"
        ]
        path, body, done = "registry/merges", {**pair, **versions, "take": taken}, "merged"
    try:
        own_api.send("POST", path, content=body)
    except own_api.Refusal as refusal:
        return _compared(kept, merged, refusal=refusal_of(refusal))
    address = url_for("pages.duplicates") if is_apart else url_for("pages.enterprise", enterprise_id=kept)
    return after(address, done)


def _compared(kept: str, merged: str, **told: Any) -> str:
    answer = own_api.read("registry/merges/preview", {"kept": kept, "merged": merged})
    reason = request.form.get("reason", "")
    return render_template("duplicates/compare.html", ids=(kept, merged), reason=reason, **answer, **told)
