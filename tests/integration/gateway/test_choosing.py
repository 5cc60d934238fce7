"""What a form offers to choose from is everything there is, however many pages its list has."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from services.gateway.app import create_app
from services.gateway.settings import Settings
from tests.integration.gateway.neighbours import neighbour
from tests.integration.gateway.test_browser import FORM
from tests.support.callers import Signer, service_settings, trust
from tests.support.databases import migrated_sqlite

PAGES = {
    "": ("甲安全技术服务机构", "second"),
    "second": ("乙安全技术服务机构", "third"),
    "third": ("丙安全技术服务机构", None),
}


def intermediaries() -> Any:
    name, following = PAGES[request.args.get("cursor", "")]
    return {
        "items": [{"id": name, "name": name, "uscc": "", "status": request.args["status"]}],
        "next_cursor": following,
    }


@pytest.fixture
def officer(tmp_path: Path) -> Iterator[FlaskClient]:
    """Return the browser of somebody who enters contracts; the registry answers a page at a time."""
    signer = Signer()
    token = signer.token("officer", actions=["intermediary:read", "intermediary:write"], divisions=["331002"])
    with neighbour() as service:
        service.answers |= {
            "/api/v1/auth/login": {"access_token": token, "refresh_token": "r", "expires_in": 600},
            "/api/v1/registry/intermediaries": intermediaries,
            "/api/v1/registry/intermediaries/kinds": {"services": []},
        }
        urls = {"identity": service.url, "registry": service.url}
        settings: Settings = service_settings(Settings, home=tmp_path, service="gateway", service_urls=urls)
        migrated_sqlite(tmp_path / "test.db", "gateway")
        app = create_app(settings)
        trust(app, signer)
        client = app.test_client()
        client.post("/session", data=FORM)
        yield client


class TestContract:
    def test_can_be_given_to_every_registered_intermediary(self, officer: FlaskClient) -> None:
        page = officer.get("/contracts/new")

        assert page.status_code == 200
        assert [name in page.text for name, _ in PAGES.values()] == [True, True, True]
