"""What other agencies do about a listing, the console where they ask, and the list for everybody."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page, public_page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.forms import refusal_of
from services.gateway.pages.history import names_of
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE

RESTRICTIONS, CHECKS = "credit/restrictions", "credit/checks"
STATES = ("pushed", "received", "applied", "refused", "lift_requested", "lifted")
CLOCK = "clock"  # takes a step when its moment has come
ASK, READ, ANSWER = "check:read", "restriction:read", "restriction:answer"
# What a grant may leave out of a row, so that the page shows it as empty.
FIELDS = (
    "id", "name", "uscc", "code_zh", "code_en", "agency", "effect", "basis_doc", "basis_article",
    "measure_list_version", "state", "state_zh", "state_en", "is_escalated", "version", "pushed_at", "asked_at",
    "measure", "applied_on", "handler", "reason",
)  # fmt: skip
UNTOLD = dict.fromkeys(FIELDS, "")
CODE = re.compile(r"[0-9A-Za-z]{18}")
ANSWERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "pushed": {"RECEIVED": (), "APPLIED": ("measure", "date", "handler"), "REFUSED": ("reason",)},
    "received": {"APPLIED": ("measure", "date", "handler"), "REFUSED": ("reason",)},
    "lift_requested": {"LIFTED": ()},
}


@site.get("/restrictions")
@page("restriction:read")
def restrictions() -> str:
    """Draw the restrictions of the own agency, for the bureau of all, the newest first."""
    chosen = {name: request.args.get(name, "") for name in ("state", "agency", "case_id", "is_escalated")}
    answer = own_api.read(RESTRICTIONS, {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template(
        "cases/restrictions.html",
        chosen={name: value for name, value in chosen.items() if value},
        states=STATES,
        purposes=_purposes(READ, is_bureau_too=False),
        unanswered=len(own_api.read(RESTRICTIONS, {"is_escalated": "true", "limit": PAGE})["items"]),
        most=PAGE,
        items=[UNTOLD | one for one in answer["items"]],
        next_cursor=answer["next_cursor"],
        acting_for=_agency(),
    )


@site.get("/restrictions/<restriction_id>")
@page("restriction:read")
def restriction(restriction_id: str) -> str:
    """Draw one restriction with its steps and the answers that an agency may give now."""
    one = UNTOLD | {"id": restriction_id, "steps": []} | own_api.read(f"{RESTRICTIONS}/{restriction_id}")
    offered = ANSWERS.get(one["state"], {}) if _may_answer(one["agency"]) else {}
    purposes = {row["code"]: row for row in own_api.read(f"{CHECKS}/purposes")["purposes"]}
    acts = acts_of(offered, list(offered), main=("RECEIVED", "LIFTED"))
    actors = [step[who] for step in one["steps"] for who in ("agency_id", "by")]
    names = names_of([actor for actor in actors if actor != CLOCK])
    agency = purposes.get(one["agency"], {})
    return render_template("cases/restriction.html", one=one, acts=acts, agency=agency, names=names)


@site.get("/credit-checks")
@page("check:read")
def credit_checks() -> str:
    """Draw the console: one code or a part of a name, for a purpose; nothing is asked before both are given."""
    text, purpose = (request.args.get(name, "").strip() for name in ("q", "purpose"))
    answer, refusal = _answer(text, purpose) if text and purpose else ({}, "")
    return _console(answer, refusal=refusal, text=text, purpose=purpose)


@site.post("/credit-checks")
@page("check:read")
def credit_checks_at_once() -> str:
    """Ask about up to 1,000 codes, one in a line."""
    codes, purpose = request.form.get("codes", "").upper().split(), request.form.get("purpose", "")
    try:
        answer = own_api.send("POST", CHECKS, content={"purpose": purpose, "codes": codes})
    except own_api.Refusal as refusal:
        return _console({}, refusal=refusal_of(refusal), purpose=purpose, codes=codes)
    return _console(answer, purpose=purpose, codes=codes)


def _answer(text: str, purpose: str) -> tuple[dict[str, Any], str]:
    address, query = (f"{CHECKS}/{text}", {}) if CODE.fullmatch(text) else (CHECKS, {"name": text})
    try:
        answer = own_api.send("GET", address, query={**query, "purpose": purpose})
    except own_api.Refusal as refusal:
        return {}, refusal_of(refusal)
    return answer, ""


def _may_answer(agency: str) -> bool:
    granted = viewer.purposes(ANSWER)
    return viewer.may(ANSWER) and (granted is None or agency in granted)


def _purposes(action: str, *, is_bureau_too: bool) -> list[dict[str, Any]]:
    """Return the purposes for which who is signed in may do ``action``."""
    table, granted = own_api.read(f"{CHECKS}/purposes"), viewer.purposes(action)
    possible = [one for one in table["purposes"] if is_bureau_too or one["code"] != table["own_purpose"]]
    return [one for one in possible if granted is None or one["code"] in granted]


def _agency() -> str:
    """Return what the agency is called for which somebody is signed in; nothing for the bureau's own people."""
    someone = viewer.current()
    agency_id = someone.principal.agency_id if someone else ""
    items = own_api.read("identity/names", {"id": agency_id})["items"] if agency_id else []
    return next((str(one["name"]) for one in items if one["id"] == agency_id), "")


def _console(
    answer: dict[str, Any], *, refusal: str = "", text: str = "", purpose: str = "", codes: list[str] | None = None
) -> str:
    purposes = _purposes(ASK, is_bureau_too=True)
    answers = answer.get("answers", [answer] if answer else [])
    receipts = own_api.read(f"{CHECKS}/receipts", {"limit": 10})["items"]
    names = names_of([one.get(who, "") for one in receipts for who in ("agency_id", "by")])
    shown = {"answer": answer, "answers": answers, "receipts": receipts, "purposes": purposes, "names": names}
    asked = {"text": text, "purpose": purpose, "codes": codes or []}
    return render_template("cases/checks.html", refusal=refusal, acting_for=_agency(), **shown, **asked)


@site.get("/listed")
@public_page
def public_listed() -> str:
    """Draw the list of the severely untrustworthy for everybody, searched by name or code."""
    text = request.args.get("q", "").strip()
    query = {"q": text, "limit": 20, "cursor": request.args.get("cursor", "")}
    return render_template("cases/public.html", q=text, **own_api.read("public/list", query))
