"""A check on a phone: from the inbox over the form at the gate to the hazards that it finds."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from shared.running.client import ApiRefused
from tests.browser.cast import PHOTO, TOO_SMALL, check_fit, employ, enter, let_in, phone_at, sent, until_drafted
from tests.browser.conftest import PHONE, Window
from tests.support.events import until
from tests.support.running import System

GRID = "grid-checks"
PLACE = {"longitude": 121.8311, "latitude": 28.4512, "accuracy": 9}
OPEN = "[data-item]:visible:not(:has(:checked))"
NAME = "检查试验木器厂"


@pytest.fixture(scope="module")
def workshop(running_sise: System) -> str:
    """Return an enterprise in the grid of a worker who can sign in."""
    client = running_sise.client()
    employ(client, "check-one", "grid_worker", grids=[GRID])
    return enter(client, NAME, "91331002MA28G99994", grid=GRID, industry="C2110")


@pytest.fixture
def gate(window: Window, workshop: str) -> Page:
    """Return the worker's phone with a position."""
    return let_in(phone_at(window, PLACE), "check-one")


def begin(page: Page, enterprise_id: str, *, checklist: str = "FIRE-SMALL") -> str:
    """Begin a check of an enterprise as the person who is signed in and return its task."""

    def begun() -> Any:
        answer = sent(page, "inspections/tasks", {"enterprise_id": enterprise_id, "checklist": checklist})
        return answer.json()["id"] if answer.status == 201 else None

    return str(until(begun, sentence="inspections never heard of the enterprise"))


def code_of(client: Any, enterprise_id: str) -> str:
    """Issue a code for an enterprise and return its address; empty while risk does not know it."""
    try:
        return str(client.call("POST", f"risk/codes/{enterprise_id}")["address"])
    except ApiRefused:
        return ""


def answer_all(page: Page, *, fault: str) -> None:
    """Answer every item that appears, in order but for one, which gets a note and a photo."""
    while page.locator(OPEN).count():
        item = page.locator(f"[data-item='{page.locator(OPEN).first.get_attribute('data-item')}']")
        wrong = item.get_attribute("data-item") == fault
        item.locator(
            f'[data-meaning="{"abnormal" if wrong else "normal"}"], [data-meaning="not_applicable"]'
        ).first.click()
    box = page.locator(f'[data-item="{fault}"]')
    box.locator("textarea").fill("灭火器压力不足")
    box.locator('input[type="file"]').set_input_files(PHOTO)
    expect(box.locator(".evidence-photo")).to_have_count(1)
    until_drafted(page, "灭火器压力不足")


class TestCheck:
    def test_goes_from_the_inbox_to_the_hazards_that_it_finds(
        self, gate: Page, running_sise: System, workshop: str
    ) -> None:
        one = begin(gate, workshop)
        gate.goto("/tasks")
        expect(gate.locator('[data-group="today"]')).to_contain_text("今天截止")
        gate.get_by_role("link", name=NAME).click()
        gate.get_by_role("button", name="到场签到").click()
        expect(gate.locator("#state")).to_have_attribute("data-state", "on_site")
        expect(gate.locator("#place")).to_contain_text("9 米")
        fault = gate.locator('[data-item]:has([data-meaning="abnormal"])').first.get_attribute("data-item") or ""
        answer_all(gate, fault=fault)
        gate.reload()
        expect(gate.locator(f'[data-item="{fault}"] .evidence-photo')).to_have_count(1)
        gate.get_by_label("我已核对").check()
        gate.get_by_role("button", name="提交检查").click()

        expect(gate.locator("#done")).to_contain_text("检查已提交")
        expect(gate.locator("[data-record]")).to_contain_text("发现隐患 1 条")
        record = running_sise.client().call("GET", f"inspections/checks?task_id={one}")["items"][0]
        assert list(record["hazards"]) == [fault]
        assert record["longitude"] == PLACE["longitude"]

    def test_asks_for_the_photos_that_its_version_wants(self, gate: Page, running_sise: System, workshop: str) -> None:
        client = running_sise.client()
        versions = "inspections/checklists/versions"
        draft = client.call("POST", versions, json={"id": "PHOTOS", "zh": "拍照检查表", "en": "Photos"})
        item = {"id": "P-1", "zh": "灭火器", "en": "Extinguishers", "clause": "消防法 第十六条", "photo": "always"}
        content = draft["content"] | {
            "section": [{"id": "s1", "zh": "节", "en": "s", "item": [{**item, "responses": "standard", "weight": 1}]}]
        }
        content["checklist"]["source"] = "消防法"
        path = f"{versions}/{draft['id']}"
        made = client.call("PUT", path, json={"content": content}, headers={"If-Match": '"1"'})
        client.call("POST", f"{path}/publish", json={}, headers={"If-Match": f'"{made["revision"]}"'})
        gate.goto(f"/tasks/{begin(gate, workshop, checklist='PHOTOS')}")
        gate.get_by_role("button", name="到场签到").click()
        gate.locator('[data-item="P-1"] [data-meaning="normal"]').click()
        gate.get_by_label("我已核对").check()
        gate.get_by_role("button", name="提交检查").click()
        expect(gate.locator("#refused")).to_contain_text("要拍一张照片")
        gate.locator('[data-item="P-1"] input[type="file"]').set_input_files(PHOTO)
        expect(gate.locator('[data-item="P-1"] .evidence-photo')).to_have_count(1)
        gate.get_by_role("button", name="提交检查").click()
        expect(gate.locator("#done")).to_contain_text("检查已提交")

    def test_begins_at_the_gate_from_the_scanned_code(self, gate: Page, running_sise: System, workshop: str) -> None:
        client = running_sise.client()
        begin(gate, workshop)
        code = str(until(lambda: code_of(client, workshop), sentence="risk never heard of the enterprise"))
        gate.goto(code)
        gate.get_by_label("检查表", exact=True).select_option("CONFINED")
        assert gate.evaluate(TOO_SMALL) == []
        gate.get_by_role("button", name="开始检查").click()
        gate.wait_for_url("**/tasks/*")
        expect(gate.locator(".loop-head")).to_contain_text("有限空间作业检查表")

    def test_begins_at_the_file_of_the_enterprise(self, gate: Page, workshop: str) -> None:
        gate.goto(f"/enterprises/{workshop}")
        gate.get_by_role("button", name="开始检查").click()
        gate.wait_for_url("**/tasks/*")
        expect(gate.locator("#state")).to_have_attribute("data-state", "assigned")
        expect(gate.locator("#why")).to_have_text("缘由：临时检查")

    def test_begins_also_when_the_button_is_pressed_before_the_scripts_are_there(
        self, gate: Page, workshop: str
    ) -> None:
        held: list[Route] = []
        gate.route("**/js/deeds.js*", lambda route: held.append(route), times=1)
        gate.goto(f"/enterprises/{workshop}", wait_until="commit")
        gate.get_by_role("button", name="开始检查").click(no_wait_after=True)
        assert gate.url.endswith(workshop)
        until(lambda: bool(held) or gate.wait_for_timeout(50), sentence="the script was never asked for")
        held[0].continue_()
        gate.wait_for_url("**/tasks/*")
        expect(gate.locator("#state")).to_have_attribute("data-state", "assigned")

    def test_ends_when_entry_is_refused(self, gate: Page, running_sise: System, workshop: str) -> None:
        gate.goto(f"/tasks/{begin(gate, workshop)}")
        form = gate.locator('[data-act="refuse_entry"]')
        form.locator("summary").click()
        form.locator("textarea").fill("门卫不让进")
        form.locator('input[type="file"]').set_input_files(PHOTO)
        expect(form.locator(".evidence-photo")).to_have_count(1)
        form.locator('button[type="submit"]').click()
        expect(gate.locator("#state")).to_have_attribute("data-state", "refused_entry")

    def test_says_what_is_missing(self, gate: Page, running_sise: System, workshop: str) -> None:
        gate.goto(f"/tasks/{begin(gate, workshop)}")
        gate.get_by_role("button", name="到场签到").click()
        gate.get_by_role("button", name="提交检查").click()
        expect(gate.locator("#refused")).to_contain_text("请先回答这一项")
        expect(gate.locator(".is-missing")).to_have_count(1)

    def test_fits_the_phone(self, gate: Page, running_sise: System, workshop: str) -> None:
        one = begin(gate, workshop)
        for path in ("/tasks", "/tasks?view=area", f"/tasks/{one}"):
            gate.goto(path)
            check_fit(gate)
        gate.get_by_role("button", name="到场签到").click()
        expect(gate.locator("#check")).to_be_visible()
        check_fit(gate)


class TestFile:
    def test_shows_the_next_check_and_leads_to_it(self, gate: Page, running_sise: System, workshop: str) -> None:
        begin(gate, workshop)
        gate.goto(f"/enterprises/{workshop}")
        gate.locator("#work").get_by_role("link", name="下一项检查").click()
        gate.wait_for_url("**/tasks/*")
        expect(gate.locator("h1")).to_have_text(NAME)

    def test_offers_the_bureau_every_cause_of_the_table(
        self, window: Window, running_sise: System, workshop: str
    ) -> None:
        employ(running_sise.client(), "check-bureau", "bureau_officer", divisions=["331002"])
        causes = running_sise.client().call("GET", "inspections/causes")["items"]
        page = let_in(window(signed_in=False), "check-bureau")
        page.goto(f"/enterprises/{workshop}")
        expect(page.locator('select[name="cause"] option')).to_have_text(["为什么检查", *(one["zh"] for one in causes)])


class TestInbox:
    def test_says_how_to_begin_when_it_is_empty(self, window: Window, running_sise: System) -> None:
        page = window()
        page.goto("/tasks?view=overdue")
        expect(page.locator(".blank")).to_contain_text("没有逾期的检查")

    def test_shows_people_of_an_enterprise_their_own_tasks(
        self, window: Window, running_sise: System, workshop: str
    ) -> None:
        employ(running_sise.client(), "check-owner", "enterprise_user", enterprise_id=workshop)
        page = let_in(window(size=PHONE, signed_in=False), "check-owner")
        one = begin(page, workshop)
        page.goto("/tasks")
        expect(page.get_by_role("link", name=NAME).first).to_be_visible()
        page.goto(f"/tasks/{one}")
        page.get_by_role("button", name="到场签到").click()
        expect(page.locator("#check")).to_be_visible()
