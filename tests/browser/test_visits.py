"""A visit of an intermediary: the inspector's phone at the gate, the enterprise's signature, the officer's review."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from services.registry.domain.credit_code import check_digit
from shared.clock import business_date
from tests.browser.cast import PHOTO, check_fit, employ, enter, let_in, phone_at, sent
from tests.browser.conftest import DESK, PHONE, Window, width_of
from tests.support.events import until
from tests.support.running import System
from tests.unit.inspections.builders import all_normal, default_list

NAME = "上门试验机械厂"
PLACE = {"longitude": 121.4311, "latitude": 28.6712, "accuracy": 9}
AWAY = PLACE | {"latitude": 28.7712}


@dataclass(frozen=True)
class Service:
    """An enterprise with which an intermediary is under contract."""

    enterprise_id: str

    def call(self, page: Page, method: str, path: str, **body: Any) -> Any:
        """Ask the API as the person who is signed in."""
        answer = sent(page, f"inspections/{path}", body or None, method=method)
        return answer.json() if answer.ok else None

    def visit(self, page: Page) -> str:
        """Arrange a visit as the inspector who is signed in and return it."""
        body = {"enterprise_id": self.enterprise_id}
        made = until(lambda: self.call(page, "POST", "visits", **body), sentence="the contract never arrived")
        return str(made["id"])

    def check(self, page: Page, visit_id: str) -> None:
        """Hand the checklist of a visit in: everything is in order."""
        task_id = self.call(page, "GET", f"visits/{visit_id}")["task_id"]
        named = self.call(page, "GET", f"tasks/{task_id}")["checklist"]
        answers = all_normal(default_list(named))
        assert self.call(page, "POST", f"tasks/{task_id}/submit", answers=answers, signed=True)

    def step(self, page: Page, visit_id: str, event: str, **given: Any) -> None:
        """Take a step with a visit through the API."""
        assert self.call(page, "POST", f"visits/{visit_id}/steps", event=event, **given)

    def reported(self, page: Page) -> str:
        """Let a visit take place and be reported, and return it."""
        one = self.visit(page)
        self.step(page, one, "start", **PLACE)
        self.check(page, one)
        self.step(page, one, "end", **PLACE)
        self.step(page, one, "report", summary="检查车间与仓库", conclusion="in_order", signed=True)
        return one


def under_contract(
    client: Any, name: str, *, codes: tuple[str, str], agency: str, inspectors: tuple[str, ...]
) -> Service:
    """Enter an enterprise under contract with an intermediary (their ``codes``), and its inspectors."""
    enterprise_id = enter(client, name, codes[0], industry="C3311")
    kinds = client.call("GET", "registry/intermediaries/kinds")
    services = [kinds["services"][0]["id"]]
    facts = {"uscc": codes[1] + check_digit(codes[1]), "name": agency, "services": services}
    one = client.call("POST", "registry/intermediaries", json=facts)["id"]
    documents = [{"kind": kind["id"], "number": "1"} for kind in kinds["documents"]]
    path = f"registry/intermediaries/{one}/documents"
    client.call("PUT", path, json={"documents": documents}, headers={"If-Match": '"1"'})
    today = business_date(datetime.now(UTC))
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=364)).isoformat()}
    sides = {"enterprise_id": enterprise_id, "intermediary_id": one, "services": services}
    client.call("POST", "registry/contracts", json={**sides, **days, "number": "1", "visits_per_year": 4})
    for username in inspectors:
        employ(client, username, "intermediary_inspector", intermediary_id=one)
    return Service(enterprise_id)


@pytest.fixture(scope="module")
def service(running_sise: System) -> Service:
    """Return the enterprise with its intermediary, and people of both sides and the bureau who can sign in."""
    client, codes = running_sise.client(), ("91331002MA28G99986", "91331002000000077")
    found = under_contract(client, NAME, codes=codes, agency="安平安全技术服务", inspectors=("visit-one",))
    employ(client, "visit-owner", "enterprise_principal", enterprise_id=found.enterprise_id)
    employ(client, "visit-bureau", "bureau_officer", divisions=["331002"])
    return found


@pytest.fixture
def inspector(window: Window, service: Service, tolerated_lines: list[str]) -> Page:
    """Return the inspector's phone, which knows where it is.

    A page that goes away while a step is sent leaves it to the next one, which is told that the first is still at it.
    """
    tolerated_lines.append("Failed to load resource: the server responded with a status of 409")
    return let_in(phone_at(window, PLACE), "visit-one")


@pytest.fixture
def owner(window: Window, service: Service) -> Page:
    return let_in(window(size=PHONE, signed_in=False), "visit-owner")


@pytest.fixture
def officer(window: Window, service: Service) -> Page:
    return let_in(window(size=DESK, signed_in=False), "visit-bureau")


def state(page: Page, name: str) -> None:
    expect(page.locator("#state")).to_have_attribute("data-state", name)


class TestInspector:
    def test_says_at_the_gate_that_nobody_is_let_in(self, inspector: Page, service: Service) -> None:
        inspector.goto(f"/visits/{service.visit(inspector)}")
        form = inspector.locator('[data-act="refuse_entry"]')
        form.locator("summary").click()
        form.locator("textarea").fill("门卫不让进")
        form.locator('input[type="file"]').set_input_files(PHOTO)
        expect(form.locator(".evidence-photo")).to_have_count(1)
        form.locator('button[type="submit"]').click()
        state(inspector, "refused_entry")

    def test_goes_from_the_gate_to_the_report(self, inspector: Page, service: Service) -> None:
        one = service.visit(inspector)
        inspector.goto("/visits?state=planned")
        inspector.locator(f'[data-visit="{one}"] a').click()
        inspector.locator('a[href^="/tasks/"]').first.click()
        expect(inspector.get_by_role("button", name="到场签到")).to_have_count(0)
        inspector.get_by_role("link", name="开始上门服务").click()
        inspector.get_by_role("button", name="到场签到").click()
        state(inspector, "started")
        form = inspector.locator('[data-act="find"]')
        form.locator("summary").click()
        form.get_by_label("隐患情况").fill("配电箱前堆放纸箱")
        form.get_by_label("具体位置").fill("仓库")
        form.locator('input[type="file"]').set_input_files(PHOTO)
        expect(form.locator(".evidence-photo")).to_have_count(1)
        form.get_by_role("button", name="登记隐患").click()
        expect(inspector.locator("#findings")).to_contain_text("配电箱前堆放纸箱")
        service.check(inspector, one)
        inspector.reload()
        inspector.get_by_role("button", name="离场签退").click()
        state(inspector, "ended")
        expect(inspector.locator('[data-mark="too_short"]')).to_contain_text("至少 60 分钟")
        inspector.get_by_label("服务情况").fill("检查车间与仓库，发现隐患一条")
        inspector.get_by_label("签字确认").check()
        inspector.get_by_role("button", name="提交报告").click()
        state(inspector, "reported")
        expect(inspector.locator("#report")).to_contain_text("发现隐患")

    def test_keeps_a_photo_that_was_chosen_before_the_script_was_there(self, inspector: Page, service: Service) -> None:
        one, held = service.visit(inspector), list[Route]()
        service.step(inspector, one, "start", **PLACE)
        inspector.route("**/js/visit.js*", lambda route: held.append(route), times=1)
        inspector.goto(f"/visits/{one}", wait_until="commit")
        form = inspector.locator('[data-act="find"]')
        form.locator("summary").click()
        form.locator('input[type="file"]').set_input_files(PHOTO)
        until(lambda: bool(held) or inspector.wait_for_timeout(50), sentence="the script was never asked for")
        held[0].continue_()

        expect(form.locator(".evidence-photo")).to_have_count(1)

        service.check(inspector, one)
        service.step(inspector, one, "end", **PLACE)

    def test_is_marked_away_from_the_enterprise_and_says_why(
        self, inspector: Page, officer: Page, service: Service
    ) -> None:
        """The first visit proposes the place; the next one is measured from there."""
        service.reported(inspector)
        one = service.visit(inspector)
        inspector.context.set_geolocation(AWAY)
        inspector.goto(f"/visits/{one}")
        inspector.get_by_role("button", name="到场签到").click()
        mark = inspector.locator('[data-mark="outside_fence"]')
        expect(mark).to_contain_text("米")
        mark.get_by_text("说明情况").first.click()
        mark.locator("textarea").fill("企业在新厂区")
        mark.get_by_role("button", name="说明情况").click()
        expect(inspector.locator('[data-mark="outside_fence"]')).to_contain_text("企业在新厂区")

        officer.goto(f"/visits/{one}")
        form = officer.locator('[data-act="settle-outside_fence"]')
        form.locator("summary").click()
        form.locator("select").select_option("dismissed")
        form.locator("textarea").fill("已核实搬迁")
        form.locator('button[type="submit"]').click()
        expect(officer.locator('[data-mark="outside_fence"]')).to_contain_text("异常不成立")
        service.step(inspector, one, "end", **AWAY)

    def test_finds_every_page_fit_for_the_phone(self, inspector: Page, service: Service) -> None:
        one = service.visit(inspector)
        for path in ("/visits", f"/visits/{one}", "/visits/reviews", "/visits/complaints", "/visits/agencies"):
            inspector.goto(path)
            check_fit(inspector)


class TestEnterprise:
    def test_signs_rates_and_complains(self, inspector: Page, owner: Page, service: Service) -> None:
        one = service.reported(inspector)
        owner.goto(f"/visits/{one}")
        form = owner.locator('[data-act="countersign"]')
        form.locator("summary").click()
        form.locator('input[type="checkbox"]').check()
        form.get_by_role("button", name="确认报告").click()
        state(owner, "countersigned")
        owner.locator('label[for="star-4"]').click()
        owner.get_by_label("评价意见").fill("检查认真")
        owner.get_by_role("button", name="提交评价").click()
        state(owner, "rated")
        expect(owner.locator(".visit-rating")).to_contain_text("检查认真")
        expect(owner.locator(".visit-rating .is-lit")).to_have_count(4)

        complain = owner.locator('[data-act="complain"]')
        complain.locator("summary").click()
        complain.get_by_label("投诉内容").fill("推销检测设备")
        complain.get_by_role("button", name="提交投诉").click()
        owner.wait_for_url("**/visits/complaints/*")
        state(owner, "received")
        assert width_of(owner) <= PHONE["width"]

    def test_disputes_a_report(self, inspector: Page, owner: Page, service: Service) -> None:
        owner.goto(f"/visits/{service.reported(inspector)}")
        form = owner.locator('[data-act="dispute"]')
        form.locator("summary").click()
        form.locator("textarea").fill("没有进车间")
        form.locator('button[type="submit"]').click()
        expect(owner.locator("#state")).to_have_attribute("data-state", "disputed")


class TestOfficer:
    def test_draws_reports_and_looks_at_one_again(self, inspector: Page, officer: Page, service: Service) -> None:
        service.reported(inspector)
        officer.goto("/visits/agencies")
        card = officer.locator("[data-agency]", has_text="安平安全技术服务")
        expect(card.locator('[data-figure="reported"]')).to_contain_text("已报告")
        card.get_by_role("button", name="抽取").click()
        expect(card.get_by_role("button", name="抽取")).to_have_count(0)
        card.locator('[data-figure="drawn"]').click()
        officer.locator("#reviews a").first.click()
        expect(officer.locator("#draw")).to_contain_text("重算一致")
        form = officer.locator('[data-act="refute"]')
        form.locator("summary").click()
        form.locator("select").select_option("careless")
        form.locator("textarea").fill("未检查仓库")
        form.locator('button[type="submit"]').click()
        state(officer, "refuted")
        expect(officer.locator("main")).to_contain_text("检查走过场")
        assert width_of(officer) <= DESK["width"]

    def test_answers_a_complaint(self, inspector: Page, owner: Page, officer: Page, service: Service) -> None:
        body = {"visit_id": service.reported(inspector), "subject": "not_there", "description": "没有人来过"}
        one = service.call(owner, "POST", "complaints", **body)["id"]
        officer.goto("/visits/complaints?state=received")
        officer.locator(f'[data-complaint="{one}"] a').click()
        form = officer.locator('[data-act="uphold"]')
        form.locator("summary").click()
        form.locator("textarea").fill("监控显示无人到场")
        form.locator('button[type="submit"]').click()
        state(officer, "upheld")
        expect(officer.locator("#answer")).to_contain_text("监控显示无人到场")

    def test_opens_the_rows_of_every_figure(self, inspector: Page, officer: Page, service: Service) -> None:
        service.reported(inspector)
        officer.goto("/visits")
        figure = officer.locator('#figures [data-state="reported"]')
        count = int(figure.locator("strong").inner_text())
        figure.click()
        expect(officer.locator("#visits > li")).to_have_count(count)
        expect(officer.locator('#visits [data-state="reported"]')).to_have_count(count)
