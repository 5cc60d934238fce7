"""The ledger of places of work as people of an enterprise keep it, at the desk and on the phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.running.client import ApiRefused
from tests.browser.cast import check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.events import until
from tests.support.running import System

NAME = "场所试验化工厂"
GATE = {"longitude": 121.43, "latitude": 28.67}
REFUSED = "Failed to load resource: the server responded with a status of 409 (CONFLICT)"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def works(running_sise: System) -> str:
    """Return the id of an enterprise that has an account of its own, once permits knows it."""
    client = running_sise.client()
    made = enter(client, NAME, "91331002MA28G88886", location=GATE)
    employ(client, "place-owner", "enterprise_safety_officer", enterprise_id=made)

    def is_known() -> bool:
        try:
            return bool(client.call("GET", f"permits/enterprises/{made}"))
        except ApiRefused:
            return False

    until(is_known)
    return made


@pytest.fixture
def owner(window: Window, works: str) -> Open:
    def open_as_owner(size: dict[str, int] = DESK) -> Page:
        page = window(size=size, signed_in=False)
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation({**GATE, "accuracy": 6})
        return let_in(page, "place-owner")

    return open_as_owner


def entered(page: Page, number: str, title: str, **fields: Any) -> None:
    """Fill in and save the form of a new place, where the phone is."""
    page.goto("/work-places/new")
    page.wait_for_selector("#work-map[data-drawn]")
    for name, value in fields.items():
        page.select_option(f"#{name}", label=value)
    page.fill("#number", number)
    page.fill("#title", title)
    page.click("#use-gps")
    expect(page.locator("#place-point")).to_have_value("121.4300000,28.6700000")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/work-places")


class TestThePlaces:
    def test_are_entered_shown_on_the_map_and_kept_while_others_lie_in_them(
        self, owner: Open, expected_lines: list[str]
    ) -> None:
        expected_lines.append(REFUSED)
        page = owner()
        entered(page, "P-101", "甲苯管线", kind="管道")
        entered(page, "B-7", "七号盲板", kind="盲板位置", within_id="P-101 甲苯管线")
        expect(page.locator("#places tbody tr")).to_have_count(2)
        expect(page.locator("#work-map")).to_have_attribute("data-drawn", "2")
        expect(page.locator("#places")).to_contain_text("±6 m")

        page.get_by_role("link", name="P-101 甲苯管线").click()
        page.get_by_role("button", name="移出台账").click()
        page.locator("dialog").get_by_role("button", name="确定").click()
        expect(page.locator(".deed-problem").first).to_contain_text("不能移出")

    def test_of_hot_work_ask_when_they_were_assessed(self, owner: Open) -> None:
        page = owner(PHONE)
        page.goto("/work-places/new")
        expect(page.locator("#assessed_on")).to_be_hidden()
        page.select_option("#kind", label="固定动火区")
        expect(page.locator("#assessed_on")).to_be_visible()


class TestDoings:
    def test_are_planned_and_ended(self, owner: Open) -> None:
        page = owner(PHONE)
        entered(page, "V-1", "放空管")
        page.goto("/work-places/doings")
        page.select_option("#kind", label="排放可燃气体")
        page.select_option("#place_id", label="V-1 放空管")
        page.locator("form").get_by_role("button", name="登记").click()
        expect(page.locator("#doings")).to_contain_text("排放可燃气体")
        page.locator("#doings").get_by_role("button", name="结束").click()
        expect(page.locator(".blank")).to_contain_text("没有登记的作业")


class TestOnThePhone:
    @pytest.mark.parametrize("path", ["/work-places", "/work-places/new", "/work-places/doings"])
    def test_nothing_is_cut_off_or_too_small(self, owner: Open, path: str) -> None:
        page = owner(PHONE)
        page.goto(path)
        check_fit(page)
