"""Dual-random draws: fix a pool, draw from it once, show everybody how it came about; whom officers keep away from."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request, url_for

from services.gateway.pages import names, own_api
from services.gateway.pages.access import page, public_page
from services.gateway.pages.forms import after, lines_of, refusal_of
from services.gateway.pages.site import site
from shared.clock import business_date
from shared.http.chassis import now

DRAWS, PUBLIC = "inspections/draws", "public/draws"
LEVELS = (1, 2, 3, 4)
PAGE = 50
DIVISION_DIGITS = (6, 9)
Form = Mapping[str, Any]


@site.get("/draws")
@page("draw:read")
def draws() -> str:
    """Draw the list of draws, the newest first."""
    answer = own_api.read(DRAWS, {"limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template("draws/list.html", tab="draws", **answer)


@site.get("/draws/new")
@page("draw:write")
def new_draw() -> str:
    """Draw the form: where, which levels and industries, how many, until when."""
    return _form({"levels": []})


@site.post("/draws/new")
@page("draw:write")
def prepare_draw() -> str | Response:
    """Show who could be drawn, or fix the pool that was shown."""
    form = {**request.form.to_dict(), "levels": request.form.getlist("levels")}
    body = _asked(form)
    try:
        if form.get("act") == "prepare":
            made = own_api.send("POST", DRAWS, content=body)
            return after(url_for("pages.draw", draw_id=made["id"]), "draw_prepared")
        return _form(form, seen=own_api.send("POST", f"{DRAWS}/preview", content=body))
    except own_api.Refusal as refusal:
        return _form(form, refusal=refusal_of(refusal))


@site.get("/draws/<draw_id>")
@page("draw:read")
def draw(draw_id: str) -> str:
    """Draw one draw: how the pool was fixed and drawn from, and what was drawn; ``replay`` draws it again."""
    one = own_api.read(f"{DRAWS}/{draw_id}")
    drawn = own_api.read_all(f"{DRAWS}/{draw_id}/candidates", {"is_drawn": "true"}) if one["seed"] else []
    again = own_api.read(f"{DRAWS}/{draw_id}/replay") if one["seed"] and "replay" in request.args else None
    return render_template(
        "draws/draw.html",
        one=one,
        drawn=sorted(drawn, key=lambda row: row["place"]),
        again=again,
        names=names.staff(),
        today=business_date(now()).isoformat(),
    )


@site.get("/draws/<draw_id>/pool")
@page("draw:read")
def draw_pool(draw_id: str) -> str:
    """Draw the enterprises behind a figure of a draw: of one level, or left out for one reason."""
    chosen = {name: request.args.get(name, "") for name in ("level", "reason")}
    query = {"limit": PAGE, "cursor": request.args.get("cursor", ""), **chosen}
    answer = own_api.read(f"{DRAWS}/{draw_id}/candidates", query)
    one = own_api.read(f"{DRAWS}/{draw_id}")
    return render_template("draws/pool.html", one=one, chosen=chosen, **answer)


@site.get("/draws/avoidances")
@page("draw:read")
def avoidances() -> str:
    """Draw who keeps away from whom, and the form with which one says so."""
    return render_template(
        "draws/avoidances.html",
        tab="avoidances",
        items=own_api.read_all(f"{DRAWS}/avoidances"),
        relations={row["id"]: row for row in own_api.read(f"{DRAWS}/table")["relations"]},
        names=names.staff(),
    )


@site.get("/draws/public")
@public_page
def public_draws() -> str:
    """Draw the draws that were published, for everybody."""
    answer = own_api.read(PUBLIC, {"limit": PAGE, "cursor": request.args.get("cursor", "")})
    return render_template("draws/published.html", **answer)


@site.get("/draws/public/<draw_id>")
@public_page
def public_draw(draw_id: str) -> str:
    """Draw one published draw; ``replay`` draws it again before the reader's eyes."""
    one = own_api.read(f"{PUBLIC}/{draw_id}")
    again = own_api.read(f"{PUBLIC}/{draw_id}/replay") if "replay" in request.args else None
    return render_template("draws/public.html", one=one, again=again)


def _asked(form: Form) -> dict[str, Any]:
    """Return what the form says as the API wants it; what is no number stays for the API to refuse."""
    count = form.get("count", "")
    return {
        "division": form.get("division", ""),
        "levels": [int(one) for one in form["levels"] if one.isdecimal()],
        "industries": [one.upper() for one in lines_of(form.get("industries", ""))],
        "count": int(count) if count.isdecimal() else count,
        "last_day": form.get("last_day", ""),
    }


def _form(form: Form, **more: Any) -> str:
    today = business_date(now())
    return render_template(
        "draws/new.html",
        form=form,
        levels=LEVELS,
        choices={code: name for code, name in names.divisions().items() if len(code) in DIVISION_DIGITS},
        names=names.staff(),
        today=today.isoformat(),
        year_end=today.replace(month=12, day=31).isoformat(),
        **more,
    )
