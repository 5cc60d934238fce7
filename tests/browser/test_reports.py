"""Anyone reports a hazard on a phone and follows it with the receipt."""

from playwright.sync_api import Page, expect

from tests.browser.cast import check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.running import System, wait_for


def report(page: Page) -> str:
    """Fill in the form, send it, and return the receipt."""
    page.goto("/sign-in")
    page.get_by_role("link", name="举报隐患").click()
    page.fill("#subject", "路口的木器厂")
    page.fill("#description", "消防通道堆满了木料")
    page.get_by_role("button", name="提交举报").click()
    return page.locator("#receipt").inner_text()


class TestAnswer:
    def test_of_an_officer_reaches_who_has_the_receipt(self, window: Window, running_sise: System) -> None:
        client = running_sise.client()
        employ(client, "report-officer", "bureau_officer", divisions=["331002"])
        enter(client, "路口木器加工厂", "91331002MA28G77770")
        reporter, officer = window(size=PHONE, signed_in=False), let_in(window(signed_in=False), "report-officer")
        receipt = report(reporter)
        officer.goto("/reports")
        check_fit(officer, DESK)
        officer.locator("#reports a").filter(has_text="路口的木器厂").first.click()
        expect(officer.get_by_label("查实", exact=True)).to_be_disabled()
        wait_for(lambda: client.call("GET", "search?q=路口木器加工厂")["items"], seconds=30, what="it is found")
        officer.fill("#q", "路口木器加工厂")
        officer.get_by_role("button", name="查找").click()
        officer.locator("#found a").first.click()
        officer.get_by_label("查实", exact=True).check()
        officer.fill("#reply", "情况属实，已责令清理")
        officer.set_viewport_size(PHONE)
        check_fit(officer)
        officer.get_by_role("button", name="答复").click()
        expect(officer.locator("#state")).to_have_text("查实")
        reporter.goto(f"/report/state?receipt={receipt}")
        expect(reporter.locator("dl")).to_contain_text("情况属实，已责令清理")


class TestReport:
    def test_shows_its_state_to_who_has_the_receipt(self, window: Window, running_sise: System) -> None:
        page = window(size=PHONE, signed_in=False)
        receipt = report(page)
        expect(page.locator("#report-state")).to_have_text("已收到，处理中")
        page.goto("/report/state")
        page.fill("#asked", receipt.lower())
        page.get_by_role("button", name="查看").click()
        expect(page.locator("#receipt")).to_have_text(receipt)

    def test_says_what_to_do_about_an_unknown_receipt(self, window: Window) -> None:
        page = window(signed_in=False)
        for wrong in ("NOBODYHASTHIS", "../identity"):
            page.goto(f"/report/state?receipt={wrong}")
            expect(page.locator("#refusal")).to_contain_text("请核对")

    def test_fits_the_phone(self, window: Window) -> None:
        page = window(size=PHONE, signed_in=False)
        for path in ("/report", "/report/state"):
            page.goto(path)
            check_fit(page)
