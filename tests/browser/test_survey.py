"""Chain 1 at the gate: a grid worker's phone turns a hatched enterprise solid, and nothing is owed the day after."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import (
    HELD_STORAGE,
    check_fit,
    cut_off,
    employ,
    enter,
    let_in,
    let_storage_answer,
    phone_at,
    until_drafted,
)
from tests.browser.conftest import CUT_OFF, Window
from tests.support.events import until
from tests.support.running import System

GRID = "grid-survey"
MOST_TAPS = 14  # three minutes leave about twelve seconds for each
MOST_FIELDS = 6
# Out at sea: on land an outline that another test has drawn would take the enterprise into its own grid.
PLACE = {"longitude": 121.8301, "latitude": 28.4502, "accuracy": 9}
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)
FASTER_THAN_THE_SCRIPTS = """new MutationObserver((changes, observer) => {
  const field = document.querySelector("#headcount");
  if (!field) return;
  field.value = "9";
  observer.disconnect();
}).observe(document, { childList: true, subtree: true })"""
SHOPS = {
    "91331002MA28G88882": "摸底试验商行",
    "91331002MA28G88890": "摸底试验门市部",
    "91331002MA28G88904": "摸底试验经营部",
}


@pytest.fixture(scope="module")
def shops(running_sise: System) -> dict[str, str]:
    """Return the ids by name of enterprises in the grid of a worker who can sign in."""
    client = running_sise.client()
    employ(client, "gate-one", "grid_worker", grids=[GRID])
    return {name: enter(client, name, uscc, grid=GRID, industry="F5199") for uscc, name in SHOPS.items()}


@pytest.fixture
def gate(window: Window, shops: dict[str, str]) -> Page:
    """Return the worker's phone with the list open and a position."""
    assert shops
    page = let_in(phone_at(window, PLACE), "gate-one")
    page.goto("/surveys")
    return page


def grade(system: System, enterprise_id: str) -> Any:
    return system.client().call("GET", f"risk/grades/{enterprise_id}")


def fill_in(page: Page) -> int:
    """Fill in the card of a shop without any hazard and return how often the worker tapped."""
    taps = 0
    page.wait_for_url("**/surveys/*")
    for label in page.locator('label.segment:has(input[value="exists"]), label.segment:has(input[value="none"])').all():
        label.click()
        taps += 1
    expect(page.locator("#place")).to_contain_text("9 米")
    page.fill("#headcount", "6")
    page.set_input_files("#photo", {"name": "gate.png", "mimeType": "image/png", "buffer": PHOTO})
    expect(page.locator("#photo-state")).to_have_text("照片已保存")
    page.get_by_role("button", name="核实并上报").click()
    return taps + 3  # the headcount, the photo, the button


class TestSurvey:
    def test_turns_hatched_into_solid_in_few_taps(
        self, gate: Page, running_sise: System, shops: dict[str, str]
    ) -> None:
        one = shops["摸底试验商行"]
        until(lambda: grade(running_sise, one)["provisional"], sentence="was never hatched")
        before = int(gate.locator("#surveyed").get_attribute("data-surveyed") or "")
        gate.get_by_role("link", name="摸底试验商行").click()

        assert fill_in(gate) <= MOST_TAPS
        assert 0 < gate.locator("fieldset:has(legend .label)").count() <= MOST_FIELDS

        gate.wait_for_url("**/surveys?done=survey_sent")
        expect(gate.locator("#surveyed")).to_have_attribute("data-surveyed", str(before + 1))
        until(lambda: not grade(running_sise, one)["provisional"], sentence="stayed hatched")
        explained = running_sise.client().call("GET", f"risk/grades/{one}/explain")
        confirmed = [rule["confirmed"] for item in explained["items"] for rule in item["rules"] if rule["confirmed"]]
        assert {seen["role"] for seen in confirmed} == {"grid_worker", ""}  # "": the industry, entered in the office
        gate.goto(f"/enterprises/{one}#risk")
        expect(gate.locator("#risk .confirmed", has_text="网格员").first).to_be_visible()
        gate.get_by_role("tab", name="义务").click()
        expect(gate.locator("#owed")).to_contain_text("目前没有义务")
        gate.goto("/")
        expect(gate.locator("#survey-figure")).to_contain_text(f"{before + 1} / ")

    def test_without_a_connection_waits_on_the_phone(
        self, gate: Page, running_sise: System, shops: dict[str, str], tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.extend(CUT_OFF)
        gate.get_by_role("link", name="摸底试验门市部").click()
        gate.wait_for_load_state()  # what the page needs must be there before the connection goes
        gate.locator('label.segment:has(input[value="closed"])').click()
        cut_off(gate)
        gate.get_by_role("button", name="核实并上报").click()
        expect(gate.locator("#toasts")).to_contain_text("已存在手机上")
        expect(gate.locator("#card")).to_be_hidden()
        expect(gate.locator(".phone-list")).to_contain_text("已存手机")
        gate.context.set_offline(False)

        gate.wait_for_url("**/surveys?done=survey_sent")
        expect(gate.locator("#done")).to_contain_text("核实情况已上报")
        expect(gate.locator(".survey-list")).not_to_contain_text("摸底试验门市部")
        card = running_sise.client().call("GET", f"registry/enterprises/{shops['摸底试验门市部']}/survey")
        assert [one["outcome"] for one in card["surveys"]] == ["closed"]

    def test_that_was_refused_is_filled_in_again(
        self, gate: Page, shops: dict[str, str], tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.extend([*CUT_OFF, "Failed to load resource: the server"])
        card = f"/surveys/{shops['摸底试验经营部']}"
        gate.goto(card)
        gate.wait_for_load_state()
        cut_off(gate)
        gate.locator('label.segment:has(input[value="moved"])').click()
        gate.fill("#moved_to", "试验路 9 号")
        gate.get_by_role("button", name="核实并上报").click()
        expect(gate.locator("#toasts")).to_contain_text("已存在手机上")
        problem = {"code": "invalid_fields", "detail": "Some fields are not acceptable."}
        gate.route("**/api/v1/registry/surveys/*", lambda route: route.fulfill(status=422, json=problem))
        gate.context.set_offline(False)
        gate.goto("/surveys")
        gate.locator('.phone-list [data-state="refused"] [data-part="mend"]').click()

        gate.wait_for_url(f"**{card}")
        expect(gate.locator("#moved_to")).to_have_value("试验路 9 号")

    def test_keeps_what_is_changed_while_the_phone_still_reads(self, gate: Page, shops: dict[str, str]) -> None:
        gate.goto(f"/surveys/{shops['摸底试验经营部']}")
        gate.locator('label.segment:has(input[value="exists"])').click()
        gate.fill("#headcount", "6")
        gate.fill("#contact_name", "值班员")
        until_drafted(gate, "值班员")
        gate.add_init_script(HELD_STORAGE)
        gate.add_init_script(FASTER_THAN_THE_SCRIPTS)
        gate.reload()
        gate.locator('label.segment:has(input[value="closed"])').click()
        let_storage_answer(gate)

        expect(gate.locator("#contact_name")).to_have_value("值班员")
        expect(gate.locator('input[value="closed"]')).to_be_checked()
        expect(gate.locator("#headcount")).to_have_value("9")
        until_drafted(gate, '["outcome","closed",true]')

    def test_says_what_is_missing(self, gate: Page) -> None:
        gate.get_by_role("link", name="摸底试验经营部").click()
        gate.get_by_role("button", name="核实并上报").click()
        expect(gate.locator("#refused")).to_contain_text("请先选")
        gate.locator('label.segment:has(input[value="exists"])').click()
        gate.get_by_role("button", name="核实并上报").click()

        expect(gate.locator("#refused")).to_contain_text("请填人数")

    def test_fits_the_phone(self, gate: Page, shops: dict[str, str]) -> None:
        for path in ("/surveys", f"/surveys/{shops['摸底试验经营部']}"):
            gate.goto(path)

            check_fit(gate)
