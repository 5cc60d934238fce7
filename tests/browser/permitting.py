"""A plant whose people do hazardous work: its register, ledger and accounts, and the steps of a permit on pages."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from shared.running.client import ApiClient
from tests.browser.cast import PASSWORD, employ, enter, let_in
from tests.browser.conftest import DESK, Window
from tests.support.running import System, wait_for

PLACE = {"longitude": 121.43, "latitude": 28.66}
PEOPLE = ("张三", "李四", "王五", "赵六")  # the last one was never trained to be a guardian
RESULTS = (("oxygen", "20.8", "vol_pct"), ("methane", "4", "lel_pct"), ("hydrogen_sulphide", "2", "ppm"))
CREW = {"work_leader": "张", "worker": "李", "guardian": "王"}
FORM_TIME = "%Y-%m-%dT%H:%M"


class Plant:
    """A chemical plant in a running system; ``roles`` are its accounts, each named after its ``code``."""

    def __init__(self, system: System, code: str, name: str, *, roles: Mapping[str, str]) -> None:
        self.system, self.code, self.name = system, code, name
        self.client = system.client()
        self.id = enter(self.client, name, code, industry="C2614", location=PLACE)
        for person in PEOPLE:
            content = {"name": person, "posts": ["worker"]}
            self.client.call("POST", f"registry/enterprises/{self.id}/persons", json=content)
        for username, role in roles.items():
            employ(self.client, username, role, enterprise_id=self.id)
        wait_for(self._is_known, seconds=60, what="permits knows the plant")
        wait_for(lambda: len(self.people()) == len(PEOPLE), seconds=60, what="permits knows the people")

    def people(self) -> dict[str, str]:
        """Return the ids of the people by the first sign of their names."""
        known = {one["person_id"] for one in self.listed(f"permits/people?enterprise_id={self.id}")}
        named = self.listed(f"registry/enterprises/{self.id}/persons")
        return {one["name"][0]: one["id"] for one in named if one["id"] in known}

    def listed(self, path: str) -> list[dict[str, Any]]:
        return list(self.client.call("GET", path)["items"])

    def acting(self, username: str) -> ApiClient:
        """Return the API as an account of the plant uses it."""
        return ApiClient(self.system.url, username=username, password=PASSWORD)

    def train(self, *people: str, by: str) -> None:
        """Enter the guardian's certificate of people."""
        trained = {"kind": "guardian_training", "valid_from": "2026-01-01"}
        client, known = self.acting(by), self.people()
        for person in people:
            client.call("POST", f"permits/people/{known[person]}/certificates", json=trained)

    def _is_known(self) -> bool:
        found = self.client.call("GET", f"permits/enterprises/{self.id}")
        return bool(found["ruleset"] == "gb30871-2022")


def opened(window: Window, username: str, *, size: dict[str, int] = DESK, place: Any = PLACE) -> Page:
    """Return the window of somebody who is signed in and whose device knows where it is."""
    page = window(size=size, signed_in=False)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(place)
    return let_in(page, username)


def answer(page: Page, questions: dict[str, bool]) -> None:
    """Answer questions of the form."""
    for name, is_so in questions.items():
        page.locator(f'input[name="facts.{name}"][value="{str(is_so).lower()}"]').check()


def take(page: Page, event: str, state: str) -> None:
    """Send the form of a step and wait until the permit is there."""
    page.locator(f'form[data-act="{event}"]').first.locator("button[type=submit]").click()
    expect(page.locator(f'#state [data-state="{state}"]')).to_be_visible()
    page.wait_for_load_state()


def set_time(page: Page, *, before: timedelta = timedelta(hours=3), after: timedelta = timedelta(hours=9)) -> None:
    """Let the work of the form last from some time before its usual beginning to some time after it."""
    usual = datetime.fromisoformat(page.input_value("#starts_at"))
    page.fill("#starts_at", (usual - before).strftime(FORM_TIME))
    page.fill("#ends_at", (usual + after).strftime(FORM_TIME))


def name_crew(page: Page, crew: Mapping[str, str] = CREW) -> None:
    """Choose the crew of the form by the first signs of their names, one for each of the roles that are offered."""
    for number, (role, name) in enumerate(crew.items()):
        row = page.locator('[data-rows="crew"] .permit-row').nth(number)
        expect(row.locator('[data-part="role"]')).to_have_value(role)
        person = row.locator(f'[data-part="person_id"][data-role="{role}"]')
        option = person.locator("option:not([disabled])").filter(has_text=name)
        person.select_option(option.get_attribute("value"))


def apply_for_entry(page: Page, *, place: str = "") -> None:
    """Apply for work in a vessel from now on for half a day, at a place of the ledger or one in words."""
    page.goto("/permits/new?kind=confined_space")
    expect(page.locator("#level")).to_be_visible()
    page.wait_for_load_state()
    set_time(page)
    page.fill("#description", "进入R-101反应釜清理")
    if place:
        page.select_option("#place_id", label=place)
    else:
        page.fill("#place", "一车间R-101")
        page.locator("#at-place").check()
        expect(page.locator("#place-note")).to_contain_text("已记录此处位置")
        page.fill("#fact-space_name", "R-101")
        page.fill("#fact-medium", "甲苯")
    answer(page, {"held_toxic_or_combustible": True, "rotating_equipment": True, "dust": False, "toxic_risk": False})
    name_crew(page)
    page.locator(".permit-send button").click()
    page.wait_for_url(lambda url: "/permits/new" not in url)
    expect(page.locator('#state [data-state="draft"]')).to_be_visible()
    page.wait_for_load_state()


def analyse(page: Page) -> None:
    """Plan the work, analyse it, and answer every measure."""
    take(page, "submit", "reserved")
    page.fill('[data-part="hazard"]', "残留甲苯中毒")
    page.fill('[data-part="control"]', "置换、通风、连续检测")
    page.select_option("#work_unit_by", index=1)
    take(page, "analyse", "analysed")
    for row in page.locator("#measures li").all():
        if not row.locator("input:checked").count():
            row.locator('input[value="false"]').check()
    page.locator('form[data-act="answer"] button[type=submit]').click()
    expect(page.locator("#measures .panel-head .label-good")).to_be_visible()
    page.wait_for_load_state()


def measure_gases(page: Page) -> None:
    """Enter what the detector shows, each value judged before it is sent."""
    for number, (gas, value, unit) in enumerate(RESULTS, 1):
        page.wait_for_load_state()
        page.select_option("#gas-name", gas)
        page.fill("#gas-value", value)
        page.select_option('#gas-form [name="unit"]', unit)
        expect(page.locator('#judged[data-acceptable="true"]')).to_be_visible()
        page.locator("#gas-form button[type=submit]").click()
        expect(page.locator("#gas .permit-tests li[data-acceptable]")).to_have_count(number)
    page.wait_for_load_state()


def brief_and_send(page: Page) -> None:
    """Say that everything is ready, brief the crew, and send for approval."""
    take(page, "confirm", "prepared")
    page.select_option("#briefed_by", index=3)
    take(page, "brief", "briefed")
    take(page, "send", "in_approval")


def sign(page: Page, event: str) -> None:
    """Sign on the spot, which the browser knows."""
    expect(page.locator("#here")).to_contain_text("已取得位置")
    page.locator(f'form[data-act="{event}"] > button').click()
