"""The menu: groups that open at the desk, tabs and a drawer on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.cast import TOO_SMALL
from tests.browser.conftest import PHONE, Window, width_of

NARROW = {"width": 1024, "height": 768}


class TestGroups:
    def test_lead_to_their_sections(self, window: Window) -> None:
        page = window()
        page.goto("/tasks")
        page.locator(".sections summary", has_text="企业底数").click()
        page.locator(".sections").get_by_role("link", name="网格").click()
        expect(page).to_have_url("/grids")
        expect(page.locator(".sections .is-current summary")).to_have_text("企业底数")

    def test_open_and_close_by_keyboard(self, window: Window) -> None:
        page = window()
        page.goto("/tasks")
        summary = page.locator(".sections summary", has_text="企业底数")
        summary.focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator(".sections [open] a").first).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.locator(".sections [open] a").last).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".sections [open]")).to_have_count(0)
        expect(summary).to_be_focused()

    def test_are_open_one_at_a_time(self, window: Window) -> None:
        page = window()
        page.goto("/tasks")
        for summary in page.locator(".sections summary").all():
            summary.click()
        expect(page.locator(".sections [open]")).to_have_count(1)

    @pytest.mark.parametrize("tag", ["zh", "en"])
    def test_fit_a_small_screen(self, window: Window, tag: str) -> None:
        page = window(size=NARROW)
        page.goto(f"/language/{tag}?back=/tasks")
        assert width_of(page) <= NARROW["width"]
        last, finder = page.locator(".sections > :last-child").bounding_box(), page.locator(".finder").bounding_box()
        assert last
        assert finder
        assert last["x"] + last["width"] <= finder["x"]


class TestDrawer:
    def test_holds_the_sections_under_their_headings(self, window: Window) -> None:
        page = window(size=PHONE)
        page.goto("/tasks")
        page.locator(".drawer summary").click()
        registry = page.locator(".drawer-sheet section", has=page.get_by_role("heading", name="企业底数"))
        assert page.evaluate(TOO_SMALL) == []
        registry.get_by_role("link", name="网格").click()
        expect(page).to_have_url("/grids")
        expect(page.locator(".drawer .is-current")).to_be_visible()

    def test_closes_beside_it(self, window: Window) -> None:
        page = window(size=PHONE)
        page.goto("/tasks")
        page.locator(".drawer summary").click()
        page.mouse.click(200, 80)
        expect(page.locator(".drawer-sheet")).to_be_hidden()
        expect(page).to_have_url("/tasks")
