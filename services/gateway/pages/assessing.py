"""The assessment of a card: answered at the enterprise with photos, then reviewed, returned or confirmed."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template, request, url_for

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.site import site
from shared.errors import NotFound
from shared.http import MEGABYTE
from shared.http.chassis import now

ASSESSMENTS = "risk/assessments"
ATTACHMENT = "attachment:"  # what a reference to a photo begins with
LARGEST = 12 * MEGABYTE
OPEN = ("draft", "submitted", "reviewed")
CONFIRMED, UNKNOWN = "confirmed", "unknown"
Document = Mapping[str, Any]


@site.post("/enterprises/<enterprise_id>/assessment")
@page("assessment:write")
def begin_assessment(enterprise_id: str) -> str | Response:
    """Begin an assessment with what is confirmed already, or go on with the one that is open."""
    sheet = own_api.read(f"risk/facts/{enterprise_id}")
    known = {fact: {"value": one["value"]} for fact, one in sheet["facts"].items() if one["origin"] == CONFIRMED}
    try:
        begun = own_api.send("POST", ASSESSMENTS, content={"enterprise_id": enterprise_id, "facts": known})
    except own_api.Refusal:
        begun = _open_one(enterprise_id)
    return after(url_for("pages.assessment", assessment_id=begun["id"]), "")


@site.get("/risk/assessments/<assessment_id>")
@page("grade:read")
def assessment(assessment_id: str) -> str:
    """Draw one assessment: a draft to be filled in, anything else to be read and decided."""
    return _shown(own_api.read(f"{ASSESSMENTS}/{assessment_id}"))


@site.post("/risk/assessments/<assessment_id>")
@page("assessment:write")
def save_assessment(assessment_id: str) -> str | Response:
    """Keep the answers and the evidence of a draft, and hand it in when asked to."""
    request.max_content_length = LARGEST
    one = own_api.read(f"{ASSESSMENTS}/{assessment_id}")
    evidence = _kept_evidence()
    given = {"facts": _facts(one), "evidence": evidence, "note": request.form.get("note", "").strip()}
    try:
        evidence += _added_evidence(one["enterprise_id"])
        version = {"If-Match": f'"{request.form.get("version", "")}"'}
        own_api.send("PUT", f"{ASSESSMENTS}/{assessment_id}", content=given, headers=version)
        if request.form.get("act") == "submit":
            own_api.send("POST", f"{ASSESSMENTS}/{assessment_id}/submit")
            return after(url_for("pages.assessment", assessment_id=assessment_id), "assessment_submitted")
    except own_api.Refusal as refusal:
        return _shown({**one, **given}, refusal=refusal_of(refusal))
    return after(url_for("pages.assessment", assessment_id=assessment_id), "assessment_saved")


@site.post("/risk/assessments/<assessment_id>/review")
@page("assessment:review")
def review_assessment(assessment_id: str) -> str | Response:
    """Agree for the subdistrict."""
    return _stepped(assessment_id, "review")


@site.post("/risk/assessments/<assessment_id>/return")
@page("assessment:review")
def return_assessment(assessment_id: str) -> str | Response:
    """Give the assessment back with the reason."""
    return _stepped(assessment_id, "return", content={"reason": request.form.get("reason", "").strip()})


@site.post("/risk/assessments/<assessment_id>/confirm")
@page("assessment:confirm")
def confirm_assessment(assessment_id: str) -> str | Response:
    """Confirm for the bureau: the answers become facts and the enterprise is graded."""
    return _stepped(assessment_id, "confirm")


def grouped(card: Document) -> list[dict[str, Any]]:
    """Return the questions of a card by item; those that choose the card or mean red at once come first."""
    asked = {fact["id"]: fact for fact in card["facts"]}
    groups = []
    for item in card["items"]:
        names = dict.fromkeys(rule["condition"]["fact"] for rule in item["rules"])
        facts = [asked.pop(name) for name in names if name in asked]
        groups.append({"id": item["id"], "title": item, "facts": facts})
    first = {"id": "first", "title": None, "facts": list(asked.values())}
    return [group for group in (first, *groups) if group["facts"]]


def _shown(one: Document, *, refusal: str = "") -> str:
    card = own_api.read(f"risk/cards/{one['card']}") if one["card"] else {"facts": (), "items": ()}
    sheet = own_api.read(f"risk/facts/{one['enterprise_id']}")
    return render_template(
        "governing/assessment.html",
        tab="assessments",
        one=one,
        card=card,
        groups=grouped(card),
        questions=card["facts"],
        suggested={**sheet["register"], **sheet["facts"]},
        photos=[_photo(entry) for entry in one["evidence"]],
        refusal=refusal,
    )


def _photo(entry: Document) -> dict[str, Any]:
    """Return one piece of evidence with the address of its photo, if it is one."""
    reference = entry["reference"]
    is_photo = reference.startswith(ATTACHMENT)
    address = f"/api/v1/registry/attachments/{reference.removeprefix(ATTACHMENT)}" if is_photo else ""
    return {"fact": "", "note": "", **entry, "address": address}


def _open_one(enterprise_id: str) -> dict[str, Any]:
    """Return the assessment of an enterprise that is open; raises ``NotFound``."""
    listed: Sequence[dict[str, Any]] = own_api.read(ASSESSMENTS, {"enterprise_id": enterprise_id})["items"]
    found = next((one for one in listed if one["state"] in OPEN), None)
    if found is None:
        raise NotFound("This enterprise has no open assessment.")
    return found


def _stepped(assessment_id: str, act: str, *, content: Document | None = None) -> str | Response:
    try:
        own_api.send("POST", f"{ASSESSMENTS}/{assessment_id}/{act}", content=content)
    except own_api.Refusal as refusal:
        return _shown(own_api.read(f"{ASSESSMENTS}/{assessment_id}"), refusal=refusal_of(refusal))
    return after(url_for("pages.assessment", assessment_id=assessment_id), f"assessment_{act}")


def _facts(one: Document) -> dict[str, Any]:
    """Return the answers in the form; an empty one and "unknown" are left out, what is no number stays as written."""
    card = own_api.read(f"risk/cards/{one['card']}") if one["card"] else {"facts": ()}
    found = {}
    for fact in card["facts"]:
        answer = request.form.get(f"fact.{fact['id']}", "").strip()
        if answer and answer != UNKNOWN:
            is_number = fact["kind"] == "count" and answer.isdigit()
            found[fact["id"]] = {"value": int(answer) if is_number else answer}
    return found


def _kept_evidence() -> list[dict[str, str]]:
    columns = (request.form.getlist(f"kept.{name}") for name in ("fact", "reference", "note"))
    dropped = set(request.form.getlist("dropped"))
    rows = zip(*columns, strict=False)
    return [
        {"fact": fact, "reference": reference, "note": note}
        for fact, reference, note in rows
        if reference not in dropped
    ]


def _added_evidence(enterprise_id: str) -> list[dict[str, str]]:
    """Keep the photo in the form and return it as evidence, with a document that is only named beside it."""
    photo, named = request.files.get("photo"), request.form.get("reference", "").strip()
    about = {"fact": request.form.get("about", ""), "note": request.form.get("evidence_note", "").strip()}
    found = [{**about, "reference": named}] if named else []
    if photo and photo.filename:
        form = {"file": (photo.stream, photo.filename), "enterprise_id": enterprise_id, "taken_at": now().isoformat()}
        kept = own_api.send_form("registry/attachments", form)
        found.append({**about, "reference": f"{ATTACHMENT}{kept['id']}"})
    return found
