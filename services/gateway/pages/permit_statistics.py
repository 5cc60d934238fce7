"""Hazardous work in figures: what was permitted, stopped, approved, promised; every number opens its rows."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.names import subdistricts
from services.gateway.pages.permits import FORMS, PERMITS
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

STATISTICS = "permits/statistics"
SHOWN_DAYS = 30
LONGEST_DAYS = 366
MARKS = ("owed", "made", "late", "missed", "disputed")
Document = dict[str, Any]


@site.get("/permits/statistics")
@page("permit:read")
def permit_statistics() -> str:
    """Draw the figures of some days: the last thirty unless others are named."""
    chosen = chosen_of(request.args, business_date(now()))
    found, tables = own_api.read(STATISTICS, chosen), own_api.read(FORMS)
    return render_template(
        "permits/statistics.html",
        chosen=chosen,
        csv=f"/api/v1/{STATISTICS}.csv?{urlencode(chosen)}",
        kinds={one["id"]: one for one in tables["kinds"]},
        levels={(one["kind"], one["level"]): one for one in tables["terms"]},
        states={one["id"]: one for one in own_api.read(f"{PERMITS}/table")["states"]},
        places=subdistricts(),
        marks=MARKS,
        promises={name: added(found.get("commitments", ()), name) for name in ("month", "subdistrict")},
        filters_of=lambda row: filters_of(row, chosen),
        promise_filters=lambda by, value: {"kind": None, **filters_of({by: value}, chosen)},
        **{name: value for name, value in found.items() if name not in ("from", "to", "commitments")},
    )


def chosen_of(given: Mapping[str, str], today: date) -> dict[str, str]:
    """Return from when to when and of what figures are wanted; days that cannot be counted together are mended."""
    last = day_or(given.get("to", ""), today)
    first = min(day_or(given.get("from", ""), last - timedelta(days=SHOWN_DAYS - 1)), last)
    first = max(first, last - timedelta(days=LONGEST_DAYS - 1))
    others = {name: given[name] for name in ("kind", "subdistrict") if given.get(name)}
    return {"from": str(first), "to": str(last), **others}


def day_or(text: str, otherwise: date) -> date:
    """Return the day that ``text`` names, or another one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def days_of(month: str, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the days of a month such as 2026-11 that lie within those that are counted."""
    first = date.fromisoformat(f"{month}-01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return {"from": max(str(first), chosen["from"]), "to": min(str(last), chosen["to"])}


def filters_of(row: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what the rows behind a line of a table are chosen by."""
    own = {name: row[name] for name in ("kind", "level", "subdistrict") if row.get(name)}
    return {**chosen, **own, **(days_of(row["month"], chosen) if "month" in row else {})}


def added(rows: Iterable[Mapping[str, Any]], by: str) -> list[Document]:
    """Return the commitments added up by month or by subdistrict."""
    sums: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = sums.setdefault(row[by], dict.fromkeys(MARKS, 0))
        for name in MARKS:
            counts[name] += row[name]
    return [{by: value, **counts} for value, counts in sorted(sums.items())]
