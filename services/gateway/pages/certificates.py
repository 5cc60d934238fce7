"""Who of an enterprise may do which work: everybody with certificates and their clocks, and one person's papers."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request

from services.gateway.pages import language, own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.errors import Forbidden, NotFound, Unavailable
from shared.http.chassis import now

PEOPLE = "permits/people"
WORKS = ("hot_work", "confined_space", "blinding", "height", "lifting", "temp_power", "excavation", "road_closing")
BAD = ("expired", "review_due", "refuted")
VIEWS = ("all", "attention")
Document = dict[str, Any]


@site.get("/certificates")
@page("certificate:read")
def certificates() -> str:
    """Draw the people of an enterprise, the own one unless another is named, with what the clocks say."""
    enterprise_id = request.args.get("enterprise_id") or _own_enterprise()
    return certificate_list(enterprise_id) if enterprise_id else render_template("certificates/which.html")


def certificate_list(enterprise_id: str, *, result: Document | None = None, refusal: str = "") -> str:
    """Draw the people of an enterprise, with what became of a file that was taken in, or why it was not."""
    people = own_api.read_all(PEOPLE, {"enterprise_id": enterprise_id})
    names = names_of(enterprise_id)
    items = sorted((_shown(one, names) for one in people), key=lambda one: (one["rank"], one["called"]))
    view = request.args.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    attention = [one for one in items if one["rank"] < 2]
    return render_template(
        "certificates/list.html",
        items=attention if view == "attention" else items,
        counts={"all": len(items), "attention": len(attention)},
        view=view,
        enterprise_id=enterprise_id,
        posts=post_titles(),
        kinds=kinds_by_id(),
        columns=own_api.read(f"{PEOPLE}/table")["columns"],
        is_own=enterprise_id == _own_enterprise(),
        result=result,
        refusal=refusal,
    )


@site.get("/certificates/<person_id>")
@page("certificate:read")
def certificates_of(person_id: str) -> str:
    """Draw one person's certificates, the work that they are not fit for, and the roles given in writing."""
    one = own_api.read(f"{PEOPLE}/{person_id}")
    wanted = {"enterprise_id": one["enterprise_id"], "is_open": "true"}
    given = own_api.read_all("permits/mandates", wanted)
    return render_template(
        "certificates/person.html",
        one=_shown(one, names_of(one["enterprise_id"])),
        mandates=[row for row in given if row["person_id"] == person_id],
        kinds=kinds_by_id(),
        posts=post_titles(),
        works=WORKS,
        today=business_date(now()).isoformat(),
        may_give="principal" in own_api.read("permits/signing")["posts"],
    )


def names_of(enterprise_id: str) -> Mapping[str, str]:
    """Return the masked names of an enterprise's people by id, as far as the reader may see them."""
    try:
        items = own_api.read_all(f"registry/enterprises/{enterprise_id}/persons")
    except (Unavailable, NotFound, Forbidden):
        return {}
    return {one["id"]: one["name"] for one in items}


def named(one: Document, names: Mapping[str, str]) -> Document:
    """Return somebody with what the reader may call them: by a name, else by the end of the id."""
    return {**one, "called": names.get(one["person_id"]) or one["person_id"][-6:]}


def post_titles() -> Mapping[str, str]:
    """Return what the posts are called."""
    title = "title" if language.current().tag.startswith("zh") else "title_en"
    try:
        return {row["id"]: row[title] for row in own_api.read("registry/persons/posts")["items"]}
    except (Unavailable, Forbidden):
        return {}


def kinds_by_id() -> Mapping[str, Document]:
    """Return the kinds of certificates by id."""
    return {row["id"]: row for row in own_api.read(f"{PEOPLE}/table")["kinds"]}


def _own_enterprise() -> str:
    someone = viewer.current()
    return someone.enterprise_id if someone else ""


def _shown(one: Document, names: Mapping[str, str]) -> Document:
    """Return somebody with a name, the certificates that still say something, and how urgent the worst of them is."""
    counting = [row for row in one["certificates"] if row["state"] != "ended"]
    return {**named(one, names), "counting": counting, "rank": _rank(counting)}


def _rank(rows: Sequence[Document]) -> int:
    """Return 0 when a kind has only certificates that do not count, 1 when the best one ends soon, else 2."""
    best: dict[str, int] = {}
    for row in rows:
        urgency = 0 if row["state"] in BAD else 1 if row["state"] == "expiring" else 2
        best[row["kind"]] = max(best.get(row["kind"], 0), urgency)
    return min(best.values(), default=2)
