"""The import wizard from the file to the map."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from deploy.demonstration import write_register
from tests.browser.cast import check_fit
from tests.browser.conftest import PHONE, REFUSED_INPUT, Window, wait_for_map

NO_CODE = "缺码企业,,2001-01-01,N/A,N/A,零售,浙江,台州,台州市椒江区白云街道1号,,,,\n"


def choose(page: Page, path: Path) -> None:
    page.goto("/imports")
    page.set_input_files("#file", path)
    expect(page.locator("#preview")).to_be_visible()


class TestWizard:
    def test_shows_recognised_columns_before_anything_is_stored(self, window: Window, tmp_path: Path) -> None:
        page = window()
        choose(page, write_register(tmp_path / "register.csv", 20, seed=1))
        expect(page.locator(".columns li").first).to_contain_text("企业名称")
        expect(page.locator(".preview-table tbody tr")).to_have_count(8)

    def test_names_rows_that_would_be_refused_before_it_is_sent(self, window: Window, tmp_path: Path) -> None:
        page = window(size=PHONE)
        register = write_register(tmp_path / "register.csv", 20, seed=4)
        with register.open("a", encoding="utf-8") as file:
            file.write(NO_CODE)
        choose(page, register)
        expect(page.locator("#preview .errors tbody tr")).to_have_text(re.compile("^22统一社会信用代码.*信用代码为空"))
        check_fit(page)

    def test_tries_then_imports_then_shows_the_map(self, window: Window, tmp_path: Path) -> None:
        page = window()
        register = write_register(tmp_path / "register.csv", 300, seed=2)
        with register.open("a", encoding="utf-8") as file:
            file.write(NO_CODE)
        choose(page, register)
        page.get_by_role("button", name="先试运行").click()
        expect(page.locator('#shown[data-state="completed"]')).to_contain_text("没有写入任何内容", timeout=60_000)
        page.locator("#run-now").click()
        done = page.locator('#shown[data-state="completed"][data-dry-run="false"]')
        expect(done.locator('[data-count="refused"] dd').first).to_have_text("1", timeout=60_000)
        expect(done.locator(".errors tbody tr")).to_contain_text("统一社会信用代码为空")
        page.get_by_role("link", name="到地图上看").click()
        wait_for_map(page)
        expect(page.locator("#total")).not_to_have_text(re.compile("^[0–]$"))

    def test_can_be_left_and_found_again(self, window: Window, tmp_path: Path) -> None:
        page = window()
        choose(page, write_register(tmp_path / "found-again.csv", 50, seed=3))
        page.get_by_role("button", name="开始导入").click()
        page.wait_for_url(re.compile("/imports/."))
        page.goto("/imports")
        page.get_by_role("link", name="found-again.csv").click()
        expect(page.locator('#shown[data-state="completed"]')).to_be_visible(timeout=60_000)

    def test_says_what_is_wrong_with_a_file(self, window: Window, tmp_path: Path, expected_lines: list[str]) -> None:
        expected_lines.append(REFUSED_INPUT)
        broken = tmp_path / "picture.csv"
        broken.write_text("a;b\n1;2\n", "utf-8")
        page = window()
        page.goto("/imports")
        with page.expect_response("**/imports/preview"):
            page.set_input_files("#file", broken)
        expect(page.locator("#choose-problem")).to_contain_text("请在第一行写上列名")
