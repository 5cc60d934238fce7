"""Cases of the list: what is due, one case with its steps and countdowns, the forms that propose and serve."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import OPTIONAL, Act, acts_of
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.names import staff, subdistricts
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.clock import business_date
from shared.errors import NotFound
from shared.http import now

CASES = "credit/cases"
FILTERS = ("state", "division", "enterprise_id", "is_open")
STEPS: Mapping[str, Sequence[str]] = {
    "issue_notice": ("facts", "basis", "measures", "rights"),
    "record": ("system_number",),
    "publish": (),
    "accept": ("duty_proof", "promise"),
    "reject": ("reason",),
    "update_system": (),
    "complete": (),
    "dismiss": ("reason",),
}
DECISIONS: Mapping[str, Sequence[str]] = {
    "decide_listing": (
        "number", "facts", "basis", "measures", "repair", "remedies", "legal_review", "collective_decision", "reply?",
        "ban_until?",
    ),
    "decide_against": ("reason",),
    "grant": ("number", "duty_done", "harm_removed", "no_relapse"),
    "refuse": ("reason",),
    "revoke": ("number", "reason"),
    "restore": ("number", "reason"),
}  # fmt: skip
APPLIES = ("state", "apply_early_removal")
SAID: Mapping[str, Sequence[str]] = {  # what a step says that stands nowhere else on the page
    **{event: tuple(name.rstrip(OPTIONAL) for name in names) for event, names in {**STEPS, **DECISIONS}.items()},
    "decide_listing": (),
    "apply_early_removal": ("application",),
}
MAIN = ("issue_notice", "record", "publish", "accept", "update_system", "complete", "decide_listing", "grant")
SERVED = {"serve_notice": ("notice",), "serve": ("decision", "repair_notice")}
METHODS = ("direct", "left", "post", "electronic", "public_notice")
PERSONS = 3  # lines of the form; more are added to a decision by a second case


@site.get("/cases")
@page("case:read")
def cases() -> str:
    """Draw the cases of one's area, of an enterprise those against it, the newest first."""
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    table = own_api.read(f"{CASES}/table")
    query = {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    answer = own_api.read(CASES, query)
    return render_template(
        "cases/list.html",
        chosen={name: value for name, value in chosen.items() if value},
        states=[one for one in table["states"] if one["id"] != "new"],
        places=subdistricts(),
        suggested=_suggested() if not any(chosen.values()) else [],
        **answer,
    )


@site.get("/cases/new")
@page("case:write")
def new_case() -> str:
    """Draw the form that proposes an enterprise for the list, upon one of its penalties."""
    return _proposal()


@site.post("/cases/new")
@page("case:write")
def propose_case() -> str | Response:
    """Propose an enterprise for the list."""
    form = request.form
    lines = zip(form.getlist("role"), form.getlist("name"), form.getlist("identity"), strict=False)
    persons = [{"role": role, "name": name.strip(), "identity": number.strip().upper()} for role, name, number in lines]
    content = {
        **{name: form.get(name, "").strip() for name in ("enterprise_id", "condition", "penalty_id", "facts", "basis")},
        "persons": [one for one in persons if one["name"]],
        "is_confirmed": "is_confirmed" in form,
        "scope_reason": form.get("scope_reason", "").strip(),
    }
    try:
        made = own_api.send("POST", CASES, content=content)
    except own_api.Refusal as refusal:
        return _proposal(refusal=refusal_of(refusal))
    return after(url_for("pages.case", case_id=made["id"]), "case_proposed")


@site.get("/cases/<case_id>")
@page("case:read")
def case(case_id: str) -> str:
    """Draw one case with its steps, what is due, and what may be done now."""
    return _case(case_id)


@site.post("/cases/<case_id>/deliveries")
@page("case:write")
def serve_documents(case_id: str) -> str | Response:
    """Enter how the documents of a step were served on everybody whom the case names."""
    form = request.form
    documents, addressees = form.getlist("document"), form.getlist("addressee")
    ways = zip(documents, addressees, form.getlist("method"), form.getlist("proof"), strict=False)
    day = form.get("served_on", "")
    deliveries = [
        {"document": document, "addressee": addressee, "method": method, "proof": proof.strip(), "served_on": day}
        for document, addressee, method, proof in ways
    ]
    content = {"event": form.get("event", ""), "deliveries": deliveries}
    try:
        own_api.send("POST", f"{CASES}/{case_id}/steps", content=content)
    except own_api.Refusal as refusal:
        return _case(case_id, refusal=refusal_of(refusal))
    return after(url_for("pages.case", case_id=case_id), "case_served")


def _case(case_id: str, *, refusal: str = "") -> str:
    one = own_api.read(f"{CASES}/{case_id}")
    restrictions: list[dict[str, Any]] = []
    if viewer.may("restriction:read") and one["listed_on"]:
        restrictions = own_api.read("credit/restrictions", {"case_id": case_id, "limit": 100})["items"]
    return render_template(
        "cases/case.html",
        one=one,
        refusal=refusal,
        steps=_acts(STEPS, one, action="case:write"),
        decisions=_acts(DECISIONS, one, action="case:decide"),
        served=next((event for event in SERVED if event in one["allowed"] and viewer.may("case:write")), ""),
        documents=SERVED,
        methods=METHODS,
        may_apply=viewer.may("case:apply"),
        is_own=bool((someone := viewer.current()) and someone.enterprise_id),
        applies=[event for event in APPLIES if event in one["allowed"] and viewer.may("case:apply")],
        said=SAID,
        restrictions=restrictions,
        people=staff(),
        today=_today(),
        clauses={row["row"]: row["clause"] for row in own_api.read(f"{CASES}/table")["transitions"]},
    )


def _acts(offered: Mapping[str, Sequence[str]], one: Mapping[str, Any], *, action: str) -> list[Act]:
    return acts_of(offered, one["allowed"], main=MAIN) if viewer.may(action) else []


def _proposal(*, refusal: str = "") -> str:
    enterprise_id = request.values.get("enterprise_id", "")
    if not enterprise_id:
        raise NotFound("A case is proposed from the penalties or the file of an enterprise.")
    return render_template(
        "cases/new.html",
        enterprise=own_api.read(f"registry/enterprises/{enterprise_id}"),
        penalties=own_api.read_all("credit/penalties", {"enterprise_id": enterprise_id}),
        conditions=own_api.read(f"{CASES}/table")["conditions"],
        lines=range(PERSONS),
        given=request.values,
        refusal=refusal,
    )


def _suggested() -> list[dict[str, Any]]:
    """Return what the records show that nobody has proposed yet, for those who may propose it."""
    items: list[dict[str, Any]] = own_api.read(f"{CASES}/suggestions")["items"] if viewer.may("case:write") else []
    return items


def _today() -> date:
    return business_date(now())
