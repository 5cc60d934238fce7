"""Signing a permit by PIN on a colleague's phone, and from afar with a reason and a photo."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.running.client import ApiClient
from tests.browser.cast import PHOTO, check_fit
from tests.browser.conftest import PHONE, REFUSED_INPUT, Window
from tests.browser.permitting import (
    CREW,
    Plant,
    analyse,
    apply_for_entry,
    brief_and_send,
    measure_gases,
    opened,
    sign,
)
from tests.support.running import System

PIN, WRONG = "290174", "290175"
AFAR = {"longitude": 121.50, "latitude": 28.70}
ROLES = {
    "pin-applicant": "enterprise_safety_officer",
    "pin-approver": "enterprise_principal",
    "pin-boss": "enterprise_administrator",
}


@pytest.fixture(scope="module")
def plant(running_sise: System) -> Plant:
    """Return a plant whose foreman has a PIN and no password."""
    plant = Plant(running_sise, "91331002MA28G55577", "共用手机化工厂", roles=ROLES)
    plant.train(*CREW.values(), by="pin-applicant")
    boss: ApiClient = plant.acting("pin-boss")
    invitation: dict[str, Any] = {"role": "enterprise_worker", "note": "张三", "person_id": plant.people()["张"]}
    token = boss.call("POST", "identity/invitations", json=invitation)["token"]
    boss.call("POST", "identity/invitations/accept", json={"token": token, "name": "张三", "pin": PIN})
    return plant


def ready(window: Window, plant: Plant) -> Page:
    """Return the applicant's phone with a permit that the work leader signs next."""
    page = opened(window, "pin-applicant", size=PHONE)
    apply_for_entry(page)
    analyse(page)
    measure_gases(page)
    brief_and_send(page)
    return page


def give_pin(page: Page, pin: str) -> None:
    page.locator(".signer", has_text="张三").click()
    page.fill("#pin", pin)
    page.get_by_role("button", name="以本人身份继续").click()


class TestPin:
    def test_lets_the_foreman_sign_on_the_phone_of_another(self, window: Window, plant: Plant) -> None:
        page = ready(window, plant)
        permit = page.url
        page.get_by_role("link", name="换人用PIN签字").click()
        give_pin(page, WRONG)
        expect(page.locator("#refusal")).to_have_text("PIN 不正确，请重新输入。")
        check_fit(page)
        give_pin(page, PIN)
        page.wait_for_url(permit)
        expect(page.locator(".signer-banner")).to_contain_text("正在以 张三 的身份操作")
        check_fit(page)
        page.fill("#opinion", "措施已落实")
        sign(page, "sign")
        signed = page.locator("#chain .is-signed")
        expect(signed).to_have_count(1)
        expect(signed).to_contain_text("PIN")
        page.locator(".signer-banner").get_by_role("button").click()
        expect(page.locator("#done")).to_have_text("已交还手机。")


class TestSignatureFromAfar:
    def test_needs_a_reason_and_a_photo_that_everybody_sees(
        self, window: Window, plant: Plant, expected_lines: list[str]
    ) -> None:
        expected_lines.append(REFUSED_INPUT)
        page = ready(window, plant)
        approver = opened(window, "pin-approver", size=PHONE, place=AFAR)
        approver.goto(page.url)
        sign(approver, "sign")
        expect(approver.locator(".permit-sign .deed-problem")).to_contain_text("您不在作业现场")
        approver.fill("#remote_reason", "在外地出差")
        approver.set_input_files('[data-evidence="photo"] input[type="file"]', PHOTO)
        expect(approver.locator(".evidence-photo")).to_be_visible()
        check_fit(approver)
        approver.locator('form[data-act="sign"] > button').click()
        signed = approver.locator("#chain .is-signed")
        expect(signed).to_contain_text("异地签字")
        page.reload()
        photo = page.locator("#chain .permit-photo img")
        expect(photo).to_be_visible()
        assert photo.evaluate("one => one.decode().then(() => one.naturalWidth)") == 1
