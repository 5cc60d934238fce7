"""Every route of every service, for every role, inside and outside its area."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services.identity.domain.accounts import actions_of, roles
from shared.http.access import MARK, Access
from shared.services import service_names
from tests.integration.authorisation.world import ENTERPRISES, World, running_world

UNKNOWN_ID = "0192f0a0-0000-7000-8000-00000000ffff"
BY_TOKEN = ("reads", "writes", "admits")
# In which part of the world each role may look; the others see everything of the district.
SEES_OWN = (
    "subdistrict_officer",
    "grid_worker",
    "intermediary_inspector",
    "enterprise_user",
    "enterprise_administrator",
)
SEES_NOTHING = ("stranger",)
# What a route needs to be reached at all, and routes whose rows are figures, not names.
QUERIES = {"/api/v1/search": {"q": "字号"}, "/api/v1/registry/exports/lists.csv": {"kind": "contracts"}}
BODIES: dict[str, Any] = {
    "/api/v1/risk/grades/<id:enterprise_id>/review": {"reason": "已复核"},
    "/api/v1/risk/codes/<id:enterprise_id>/revoke": {"reason": "遗失"},
    "/api/v1/risk/supervision/<id:enterprise_id>": {"officer": "0192f0a0-0000-7000-8000-0000000000a1"},
    "/api/v1/risk/supervision/<id:enterprise_id>/reports": {"kind": "periodic", "summary": "情况平稳"},
    "/api/v1/risk/facts/<id:enterprise_id>": {"facts": {}},
    "/api/v1/registry/enterprises/<id:enterprise_id>/unmask": {"reason": "to call them"},
    "/api/v1/registry/enterprises/<id:enterprise_id>/deregister": {
        "reason": "cancelled",
        "on": "2026-01-05",
        "basis": "the notice",
    },
    "/api/v1/registry/enterprises/<id:enterprise_id>/register-again": {"reason": "a mistake"},
    "/api/v1/registry/enterprises/<id:enterprise_id>/persons": {"name": "某人", "posts": ["worker"]},
}
WITHOUT_NAMES = (
    "/api/v1/events/stream",  # silent until a level changes
    "/api/v1/overview",
    "/api/v1/map/subdistricts",
    "/api/v1/map/tiles/<int:z>/<int:x>/<int:y>",
)


@dataclass(frozen=True)
class Route:
    """One row of the table."""

    service: str
    method: str
    rule: str
    kind: str
    action: str
    scope: str

    def path(self, enterprise_id: str = UNKNOWN_ID) -> str:
        """Return an address of the route; every other identifier is one that does not exist."""
        path = re.sub(r"<(?:\w+:)?enterprise_id>", enterprise_id, self.rule)
        path = re.sub(r"<int:\w+>", "0", path)
        path = re.sub(r"<id:\w+>", UNKNOWN_ID, path)
        return re.sub(r"<(?:\w+:)?service>/", "registry/", re.sub(r"<(?!(?:\w+:)?service>)[^>]+>", "x", path))


def table() -> Iterator[Route]:
    rows = tomllib.loads((Path(__file__).parent / "routes.toml").read_text(encoding="utf-8"))
    for service, routes in rows.items():
        for name, row in routes.items():
            method, rule = name.split(" ", 1)
            yield Route(service, method, rule, **row)


ROUTES = list(table())
GUARDED = [route for route in ROUTES if route.kind in BY_TOKEN]


def of_scope(*scopes: str) -> list[Route]:
    return [route for route in GUARDED if route.scope in scopes]


def named(route: Any) -> str | None:
    return f"{route.service} {route.method} {route.rule}" if isinstance(route, Route) else None


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("world")) as running:
        yield running


def access_of(app: Flask) -> dict[tuple[str, str], Access]:
    """Return what each route of ``app`` says about itself, by method and rule."""
    return {
        (method, rule.rule): getattr(app.view_functions[rule.endpoint], MARK)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def actions(role: str) -> frozenset[str]:
    return actions_of(["bureau_officer"] if role == "stranger" else [role])


class TestTheTable:
    @pytest.mark.parametrize("service", service_names())
    def test_has_a_row_for_every_route(self, world: World, service: str) -> None:
        declared = {key: (access.kind, access.action) for key, access in access_of(world.apps[service]).items()}
        written = {(row.method, row.rule): (row.kind, row.action) for row in ROUTES if row.service == service}
        assert written == declared

    def test_grants_no_action_that_no_role_has(self) -> None:
        granted = frozenset().union(*(actions(role) for role in roles()))
        assert {route.action for route in GUARDED} <= granted


class TestAction:
    @pytest.mark.parametrize("route", GUARDED, ids=named)
    def test_is_asked_of_every_caller(self, world: World, route: Route) -> None:
        wrong = {}
        for role in world.tokens:
            answer = world.client(route.service, role).open(route.path(), method=route.method)
            is_refused = answer.status_code == 403 and answer.json["code"] == "action_not_allowed"
            if is_refused == (route.action in actions(role)) or answer.status_code == 401:
                wrong[role] = answer.status_code
            answer.close()
        assert wrong == {}

    @pytest.mark.parametrize("route", GUARDED, ids=named)
    def test_is_not_enough_without_a_token(self, world: World, route: Route) -> None:
        assert world.client(route.service).open(route.path(), method=route.method).status_code == 401

    @pytest.mark.parametrize("route", [row for row in ROUTES if row.kind == "page"], ids=named)
    def test_guards_pages_too(self, world: World, route: Route) -> None:
        answer = world.client(route.service).open(route.path(), method=route.method)
        assert answer.status_code in (302, 303, 401)

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_is_asked_behind_the_gateway_too(self, world: World, method: str) -> None:
        answer = world.client("gateway").open("/api/v1/risk/facts/x", method=method)
        assert answer.status_code in (401, 404, 405)


class TestScope:
    @pytest.mark.parametrize("role", [*SEES_OWN, *SEES_NOTHING])
    @pytest.mark.parametrize("route", of_scope("enterprise"), ids=named)
    def test_hides_a_foreign_enterprise(self, world: World, route: Route, role: str) -> None:
        if route.action not in actions(role):
            return
        for part in ("foreign", "unplaced"):
            answer = self.send(world, route, role, part)
            assert (answer.status_code, ENTERPRISES[part]["name"] in answer.text) == (404, False)

    @pytest.mark.parametrize("role", [*SEES_OWN, "bureau_leader", "administrator"])
    @pytest.mark.parametrize("route", of_scope("enterprise"), ids=named)
    def test_shows_the_own_enterprise(self, world: World, route: Route, role: str) -> None:
        if route.action in actions(role):
            assert self.send(world, route, role, "own").status_code not in (401, 403, 404)

    @pytest.mark.parametrize("role", [*SEES_OWN, *SEES_NOTHING])
    @pytest.mark.parametrize("route", of_scope("rows"), ids=named)
    def test_leaves_foreign_rows_out(self, world: World, route: Route, role: str) -> None:
        _, text = self.rows(world, route, role)
        hidden = ("foreign", "unplaced") if role in SEES_OWN else tuple(ENTERPRISES)
        assert [part for part in hidden if self.is_mentioned(world, part, text)] == []

    @pytest.mark.parametrize("role", [*SEES_OWN, "bureau_officer"])
    @pytest.mark.parametrize("route", of_scope("rows"), ids=named)
    def test_leaves_own_rows_in(self, world: World, route: Route, role: str) -> None:
        if route.action in actions(role):
            status, text = self.rows(world, route, role)
            assert status == 200
            assert self.is_mentioned(world, "own", text) or route.rule in WITHOUT_NAMES

    @pytest.mark.parametrize("role", [*SEES_OWN, *SEES_NOTHING, "bureau_leader"])
    @pytest.mark.parametrize("route", of_scope("count"), ids=named)
    def test_counts_the_own_area(self, world: World, route: Route, role: str) -> None:
        if route.action in actions(role):
            counted = world.client(route.service, role).get(route.path()).json["enterprises"]
            assert counted == (1 if role in SEES_OWN else 0 if role in SEES_NOTHING else len(ENTERPRISES))

    @pytest.mark.parametrize("role", [*SEES_OWN, *SEES_NOTHING, "bureau_leader", "bureau_officer", "administrator"])
    def test_tells_of_the_own_area_only(self, world: World, role: str) -> None:
        """The stream is silent until something happens: here something happens to every enterprise."""
        told = world.tell_of_every_enterprise()
        headers = {"Last-Event-ID": str(told.start)}
        with closing(world.client("gateway", role).get("/api/v1/events/stream", headers=headers)) as answer:
            text = answer.get_data().decode()

        heard = {part for part in ENTERPRISES if world.enterprises[part] in text}
        may_hear = "map:read" in actions(role)
        own = {"own"} if role in SEES_OWN else set() if role in SEES_NOTHING else set(ENTERPRISES)
        assert (answer.status_code, heard) == ((200, own) if may_hear else (403, set()))

    def rows(self, world: World, route: Route, role: str) -> tuple[int, str]:
        query, headers = QUERIES.get(route.rule), {"Last-Event-ID": "0"}
        client = world.client(route.service, role)
        with closing(client.get(route.path(), query_string=query, headers=headers)) as answer:
            return answer.status_code, answer.get_data().decode("utf-8", "replace")

    def send(self, world: World, route: Route, role: str, part: str) -> Any:
        client = world.client(route.service, role)
        body = {"json": BODIES.get(route.rule, {})} if route.method in ("POST", "PUT", "PATCH") else {}
        return client.open(route.path(world.enterprises[part]), method=route.method, **body)

    def is_mentioned(self, world: World, part: str, text: str) -> bool:
        signs = (world.enterprises[part], ENTERPRISES[part]["name"], ENTERPRISES[part]["uscc"])
        return any(sign in text for sign in signs)
