"""The policies of the credit grade: the one in force, drafts with what is new in them, and whom they would move."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.forms import refusal_of
from services.gateway.pages.names import staff
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

RATINGS = "credit/ratings"
SINGLE = ("start", "months", "most_bonus")
Document = Mapping[str, Any]


@site.get("/credit/policy")
@page("credit:oversee")
def credit_policy() -> str:
    """Draw the policy in force, the form that tries other numbers out, and what the bureau has drafted before."""
    return _present()


@site.post("/credit/policy")
@page("credit:oversee")
def try_credit_policy() -> str:
    """Try other numbers out and name who would move; nothing is changed."""
    given = {name: text for name, value in request.form.items() if (text := value.strip())}
    try:
        tried = own_api.send("POST", f"{RATINGS}/trial", content=numbers_of(given))
    except own_api.Refusal as refusal:
        return _present(given, refusal=refusal_of(refusal))
    return _present(given, tried=tried)


@site.get("/credit/policies/<policy_id>")
@page("credit:oversee")
def own_credit_policy(policy_id: str) -> str:
    """Draw what the bureau wrote, with what is new in it and what may be done with it now."""
    return _own(policy_id)


@site.post("/credit/policies/<policy_id>")
@page("credit:oversee")
def try_own_credit_policy(policy_id: str) -> str:
    """Try a draft out as it was read, and name who would move."""
    match = {"If-Match": f'"{request.form.get("revision", "")}"'}
    try:
        tried = own_api.send("POST", f"{RATINGS}/policies/{policy_id}/trial", headers=match)
    except own_api.Refusal as refusal:
        return _own(policy_id, refusal=refusal_of(refusal))
    return _own(policy_id, tried=tried)


def numbers_of(given: Document) -> dict[str, Any]:
    """Return the numbers that fields such as ``start`` and ``points.penalty_light`` name."""
    body: dict[str, Any] = {name: given[name] for name in SINGLE if name in given}
    for name, text in given.items():
        part, dot, key = name.partition(".")
        if dot:
            body.setdefault(part, {})[key] = text
    return body


def _present(given: Document | None = None, *, tried: Document | None = None, refusal: str = "") -> str:
    table = own_api.read(f"{RATINGS}/table")
    return render_template(
        "credit/policy.html",
        table=table,
        present=next(one for one in table["items"] if one["version"] == table["present"]),
        own=own_api.read_all(f"{RATINGS}/policies"),
        may_write=viewer.may("credit:write"),
        given=given or {},
        tried=tried,
        refusal=refusal,
    )


def _own(policy_id: str, *, tried: Document | None = None, refusal: str = "") -> str:
    today, one = business_date(now()).isoformat(), own_api.read(f"{RATINGS}/policies/{policy_id}")
    people = staff()
    is_ahead = one["state"] == "adopted" and one["effective_from"] > today
    return render_template(
        "credit/own_policy.html",
        one=one,
        tried=tried,
        refusal=refusal,
        today=today,
        is_draft=one["state"] == "draft",
        is_ahead=is_ahead,
        may_write=viewer.may("credit:write"),
        may_decide=viewer.may("credit:decide"),
        people=people,
        writers=[people.get(by, by) for by in one["written_by"]],
    )
