"""Administration of people: accounts, staff and absences, roles and what they allow."""

from typing import Any

from flask import Response, render_template, request, url_for

from services.gateway.pages import names, own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.forms import after, lines_of, moment_of, refusal_of
from services.gateway.pages.site import site

ACCOUNTS = "identity/accounts"
LISTS = ("roles", "divisions", "grids", "skills")
TEXTS = ("name", "enterprise_id", "intermediary_id", "agency_id", "licence_number", "licence_valid_until")
FILTERS = ("username", "role", "side", "is_enabled", "agency_id")
CLERK = "agency_clerk"
ACTS = {"disable": "account_disabled", "enable": "account_enabled"}


@site.get("/admin/accounts")
@page("account:read")
def accounts() -> str:
    """Draw the accounts for the filters in the address."""
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    answer = own_api.read(ACCOUNTS, {**chosen, "cursor": request.args.get("cursor", "")})
    called = {"agencies": {one["id"]: one["name"] for one in _agencies()}, "intermediaries": names.intermediaries()}
    shown = {"chosen": chosen, "roles": _roles(), **called}
    return render_template("admin/accounts.html", tab="accounts", **shown, **answer)


@site.get("/admin/accounts/new")
@page("account:write")
def new_account() -> str:
    """Draw the form for a new account; that of a clerk where an agency is given."""
    agency_id = request.args.get("agency_id", "")
    given = {"agency_id": agency_id, "roles": [CLERK] if agency_id else []}
    return _account_form({**given, "divisions": [], "grids": [], "skills": []})


@site.post("/admin/accounts/new")
@page("account:write")
def make_account() -> str:
    """Make an account and show its first password, once."""
    body = {**_body(), "username": request.form.get("username", "")}
    try:
        made = own_api.send("POST", ACCOUNTS, content={**body, "must_change_password": True})
    except own_api.Refusal as refusal:
        return _account_form(body, refusal=refusal_of(refusal))
    return render_template("admin/password.html", tab="accounts", username=body["username"], **made)


@site.get("/admin/accounts/<account_id>")
@page("account:read")
def account(account_id: str) -> str:
    """Draw one account as a form."""
    return _account_form(own_api.read(f"{ACCOUNTS}/{account_id}"))


@site.post("/admin/accounts/<account_id>")
@page("account:write")
def change_account(account_id: str) -> str | Response:
    """Save the form; somebody else's change meanwhile is told, not overwritten."""
    body = _body()
    headers = {"If-Match": f'"{request.form.get("version", "")}"'}
    for name in ("name", "licence_number"):
        if not body[name]:
            body.pop(name)  # shown masked, so that an empty field means unchanged
    try:
        own_api.send("PATCH", f"{ACCOUNTS}/{account_id}", content=body, headers=headers)
    except own_api.Refusal as refusal:
        return _account_form({**own_api.read(f"{ACCOUNTS}/{account_id}"), **body}, refusal=refusal_of(refusal))
    return after(url_for("pages.account", account_id=account_id), "account_saved")


@site.post("/admin/accounts/<account_id>/<act>")
@page("account:write")
def act_on_account(account_id: str, act: str) -> str | Response:
    """Shut an account, open it again, or reset its password and show the new one, once."""
    path = f"{ACCOUNTS}/{account_id}"
    try:
        answer = own_api.send("POST", f"{path}/{act}", content={} if act == "reset-password" else None)
    except own_api.Refusal as refusal:
        return _account_form(own_api.read(path), refusal=refusal_of(refusal))
    if act == "reset-password":
        username = own_api.read(path)["username"]
        return render_template("admin/password.html", tab="accounts", username=username, **answer)
    return after(url_for("pages.account", account_id=account_id), ACTS[act])


@site.get("/admin/roles")
@page("account:read")
def roles() -> str:
    """Draw every role with what it allows."""
    shown = [{**one, "may": by_noun(one["actions"])} for one in _roles()]
    return render_template("admin/roles.html", tab="roles", roles=shown)


@site.get("/admin/staff")
@page("staff:read")
def staff() -> str:
    """Draw who is there, who is absent, whose licence ends."""
    return _staff()


@site.post("/admin/staff/absences")
@page("account:write")
def enter_absence() -> str | Response:
    """Enter an absence of somebody."""
    body = {name: moment_of(request.form.get(name, "")) for name in ("starts_at", "ends_at")}
    try:
        own_api.send("POST", f"identity/staff/{request.form.get('account_id', '')}/absences", content=body)
    except own_api.Refusal as refusal:
        return _staff(refusal=refusal_of(refusal))
    return after(url_for("pages.staff"), "absence_entered")


@site.post("/admin/staff/<account_id>/absences/<absence_id>/end")
@page("account:write")
def end_absence(account_id: str, absence_id: str) -> str | Response:
    """End an absence now, or take it back."""
    try:
        own_api.send("DELETE", f"identity/staff/{account_id}/absences/{absence_id}")
    except own_api.Refusal as refusal:
        return _staff(refusal=refusal_of(refusal))
    return after(url_for("pages.staff"), "absence_ended")


def by_noun(actions: list[str]) -> dict[str, list[str]]:
    """Return the verbs of actions (``<noun>:<verb>``) by their noun, in the order of the role's table."""
    found: dict[str, list[str]] = {}
    for action in actions:
        noun, _, verb = action.partition(":")
        found.setdefault(noun, []).append(verb)
    return found


def _staff(refusal: str = "") -> str:
    standing = request.args.get("standing", "")
    answer = own_api.read("identity/staff", {"standing": standing, "cursor": request.args.get("cursor", "")})
    everybody = own_api.read_all("identity/staff") if viewer.may("account:write") else []
    said = {"standing": standing, "refusal": refusal, "everybody": everybody}
    return render_template("admin/staff.html", tab="staff", **said, **answer)


def _account_form(one: dict[str, Any], *, refusal: str = "") -> str:
    shown = {"one": one, "roles": _roles(), "agencies": _agencies()}
    return render_template("admin/account.html", tab="accounts", refusal=refusal, **shown)


def _body() -> dict[str, Any]:
    form = request.form
    texts = {name: form.get(name, "").strip() for name in TEXTS}
    lists = {name: lines_of(form.get(name, "")) for name in LISTS}
    return {**texts, **lists, "roles": form.getlist("roles")}


def _roles() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = own_api.read("identity/roles")["items"]
    return found


def _agencies() -> list[dict[str, Any]]:
    """Return the agencies that an account may name, for whom may read them."""
    return own_api.read_all("identity/clients") if viewer.may("client:read") else []
