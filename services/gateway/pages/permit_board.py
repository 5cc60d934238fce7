"""What special work goes on: the board of a day as timeline, list and map, and the rows behind a number."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.cockpit import ground
from services.gateway.pages.forms import PLACE
from services.gateway.pages.permits import FORMS, PERMITS
from services.gateway.pages.site import site
from services.gateway.pages.works import work_words
from shared.clock import business_date
from shared.http.chassis import now

FILTERS = ("kind", "state", "level", "is_listed")
VIEWS = ("timeline", "list", "map")
ROWS = (
    "enterprise_id", "kind", "level", "state", "states", "subdistrict", "from", "to", "cause", "reason", "reason_code",
    "is_live", "is_open", "is_approved", "is_alerting", "is_listed", "has_reason",
)  # fmt: skip
PAGE = 50
LIVE = ("active", "suspended")
HOURS = 24
MINUTES_OF_A_DAY = HOURS * 60
Document = dict[str, Any]


@site.get("/permits")
@page("permit:read")
def permits() -> str:
    """Draw the permits that are valid at some time of a day, those under way first: a timeline, a list or a map."""
    today = business_date(now())
    day = day_of(request.args.get("day", ""), today)
    start = datetime.combine(day, time(), tzinfo=PLACE)
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    window = {"since": start.isoformat(), "until": (start + timedelta(days=1)).isoformat()}
    found = own_api.read_all(PERMITS, window)
    shown = [one for one in found if all(not value or text_of(one[name]) == value for name, value in chosen.items())]
    view = request.args.get("view", "")
    tables = own_api.read(FORMS)
    return render_template(
        "permits/board.html",
        permits=sorted(shown, key=lambda one: (one["state"] not in LIVE, one["starts_at"])),
        counts=counts_of(found),
        view=view if view in VIEWS else VIEWS[0],
        views=VIEWS,
        chosen={name: value for name, value in {**chosen, "view": view}.items() if value},
        levels={(one["kind"], one["level"]): one for one in tables["terms"]},
        points=[point_of(one) for one in shown if one["longitude"] is not None],
        ground=ground(),
        work_words=work_words(),
        bars={one["id"]: bar_of(one, start) for one in shown},
        clock=minutes_into(now(), start) if day == today else None,
        days=(day - timedelta(days=1), day, day + timedelta(days=1)),
        today=today,
        tables=tables,
        states={one["id"]: one for one in own_api.read(f"{PERMITS}/table")["states"]},
    )


@site.get("/permits/rows")
@page("permit:read")
def permit_rows() -> str:
    """Draw the permits behind a number, the newest first, with what they were chosen by."""
    chosen = {name: request.args[name] for name in ROWS if request.args.get(name)}
    answer = own_api.read(PERMITS, {**chosen, "limit": PAGE, "cursor": request.args.get("cursor", "")})
    tables = own_api.read(FORMS)
    return render_template(
        "permits/rows.html",
        chosen=chosen,
        kinds={one["id"]: one for one in tables["kinds"]},
        levels={(one["kind"], one["level"]): one for one in tables["terms"]},
        states={one["id"]: one for one in own_api.read(f"{PERMITS}/table")["states"]},
        **answer,
    )


def point_of(one: Mapping[str, Any]) -> Document:
    """Return a permit as the map draws it: where it is worked, and how well that is known."""
    same = ("kind", "level", "state", "name", "number", "longitude", "latitude", "accuracy_m", "starts_at", "ends_at")
    return {"permit_id": one["id"], "precision": "work", **{name: one[name] for name in same}}


def day_of(text: str, today: date) -> date:
    """Return the day that is asked for, today for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today


def text_of(value: Any) -> str:
    """Return what a permit says as an address writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def counts_of(found: Sequence[Mapping[str, Any]]) -> Document:
    """Return how many permits there are by state and by kind, and how many are of listed enterprises."""
    counts: dict[str, dict[str, int]] = {"state": {}, "kind": {}}
    for one in found:
        for name, by in counts.items():
            by[one[name]] = by.get(one[name], 0) + 1
    return {
        **counts,
        "live": sum(counts["state"].get(name, 0) for name in LIVE),
        "listed": sum(one["is_listed"] for one in found),
        "all": len(found),
    }


def minutes_into(moment: datetime, start: datetime) -> int:
    """Return the minutes from the ``start`` of a day, kept within it."""
    return min(max(int((moment - start).total_seconds() // 60), 0), MINUTES_OF_A_DAY)


def bar_of(one: Mapping[str, Any], start: datetime) -> tuple[int, int]:
    """Return where a permit begins on the line of a day and how long it lasts there, in minutes."""
    begins, ends = (minutes_into(datetime.fromisoformat(one[name]), start) for name in ("starts_at", "ends_at"))
    return begins, max(ends - begins, 1)
