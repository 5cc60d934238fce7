"""The office of the subdistrict gives tasks to others: one on its page, several at once from the list."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import check_fit, employ, enter, let_in, sent
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.events import until
from tests.support.running import System

SUBDISTRICT = "331002009"
NAMES = ("派发试验木器厂", "派发试验纸品厂")


@pytest.fixture(scope="module")
def tasks(running_sise: System) -> list[str]:
    """Return the enterprises of a subdistrict in which an office and two grid workers are at work."""
    client = running_sise.client()
    employ(client, "assign-office", "subdistrict_officer", divisions=[SUBDISTRICT])
    for username in ("assign-one", "assign-two"):
        employ(client, username, "grid_worker", divisions=[SUBDISTRICT])
    return [
        enter(client, name, f"91331002MA28G8888{number}", division=SUBDISTRICT) for number, name in enumerate(NAMES)
    ]


@pytest.fixture
def office(window: Window, tasks: list[str]) -> Page:
    """Return the window of the office after two checks were begun there, its own for now."""
    page = let_in(window(signed_in=False), "assign-office")
    for enterprise_id in tasks:
        until(lambda one=enterprise_id: begun(page, one), sentence="inspections never heard of the enterprise")
    return page


def begun(page: Page, enterprise_id: str) -> Any:
    return sent(page, "inspections/tasks", {"enterprise_id": enterprise_id, "checklist": "FIRE-SMALL"}).status == 201


class TestTheOffice:
    def test_gives_a_task_to_somebody_else(self, office: Page) -> None:
        office.goto("/tasks?view=area")
        office.get_by_role("link", name=NAMES[0]).first.click()
        expect(office.locator("#owner-name")).to_contain_text("试验员")
        chosen = office.locator("#owner option").filter(has_text="assign-two")
        until(lambda: offered(office, chosen), sentence="inspections never heard of the grid worker")
        check_fit(office, DESK)
        office.locator("#owner").select_option(value=chosen.get_attribute("value"))
        office.get_by_role("button", name="派发").click()
        expect(office.locator("#owner-name")).to_contain_text("assign-two")

    def test_gives_several_at_once(self, office: Page) -> None:
        office.goto("/tasks?view=area")
        office.set_viewport_size(PHONE)
        check_fit(office)
        rows = office.locator("#assign li").filter(has_text=NAMES[1]).filter(has_text="assign-office")
        expect(rows.first).to_be_visible()
        rows.first.locator("input").check()
        expect(office.locator("#picked")).to_contain_text("1")
        office.locator("#owner").select_option(label=labelled(office, "assign-one"))
        office.get_by_role("button", name="派发").click()
        expect(office.locator("#assigned")).to_contain_text("已派发 1 项")
        office.goto("/tasks?view=area")
        expect(office.locator("#assign li").filter(has_text="assign-one").first).to_be_visible()


def offered(page: Page, chosen: Any) -> bool:
    """Return whether somebody is offered, as soon as inspections has heard of the account."""
    if not chosen.count():
        page.reload()
    return bool(chosen.count())


def labelled(page: Page, username: str) -> str:
    return str(page.locator("#owner option").filter(has_text=username).inner_text())
