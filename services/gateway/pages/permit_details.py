"""One permit: where it stands, what holds for it, who signed, and what may be done with it now."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.certificates import names_of
from services.gateway.pages.permits import FORMS, PERMITS, usual_times
from services.gateway.pages.site import site
from services.gateway.pages.wording import worded
from shared.http.chassis import now

WAY = (
    *("draft", "reserved", "analysed", "prepared", "briefed", "in_approval"),
    *("approved", "active", "finished", "closed"),
)
BESIDE = {"suspended": "active", "archived": "closed"}
# The steps a page offers, with what each asks for ("?" may stay empty). Some have templates of their own.
OFFERED: Mapping[str, Sequence[str]] = {
    "submit": (),
    "confirm": ("isolation?", "blind_map?", "plan?"),
    "send": (),
    "start": ("video_live", "detector_live", "wind_force"),
    "suspend": ("reason",),
    "resume": ("cleared", "ventilated", "reconfirmed", "detector_live", "wind_force"),
    "finish": ("fire_out", "line_removed"),
    "close": ("restored", "confirmed_by?"),
    "reject": ("reason",),
    "revoke": ("reason",),
    "void": ("reason",),
    "withdraw": ("reason",),
}
# What a reason of the rules is about, as it is said, and the group of words for it; none: it is a name.
ABOUT = {
    "number": "",
    "quantity": "",
    "level": "permit.alarm_level_",
    "place": "",
    "state": "permit.way_",
    "problem": "crew.",
}
MAIN = ("submit", "confirm", "send", "start", "resume", "finish", "close")
# Which action a step needs; every other one is part of writing a permit.
ACTION_OF = dict.fromkeys(("sign", "check_ticket", "close"), "permit:sign") | dict.fromkeys(
    ("approve", "reject"), "permit:approve"
)
Document = dict[str, Any]


@site.get("/permits/<permit_id>")
@page("permit:read")
def permit(permit_id: str) -> str:
    """Draw one permit with only those steps that are open to who looks at it."""
    one = own_api.read(f"{PERMITS}/{permit_id}")
    someone = viewer.current()
    actions = someone.actions if someone else frozenset()
    may = [event for event in one["allowed"] if ACTION_OF.get(event, "permit:write") in actions]
    tables = own_api.read(FORMS, {"ruleset": one["ruleset"]})
    offered = {event: wanted_of(names, one) for event, names in OFFERED.items()}
    people = names_of(one["enterprise_id"]) if someone and someone.enterprise_id else {}
    roles = {row["id"]: row for row in tables["roles"]}
    return render_template(
        "permits/permit.html",
        one=one,
        hindered=hindered_by(one, people),
        may=may,
        acts=acts_of(offered, may, main=MAIN),
        signing=signature_due(one, may),
        way=way_of(one["state"]),
        reason=reason_of(one),
        said={step["version"]: said_with(step, roles=roles, people=people) for step in one["steps"]},
        chain=chain_of(one),
        entries=entries_of(one, tables["fields"]),
        tables=tables,
        reasons={row["id"]: row for row in (*tables["reasons"], *tables["questions"])},
        measures={row["number"]: row for row in tables["measures"] if row["kind"] == one["kind"]},
        roles=roles,
        suggested=suggested_of(one) if "answer" in may else {},
        times=usual_times(now()),
        people=people,
        accounts=accounts_of() if "member:read" in actions else {},
    )


def reason_of(given: Mapping[str, Any]) -> str:
    """Return why a permit stands as it does: what somebody wrote, else the words of the code that the rules gave."""
    code, about = given.get("reason_code"), given.get("reason_about") or {}
    if not code:
        return given.get("reason") or ""
    known = [(group, about[name]) for name, group in ABOUT.items() if about.get(name)]
    named = [gettext(f"{group}{value}") if group else value for group, value in known]
    why = gettext(f"permit.reason_{code}")
    return gettext("permit.reason_about", why=why, about=" ".join(named)) if named else why


def said_with(step: Mapping[str, Any], *, roles: Mapping[str, Document], people: Mapping[str, str]) -> list[str]:
    """Return what was said with a step: who signed as what, who came or left, why work stopped, what was done."""
    given = step["given"]
    words = [worded(roles.get(given.get("role", ""))), people.get(given.get("person_id", ""))]
    words += [gettext(f"permit.cause_{given['cause']}")] if given.get("cause") else []
    words += [reason_of(given), given.get("cleared"), given.get("opinion")]
    return [text for text in words if text]


def hindered_by(one: Mapping[str, Any], people: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return what stands in the way of a permit: the code of each hindrance, and in words whom or what it is about."""
    return [(why["code"], [_about(text, people) for text in why["about"]]) for why in one["hindrances"]]


def _about(text: str, people: Mapping[str, str]) -> str:
    """Return a problem with the name of its person; what else is named stays as it is."""
    code, _, subject = text.partition(" ")
    words = gettext(f"crew.{code}")
    if words == f"crew.{code}":
        return text
    return f"{people[subject]} {words}" if subject in people else words


def way_of(state: str) -> list[tuple[str, str]]:
    """Return the stations of the way, each ``done``, ``now`` or ``later``; what ended otherwise goes no way."""
    at = BESIDE.get(state, state)
    if at not in WAY:
        return []
    place = WAY.index(at)
    return [(name, "done" if here < place else "now" if here == place else "later") for here, name in enumerate(WAY)]


def signature_due(one: Mapping[str, Any], may: Sequence[str]) -> str:
    """Return the step that is the next signature, when who looks may give it: the last one approves."""
    chain = one["terms"].get("approval", ())
    if one["state"] == "approved":
        due = "check_ticket" if any(row["stage"] == "start" and not row["signed"] for row in chain_of(one)) else ""
    else:
        due = "approve" if chain and one["next_role"] == chain[-1] else "sign"
    return due if due in may else ""


def chain_of(one: Mapping[str, Any]) -> list[Document]:
    """Return every signature that a permit asks for in its order, each with who gave it, if somebody did."""
    given = {(row["stage"], row["role"]): row for row in one["signatures"]}
    asked = [("approval", role) for role in one["terms"].get("approval", ())]
    asked += [("start", role) for role in one["terms"].get("tickets", ())]
    return [{"stage": stage, "role": role, "signed": given.get((stage, role))} for stage, role in asked]


def entries_of(one: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> list[tuple[Document, Any]]:
    """Return what was entered in the fields of the form, each with its field; of a choice the option that was taken."""
    found = []
    for field in fields:
        value = one["form"].get(field["id"]) or one["facts"].get(field["id"])
        if field["kind"] == one["kind"] and value not in (None, ""):
            option = next((option for option in field["options"] if option["id"] == value), None)
            found.append((dict(field), option or value))
    return found


def wanted_of(names: Sequence[str], one: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a step asks for at this permit: nobody confirms a camera that no rule asks for."""
    terms, kind = one["terms"], one["kind"]
    idle = {
        "video_live": not terms.get("needs_video"),
        "detector_live": not terms.get("is_continuous_gas"),
        "wind_force": not terms.get("stop_wind_force") or one["facts"].get("outdoor") is False,
        "ventilated": not terms.get("ventilates"),
        "reconfirmed": not terms.get("reconfirms"),
        "fire_out": kind != "hot_work",
        "line_removed": kind != "temp_power",
        "plan?": not terms.get("needs_plan"),
        "blind_map?": kind != "blinding" and not one["facts"].get("connected_pipe"),
        "isolation?": kind != "blinding" and not one["facts"].get("connected_pipe"),
        "confirmed_by?": kind != "blinding",
    }
    return tuple(name for name in names if not idle.get(name))


def suggested_of(one: Mapping[str, Any]) -> dict[int, str]:
    """Return which measures the answers of the form surely involve; nothing where the rules refuse to say."""
    asked = {name: one[name] for name in ("ruleset", "kind", "facts", "starts_at", "ends_at")}
    asked["related"] = sorted({other["kind"] for other in one["related"]})
    try:
        found = own_api.send("POST", f"{FORMS}/preview", content=asked)
    except own_api.Refusal:
        return {}
    return {row["number"]: row["suggested"] for row in found.get("measures", ())}


def accounts_of() -> dict[str, str]:
    """Return the names of the members of the own enterprise by account."""
    return {one["id"]: one["name"] for one in own_api.read_all("identity/members")}
