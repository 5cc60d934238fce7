"""The page for an address that nobody answers leads on to what its reader may open."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.integration.gateway.browsing import gateway_at, signed_in
from tests.integration.gateway.neighbours import neighbour
from tests.support.callers import Signer

Browser = Callable[..., FlaskClient]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """Return a function that gives the browser of somebody with these actions, or of nobody without any."""
    with neighbour() as service:
        signer = Signer()
        app = gateway_at(tmp_path, signer, identity=service)

        def of(*actions: str) -> FlaskClient:
            token = signer.token("worker", actions=actions, divisions=["331002"])
            return signed_in(app, service, token) if actions else app.test_client()

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
