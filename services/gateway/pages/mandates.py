"""Who signs for an enterprise in which role: by the post, or because the principal has given the role in writing."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.certificates import PEOPLE, named, names_of, post_titles
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

MANDATES = "permits/mandates"
Document = dict[str, Any]


@site.get("/mandates")
@page("certificate:read")
def mandates() -> str:
    """Draw who may sign in each role, the mandates that hold or have ended, and the form that gives one."""
    someone = viewer.current()
    own = someone.enterprise_id if someone else ""
    enterprise_id = request.args.get("enterprise_id") or own
    if not enterprise_id:
        return render_template("certificates/which.html")
    names, today, table = names_of(enterprise_id), business_date(now()), own_api.read("permits/signing/table")
    given = own_api.read_all(MANDATES, {"enterprise_id": enterprise_id})
    people = [named(one, names) for one in own_api.read_all(PEOPLE, {"enterprise_id": enterprise_id})]
    members = own_api.read_all("identity/members") if someone and enterprise_id == own else []
    holding = [one for one in given if not one["ended_at"] and one["ends_on"] >= today.isoformat()]
    return render_template(
        "certificates/mandates.html",
        enterprise_id=enterprise_id,
        rows=signers_of(table, people, members=members, mandates=holding),
        signers=table["signers"],
        holding=holding,
        ended=[one for one in given if one not in holding],
        people=people,
        names={one["person_id"]: one["called"] for one in people},
        posts=post_titles(),
        chosen=request.args.get("person_id", ""),
        days=(today.isoformat(), (today + timedelta(days=table["longest_days"] - 1)).isoformat()),
        may_give=enterprise_id == own and "principal" in own_api.read("permits/signing")["posts"],
    )


def signers_of(
    table: Mapping[str, Any],
    people: Sequence[Mapping[str, Any]],
    *,
    members: Sequence[Mapping[str, Any]],
    mandates: Sequence[Mapping[str, Any]],
) -> list[Document]:
    """Return each role with the names of those who sign in it by post, and the mandates for it.

    An account that is linked to nobody signs by the posts that its own roles stand for.
    """
    of_roles = {one["role"]: set(one["posts"]) for one in table["accounts"]}
    standing = [(one["called"], set(one["posts"])) for one in people]
    for one in members:
        if not one["person_id"]:
            standing.append((one["name"], set().union(*(of_roles.get(role, set()) for role in one["roles"]))))
    return [
        {
            **row,
            "by_post": [name for name, posts in standing if posts & set(row["posts"])],
            "by_mandate": [one for one in mandates if one["role"] == row["role"]],
        }
        for row in table["signers"]
    ]
