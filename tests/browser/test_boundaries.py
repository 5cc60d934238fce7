"""Boundaries of divisions, loaded by the administrator and drawn on the map."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Window, wait_for_map, width_of
from tests.support.running import System

DISTRICT, SUBDISTRICT = "331002", "331002001"
WEST, SOUTH, EAST, NORTH = 121.36, 28.60, 121.50, 28.72


def outline(path: Path, *, west: float = WEST, east: float = EAST) -> Path:
    ring = [[west, SOUTH], [east, SOUTH], [east, NORTH], [west, NORTH], [west, SOUTH]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def boundaries(system: System) -> dict[str, Any]:
    found = system.client().call("GET", "registry/divisions/boundaries")["features"]
    return {feature["id"]: feature["geometry"]["coordinates"][0] for feature in found}


def load(page: Page, code: str, file: Path) -> None:
    page.set_input_files(f"#boundary-{code}", file)


@pytest.mark.usefixtures("district")
class TestBoundary:
    def test_is_loaded_from_a_file_and_drawn(self, window: Window, running_sise: System, tmp_path: Path) -> None:
        page = window()
        page.goto("/system/divisions")
        page.locator("#crs").select_option("WGS-84")
        load(page, DISTRICT, outline(tmp_path / "district.geojson"))
        expect(page.locator(f'[data-division="{DISTRICT}"]')).to_contain_text("已载入，5 个点")
        expect(page.locator("#crs")).to_have_value("WGS-84")
        assert boundaries(running_sise)[DISTRICT][0] == [WEST, SOUTH]
        with page.expect_response(re.compile("/divisions/boundaries")) as drawn:
            page.goto("/")
        assert DISTRICT in drawn.value.text()
        wait_for_map(page)
        expect(page.locator("#map")).to_have_attribute("data-divisions", str(len(boundaries(running_sise))))

    def test_in_the_system_of_public_maps_is_moved(self, window: Window, running_sise: System, tmp_path: Path) -> None:
        page = window()
        page.goto("/system/divisions")
        load(page, SUBDISTRICT, outline(tmp_path / "subdistrict.geojson", east=121.43))
        expect(page.locator(f'[data-division="{SUBDISTRICT}"]')).to_contain_text("已载入")
        west, south = boundaries(running_sise)[SUBDISTRICT][0]
        assert 0.003 < WEST - west < 0.007
        assert 0.001 < south - SOUTH < 0.005 or 0.001 < SOUTH - south < 0.005

    def test_is_removed_after_a_question(self, window: Window, running_sise: System, tmp_path: Path) -> None:
        page = window()
        page.goto("/system/divisions")
        load(page, "331002002", outline(tmp_path / "other.geojson"))
        row = page.locator('[data-division="331002002"]')
        row.get_by_role("button", name="移除").click()
        page.get_by_role("dialog").get_by_role("button", name="移除").click()
        expect(row).to_contain_text("未载入")
        assert "331002002" not in boundaries(running_sise)

    def test_that_is_no_geojson_is_named_so(self, window: Window, tmp_path: Path) -> None:
        page = window()
        page.goto("/system/divisions")
        broken = tmp_path / "broken.geojson"
        broken.write_text("{", "utf-8")
        load(page, SUBDISTRICT, broken)
        expect(page.locator(".toast-note.is-bad")).to_contain_text("这不是 GeoJSON 文件")

    def test_page_fits_a_phone(self, window: Window) -> None:
        page = window(size=PHONE)
        page.goto("/system/divisions")
        expect(page.locator("#divisions tbody tr").first).to_be_visible()
        assert width_of(page) <= PHONE["width"]


@pytest.mark.usefixtures("district")
class TestNames:
    def test_of_all_subdistricts_stand_on_the_map(self, window: Window, running_sise: System) -> None:
        page = window()
        page.goto("/")
        wait_for_map(page)
        placed = [row for row in running_sise.summary()["subdistricts"] if row["longitude"] is not None]
        expect(page.locator(".is-subdistrict")).to_have_count(len(placed))
        shown = page.locator(".is-subdistrict").all_inner_texts()
        assert sorted(text.split()[-1] for text in shown) == sorted(row["name"] for row in placed)
