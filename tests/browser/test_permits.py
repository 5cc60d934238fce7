"""A permit as foreman, approver and officer see it: applied for, analysed, signed, started, stopped, watched."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.running.client import ApiClient
from tests.browser.cast import PASSWORD, check_fit, employ, enter, sign_in_as
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.running import System, wait_for

CODE = "91331002MA28G55550"
NAME = "海湾精细化工厂"
PLACE = {"longitude": 121.43, "latitude": 28.66}
CREW = ("work_leader", "worker", "guardian")
RESULTS = (("oxygen", "20.8", "vol_pct"), ("methane", "4", "lel_pct"), ("hydrogen_sulphide", "2", "ppm"))
ROLES = {
    "permit-foreman": "enterprise_safety_officer",
    "permit-approver": "enterprise_principal",
}


@pytest.fixture(scope="module")
def plant(running_sise: System) -> System:
    """Return the running system with a chemical plant, its people, a foreman, an approver and an officer."""
    client = running_sise.client()
    plant_id = enter(client, NAME, CODE, industry="C2614", location=PLACE)
    for name in ("张三", "李四", "王五", "赵六"):
        client.call("POST", f"registry/enterprises/{plant_id}/persons", json={"name": name, "posts": ["worker"]})
    for username, role in ROLES.items():
        employ(client, username, role, enterprise_id=plant_id)
    employ(client, "permit-officer", "bureau_officer", divisions=["331002"])
    wait_for(lambda: known(client, plant_id), seconds=60, what="permits knows the plant")
    people = f"permits/people?enterprise_id={plant_id}"
    wait_for(lambda: len(client.call("GET", people)["items"]) == 4, seconds=60, what="permits knows the people")
    foreman = ApiClient(running_sise.url, username="permit-foreman", password=PASSWORD)
    for one in client.call("GET", people)["items"]:
        trained = {"kind": "guardian_training", "valid_from": "2026-01-01"}
        foreman.call("POST", f"permits/people/{one['person_id']}/certificates", json=trained)
    return running_sise


def known(client: Any, enterprise_id: str) -> bool:
    found = client.call("GET", f"permits/enterprises/{enterprise_id}")
    return bool(found["ruleset"] == "gb30871-2022")


def opened(window: Window, username: str, *, size: dict[str, int] = DESK) -> Page:
    page = window(size=size, signed_in=False)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(PLACE)
    return sign_in_as(page, username)


def answer(page: Page, questions: dict[str, bool]) -> None:
    for name, is_so in questions.items():
        page.locator(f'input[name="facts.{name}"][value="{str(is_so).lower()}"]').check()


def take(page: Page, event: str, state: str) -> None:
    """Send the form of a step and wait until the permit is there."""
    page.locator(f'form[data-act="{event}"]').first.locator("button[type=submit]").click()
    expect(page.locator(f'#state [data-state="{state}"]')).to_be_visible()


def apply_for_entry(page: Page) -> None:
    """Apply for work in a vessel, from an hour ago for half a day."""
    page.goto("/permits/new?kind=confined_space")
    expect(page.locator("#level")).to_be_visible()
    now = datetime.fromisoformat(page.input_value("#starts_at"))
    page.fill("#starts_at", (now - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"))
    page.fill("#ends_at", (now + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M"))
    page.fill("#description", "进入R-101反应釜清理")
    page.fill("#place", "一车间R-101")
    page.fill("#fact-space_name", "R-101")
    page.fill("#fact-medium", "甲苯")
    answer(page, {"held_toxic_or_combustible": True, "rotating_equipment": True, "dust": False, "toxic_risk": False})
    for number, role in enumerate(CREW):
        if number:
            page.locator('[data-add="crew"]').click()
        row = page.locator('[data-rows="crew"] .permit-row').nth(number)
        row.locator('[data-part="person_id"]').select_option(index=number + 1)
        row.locator('[data-part="role"]').select_option(role)
    page.locator(".permit-send button").click()
    page.wait_for_url(lambda url: "/permits/new" not in url)
    expect(page.locator('#state [data-state="draft"]')).to_be_visible()


def prepare(page: Page) -> None:
    """Analyse, confirm every measure, measure the air, brief the crew, and send for approval."""
    take(page, "submit", "reserved")
    page.fill('[data-part="hazard"]', "残留甲苯中毒")
    page.fill('[data-part="control"]', "置换、通风、连续检测")
    page.select_option("#work_unit_by", index=1)
    take(page, "analyse", "analysed")
    for row in page.locator("#measures li").all():
        if not row.locator("input:checked").count():
            row.locator('input[value="false"]').check()
    page.locator('form[data-act="answer"] button[type=submit]').click()
    expect(page.locator("#measures .panel-head .label-good")).to_be_visible()
    for number, (gas, value, unit) in enumerate(RESULTS, 1):
        page.select_option("#gas-name", gas)
        page.fill("#gas-value", value)
        page.select_option('#gas-form [name="unit"]', unit)
        expect(page.locator('#judged[data-acceptable="true"]')).to_be_visible()
        page.locator("#gas-form button[type=submit]").click()
        expect(page.locator("#gas .permit-tests li[data-acceptable]")).to_have_count(number)
    take(page, "confirm", "prepared")
    page.select_option("#briefed_by", index=3)
    take(page, "brief", "briefed")
    take(page, "send", "in_approval")


def sign(page: Page, event: str) -> None:
    """Sign on the spot, which the browser knows."""
    expect(page.locator("#here")).to_contain_text("已取得位置")
    page.locator(f'form[data-act="{event}"] > button').click()


class TestApplication:
    def test_tells_the_level_and_why_while_it_is_written(self, window: Window, plant: System) -> None:
        page = opened(window, "permit-foreman")
        page.goto("/permits/new")
        page.locator('[data-kind="hot_work"]').click()
        expect(page.locator("#level")).to_have_attribute("data-level", "SP")
        expect(page.locator("#level .is-open")).to_contain_text("未回答")
        page.fill("#starts_at", "2026-10-01T09:00")
        page.fill("#ends_at", "2026-10-01T17:00")
        asked = ("fixed_hot_work_area", "operating_plant", "major_hazard_dike", "pipe_rack", "risk_place")
        answer(page, dict.fromkeys(asked, False))
        expect(page.locator("#level")).to_have_attribute("data-level", "L1")
        expect(page.locator("#level")).to_contain_text("节假日、公休日")
        expect(page.locator(".permit-chain li").first).to_contain_text("作业负责人")

    @pytest.mark.parametrize("kind", ["hot_work", "height"])
    def test_fits_a_phone(self, window: Window, plant: System, kind: str) -> None:
        page = opened(window, "permit-foreman", size=PHONE)
        page.goto(f"/permits/new?kind={kind}")
        expect(page.locator("#application")).to_be_visible()
        check_fit(page)


class TestWay:
    def test_leads_from_the_foreman_over_the_approver_to_the_officer(self, window: Window, plant: System) -> None:
        foreman, approver = opened(window, "permit-foreman", size=PHONE), opened(window, "permit-approver")
        apply_for_entry(foreman)
        prepare(foreman)
        sign(foreman, "sign")
        expect(foreman.locator("#chain .is-signed")).to_have_count(1)

        approver.goto(foreman.url)
        sign(approver, "approve")
        expect(approver.locator('#state [data-state="approved"]')).to_be_visible()

        foreman.reload()
        guardian = foreman.locator("#crew li").filter(has_text="监护人")
        guardian.locator('form[data-act="check_in"] button').click()
        expect(guardian).to_contain_text("在场")
        foreman.locator('form[data-act="start"] input[name="detector_live"]').check()
        take(foreman, "start", "active")

        officer = opened(window, "permit-officer")
        officer.goto("/permits")
        row = officer.locator('.permit-board a[data-state="active"]').filter(has_text=NAME)
        expect(row).to_be_visible()
        row.click()
        expect(officer.locator("#acts")).not_to_contain_text("批准")
        officer.get_by_role("link", name="作业相互影响").click()
        officer.wait_for_url("**/conflicts")
        check_fit(officer, DESK)
        officer.go_back()
        officer.locator("#spot-check").click()
        expect(officer.locator("#find-place")).to_have_value("一车间R-101")

        foreman.locator('form[data-act="suspend"] summary').click()
        foreman.fill("#suspend-reason", "检测仪报警")
        take(foreman, "suspend", "suspended")
        expect(foreman.locator(".permit-top")).to_contain_text("作业间断")
        check_fit(foreman)
