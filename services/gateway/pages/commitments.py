"""The daily commitment: three taps on the phone of an enterprise, the board of the day, the board at the gate."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from services.gateway.pages import names, own_api, viewer
from services.gateway.pages.access import page, public_page
from services.gateway.pages.forms import after, refusal_of
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

COMMITMENTS, PUBLIC = "permits/commitments", "permits/public/commitments"
MARKS = ("owed", "made", "late", "missed", "awaited", "disputed", "delegated", "nil")
ALARMING = ("late", "missed", "disputed")
FILTERS = ("day", "mark", "subdistrict", "misses")
ROWS = ("enterprise_id", "mark", "subdistrict", "from", "to")
GROUPS = ("work", "units", "other", "sources", "flags")
PAGE = 50
Document = Mapping[str, Any]


@site.get("/commitments")
@page("commitment:read")
def commitments() -> str | Response:
    """Draw the own commitment of today to people of an enterprise, the board of the day to the others."""
    someone = viewer.current()
    return _own(someone.enterprise_id) if someone and someone.enterprise_id else _board()


def _board() -> str:
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    day = chosen["day"] or _today().isoformat()
    board = own_api.read(f"{COMMITMENTS}/board", {"day": day})["items"]
    mark = chosen["mark"] or next((name for name in ALARMING[::-1] if sum(row[name] for row in board)), "owed")
    query = {"day": day, "mark": mark, "subdistrict": chosen["subdistrict"], "misses": chosen["misses"]}
    answer = own_api.read(COMMITMENTS, {**query, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template(
        "commitments/board.html",
        board=board,
        marks=MARKS,
        alarming=ALARMING,
        totals={name: sum(row[name] for row in board) for name in MARKS},
        chosen=query,
        is_today=day == _today().isoformat(),
        places=names.subdistricts(),
        **answer,
    )


@site.get("/commitments/rows")
@page("commitment:read")
def commitment_rows() -> str:
    """Draw the commitments behind a number of several days, the newest first, with what they were chosen by."""
    chosen = {name: request.args[name] for name in ROWS if request.args.get(name)}
    answer = own_api.read(COMMITMENTS, {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template("commitments/rows.html", chosen=chosen, **answer)


def _own(enterprise_id: str, *, refusal: str = "", form: Document | None = None) -> str:
    file = own_api.read(f"permits/enterprises/{enterprise_id}")
    today = file["commitment"]
    one = own_api.read(f"{COMMITMENTS}/{today['id']}") if today else None
    past = own_api.read(COMMITMENTS, {"enterprise_id": enterprise_id, "limit": 10})["items"]
    return render_template("commitments/own.html", file=file, past=past, **_form_of(one, form, refusal=refusal))


def _form_of(one: Document | None, form: Document | None, *, refusal: str) -> dict[str, Any]:
    rules, someone = own_api.read(f"{COMMITMENTS}/rules"), viewer.current()
    shown = (one["content"] if one["state"] == "published" else one["suggested"]) if one else {}
    return {
        "one": one,
        "rules": rules,
        "groups": {name: [field for field in rules["fields"] if field["group"] == name] for name in GROUPS},
        "grade": next(field for field in rules["fields"] if field["kind"] == "grade"),
        "given": form if form is not None else shown,
        "refusal": refusal,
        "is_principal": bool(someone and "enterprise_principal" in someone.roles),
        "may_sign": viewer.may("commitment:sign"),
        "may_judge": viewer.may("commitment:write"),
        "checks": {check["id"]: check for check in rules["checks"]},
    }


@site.post("/commitments")
@page("commitment:write")
def open_commitment() -> Response | str:
    """Open the commitment of today for the own enterprise."""
    someone = viewer.current()
    enterprise_id = someone.enterprise_id if someone else ""
    try:
        own_api.send("POST", f"{COMMITMENTS}/today", content={"enterprise_id": enterprise_id})
    except own_api.Refusal as refusal:
        return _own(enterprise_id, refusal=refusal_of(refusal))
    return make_response(redirect(url_for("pages.commitments"), 303))


@site.post("/commitments/<commitment_id>")
@page("commitment:write")
def say_commitment(commitment_id: str) -> Response | str:
    """Judge as a tier, sign as the principal or delegate, or amend: what the pressed button says."""
    act, form = request.form.get("act", ""), request.form
    fields = own_api.read(f"{COMMITMENTS}/rules")["fields"]
    said: dict[str, Any] = {"content": _content(fields, form)}
    if act == "judge":
        said |= {"tier": form.get("tier", ""), "remark": form.get("remark", "")}
    else:
        said |= {"is_nil": form.get("is_nil") == "1", "letter": form.get("letter", "")}
        said |= {"reason" if act == "amend" else "offline_reason": form.get("reason", "")}
    try:
        own_api.send("POST", f"{COMMITMENTS}/{commitment_id}/{act}", content=said)
    except own_api.Refusal as refusal:
        someone = viewer.current()
        return _own(someone.enterprise_id if someone else "", refusal=refusal_of(refusal), form=said["content"])
    return after(url_for("pages.commitments"), f"commitment_{act}")


def _content(fields: Sequence[Document], form: Mapping[str, str]) -> dict[str, Any]:
    """Return the declared facts of the form; a number that is none stays for the API to refuse."""
    content: dict[str, Any] = {}
    for field in fields:
        text = form.get(field["id"], "").strip()
        if field["kind"] == "flag":
            content[field["id"]] = text == "1"
        elif text:
            content[field["id"]] = int(text) if text.isdecimal() else text
    return content


@site.get("/commitments/<commitment_id>")
@page("commitment:read")
def commitment(commitment_id: str) -> str:
    """Draw one commitment with its checks, versions and steps."""
    one = own_api.read(f"{COMMITMENTS}/{commitment_id}")
    shown = _form_of(one, one["content"], refusal="")
    return render_template("commitments/commitment.html", **shown)


@site.get("/commitments/public")
@public_page
def public_commitments() -> str:
    """Draw what was published today, for the screen at a gate or in a hall; it draws itself anew."""
    query = {name: request.args.get(name, "") for name in ("enterprise_id", "cursor")}
    rules = own_api.read(f"{COMMITMENTS}/rules")
    answer = own_api.read(PUBLIC, {**query, "limit": 20})
    return render_template(
        "commitments/public.html",
        day=_today().isoformat(),
        chosen=query,
        works=[field for field in rules["fields"] if field["work"]],
        units=[field for field in rules["fields"] if field["group"] == "units"],
        **answer,
    )


def _today() -> date:
    return business_date(now())
