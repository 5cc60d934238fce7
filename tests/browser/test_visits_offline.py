"""Visits where there is no network: the phone keeps every step with its photos; all of it arrives once, in order."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from shared.running.client import ApiClient
from tests.browser.cast import (
    HELD_STORAGE,
    PASSWORD,
    PHOTO,
    check_fit,
    cut_off,
    let_in,
    let_storage_answer,
    phone_at,
    reload_from_phone,
    until_drafted,
)
from tests.browser.conftest import CUT_OFF, Window
from tests.browser.test_offline import REFUSED, fill_in, hand_in, rows, until_kept
from tests.browser.test_visits import PLACE, Service, state, under_contract
from tests.support.running import System

NAME = "离线上门试验机械厂"


@pytest.fixture(scope="module")
def service(running_sise: System) -> Service:
    """Return an enterprise under contract with an intermediary of two inspectors."""
    codes, inspectors = ("91331002MA28G70020", "91331002000000088"), ("afar-one", "afar-two")
    return under_contract(running_sise.client(), NAME, codes=codes, agency="远山安全技术服务", inspectors=inspectors)


@pytest.fixture
def inspector(window: Window, service: Service, tolerated_lines: list[str]) -> Page:
    tolerated_lines.extend(CUT_OFF)
    return let_in(phone_at(window, PLACE), "afar-one")


@pytest.fixture
def visit(inspector: Page, service: Service) -> str:
    """Return a visit whose page, and that of its checklist, lie on the phone."""
    one = service.visit(inspector)
    inspector.goto(f"/visits/{one}")
    until_kept(inspector, f"/visits/{one}", text='data-state="planned"')
    until_kept(inspector, f"/tasks/{task_of(inspector)}", text='id="check"')
    return one


def task_of(page: Page) -> str:
    return page.locator("#visit").get_attribute("data-task") or ""


def begin(page: Page) -> None:
    page.get_by_role("button", name="到场签到").click()
    expect(page.locator('form[data-act="find"]')).to_be_visible()


def find(page: Page, description: str) -> None:
    """Enter a hazard with a photo; once it is kept on the phone its form is empty again."""
    form = page.locator('form[data-act="find"]')
    if not form.get_by_label("隐患情况").is_visible():
        form.locator("summary").click()
    form.get_by_label("隐患情况").fill(description)
    form.get_by_label("具体位置").fill("仓库")
    form.locator('input[type="file"]').set_input_files(PHOTO)
    expect(form.locator(".evidence-photo")).to_have_count(1)
    form.get_by_role("button", name="登记隐患").click()
    expect(form.locator(".evidence-photo")).to_have_count(0)


def report(page: Page) -> None:
    page.get_by_label("服务情况").fill("检查车间与仓库")
    page.get_by_label("签字确认").check()
    page.get_by_role("button", name="提交报告").click()


def shown(system: System, visit_id: str) -> dict[str, Any]:
    return dict(system.client().call("GET", f"inspections/visits/{visit_id}"))


class TestAVisitWithoutConnection:
    def test_arrives_once_from_the_gate_to_the_report(self, inspector: Page, visit: str, running_sise: System) -> None:
        before = rows(running_sise, "SELECT count(*) FROM attachment")
        cut_off(inspector)
        reload_from_phone(inspector)
        expect(inspector.locator("#phone-box")).to_contain_text("离线页面")
        begin(inspector)
        find(inspector, "配电箱前堆放纸箱")
        inspector.locator("#fill").click()
        expect(inspector.locator("#check")).to_be_visible()
        fault = fill_in(inspector)[0]
        hand_in(inspector)
        inspector.goto(f"/visits/{visit}")
        inspector.get_by_role("button", name="离场签退").click()
        expect(inspector.locator('[data-conclusion="not_in_order"]')).to_be_visible()
        report(inspector)
        expect(inspector.locator(".phone-list li")).to_have_count(4)
        check_fit(inspector)
        assert (shown(running_sise, visit)["state"], shown(running_sise, visit)["hazards"]) == ("planned", [])

        inspector.context.set_offline(False)

        state(inspector, "reported")
        found = shown(running_sise, visit)
        assert [one["event"] for one in found["steps"]] == ["start", "find", "end", "report"]
        described = " ".join(one["description"] for one in found["hazards"])
        assert (len(found["hazards"]), "配电箱前堆放纸箱" in described, f"问题 {fault}" in described) == (2, True, True)
        assert (found["conclusion"], found["started_at"] < found["ended_at"]) == ("not_in_order", True)
        assert rows(running_sise, "SELECT count(*) FROM attachment") == before + 2

    def test_keeps_what_is_written_while_the_tab_is_closed(self, inspector: Page, visit: str, service: Service) -> None:
        context = inspector.context
        cut_off(inspector)
        begin(inspector)
        form = inspector.locator('form[data-act="find"]')
        form.locator("summary").click()
        form.get_by_label("隐患情况").fill("灭火器过期")
        form.locator('input[type="file"]').set_input_files(PHOTO)
        expect(form.locator(".evidence-photo")).to_have_count(1)
        until_drafted(inspector, "灭火器过期")
        inspector.close()

        again = context.new_page()
        again.goto(f"/visits/{visit}")

        form = again.locator('form[data-act="find"]')
        expect(form.locator("textarea")).to_have_value("灭火器过期")
        expect(form.locator(".evidence-photo")).to_have_count(1)
        expect(again.locator(".phone-list li")).to_have_count(1)
        context.set_offline(False)
        state(again, "started")
        service.step(again, visit, "end", **PLACE)

    def test_keeps_what_is_changed_while_the_phone_still_reads(
        self, inspector: Page, visit: str, service: Service
    ) -> None:
        begin(inspector)
        state(inspector, "started")
        form = inspector.locator('form[data-act="find"]')
        form.locator("summary").click()
        form.get_by_label("隐患情况").fill("灭火器过期")
        form.get_by_label("具体位置").fill("成品仓库")
        until_drafted(inspector, "成品仓库")
        inspector.add_init_script(HELD_STORAGE)
        inspector.goto(f"/visits/{visit}")
        form.locator("summary").click()
        form.get_by_label("隐患情况").fill("灭火器失压")
        let_storage_answer(inspector)

        expect(form.get_by_label("具体位置")).to_have_value("成品仓库")
        expect(form.get_by_label("隐患情况")).to_have_value("灭火器失压")
        service.step(inspector, visit, "end", **PLACE)


class TestNothingIsDoubled:
    def test_when_the_answer_is_lost_that_the_server_gave(
        self, inspector: Page, visit: str, running_sise: System, service: Service
    ) -> None:
        statuses: list[int] = []

        def lose(route: Route) -> None:
            statuses.append(route.fetch().status)
            route.abort("connectionreset")

        begin(inspector)
        state(inspector, "started")
        inspector.route("**/findings", lose, times=1)
        find(inspector, "疏散通道上锁")

        expect(inspector.locator("#findings")).to_contain_text("疏散通道上锁", timeout=60_000)
        assert statuses == [201]
        assert [one["description"] for one in shown(running_sise, visit)["hazards"]] == ["疏散通道上锁"]
        service.step(inspector, visit, "end", **PLACE)


class TestConflict:
    def test_with_a_colleague_who_was_faster_is_shown(
        self, inspector: Page, visit: str, running_sise: System, tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.extend((REFUSED + "409", REFUSED + "422"))
        cut_off(inspector)
        begin(inspector)
        find(inspector, "气瓶未固定")
        colleague = ApiClient(running_sise.url, username="afar-two", password=PASSWORD)
        colleague.call("POST", f"inspections/visits/{visit}/steps", json={"event": "start", **PLACE})

        inspector.context.set_offline(False)

        refused = inspector.locator('.phone-list [data-state="refused"]')
        expect(refused).to_contain_text("需要处理", timeout=60_000)
        expect(inspector.locator('.phone-list [data-state="waiting"]')).to_have_count(1)
        assert shown(running_sise, visit)["hazards"] == []
        check_fit(inspector)
        refused.get_by_role("button", name="删除").click()
        inspector.locator("dialog").get_by_role("button", name="删除").click()
        expect(refused).to_contain_text("登记隐患")
        assert shown(running_sise, visit)["hazards"] == []  # who was not there enters nothing
