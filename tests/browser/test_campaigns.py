"""Group service: an officer begins a campaign where risk is dense; its team ticks off the plan on the phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import PHOTO, check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, REFUSED_INPUT, Window
from tests.support.events import until
from tests.support.running import System

AREA = "331002101"  # the register of the other tests has nobody there
NAME = "服务试验印刷厂"
TITLE = "印刷行业组团服务"
FOUND = "油墨桶敞口存放"
TEAM = {"serve-bureau": "bureau_officer", "serve-street": "subdistrict_officer"}


@pytest.fixture(scope="module")
def plant(running_sise: System) -> str:
    """Return an enterprise of a subdistrict with two officers who can make a team."""
    client = running_sise.client()
    for username, role in TEAM.items():
        employ(client, username, role, divisions=[AREA], skills=["消防"])
    return enter(client, NAME, "91331002MA28G88018", division=AREA, industry="C2319")


@pytest.fixture
def officer(window: Window, plant: str) -> Page:
    """Return the desk of an officer, as soon as inspections knows the enterprise, its level and the team."""
    page = let_in(window(signed_in=False), "serve-bureau")

    def is_known() -> bool:
        groups = page.request.get("/api/v1/inspections/campaigns/density").json()["items"]
        people = page.request.get("/api/v1/inspections/campaigns/people").json()["items"]
        return sum(group["graded"] for group in groups) == 1 and len(people) >= len(TEAM)

    until(is_known, sentence="inspections never heard of enterprise, level and officers")
    return page


def begin(page: Page) -> None:
    """Fill in the form of a campaign and begin it."""
    page.goto("/campaigns/new")
    page.locator("#density input").first.check()
    page.fill("#title", TITLE)
    for box in page.locator('[name="levels"]').all():
        box.check()
    for name in TEAM:
        page.locator("#team label", has_text=name).locator("input").check()
    page.locator("#leader").select_option(
        label=str(page.locator("#leader option", has_text="serve-bureau").inner_text())
    )
    page.get_by_role("button", name="开始行动").click()
    expect(page.locator("#state")).to_have_attribute("data-state", "open")


class TestCampaign:
    def test_goes_from_density_to_a_hazard_and_its_end(self, officer: Page, window: Window) -> None:
        begin(officer)
        expect(officer.locator("#plans")).to_contain_text(NAME)
        street = let_in(window(size=PHONE, signed_in=False), "serve-street")
        street.goto("/tasks")
        street.locator(".drawer summary").click()
        street.locator(".drawer-sheet").get_by_role("link", name="组团服务").click()
        street.get_by_role("link", name=TITLE).first.click()
        street.get_by_role("link", name=NAME).click()
        street.locator('[data-item="training"]').get_by_role("button", name="已完成").click()
        expect(street.locator('[data-item="training"]')).to_have_attribute("data-outcome", "done")
        finding = street.locator('[data-item="hazards"]')
        finding.locator("summary", has_text="发现隐患").click()
        finding.locator("textarea").fill(FOUND)
        finding.locator('[name="place"]').fill("印刷车间")
        finding.locator('input[type="file"]').set_input_files(PHOTO)
        expect(finding.locator(".evidence-photo")).to_have_count(1)
        finding.get_by_role("button", name="录入隐患并销号").click()
        expect(finding).to_have_attribute("data-outcome", "finding")
        expect(street.locator("#done")).to_have_text("2 / 7")
        finding.get_by_role("link", name="查看隐患").click()
        expect(street.locator("main")).to_contain_text(FOUND)

        officer.reload()
        expect(officer.locator("main")).to_contain_text("发现隐患 1 条")
        form = officer.locator('[data-act="close"]')
        form.locator("summary").click()
        form.locator("textarea").fill("已上门服务一家")
        form.locator('button[type="submit"]').click()
        expect(officer.locator("#state")).to_have_attribute("data-state", "closed")

    @pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
    def test_fits(self, officer: Page, window: Window, size: dict[str, int]) -> None:
        begin(officer)
        page = let_in(window(size=size, signed_in=False), "serve-bureau")
        for path in ("/campaigns", "/campaigns/new", "/campaigns/new?grouping=industry", officer.url):
            page.goto(path)
            check_fit(page, size)
        page.locator("#plans a").first.click()
        expect(page.locator(".campaign-item")).to_have_count(7)
        check_fit(page, size)

    def test_says_what_a_team_needs(self, officer: Page, expected_lines: list[str]) -> None:
        expected_lines.append(REFUSED_INPUT)
        officer.goto("/campaigns/new")
        officer.locator("#density input").first.check()
        officer.fill("#title", TITLE)
        for box in officer.locator('[name="levels"]').all():
            box.check()
        officer.locator("#team label", has_text="serve-bureau").locator("input").check()
        officer.get_by_role("button", name="开始行动").click()
        expect(officer.locator(".deed-problem")).to_contain_text("小组至少两人")
