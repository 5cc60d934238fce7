"""A register of up to 200 MB through the wizard and through the API: answered row by row, in little memory."""

import csv
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.demonstration.register import COLUMNS, EXTRA_COLUMNS, register_rows
from tests.browser.conftest import Window
from tests.support.running import Embedded, System, running

MEGABYTE = 1 << 20
IS_FULL = "SISE_FULL_VOLUME" in os.environ  # make resilience
SIZE = 200 * MEGABYTE if IS_FULL else 4 * MEGABYTE
PATIENCE = 3_000_000 if IS_FULL else 120_000  # milliseconds
SCOPE = 900  # characters; a long business scope
MOST_GROWTH = 200 * MEGABYTE  # of the whole process with all services in it (quality P1), however long the file
FAULTS = {3: "校验位不符", 5: "企业名称为空", 7: "单元格数与表头不一致"}  # by the last digit of the row's number


@dataclass(frozen=True)
class Register:
    """A generated file: ``rows`` in all, ``refused`` of them broken."""

    path: Path
    rows: int
    refused: int


@pytest.fixture(scope="module")
def running_sise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Return a system of its own, so that its memory is that of the import."""
    with running(Embedded(tmp_path_factory.mktemp("large") / "home")) as system:
        yield system


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Return a register in GB18030 of just under ``SIZE`` bytes in which three rows of ten are broken."""
    path = tmp_path_factory.mktemp("register") / "large.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, *EXTRA_COLUMNS])
        for number, row in enumerate(register_rows(1_000_000)):
            writer.writerow(damaged(number, row))
            if number % 10 == 9 and file.tell() > SIZE - 40_000:
                break
    assert SIZE * 0.98 < path.stat().st_size <= SIZE
    return Register(path, number + 1, (number + 1) // 10 * len(FAULTS))


def damaged(number: int, row: dict[str, str]) -> list[str]:
    """Return the cells of a row with a long scope, and with the fault that its number asks for."""
    cells = list({**row, "经营范围": f"{row['经营范围']}；" * 60}.values())
    cells[5] = cells[5][:SCOPE]
    if number % 10 == 3:
        cells[1] = cells[1][:-1] + ("0" if cells[1][-1] != "0" else "1")
    if number % 10 == 5:
        cells[0] = ""
    return cells[:-1] if number % 10 == 7 else cells


class Memory:
    """The memory of a running process in bytes."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
        self.at_first = self._read("VmRSS")

    def growth(self) -> int:
        """Return how far the peak lies above the beginning."""
        return self._read("VmHWM") - self.at_first

    def _read(self, name: str) -> int:
        status = Path(f"/proc/{self._pid}/status").read_text()
        return int(status.split(f"{name}:")[1].split()[0]) * 1024


@pytest.fixture
def memory(
    running_sise: System, capsys: pytest.CaptureFixture[str], record_property: Callable[..., None]
) -> Iterator[Memory]:
    """Return a meter of the system's memory; the figure goes into the output and into the report."""
    meter = Memory(running_sise.child.pid)
    yield meter
    words = f"{meter.at_first >> 20} MB before, {meter.growth() >> 20} MB more at the peak"
    record_property("memory", words)
    with capsys.disabled():
        print(f"\n{SIZE >> 20} MB imported: {words}")  # noqa: T201 - the figure is what one wants to see


def choose(page: Page, path: Path) -> None:
    page.goto("/imports")
    page.set_input_files("#file", path)


class TestLargeFile:
    def test_is_answered_row_by_row_in_the_wizard(
        self, window: Window, register: Register, memory: Memory, tmp_path: Path
    ) -> None:
        page = window()
        choose(page, register.path)
        page.get_by_role("button", name="开始导入").click()
        expect(page.locator(".upload .bar")).to_be_visible()
        page.wait_for_url(re.compile("/imports/."), timeout=PATIENCE)
        page.goto("/imports")
        page.get_by_role("link", name=register.path.name).click()
        done = page.locator('#shown[data-state="completed"]')
        expect(done).to_be_visible(timeout=PATIENCE)

        expect(done.locator('[data-count="refused"] dd').first).to_have_text(f"{register.refused:,}")
        expect(done.locator('[data-count="accepted"] dd').first).to_have_text(f"{register.rows - register.refused:,}")
        expect(done.locator(".errors tbody tr").first).to_contain_text(FAULTS[3])
        with page.expect_download(timeout=PATIENCE) as download:
            page.get_by_role("link", name="下载错误清单").click()
        download.value.save_as(tmp_path / "errors.csv")
        assert reasons_in(tmp_path / "errors.csv") == dict.fromkeys(
            ("code_check_digit", "name_missing", "column_count"), register.refused // len(FAULTS)
        )
        assert memory.growth() < MOST_GROWTH

    def test_changes_nothing_when_it_comes_again_over_the_api(
        self, running_sise: System, register: Register, memory: Memory
    ) -> None:
        result = running_sise.finished(running_sise.begin_import(register.path), seconds=PATIENCE / 1000)

        counts = [result[name] for name in ("rows", "accepted", "unchanged", "refused")]
        assert counts == [register.rows, 0, register.rows - register.refused, register.refused]
        assert memory.growth() < MOST_GROWTH


class TestFileThatIsTooLarge:
    def test_is_not_sent_and_the_page_says_what_to_do(self, window: Window, tmp_path: Path) -> None:
        page = window()
        with (tmp_path / "too-large.csv").open("wb") as file:
            file.truncate(201 * MEGABYTE)

        choose(page, tmp_path / "too-large.csv")

        expect(page.locator("#choose-problem")).to_have_text(re.compile("201 MB，最多 200 MB。请按行拆成几个文件"))


def reasons_in(path: Path) -> dict[str, int]:
    """Return how often each reason stands in an error file."""
    counts: dict[str, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            counts[row["code"]] = counts.get(row["code"], 0) + 1
    return counts
