"""Administration of agencies: what each was granted, its people, and the secrets of its systems."""

from datetime import date, timedelta
from typing import Any

from flask import Response, render_template, request, url_for

from services.gateway.pages import language, own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.forms import after, lines_of, moment_of, refusal_of
from services.gateway.pages.site import site
from shared.errors import NotFound, Unavailable
from shared.http import now

CLIENTS = "identity/clients"
USUAL_GRANT = timedelta(days=365)
ACTS = {"disable": "client_disabled", "enable": "client_enabled"}


@site.get("/admin/clients")
@page("client:read")
def clients() -> str:
    """Draw the client systems and what each was granted."""
    return _clients()


@site.post("/admin/clients")
@page("client:write")
def register_client() -> str:
    """Register a client system and show its secret, once."""
    try:
        made = own_api.send("POST", CLIENTS, content={"name": request.form.get("name", "").strip()})
    except own_api.Refusal as refusal:
        return _clients(refusal=refusal_of(refusal))
    return render_template("admin/secret.html", tab="clients", **made)


@site.get("/admin/clients/<client_id>")
@page("client:read")
def client(client_id: str) -> str:
    """Draw one client with its grants."""
    return _client(client_id)


@site.post("/admin/clients/<client_id>/secrets")
@page("client:write")
def rotate_secret(client_id: str) -> str:
    """Make a new secret and show it, once; the old one counts for a while."""
    overlap = request.form.get("overlap_days", "")
    try:
        body = {"overlap_days": int(overlap)} if overlap.isdecimal() else {}
        made = own_api.send("POST", f"{CLIENTS}/{client_id}/secrets", content=body)
    except own_api.Refusal as refusal:
        return _client(client_id, refusal=refusal_of(refusal))
    return render_template("admin/secret.html", tab="clients", **made)


@site.post("/admin/clients/<client_id>/grants")
@page("client:write")
def put_grant(client_id: str) -> str | Response:
    """Grant an action with divisions, fields and end."""
    form = request.form
    terms = {
        "divisions": lines_of(form.get("divisions", "")),
        "fields": form.getlist("fields"),
        "purposes": form.getlist("purposes"),
        "until": moment_of(form.get("until", "")),
        "basis": form.get("basis", "").strip(),
    }
    try:
        own_api.send("PUT", f"{CLIENTS}/{client_id}/grants/{form.get('action', '')}", content=terms)
    except own_api.Refusal as refusal:
        return _client(client_id, refusal=refusal_of(refusal))
    return after(url_for("pages.client", client_id=client_id), "grant_put")


@site.post("/admin/clients/<client_id>/grants/<action>/withdraw")
@page("client:write")
def withdraw_grant(client_id: str, action: str) -> str | Response:
    """Take a grant back at once."""
    return _act(client_id, "DELETE", f"grants/{action}", done="grant_withdrawn")


@site.post("/admin/clients/<client_id>/<act>")
@page("client:write")
def switch_client(client_id: str, act: str) -> str | Response:
    """Shut a client, or let it in again."""
    return _act(client_id, "POST", act, done=ACTS.get(act, ""))


def _act(client_id: str, method: str, path: str, *, done: str) -> str | Response:
    try:
        own_api.send(method, f"{CLIENTS}/{client_id}/{path}")
    except own_api.Refusal as refusal:
        return _client(client_id, refusal=refusal_of(refusal))
    return after(url_for("pages.client", client_id=client_id), done)


def _clients(refusal: str = "") -> str:
    answer = own_api.read(CLIENTS, {"cursor": request.args.get("cursor", "")})
    return render_template("admin/clients.html", tab="clients", refusal=refusal, **answer)


def _client(client_id: str, *, refusal: str = "") -> str:
    one = own_api.read(f"{CLIENTS}/{client_id}")
    possible: list[dict[str, Any]] = own_api.read("identity/grants/possible")["items"]
    until: date = (now() + USUAL_GRANT).date()
    people = own_api.read_all("identity/accounts", {"agency_id": client_id}) if viewer.may("account:read") else []
    shown = {"one": one, "possible": possible, "until": until, "people": people, "purposes": _purposes()}
    return render_template("admin/client.html", tab="clients", refusal=refusal, **shown)


def _purposes() -> dict[str, str]:
    """Return what the purposes that a grant may name are called; without credit there are no words for them."""
    try:
        rows = own_api.read("credit/checks/purposes")["purposes"]
    except (NotFound, Unavailable):
        return {}
    title = "zh" if language.current().tag.startswith("zh") else "en"
    return {row["code"]: row[title] for row in rows}
