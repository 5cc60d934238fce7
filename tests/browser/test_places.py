"""The tray of the unplaced and the transfer list, as an officer uses them at the desk and on the phone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Window
from tests.browser.test_phone import TOO_SMALL
from tests.support.running import System

LOST = {"uscc": "91331002MA28G77771", "name": "托盘试验无址厂", "address": "无名路1号"}
AWAY = {"uscc": "91331002MA28G7778X", "name": "托盘试验外县厂", "address": "路桥区试验路2号"}
FIGURES = ("placed", "unplaced", "other-county")


@pytest.fixture(scope="module")
def strays(running_sise: System) -> dict[str, str]:
    """Return the ids by name of an enterprise without a place and of one of another county."""
    client = running_sise.client()
    made_up = {"credit_code_override": "made up"}
    return {one["name"]: client.call("POST", "registry/enterprises", json=one | made_up)["id"] for one in (LOST, AWAY)}


def figure(page: Page, name: str) -> int:
    return int(page.locator(f"#figure-{name}").inner_text().replace(",", ""))


def read(system: System, enterprise_id: str) -> Any:
    return system.client().call("GET", f"registry/enterprises/{enterprise_id}")


class TestUnplaced:
    def test_are_found_from_the_cockpit_and_placed_by_hand(
        self, window: Window, running_sise: System, strays: dict[str, str]
    ) -> None:
        page = window()
        page.goto("/")
        page.locator('[data-tray="unplaced"]').click()
        page.wait_for_url("**/enterprises/unplaced")
        before = figure(page, "unplaced")
        page.fill("#tray-q", "托盘试验")
        page.keyboard.press("Enter")
        page.locator(".pick-rows label", has_text=LOST["name"]).click()
        expect(page.locator("#picked")).to_have_text("已选 1 家")
        page.select_option("#place-division", label="洪家街道")
        page.get_by_role("button", name="落图所选企业").click()

        expect(page.locator("#done")).to_contain_text("已落图")
        assert figure(page, "unplaced") == before - 1
        assert figure(page, "all") == sum(figure(page, name) for name in FIGURES)
        assert read(running_sise, strays[LOST["name"]])["subdistrict"] == "331002004"


class TestTransfers:
    def test_are_sent_and_come_back_to_the_tray_with_the_reason(self, window: Window, strays: dict[str, str]) -> None:
        assert strays
        page = window()
        page.goto("/enterprises/transfers?q=托盘试验")
        page.locator(".pick-rows label", has_text=AWAY["name"]).click()
        page.fill("[name=note]", "试验函1号")
        page.get_by_role("button", name="登记移送").click()
        expect(page.locator("#done")).to_contain_text("已登记移送")
        page.locator("#state-sent").click()
        row = page.locator(".answer-rows li", has_text=AWAY["name"])
        expect(row).to_contain_text(re.compile(r"移送路桥区.*试验函1号"))
        row.locator("summary").click()
        row.locator("[name=reason]").fill("地址不在本县")
        row.get_by_role("button", name="登记退回").click()
        expect(page.locator("#done")).to_contain_text("已登记退回")
        page.goto("/enterprises/unplaced?q=托盘试验")

        expect(page.locator(".pick-rows")).to_contain_text("路桥区于")
        expect(page.locator(".pick-rows")).to_contain_text("地址不在本县")

    def test_and_the_tray_fit_the_phone(self, window: Window, district: System) -> None:
        assert district
        page = window(size=PHONE)
        for path in ("/enterprises/unplaced", "/enterprises/transfers"):
            page.goto(path)
            expect(page.locator(".pick-rows li").first).to_be_visible()

            assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
            assert page.evaluate(TOO_SMALL) == []
