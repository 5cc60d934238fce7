"""Declared work: an enterprise declares its day in a few taps, the subdistrict sees the most urgent work first."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import acts_of
from services.gateway.pages.names import subdistricts
from services.gateway.pages.site import site
from services.gateway.pages.visits import PAGE
from shared.clock import business_date
from shared.http.chassis import now

FILTERS = (
    "day",
    "colour",
    "state",
    "kind",
    "is_visited",
    "is_overdue",
    "is_open",
    "division",
    "enterprise_id",
    "contractor",
    "from",
    "to",
)
GROUPS = ("subdistrict", "kind", "colour", "state", "contractor")
CHOICES: Mapping[str, Sequence[str]] = {
    "approver": ("principal", "delegate", "other"),
    "surroundings": ("dust", "paint", "insulation", "other"),
}
NUMBERS, TEXTS = ("height_m", "load_t"), ("contractor",)
OFFERED: Mapping[str, Sequence[str]] = {"receive": (), "advise": ("reason",), "withdraw": ("reason",)}
MAIN = ("receive",)
OF_ENTERPRISE = ("withdraw",)
# What yesterday's declaration says of today's work again; the approval and the photos are of that day.
AGAIN = ("kind", "level", "description", "place_id", "place", "longitude", "latitude", "accuracy_m")
ANEW = ("kind", "is_night", "is_rest_day", "has_undeclared", "is_first_contractor", "approved_at", "gas_readings")
Document = Mapping[str, Any]


@site.get("/declarations")
@page("declaration:read")
def declarations() -> str:
    """Draw the declared work of a day: an enterprise its own, an authority that of its area, red first."""
    today = business_date(now())
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    chosen["day"] = "" if chosen["from"] else chosen["day"] or str(today)
    answer = own_api.read(
        "permits/declarations/jobs", {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    )
    someone = viewer.current()
    own = someone.enterprise_id if someone else ""
    return render_template(
        "declarations/list.html",
        chosen={name: value for name, value in chosen.items() if value},
        days=days(today),
        figures=own_api.read("permits/declarations/figures", {"day": chosen["day"]}),
        table=own_api.read("permits/declarations/table"),
        places=subdistricts(),
        own=own,
        signed=_signed(own, chosen["day"]) if own else None,
        again=_again(own, chosen["day"]) if own else [],
        **answer,
    )


@site.get("/declarations/new")
@page("declaration:write")
def new_declaration() -> str:
    """Draw the form of one job; what is asked follows the kind of work."""
    someone = viewer.current()
    today = business_date(now())
    return render_template(
        "declarations/new.html",
        own=someone.enterprise_id if someone else "",
        day=request.args.get("day") or str(today),
        table=own_api.read("permits/declarations/table"),
        choices=CHOICES,
        numbers=NUMBERS,
        texts=TEXTS,
    )


@site.get("/declarations/of")
@page("declaration:read")
def declaration_days() -> str:
    """Draw who has declared what for a day, also that there is nothing."""
    day = request.args.get("day") or str(business_date(now()))
    query = {
        "day": day,
        "is_nil": request.args.get("is_nil", ""),
        "limit": PAGE,
        "cursor": request.args.get("cursor", ""),
    }
    answer = own_api.read("permits/declarations", query)
    return render_template("declarations/of.html", day=day, is_nil=query["is_nil"], **answer)


@site.get("/declarations/statistics")
@page("declaration:read")
def declaration_statistics() -> str:
    """Draw how much work of some days was declared; every number opens its rows."""
    today = business_date(now())
    days = {
        "from": request.args.get("from") or str(today - timedelta(days=29)),
        "to": request.args.get("to") or str(today),
    }
    counted = {by: own_api.read("permits/declarations/statistics", {**days, "by": by})["rows"] for by in GROUPS}
    return render_template(
        "declarations/statistics.html",
        days=days,
        counted=counted,
        table=own_api.read("permits/declarations/table"),
    )


@site.get("/declarations/undeclared")
@page("declaration:read")
def undeclared_work() -> str:
    """Draw the dangerous work that nobody had declared, and the form for more of it."""
    answer = own_api.read("permits/declarations/undeclared", {"limit": PAGE, "cursor": request.args.get("cursor", "")})
    enterprise_id = request.args.get("enterprise_id", "")
    someone = viewer.current()
    may_enter = bool(enterprise_id) and someone is not None and "permit:oversee" in someone.actions
    return render_template(
        "declarations/undeclared.html",
        enterprise_id=enterprise_id if may_enter else "",
        table=own_api.read("permits/declarations/table"),
        **answer,
    )


@site.get("/declarations/<job_id>")
@page("declaration:read")
def declared_job(job_id: str) -> str:
    """Draw one declared job: why it has its colour, what was answered, what may be done now."""
    one = own_api.read(f"permits/declarations/jobs/{job_id}")
    someone = viewer.current()
    actions = someone.actions if someone else frozenset()
    right = "declaration:write" if someone and someone.enterprise_id else "permit:oversee"
    may = one["allowed"] if right in actions else []
    answers = {name: value for name, value in one["facts"].items() if name not in ANEW}
    return render_template(
        "declarations/job.html",
        one=one,
        may=may,
        answers=answers,
        reviews=own_api.read("permits/reviews", {"job_id": job_id})["items"],
        acts=acts_of(OFFERED, may, main=MAIN),
        of_enterprise=OF_ENTERPRISE,
    )


def days(today: date) -> list[tuple[str, str]]:
    """Return the days that one looks at, with the words for them."""
    named = (("yesterday", -1), ("today", 0), ("tomorrow", 1))
    return [(name, str(today + timedelta(days=distance))) for name, distance in named]


def _signed(enterprise_id: str, day: str) -> Document | None:
    items = own_api.read("permits/declarations", {"enterprise_id": enterprise_id, "day": day})["items"]
    return items[0] if items else None


def _again(enterprise_id: str, day: str) -> list[dict[str, Any]]:
    """Return the jobs of the day before ``day`` as they would be declared again."""
    try:
        before = date.fromisoformat(day) - timedelta(days=1)
    except ValueError:
        return []
    query = {"enterprise_id": enterprise_id, "day": str(before), "limit": PAGE}
    items = own_api.read("permits/declarations/jobs", query)["items"]
    return [_repeated(one) for one in items if one["state"] != "withdrawn"]


def _repeated(one: Document) -> dict[str, Any]:
    same = {name: one[name] for name in AGAIN if one[name] not in (None, "")}
    answers = {name: value for name, value in one["facts"].items() if name not in ANEW}
    people = {"workers": one["people"]["workers"], "guardian": one["people"]["guardian"]}
    times = {name: str(datetime.fromisoformat(one[name]) + timedelta(days=1)) for name in ("starts_at", "ends_at")}
    return {**same, **answers, **{name: value for name, value in people.items() if value}, **times}
