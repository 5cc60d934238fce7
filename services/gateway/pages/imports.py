"""The import wizard: drop a file, look at it, try it, import it, read what was refused; how good the sources are."""

from flask import render_template, request

from services.gateway.pages import own_api
from services.gateway.pages.access import page
from services.gateway.pages.site import site

SHOWN_IMPORTS = 20
PAGE = 50
MEASURES = ("completeness", "validity", "conflicts", "freshness")
KINDS = ("enterprises", "persons", "grids", "members", "intermediaries", "contracts")


@site.get("/imports")
@page("enterprise:import")
def imports() -> str:
    """Draw the first step and the imports so far."""
    earlier = own_api.read("registry/imports", {"limit": SHOWN_IMPORTS})["items"]
    return render_template(
        "imports/index.html", stage="choose", step="choose", imports=earlier, kinds=KINDS, kind=_kind()
    )


@site.get("/imports/quality")
@page("enterprise:import")
def quality() -> str:
    """Draw how good what each source delivers is; each figure opens its rows."""
    return render_template("imports/quality.html", measures=MEASURES, **own_api.read("registry/imports/quality"))


@site.get("/imports/<import_id>/lacking")
@page("enterprise:import")
def lacking(import_id: str) -> str:
    """Draw the enterprises of an import that lack a fact."""
    lacks = request.args.get("lacks", "")
    query = {"lacks": lacks, "limit": PAGE, "cursor": request.args.get("cursor", "")}
    answer = own_api.read(f"registry/imports/{import_id}/lacking", query)
    one = own_api.read(f"registry/imports/{import_id}")
    return render_template("imports/lacking.html", one=one, lacks=lacks, **answer)


@site.get("/imports/<import_id>")
@page("enterprise:import")
def import_shown(import_id: str) -> str:
    """Draw progress or result of one import; htmx asks for this part again while it runs."""
    one = own_api.read(f"registry/imports/{import_id}")
    if "HX-Request" in request.headers:
        return render_template("imports/shown.html", one=one)
    step = "run" if one["state"] == "running" else "result"
    return render_template("imports/index.html", stage="shown", step=step, imports=[], one=one)


def _kind() -> str:
    asked = request.args.get("kind", KINDS[0])
    return asked if asked in KINDS else KINDS[0]
