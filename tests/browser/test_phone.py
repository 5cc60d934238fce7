"""Every page at the size of a phone."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import TOO_SMALL
from tests.browser.conftest import PHONE, Window, width_of
from tests.support.running import System

GOVERNING = (
    "/risk",
    *(f"/risk/{part}" for part in ("assessments", "points", "overrides", "rules", "policies", "codes")),
)
LISTS = ("/enterprises", "/enterprises/parks", "/cases", "/credit/due", "/credit/policy", "/tasks", "/reports")
PAGES = (*GOVERNING, *LISTS, "/", "/imports", "/system/health", "/system/parked", "/enterprises/{first}")
COVERED_AT_THE_END = """() => {
  const end = document.documentElement.scrollHeight;
  window.scrollTo({ top: end, behavior: "instant" }); // and measured at once: a list goes on when its end is seen
  const box = (name) => document.querySelector(name).getBoundingClientRect();
  const [top, content, tabs] = [box("header.top"), box("main"), box(".tabbar")];
  return [...(content.bottom > tabs.top + 1 ? [`tabs cover ${content.bottom - tabs.top} px`] : []),
          ...(top.bottom < 1 ? ["the header is gone"] : [])];
}"""


@pytest.fixture(scope="module")
def shown(
    request: pytest.FixtureRequest, district: System, watched: Callable[..., AbstractContextManager[Window]]
) -> Iterator[Page]:
    """Return a page at the size of a phone, opened once for all that is seen of it."""
    first = district.client().call("GET", "search?limit=1&facets=false")["items"][0]["id"]
    with watched(expected=[], tolerated=[]) as window:
        page = window(size=PHONE)
        page.goto(request.param.format(first=first))
        expect(page.locator(".tabbar")).to_be_visible()
        yield page


@pytest.mark.parametrize("shown", PAGES, indirect=True)
class TestPhone:
    def test_never_scrolls_sideways(self, shown: Page) -> None:
        assert width_of(shown) <= PHONE["width"]

    def test_ends_above_the_tabs_below_its_header(self, shown: Page) -> None:
        assert shown.evaluate(COVERED_AT_THE_END) == []

    def test_never_scrolls_sideways_in_english(self, shown: Page) -> None:
        here = urlsplit(shown.url).path
        shown.goto(f"/language/en?back={here}")
        assert width_of(shown) <= PHONE["width"]
        shown.goto(f"/language/zh?back={here}")

    def test_can_be_tapped(self, shown: Page) -> None:
        assert shown.evaluate(TOO_SMALL) == []
