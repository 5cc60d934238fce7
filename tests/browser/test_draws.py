"""A draw at the desk and on the phone: see the pool, fix it, draw, draw again, publish; and what the public sees."""

import json
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from shared.clock import business_date
from tests.browser.cast import check_fit, employ, enter, let_in, sent
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.events import until
from tests.support.running import System
from tests.unit.inspections.test_draws import drawn_elsewhere

AREA = "331002400"  # the register of the other tests has nobody there
OFFICERS = ("draw-one", "draw-two", "draw-three")
PLANTS = ("抽查试验铸造厂", "抽查试验喷涂厂", "抽查试验冲压厂")
NUMBERS = ("91331002MA28G77010", "91331002MA28G77029", "91331002MA28G77037")
CEASED = "抽查试验停业厂"


@pytest.fixture(scope="module")
def plants(running_sise: System) -> list[str]:
    """Return three enterprises of a subdistrict in which three officers may enforce; a fourth one has ceased."""
    client = running_sise.client()
    for username in OFFICERS:
        licence = {"licence_number": "ZJ-1", "licence_valid_until": "2099-01-01"}
        employ(client, username, "bureau_officer", divisions=[AREA], name=f"试验员{username[5:]}", **licence)
    place = {"division": AREA, "industry": "C3391"}
    made = [enter(client, name, number, **place) for name, number in zip(PLANTS, NUMBERS, strict=True)]
    ended = enter(client, CEASED, "91331002MA28G77045", **place)
    notice = {"reason": "cancelled", "on": "2026-01-05", "basis": "注销通知"}
    client.call("POST", f"registry/enterprises/{ended}/deregister", json=notice, headers={"If-Match": '"1"'})
    return made


@pytest.fixture
def officer(window: Window, plants: list[str]) -> Page:
    """Return the desk of an officer who sees the whole pool."""
    page = let_in(window(signed_in=False), OFFICERS[0])
    until(lambda: knows_all(page), sentence="inspections never heard of enterprises, grades and officers")
    return page


def knows_all(page: Page) -> bool:
    """Return whether inspections knows every officer, every enterprise and the level of each that has not ceased."""
    body = {"division": AREA, "count": 1, "last_day": f"{business_date(datetime.now(UTC)).year}-12-31"}
    answer = sent(page, "inspections/draws/preview", body).json()
    able = [one for one in answer["officers"] if not one["reason"]]
    reasons = {one["reason"] for one in answer["by_reason"]}
    known = answer["pool_size"] + answer["excluded"]
    is_staffed = len(able) >= len(OFFICERS)  # officers of the whole district may be there from other tests
    return is_staffed and known == len(PLANTS) + 1 and "ceased" in reasons and "no_level" not in reasons


def prepare(page: Page, *, count: int) -> None:
    """Fill in the form of a draw, look at the pool and fix it."""
    page.goto("/draws/new")
    page.select_option("#division", AREA)
    page.fill("#count", str(count))
    page.get_by_role("button", name="查看名单").click()
    expect(page.locator("#seen")).to_contain_text("家可以抽取")
    page.get_by_role("button", name="固定名单").click()
    expect(page.locator("#state")).to_have_attribute("data-state", "prepared")


def confirm(page: Page, name: str) -> None:
    """Press a button that asks first, and say yes."""
    page.get_by_role("button", name=name).click()
    page.locator("dialog[open] .button-bad, dialog[open] .button-main").last.click()


class TestDraw:
    def test_is_seen_fixed_drawn_again_and_published(self, officer: Page, window: Window, plants: list[str]) -> None:
        officer.goto("/draws")
        officer.get_by_role("link", name="新建抽查").first.click()
        officer.select_option("#division", AREA)
        officer.fill("#count", "1")
        officer.get_by_role("button", name="查看名单").click()
        officer.locator('[data-reason="ceased"] summary').click()
        expect(officer.locator('[data-reason="ceased"]')).to_contain_text(CEASED)
        officer.get_by_role("button", name="固定名单").click()
        expect(officer.locator("#done")).to_contain_text("名单已固定")
        fingerprint = officer.locator("#pool-hash").inner_text()

        confirm(officer, "开始抽取")

        expect(officer.locator("#state")).to_have_attribute("data-state", "drawn")
        expect(officer.locator("#pool-hash")).to_have_text(fingerprint)
        expect(officer.locator("#drawn tbody tr")).to_have_count(1)
        expect(officer.locator("#drawn .label")).to_have_count(2)
        officer.get_by_role("link", name="重新计算一遍").click()
        expect(officer.locator("#replayed")).to_have_attribute("data-equal", "yes")
        confirm(officer, "向社会公示")
        expect(officer.locator("#state")).to_have_attribute("data-state", "published")
        officer.locator('a[href*="reason=ceased"]').click()
        expect(officer.locator("#pool")).to_contain_text(CEASED)

    def test_can_be_drawn_by_a_stranger_with_the_downloaded_record(self, officer: Page, window: Window) -> None:
        prepare(officer, count=1)
        for button, state in (("开始抽取", "drawn"), ("向社会公示", "published")):
            confirm(officer, button)
            expect(officer.locator("#state")).to_have_attribute("data-state", state)
        page = window(size=PHONE, signed_in=False)
        page.goto("/draws/public")
        page.locator("#published a").first.click()
        page.get_by_role("link", name="重新计算一遍").click()
        expect(page.locator("#replayed")).to_have_attribute("data-equal", "yes")
        check_fit(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="下载记录").click()
        record = json.loads(download.value.path().read_text("utf-8"))

        assert drawn_elsewhere(record) == record["drawn"]

    def test_is_given_up_with_a_reason(self, officer: Page) -> None:
        prepare(officer, count=1)
        officer.locator("summary", has_text="作废这份名单").click()
        officer.fill("#reason", "名单有误")
        officer.locator("button", has_text="作废这份名单").click()
        expect(officer.locator("#state")).to_have_attribute("data-state", "cancelled")
        expect(officer.locator(".reason")).to_have_text("名单有误")

    def test_says_what_to_do_when_the_pool_is_too_small(self, officer: Page) -> None:
        officer.goto("/draws/new")
        officer.select_option("#division", AREA)
        officer.fill("#count", "500")
        officer.get_by_role("button", name="查看名单").click()
        officer.get_by_role("button", name="固定名单").click()
        expect(officer.locator("#refusal")).to_contain_text("可以抽取的企业不够")

    @pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
    def test_fits(self, window: Window, officer: Page, size: dict[str, int]) -> None:
        prepare(officer, count=1)
        page = let_in(window(size=size, signed_in=False), OFFICERS[1])
        for path in ("/draws", "/draws/new", "/draws/avoidances", officer.url.removesuffix("?done=draw_prepared")):
            page.goto(path)
            check_fit(page, size)
        page.get_by_role("link", name="已停业或注销").click()
        expect(page.locator("#pool")).to_be_visible()
        check_fit(page, size)


class TestAvoidance:
    def test_is_declared_and_ended_by_the_officer(self, window: Window, officer: Page) -> None:
        page = let_in(window(size=PHONE, signed_in=False), OFFICERS[2])
        page.goto("/draws/avoidances")
        page.locator("#enterprise-words").press_sequentially(PLANTS[0])
        page.locator(".finding-list button").first.click()
        page.get_by_role("button", name="申报", exact=True).click()
        expect(page.locator("#done")).to_contain_text("已申报")
        expect(page.locator("#avoidances tbody tr")).to_have_count(1)
        officer.goto("/draws/avoidances")
        expect(officer.locator("#avoidances")).to_contain_text(PLANTS[0])
        expect(officer.get_by_role("button", name="不再回避")).to_have_count(0)

        confirm(page, "不再回避")

        expect(page.locator(".blank")).to_contain_text("没有回避申报")
