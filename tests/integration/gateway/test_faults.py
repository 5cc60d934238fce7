"""The page for an address that nobody answers leads on to what its reader may open."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.gateway.app import create_app
from services.gateway.settings import Settings
from tests.integration.gateway.neighbours import neighbour
from tests.integration.gateway.test_browser import FORM
from tests.support.callers import Signer, service_settings, trust
from tests.support.databases import migrated_sqlite

Browser = Callable[..., FlaskClient]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """Return a function that gives the browser of somebody with these actions, or of nobody without any."""
    with neighbour() as service:
        urls = {"identity": service.url}
        settings: Settings = service_settings(Settings, home=tmp_path, service="gateway", service_urls=urls)
        migrated_sqlite(tmp_path / "test.db", "gateway")
        signer, app = Signer(), create_app(settings)
        trust(app, signer)

        def of(*actions: str) -> FlaskClient:
            client, token = app.test_client(), signer.token("worker", actions=actions, divisions=["331002"])
            service.answers["/api/v1/auth/login"] = {"access_token": token, "refresh_token": "r", "expires_in": 600}
            if actions:
                client.post("/session", data=FORM)
            return client

        yield of


def offered(page: str) -> list[str]:
    return re.findall(r'<a class="button[^"]*" href="([^"]+)"', page)


class TestUnknownAddress:
    def test_offers_what_the_reader_may_open(self, browser: Browser) -> None:
        page = browser("account:self", "task:read", "hazard:read").get("/nothing-here")

        assert (page.status_code, offered(page.text)) == (404, ["/tasks", "/hazards"])
        assert "也可能不在您的管辖范围内" in page.text

    def test_offers_the_public_what_is_public(self, browser: Browser) -> None:
        page = browser().get("/nothing-here")

        assert (page.status_code, offered(page.text)) == (404, ["/sign-in", "/penalties"])
        assert "也可能需要先登录" in page.text
