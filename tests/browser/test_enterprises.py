"""The list of enterprises, instant search, and the file of one enterprise."""

import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from shared.running.client import ApiRefused
from tests.browser.cast import check_fit, enter
from tests.browser.conftest import PHONE, Window
from tests.support.events import until
from tests.support.running import System

ASKED = '[aria-labelledby="questions-title"]'


def first_item(system: System, query: str = "") -> dict[str, str]:
    """Return the first of the imported register; other tests register some by hand."""
    items = system.client().call("GET", f"search?limit=1&facets=false&q=演示&{query}")["items"]
    return dict(items[0])


def heard(client: Any, enterprise_id: str) -> bool:
    """Return whether risk has graded an enterprise."""
    try:
        return bool(client.call("GET", f"risk/grades/{enterprise_id}"))
    except ApiRefused:
        return False


def confirmed_values(client: Any, enterprise_id: str) -> list[Any]:
    """Return the confirmed values behind the rules that count."""
    explained = client.call("GET", f"risk/grades/{enterprise_id}/explain")
    rules = [rule for item in explained["items"] for rule in item["rules"]]
    return [rule["value"] for rule in rules if rule["origin"] == "confirmed"]


@pytest.mark.usefixtures("district")
class TestList:
    def test_narrows_while_one_types(self, window: Window, running_sise: System) -> None:
        wanted = first_item(running_sise)
        page = window()
        page.goto("/enterprises")
        page.locator("#list-search").press_sequentially(wanted["uscc"], delay=5)
        expect(page.locator("#rows .row-title")).to_have_text([wanted["name"]])
        expect(page).to_have_url(re.compile(f"q={wanted['uscc']}"))

    def test_lets_an_answer_come_before_it_asks_for_what_was_typed_since(
        self, window: Window, running_sise: System
    ) -> None:
        wanted = first_item(running_sise)
        page = window()
        page.goto("/enterprises")
        held: list[Route] = []
        page.route("**/enterprises?*", lambda route: held.append(route) if not held else route.continue_())
        page.fill("#list-search", wanted["name"][:2])
        expect(page.locator("#listing.htmx-request")).to_be_attached()
        with page.expect_request(f"**/enterprises?*{wanted['uscc']}*"):
            page.fill("#list-search", wanted["uscc"])
            held[0].continue_()
        expect(page.locator("#rows .row-title")).to_have_text([wanted["name"]])

    def test_keeps_its_facets_in_the_address(self, window: Window) -> None:
        page = window()
        page.goto("/enterprises")
        page.locator('.pick input[name="level"][value="3"]').check()
        expect(page).to_have_url(re.compile("level=3"))
        page.reload()
        expect(page.locator('.pick input[name="level"][value="3"]')).to_be_checked()
        expect(page.locator("#rows .level").first).to_contain_text("黄 3 级")

    def test_goes_on_behind_the_last_row(self, window: Window) -> None:
        page = window()
        page.goto("/enterprises")
        page.locator("#rows .row-title").nth(49).scroll_into_view_if_needed()
        expect(page.locator("#rows .row-title").nth(60)).to_be_attached()

    def test_says_how_to_go_on_when_nothing_matches(self, window: Window) -> None:
        page = window()
        page.goto("/enterprises?q=zzzz")
        expect(page.locator(".blank")).to_contain_text("没有符合条件的企业")


@pytest.mark.usefixtures("district")
class TestFinder:
    def test_is_one_key_away_and_opens_a_file(self, window: Window, running_sise: System) -> None:
        wanted = first_item(running_sise)
        page = window()
        page.goto("/imports")
        page.keyboard.press("/")
        page.keyboard.type(wanted["uscc"])
        expect(page.locator("#found a strong").first).to_have_text(wanted["name"])
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(wanted["name"])


@pytest.mark.usefixtures("district")
class TestFile:
    def test_says_why(self, window: Window, running_sise: System) -> None:
        page = window()
        page.goto(f"/enterprises/{first_item(running_sise, 'level=3')['id']}")
        expect(page.locator(".verdict .level-word").first).to_have_text("黄 3 级")
        expect(page.locator(".item-points.is-loss").first).to_be_visible()

    def test_regrades_at_once_after_an_answer(self, window: Window, running_sise: System) -> None:
        page = window()
        page.goto(f"/enterprises/{first_item(running_sise, 'level=4&sort=-name')['id']}")
        page.locator('[data-fact="metal_smelting"] [value="yes"]').first.click(
            force=True
        )  # answered at once: the form is drawn anew
        expect(page.locator(".verdict .level-word").first).to_have_text("黄 3 级")

    def test_says_who_confirmed_what_the_register_holds_and_asks_for_it_no_more(
        self, window: Window, running_sise: System
    ) -> None:
        client = running_sise.client()
        one = enter(client, "登记核实试验厂", "91331002MA28G88931")
        until(lambda: heard(client, one), sentence="was never graded")
        page = window()
        page.goto(f"/enterprises/{one}")
        expect(page.locator(f'{ASKED} [data-fact="headcount"]')).to_have_count(1)
        found = {"headcount": 400, "industry": "C2929"}
        client.call("PATCH", f"registry/enterprises/{one}", json=found, headers={"If-Match": '"1"'})
        until(lambda: 400 in confirmed_values(client, one), sentence="never counted as confirmed")
        page.reload()
        line = page.locator("#risk .fact-line").filter(has=page.get_by_text("400", exact=True))
        expect(line.locator(".label-good")).to_have_text("已核实")
        expect(line.locator(".confirmed")).to_contain_text("工作人员")
        expect(page.locator("#risk .fact-line .confirmed")).to_have_count(2)  # the kind of industry too
        expect(page.locator(f'{ASKED} [data-fact="headcount"]')).to_have_count(0)

    def test_opens_its_parts_by_keyboard(self, window: Window, running_sise: System) -> None:
        page = window()
        page.goto(f"/enterprises/{first_item(running_sise)['id']}")
        page.locator("#tab-risk").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#basics")).to_contain_text("统一社会信用代码")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#history")).to_contain_text("导入")

    def test_fits_a_phone_in_every_part(self, window: Window, running_sise: System) -> None:
        page = window(size=PHONE)
        page.goto(f"/enterprises/{first_item(running_sise)['id']}")
        expect(page.locator(".begin-check button")).to_be_in_viewport()
        expect(page.locator('[aria-labelledby="grades-title"]')).to_be_visible()
        for tab in page.get_by_role("tab").all():
            tab.click()
            expect(page.locator(f"#{tab.get_attribute('aria-controls')}")).to_be_visible()
            check_fit(page)

    def test_shows_contacts_in_full_only_for_a_reason(self, window: Window, running_sise: System) -> None:
        client, item = running_sise.client(), first_item(running_sise, "sort=-name")
        version = client.call("GET", f"registry/enterprises/{item['id']}")["version"]
        contacts = {"contact_name": "欧阳样例", "contact_phone": "13800138000"}
        client.call("PATCH", f"registry/enterprises/{item['id']}", json=contacts, headers={"If-Match": f'"{version}"'})
        page = window()
        page.goto(f"/enterprises/{item['id']}#basics")
        expect(page.locator("#contact_phone")).to_have_text("138****8000")
        page.locator("#show-contacts").click()
        page.get_by_label("查看事由").fill("核实隐患")
        page.keyboard.press("Enter")
        expect(page.locator("#contact_phone")).to_have_text("13800138000")
        expect(page.locator("#contact_name")).to_have_text("欧阳样例")
