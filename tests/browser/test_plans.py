"""The annual plan in the browser: an officer reckons, proposes, changes; the leader approves; the cap is shown."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.running.client import ApiRefused
from tests.browser.cast import check_fit, employ, enter, let_in, sent
from tests.browser.conftest import DESK, HEAVY, PHONE, WORSE, Window, declare
from tests.support.events import until
from tests.support.running import System

NAME, OTHER = "计划试验冶炼厂", "计划试验木器厂"
AGENCY = "某区应急管理局"
RED = {**HEAVY, **WORSE}


@pytest.fixture(scope="module")
def works(running_sise: System) -> dict[str, str]:
    """Return two enterprises, one of them red, with an officer and a leader who can sign in."""
    client = running_sise.client()
    for name, role in (("plan-officer", "bureau_officer"), ("plan-leader", "bureau_leader")):
        employ(client, name, role, divisions=["331002"])
    ids = {
        NAME: enter(client, NAME, "91331002MA28G77778", industry="C3110"),
        OTHER: enter(client, OTHER, "91331002MA28G77786", industry="C2110"),
    }
    until(lambda: is_declared(client, ids[NAME]), sentence="risk never heard of the enterprise")
    return ids


def is_declared(client: Any, enterprise_id: str) -> bool:
    """Declare what makes an enterprise red, once risk knows it."""
    try:
        declare(client, enterprise_id, RED)
    except ApiRefused:
        return False
    return True


def level_is_known(page: Page, enterprise_id: str, level: int) -> None:
    until(
        lambda: page.request.get(f"/api/v1/inspections/enterprises/{enterprise_id}/cap").json().get("level") == level,
        sentence="inspections never heard of the level",
    )


def act(page: Page, event: str, state: str) -> None:
    page.locator(f'[data-act="{event}"] button[type="submit"]').click()
    expect(page.locator("#state")).to_have_attribute("data-state", state)


class TestJourney:
    def test_leads_from_the_arithmetic_to_publication(
        self, window: Window, running_sise: System, works: dict[str, str], expected_lines: list[str]
    ) -> None:
        page = let_in(window(size=DESK, signed_in=False), "plan-officer")
        level_is_known(page, works[NAME], 1)
        page.goto("/plans")
        page.locator("#agency").fill(AGENCY)
        page.locator("#authority").select_option("331002")
        page.get_by_role("button", name="开始编制").click()
        page.wait_for_url("**/plans/*-*")
        address = page.url

        reckon(page)
        propose(page, works)
        change(page, works)
        act(page, "submit", "submitted")

        leader = let_in(window(size=PHONE, signed_in=False), "plan-leader")
        leader.goto(address)
        check_fit(leader)
        act(leader, "approve", "approved")
        page.reload()
        act(page, "publish", "published")
        expect(page.locator("#months")).to_contain_text("计划")
        assert page.request.get(f"{address.replace('/plans', '/api/v1/inspections/plans')}/export.xlsx").status == 200


def reckon(page: Page) -> None:
    """Enter the figures of the first vector (§4.1): 1984 − 1035 − 535 = 414."""
    form = page.locator("#capacity-form")
    form.locator("#working_days").fill("248")
    form.locator("#officers").fill("8")
    form.locator('[name="other_enforcement.行政许可"]').fill("1035")
    form.locator('[name="non_enforcement.值班"]').fill("535")
    form.get_by_role("button", name="测算").click()
    expect(page.locator("#inspection-days")).to_have_text("= 414")


def narrow(page: Page, name: str) -> None:
    """Show only the lines of enterprises of this name: the district's other tests have many."""
    address = page.url.split("#")[0]
    page.goto(f"{address}{'&' if '?' in address else '?'}q={name}")
    expect(page.locator("[data-line]")).to_have_count(1)


def propose(page: Page, works: dict[str, str]) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="生成建议").click()
    narrow(page, NAME)
    line = page.locator(f'[data-line="{works[NAME]}"]')
    expect(line).to_contain_text("风险等级较高")
    expect(line.locator(".visit-label")).to_have_count(2)
    expect(page.locator("#missing")).to_have_count(0)


def change(page: Page, works: dict[str, str]) -> None:
    """Add an enterprise that need not be in the plan, and find it by the month that it was given."""
    page.locator("#find").fill(OTHER)
    page.get_by_role("button", name="查找").click()
    added = page.locator(f'[data-found="{works[OTHER]}"]')
    added.locator(".month-picks label").nth(4).click()
    with page.expect_navigation():
        added.get_by_role("button", name="保存").click()
    narrow(page, OTHER)
    expect(page.locator(f'[data-line="{works[OTHER]}"]')).to_be_visible()
    page.locator('#months tr[data-month="5"] a').first.click()
    page.wait_for_url("**month=5**")
    narrow(page, OTHER)
    expect(page.locator(f'[data-line="{works[OTHER]}"]')).to_contain_text("5月")


class TestCap:
    def test_is_shown_where_a_check_begins(self, window: Window, running_sise: System, works: dict[str, str]) -> None:
        page = let_in(window(size=PHONE, signed_in=False), "plan-officer")
        level_is_known(page, works[NAME], 1)
        begun = sent(page, "inspections/tasks", {"enterprise_id": works[NAME], "cause": "plan"})
        assert begun.status == 201
        page.goto(f"/tasks/{begun.json()['id']}")
        expect(page.locator("#cap summary")).to_contain_text("1 / 2")
        page.locator("#cap summary").click()
        expect(page.locator("#cap a")).to_have_count(1)
        page.goto(f"/enterprises/{works[NAME]}")
        expect(page.locator("#cap summary")).to_contain_text("1 / 2")
        check_fit(page)

    def test_asks_for_the_basis_of_what_is_counted_apart(
        self, window: Window, running_sise: System, works: dict[str, str]
    ) -> None:
        page = let_in(window(size=DESK, signed_in=False), "plan-officer")
        page.goto(f"/enterprises/{works[NAME]}")
        basis = page.locator('.begin-check [name="basis"]')
        expect(basis).to_be_hidden()
        page.locator('.begin-check [name="cause"]').select_option("complaint")
        basis.fill("12350-77")
        page.get_by_role("button", name="开始检查").click()
        page.wait_for_url("**/tasks/*")
        page.locator("#cap summary").click()
        expect(page.locator("#cap")).to_contain_text("12350-77")


class TestJointCheck:
    def test_is_begun_and_written_down_by_each_agency(
        self, window: Window, running_sise: System, works: dict[str, str]
    ) -> None:
        page = let_in(window(size=PHONE, signed_in=False), "plan-officer")
        page.goto(f"/enterprises/{works[OTHER]}")
        page.get_by_role("link", name="联合检查").click()
        page.locator("#cause").select_option("handed_over")
        page.locator("#basis").fill("区安委办〔2026〕7号")
        for place, (agency, subject) in enumerate((("应急管理局", "安全生产"), ("消防救援大队", "消防安全")), 1):
            page.locator(f"#agency-{place}").fill(agency)
            page.locator(f"#subject-{place}").fill(subject)
        page.get_by_role("button", name="开始联合检查").click()
        expect(page.locator("#state")).to_have_text("待填写结果")
        for agency in ("应急管理局", "消防救援大队"):
            part = page.locator(f'[data-agency="{agency}"]')
            part.locator("textarea").fill("未发现问题")
            part.locator("button").click()
            expect(page.locator("#done")).to_be_visible()
        expect(page.locator("#state")).to_have_text("各部门已填写")
        check_fit(page)
