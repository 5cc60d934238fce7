"""What a page loads once: a second look asks the server for the page alone."""

from tests.browser.conftest import Window

FETCHED = """() => performance.getEntriesByType("resource")
  .filter((one) => one.name.includes("/static/"))
  .map((one) => [new URL(one.name).pathname.split("/").slice(3).join("/"), one.transferSize > 0])"""


class TestFilesOfAPage:
    def test_are_asked_for_once_with_all_that_they_import(self, window: Window) -> None:
        page = window()
        page.goto("/enterprises")
        first = dict(page.evaluate(FETCHED))
        page.reload()
        again = dict(page.evaluate(FETCHED))

        assert {"js/app.js", "js/words.js", "css/base.css", "vendor/tabler.min.css"} <= first.keys() == again.keys()
        assert all(first.values())
        assert not any(again.values())
