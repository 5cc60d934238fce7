"""System health and parked events, worked with by somebody who keeps the platform running."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shared.database import connect
from shared.events.parked import list_parked, park
from tests.browser.conftest import Window
from tests.support.running import System
from tests.support.source import ROOT

SAMPLE = ROOT / "tests/contract/samples/identity.account_disabled.v1.json"
READABLE, UNREADABLE = SAMPLE.read_bytes(), b"not an event at all"
Park = Callable[[bytes], None]


@pytest.fixture
def park_at_gateway(running_sise: System) -> Iterator[Park]:
    """Return a function that parks bytes at the gateway of the running system, as its worker does."""
    with closing(connect(f"sqlite:///{running_sise.home}/gateway.db")) as database:

        def park_bytes(body: bytes) -> None:
            with database.transaction() as session:
                park(session, body, "the handler of an older version failed", now=datetime.now(UTC))

        yield park_bytes
        with database.reading() as session:
            assert list_parked(session) == []


def open_parked(page: Page, *, waiting: int) -> None:
    page.goto("/system/parked")
    expect(page.locator("#parked h2").first).to_have_text(re.compile(f"^{waiting} 条"))


def press(page: Page, row: int, button: str) -> None:
    """Press a row's button, when the page's script is there, and agree in the dialog, by keyboard."""
    page.wait_for_load_state()
    page.locator(".parked").nth(row).get_by_role("button", name=button).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name=button).press("Enter")


class TestParkedEvent:
    def test_is_handled_again_and_gone(self, window: Window, park_at_gateway: Park) -> None:
        park_at_gateway(READABLE)
        page = window()
        open_parked(page, waiting=1)
        press(page, 0, "重新处理")
        expect(page.locator(".toast-note")).to_have_text("已重新处理")
        expect(page.locator(".blank")).to_contain_text("没有停放的事件")

    def test_stays_until_somebody_agrees_to_drop_it(self, window: Window, park_at_gateway: Park) -> None:
        park_at_gateway(UNREADABLE)
        page = window()
        open_parked(page, waiting=1)
        page.get_by_role("button", name="丢弃").click()
        expect(page.get_by_role("dialog")).to_contain_text("无法撤销")
        page.keyboard.press("Escape")
        expect(page.locator(".parked")).to_have_count(1)
        press(page, 0, "丢弃")
        expect(page.locator(".toast-note")).to_have_text("已丢弃")
        expect(page.locator(".blank")).to_be_visible()

    def test_that_fails_again_stays_with_its_reason(self, window: Window, park_at_gateway: Park) -> None:
        park_at_gateway(UNREADABLE)
        page = window()
        open_parked(page, waiting=1)
        press(page, 0, "重新处理")
        expect(page.locator(".toast-note")).to_contain_text("又失败了")
        expect(page.locator(".parked")).to_contain_text("已尝试 2 次")
        expect(page.locator(".parked-error")).not_to_contain_text("older version")
        press(page, 0, "丢弃")
        expect(page.locator(".blank")).to_be_visible()

    def test_shows_what_it_holds(self, window: Window, park_at_gateway: Park) -> None:
        park_at_gateway(UNREADABLE)
        page = window()
        open_parked(page, waiting=1)
        page.get_by_text("查看内容").click()
        expect(page.locator(".parked pre")).to_have_text(UNREADABLE.decode())
        press(page, 0, "丢弃")
        expect(page.locator(".blank")).to_be_visible()


class TestNothingParked:
    def test_is_said_so(self, window: Window) -> None:
        page = window()
        page.goto("/system/parked")
        expect(page.locator(".blank")).to_contain_text("没有停放的事件")


class TestHealth:
    def test_counts_a_parked_event_and_leads_to_it(self, window: Window, park_at_gateway: Park) -> None:
        page = window()
        page.goto("/system/health")
        expect(page.locator("#health .notice")).to_contain_text("一切正常")
        park_at_gateway(UNREADABLE)
        expect(page.locator("#health .notice")).to_contain_text("有需要处理的情况")
        page.locator('#health td.count a[href="/system/parked"]').click()
        press(page, 0, "丢弃")
        expect(page.locator(".blank")).to_be_visible()

    def test_names_every_service(self, window: Window, running_sise: System) -> None:
        page = window()
        page.goto("/system/health")
        services = {path.stem for path in Path(running_sise.home).glob("*.db")}
        assert {text.split()[0] for text in page.locator("#health .row-note").all_inner_texts()} == services
        expect(page.locator("tbody")).not_to_contain_text("无响应")
