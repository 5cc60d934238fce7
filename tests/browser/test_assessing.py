"""An assessment from the phone of an enterprise to the bureau's desk: draft, evidence, return, review, confirmation."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import PIXEL, check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.running import System

NAME = "评估试验机械厂"
STREET = "331002006"  # no other test assesses there


@pytest.fixture(scope="module")
def works(running_sise: System) -> str:
    """Return the id of an enterprise whose people, subdistrict and bureau can sign in."""
    client = running_sise.client()
    enterprise_id = enter(client, NAME, "91331002MA28G12348", division=STREET, industry="C3443")
    employ(client, "assess-works", "enterprise_user", enterprise_id=enterprise_id)
    employ(client, "assess-street", "subdistrict_officer", divisions=[STREET])
    employ(client, "assess-bureau", "bureau_officer", divisions=["331002"])
    return enterprise_id


def answer(page: Page, fact: str, value: str) -> None:
    page.locator(f'[data-fact="{fact}"] label.segment:has(input[value="{value}"])').click()


class TestAssessment:
    def test_goes_from_the_phone_to_the_bureau_by_three_people(
        self, window: Window, running_sise: System, works: str
    ) -> None:
        phone, street, bureau = window(size=PHONE, signed_in=False), window(signed_in=False), window(signed_in=False)
        draft(phone, works)
        address = phone.url.split("?")[0]
        let_in(street, "assess-street")
        street.goto("/risk/assessments?state=submitted")
        street.get_by_role("link", name=NAME).click()
        street.locator(".assess-evidence").scroll_into_view_if_needed()
        expect(street.locator(".assess-evidence img")).to_have_js_property("naturalWidth", 1)
        street.fill('[name="reason"]', "请补充涂装情况")
        street.get_by_role("button", name="退回").click()
        phone.goto(address)
        expect(phone.locator(".notice-warning")).to_contain_text("请补充涂装情况")
        answer(phone, "coating", "yes")
        phone.get_by_role("button", name="提交").click()
        street.goto(address)
        check_fit(street, DESK)
        street.locator(".assess-send .button-main").click()
        expect(street.locator("#done")).to_contain_text("等待局里确认")
        let_in(bureau, "assess-bureau")
        bureau.goto(address)
        bureau.locator(".assess-send .button-main").click()

        expect(bureau.locator("[aria-current=step]")).to_have_text("已确认")
        facts = running_sise.client().call("GET", f"risk/facts/{works}")["facts"]
        assert {name: (one["value"], one["origin"]) for name, one in facts.items()} == {
            "coating": ("yes", "confirmed"), "metal_smelting": ("no", "confirmed"),
        }  # fmt: skip


def draft(phone: Page, enterprise_id: str) -> None:
    """Fill in two answers with a photo, look that the phone shows it well, and hand it in."""
    let_in(phone, "assess-works")
    phone.goto(f"/enterprises/{enterprise_id}")
    phone.get_by_role("tab", name="监管措施").click()
    phone.get_by_role("button", name="开始或继续评估").click()
    expect(phone.locator(".assess-head h2")).to_have_text(NAME)
    check_fit(phone)
    answer(phone, "metal_smelting", "no")
    phone.set_input_files("#photo", {"name": "works.png", "mimeType": "image/png", "buffer": PIXEL})
    phone.select_option("#about", "metal_smelting")
    phone.get_by_role("button", name="保存草稿").click()
    expect(phone.locator("#answered")).to_have_attribute("data-answered", "1")
    expect(phone.locator(".assess-evidence")).to_have_count(1)
    phone.get_by_role("button", name="提交").click()
    expect(phone.locator("[aria-current=step]")).to_have_text("待初审")
