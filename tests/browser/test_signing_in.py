"""Signing in and out, and the language of the pages."""

from playwright.sync_api import expect

from tests.browser.conftest import Window, sign_in


class TestSigningIn:
    def test_goes_on_to_the_page_that_was_asked_for(self, window: Window) -> None:
        page = window(signed_in=False)
        page.goto("/imports")
        page.fill("#username", "admin")
        page.fill("#password", "Trial-district-331002!")
        page.keyboard.press("Enter")
        expect(page).to_have_url("/imports")

    def test_ends_with_the_session(self, window: Window) -> None:
        page = window(signed_in=False)
        sign_in(page)
        page.goto("/system/health")
        page.get_by_label("账户菜单").click()
        page.get_by_role("button", name="退出登录").click()
        page.goto("/enterprises")
        expect(page.locator("#username")).to_be_visible()

    def test_leaves_no_token_to_scripts(self, window: Window) -> None:
        page = window()
        page.goto("/system/health")
        assert "sise_session" not in page.evaluate("document.cookie")


class TestLanguage:
    def test_is_chinese_first(self, window: Window) -> None:
        page = window(signed_in=False)
        page.goto("/sign-in")
        expect(page.get_by_role("heading", level=1)).to_have_text("登录四色平台")

    def test_is_remembered(self, window: Window) -> None:
        page = window(signed_in=False)
        page.goto("/sign-in")
        page.get_by_role("link", name="English").click()
        sign_in(page)
        page.goto("/enterprises")
        expect(page.get_by_role("heading", level=1)).to_have_text("Enterprises")
