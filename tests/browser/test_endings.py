"""Leaving the register and coming back, as an officer does it."""

import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import TOO_SMALL
from tests.browser.conftest import DESK, PHONE, Window, width_of
from tests.support.events import until
from tests.support.running import System

CODES = {"desk": "91331002MA28H70017", "phone": "91331002MA28H70025"}


def register(system: System, uscc: str) -> str:
    """Register an enterprise on the map and return its id."""
    facts = {"uscc": uscc, "name": f"注销试验{uscc[-2:]}厂", "division": "331002001", "credit_code_override": "made up"}
    return str(system.client().call("POST", "registry/enterprises", json={**facts, "industry": "C3399"})["id"])


def shown(system: System, enterprise_id: str) -> list[Any]:
    """Return what the map's search finds of it."""
    uscc = system.client().call("GET", f"registry/enterprises/{enterprise_id}")["uscc"]
    return list(system.client().call("GET", f"search?q={uscc}&facets=false")["items"])


def leave(page: Page, enterprise_id: str) -> None:
    page.goto(f"/enterprises/{enterprise_id}#basics")
    page.get_by_role("tab", name="基本信息").click()
    page.get_by_role("button", name="注销").click()
    page.locator('#leave input[name="on"]').fill("2026-11-20")
    page.locator('#leave input[name="basis"]').fill("注销核准通知书 2026-17")
    page.locator('#leave button[type="submit"]').click()


@pytest.mark.parametrize("kind", ["desk", "phone"])
class TestLeaving:
    def test_says_why_takes_it_off_the_map_and_lets_it_come_back(
        self, window: Window, running_sise: System, kind: str
    ) -> None:
        one = register(running_sise, CODES[kind])
        until(lambda: shown(running_sise, one), sentence="never came to the map")
        page = window(size=PHONE if kind == "phone" else DESK)

        leave(page, one)

        expect(page.locator(".ending")).to_contain_text("已注销登记 · 2026-11-20 · 注销核准通知书 2026-17")
        expect(page.locator(".ending")).to_be_in_viewport()
        page.get_by_role("tab", name="变更记录").click()
        expect(page.locator("#history")).to_contain_text("注销核准通知书 2026-17")
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/ending-{kind}.png", full_page=True)
        assert width_of(page) <= page.evaluate("innerWidth")
        assert kind == "desk" or page.evaluate(TOO_SMALL) == []
        until(lambda: not shown(running_sise, one), sentence="stayed on the map")
        page.get_by_role("button", name="重新登记").click()
        page.locator('#come-back input[name="reason"]').fill("注销公告撤回")
        page.locator('#come-back button[type="submit"]').click()
        expect(page.locator(".ending")).to_have_count(0)
        until(lambda: shown(running_sise, one), sentence="did not come back")
