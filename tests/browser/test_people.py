"""Administration, agencies, claims, invitations and the audit trail, as people see them."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.cast import PASSWORD, PIXEL, TOO_SMALL, let_in, sign_in_as
from tests.browser.conftest import DESK, PHONE, Window, width_of
from tests.support.codes import read_codes
from tests.support.running import System

CODE = "91331002MA28G77774"
PIN = "290174"


@pytest.fixture(scope="module")
def people(running_sise: System) -> System:
    """Return the running system with an enterprise, a subdistrict officer and an auditor."""
    client = running_sise.client()
    content = {"uscc": CODE, "name": "认领试验机械厂", "division": "331002001", "credit_code_override": "made up"}
    client.call("POST", "registry/enterprises", json=content)
    accounts: tuple[dict[str, Any], ...] = (
        {"username": "street-one", "roles": ["subdistrict_officer"], "divisions": ["331002001"]},
        {"username": "auditor-one", "roles": ["auditor"]},
        {"username": "worker-one", "roles": ["grid_worker"], "grids": ["g-1"]},
    )
    for account in accounts:
        client.call("POST", "identity/accounts", json={**account, "name": "试验员", "password": PASSWORD})
    return running_sise


class TestClaim:
    def test_goes_from_the_form_to_the_signature_of_a_worker(
        self, window: Window, people: System, expected_lines: list[str]
    ) -> None:
        expected_lines.append("Failed to load resource: the server responded with a status of 404 (NOT FOUND)")
        public, street = window(size=PHONE, signed_in=False), window(signed_in=False)
        hand_in_claim(public)
        expect(public.locator("#claim-state")).to_have_text("待审核")
        let_in(street, "street-one")
        street.goto("/claims")
        street.get_by_role("link", name="认领试验机械厂").click()
        street.get_by_role("button", name="通过并开通账号").click()
        expect(street.locator("#done")).to_contain_text("已通过")
        public.reload()
        expect(public.locator("#claim-state")).to_have_text("已通过")

        factory = sign_in_as(window(signed_in=False), "factory-one")
        expect(factory.get_by_role("heading", level=1)).to_contain_text("认领试验机械厂")
        address = invite(factory)
        phone = window(size=PHONE, signed_in=False)
        phone.goto(address)
        phone.fill("#pin", PIN)
        phone.fill("#pin_again", PIN)
        phone.get_by_role("button", name="完成").click()
        expect(phone.locator("h2")).to_have_text("设置完成")
        factory.goto("/members")
        expect(factory.locator("tr", has_text="李四")).to_contain_text("已设置")
        factory.goto("/sign")
        factory.locator(".signer", has_text="李四").click()
        factory.fill("#pin", PIN)
        factory.get_by_role("button", name="以本人身份继续").click()
        expect(factory.locator(".signer-banner")).to_contain_text("正在以 李四 的身份操作")
        factory.locator(".signer-banner").get_by_role("button").click()
        expect(factory.locator("#done")).to_have_text("已交还手机。")

        phone.goto(address)
        expect(phone.locator("#refusal")).to_contain_text("向企业管理员索取新的二维码")

    def test_says_what_to_do_when_something_is_wrong(self, window: Window, people: System) -> None:
        page = window(signed_in=False)
        hand_in_claim(page, code="91331002MA28G0XXXX", username="factory-two")
        expect(page.locator("#refusal")).to_contain_text("名录中没有这个信用代码")
        expect(page.locator("#username")).to_have_value("factory-two")


class TestAdministration:
    def test_makes_an_account_and_shows_its_password_once(self, window: Window, people: System) -> None:
        page = window()
        page.goto("/admin/accounts/new")
        page.fill("#username", "new-officer")
        page.fill("#name", "新来的")
        page.get_by_label("执法人员").check()
        page.fill("#divisions", "331002")
        page.get_by_role("button", name="保存").click()
        expect(page.locator("#secret")).to_have_text(page.locator("#secret").inner_text())
        assert len(page.locator("#secret").inner_text()) == 16
        page.goto("/admin/accounts?username=new-officer")
        expect(page.locator("tbody")).to_contain_text("新**")

    def test_tells_what_is_wrong_and_keeps_what_was_typed(self, window: Window, people: System) -> None:
        page = window()
        page.goto("/admin/accounts/new")
        page.fill("#username", "admin")
        page.fill("#name", "又一个")
        page.get_by_label("网格员").check()
        page.get_by_role("button", name="保存").click()
        expect(page.locator("#refusal")).to_contain_text("用户名已被占用")
        expect(page.locator("#name")).to_have_value("又一个")

    def test_enters_an_absence_that_counts_at_once(self, window: Window, people: System) -> None:
        page = window()
        page.goto("/admin/staff?standing=absent")  # whoever is listed, everybody can be chosen
        page.select_option("#account_id", label="worker-one 试**")
        page.fill("#starts_at", "2026-01-01T08:00")
        page.fill("#ends_at", "2099-01-01T08:00")
        page.get_by_role("button", name="登记不在岗").click()
        expect(page.locator("#refusal")).to_contain_text("不超过一年")

    def test_shuts_an_account_that_is_signed_in_elsewhere(self, window: Window, people: System) -> None:
        people.client().call("POST", "identity/accounts", json=leaver())
        elsewhere = sign_in_as(window(signed_in=False), "leaver-one")
        page = window()
        page.goto("/admin/accounts?username=leaver-one")
        page.locator("a.row-title").click()
        page.get_by_role("button", name="停用账号").click()
        expect(page.locator("#done")).to_contain_text("账号已停用")
        elsewhere.goto("/audit")
        expect(elsewhere.locator(".sign-in-card")).to_be_visible()


class TestOwnAccount:
    def test_must_change_the_first_password(self, window: Window, people: System) -> None:
        first = {"username": "first-day", "name": "新员工", "roles": ["bureau_officer"], "divisions": ["331002"]}
        people.client().call(
            "POST", "identity/accounts", json={**first, "password": PASSWORD, "must_change_password": True}
        )
        page = sign_in_as(window(signed_in=False), "first-day")
        expect(page.locator("#must-change")).to_be_visible()
        for name, text in (
            ("current", PASSWORD),
            ("new", "another quiet harbour 2"),
            ("again", "another quiet harbour 2"),
        ):
            page.fill(f"#{name}", text)
        page.locator("#password-form button[type=submit]").click()
        expect(page.locator("#done")).to_contain_text("密码已修改")
        page.fill("#username", "first-day")
        page.fill("#password", "another quiet harbour 2")
        page.locator(".sign-in-card button[type=submit]").click()
        expect(page.locator("header.top nav")).to_contain_text("驾驶舱")

    def test_signs_out_of_a_lost_phone(self, window: Window, people: System) -> None:
        lost = sign_in_as(window(size=PHONE, signed_in=False), "street-one")
        page = sign_in_as(window(signed_in=False), "street-one")
        page.goto("/account")
        expect(page.locator("#sessions li").first).to_contain_text("Chrome")
        for _ in range(page.locator("#sessions button").count()):
            page.locator("#sessions button").first.click()
            expect(page.locator("#done")).to_have_text("已退出该设备。")
        lost.goto("/account")
        expect(lost.locator(".sign-in-card")).to_be_visible()
        expect(page.locator("#sessions li")).to_have_count(1)


class TestAgencies:
    def test_are_granted_what_the_form_names(self, window: Window, people: System) -> None:
        page = window()
        page.goto("/admin/clients")
        page.fill("#name", "消防试验系统")
        page.get_by_role("button", name="登记部门").click()
        expect(page.locator("#secret")).not_to_be_empty()
        page.get_by_role("link", name="去授权").click()
        page.fill("#divisions", "331002")
        page.fill("#basis", "〔2026〕7 号")
        page.locator('input[name="fields"][value="uscc"]').first.check()
        page.get_by_role("button", name="保存授权").click()
        expect(page.locator("tbody")).to_contain_text("enterprise:read")
        page.get_by_role("button", name="收回").click()
        expect(page.locator(".panel-body").first).to_contain_text("尚未授权")


class TestAuditTrail:
    def test_is_found_by_its_filters(self, window: Window, people: System) -> None:
        page = sign_in_as(window(signed_in=False), "auditor-one")
        expect(page).to_have_url("/audit")
        page.fill("#action", "account:write")
        page.select_option("#service", "identity")
        page.get_by_role("button", name="查询").click()
        expect(page.locator("tbody tr").first).to_contain_text("account:write")
        assert "action=account%3Awrite" in page.url
        page.locator("tbody a.label").first.click()
        page.wait_for_url("**result=done**")

    def test_is_all_that_an_auditor_sees(self, window: Window, people: System) -> None:
        page = sign_in_as(window(signed_in=False), "auditor-one")
        expect(page.locator("nav.sections a")).to_have_count(1)


@pytest.mark.parametrize(
    "path", ["/account", "/admin/accounts", "/admin/staff", "/admin/roles", "/admin/clients", "/claims"]
)
class TestPages:
    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_fit_the_window(self, window: Window, people: System, path: str, size: dict[str, int]) -> None:
        page = window(size=size)
        page.goto(path)
        assert width_of(page) <= size["width"]

    def test_can_be_tapped(self, window: Window, people: System, path: str) -> None:
        page = window(size=PHONE)
        page.goto(path)
        assert page.evaluate(TOO_SMALL) == []


def leaver() -> dict[str, Any]:
    content = {"username": "leaver-one", "name": "走的人", "password": PASSWORD}
    return {**content, "roles": ["auditor"]}


def hand_in_claim(page: Page, *, code: str = CODE, username: str = "factory-one") -> None:
    page.goto("/claim")
    for name, value in (("uscc", code), ("name", "王小二"), ("mobile", "13812348000"), ("username", username)):
        page.fill(f"#{name}", value)
    page.fill("#password", PASSWORD)
    page.set_input_files("#photo", {"name": "licence.png", "mimeType": "image/png", "buffer": PIXEL})
    page.get_by_role("button", name="提交认领").click()


def invite(page: Page) -> str:
    page.goto("/members")
    page.select_option("#role", "enterprise_worker")
    page.fill("#note", "李四")
    page.get_by_role("button", name="邀请人员").click()
    return scanned(page)


def scanned(page: Page) -> str:
    """Return the address that a phone reads from the code on the page; it is the one written below."""
    picture = Image.open(BytesIO(page.locator(".qr-frame").screenshot()))
    (address,) = read_codes(picture)
    assert address == page.locator("#address").inner_text()
    return address
