"""Anyone reports a hazard on a phone and follows it with the receipt."""

from playwright.sync_api import Page, expect

from tests.browser.cast import check_fit
from tests.browser.conftest import PHONE, Window
from tests.support.running import System


def report(page: Page) -> str:
    """Fill in the form, send it, and return the receipt."""
    page.goto("/sign-in")
    page.get_by_role("link", name="举报隐患").click()
    page.fill("#subject", "路口的木器厂")
    page.fill("#description", "消防通道堆满了木料")
    page.get_by_role("button", name="提交举报").click()
    return page.locator("#receipt").inner_text()


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
