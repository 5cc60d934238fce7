"""What a form offers to choose from is everything there is, however many pages its list has."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from tests.integration.gateway.browsing import gateway_at, signed_in
from tests.integration.gateway.neighbours import neighbour
from tests.support.callers import Signer

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
            "/api/v1/registry/intermediaries": intermediaries,
            "/api/v1/registry/intermediaries/kinds": {"services": []},
        }
        yield signed_in(gateway_at(tmp_path, signer, identity=service, registry=service), service, token)


class TestContract:
    def test_can_be_given_to_every_registered_intermediary(self, officer: FlaskClient) -> None:
        page = officer.get("/contracts/new")

        assert page.status_code == 200
        assert [name in page.text for name, _ in PAGES.values()] == [True, True, True]
