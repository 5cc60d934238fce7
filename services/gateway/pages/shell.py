"""What every page shares: navigation, language, theme, words for the scripts."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask, request, url_for
from flask_babel import format_datetime, gettext

from services.gateway.pages import language, names, viewer, wording
from services.gateway.pages.assets import asset, release
from shared.http.chassis import chassis, now

THEME_COOKIE = "sise_theme"
THEMES = ("light", "dark")
EVERYONE = "account:self"
PHONE_TABS = 5  # what a thumb reaches at once; the drawer holds all
# endpoint, words, icon, action that opens it, group; the first ones that a person may open are the tabs of a phone
SECTIONS = (
    ("pages.cockpit", "nav.cockpit", "map-2", "map:read", ""),
    ("pages.enterprises", "nav.enterprises", "building-factory-2", "search:read", "registry"),
    ("pages.tasks", "nav.tasks", "inbox", "task:read", ""),
    ("pages.permits", "nav.permits", "clipboard-text", "permit:read", "site"),
    ("pages.hazards", "nav.hazards", "alert-triangle", "hazard:read", "site"),
    ("pages.declarations", "nav.declarations", "list-check", "declaration:read", "site"),
    ("pages.commitments", "nav.commitments", "shield-check", "commitment:read", "site"),
    ("pages.visits", "nav.visits", "route", "task:read", "site"),
    ("pages.documents", "nav.documents", "file-certificate", "document:read", "site"),
    ("pages.work_places", "nav.work_places", "map-pin", "place:read", "site"),
    ("pages.surveys", "nav.surveys", "list-search", "survey:write", "site"),
    ("pages.draws", "nav.draws", "arrows-shuffle", "draw:read", "site"),
    ("pages.received_reports", "nav.reports", "alert-circle", "report:read", "site"),
    ("pages.grids", "nav.grids", "hexagons", "grid:read", "registry"),
    ("pages.intermediaries", "nav.agencies", "building", "intermediary:read", "registry"),
    ("pages.supervision", "nav.risk", "shield-check", "grade:read", "supervision"),
    ("pages.penalties", "nav.credit", "file-certificate", "credit:read", "supervision"),
    ("pages.plans", "nav.plans", "calendar-stats", "plan:read", "supervision"),
    ("pages.campaigns", "nav.campaigns", "route", "campaign:read", "supervision"),
    ("pages.checklists", "nav.checklists", "list-check", "checklist:read", "supervision"),
    ("pages.cases", "nav.cases", "barrier-block", "case:read", "supervision"),
    ("pages.restrictions", "nav.restrictions", "circle-off", "restriction:read", "supervision"),
    ("pages.watched", "nav.watched", "eye", "credit:oversee", "supervision"),
    ("pages.credit_checks", "nav.credit_checks", "search", "check:read", "supervision"),
    ("pages.ranking", "nav.ranking", "trophy", "ranking:read", "supervision"),
    ("pages.imports", "nav.imports", "file-import", "enterprise:import", "registry"),
    ("pages.claims", "nav.claims", "id", "claim:review", "registry"),
    ("pages.members", "nav.members", "users", "member:read", "people"),
    ("pages.certificates", "nav.certificates", "file-certificate", "certificate:write", "people"),
    ("pages.sign", "nav.sign", "pencil", "member:sign", "people"),
    ("pages.accounts", "nav.admin", "user", "account:read", "system"),
    ("pages.staff", "nav.staff", "users", "staff:read", "people"),
    ("pages.audit", "nav.audit", "shield-check", "audit:read", "system"),
    ("pages.health", "nav.system", "server-2", "system:read", "system"),
)


def register_shell(app: Flask) -> None:
    """Give every template of ``app`` the shell's names and filters."""
    app.jinja_env.globals.update(asset=asset, words=words, release=release)
    app.jinja_env.filters.update(
        moment=moment,
        number=number,
        prefixed=lambda text, prefix: f"{prefix}{text}",
        translated=gettext,
        area=names.area,
        grid=names.grid,
        **wording.FILTERS,
    )
    app.context_processor(frame)


def frame() -> dict[str, Any]:
    """Return the names that the base template needs on every page."""
    someone = viewer.current()
    return {
        "language": language.current(),
        "theme": theme(),
        "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
        "now": now(),
        "done": told(request.args.get("done", "")),
        "is_clock_moved": bool(chassis().clock.offset()),
        "signed_in": someone is not None,
        "signs_until": someone.signs_until if someone else None,
        "csrf_token": someone.csrf_token if someone else "",
        "person": someone.person if someone else "",
        "user_name": someone.name if someone else "",
        "user_roles": someone.roles if someone else (),
        "actions": someone.actions if someone else frozenset(),
        "navigation": navigation(someone) if someone else {},
    }


def told(done: str) -> str:
    """Return the sentence that tells what was ``done`` before this page; nothing for what no catalogue knows."""
    sentence = gettext(f"done.{done}")
    return "" if not done or sentence == f"done.{done}" else sentence


def theme() -> str:
    """Return the remembered theme, else the light one."""
    remembered = request.cookies.get(THEME_COOKIE)
    return remembered if remembered in THEMES else THEMES[0]


def navigation(someone: viewer.Viewer) -> dict[str, Any]:
    """Return the sections that a person may open: in ``groups`` for the menu, the first ones as ``tabs`` of a phone."""
    known = sections(someone)
    groups: dict[str, list[dict[str, Any]]] = {}
    for section in known:
        groups.setdefault(section["group"] or section["label"], []).append(section)
    named = [{"label": f"nav.group_{name}", "sections": members} for name, members in groups.items()]
    return {"groups": named, "tabs": known if len(known) <= PHONE_TABS + 1 else known[:PHONE_TABS]}


def sections(someone: viewer.Viewer) -> list[dict[str, Any]]:
    """Return what a person may open, the current one marked; people of an enterprise begin with it."""
    known = [
        (url_for(endpoint), label, icon, group)
        for endpoint, label, icon, action, group in SECTIONS
        if action in someone.actions and not (endpoint == "pages.staff" and "account:read" in someone.actions)
    ]
    if someone.enterprise_id:
        own = url_for("pages.enterprise", enterprise_id=someone.enterprise_id)
        known.insert(0, (own, "nav.own_enterprise", "building-factory-2", ""))
    return [
        {"href": href, "label": label, "icon": icon, "group": group, "current": _is_current(href)}
        for href, label, icon, group in known
    ]


def _is_current(href: str) -> bool:
    if href == "/":
        return request.path == "/"
    return request.path.startswith("/" + href.split("/")[1])


def words(groups: Iterable[str]) -> dict[str, str]:
    """Return the phrases of ``groups`` (first part of their keys) for the scripts of a page."""
    return _words(language.chosen(), tuple(f"{group}." for group in groups))


@cache
def _words(code: str, starts: tuple[str, ...]) -> dict[str, str]:
    catalogue = language.read_catalogue(code)._catalog
    return {key: text for key, text in catalogue.items() if isinstance(key, str) and key.startswith(starts)}


def moment(value: str | datetime | None, form: str = "yyyy-MM-dd HH:mm") -> str:
    """Write a moment (ISO 8601 text or aware datetime) in Shanghai time; nothing becomes a dash."""
    if not value:
        return "–"
    return format_datetime(datetime.fromisoformat(value) if isinstance(value, str) else value, form)


def number(value: float | None) -> str:
    """Write a number with thousands separators and without needless decimals; nothing becomes a dash."""
    if value is None:
        return "–"
    return f"{value:,.1f}".removesuffix(".0")
