"""A hazard on the board and on its way: every step from its own form, only those that are allowed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.clock import business_date
from tests.browser.cast import PHOTO, check_fit, employ, enter, let_in, sent
from tests.browser.conftest import DESK, PHONE, REFUSED_INPUT, Window, width_of
from tests.support.events import until
from tests.support.running import System

GRID = "grid-hazards"
NAME = "隐患试验塑料厂"
FOUND = "安全出口被货物堵住"
TODAY = business_date(datetime.now(UTC))
REPORT = {"condition": "无泄爆", "difficulty": "需停产", "treatment": "改造", "told_workers_on": TODAY.isoformat()}
PLAN = {
    "goal": "消除", "methods": "改造", "funds": "20万元", "people": "设备科", "schedule": "三个月", "emergency": "撤人",
    "deadline": (TODAY + timedelta(days=60)).isoformat(),
}  # fmt: skip


@pytest.fixture(scope="module")
def plant(running_sise: System) -> str:
    """Return an enterprise with a grid worker and a subdistrict officer who can sign in."""
    client = running_sise.client()
    employ(client, "hazard-grid", "grid_worker", grids=[GRID])
    employ(client, "hazard-street", "subdistrict_officer", divisions=["331002001"])
    licence = {"licence_number": "浙J-7", "licence_valid_until": "2099-12-31"}
    for username, held in (("hazard-first", licence), ("hazard-second", licence), ("hazard-late", {})):
        employ(client, username, "bureau_officer", divisions=["331002"], **held)
    return enter(client, NAME, "91331002MA28G66668", grid=GRID, industry="C2927")


def find(page: Page, enterprise_id: str, **facts: str) -> str:
    """Enter a hazard as the person who is signed in and return its id."""

    def found() -> Any:
        body = {"enterprise_id": enterprise_id, "description": FOUND, "place": "二号车间", **facts}
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


class TestMajorHazard:
    def test_is_reviewed_with_another_officer_whose_licence_is_valid(self, window: Window, plant: str) -> None:
        officer = let_in(window(size=PHONE, signed_in=False), "hazard-first")
        one = find(officer, plant, item="GM-11-03")
        for event, given in (("dual_report", REPORT), ("approve_plan", PLAN), ("rectify", {"evaluation": "评估报告1"})):
            by = officer if event != "rectify" else let_in(window(signed_in=False), "hazard-grid")
            assert sent(by, f"inspections/hazards/{one}/steps", {"event": event, **given}).ok
        officer.goto(f"/hazards/{one}")
        form = officer.locator('[data-act="pass"]')
        form.locator("summary").click()
        choice = form.get_by_label("另一名执法人员")
        named = "".join(choice.locator("option").all_text_contents())
        assert [name in named for name in ("hazard-second", "hazard-first", "hazard-late")] == [True, False, False]
        choice.select_option(choice.locator("option", has_text="hazard-second").get_attribute("value"))
        form.get_by_label("已签名").check()
        check_fit(officer)
        form.locator('button[type="submit"]').click()
        expect(officer.locator("#state")).to_have_attribute("data-state", "cancelled")


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
        street.goto("/hazards?area=331002001&level=major&is_overdue=true")
        expect(street.locator(".blank")).to_contain_text("请放宽筛选条件")
        street.select_option("#level", "")
        street.select_option("#is_overdue", "")
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
