"""The board of hazards, and one hazard with its evidence, its history and what may be done with it now."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import render_template, request

from services.gateway.pages import names, own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.acts import KINDS, acts_of
from services.gateway.pages.documents import documents_about, kinds_for
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.errors import NotFound
from shared.http.chassis import now

PER_COLUMN, PAGE = 12, 50
STAGES: Mapping[str, Sequence[str]] = {
    "grade": ("reported",),
    "rectify": (
        "open_general", "rectifying", "overdue", "open_major", "major_reported", "major_halted", "major_treating",
        "supervised", "close_proposed", "transferred",
    ),
    "verify": ("fixed", "pending_review", "major_review"),
    "close": ("verified", "cancelled"),
    "done": ("closed", "rejected"),
}  # fmt: skip
LEVELS = ("general", "major")
FILTERS = ("level", "is_overdue", "area", "enterprise_id")
MAJOR = "major"
OFFERED: Mapping[str, Sequence[str]] = {
    "grade_general": (),
    "grade_major": ("expert_opinion", "item?"),
    "fix_on_spot": ("after",),
    "order": ("responsible", "measures", "funds", "acceptance", "deadline?"),
    "rectify": ("before", "after"),
    "pass": (),
    "fail": ("reason", "deadline?"),
    "close": (),
    "dual_report": ("condition", "difficulty", "treatment", "told_workers_on"),
    "safety_order": ("order_number", "part?"),
    "approve_plan": ("goal", "methods", "funds", "people", "schedule", "emergency", "deadline"),
    "list": ("decision",),
    "grant_extension": (),
    "refuse_extension": ("reason",),
    "extend": ("deadline", "reason"),
    "request_extension": ("deadline", "reason"),
    "reject": ("reason",),
    "transfer": ("receiver", "reason"),
    "note_reply": ("reply",),
    "propose_closing": ("ground", "penalties_180_days?", "penalties_one_year?", "reason"),
    "shut_down": ("decision",),
    "keep_open": ("decision", "order_number"),
}
OF_MAJOR: Mapping[str, Sequence[str]] = {
    "rectify": ("evaluation",),
    "pass": ("officers", "signed"),
    "fail": ("reason", "order_number", "officers", "signed"),
}
MAIN = ("grade_general", "order", "rectify", "pass", "close", "dual_report", "approve_plan", "note_reply")
WRITTEN = frozenset(name.removesuffix("?") for asked in (*OFFERED.values(), *OF_MAJOR.values()) for name in asked)
Document = Mapping[str, Any]


@site.get("/hazards")
@page("hazard:read")
def hazards() -> str:
    """Draw the board, a column for each stage; one stage alone is a list that goes on."""
    chosen = {name: request.args.get(name, "") for name in (*FILTERS, "stage")}
    query = {name: chosen[name] for name in FILTERS}
    stages = [chosen["stage"]] if chosen["stage"] in STAGES else list(STAGES)
    is_alone = len(stages) == 1
    board = own_api.read("inspections/hazards/board", query)
    answers = {stage: _listed(stage, query, is_alone=is_alone) for stage in stages}
    return render_template(
        "hazards/board.html",
        chosen=chosen,
        board=board,
        columns=[_column(stage, answer, board) for stage, answer in answers.items()],
        is_alone=is_alone,
        places=names.subdistricts(),
        levels=LEVELS,
        next_cursor=answers[stages[0]]["next_cursor"] if is_alone else None,
    )


@site.get("/hazards/new")
@page("hazard:write")
def new_hazard() -> str:
    """Draw the form of a hazard found at an enterprise; from a permit it knows the enterprise and the place."""
    permit_id, enterprise_id = (request.args.get(name, "") for name in ("permit_id", "enterprise_id"))
    permit = own_api.read(f"permits/permits/{permit_id}") if permit_id else {}
    if not permit and not enterprise_id:
        raise NotFound("A hazard is entered from the file of an enterprise, or from its work.")
    return render_template(
        "hazards/new.html",
        enterprise=own_api.read(f"registry/enterprises/{permit.get('enterprise_id') or enterprise_id}"),
        permit=permit,
        items=own_api.read("inspections/hazards/items")["items"],
    )


@site.get("/hazards/<hazard_id>")
@page("hazard:read")
def hazard(hazard_id: str) -> str:
    """Draw one hazard with only those steps that are open to who looks at it."""
    one = own_api.read(f"inspections/hazards/{hazard_id}")
    someone = viewer.current()
    may = one["allowed"] if someone and "hazard:write" in someone.actions else ()
    photos = {side: photos_of(one["steps"], side) for side in ("before", "after")}
    today, acts = business_date(now()), acts_of(offered(one), may, main=MAIN)
    asks_for_officers = any(field.kind == "names" for act in acts for field in act.fields)
    return render_template(
        "hazards/hazard.html",
        one=one,
        acts=acts,
        officers=names.second_officers(today=today) if asks_for_officers else {},
        photos=photos,
        kept={"before": photos["before"]},
        items=own_api.read("inspections/hazards/items")["items"] if "grade_major" in may else (),
        written=WRITTEN - {name for name, kind in KINDS.items() if kind == "photos"},
        days=days_left(one, today=today),
        documents=documents_about(someone, hazard_id=hazard_id),
        kinds=kinds_for(one) if someone and "document:write" in someone.actions else (),
    )


def offered(one: Document) -> dict[str, Sequence[str]]:
    """Return the steps with the fields that each asks for at this hazard."""
    table = {**OFFERED, **(OF_MAJOR if one["level"] == MAJOR else {})}
    if one["item"]:
        table["grade_major"] = ()
    if one["listed_on"]:
        table["close"] = ("publication",)
    return table


def photos_of(steps: Sequence[Document], side: str) -> list[str]:
    """Return the photos of one side from all steps, each once."""
    return list(dict.fromkeys(photo for step in steps for photo in step["given"].get(side, ())))


def days_left(one: Document, *, today: date) -> int | None:
    """Return the days until the last day for putting it right; None when nothing runs."""
    is_running = one["is_open"] and one["deadline"]
    return (date.fromisoformat(one["deadline"]) - today).days if is_running else None


def _listed(stage: str, query: Document, *, is_alone: bool) -> dict[str, Any]:
    paging = {"limit": PAGE, "cursor": request.args.get("cursor", "")} if is_alone else {"limit": PER_COLUMN}
    return own_api.read("inspections/hazards", {**query, "states": ",".join(STAGES[stage]), **paging})


def _column(stage: str, answer: Document, board: Document) -> dict[str, Any]:
    today = business_date(now())
    count = sum(column["count"] for column in board["states"] if column["state"] in STAGES[stage])
    items = [{**one, "days": days_left(one, today=today)} for one in answer["items"]]
    return {"stage": stage, "count": count, "hazards": items}
