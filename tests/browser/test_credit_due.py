"""What is due in the credit record: from the figure on the cockpit to rows and record, and gone when it is done."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.clock import business_date
from shared.ids import new_id
from shared.running.client import ApiClient, ApiRefused
from tests.browser.cast import PASSWORD, check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.events import until
from tests.support.running import System

CODE, NAME, DIVISION = "91331002MA28G66660", "到期试验铸造厂", "331002006"
DECISIONS = '[data-due="decisions"]'


@pytest.fixture(scope="module")
def officer(running_sise: System) -> ApiClient:
    """Return an officer of a subdistrict in which credit knows an enterprise; a leader of it is there."""
    client = running_sise.client()
    firm_id = enter(client, NAME, CODE, division=DIVISION)
    employ(client, "due-officer", "bureau_officer", divisions=[DIVISION])
    employ(client, "due-leader", "bureau_leader", divisions=[DIVISION])

    def is_known() -> bool:
        try:
            return bool(client.call("GET", f"credit/ratings/{firm_id}"))
        except ApiRefused:
            return False

    until(is_known, sentence="credit never heard of the enterprise")
    return ApiClient(running_sise.url, username="due-officer", password=PASSWORD)


def firm(officer: ApiClient) -> str:
    [one] = officer.call("GET", "search", params={"q": CODE, "limit": 5})["items"]
    return str(one["id"])


def warned(officer: ApiClient) -> dict[str, Any]:
    """Record a warning of today: whether it is published is asked of the officer."""
    said = {"conduct": "未消除隐患", "facts": "冲床无防护", "basis": "安全生产法 第一百零二条", "content": "警告"}
    number = {"document_number": f"椒应急罚〔2026〕{new_id()[-5:]}号", "authority": "区应急管理局"}
    day = {"kinds": ["warning"], "decided_on": business_date(datetime.now(UTC)).isoformat()}
    return dict(
        officer.call("POST", "credit/penalties", json={"enterprise_id": firm(officer), **said, **number, **day})
    )


def proposed(officer: ApiClient) -> dict[str, Any]:
    """Propose a red card, which a leader decides on."""
    said = {"kind": "red_card", "title": "红牌警示", "content": "重大隐患逾期未整改", "basis": "安全生产法 第七十八条"}
    body = {"enterprise_id": firm(officer), "months": 6, **said}
    return dict(officer.call("POST", "credit/exposures", json=body))


def count(page: Page, where: str) -> int:
    figure = page.locator(where)
    expect(figure).to_have_text(re.compile(r"^[\d,]+$"))
    return int(figure.inner_text().replace(",", ""))


class TestTheCockpit:
    def test_counts_what_waits_and_opens_it(self, window: Window, officer: ApiClient) -> None:
        proposed(officer)
        page = let_in(window(size=DESK, signed_in=False), "due-leader")
        page.goto("/")
        waiting = count(page, DECISIONS)
        assert waiting >= 1
        page.locator(DECISIONS).click()
        expect(page).to_have_url(re.compile(r"/credit/due\?by=leader$"))
        expect(page.locator("#due > li")).to_have_count(waiting)
        expect(page.locator('[data-figure="decisions"] strong')).to_have_text(str(waiting))
        check_fit(page, DESK)

    def test_hears_of_a_decision_by_itself(self, window: Window, officer: ApiClient, running_sise: System) -> None:
        one = proposed(officer)
        page = let_in(window(size=DESK, signed_in=False), "due-leader")
        page.goto("/")
        waiting = count(page, DECISIONS)
        leader = ApiClient(running_sise.url, username="due-leader", password=PASSWORD)
        leader.call("POST", f"credit/exposures/{one['id']}/decide", json={"event": "drop", "reason": "轻微"})
        expect(page.locator(DECISIONS)).to_have_text(str(waiting - 1))

    def test_says_which_filter_its_figures_follow(self, window: Window, officer: ApiClient) -> None:
        page = let_in(window(size=PHONE, signed_in=False), "due-leader")
        scope = page.locator("#credit-scope")
        page.goto(f"/?division={DIVISION}")
        count(page, DECISIONS)
        expect(scope).to_be_hidden()
        page.goto(f"/?division={DIVISION}&level=1")
        count(page, DECISIONS)
        expect(scope).to_be_visible()


class TestThePage:
    def test_opens_the_record_and_loses_what_is_done(self, window: Window, officer: ApiClient) -> None:
        one = warned(officer)
        page = let_in(window(size=DESK, signed_in=False), "due-officer")
        page.goto("/credit/due")
        row = page.locator("#due > li", has_text=one["document_number"])
        expect(row).to_have_attribute("data-limit", "penalty_ask")
        expect(row).to_contain_text("还有 7 个工作日")
        check_fit(page, DESK)
        page.select_option("#kind", "penalty_ask")
        page.locator("form.filter-bar button").click()
        row.locator("a").click()
        expect(page.locator("#number")).to_have_text(one["document_number"])
        kept = {"event": "keep_back", "reason": "轻微"}
        officer.call("POST", f"credit/penalties/{one['id']}/steps", json=kept)
        page.goto("/credit/due")
        expect(row).to_have_count(0)

    def test_begins_for_the_leader_with_decisions_and_fits_a_phone(self, window: Window, officer: ApiClient) -> None:
        proposed(officer)
        warned(officer)
        page = let_in(window(size=PHONE, signed_in=False), "due-leader")
        page.goto("/credit")
        page.locator(".segments a", has_text="到期事项").click()
        expect(page.locator('[data-figure="decisions"]')).to_have_attribute("aria-current", "true")
        assert {row.get_attribute("data-limit") for row in page.locator("#due > li").all()} == {"exposure_decide"}
        check_fit(page)
        page.locator('[data-figure="open"]').click()
        expect(page.locator('#due > li[data-limit="penalty_ask"]').first).to_be_visible()
        check_fit(page)
