"""A hazard on the board and on its way: every step from its own form, only those that are allowed."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import PHOTO, check_fit, employ, enter, let_in, sent
from tests.browser.conftest import DESK, PHONE, REFUSED_INPUT, Window, width_of
from tests.support.events import until
from tests.support.running import System

GRID = "grid-hazards"
NAME = "隐患试验塑料厂"
FOUND = "安全出口被货物堵住"


@pytest.fixture(scope="module")
def plant(running_sise: System) -> str:
    """Return an enterprise with a grid worker and a subdistrict officer who can sign in."""
    client = running_sise.client()
    employ(client, "hazard-grid", "grid_worker", grids=[GRID])
    employ(client, "hazard-street", "subdistrict_officer", divisions=["331002001"])
    return enter(client, NAME, "91331002MA28G66668", grid=GRID, industry="C2927")


def find(page: Page, enterprise_id: str) -> str:
    """Enter a hazard as the person who is signed in and return its id."""

    def found() -> Any:
        body = {"enterprise_id": enterprise_id, "description": FOUND, "place": "二号车间"}
        answer = sent(page, "inspections/hazards", body)
        return answer.json()["id"] if answer.status == 201 else None

    return str(until(found, sentence="inspections never heard of the enterprise"))


def act(page: Page, event: str, state: str, **given: str) -> None:
    """Fill in the form of one step, send it, and wait for the state that follows."""
    form = page.locator(f'[data-act="{event}"]')
    if form.locator("summary").count():
        form.locator("summary").click()
    for name, text in given.items():
        form.locator(f'[name="{name}"]').fill(text)
    form.locator('button[type="submit"]').click()
    expect(page.locator("#state")).to_have_attribute("data-state", state)


def photograph(page: Page, event: str, *sides: str) -> None:
    """Open the form of a step and take a photo for each side."""
    form = page.locator(f'[data-act="{event}"]')
    form.locator("summary").click()
    for side in sides:
        box = form.locator(f'[data-evidence="{side}"]')
        box.locator('input[type="file"]').set_input_files(PHOTO)
        expect(box.locator(".evidence-photo")).to_have_count(1)
    form.locator("summary").click()


class TestHazard:
    def test_is_led_from_finding_to_closing_by_two_people(self, window: Window, plant: str) -> None:
        grid = let_in(window(size=PHONE, signed_in=False), "hazard-grid")
        one = find(grid, plant)
        grid.goto("/hazards")
        grid.locator('[data-stage="grade"]').get_by_role("link", name=FOUND).first.click()
        act(grid, "grade_general", "open_general")
        order = {"responsible": "车间主任", "measures": "清空出口", "funds": "无", "acceptance": "安全员"}
        act(grid, "order", "rectifying", **order)
        photograph(grid, "rectify", "before", "after")
        act(grid, "rectify", "pending_review")
        expect(grid.locator("#acts")).to_contain_text("下一步由别人办理")
        expect(grid.locator('[data-side="after"] img')).to_have_count(1)

        street = let_in(window(signed_in=False), "hazard-street")
        street.goto(f"/hazards/{one}")
        act(street, "pass", "verified")
        act(street, "close", "closed")
        expect(street.locator("#acts")).to_contain_text("已经办结")
        expect(street.locator(".loop-steps li")).to_have_count(6)

    def test_says_what_is_missing(self, window: Window, plant: str, expected_lines: list[str]) -> None:
        expected_lines.append(REFUSED_INPUT)
        street = let_in(window(signed_in=False), "hazard-street")
        street.goto(f"/hazards/{find(street, plant)}")
        act(street, "grade_general", "open_general")
        form = street.locator('[data-act="fix_on_spot"]')
        form.locator("summary").click()
        form.locator('button[type="submit"]').click()
        expect(form.locator(".deed-problem")).to_contain_text("请附上照片")


class TestBoard:
    def test_narrows_to_what_is_chosen(self, window: Window, plant: str) -> None:
        street = let_in(window(signed_in=False), "hazard-street")
        find(street, plant)
        street.goto("/hazards?area=331002001&level=major")
        expect(street.locator(".blank")).to_contain_text("请放宽筛选条件")
        street.select_option("#level", "")
        street.get_by_role("button", name="筛选").click()
        expect(street.locator('[data-stage="grade"]')).to_contain_text(FOUND)
        street.goto("/hazards?stage=grade")
        expect(street.locator(".board-column")).to_have_count(1)

    def test_fits_the_phone(self, window: Window, plant: str) -> None:
        page = let_in(window(size=PHONE, signed_in=False), "hazard-grid")
        for path in (f"/hazards/{find(page, plant)}", "/hazards"):
            page.goto(path)
            check_fit(page)


class TestFile:
    @pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
    def test_counts_open_hazards_and_leads_to_them(
        self, window: Window, running_sise: System, plant: str, size: dict[str, int]
    ) -> None:
        page = let_in(window(size=size, signed_in=False), "hazard-grid")
        find(page, plant)
        page.goto(f"/enterprises/{plant}")
        assert width_of(page) <= size["width"]
        open_ones = page.locator("#work dd a").first
        count = open_ones.inner_text()
        open_ones.click()

        expect(page.locator("#figures strong").first).to_have_text(count)
        expect(page.locator(".notice")).to_contain_text("一家企业")
        assert set(page.locator(".board-card strong + span").all_text_contents()) == {NAME}
