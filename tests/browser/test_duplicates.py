"""Two entries of one enterprise, compared and made one; and decisions about many, counted first."""

import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import TOO_SMALL
from tests.browser.conftest import DESK, PHONE, Window, width_of
from tests.support.events import until
from tests.support.running import System

TWINS = {"desk": ("91331002MA28HA013", "91331002MA28HA021"), "phone": ("91331002MA28HA038", "91331002MA28HA046")}
SIZES = {"desk": DESK, "phone": PHONE}


def twin(system: System, uscc: str, **facts: Any) -> dict[str, Any]:
    body = {"uscc": f"{uscc}X"[:18], "address": "椒江区白云街道双生路1号", "credit_code_override": "made up", **facts}
    return dict(system.client().call("POST", "registry/enterprises", json=body))


def on_the_map(system: System) -> Any:
    return system.summary()["enterprises"]


def fits(page: Page, kind: str) -> None:
    """Nothing scrolls sideways, and everything can be tapped."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{page.title()[:6]}-{kind}.png", full_page=True)
    assert width_of(page) <= SIZES[kind]["width"]
    assert kind == "desk" or page.evaluate(TOO_SMALL) == []


@pytest.mark.parametrize("kind", ["desk", "phone"])
class TestMerging:
    def test_keeps_what_was_chosen_and_leads_old_links_on(
        self, window: Window, running_sise: System, kind: str
    ) -> None:
        before = on_the_map(running_sise)
        kept, gone = (
            twin(running_sise, code, name=name, headcount=count)
            for code, name, count in zip(
                TWINS[kind], (f"双生{kind}厂", f"椒江双生{kind}厂有限公司"), (5, 31), strict=True
            )
        )
        until(lambda: on_the_map(running_sise) == before + 2, sentence="never came to the map")
        page = window(size=SIZES[kind])
        page.goto("/enterprises/duplicates?kind=name")
        fits(page, kind)
        page.locator("tr", has_text=f"双生{kind}厂").get_by_role("link", name="比对").click()
        expect(page.locator("#reason")).to_be_visible()
        fits(page, f"{kind}")
        stays = page.url.split("/")[-3]
        kept, gone = (kept, gone) if kept["id"] == stays else (gone, kept)
        page.locator('input[name="take.headcount"][value="merged"]').check()
        page.fill("#reason", "同一家工厂")
        page.get_by_role("button", name="合并").click()

        expect(page.locator("h1")).to_have_text(kept["name"])
        until(lambda: on_the_map(running_sise) == before + 1, sentence="both stayed on the map")
        page.goto(f"/enterprises/{gone['id']}")
        expect(page.locator("h1")).to_have_text(kept["name"])
        now = running_sise.client().call("GET", f"registry/enterprises/{kept['id']}")
        assert now["headcount"] == gone["headcount"]
        assert running_sise.reconciled()["status"] == 0


class TestTellingApart:
    def test_takes_the_pair_off_the_list(self, window: Window, running_sise: System) -> None:
        for code, name in (("91331002MA28HB011", "分身厂"), ("91331002MA28HB028", "台州分身厂")):
            twin(running_sise, code, name=name)
        page = window()
        page.goto("/enterprises/duplicates?kind=name")
        page.locator("tr", has_text="分身厂").get_by_role("link", name="比对").click()
        page.fill("#reason", "两家不同的工厂")
        page.get_by_role("button", name="不是同一家").click()

        expect(page.locator("#done")).to_contain_text("不再提示")
        page.goto("/enterprises/duplicates?kind=name")
        expect(page.locator("body")).not_to_contain_text("分身厂")


@pytest.mark.parametrize("kind", ["desk", "phone"])
class TestDeciding:
    def test_counts_first_and_then_decides(self, window: Window, running_sise: System, kind: str) -> None:
        one = twin(running_sise, f"91331002MA28HC01{len(kind)}", name=f"批量{kind}厂", supervision="supervised")
        page = window(size=SIZES[kind])
        page.goto("/enterprises/obligations")
        page.fill("#q", f"批量{kind}厂")
        page.locator('input[name="duties"][value="contract"]').check()
        page.get_by_role("button", name="计算影响").click()
        expect(page.locator("#counted strong")).to_have_text("1")
        fits(page, kind)
        page.fill("#basis", "区安委会〔2026〕3号")
        page.get_by_role("button", name="对 1 家作出决定").click()

        expect(page.locator("#done")).to_be_visible()
        expect(page.locator("table.sheet")).to_contain_text("区安委会〔2026〕3号")
        path = f"registry/enterprises/{one['id']}/obligations"
        client = running_sise.client()
        until(
            lambda: "contract" in [each["duty"] for each in client.call("GET", path)["obligations"]],
            sentence="nothing was decided",
        )

    def test_says_what_is_missing(self, window: Window, running_sise: System, kind: str) -> None:
        assert running_sise
        page = window(size=SIZES[kind])
        page.goto("/enterprises/obligations")
        page.get_by_role("button", name="计算影响").click()

        expect(page.locator("#refusal")).to_contain_text("请选择义务")
