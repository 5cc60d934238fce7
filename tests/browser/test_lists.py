"""Grids on the map, intermediaries with their contracts, people of an enterprise: as people see them."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.demonstration.lists import load_lists
from deploy.demonstration.register import credit_code
from shared.clock import Clock, business_date
from tests.browser.cast import check_fit
from tests.browser.conftest import DESK, PHONE, REFUSED_INPUT, Window, wait_for_map
from tests.support.running import PASSWORD, System

LISTED = 40
PAGES = (
    "/grids",
    "/grids/{grid}",
    "/intermediaries",
    "/intermediaries/{agency}",
    "/contracts",
    "/contracts/new",
    "/enterprises/{firm}#people",
)


@pytest.fixture(scope="module")
def listed(district: System) -> System:
    """Return the running system with grids, teams, intermediaries, contracts and people."""
    accepted = load_lists(district.client(), LISTED, password=PASSWORD, today=business_date(Clock().now()))
    assert min(accepted.values()) > 0, accepted
    return district


def paths(system: System) -> dict[str, str]:
    client = system.client()
    found = client.call("GET", "registry/enterprises", params={"uscc": credit_code(0)})["items"]
    return {
        "grid": client.call("GET", "registry/grids?limit=1")["items"][0]["id"],
        "agency": client.call("GET", "registry/intermediaries?limit=1")["items"][0]["id"],
        "firm": found[0]["id"],
    }


def opened(window: Window, system: System, path: str, *, size: dict[str, int] = DESK) -> Page:
    page = window(size=size)
    page.goto(path.format(**paths(system)))
    expect(page.locator("main h1")).to_be_visible()
    return page


class TestGrids:
    def test_are_drawn_on_the_map_and_open_their_page(self, window: Window, listed: System) -> None:
        page = opened(window, listed, "/grids")
        expect(page.locator("#grid-map")).to_have_attribute("data-drawn", "32")
        page.locator("tbody a.row-title").first.click()

        expect(page.locator("#team li").first).to_contain_text("demo-")
        expect(page.locator("#grid-map")).to_have_attribute("data-ready", "true")

    def test_have_borders_on_the_cockpit(self, window: Window, listed: System) -> None:
        page = window()
        page.goto("/")
        wait_for_map(page)
        outlines = listed.client().call("GET", "registry/grids/outlines")["features"]
        expect(page.locator("#map")).to_have_attribute("data-grids", str(len(outlines)))
        assert len(outlines) >= 32

    def test_can_be_made_drawn_and_manned(self, window: Window, listed: System) -> None:
        page = opened(window, listed, "/grids")
        page.get_by_role("button", name="新建网格").click()
        page.fill("[name=code]", "BROWSER-1")
        page.fill("dialog [name=name]", "浏览器网格")
        page.get_by_role("button", name="建立网格").click()
        expect(page.locator("main h1")).to_have_text("浏览器网格")
        draw(page)
        expect(page.locator(".label-warn", has_text="未划边界")).to_have_count(0)
        page.locator(".adder > summary").click()
        page.locator("[name=account_id]").select_option(label="demo-grid-001")
        page.locator("[name=kind]").select_option("full_time_worker")
        page.get_by_role("button", name="加入队伍").click()

        expect(page.locator("#team li")).to_contain_text("demo-grid-001")

    def test_take_an_outline_from_a_file_and_say_what_is_wrong(
        self, window: Window, listed: System, tmp_path: Path, expected_lines: list[str]
    ) -> None:
        expected_lines.append(REFUSED_INPUT)
        wrong = tmp_path / "wrong.geojson"
        wrong.write_text(json.dumps({"type": "Point", "coordinates": [121, 28]}))
        page = opened(window, listed, "/grids/{grid}")
        page.locator(".upload-outline summary").click()
        page.set_input_files("#outline-file", wrong)

        expect(page.locator("#outline-problem")).to_contain_text("文件里没有多边形")


def draw(page: Page) -> None:
    """Draw a triangle in the middle of the map and keep it."""
    expect(page.locator("#grid-map")).to_have_attribute("data-ready", "true")
    page.get_by_role("button", name="在图上划边界").click()
    box = page.locator("#grid-map").bounding_box()
    assert box
    for number, (x, y) in enumerate(((0.4, 0.4), (0.6, 0.4), (0.5, 0.6)), 1):
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        expect(page.locator("#grid-map")).to_have_attribute("data-corners", str(number))
    page.get_by_role("button", name="保存边界").click()
    expect(page.locator("#keep")).to_be_hidden()


class TestIntermediaries:
    def test_show_documents_contracts_and_can_be_suspended(self, window: Window, listed: System) -> None:
        page = opened(window, listed, "/intermediaries/{agency}")
        expect(page.locator("#documents li")).to_have_count(2)
        page.fill("#stop-reason", "转包")
        page.get_by_role("button", name="暂停").click()
        page.locator("dialog .button-bad").click()
        expect(page.locator(".lead .label-bad")).to_be_visible()
        page.get_by_role("button", name="恢复执业").click()

        expect(page.locator(".lead .label-good")).to_be_visible()

    def test_keep_the_scan_of_a_document(self, window: Window, listed: System) -> None:
        facts = {"uscc": credit_code(77_001), "name": "扫描件试验机构", "services": ["training"]}
        one = listed.client().call("POST", "registry/intermediaries", json=facts)["id"]
        page = opened(window, listed, f"/intermediaries/{one}")
        page.locator(".adder > summary", has_text="添加证照").click()
        page.locator("#document-form [name=kind]").select_option("business_licence")
        page.fill("#document-form [name=number]", "浏览器证照-1")
        scan = {"name": "licence.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a licence"}
        page.set_input_files("#scan", scan)
        page.locator("#document-form button").click()
        link = page.locator("#documents li", has_text="浏览器证照-1").get_by_role("link", name="扫描件")
        expect(link).to_be_visible()
        answer = page.request.get(str(link.get_attribute("href")))

        assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")

    def test_conclude_a_contract_for_services_they_are_registered_for(self, window: Window, listed: System) -> None:
        page = opened(window, listed, "/contracts/new?intermediary={agency}")
        page.fill("#enterprise-words", credit_code(7))
        page.locator(".finding-list button").first.click()
        page.locator("#services input:not([disabled])").first.check()
        page.fill("#contract-form [name=number]", "浏览器合同-1")
        page.get_by_role("button", name="登记合同").click()
        expect(page.locator("#done")).to_contain_text("合同已登记")
        page.fill("#contract-q", "浏览器合同-1")
        page.keyboard.press("Enter")

        expect(page.locator("tbody tr")).to_have_count(1)

    def test_end_a_contract_after_asking(self, window: Window, listed: System) -> None:
        page = opened(window, listed, "/contracts")
        rows = page.locator("tbody tr")
        count = rows.count()
        rows.first.get_by_role("button", name="终止").click()
        page.locator("dialog .button-bad").click()

        expect(rows).to_have_count(count - 1)


class TestPeople:
    def test_are_a_tab_of_the_file_where_one_can_be_added(self, window: Window, listed: System) -> None:
        page = opened(window, listed, "/enterprises/{firm}#people")
        expect(page.locator("#people .team li")).to_have_count(2)
        page.locator("#people .adder > summary").click()
        page.fill("#people [name=name]", "新来的人")
        page.fill("#people [name=phone]", "13800138000")
        page.locator("#people [value=guardian]").check()
        page.get_by_role("button", name="登记人员").click()

        expect(page.locator("#people .team li")).to_have_count(3)
        expect(page.locator("#people .team")).to_contain_text("138****8000")


class TestImportWizard:
    def test_takes_other_lists(self, window: Window, listed: System, tmp_path: Path) -> None:
        file = tmp_path / "people.csv"
        file.write_text(f"信用代码,姓名,岗位\n{credit_code(1)},演示新人,监护人\n", "utf-8")
        page = opened(window, listed, "/imports?kind=persons")
        page.set_input_files("#file", file)
        expect(page.locator("#preview .columns")).to_contain_text("岗位")
        page.get_by_role("button", name="开始导入").click()

        expect(page.locator("#shown[data-state=completed] [data-count=accepted] dd").first).to_have_text("1")


@pytest.mark.parametrize("path", PAGES)
class TestPhone:
    def test_fits_and_can_be_tapped(self, window: Window, listed: System, path: str) -> None:
        page = opened(window, listed, path, size=PHONE)

        check_fit(page)
