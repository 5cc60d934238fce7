"""Pages of the list: a withdrawn penalty is marked, who has not answered is counted, clerks act for their agency."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.gateway.browser import COOKIE
from tests.integration.gateway.browsing import gateway_at, signed_in
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer

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


PURPOSES: dict[str, Any] = {
    "own_purpose": "SUPERVISION",
    "purposes": [{"code": code, "zh": f"用途{code}", "en": code} for code in ("SUPERVISION", "FIN", "TAX")],
}
BANK, CLERK = (f"0192f0a0-0000-7000-8000-0000000000{digits}" for digits in ("b1", "c1"))
NAMES = [
    {"id": BANK, "name": "农商银行", "roles": ["agency"]},
    {"id": CLERK, "name": "经**", "roles": ["agency_clerk"]},
]
GRANT = {"divisions": ["331002"], "fields": ["id"], "purposes": ["FIN"]}
STEP = {"event": "receive", "by": CLERK, "agency_id": BANK, "at": "2026-11-02T02:00:00+00:00"}
RECEIPT = {"id": "q-1", "by": CLERK, "agency_id": BANK, "asked": 1, "hits": 0, "at": STEP["at"], "purpose": "FIN"}


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
def others() -> Iterator[Neighbour]:
    """Give what answers in the place of identity and registry."""
    with neighbour() as service:
        service.answers |= {
            "/api/v1/registry/divisions": {"items": []},
            "/api/v1/identity/names": {"items": NAMES},
        }
        yield service


@pytest.fixture
def browser_of(tmp_path: Path, credit: Neighbour, others: Neighbour) -> Callable[..., FlaskClient]:
    """Return a function that gives the browser of somebody with these actions and claims."""
    signer = Signer()
    app = gateway_at(tmp_path, signer, identity=others, registry=others, credit=credit)

    def call(*actions: str, **claims: Any) -> FlaskClient:
        token = signer.token(CLERK, actions=actions, name="Reader", **claims)
        return signed_in(app, others, token)

    return call


@pytest.fixture
def reader(browser_of: Callable[..., FlaskClient]) -> FlaskClient:
    """Return the browser of somebody of the bureau."""
    return browser_of("case:read", "restriction:read", divisions=["331002"])


@pytest.fixture
def clerk(browser_of: Callable[..., FlaskClient], credit: Neighbour) -> Callable[..., FlaskClient]:
    """Return a function that gives the browser of a clerk of a bank with a grant of some actions."""
    credit.answers["/api/v1/credit/checks/purposes"] = PURPOSES
    roles = ("check:read", "restriction:read", "restriction:answer")
    return lambda *granted, agency_id=BANK: browser_of(
        *roles, agency_id=agency_id, grants=dict.fromkeys(granted, GRANT)
    )


class TestRestrictions:
    def test_count_who_has_not_answered_and_open_them(self, reader: FlaskClient, credit: Neighbour) -> None:
        page = reader.get("/restrictions").text
        assert "两次提醒后仍未反馈：1 项" in page
        assert 'href="/restrictions?is_escalated=true"' in page
        assert 'id="unanswered"' not in reader.get("/restrictions?is_escalated=true").text
        credit.answers[RESTRICTIONS] = {"items": [], "next_cursor": None}
        assert 'id="unanswered"' not in reader.get("/restrictions").text


class TestAClerk:
    def test_is_offered_the_purposes_of_the_grant_in_the_name_of_the_agency(
        self, clerk: Callable[..., FlaskClient], credit: Neighbour
    ) -> None:
        credit.answers["/api/v1/credit/checks/receipts"] = {"items": [RECEIPT], "next_cursor": None}
        page = clerk("check:read").get("/credit-checks").text
        assert ("用途FIN" in page, "用途TAX" in page, "用途SUPERVISION" in page) == (True, False, False)
        assert "代表农商银行办理" in page
        assert "农商银行 · 经** · 协同部门经办人" in page

    def test_reads_what_the_grant_tells_and_nothing_breaks(
        self, clerk: Callable[..., FlaskClient], credit: Neighbour
    ) -> None:
        credit.answers["/api/v1/credit/checks/receipts"] = {"items": [{}], "next_cursor": None}
        credit.answers["/api/v1/credit/checks"] = {"answers": [{"uscc": "91"}]}
        credit.answers[RESTRICTIONS] = {"items": [{"id": "r-1", "name": "甲字号"}], "next_cursor": None}
        browser = clerk("check:read", "restriction:read")
        page = browser.get("/credit-checks?q=甲字号&purpose=FIN").text
        assert ('data-uscc="91"' in page, "data-hit" in page) == (True, False)
        assert 'href="/restrictions/r-1"' in browser.get("/restrictions").text

    @pytest.mark.parametrize(
        ("agency", "granted", "count"),
        [("FIN", "restriction:answer", 3), ("TAX", "restriction:answer", 0), ("FIN", "check:read", 0)],
    )
    def test_answers_for_the_own_agency_only(
        self, clerk: Callable[..., FlaskClient], credit: Neighbour, *, agency: str, granted: str, count: int
    ) -> None:
        credit.answers[f"{RESTRICTIONS}/r-1"] = LATE | {"agency": agency, "steps": [STEP, STEP | {"by": "clock"}]}
        page = clerk("restriction:read", granted).get("/restrictions/r-1").text
        assert page.count("data-act=") == count
        assert "农商银行 · 经** · 协同部门经办人" in page

    @pytest.mark.parametrize(
        ("agency_id", "words"), [("", "您的账号没有填写所属部门"), (BANK, "您所在的部门没有此项有效授权")]
    )
    def test_without_a_grant_is_told_whom_to_ask(
        self, clerk: Callable[..., FlaskClient], *, agency_id: str, words: str
    ) -> None:
        answer = clerk(agency_id=agency_id).get("/credit-checks")
        assert (answer.status_code, words in answer.text, "系统管理员" in answer.text) == (403, True, True)

    def test_of_a_shut_agency_is_told_so_at_the_sign_in(
        self, browser_of: Callable[..., FlaskClient], others: Neighbour
    ) -> None:
        browser = browser_of()
        browser.delete_cookie(COOKIE)
        others.answers["/api/v1/auth/login"] = lambda: ({"code": "agency_shut", "detail": "shut"}, 403)
        page = browser.post("/sign-in", data={"username": "clerk", "password": "a quiet harbour"})
        assert "您所在的部门已在本系统停用" in page.text


class TestCases:
    @pytest.mark.parametrize(("is_withdrawn", "count"), [(True, 1), (False, 0)])
    def test_are_marked_where_the_penalty_was_withdrawn(
        self, reader: FlaskClient, credit: Neighbour, *, is_withdrawn: bool, count: int
    ) -> None:
        credit.answers[CASES] = {"items": [CASE | {"penalty_withdrawn": is_withdrawn}], "next_cursor": None}
        assert reader.get("/cases").text.count("处罚决定已撤回") == count
