"""Official documents: the list, one drawn up, and the page on which everybody signs."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request
from flask_babel import gettext

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page, public_page
from services.gateway.pages.joint_checks import joint_checks_of
from services.gateway.pages.site import site
from services.gateway.pages.wording import worded
from shared.errors import NotFound

DOCUMENTS, PUBLIC = "inspections/documents", "public/documents"
PAGE = 50
STATES = ("draft", "issued", "withdrawn", "replaced", "void")
FILTERS = ("kind", "state", "enterprise_id")
CHECK, OFFICER, OUTCOME = "check", "officer", "outcome"
Document = Mapping[str, Any]


@site.get("/documents")
@page("document:read")
def documents() -> str:
    """Draw the documents of the area, the newest first."""
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    answer = own_api.read(DOCUMENTS, {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template("documents/list.html", chosen=chosen, kinds=kinds(), states=STATES, **answer)


@site.get("/documents/new")
@page("document:write")
def new_document() -> str:
    """Draw the form of a document about a check or hazards, or of one that corrects another."""
    old = own_api.read(f"{DOCUMENTS}/{request.args['replaces']}") if request.args.get("replaces") else None
    kind = kinds().get(old["kind"] if old else request.args.get("kind", ""))
    if kind is None:
        raise NotFound("There is no such kind of document.")
    check = own_api.read(f"inspections/checks/{request.args['check']}") if request.args.get("check") else None
    asked = request.args.getlist("hazard")
    hazards = [own_api.read(f"inspections/hazards/{one}") for one in asked] if not old else []
    values = old["content"]["fields"] if old else proposed(kind, check=check, hazards=hazards)
    return render_template(
        "documents/form.html", kind=kind, old=old, check=check, hazards=hazards, values=values, one=None
    )


@site.get("/documents/verify")
@public_page
def verify_document() -> str:
    """Draw whether a paper is genuine and still counts, for whoever holds it; what it says is not shown."""
    code = "".join(request.args.get("code", "").split()).upper()
    return render_template("documents/verify.html", code=code, found=own_api.found(PUBLIC, code))


@site.get("/documents/<document_id>/edit")
@page("document:write")
def edit_document(document_id: str) -> str:
    """Draw the form of a draft that nobody has signed."""
    one = own_api.read(f"{DOCUMENTS}/{document_id}")
    return render_template(
        "documents/form.html",
        kind=kinds()[one["kind"]],
        old=None,
        check=None,
        hazards=[],
        values=one["content"]["fields"],
        one=one,
    )


@site.get("/documents/<document_id>")
@page("document:read")
def document(document_id: str) -> str:
    """Draw what a document says, who signed it, and the pad for who may sign now."""
    one = own_api.read(f"{DOCUMENTS}/{document_id}")
    someone = viewer.current()
    is_own_side = bool(someone and someone.enterprise_id)
    may_sign = someone is not None and "document:sign" in someone.actions and one["awaits"]
    own = own_api.read("identity/me") if may_sign and not is_own_side else {}
    return render_template(
        "documents/document.html",
        one=one,
        kind=kinds()[one["kind"]],
        places=places_to_sign(one, own.get("id", ""), is_own_side=is_own_side) if may_sign else (),
        own=own,
        is_own_side=is_own_side,
        verification=own_api.read(f"{DOCUMENTS}/{document_id}/verification") if one["issued_at"] else None,
    )


def places_to_sign(one: Document, own_id: str, *, is_own_side: bool) -> list[str]:
    """Return where who looks at a draft may sign: people of the enterprise on their side, officers on both."""
    signed = {by["account_id"] for by in one["signatures"] if by["place"] == OFFICER}
    is_shut = {OFFICER: is_own_side or own_id in signed}
    return [place for place in dict.fromkeys(one["awaits"]) if not is_shut.get(place, False)]


def documents_about(someone: viewer.Viewer | None, **wanted: str) -> list[Document]:
    """Return the documents about a hazard or a check, for who may read documents."""
    is_reader = someone is not None and "document:read" in someone.actions
    return list(own_api.read(DOCUMENTS, wanted)["items"]) if is_reader else []


def kinds() -> dict[str, Document]:
    """Return every kind of document by name."""
    return {one["id"]: one for one in own_api.read(f"{DOCUMENTS}/kinds")["items"]}


def kinds_of_record(joint: Sequence[Document]) -> list[Document]:
    """Return the kinds that record a check; a joint check has its own."""
    return [kind for kind in kinds().values() if kind["about"] == CHECK and (kind["is_joint"] or not joint)]


def kinds_for(one: Document) -> list[Document]:
    """Return the kinds that can be drawn up about a hazard in its present state."""
    return [kind for kind in kinds().values() if _fits(kind, one)]


def _fits(kind: Document, one: Document) -> bool:
    options = [option["id"] for field in kind["fields"] if field["id"] == OUTCOME for option in field["options"]]
    steps = {kind["event"], *options} - {""}
    return bool(steps & set(one["possible"])) and kind["level"] in ("", one["level"])


def proposed(kind: Document, *, check: Document | None, hazards: Sequence[Document]) -> dict[str, str]:
    """Return what a form begins with: what the check found, or what the hazard is."""
    if check:
        return {"agencies": _agencies(check), "findings": _findings(check)}
    words = "；".join(one["description"] for one in hazards) if hazards else ""
    return {"reason": words} if kind["event"] else {}


def _agencies(check: Document) -> str:
    """Return who took part in a joint check, the leading agency first; nobody in a check of one agency."""
    return "、".join(part["agency"] for one in joint_checks_of(check["task_id"]) for part in one["parts"])


def _findings(check: Document) -> str:
    checklist = own_api.read(f"inspections/checklists/{check['checklist']}", {"version": check["checklist_version"]})
    items = {item["id"]: item for section in checklist["sections"] for item in section["items"]}
    faults = [items[name] for name in check["hazards"] if name in items]
    lines = [f"{place}. {worded(item)}" for place, item in enumerate(faults, start=1)]
    head = gettext("document.findings", checklist=worded(checklist), answers=len(check["answers"]), faults=len(faults))
    return "\n".join([head, *lines])
