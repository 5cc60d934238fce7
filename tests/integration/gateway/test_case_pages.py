"""Pages of the list: a case whose penalty was withdrawn is marked, and who has not answered is counted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.gateway.app import create_app
from services.gateway.settings import Settings
from shared.settings import with_changes
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.integration.gateway.test_browser import FORM
from tests.support.callers import Signer, service_settings, trust
from tests.support.databases import migrated_sqlite

RESTRICTIONS, CASES = "/api/v1/credit/restrictions", "/api/v1/credit/cases"
LATE: dict[str, Any] = {
    "id": "r-1", "name": "甲字号化工厂", "code_zh": "从严审核发债、授信", "effect": "ADVISORY", "basis_doc": "",
    "basis_article": "", "state": "pushed", "state_zh": "已推送", "is_escalated": True,
    "asked_at": "2026-11-02T02:00:00+00:00",
}  # fmt: skip
CASE: dict[str, Any] = {
    "id": "c-1", "name": "甲字号化工厂", "clause": "第六条第四项", "condition_zh": "瞒报", "state": "active",
    "state_zh": "管理期内", "is_open": True, "penalty": {"number": "（椒）应急罚〔2026〕12号"}, "decision": {},
    "deadlines": [],
}  # fmt: skip


@pytest.fixture
def credit() -> Iterator[Neighbour]:
    """Give a credit service with one restriction and one case."""
    with neighbour() as service:
        service.answers |= {
            RESTRICTIONS: {"items": [LATE], "next_cursor": None},
            "/api/v1/credit/checks/purposes": {"own_purpose": "SUPERVISION", "purposes": []},
            f"{CASES}/table": {"states": []},
            CASES: {"items": [CASE | {"penalty_withdrawn": True}], "next_cursor": None},
        }
        yield service


@pytest.fixture
def reader(tmp_path: Path, credit: Neighbour) -> Iterator[FlaskClient]:
    """Give the browser of somebody of the bureau."""
    signer = Signer()
    token = signer.token("reader", actions=["case:read", "restriction:read"], divisions=["331002"], name="Reader")
    database = migrated_sqlite(tmp_path / "gateway.db", "gateway")
    with neighbour() as others:
        others.answers |= {
            "/api/v1/auth/login": {"access_token": token, "refresh_token": "r", "expires_in": 600},
            "/api/v1/registry/divisions": {"items": []},
        }
        settings: Settings = service_settings(Settings, home=tmp_path, service="gateway", database_url=database.url)
        urls = {"identity": others.url, "registry": others.url, "credit": credit.url}
        app = create_app(with_changes(settings, service_urls=urls))
        trust(app, signer)
        client = app.test_client()
        client.post("/session", data=FORM)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
        yield client
    database.close()


class TestRestrictions:
    def test_count_who_has_not_answered_and_open_them(self, reader: FlaskClient, credit: Neighbour) -> None:
        page = reader.get("/restrictions").text
        assert "两次提醒后仍未反馈：1 项" in page
        assert 'href="/restrictions?is_escalated=true"' in page
        assert 'id="unanswered"' not in reader.get("/restrictions?is_escalated=true").text
        credit.answers[RESTRICTIONS] = {"items": [], "next_cursor": None}
        assert 'id="unanswered"' not in reader.get("/restrictions").text


class TestCases:
    @pytest.mark.parametrize(("is_withdrawn", "count"), [(True, 1), (False, 0)])
    def test_are_marked_where_the_penalty_was_withdrawn(
        self, reader: FlaskClient, credit: Neighbour, *, is_withdrawn: bool, count: int
    ) -> None:
        credit.answers[CASES] = {"items": [CASE | {"penalty_withdrawn": is_withdrawn}], "next_cursor": None}
        assert reader.get("/cases").text.count("处罚决定已撤回") == count
