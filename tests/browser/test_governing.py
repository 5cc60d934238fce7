"""What a bureau does about risk, in the browser: measures in a file, a policy from draft to effect, a scanned code."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from shared.clock import business_date
from tests.browser.conftest import Window
from tests.support.running import System

FOLLOWS_WITHIN = 2_000  # milliseconds from the regrade to the colour on an open code page, beside the page's own pulse


def an_enterprise(system: System, query: str = "level=4") -> str:
    found = system.client().call("GET", f"search?limit=1&facets=false&sort=-name&{query}")["items"][0]
    return str(found["id"])


def measures(page: Page, enterprise_id: str) -> None:
    page.goto(f"/enterprises/{enterprise_id}#measures")
    expect(page.locator("#m-rules")).to_be_visible()


def add_red_point(page: Page) -> None:
    page.fill("#place", "罐区")
    page.fill("#hazard", "泄漏爆炸")
    page.get_by_role("button", name="登记风险点").click()
    expect(page.locator(".rule-row", has_text="罐区").first).to_contain_text("红 1 级")


@pytest.mark.usefixtures("district")
class TestMeasures:
    def test_answer_what_would_change_the_colour(self, window: Window, running_sise: System) -> None:
        page = window()
        measures(page, an_enterprise(running_sise))
        page.locator(".choices", has_text="黄 3 级").get_by_text("黄 3 级").click()
        expect(page.locator(".change-list li").first).to_be_visible()

    def test_let_a_level_be_asked_for(self, window: Window, running_sise: System) -> None:
        page = window()
        measures(page, an_enterprise(running_sise))
        page.fill("#expires", (business_date(datetime.now(UTC)) + timedelta(days=90)).isoformat())
        page.fill("#reason", "周边新增敏感目标")
        page.get_by_role("button", name="申请人工核定").click()
        expect(page.locator("#measures .label", has_text="待批准").first).to_be_visible()

    def test_put_a_red_one_under_supervision_and_its_code_follows(self, window: Window, running_sise: System) -> None:
        enterprise_id = an_enterprise(running_sise)
        page, scanned = window(), window(signed_in=False)
        measures(page, enterprise_id)
        page.get_by_role("button", name="发放信息码").click()
        expect(page.locator("img.qr")).to_be_visible()
        scanned.goto(page.locator("#measures p.mono").inner_text())
        expect(scanned.locator(".code-card .level-word")).to_have_text("蓝 4 级")
        add_red_point(page)
        began = time.monotonic()
        scanned.reload()
        expect(scanned.locator(".code-card .level-word")).to_have_text("红 1 级")
        assert (time.monotonic() - began) * 1000 <= FOLLOWS_WITHIN
        page.goto("/risk")
        expect(page.locator(f'a[href^="/enterprises/{enterprise_id}"]')).to_be_visible()

    def test_name_who_watches_over_a_red_one_among_the_staff(self, window: Window, running_sise: System) -> None:
        enterprise_id = an_enterprise(running_sise)
        page = window()
        measures(page, enterprise_id)
        add_red_point(page)
        measures(page, enterprise_id)
        page.get_by_label("执法责任人").select_option(index=1)
        with page.expect_response(lambda answer: answer.request.method == "PUT") as named:
            page.locator("form", has=page.get_by_label("执法责任人")).get_by_role("button", name="指定责任人").click()
        assert named.value.ok
        page.goto("/risk")
        row = page.locator("tr", has=page.locator(f'a[href^="/enterprises/{enterprise_id}"]'))
        expect(row).to_contain_text("执法人员")


@pytest.mark.usefixtures("district")
class TestPolicy:
    def test_is_drafted_and_simulated(self, window: Window) -> None:
        page = window()
        page.goto("/risk/policies")
        page.fill("#note", "涂装从严")
        page.get_by_role("button", name="起草新版本").click()
        page.locator('[data-id="G1f"]').fill("-14")
        page.get_by_role("button", name="保存").click()
        expect(page.locator("#policy-state ins")).to_have_text("-14")
        page.get_by_role("button", name="模拟").click()
        expect(
            page.get_by_role("heading", name="模拟：颜色变化").or_(page.get_by_text("没有企业改变颜色"))
        ).to_be_visible()
        page.get_by_role("button", name="放弃").click()
        page.locator("dialog").get_by_role("button", name="放弃").click()
        expect(page.locator("#policy-state .label").first).to_have_text("已放弃")


class TestUnknownCode:
    def test_shows_nothing(self, window: Window) -> None:
        answer = window(signed_in=False).request.get("/code/0000000000000000X")
        assert (answer.status, "信息码无效" in answer.text()) == (404, True)
