"""The baseline survey: whom to visit next, and the card that is filled in at the gate."""

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.site import site

PAGE = 30
STATES = ("due", "done")


@site.get("/surveys")
@page("survey:write")
def surveys() -> str:
    """Draw the list, the most urgent first, with the progress of one's area."""
    state = request.args.get("state", "")
    state = state if state in STATES else STATES[0]
    q = request.args.get("q", "").strip()
    query = {"state": state, "q": q, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    answer = own_api.read("registry/surveys", query)
    return render_template(
        "surveys/list.html",
        state=state,
        q=q,
        items=answer["items"],
        next_cursor=answer["next_cursor"],
        progress=own_api.read("registry/surveys/progress"),
    )


@site.get("/surveys/<enterprise_id>")
@page("survey:write")
def survey(enterprise_id: str) -> str:
    """Draw the card of one enterprise, filled in with what is known or suggested."""
    return render_template("surveys/card.html", card=own_api.read(f"registry/enterprises/{enterprise_id}/survey"))
