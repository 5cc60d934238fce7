"""What is due in the credit record: its page, the figures that open rows, and what open pages hear of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway.subscriptions import on_enterprises_merged, on_limit
from shared.contracts.credit import LimitEnded, LimitMissed, LimitOpened, LimitWarned
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.ids import new_id
from tests.integration.gateway.browsing import gateway_at, signed_in
from tests.integration.gateway.builders import BAIYUN, HAIMEN, enterprise
from tests.integration.gateway.conftest import ACTIONS, Tell
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.integration.gateway.test_events import change_streams, heard
from tests.support.callers import Signer
from tests.support.events import NOON, received

LIMITS = "/api/v1/credit/limits"
WORDS: dict[str, Any] = {
    "kind": "penalty_ask", "about": "penalty", "by": "officer", "zh": "决定轻微处罚是否公示", "en": "say whether",
    "source": "安全生产法 第七十八条", "clause": "七个工作日", "status": "official",
}  # fmt: skip
ROW: dict[str, Any] = {
    **WORDS, "id": "l-1", "record_id": "p-1", "name": "甲字号化工厂", "title": "罚1号", "agency": "", "agency_zh": "",
    "agency_en": "", "due_on": "2026-11-11", "working_days_left": -2, "state": "missed",
}  # fmt: skip
WAITING = 'data-figure="decisions" href="/credit/due?by=leader" aria-current="true"'
COUNTS = {"open": 4, "today": 1, "near": 2, "missed": 1, "decisions": 3, "kinds": [{**WORDS, "open": 4}]}


@pytest.fixture
def credit() -> Iterator[Neighbour]:
    """Give a credit service in which something is due."""
    with neighbour() as service:
        service.answers |= {LIMITS: {"items": [ROW], "next_cursor": None}, f"{LIMITS}/figures": COUNTS}
        yield service


def reader_of(tmp_path: Path, credit: Neighbour, *, actions: tuple[str, ...]) -> Iterator[FlaskClient]:
    """Give the browser of somebody of the bureau who may do ``actions``."""
    signer = Signer()
    token = signer.token("reader", actions=["credit:oversee", *actions], divisions=["331002"], name="Reader")
    with neighbour() as others:
        others.answers |= {
            "/api/v1/registry/divisions": {"items": []},
        }
        app = gateway_at(tmp_path, signer, identity=others, registry=others, credit=credit)
        yield signed_in(app, others, token)


@pytest.fixture
def officer(tmp_path: Path, credit: Neighbour) -> Iterator[FlaskClient]:
    yield from reader_of(tmp_path, credit, actions=("credit:write",))


@pytest.fixture
def leader(tmp_path: Path, credit: Neighbour) -> Iterator[FlaskClient]:
    yield from reader_of(tmp_path, credit, actions=("credit:decide",))


class TestThePage:
    def test_shows_what_by_whom_until_when(self, officer: FlaskClient) -> None:
        page = officer.get("/credit/due").text
        for text in (
            "决定轻微处罚是否公示",
            "安全生产法 第七十八条 七个工作日",
            "罚1号",
            "已逾期 2 个工作日",
            "2026-11-11",
        ):
            assert text in page
        assert 'data-limit="penalty_ask" data-state="missed"><a href="/credit/penalties/p-1"' in page

    @pytest.mark.parametrize(
        ("changes", "shown"),
        [
            ({"state": "missed", "working_days_left": 0}, "已逾期</span>"),
            ({"state": "warned", "working_days_left": 0}, "最后一个工作日"),
            ({"state": "open", "working_days_left": 3}, "还有 3 个工作日"),
            ({"status": "design"}, "七个工作日 · "),
            ({"by": "agency", "agency": "FIN", "agency_zh": "授信审查"}, "授信审查"),
            ({"about": "case"}, 'href="/cases/p-1"'),
            ({"about": "exposure"}, 'href="/credit/exposures/p-1"'),
            ({"about": "restriction"}, 'href="/restrictions/p-1"'),
            ({"about": "closure"}, 'href="/credit/suggestions#closures"'),
        ],
    )
    def test_opens_each_record_and_says_how_it_stands(
        self, officer: FlaskClient, credit: Neighbour, *, changes: dict[str, Any], shown: str
    ) -> None:
        credit.answers[LIMITS] = {"items": [ROW | changes], "next_cursor": None}
        assert shown in officer.get("/credit/due").text

    def test_has_figures_that_open_their_rows(self, officer: FlaskClient) -> None:
        page = officer.get("/credit/due?moment=missed&division=331002001").text
        assert (
            'data-figure="missed" href="/credit/due?division=331002001&amp;moment=missed" aria-current="true"' in page
        )
        assert 'data-figure="decisions" href="/credit/due?division=331002001&amp;by=leader"' in page

    def test_begins_for_who_decides_with_what_waits_for_him(self, leader: FlaskClient) -> None:
        assert WAITING in leader.get("/credit/due").text
        assert WAITING not in leader.get("/credit/due?by=").text

    def test_begins_for_others_with_all_of_it(self, officer: FlaskClient) -> None:
        assert WAITING not in officer.get("/credit/due").text

    def test_says_that_nothing_is_due(self, officer: FlaskClient, credit: Neighbour) -> None:
        credit.answers[LIMITS] = {"items": [], "next_cursor": None}
        assert "没有到期事项" in officer.get("/credit/due").text


class TestOpenPages:
    def test_hear_once_for_each_area_and_only_who_oversees(
        self, app: Flask, database: Database, tell: Tell, *, signer: Signer
    ) -> None:
        change_streams(app, longest=0.0)
        firm, other, merged = enterprise(), enterprise(subdistrict=BAIYUN), new_id()
        tell(firm, other)
        same: dict[str, Any] = {"limit": "case_record", "by": "officer", "due_on": "2026-11-26"}
        merge = EnterprisesMerged(merge_id=new_id(), enterprise_id=other.enterprise_id, merged_ids=(merged,))
        facts = [LimitOpened, LimitWarned, LimitMissed, LimitEnded]
        told = [received(one(limit_id=new_id(), enterprise_id=firm.enterprise_id, **same)) for one in facts]
        with database.transaction() as session:
            on_enterprises_merged(session, received(merge), now=NOON)
            on_limit(session, [*told, received(LimitMissed(limit_id="l", enterprise_id=merged, **same))], now=NOON)

        overseer = signer.client(app, actions=(*ACTIONS, "credit:oversee"), divisions=["331002"])
        areas = [content["subdistrict"] for kind, content in heard(overseer, last=0) if kind == "credit_changed"]
        assert sorted(areas) == [HAIMEN, BAIYUN]
        others = signer.client(app, actions=ACTIONS, divisions=["331002"])
        assert [kind for kind, _ in heard(others, last=0) if kind == "credit_changed"] == []
