"""The history of an enterprise as a page: who, when, what, from what to what, in words; a page at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from tests.integration.gateway.browsing import gateway_at, signed_in
from tests.integration.gateway.neighbours import neighbour
from tests.support.callers import Signer

ENTERPRISE, OFFICER = (f"0192f0a0-0000-7000-8000-0000000000{digits}" for digits in ("e1", "a1"))
PATH = f"/enterprises/{ENTERPRISE}/history"
INFERRED = {"value": "yes", "origin": "inferred", "words": ["抛光"]}
CONFIRMED = {"value": "no", "origin": "confirmed", "words": []}
CHANGES: dict[str, Any] = {
    "headcount": [20, 35],
    "status": ["active", "deregistered"],
    "ending_reason": [None, "cancelled"],
    "subdistrict": ["331002007", "331009009"],
    "longitude": [None, 121.43],
    "latitude": [None, 28.66],
    "features": [{"metal_dust": INFERRED, "coating": INFERRED}, {"metal_dust": CONFIRMED, "coating": INFERRED}],
    "origins": [{}, {"headcount": "person"}],
    "hints": [{}, {"division": ["海门街道"]}],
}
NEWEST = {"version": 3, "at": "2026-11-25T20:00:00+00:00", "actor": OFFICER, "reason": "amended", "changes": CHANGES}
BY_FILE = {**NEWEST, "version": 1, "actor": "", "reason": "imported", "changes": {}, "import_id": "i-1"}


def history() -> Any:
    row = {"import_id": None, "import_row": None}
    if request.args.get("cursor"):
        return {"items": [{**row, **BY_FILE, "import_row": 451}], "next_cursor": None}
    return {"items": [{**row, **NEWEST}], "next_cursor": "older"}


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[FlaskClient]:
    """Return the browser of an officer; registry and identity answer as they do."""
    signer = Signer()
    token = signer.token("reader", actions=["enterprise:read"], divisions=["331002"], name="Reader")
    with neighbour() as service:
        service.answers |= {
            f"/api/v1/registry/enterprises/{ENTERPRISE}/history": history,
            "/api/v1/registry/enterprises/endings": {"items": [{"id": "cancelled", "zh": "已注销", "en": "Cancelled"}]},
            "/api/v1/registry/divisions": {"items": [{"code": "331002007", "name": "前所街道"}]},
            "/api/v1/identity/names": {"items": [{"id": OFFICER, "name": "林*", "roles": ["bureau_officer"]}]},
        }
        client = signed_in(gateway_at(tmp_path, signer, identity=service, registry=service), service, token)
        client.neighbour = service  # type: ignore[attr-defined]
        yield client


def lines(page: str) -> list[tuple[str, str, str]]:
    """Return title, before and after of each line on the page."""
    found = []
    for part in page.split("<dt>")[1:]:
        title, rest = part.split("</dt>", 1)
        before = rest.split("<del>")[1].split("</del>")[0]
        found.append((title, before, rest.split("<ins>")[1].split("</ins>")[0]))
    return found


class TestHistory:
    def test_says_in_words_what_became_of_what(self, reader: FlaskClient) -> None:
        assert sorted(lines(reader.get(PATH).text)) == sorted(
            [
                ("从业人数", "20", "35"),
                ("状态", "存续", "已注销"),
                ("退出原因", "–", "已注销"),
                ("街道", "前所街道", "331009009"),
                ("坐标（WGS-84）", "–", "28.66000, 121.43000"),
                ("金属粉尘", "是 · 推断 · 抛光", "否 · 已核实"),
            ]
        )

    def test_names_who_it_was_and_their_role(self, reader: FlaskClient) -> None:
        assert "林* · 执法人员" in reader.get(PATH).text

    def test_goes_on_without_names_while_identity_is_away(self, reader: FlaskClient) -> None:
        reader.neighbour.answers["/api/v1/identity/names"] = lambda: ("", 503)  # type: ignore[attr-defined]

        assert "已删除或未知的账号" in reader.get(PATH).text

    def test_leads_to_older_entries_page_by_page(self, reader: FlaskClient) -> None:
        first, second = reader.get(PATH).text, reader.get(f"{PATH}?cursor=older").text

        assert ("cursor=older" in first, "<ol" in second, "第 451 行" in second) == (True, False, True)
        assert "系统自动" in second
