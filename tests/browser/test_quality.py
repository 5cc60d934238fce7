"""How good the sources are, as the bureau sees it after an import."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.cast import check_fit
from tests.browser.conftest import PHONE, Window
from tests.support.running import System

ROW = "质量试验厂,91331002MA28G6666K,质量试验路6号\n"


class TestQuality:
    def test_names_the_source_and_opens_the_rows_behind_a_figure(
        self, window: Window, district: System, tmp_path: Path
    ) -> None:
        file = tmp_path / "quality.csv"
        file.write_text(f"企业名称,统一社会信用代码,注册地址\n{ROW}质量试验无码厂,123,质量试验路7号\n")
        page = window()
        page.goto("/imports")
        page.fill("#source", "质量试验来源")
        page.set_input_files("#file", file)
        page.get_by_role("button", name="开始导入").click()
        expect(page.locator('#shown[data-state="completed"]')).to_be_visible(timeout=60_000)
        page.goto("/imports/quality")
        source = page.locator(".quality", has_text="质量试验来源")
        expect(source).to_contain_text("拒收 1 / 2 行")
        source.get_by_role("link", name="缺从业人数").click()

        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody")).to_contain_text("质量试验厂")


class TestPhone:
    def test_fits_and_can_be_tapped(self, window: Window, district: System) -> None:
        page = window(size=PHONE)
        page.goto("/imports/quality")
        expect(page.locator(".quality").first).to_be_visible()

        check_fit(page)
