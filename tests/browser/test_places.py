"""The tray of the unplaced, the transfer list and parks, as an officer uses them at the desk and on the phone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import check_fit
from tests.browser.conftest import PHONE, Window
from tests.support.events import until
from tests.support.running import System

LOST = {"uscc": "91331002MA28G77771", "name": "托盘试验无址厂", "address": "无名路1号"}
AWAY = {"uscc": "91331002MA28G7778X", "name": "托盘试验外县厂", "address": "路桥区试验路2号"}
GUEST = {"uscc": "91331002MA28G77798", "name": "园区试验厂", "address": "试验小微园3号"}
FIGURES = ("placed", "unplaced", "other-county")


@pytest.fixture(scope="module")
def strays(running_sise: System) -> dict[str, str]:
    """Return the ids by name of enterprises without a place and of one of another county."""
    client = running_sise.client()
    made_up = {"credit_code_override": "made up"}
    return {
        one["name"]: client.call("POST", "registry/enterprises", json=one | made_up)["id"]
        for one in (LOST, AWAY, GUEST)
    }


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


class TestParks:
    def test_take_tenants_after_a_preview_and_let_them_leave(
        self, window: Window, running_sise: System, strays: dict[str, str]
    ) -> None:
        page = window()
        page.goto("/enterprises/parks/new")
        page.fill("#park-form [name=name]", "试验小微园")
        page.fill("#park-form [name=address]", "试验小微园")
        page.select_option("#park-form [name=division]", label="三甲街道")
        page.fill("#operator-words", "园区试验")
        page.locator(".finding-list button", has_text=GUEST["name"]).click()
        point_at_the_map(page)
        page.get_by_role("button", name="保存").click()
        expect(page.locator("main h1")).to_have_text("试验小微园")
        park = running_sise.client().call("GET", f"registry/parks/{page.url.rsplit('/', 1)[1]}")
        page.get_by_role("button", name="预览").click()
        expect(page.locator("#preview-line")).to_contain_text("新入驻 1 家")
        page.get_by_role("button", name="加入园区").click()
        expect(page.locator("#tenant-count")).to_have_text("1 家")
        inside = read(running_sise, strays[GUEST["name"]])
        until(lambda: on_the_map(running_sise) == park["longitude"], sentence="is not drawn at the park")
        page.get_by_role("button", name="迁出").click()
        page.locator("dialog .button-bad").click()
        expect(page.locator("#tenant-count")).to_have_text("0 家")

        assert (park["operator_name"], inside["longitude"]) == (GUEST["name"], park["longitude"])
        assert read(running_sise, strays[GUEST["name"]])["placement"] == "unplaced"


def on_the_map(system: System) -> Any:
    return system.client().call("GET", "search", params={"q": GUEST["uscc"]})["items"][0]["longitude"]


def point_at_the_map(page: Page) -> None:
    page.wait_for_selector("#place-map[data-drawn]")
    page.locator("#place-map").click(position={"x": 60, "y": 60})
    expect(page.locator("#place-point")).to_have_value(re.compile(r"^\d+\.\d+,\d+\.\d+$"))


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize("path", ["unplaced", "transfers", "parks", "parks/new", "parks/{park}"])
class TestPhone:
    def test_shows_it_without_scrolling_sideways_and_large_enough_to_tap(
        self, window: Window, running_sise: System, path: str
    ) -> None:
        page = window(size=PHONE)
        page.goto(f"/enterprises/{path}".format(park=some_park(running_sise)))
        expect(page.locator("main h1")).to_be_visible()

        check_fit(page)


def some_park(system: System) -> Any:
    client, name = system.client(), "手机试验园"
    found = client.call("GET", "registry/parks", params={"q": name})["items"]
    place = {"division": "331002001", "location": {"longitude": 121.43, "latitude": 28.68}}
    body = {"name": name, "kind": "park", **place}
    return found[0]["id"] if found else client.call("POST", "registry/parks", json=body)["id"]
