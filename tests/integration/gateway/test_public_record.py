"""What the public reads of the credit record: fields with their words, objections, and why something was withdrawn."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.gateway.app import create_app
from services.gateway.settings import Settings
from tests.integration.gateway.neighbours import neighbour
from tests.support.callers import service_settings
from tests.support.databases import migrated_sqlite

PENALTIES, EXPOSURES = "/api/v1/public/penalties", "/api/v1/public/exposures"
PENALTY: dict[str, Any] = {"id": "p-1", "CF_XDR_MC": "甲字号化工厂", "CF_WSH": "应急罚1号", "BZ": ""}
NOTICE: dict[str, Any] = {
    "id": "p-2",
    "document_number": "应急罚2号",
    "subject_name": "",
    "withdrawn_on": "2026-11-20",
    "explanation": "复议撤销",
}
EXPOSURE: dict[str, Any] = {
    "id": "e-1",
    "name": "甲字号化工厂",
    "title": "红牌警示",
    "kind": "red_card",
    "kind_zh": "红牌警示",
    "kind_en": "red card",
    "objections": [{"statement": "已整改", "reply": "复查未通过"}, {"statement": "再次异议", "reply": ""}],
}


def column(name: str, zh: str) -> dict[str, str]:
    return {"column": name, "zh": zh, "en": name, "source": ""}


@pytest.fixture
def public(tmp_path: Path) -> Iterator[FlaskClient]:
    """Give the browser of somebody who has not signed in."""
    database = migrated_sqlite(tmp_path / "gateway.db", "gateway")
    with neighbour() as credit:
        credit.answers |= {
            PENALTIES: {"items": [PENALTY], "next_cursor": None},
            f"{PENALTIES}/dictionary": {"items": [column("CF_WSH", "决定书文号"), column("BZ", "备注")]},
            f"{PENALTIES}/withdrawn": {"items": [NOTICE], "next_cursor": None},
            EXPOSURES: {"items": [EXPOSURE], "next_cursor": None},
            f"{EXPOSURES}/dictionary": {"items": [column("name", "企业名称"), column("title", "标题")]},
        }
        settings: Settings = service_settings(Settings, home=tmp_path, service="gateway", database_url=database.url)
        client = create_app(replace(settings, service_urls={"credit": credit.url})).test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
        yield client
    database.close()


class TestPenalties:
    def test_have_the_words_of_the_dictionary_and_nothing_empty(self, public: FlaskClient) -> None:
        page = public.get("/penalties").text
        assert "<dt>决定书文号</dt><dd>应急罚1号</dd>" in page
        assert "备注" not in page

    def test_that_were_withdrawn_are_explained_below_the_newest(self, public: FlaskClient) -> None:
        assert "2026-11-20 · 复议撤销" in public.get("/penalties").text
        assert "复议撤销" not in public.get("/penalties?q=甲字号").text


class TestExposures:
    def test_have_objections_and_replies_beside_them(self, public: FlaskClient) -> None:
        page = public.get("/exposed").text
        assert page.index("红牌警示") < page.index("已整改") < page.index("复查未通过") < page.index("再次异议")
        assert page.count("<dt>答复</dt>") == 1
