"""Every page at the size of a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import TOO_SMALL
from tests.browser.conftest import PHONE, Window, width_of
from tests.support.running import System

GOVERNING = (
    "/risk",
    *(f"/risk/{part}" for part in ("assessments", "points", "overrides", "rules", "policies", "codes")),
)
PAGES = (*GOVERNING, "/", "/enterprises", "/imports", "/system/health", "/system/parked", "/enterprises/{first}")


def open_at_phone_size(window: Window, system: System, path: str) -> Page:
    first = system.client().call("GET", "search?limit=1&facets=false")["items"][0]["id"]
    page = window(size=PHONE)
    page.goto(path.format(first=first))
    expect(page.locator(".tabbar")).to_be_visible()
    return page


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize("path", PAGES)
class TestPhone:
    def test_never_scrolls_sideways(self, window: Window, running_sise: System, path: str) -> None:
        page = open_at_phone_size(window, running_sise, path)
        assert width_of(page) <= PHONE["width"]

    def test_can_be_tapped(self, window: Window, running_sise: System, path: str) -> None:
        page = open_at_phone_size(window, running_sise, path)
        assert page.evaluate(TOO_SMALL) == []
