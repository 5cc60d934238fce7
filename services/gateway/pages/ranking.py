"""The monthly assessment of subdistricts: ranking and formula, rows, base table, objections, editions, the year."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

ASSESSMENTS = "inspections/assessments"
PAGE = 50
FILTERS = ("unit", "indicator", "is_done", "industry", "level")
BESIDE = ("refuted", "self_checked")
Document = Mapping[str, Any]


@site.get("/ranking")
@page("ranking:read")
def ranking() -> str:
    """Draw the ranking of a month, the last one that was computed when none is named."""
    month, version = _chosen()
    one = own_api.read(f"{ASSESSMENTS}/{month}", {"version": version})
    return _drawn("month", one=one, weighed=[weighed(one["formula"], unit) for unit in one["items"]])


@site.get("/ranking/rows")
@page("ranking:read")
def ranking_rows() -> str:
    """Draw the tasks, hazards or checks behind a figure."""
    month, version = _chosen()
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    paging = {"limit": PAGE, "cursor": request.args.get("cursor", "")}
    answer = own_api.read(f"{ASSESSMENTS}/rows", {"month": month, "version": version, **chosen, **paging})
    return _drawn(
        "rows",
        one=own_api.read(f"{ASSESSMENTS}/{month}", {"version": version}),
        chosen=chosen,
        rows=answer["items"],
        next_cursor=answer["next_cursor"],
        beside=BESIDE,
    )


@site.get("/ranking/base")
@page("ranking:read")
def ranking_base() -> str:
    """Draw the base table of a month: enterprises and what is due, by subdistrict, industry and level."""
    month, version = _chosen()
    table = own_api.read(f"{ASSESSMENTS}/base", {"month": month, "version": version})
    one = own_api.read(f"{ASSESSMENTS}/{month}", {"version": version})
    return _drawn("base", one=one, units=by_unit(table["items"]))


@site.get("/ranking/enterprises")
@page("ranking:read")
def ranking_enterprises() -> str:
    """Draw the enterprises behind a cell of the base table."""
    month, version = _chosen()
    chosen = {name: request.args.get(name, "") for name in ("unit", "industry", "level")}
    paging = {"limit": PAGE, "cursor": request.args.get("cursor", "")}
    answer = own_api.read(f"{ASSESSMENTS}/enterprises", {"month": month, "version": version, **chosen, **paging})
    one = own_api.read(f"{ASSESSMENTS}/{month}", {"version": version})
    return _drawn("enterprises", one=one, chosen=chosen, rows=answer["items"], next_cursor=answer["next_cursor"])


@site.get("/ranking/objections")
@page("ranking:read")
def ranking_objections() -> str:
    """Draw the objections against a month with what was decided."""
    month, _ = _chosen()
    query = {"month": month, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    answer = own_api.read(f"{ASSESSMENTS}/objections", query)
    one = own_api.read(f"{ASSESSMENTS}/{month}")
    return _drawn("objections", one=one, objections=answer["items"], next_cursor=answer["next_cursor"])


@site.get("/ranking/changes")
@page("ranking:read")
def ranking_changes() -> str:
    """Draw what an edition of a month changed."""
    month, version = _chosen()
    changes = own_api.read(f"{ASSESSMENTS}/{month}/changes", {"version": version})
    one = own_api.read(f"{ASSESSMENTS}/{month}", {"version": version})
    return _drawn("changes", one=one, changes=changes)


@site.get("/ranking/year")
@page("ranking:read")
def ranking_year() -> str:
    """Draw the months of a year and what they come to."""
    year = request.args.get("year", "")
    year = year if year.isdecimal() else str(business_date(now()).year)
    found = own_api.read(ASSESSMENTS, {"year": year})
    return render_template("ranking/year.html", tab="year", one=None, year=found)


def weighed(formula: Document, unit: Document) -> list[dict[str, Any]]:
    """Return the indicators of a unit that count, each with its weight, its figures and what it adds to the rate."""
    figures = {one["indicator"]: one for one in unit["figures"]}
    counting = [one for one in formula["indicators"] if figures[one["id"]]["rate"] is not None]
    total = sum(one["weight"] for one in counting)
    return [
        {**one, **figures[one["id"]], "adds": one["weight"] * figures[one["id"]]["rate"] / total, "total": total}
        for one in counting
    ]


def by_unit(cells: Sequence[Document]) -> list[dict[str, Any]]:
    """Return the cells of the base table by subdistrict, with the sums of each."""
    units: dict[str, list[Document]] = {}
    for cell in cells:
        units.setdefault(cell["unit"], []).append(cell)
    return [
        {
            "unit": unit,
            "cells": own,
            "enterprises": sum(cell["enterprises"] for cell in own),
            "planned": {
                name: sum(cell["planned"].get(name, 0) for cell in own) for cell in own for name in cell["planned"]
            },
        }
        for unit, own in units.items()
    ]


def neighbours(month: str) -> tuple[str, str]:
    """Return the months before and after one such as 2026-11."""
    first = date.fromisoformat(f"{month}-01")
    return f"{first - timedelta(days=1):%Y-%m}", f"{first + timedelta(days=31):%Y-%m}"


def _chosen() -> tuple[str, str]:
    """Return month and edition out of the address; without a month the last one that has ended."""
    last = business_date(now()).replace(day=1) - timedelta(days=1)
    month = request.args.get("month", "")
    return month or f"{last:%Y-%m}", request.args.get("version", "")


def _drawn(tab: str, *, one: Document, **more: Any) -> str:
    someone = viewer.current()
    may = someone.actions if someone else frozenset()
    before, after = neighbours(one["month"])
    present = f"{business_date(now()):%Y-%m}"
    return render_template(
        f"ranking/{tab}.html",
        tab=tab,
        one=one,
        before=before,
        after=after if after <= present else "",
        names={indicator["id"]: indicator for indicator in one["formula"]["indicators"]},
        may_object="ranking:object" in may and one["state"] == "computed",
        may_decide="ranking:decide" in may,
        **more,
    )
