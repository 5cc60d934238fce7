"""Credit grades at the desk and on a phone: found by grade, explained, attested; policies tried out and adopted."""

import os
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.clock import business_date
from shared.ids import new_id
from shared.running.client import ApiClient, ApiRefused
from tests.browser.cast import PASSWORD, check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, REFUSED_INPUT, Window
from tests.support.events import until
from tests.support.running import System

CODE, NAME, DIVISION = "91331002MA28G55593", "等级试验锻造厂", "331002005"


@pytest.fixture(scope="module")
def firm_id(running_sise: System) -> str:
    """Return an enterprise with two penalties and an accident, which made its grade."""
    client = running_sise.client()
    firm_id = enter(client, NAME, CODE, division=DIVISION)
    employ(client, "rating-officer", "bureau_officer", divisions=["331002"])
    employ(client, "rating-leader", "bureau_leader", divisions=["331002"])
    employ(client, "rating-own", "enterprise_principal", enterprise_id=firm_id)
    officer = ApiClient(running_sise.url, username="rating-officer", password=PASSWORD)

    def graded() -> dict[str, Any]:
        try:
            return officer.call("GET", f"credit/ratings/{firm_id}")
        except ApiRefused:
            return {}

    until(lambda: bool(graded()), sentence="credit never heard of the enterprise")
    today = business_date(datetime.now(UTC)).isoformat()
    for _ in range(2):
        officer.call("POST", "credit/penalties", json={"enterprise_id": firm_id, **decision(today)})
    accident = {"enterprise_id": firm_id, "occurred_on": today, "kind": "fall", "deaths": 1}
    officer.call("POST", "credit/accidents", json=accident | {"is_mainly_responsible": True})

    def listed() -> list[str]:
        items = officer.call("GET", "credit/ratings", params={"q": CODE})["items"]
        return [one["grade"] for one in items]

    until(lambda: listed() == ["C"], sentence="the grade never followed the penalties and the accident")
    return firm_id


def decision(today: str) -> dict[str, Any]:
    said = {"conduct": "未采取措施消除事故隐患", "facts": "冲床无防护", "basis": "安全生产法 第一百零二条"}
    fine = {"kinds": ["fine"], "fine": 30_000, "decided_on": today, "content": "罚款三万元"}
    return {**said, **fine, "document_number": f"椒应急罚〔2026〕{new_id()[-5:]}号", "authority": "区应急管理局"}


def keep(page: Page, name: str, size: dict[str, int]) -> None:
    """Check that a page fits, and keep how it looks where somebody wants to see it."""
    check_fit(page, size)
    if folder := os.environ.get("SISE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)


def seen(page: Page, name: str) -> None:
    """Check that a page fits at the desk and on a phone, and keep how it looks on both."""
    for size in (PHONE, DESK):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        keep(page, name, size)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
class TestAnOfficer:
    def test_opens_the_rows_of_a_figure(self, window: Window, firm_id: str, size: dict[str, int]) -> None:
        page = let_in(window(size=size, signed_in=False), "rating-officer")
        page.goto(f"/credit/ratings?q={NAME}&division={DIVISION}")
        figure = page.locator("#figures a[data-grade=C]")
        expect(figure.locator("strong")).to_have_text("1")
        figure.click()
        page.wait_for_url("**grade=C**")
        expect(page.locator("#ratings li")).to_have_count(1)
        expect(page.locator(f"[data-rating='{firm_id}']")).to_contain_text("按分值为 A 级")
        keep(page, "ratings", size)
        page.locator("#figures a[data-grade=D]").click()
        page.wait_for_url("**grade=D**")
        expect(page.locator("#ratings")).to_have_count(0)

    def test_reads_every_reason_and_opens_the_row_behind_it(
        self, window: Window, firm_id: str, size: dict[str, int]
    ) -> None:
        page = let_in(window(size=size, signed_in=False), "rating-officer")
        page.goto(f"/enterprises/{firm_id}")
        page.wait_for_load_state()
        page.locator("#file-rating").dispatch_event("click")
        page.wait_for_url(f"**/credit/ratings/{firm_id}")
        expect(page.locator("#grade")).to_have_attribute("data-grade", "C")
        expect(page.locator("#score")).to_have_text("94 分")
        expect(page.locator("#moved li[data-move]")).to_have_count(2)
        expect(page.locator("#not-counted")).to_contain_text("安全生产标准化等级")
        expect(page.locator("#stands")).to_contain_text("参照浙江省工商贸企业安全生产评估分级标准")
        expect(page.locator("#stands")).not_to_contain_text("credit-and-inspections")
        keep(page, "rating", size)
        link = page.locator("#counted a[data-row]").first
        number = link.locator("span").nth(1).inner_text()
        link.click()
        expect(page.locator("#number")).to_have_text(number)
        page.go_back()
        page.locator("#moved [data-move=fatal_accident] a").click()
        expect(page.locator("#accidents li")).to_have_count(1)
        check_fit(page, size)

    def test_tries_other_points_out_and_changes_nothing(
        self, window: Window, firm_id: str, size: dict[str, int]
    ) -> None:
        page = let_in(window(size=size, signed_in=False), "rating-officer")
        page.goto("/credit/policy")
        keep(page, "policy", size)
        page.fill("#points-penalty_general", "-30")
        page.locator("#trial button[type=submit]").click()
        expect(page.locator(f"[data-mover='{firm_id}'] .rating-grade")).to_have_text(["C", "D"])
        expect(page.locator("#points-penalty_general")).to_have_value("-30")
        keep(page, "tried", size)
        page.fill("#points-penalty_general", "30")
        page.locator("#trial button[type=submit]").click()
        expect(page.locator("#refusal")).to_be_visible()
        page.goto(f"/credit/ratings/{firm_id}")
        expect(page.locator("#grade")).to_have_attribute("data-grade", "C")


class TestAnHonour:
    def test_is_recorded_with_its_document_and_stands_behind_its_points(
        self, window: Window, firm_id: str, expected_lines: list[str]
    ) -> None:
        expected_lines.append(REFUSED_INPUT)
        page = let_in(window(size=DESK, signed_in=False), "rating-officer")
        page.goto(f"/credit/ratings/{firm_id}")
        page.locator("#attest summary").click()
        page.select_option("#kind", "model_provincial")
        page.fill("#attested-document", "浙应急〔2026〕3号")
        page.fill("#attested-title-text", "安全文化建设示范企业")
        page.locator("#attest button[type=submit]").click()
        expect(page.locator("#attest .deed-problem")).to_contain_text("有效期")
        page.fill("#until", f"{business_date(datetime.now(UTC)).year + 2}-12-31")
        page.locator("#attest button[type=submit]").click()
        expect(page.locator("#earned [data-bonus=model_provincial] a[data-row]")).to_have_count(1)
        expect(page.locator("#score")).to_have_text("96 分")
        expect(page.locator("#not-counted")).not_to_contain_text("表彰荣誉")
        seen(page, "attested")
        page.locator("[data-attestation=model_provincial] summary").click()
        page.fill("[data-attestation=model_provincial] textarea", "称号被撤销")
        page.locator("[data-attestation=model_provincial] button[type=submit]").click()
        expect(page.locator("#earned")).to_have_count(0)
        expect(page.locator("#score")).to_have_text("94 分")


class TestAPolicy:
    def test_is_drafted_by_an_officer_and_adopted_by_a_leader_without_a_restart(
        self, window: Window, firm_id: str, expected_lines: list[str]
    ) -> None:
        expected_lines.append(REFUSED_INPUT)
        officer = let_in(window(size=DESK, signed_in=False), "rating-officer")
        officer.goto("/credit/policy")
        officer.locator("#begin-draft button").click()
        officer.wait_for_url("**/credit/policies/*")
        self.amend(officer, "points-penalty_light", "-2")
        expect(officer.locator("[data-difference='points.penalty_light']")).to_contain_text("-2")
        expect(officer.locator("#adopt")).to_have_count(0)
        seen(officer, "draft")

        leader = let_in(window(size=DESK, signed_in=False), "rating-leader")
        leader.goto(officer.url)
        expect(leader.locator("#try-first")).to_be_visible()
        leader.locator("#try-draft button").click()
        expect(leader.locator("#tried-grades tr[data-grade]")).to_have_count(4)
        seen(leader, "tried-draft")
        self.adopt(leader)
        expect(leader.locator("#state")).to_have_text("现行")
        expect(leader.locator("#refusal")).to_have_count(0)
        for name, number in (("penalty_light", "−2"), ("months", "12"), ("most_bonus", "10"), ("two_penalties", "2")):
            expect(leader.locator(f"[data-holds={name}]")).to_contain_text(number)
        seen(leader, "adopted")
        version = leader.locator("h1").inner_text().split()[-1]

        def followed() -> bool:
            officer.goto(f"/credit/ratings/{firm_id}")
            return version in officer.locator("#policy-title").inner_text()

        until(followed, sentence="the grade never named the policy that was adopted")
        expect(officer.locator("#stands")).to_contain_text("椒应急〔2026〕8号")
        officer.goto("/credit/policy")
        expect(officer.locator(f"[data-version='{version}']")).to_contain_text("现行")
        seen(officer, "policies")

    @staticmethod
    def amend(page: Page, field: str, value: str) -> None:
        """Change a number of the draft, and see a refusal in words before."""
        page.fill("#grades-B", "90")
        page.locator("#amend button[type=submit]").click()
        expect(page.locator("#amend .deed-problem")).to_contain_text("等级界限须逐级降低")
        page.fill("#grades-B", "")
        page.fill(f"#{field}", value)
        page.locator("#amend button[type=submit]").click()
        page.wait_for_selector("#differences")

    @staticmethod
    def adopt(page: Page) -> None:
        """Adopt the draft from today on."""
        page.locator("#adopt summary").click()
        page.fill("#document", "椒应急〔2026〕8号")
        page.fill("#adopt-reason", "局务会通过")
        page.locator("#adopt button[type=submit]").click()
        page.wait_for_selector("#decided")


class TestTheEnterprise:
    def test_is_not_shown_the_grade(self, window: Window, firm_id: str) -> None:
        page = let_in(window(size=PHONE, signed_in=False), "rating-own")
        page.goto(f"/enterprises/{firm_id}")
        expect(page.locator("#file-rating")).to_have_count(0)
        answers = [page.request.get(f"/credit/{path}").status for path in ("ratings", f"ratings/{firm_id}", "policy")]
        assert answers == [403, 403, 403]
