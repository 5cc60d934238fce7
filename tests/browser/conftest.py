"""A running system with a generated register, and real Chromium windows that tolerate no console error."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from deploy.demonstration import write_register
from tests.support.distribution import is_below
from tests.support.running import PASSWORD, Embedded, System, running, wait_for

ARGUMENTS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",  # the map draws with WebGL, also where there is no graphics card
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",  # pages without a map are drawn faster by the processor itself
]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first that is installed
CUT_OFF = (  # what Chromium says when the connection goes: of a request, and of the worker it looks for by itself
    "Failed to load resource: net::ERR_",
    "An unknown error occurred when fetching the script.",
)
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
HERE = Path(__file__).parent
ROWS = 600
SYSTEMS = 2  # that run side by side where there are workers enough
LISTED = 80  # of the first hundred that a search gives
REFUSED_INPUT = "Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"
PATIENCE = 20_000  # milliseconds; machines that test are busy
HEAVY = {"metal_smelting": "yes", "gas_works": "yes", "dormitory_in_building": "yes", "open_major_hazards": 1}
WORSE = {"no_safety_staff": "yes", "metal_dust": "yes", "fatal_1_2_accident_3y": "yes", "overdue_general_hazards": 5}
SHEETS = ({"metal_smelting": "yes"}, HEAVY, {"gas_works": "yes"}, {**HEAVY, **WORSE}, {"molten_metal": "yes"})

Window = Callable[..., Page]


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every second file of this folder shares a system and a browser, and so a worker; two of them may be at work."""
    ours = [item for item in items if is_below(item.path, HERE)]
    order = {path: number for number, path in enumerate(sorted({item.path for item in ours}))}
    for item in ours:
        item.add_marker("browser")
        item.add_marker(pytest.mark.xdist_group(f"browser-{order[item.path] % SYSTEMS}"))
        item.add_marker(pytest.mark.timeout(7200 if "SISE_FULL_VOLUME" in os.environ else 300))


@pytest.fixture(scope="package")
def running_sise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Return a running system without any enterprise."""
    with running(Embedded(tmp_path_factory.mktemp("browser") / "home")) as system:
        yield system


@pytest.fixture(scope="package")
def district(running_sise: System, tmp_path_factory: pytest.TempPathFactory) -> System:
    """Return the running system after a generated register was imported and some facts were declared."""
    register = write_register(tmp_path_factory.mktemp("register") / "register.csv", ROWS)
    assert running_sise.finished(running_sise.begin_import(register))["state"] == "completed"
    client = running_sise.client()

    def generated() -> list[dict[str, Any]]:
        items = client.call("GET", "search?limit=100&facets=false&placement=placed")["items"]
        return [item for item in items if "（演示）" in item["name"] and item["level"]]  # graded, so risk knows it

    wait_for(lambda: len(generated()) > LISTED, seconds=60, what="the register is on the map")
    for number, item in enumerate(generated()[::3]):
        declare(client, item["id"], SHEETS[number % len(SHEETS)])
    return running_sise


def declare(client: Any, enterprise_id: str, facts: dict[str, Any]) -> None:
    """Declare facts of an enterprise that had none."""
    body = {"facts": {name: {"value": value} for name, value in facts.items()}}
    client.call("PUT", f"risk/facts/{enterprise_id}", json=body, headers={"If-Match": '"0"'})


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Return the machine's Chromium without a screen."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def sessions(chromium: Browser) -> Callable[[System], Any]:
    """Return a function that signs in to a system the first time and gives the browser's state ever after.

    Windows share the session, as those of one person do: somebody who signed in for every test would soon have to wait.
    """
    states: dict[str, Any] = {}

    def state_of(system: System) -> Any:
        if system.url not in states:
            with closing(chromium.new_context(base_url=system.url, locale="zh-CN")) as context:
                page = context.new_page()
                sign_in(page)
                expect(page.locator("header.top nav")).to_be_visible()
                states[system.url] = context.storage_state()
        return states[system.url]

    return state_of


@pytest.fixture
def expected_lines() -> list[str]:
    """Return the list to which a test adds each line that the browser itself must write to the console."""
    return []


@pytest.fixture
def tolerated_lines() -> list[str]:
    """Return the list to which a test adds the beginning of lines that may come as often as they like."""
    return []


@pytest.fixture(scope="module")  # a module may have a system of its own
def watched(
    chromium: Browser, running_sise: System, sessions: Callable[[System], Any]
) -> Callable[..., AbstractContextManager[Window]]:
    """Return what gives a function that opens windows; at its end no page may have complained or asked another host."""

    @contextmanager
    def watch(*, expected: list[str], tolerated: list[str]) -> Iterator[Window]:
        contexts: list[BrowserContext] = []
        complaints: list[str] = []

        def open_window(*, size: dict[str, int] | None = None, signed_in: bool = True) -> Page:
            state = sessions(running_sise) if signed_in else None
            contexts.append(new_context(chromium, running_sise.url, size=size or DESK, state=state))
            page = contexts[-1].new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda asked: complaints.append(asked.url) if is_outside(asked.url) else None)
            return page

        def is_outside(url: str) -> bool:
            return not url.startswith((running_sise.url, "data:", "blob:"))

        yield open_window
        said = list(complaints)  # what is cut off by the closing is no fault of a page
        for context in contexts:
            context.close()
        assert [one for one in said if not one.startswith(tuple(tolerated))] == expected

    return watch


@pytest.fixture
def window(
    watched: Callable[..., AbstractContextManager[Window]], expected_lines: list[str], tolerated_lines: list[str]
) -> Iterator[Window]:
    """Return a function that opens a window, for one test."""
    with watched(expected=expected_lines, tolerated=tolerated_lines) as open_window:
        yield open_window


def new_context(chromium: Browser, url: str, *, size: dict[str, int], state: Any) -> BrowserContext:
    """Return what windows of one device share, with the ``state`` of somebody who is signed in or None."""
    is_phone = size == PHONE
    context = chromium.new_context(
        viewport=size, base_url=url, locale="zh-CN", has_touch=is_phone, is_mobile=is_phone, storage_state=state
    )
    context.set_default_timeout(3 * PATIENCE)
    return context


def sign_in(page: Page, password: str = PASSWORD) -> None:
    """Fill in the sign-in form and send it."""
    page.goto("/sign-in")
    page.fill("#username", "admin")
    page.fill("#password", password)
    page.locator(".sign-in-card button[type=submit]").click()


def width_of(page: Page) -> int:
    """Return how wide the content of a page that has loaded is, in pixels."""
    page.wait_for_load_state()
    return int(page.evaluate("document.documentElement.scrollWidth"))


def wait_for_map(page: Page) -> None:
    """Wait until the map is drawn and listens."""
    page.wait_for_selector("#map[data-ready]")
    page.wait_for_selector('#live[data-state="open"]')
