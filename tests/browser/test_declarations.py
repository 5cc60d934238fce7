"""Declared work: an enterprise declares on a phone, the subdistrict sees red first and answers, officers stop it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from shared.clock import business_date
from tests.browser.cast import check_fit, employ, enter, let_in
from tests.browser.conftest import PHONE, Window
from tests.support.events import until
from tests.support.running import System

NAME = "报备试验机械厂"


@pytest.fixture(scope="module")
def workshop(running_sise: System) -> str:
    """Return an enterprise with its principal, the subdistrict above it and two officers."""
    client = running_sise.client()
    licence = {"licence_number": "浙J-9", "licence_valid_until": (tomorrow() + timedelta(days=300)).isoformat()}
    workshop_id = enter(client, NAME, "91331002MA28G99993", industry="C3311")
    employ(client, "declare-own", "enterprise_principal", enterprise_id=workshop_id)
    employ(client, "declare-street", "subdistrict_officer", divisions=["331002001"])
    for officer in ("declare-one", "declare-two"):
        employ(client, officer, "bureau_officer", divisions=["331002"], name=f"试验员{officer[-3:]}", **licence)
    return workshop_id


@pytest.fixture
def principal(window: Window, workshop: str) -> Page:
    page = let_in(window(size=PHONE, signed_in=False), "declare-own")
    known = f"/api/v1/permits/enterprises/{workshop}"
    until(lambda: page.request.get(known).ok, sentence="permits never heard of the enterprise")
    return page


def tomorrow() -> date:
    return business_date(datetime.now(UTC)) + timedelta(days=1)


def choose(page: Page, **answers: str) -> None:
    for name, value in answers.items():
        page.locator(f'[name="{name}"][value="{value}"]').check()


def declare(page: Page, place: str) -> str:
    """Declare a confined space where H2S may be, approved by another than the principal; return where it is listed."""
    day = tomorrow()
    page.goto(f"/declarations/new?day={day}")
    choose(page, kind="confined_space", is_contractor="false", approver="other", is_guardian_trained="true")
    choose(page, has_toxic_gas="true", has_fan="true", has_detector="true", has_rescue_gear="true")
    page.get_by_label("作业地点").fill(place)
    page.get_by_role("button", name="报备", exact=True).click()
    expect(page.locator("#jobs li").filter(has_text=place)).to_contain_text("已报备")
    return f"/declarations?day={day}"


class TestADay:
    def test_is_declared_on_a_phone_and_asked_only_what_matters(self, principal: Page) -> None:
        principal.goto(f"/declarations/new?day={tomorrow()}")
        choose(principal, kind="height")
        expect(principal.get_by_label("作业高度（米）")).to_be_visible()
        expect(principal.get_by_text("有通风机吗？")).to_be_hidden()
        declare(principal, "一号池")
        check_fit(principal)

    def test_without_work_is_one_tap(self, principal: Page) -> None:
        principal.goto("/declarations")
        expect(principal.locator("[data-declared]")).to_have_attribute("data-declared", "none")
        principal.get_by_role("button", name="当天无危险作业").click()
        expect(principal.locator("[data-declared]")).to_have_attribute("data-declared", "nil")
        check_fit(principal)


class TestTheSubdistrict:
    def test_sees_red_first_with_the_reasons_and_receives_it(self, principal: Page, window: Window) -> None:
        listed = declare(principal, "二号池")
        street = let_in(window(signed_in=False), "declare-street")
        street.goto(listed)
        row = street.locator('#jobs li[data-colour="red"]').filter(has_text="二号池")
        expect(row).to_contain_text("应由主要负责人或其书面委托的人审批")
        street.locator('#figures [data-colour="red"]').click()
        expect(row).to_be_visible()
        row.click()
        expect(street.locator('[data-reason="toxic_space"]')).to_be_visible()
        street.get_by_role("button", name="收悉").click()
        expect(street.locator("#state")).to_have_attribute("data-state", "received")
        expect(street.locator("#acts")).to_contain_text("报备不是审批")


class TestAnOrder:
    def test_stops_work_with_the_second_signature_until_it_is_lifted(
        self, principal: Page, window: Window, workshop: str
    ) -> None:
        listed = declare(principal, "三号池")
        first = let_in(window(signed_in=False), "declare-one")
        first.goto(listed)
        first.locator("#jobs li").filter(has_text="三号池").click()
        first.get_by_role("link", name="责令停止").last.click()
        named = first.locator('form[data-act="named"]')
        named.get_by_label("理由").fill("现场无监护人")
        named.get_by_role("button", name="签名并送会签").click()
        expect(first.locator("#number")).to_contain_text("应急停作〔")

        second = let_in(window(size=PHONE, signed_in=False), "declare-two")
        second.goto(first.url)
        check_fit(second)
        second.get_by_role("button", name="会签，生效").click()
        expect(second.locator("#state")).to_have_attribute("data-state", "in_force")
        principal.goto(listed)
        expect(principal.locator("#jobs li").filter(has_text="三号池")).to_contain_text("责令停止")

        second.locator('[data-act="lift"] summary').click()
        second.locator('[data-act="lift"] textarea').fill("监护人已到位")
        second.locator('[data-act="lift"] button').click()
        expect(second.locator("#state")).to_have_attribute("data-state", "lifted")
