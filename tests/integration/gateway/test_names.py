"""Where a row holds the code of an area, a page says its name; without the register the code has to do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.gateway.browsing import gateway_at, signed_in
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer

NAMED = [{"code": "331002", "name": "椒江区"}, {"code": "331002001", "name": "海门街道"}]
GRIDS = {"items": [{"code": "331002001-01", "name": "海门第1网格"}], "next_cursor": None}
OWN = {
    "name": "试验员",
    "username": "worker-one",
    "roles": [],
    "divisions": ["331002001", "331002001005", "331099"],
    "grids": ["331002001-01", "331002001-02"],
    "enterprise_name": "",
}
Browser = Callable[..., FlaskClient]


@pytest.fixture
def service() -> Iterator[Neighbour]:
    """Return the other services: the account is known, the register names two divisions and a grid."""
    with neighbour() as service:
        service.answers |= {
            "/api/v1/identity/me": OWN,
            "/api/v1/identity/me/sessions": {"items": []},
            "/api/v1/registry/divisions": {"items": NAMED},
            "/api/v1/registry/grids": GRIDS,
        }
        yield service


@pytest.fixture
def browser(tmp_path: Path, service: Neighbour) -> Browser:
    """Return a function that signs somebody with these actions in and returns the browser."""

    def of(*actions: str) -> FlaskClient:
        signer = Signer()
        token = signer.token("worker", actions=["account:self", *actions], divisions=["331002"])
        return signed_in(gateway_at(tmp_path, signer, identity=service, registry=service), service, token)

    return of


def times_asked(service: Neighbour, name: str) -> int:
    return sum(path.startswith(f"/api/v1/registry/{name}") for _, path, _ in service.requests)


class TestOwnAccount:
    def test_names_divisions_and_grids(self, browser: Browser, service: Neighbour) -> None:
        page = browser("division:read", "grid:read").get("/account").text

        assert "海门街道 · 海门街道 · 331099 · 海门第1网格 · 331002001-02" in page
        assert (times_asked(service, "divisions"), times_asked(service, "grids")) == (1, 1)

    def test_shows_codes_to_who_may_not_read_the_names(self, browser: Browser, service: Neighbour) -> None:
        page = browser().get("/account").text

        assert "331002001 · 331002001005 · 331099 · 331002001-01 · 331002001-02" in page
        assert times_asked(service, "divisions") == 0

    def test_shows_codes_while_the_register_does_not_answer(self, browser: Browser, service: Neighbour) -> None:
        service.answers |= {f"/api/v1/registry/{name}": unavailable for name in ("divisions", "grids")}

        page = browser("division:read", "grid:read").get("/account")

        assert (page.status_code, "331002001 · 331002001005" in page.text) == (200, True)

    def test_names_the_enterprise_of_its_people(self, browser: Browser, service: Neighbour) -> None:
        service.answers["/api/v1/identity/me"] = {**OWN, "divisions": [], "grids": [], "enterprise_name": "甲机械厂"}

        assert "<dd>甲机械厂</dd>" in browser().get("/account").text


def unavailable() -> Any:
    return "", 503
