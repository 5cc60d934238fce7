"""The phone of a guardian tells where it is; a permit says who confirmed what, and marks a listed enterprise."""

import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.permits.subscriptions import on_alarm_cleared, on_alarm_raised, on_listing
from shared.contracts.credit import SubjectListed
from shared.contracts.monitoring import AlarmCleared, AlarmRaised
from shared.database import connect
from shared.ids import new_id
from tests.browser.cast import check_fit, employ
from tests.browser.conftest import DESK, PHONE, REFUSED_INPUT, Window
from tests.browser.permitting import PLACE, Plant, opened
from tests.support.events import received
from tests.support.permits import WRITTEN
from tests.support.running import System

NAME = "南屿合成材料厂"
AWAY = {**PLACE, "latitude": PLACE["latitude"] + 0.002}
ROLES = {"guard-foreman": "enterprise_safety_officer", "guard-approver": "enterprise_principal"}
ANSWERS = dict.fromkeys(
    ("fixed_hot_work_area", "operating_plant", "major_hazard_dike", "pipe_rack", "risk_place", "outdoor"), False
)


@pytest.fixture(scope="module")
def plant(running_sise: System) -> Plant:
    plant = Plant(running_sise, "91331002MA28G5G7XD", NAME, roles=ROLES)
    employ(plant.client, "guard-officer", "bureau_officer", divisions=["331002"])
    people = plant.people()
    plant.train("王", by="guard-foreman")
    welding = {"kind": "welding", "valid_from": "2026-01-01", "number": "T331002199001011234"}
    plant.acting("guard-foreman").call("POST", f"permits/people/{people['李']}/certificates", json=welding)
    return plant


@pytest.fixture(scope="module")
def permit(plant: Plant) -> str:
    """Return the id of a permit for hot work that goes on, led there through the API."""
    foreman, approver, people = plant.acting("guard-foreman"), plant.acting("guard-approver"), plant.people()
    now = datetime.now(UTC)
    content = {
        "enterprise_id": plant.id, "kind": "hot_work", "description": "更换换热器出口法兰", "place": "二车间换热器E201",
        "starts_at": (now - timedelta(minutes=30)).isoformat(), "ends_at": (now + timedelta(hours=6)).isoformat(),
        "facts": ANSWERS, "form": {"hot_spot": "E201出口", "method": "electric_welding"},
        "crew": [{"person_id": people["王"], "role": "guardian"}, {"person_id": people["李"], "role": "worker"}],
        **PLACE,
    }  # fmt: skip
    permit_id = str(foreman.call("POST", "permits/permits", json=content)["id"])

    def take(client: Any, action: str, **body: Any) -> Any:
        return client.call("POST", f"permits/permits/{permit_id}/{action}", json=body)

    def shown() -> Any:
        return foreman.call("GET", f"permits/permits/{permit_id}")

    take(foreman, "submit")
    hazards = [{"hazard": "火花引燃", "control": "清理可燃物"}]
    take(foreman, "steps", event="analyse", hazards=hazards, unit_by="u", work_unit_by=people["张"])
    numbers = [str(one["number"]) for one in shown()["measures"]]
    take(foreman, "steps", event="answer", answers=dict.fromkeys(numbers, True), notes=dict.fromkeys(numbers, WRITTEN))
    take(foreman, "gas-tests", gas="methane", value=0.1, unit="vol_pct", point="middle")
    take(foreman, "steps", event="confirm")
    receivers = [people["王"], people["李"]]
    take(foreman, "steps", event="brief", briefed_by=people["张"], receivers=receivers)
    take(foreman, "steps", event="send")
    while len(roles := shown()["terms"]["approval"]) - 1 > len(shown()["signatures"]):
        take(approver if roles[len(shown()["signatures"])] == "principal" else foreman, "signatures", **PLACE)
    take(approver, "approve", **PLACE)
    for role in shown()["terms"]["tickets"]:
        take(approver, "signatures", role=role, **PLACE)
    take(foreman, "steps", event="check_in", person_id=people["王"])
    take(foreman, "start", video_live=True)
    return permit_id


def hear(plant: Plant, handler: Any, told: Any) -> None:
    """Let permits hear of an event."""
    with closing(connect(f"sqlite:///{plant.system.home}/permits.db")) as database, database.transaction() as session:
        handler(session, received(told), now=datetime.now(UTC))


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("SISE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


class TestAGuardian:
    def test_tells_by_phone_that_it_is_there_and_that_it_goes(self, window: Window, plant: Plant, permit: str) -> None:
        page = opened(window, "guard-foreman", size=PHONE)
        page.goto(f"/permits/{permit}")
        page.wait_for_load_state()
        page.locator("[data-guards]").click()
        line = page.locator(".permit-guard [role=status]")
        expect(line).to_contain_text("在现场（0米）")
        expect(page.locator("[data-guards]")).to_have_attribute("aria-pressed", "true")
        keep(page, "guardian-phone")

        page.context.set_geolocation(AWAY)
        expect(line).to_contain_text("已离开现场（222米）")
        page.reload()
        expect(page.locator("#crew")).to_contain_text("已离开：222米")
        expect(page.locator("[data-guards]")).to_have_attribute("aria-pressed", "true")
        check_fit(page)
        keep(page, "guardian-away-phone")
        page.context.set_geolocation(PLACE)
        expect(page.locator(".permit-guard [role=status]")).to_contain_text("在现场")

    def test_is_seen_with_what_people_confirmed(self, window: Window, permit: str) -> None:
        page = opened(window, "guard-officer")
        page.goto(f"/permits/{permit}")
        expect(page.locator("#confirmed")).to_contain_text("作业过程视频监控已开启")
        expect(page.locator("[data-guards]")).to_have_count(0)
        check_fit(page, DESK)
        keep(page, "confirmed-desk")


class TestAnAlarm:
    def test_stops_the_work_and_stands_on_its_page(
        self, window: Window, plant: Plant, permit: str, expected_lines: list[str]
    ) -> None:
        expected_lines.append(REFUSED_INPUT)  # the gases were not analysed again
        told = AlarmRaised(occurrence_id=new_id(), enterprise_id=plant.id, level=2, quantity="CH4", place="")
        hear(plant, on_alarm_raised, told)

        page = opened(window, "guard-foreman", size=PHONE)
        page.goto(f"/permits/{permit}")
        expect(page.locator('#state [data-state="suspended"]')).to_be_visible()
        expect(page.locator("#hindered")).to_contain_text("该地点报警未解除")
        check_fit(page)
        keep(page, "alarm-phone")

        hear(plant, on_alarm_cleared, AlarmCleared(occurrence_id=told.occurrence_id, enterprise_id=plant.id))
        page.reload()
        expect(page.locator('form[data-act="resume"]')).to_be_visible()
        expect(page.locator("#hindered")).to_have_count(0)
        page.wait_for_load_state()
        page.fill('form[data-act="resume"] [name="cleared"]', "已通风，泄漏点已紧固")
        page.locator('form[data-act="resume"] button[type="submit"]').click()
        expect(page.locator('form[data-act="resume"] .deed-problem')).to_contain_text("重新分析")
        keep(page, "resume-refused-phone")


class TestAListedEnterprise:
    def test_is_marked_on_the_board_and_on_its_permits(self, window: Window, plant: Plant, permit: str) -> None:
        told = SubjectListed(listing_id=new_id(), enterprise_id=plant.id)
        hear(plant, on_listing, told)

        page = opened(window, "guard-officer")
        page.goto("/permits")
        expect(page.locator("#listed strong")).to_have_text("1")
        keep(page, "listed-board-desk")
        page.locator("#listed").click()
        marked = page.locator(".permit-board li")
        expect(marked).to_have_count(1)
        expect(marked).to_contain_text("失信主体·重点关注")
        marked.locator("a").click()
        expect(page.locator(".permit-listed")).to_be_visible()
        keep(page, "listed-desk")
        phone = opened(window, "guard-officer", size=PHONE)
        phone.goto(f"/permits/{permit}")
        expect(phone.locator(".permit-listed")).to_be_visible()
        check_fit(phone)
        keep(phone, "listed-phone")
