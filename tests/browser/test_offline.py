"""Checks in a cellar: the phone keeps answers and photos without a connection, and all of it arrives once."""

import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from shared.running.client import ApiClient
from tests.browser.cast import (
    HELD_STORAGE,
    PASSWORD,
    PIXEL,
    check_fit,
    cut_off,
    employ,
    enter,
    let_in,
    let_storage_answer,
    phone_at,
    reload_from_phone,
    sign_in_as,
    until_drafted,
)
from tests.browser.conftest import CUT_OFF, PHONE, Window, width_of
from tests.browser.test_tasks import OPEN, PLACE, begin
from tests.support.events import until
from tests.support.running import System

GRID = "grid-offline"
NAME = "离线检查试验厂"
SIGNED = '"signed":true'
REFUSED = "Failed to load resource: the server responded with a status of "
PHOTO_BYTES = 700_000  # more than one part
KEPT_HERE = """async ([path, text]) => {
  const found = await caches.match(path);
  return Boolean(found) && (await found.text()).includes(text);
}"""


@pytest.fixture(scope="module")
def workshop(running_sise: System) -> str:
    """Return an enterprise in the grid of two workers who share a phone."""
    client = running_sise.client()
    for username in ("offline-one", "offline-two"):
        employ(client, username, "grid_worker", grids=[GRID])
    return enter(client, NAME, "91331002MA28G70004", grid=GRID, industry="C2110")


@pytest.fixture
def gate(window: Window, workshop: str, tolerated_lines: list[str]) -> Page:
    """Return the phone of a worker, with a position; that requests fail is what these tests are about."""
    tolerated_lines.extend(CUT_OFF)
    return let_in(phone_at(window, PLACE), "offline-one")


@pytest.fixture
def on_site(gate: Page, running_sise: System, workshop: str) -> str:
    """Return the task whose form is open on the phone; from now on it, and the list, open without a connection."""
    task_id = begin(gate, workshop)
    gate.goto(f"/tasks/{task_id}")
    gate.get_by_role("button", name="到场签到").click()
    expect(gate.locator("#check")).to_be_visible()
    until_kept(gate, f"/tasks/{task_id}", text='data-state="on_site"')
    until_kept(gate, "/tasks")
    return task_id


def until_kept(page: Page, path: str, *, text: str = "") -> None:
    """Wait until a page with some ``text``, and the worker that shows it, are on the phone."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(lambda: page.evaluate(KEPT_HERE, [path, text]), sentence="the page was never kept")


def photo(number: int) -> dict[str, Any]:
    content = PIXEL + random.Random(number).randbytes(PHOTO_BYTES)
    return {"name": f"{number}.png", "mimeType": "image/png", "buffer": content}


def fill_in(page: Page, *, faults: int = 1, photos: int = 1) -> list[str]:
    """Answer every item, the first ``faults`` as not in order with ``photos`` each; return the items with faults."""
    found: list[str] = []
    while page.locator(OPEN).count():
        name = page.locator(OPEN).first.get_attribute("data-item") or ""
        item = page.locator(f"[data-item='{name}']")
        is_fault = len(found) < faults and item.locator('[data-meaning="abnormal"]').count() > 0
        wanted = '[data-meaning="abnormal"]' if is_fault else '[data-meaning="normal"], [data-meaning="not_applicable"]'
        item.locator(wanted).first.click()
        if not is_fault:
            continue
        item.locator("textarea").fill(f"问题 {name}")
        taken = [photo(100 * len(found) + number) for number in range(photos)]
        item.locator('input[type="file"]').set_input_files(taken)
        expect(item.locator(".evidence-photo")).to_have_count(photos)
        found.append(name)
    page.get_by_label("我已核对").check()
    until_drafted(page, SIGNED)
    return found


def hand_in(page: Page) -> None:
    """Hand the check in, and wait until it is kept on the phone or has arrived already."""
    page.get_by_role("button", name="提交检查").click()
    expect(page.locator(".phone-list li, #done").first).to_be_visible()


def records(system: System, task_id: str) -> list[dict[str, Any]]:
    return list(system.client().call("GET", f"inspections/checks?task_id={task_id}")["items"])


def rows(system: System, query: str, *values: str) -> int:
    with closing(sqlite3.connect(f"file:{system.home}/inspections.db?mode=ro", uri=True)) as database:
        return int(database.execute(query, values).fetchone()[0])


def until_arrived(page: Page) -> None:
    expect(page.locator("#done")).to_contain_text("检查已提交", timeout=60_000)


class TestACheckWithoutConnection:
    def test_of_thirty_minutes_with_twenty_photos_arrives_once(
        self, gate: Page, on_site: str, running_sise: System
    ) -> None:
        begun = datetime.now(UTC) - timedelta(minutes=31)
        gate.clock.set_fixed_time(begun)
        cut_off(gate)
        reload_from_phone(gate)
        expect(gate.locator("#phone-box")).to_contain_text("离线页面")
        gate.clock.set_fixed_time(begun + timedelta(minutes=30))
        before = rows(running_sise, "SELECT count(*) FROM attachment")
        faults = fill_in(gate, faults=4, photos=5)
        hand_in(gate)
        expect(gate.locator(".phone-list")).to_contain_text("20 张照片")
        gate.goto("/tasks")
        expect(gate.locator(".phone-list")).to_contain_text("已存手机")
        assert records(running_sise, on_site) == []

        gate.context.set_offline(False)

        expect(gate.locator(".phone-list")).to_contain_text("已送达", timeout=120_000)
        [record] = records(running_sise, on_site)
        assert sorted(record["hazards"]) == sorted(faults)
        assert record["finished_at"][:16] == (begun + timedelta(minutes=30)).isoformat()[:16]
        assert rows(running_sise, "SELECT count(*) FROM attachment") == before + 20
        assert rows(running_sise, "SELECT count(*) FROM upload_part") == 0

    def test_survives_a_closed_tab(self, gate: Page, on_site: str, running_sise: System) -> None:
        context = gate.context
        cut_off(gate)
        fault = fill_in(gate)[0]
        gate.close()

        again = context.new_page()
        again.goto(f"/tasks/{on_site}")

        expect(again.locator(f'[data-item="{fault}"] textarea')).to_have_value(f"问题 {fault}")
        expect(again.locator(f'[data-item="{fault}"] .evidence-photo')).to_have_count(1)
        expect(again.get_by_label("我已核对")).to_be_checked()
        assert again.locator(OPEN).count() == 0
        hand_in(again)
        context.set_offline(False)
        until_arrived(again)
        assert len(records(running_sise, on_site)) == 1

    def test_keeps_what_is_changed_while_the_phone_still_reads(self, gate: Page, on_site: str) -> None:
        fault = fill_in(gate)[0]
        gate.add_init_script(HELD_STORAGE)
        gate.goto(f"/tasks/{on_site}")
        other = gate.locator('[data-item]:not([data-if]) [data-meaning="abnormal"]').first
        other.click()
        let_storage_answer(gate)

        expect(gate.get_by_label("我已核对")).to_be_checked()
        expect(gate.locator(f'[data-item="{fault}"] textarea')).to_have_value(f"问题 {fault}")
        expect(other.locator("input")).to_be_checked()

    def test_says_what_to_do_about_a_page_that_is_not_there(self, gate: Page, on_site: str) -> None:
        cut_off(gate)
        gate.goto("/tasks/0192f0a0-0000-7000-8000-00000000ffff")

        expect(gate.locator(".blank")).to_contain_text("没有网络，这一页不在手机上")
        assert width_of(gate) <= PHONE["width"]
        gate.context.set_offline(False)

    def test_fits_the_phone_in_every_state(self, gate: Page, on_site: str) -> None:
        cut_off(gate)
        fill_in(gate)
        for path in ("/tasks", f"/tasks/{on_site}"):
            gate.goto(path)
            expect(gate.locator("#phone-box")).to_be_visible()
            check_fit(gate)
        hand_in(gate)
        check_fit(gate)
        gate.context.set_offline(False)
        until_arrived(gate)

    def test_begins_without_one_too(self, gate: Page, running_sise: System, workshop: str) -> None:
        task_id = begin(gate, workshop)
        gate.goto("/tasks")
        until_kept(gate, f"/tasks/{task_id}")
        cut_off(gate)
        gate.locator(f'a[href="/tasks/{task_id}"]').click()
        gate.get_by_role("button", name="到场签到").click()
        expect(gate.locator("#check")).to_be_visible()
        fill_in(gate)
        hand_in(gate)

        gate.context.set_offline(False)

        until_arrived(gate)
        assert len(records(running_sise, task_id)) == 1
        steps = running_sise.client().call("GET", f"inspections/tasks/{task_id}")["steps"]
        assert [one["event"] for one in steps] == ["assign", "check_in", "submit"]
        assert steps[1]["given"]["longitude"] == PLACE["longitude"]
        assert steps[1]["given"]["done_at"] < steps[1]["at"]


class TestNothingIsDoubled:
    def test_by_two_tabs(self, gate: Page, on_site: str, running_sise: System) -> None:
        other = gate.context.new_page()
        other.goto(gate.url)
        cut_off(gate)
        fault = fill_in(gate)[0]
        expect(other.locator(f'[data-item="{fault}"] textarea')).to_have_value(f"问题 {fault}")
        expect(other.locator(f'[data-item="{fault}"] .evidence-photo')).to_have_count(1)
        expect(other.get_by_label("我已核对")).to_be_checked()
        for page in (gate, other):
            page.evaluate("document.getElementById('check').requestSubmit()")
        expect(other.locator(".phone-list li")).to_have_count(1)

        gate.context.set_offline(False)

        for page in (gate, other):
            until_arrived(page)
        assert len(records(running_sise, on_site)) == 1
        assert rows(running_sise, "SELECT count(*) FROM check_record WHERE task_id = ?", on_site.replace("-", "")) == 1

    def test_when_the_answer_is_lost_that_the_server_gave(self, gate: Page, on_site: str, running_sise: System) -> None:
        statuses: list[int] = []

        def lose(route: Route) -> None:
            statuses.append(route.fetch().status)
            route.abort("connectionreset")

        gate.route("**/submit", lose, times=1)
        fill_in(gate)
        hand_in(gate)

        until_arrived(gate)
        assert statuses == [201]
        assert len(records(running_sise, on_site)) == 1

    def test_when_the_connection_breaks_in_the_middle_of_a_photo(
        self, gate: Page, on_site: str, running_sise: System
    ) -> None:
        sent: list[str] = []

        def break_off(route: Route) -> None:
            offset = route.request.url.rsplit("/", 1)[1]
            is_broken = offset != "0" and offset not in sent
            sent.append(offset)
            route.abort("connectionreset") if is_broken else route.continue_()

        gate.route("**/parts/*", break_off)
        fill_in(gate)
        hand_in(gate)

        until_arrived(gate)
        assert sent == ["0", "524288", "524288"]
        assert len(records(running_sise, on_site)) == 1


class TestWhatWasRefused:
    def test_is_kept_with_what_to_do_and_can_be_mended(
        self, gate: Page, on_site: str, running_sise: System, tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.append(REFUSED + "422")
        problem = {"code": "answers_missing", "detail": "Answer every item that has to be answered."}
        gate.route("**/submit", lambda route: route.fulfill(status=422, json=problem), times=2)
        fault = fill_in(gate)[0]
        hand_in(gate)
        box = gate.locator(".phone-list")
        expect(box).to_contain_text("请答完所有必答项")
        gate.get_by_role("button", name="再试一次").click()
        expect(box).to_contain_text("需要处理")
        gate.get_by_role("button", name="修改后重交").click()
        expect(gate.locator(f'[data-item="{fault}"] textarea')).to_have_value(f"问题 {fault}")
        expect(gate.locator(f'[data-item="{fault}"] .evidence-photo')).to_have_count(1)
        gate.get_by_label("我已核对").check()
        hand_in(gate)

        until_arrived(gate)
        assert len(records(running_sise, on_site)) == 1

    def test_for_now_keeps_nothing_else_back(
        self, gate: Page, on_site: str, running_sise: System, workshop: str, tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.append(REFUSED + "503")
        problem = {"code": "unavailable", "detail": "Try again later."}
        gate.route(f"**/tasks/{on_site}/submit", lambda route: route.fulfill(status=503, json=problem))
        fill_in(gate)
        hand_in(gate)
        other = begin(gate, workshop)
        gate.goto(f"/tasks/{other}")
        gate.get_by_role("button", name="到场签到").click()
        expect(gate.locator("#check")).to_be_visible()
        fill_in(gate)
        hand_in(gate)

        until_arrived(gate)
        assert [len(records(running_sise, one)) for one in (on_site, other)] == [0, 1]


class TestPeople:
    def test_whose_session_has_ended_sign_in_again_and_it_is_sent(
        self, gate: Page, on_site: str, running_sise: System, tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.append(REFUSED + "401")
        cut_off(gate)
        fill_in(gate)
        hand_in(gate)
        gate.context.clear_cookies(name="sise_session")
        gate.context.set_offline(False)
        expect(gate.locator("#phone-box")).to_contain_text("登录已失效")
        assert records(running_sise, on_site) == []

        gate.locator("#phone-box").get_by_role("link", name="登录").click()
        sign_in_as(gate, "offline-one")
        gate.goto("/tasks")

        expect(gate.locator(".phone-list")).to_contain_text("已送达", timeout=60_000)
        assert len(records(running_sise, on_site)) == 1

    def test_who_leave_the_phone_to_others_keep_what_is_theirs(
        self, gate: Page, on_site: str, running_sise: System, tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.append(REFUSED + "401")  # what was being asked for when the session ended
        gate.route("**/submit", lambda route: route.abort("connectionreset"))
        fill_in(gate)
        hand_in(gate)
        sign_out(gate, "先不退出")
        expect(gate.locator("#phone-box")).to_be_visible()
        sign_out(gate, "仍要退出")
        expect(gate.locator("#username")).to_be_visible()
        gate.unroute("**/submit")

        sign_in_as(gate, "offline-two")
        gate.goto("/tasks")
        expect(gate.locator("h1")).to_be_visible()
        expect(gate.locator("#phone-box")).to_be_hidden()
        until_kept(gate, "/tasks")
        assert gate.evaluate(KEPT_HERE, [f"/tasks/{on_site}", ""]) is False
        assert records(running_sise, on_site) == []
        sign_out(gate)
        expect(gate.locator("#username")).to_be_visible()
        sign_in_as(gate, "offline-one")
        gate.goto("/tasks")

        expect(gate.locator(".phone-list")).to_contain_text("已送达", timeout=60_000)
        assert len(records(running_sise, on_site)) == 1

    def test_who_were_slower_than_others_lose_nothing(
        self, gate: Page, on_site: str, running_sise: System, tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.append(REFUSED + "409")
        cut_off(gate)
        fault = fill_in(gate)[0]
        answers = gate.evaluate(ANSWERS) | {fault: "normal"}
        hand_in(gate)
        client = ApiClient(running_sise.url, username="offline-one", password=PASSWORD)
        body = {"answers": answers, "signed": True}
        client.call("POST", f"inspections/tasks/{on_site}/submit", json=body)

        gate.context.set_offline(False)

        expect(gate.locator(".phone-list")).to_contain_text("其间已有人提交了这项检查", timeout=60_000)
        gate.goto(f"/tasks/{on_site}")
        expect(gate.locator("[data-late]")).to_contain_text(f"问题 {fault}")
        expect(gate.locator("[data-late] img")).to_have_count(1)
        assert len(records(running_sise, on_site)) == 1


ANSWERS = """() => Object.fromEntries(
  [...document.querySelectorAll("[data-item]:not([hidden]) input[type=radio]:checked")]
    .map((one) => [one.name, one.value])
)"""


def sign_out(page: Page, answer: str = "") -> None:
    """Press the button in the menu, and answer what the page then asks."""
    page.get_by_label("账户菜单").click()
    page.get_by_role("button", name="退出登录").click()
    if answer:
        page.get_by_role("button", name=answer).click()
