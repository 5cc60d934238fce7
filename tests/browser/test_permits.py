"""A permit as foreman, guardian, approver and officer see it: applied for, signed, started, watched, stopped."""

from io import BytesIO

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import check_fit, employ, sent, sign_in_as
from tests.browser.conftest import DESK, PHONE, Window
from tests.browser.permitting import (
    CREW,
    PLACE,
    Plant,
    analyse,
    answer,
    apply_for_entry,
    brief_and_send,
    measure_gases,
    name_crew,
    opened,
    set_time,
    sign,
    take,
)
from tests.support.running import System

REFUSED = "Failed to load resource: the server responded with a status of "
NAME = "海湾精细化工厂"
VESSEL = {"kind": "confined_space", "number": "R-101", "title": "反应釜", "medium": "甲苯", "risk_place": "yes"}
ROLES = {
    "permit-foreman": "enterprise_safety_officer",
    "permit-guardian": "enterprise_guardian",
    "permit-approver": "enterprise_principal",
}


@pytest.fixture(scope="module")
def plant(running_sise: System) -> Plant:
    """Return a chemical plant with its people, its reactor in the ledger, and two officers who oversee it."""
    plant = Plant(running_sise, "91331002MA28G55550", NAME, roles=ROLES)
    employ(plant.client, "permit-officer", "bureau_officer", divisions=["331002"])
    employ(plant.client, "permit-second", "bureau_officer", divisions=["331002"])
    plant.train(*CREW.values(), by="permit-foreman")
    place = {**VESSEL, "enterprise_id": plant.id, "location": {**PLACE, "accuracy_m": 3}}
    plant.acting("permit-foreman").call("POST", "permits/places", json=place)
    return plant


def check_in_and_start(guardian: Page) -> None:
    """Let the guardian check in, and begin the work when he stands there."""
    own = guardian.locator("#crew li").filter(has_text="监护人")
    guardian.wait_for_load_state()
    own.locator('form[data-act="check_in"] button').click()
    expect(own).to_contain_text("在场")
    guardian.wait_for_load_state()
    guardian.locator('form[data-act="start"] input[name="detector_live"]').check()
    take(guardian, "start", "active")


def watch(officer: Page) -> None:
    """Find the work on the board, and see all of it without anything to approve."""
    officer.goto("/permits")
    row = officer.locator('.permit-board a[data-state="active"]').filter(has_text=NAME)
    expect(row).to_be_visible()
    row.click()
    expect(officer.locator("#acts")).not_to_contain_text("批准")
    expect(officer.locator("#gas .permit-tests li")).to_have_count(3)
    officer.get_by_role("link", name="作业相互影响").click()
    officer.wait_for_url("**/conflicts")
    check_fit(officer, DESK)
    officer.go_back()
    expect(officer.locator("#spot-check")).to_be_visible()


def stop_by_order(window: Window, officer: Page) -> None:
    """Let one officer prepare the order that stops the permit on his page, and another one sign it."""
    officer.locator("#stop").click()
    order = officer.locator('form[data-act="named"]')
    order.get_by_label("理由").fill("釜外无人监护")
    officer.wait_for_load_state()
    order.locator("button").click()
    expect(officer.locator('#state[data-state="prepared"]')).to_be_visible()
    second = opened(window, "permit-second")
    second.goto(officer.url)
    second.wait_for_load_state()
    second.locator('form[data-act="countersign"] button').click()
    expect(second.locator('#state[data-state="in_force"]')).to_be_visible()


def ink_of(page: Page, permit_id: str) -> list[float]:
    """Print a permit and return of each page of the file which share of it is not white."""
    paper = sent(page, f"permits/permits/{permit_id}/papers", {}).json()
    file = page.request.get(f"/api/v1/permits/papers/{paper['id']}/file")
    assert file.headers["content-type"] == "application/pdf"
    shares = []
    with pypdfium2.PdfDocument(BytesIO(file.body())) as document:
        for sheet in document:
            grey = sheet.render(scale=2).to_pil().convert("L")
            shares.append(sum(grey.histogram()[:200]) / (grey.width * grey.height))
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    assert "受限空间作业安全作业票" in text
    assert "R-101 反应釜" in text
    return shares


class TestApplication:
    def test_tells_the_level_and_why_while_it_is_written(self, window: Window, plant: Plant) -> None:
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
        page.locator("#crew-title").evaluate("one => one.scrollIntoView({ block: 'center' })")
        expect(page.locator(".permit-send button")).to_be_in_viewport(ratio=1)

    def test_takes_from_the_ledger_what_it_says_of_a_place(self, window: Window, plant: Plant) -> None:
        page = opened(window, "permit-foreman")
        page.goto("/permits/new?kind=confined_space")
        page.wait_for_load_state()
        page.select_option("#place_id", label="R-101 反应釜 · 有限空间")
        expect(page.locator("#free-place")).to_be_hidden()
        expect(page.locator("#fact-medium")).to_have_value("甲苯")
        expect(page.locator("#place-note")).to_contain_text("请核对")
        page.select_option("#place_id", value="")
        expect(page.locator("#free-place")).to_be_visible()
        expect(page.locator("#fact-medium")).to_have_value("")

    def test_shows_the_numbers_by_which_its_paper_names_people(self, window: Window, plant: Plant) -> None:
        page = opened(window, "permit-foreman", size=PHONE)
        apply_for_entry(page)
        guardian = page.locator("#crew li").filter(has_text=CREW["guardian"])
        expect(guardian).to_contain_text(plant.people()[CREW["guardian"]][-8:])
        check_fit(page, PHONE)

    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_asks_for_what_belongs_into_a_measure(self, window: Window, plant: Plant, size: dict[str, int]) -> None:
        page = opened(window, "permit-foreman", size=size)
        apply_for_entry(page)
        take(page, "submit", "reserved")
        rescue, other = (page.locator("#measures li").nth(number - 1) for number in (11, 15))
        expect(other.locator(".permit-note:required")).to_have_count(0)
        for row in (rescue, other):
            row.locator('input[value="true"]').check()
            expect(row.locator(".permit-note:required:invalid")).to_be_visible()
        check_fit(page, size)
        rescue.locator(".permit-note").fill("消防器材4件、救生绳2根")
        expect(rescue.locator(".permit-note:invalid")).to_be_visible()
        rescue.locator(".permit-note").fill("消防器材4件、救生绳2根、气防装备2套")
        expect(rescue.locator(".permit-note:valid")).to_be_visible()
        page.locator('form[data-act="answer"] button[type=submit]').click()
        expect(other.locator(".permit-note")).to_be_focused()
        other.locator(".permit-note").fill("专人登记；编制：张三")
        with page.expect_response(lambda got: got.url.endswith("/steps")) as sent_on:
            page.locator('form[data-act="answer"] button[type=submit]').click()
        assert sent_on.value.status == 200

    def test_outlives_the_session_of_who_writes_it(
        self, window: Window, plant: Plant, tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.extend(REFUSED + status for status in ("401", "403"))
        page = opened(window, "permit-foreman", size=PHONE)
        page.goto("/permits/new?kind=confined_space")
        page.wait_for_load_state()
        set_time(page)
        for field, text in {"place": "一车间R-101", "fact-space_name": "R-101", "fact-medium": "甲苯"}.items():
            page.fill(f"#{field}", text)
        name_crew(page)

        page.context.clear_cookies(name="sise_session")
        page.fill("#description", "进入R-101反应釜清理")
        expect(page.locator(".toast-note")).to_contain_text("登录已失效")
        page.locator(".permit-send button").click()
        expect(page.locator("#application .deed-problem")).to_contain_text("所填内容仍保留在本页")
        check_fit(page, PHONE)
        with page.expect_popup() as beside:
            page.get_by_role("link", name="在新标签页登录").click()
        sign_in_as(beside.value, "permit-foreman")
        page.locator(".permit-send button").click()

        page.wait_for_url(lambda url: "/permits/new" not in url)
        expect(page.locator('#state [data-state="draft"]')).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("进入R-101反应釜清理")
        expect(page.locator("#crew li")).to_have_count(len(CREW))

    def test_enters_a_place_that_the_ledger_lacks(self, window: Window, plant: Plant) -> None:
        page = opened(window, "permit-foreman", size=PHONE)
        page.goto("/permits/new?kind=height")
        page.wait_for_load_state()
        page.locator("#at-place").check()
        expect(page.locator("#place-note")).to_contain_text("已记录此处位置")
        page.locator("#enter-place").click()
        page.fill("#new-number", "PT-7")
        page.fill("#new-title", "七号平台")
        page.locator("#place-form button[type=submit]").click()
        expect(page.locator("#place_id option:checked")).to_have_text("PT-7 七号平台")
        found = plant.acting("permit-foreman").call("GET", f"permits/places?enterprise_id={plant.id}&q=PT-7")
        assert found["items"][0]["location"]["longitude"] == PLACE["longitude"]

    def test_shows_who_may_not_and_why(self, window: Window, plant: Plant) -> None:
        page = opened(window, "permit-foreman")
        page.goto("/permits/new?kind=confined_space")
        guardian = page.locator(".permit-row").nth(2)
        fit = guardian.locator('[data-role="guardian"] option:not([disabled])[value]:not([value=""])')
        expect(fit).to_have_count(3)
        barred = guardian.locator(".permit-unfit li")
        expect(barred).to_have_count(1)
        guardian.locator(".permit-unfit summary").click()
        expect(barred).to_contain_text("没有这种作业需要的证书")
        expect(guardian.locator("option[disabled]")).to_contain_text("赵")
        page.fill("#ends_at", "2020-01-01T00:00")
        page.locator("#ends_at").blur()
        expect(guardian.locator(".permit-candidates")).to_contain_text("先填写正确的起止时间")

    def test_keeps_what_annex_a_asks_of_the_power(self, window: Window, plant: Plant) -> None:
        page = opened(window, "permit-foreman")
        page.goto("/permits/new?kind=temp_power")
        page.wait_for_load_state()
        entries = {"connection_point": "一号配电箱", "allowed_power": "7.5", "voltage": "380", "equipment": "水泵"}
        for name, entry in entries.items():
            page.fill(f"#fact-{name}", entry)
        page.fill("#description", "接临时水泵")
        page.fill("#place", "南墙")
        page.locator(".permit-send button").click()
        page.wait_for_url(lambda url: "/permits/new" not in url)
        facts = page.locator("#facts")
        expect(facts).to_contain_text("380 V")
        expect(facts).to_contain_text("一号配电箱")

    @pytest.mark.parametrize("kind", ["hot_work", "height"])
    def test_fits_a_phone(self, window: Window, plant: Plant, kind: str) -> None:
        page = opened(window, "permit-foreman", size=PHONE)
        page.goto(f"/permits/new?kind={kind}")
        expect(page.locator(".permit-unfit").first).to_be_visible()
        set_time(page)
        check_fit(page)


def see_preparation(page: Page) -> None:
    """See what was analysed and explained, beside what is to be signed."""
    expect(page.locator("#analysed")).to_contain_text("控制措施：置换、通风、连续检测")
    expect(page.locator("#analysed")).to_contain_text("安全交底")


def see_last_step(page: Page, event: str, said: str) -> None:
    """See in the history which step was last, and what was said with it."""
    last = page.locator("#history li").first
    expect(last.locator("strong")).to_contain_text(event)
    expect(last.locator(".row-note").first).to_have_text(said)


class TestWay:
    def test_leads_from_the_foreman_over_guardian_and_approver_to_the_officer(
        self, window: Window, plant: Plant
    ) -> None:
        foreman = opened(window, "permit-foreman", size=PHONE)
        apply_for_entry(foreman, place="R-101 反应釜 · 有限空间")
        analyse(foreman)

        guardian = opened(window, "permit-guardian", size=PHONE)
        guardian.goto(foreman.url)
        measure_gases(guardian)
        check_fit(guardian)

        foreman.reload()
        brief_and_send(foreman)
        see_preparation(foreman)
        sign(foreman, "sign")
        expect(foreman.locator("#chain .is-signed")).to_have_count(1)
        see_last_step(foreman, "签字", "作业负责人")

        approver = opened(window, "permit-approver", size=PHONE)
        approver.goto(foreman.url)
        check_fit(approver)
        sign(approver, "approve")
        expect(approver.locator('#state [data-state="approved"]')).to_be_visible()
        expect(approver.locator("#chain .is-signed").last).to_contain_text("0 m")

        guardian.reload()
        check_in_and_start(guardian)
        officer = opened(window, "permit-officer")
        watch(officer)
        stop_by_order(window, officer)

        guardian.reload()
        expect(guardian.locator('#state [data-state="suspended"]')).to_be_visible()
        expect(guardian.locator(".permit-top")).to_contain_text("责令停止")
        see_last_step(guardian, "中断", "责令停止")
        check_fit(guardian)
        shares = ink_of(foreman, foreman.url.rpartition("/")[2])
        assert shares[0] > 0.02, shares
        assert min(shares) > 0.001, shares
