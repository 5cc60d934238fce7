"""Official documents: drawn up at a hazard, signed with a finger on a phone, opened as a file; transfers and halts."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.clock import business_date
from tests.browser.cast import check_fit, employ, enter, let_in, sent
from tests.browser.conftest import PHONE, Window, width_of
from tests.support.events import until
from tests.support.running import System

OFFICERS = ("paper-one", "paper-two")
NAME = "文书试验机械厂"


@pytest.fixture(scope="module")
def workshop(running_sise: System) -> str:
    """Return an enterprise that two officers with licences may check."""
    client = running_sise.client()
    for name in OFFICERS:
        licence = {"licence_number": f"浙J{name}", "licence_valid_until": (today() + timedelta(days=300)).isoformat()}
        employ(client, name, "bureau_officer", divisions=["331002"], name=f"试验员{name[-3:]}", **licence)
    return enter(client, NAME, "91331002MA28G88889", industry="C3311")


def today() -> date:
    """Return the day that it is in China; a run may go on into the next one."""
    return business_date(datetime.now(UTC))


def ask(page: Page, path: str, body: dict[str, Any]) -> Any:
    """Send something to the API as the person who is signed in; None when it is refused."""
    answer = sent(page, path, body)
    return answer.json() if answer.ok else None


def a_hazard(page: Page, enterprise_id: str) -> str:
    """Find a general hazard as soon as inspections has heard of the enterprise."""
    body = {"enterprise_id": enterprise_id, "description": "临边防护栏杆缺失", "place": "二层平台"}
    found = until(lambda: ask(page, "inspections/hazards", body), sentence="inspections never heard of the enterprise")
    ask(page, f"inspections/hazards/{found['id']}/steps", {"event": "grade_general"})
    return str(found["id"])


def draw(page: Page, pad: Any) -> None:
    """Draw a line on a pad as a finger does."""
    pad.evaluate("pad => pad.scrollIntoView({block: 'center', behavior: 'instant'})")  # not below the tabs
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 90)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(box["x"] + 30 + 40 * step, box["y"] + (40 if step % 2 else 110), steps=4)
    page.mouse.up()


def sign_as_officer(page: Page) -> None:
    """Sign a document with the own account."""
    form = page.locator('form[data-sign]:has([value="officer"])')
    draw(page, form.locator("[data-pad]"))
    form.get_by_role("button", name="签名", exact=True).click()
    expect(page.locator("#done")).to_contain_text("签名已保存")


class TestAnOrder:
    def test_is_drawn_up_signed_by_everybody_and_opened_as_a_file(self, window: Window, workshop: str) -> None:
        page = let_in(window(size=PHONE, signed_in=False), OFFICERS[0])
        hazard = a_hazard(page, workshop)
        page.goto(f"/hazards/{hazard}")
        page.locator("#documents").get_by_role("link", name="责令限期整改指令书").click()
        page.get_by_label("整改期限").fill((today() + timedelta(days=10)).isoformat())
        for label, text in (
            ("整改责任人", "车间主任"),
            ("整改措施", "加装护栏"),
            ("整改资金", "2万元"),
            ("验收标准", "安全员"),
        ):
            page.get_by_label(label).fill(text)
        page.get_by_role("button", name="编号并送签").click()
        expect(page.locator("#number")).to_contain_text("应急责改〔")
        expect(page.locator("#officer-post")).to_have_value(f"浙J{OFFICERS[0]}")
        check_fit(page)
        sign_as_officer(page)
        page.get_by_text("在场人员签名", exact=True).click()
        other = page.locator('form[data-sign]:has([name="name"])')
        other.get_by_label("姓名").fill("试验员丙")
        draw(page, other.locator("[data-pad]"))
        other.get_by_role("button", name="签名", exact=True).click()
        expect(page.locator('[data-place="present"]')).to_contain_text("试验员丙")
        address = page.url.split("?")[0]

        second = let_in(window(size=PHONE, signed_in=False), OFFICERS[1])
        second.goto(address)
        sign_as_officer(second)

        expect(second.locator("#state")).to_have_attribute("data-state", "issued")
        expect(second.locator("#intact")).to_contain_text("未改动")
        file = second.request.get(second.locator("#file").get_attribute("href") or "")
        assert (file.status, file.body()[:5]) == (200, b"%PDF-")
        check_fit(second)
        self.is_verified(window(size=PHONE, signed_in=False), code=second.locator("#code").inner_text())
        second.goto(f"/hazards/{hazard}")
        expect(second.locator("#state")).to_have_attribute("data-state", "rectifying")

    def is_verified(self, page: Page, *, code: str) -> None:
        page.goto("/sign-in")
        page.get_by_role("link", name="核验执法文书").click()
        page.fill("#asked", code.lower())
        page.get_by_role("button", name="核验").click()
        expect(page.locator("#verdict")).to_contain_text("真实有效")
        expect(page.locator("#number")).to_contain_text("应急责改〔")
        check_fit(page)

    def test_asks_for_a_signature_before_anything_is_sent(self, window: Window, workshop: str) -> None:
        page = let_in(window(signed_in=False), OFFICERS[0])
        page.goto(f"/documents/{a_letter(page, workshop)}")
        page.locator('form[data-sign]:has([value="officer"])').get_by_role("button", name="签名", exact=True).click()
        expect(page.locator("#signing .notice-bad")).to_contain_text("请先在框内签名")

    def test_is_not_found_by_a_wrong_code(self, window: Window) -> None:
        page = window(signed_in=False)
        for wrong in ("NOBODYHASTHIS", "../identity"):
            page.goto(f"/documents/verify?code={wrong}")
            expect(page.locator("#refusal")).to_contain_text("请核对")

    def test_is_voided_with_a_reason(self, window: Window, workshop: str) -> None:
        page = let_in(window(signed_in=False), OFFICERS[0])
        page.goto(f"/documents/{a_letter(page, workshop)}")
        page.locator("#taking-back summary").click()
        page.locator("#taking-back textarea").fill("对象有误")
        page.locator('#taking-back button[type="submit"]').click()
        expect(page.locator("#state")).to_have_attribute("data-state", "void")
        page.goto("/documents?state=void")
        expect(page.locator("#documents tbody tr").first).to_contain_text("隐患移送书")


def a_letter(page: Page, enterprise_id: str) -> str:
    """Draw up a letter about a new hazard and return its document."""
    fields = {"receiver": "消防救援大队", "reason": "属消防职责"}
    body = {"kind": "transfer_letter", "fields": fields, "hazard_ids": [a_hazard(page, enterprise_id)]}
    return str(ask(page, "inspections/documents", body)["id"])


class TestTransfer:
    def test_is_received_and_answered(self, window: Window, workshop: str) -> None:
        page = let_in(window(signed_in=False), OFFICERS[0])
        hazard = a_hazard(page, workshop)
        letter = {"receiver": "试验消防大队", "reason": "属消防职责"}
        ask(page, f"inspections/hazards/{hazard}/steps", {"event": "transfer", **letter})
        page.goto("/documents/transfers")
        page.get_by_role("link", name="试验消防大队").first.click()
        receipt = page.locator('[data-act="receive"]')
        receipt.locator("summary").click()
        receipt.get_by_label("签收单位和人员").fill("值班室")
        receipt.get_by_label("日期").fill(today().isoformat())
        receipt.get_by_role("button", name="登记签收").click()
        expect(page.locator("#state")).to_have_attribute("data-state", "received")
        result = page.locator('[data-act="resolve"]')
        result.locator("summary").click()
        result.locator("textarea").fill("已责令改正")
        result.get_by_role("button", name="登记办理结果").click()
        expect(page.locator("#state")).to_have_attribute("data-state", "resolved")


class TestPages:
    @pytest.mark.parametrize("path", ["/documents", "/documents/transfers", "/documents/halts?view=all"])
    def test_fit_the_phone(self, window: Window, workshop: str, path: str) -> None:
        page = let_in(window(size=PHONE, signed_in=False), OFFICERS[0])
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        check_fit(page)


class TestRecord:
    def test_is_drawn_up_at_a_check_and_named_at_its_task(self, window: Window, workshop: str) -> None:
        page = let_in(window(size=PHONE, signed_in=False), OFFICERS[0])
        a_hazard(page, workshop)
        one = a_check(page, workshop)
        page.goto(f"/tasks/{one}")
        expect(page.locator("[data-record]")).to_contain_text("检查记录要由两名执法人员和对方签名后")
        page.locator("[data-documents]").get_by_role("link", name="现场检查记录").click()
        expect(page.get_by_label("检查情况")).to_have_value(re.compile("发现问题0项"))
        page.get_by_label("检查场所").fill("一车间")
        page.get_by_label("处理意见").fill("无")
        page.get_by_role("button", name="编号并送签").click()
        expect(page.locator("#number")).to_contain_text("应急检记〔")
        page.goto(f"/tasks/{one}")
        expect(page.locator("[data-record]")).to_contain_text("待签名")
        assert width_of(page) <= PHONE["width"]


def a_check(page: Page, enterprise_id: str) -> str:
    """Hand in a check of the bureau in which all is in order and return its task."""
    visit = {"enterprise_id": enterprise_id, "cause": "complaint", "basis": "信访1号"}
    task = ask(page, "inspections/tasks", visit)
    ask(page, f"inspections/tasks/{task['id']}/steps", {"event": "check_in", "longitude": 121.4, "latitude": 28.6})
    address = f"/api/v1/inspections/checklists/{task['checklist']}?version={task['checklist_version']}"
    checklist = page.request.get(address).json()
    answers: dict[str, str] = {}
    for item in [item for section in checklist["sections"] for item in section["items"]]:
        asks = item["shown_if"]
        if not asks or answers.get(asks["item"]) in asks["responses"]:
            answers[item["id"]] = next(one["id"] for one in item["responses"] if one["meaning"] != "abnormal")
    handed_in = ask(page, f"inspections/tasks/{task['id']}/submit", {"answers": answers})
    assert handed_in is not None
    return str(task["id"])
