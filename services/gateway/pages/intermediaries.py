"""Intermediaries and their contracts: lists, one of them, and who still lacks a contract."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import render_template, request

from services.gateway.pages import language, own_api
from services.gateway.pages.access import page
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

PAGE = 50
PHASES = ("live", "planned", "ended")
YEAR = 364  # days after its first one: a contract of a year ends on the day before
SOON = 30  # days before its end at which a contract or document is marked


@site.get("/intermediaries")
@page("intermediary:read")
def intermediaries() -> str:
    """Draw the intermediaries that one may see."""
    query = _chosen("q", "status", "cursor")
    answer = own_api.read("registry/intermediaries", {**query, "limit": PAGE})
    return render_template("intermediaries/list.html", chosen=query, titles=_titles(), **_ends(), **answer)


@site.get("/intermediaries/<intermediary_id>")
@page("intermediary:read")
def intermediary(intermediary_id: str) -> str:
    """Draw one intermediary: documents, people, contracts."""
    one = own_api.read(f"registry/intermediaries/{intermediary_id}")
    staff = own_api.read(f"registry/intermediaries/{intermediary_id}/staff")["items"]
    contracts = own_api.read("registry/contracts", {"intermediary_id": intermediary_id, "limit": PAGE})
    kinds = own_api.read("registry/intermediaries/kinds")
    shown: Mapping[str, Any] = {"staff": staff, "contracts": contracts, "titles": _titles()}
    documents = [row["id"] for row in kinds["documents"]]
    return render_template("intermediaries/intermediary.html", one=one, kinds=documents, **shown, **_ends())


@site.get("/contracts")
@page("intermediary:read")
def contracts() -> str:
    """Draw the contracts of one's area, those that end first on top, and the coverage."""
    query = _chosen("q", "phase", "cursor")
    chosen = {"phase": PHASES[0], **query} if "phase" not in request.args else query
    answer = own_api.read("registry/contracts", {**chosen, "limit": PAGE})
    coverage = own_api.read("registry/coverage")
    shown: Mapping[str, Any] = {"chosen": chosen, "phases": PHASES, "coverage": coverage}
    return render_template("intermediaries/contracts.html", titles=_titles(), **shown, **_ends(), **answer)


@site.get("/contracts/new")
@page("intermediary:write")
def new_contract() -> str:
    """Draw the form of a new contract; `enterprise` and `intermediary` of the address are filled in."""
    chosen = _chosen("enterprise", "intermediary")
    one = own_api.read(f"registry/enterprises/{chosen['enterprise']}") if "enterprise" in chosen else None
    working = own_api.read_all("registry/intermediaries", {"status": "registered"})
    today = business_date(now())
    return render_template(
        "intermediaries/contract_form.html",
        chosen=chosen,
        enterprise=one,
        intermediaries=working,
        services=_services(),
        today=today.isoformat(),
        year_on=(today + timedelta(days=YEAR)).isoformat(),
    )


def _services() -> dict[str, str]:
    title = "title" if language.current().tag.startswith("zh") else "title_en"
    return {row["id"]: row[title] for row in own_api.read("registry/intermediaries/kinds")["services"]}


def _chosen(*names: str) -> dict[str, str]:
    return {name: value for name in names if (value := request.args.get(name, "").strip())}


def _titles() -> dict[str, str]:
    """Return what documents and services are called, by id."""
    title = "title" if language.current().tag.startswith("zh") else "title_en"
    kinds = own_api.read("registry/intermediaries/kinds")
    return {row["id"]: row[title] for row in (*kinds["documents"], *kinds["services"])}


def _ends() -> dict[str, Any]:
    today = business_date(now())
    return {"today": today.isoformat(), "soon": today.fromordinal(today.toordinal() + SOON).isoformat()}
