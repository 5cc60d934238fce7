"""Those who oversee work: a pilot in which the subdistrict answers, what is found at a permit, and its stop."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.gateway.pages.forms import PLACE
from shared.clock import business_date
from shared.running.client import ApiClient, ApiRefused
from tests.browser.cast import PASSWORD, check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.events import until
from tests.support.running import System

CODE, NAME, DIVISION = "91331002MA28G44447", "监督试验机械厂", "331002003"
DOCUMENT = "关于开展报备答复试点的通知（试验〔2026〕44号）"
ANSWERS = {"kind": "excavation", "is_contractor": False, "approver": "principal", "is_guardian_trained": True}
WORK = {"kind": "excavation", "description": "开挖管沟", "crew": [], "longitude": 121.44, "latitude": 28.66}


class Firm:
    """An enterprise that acts through the API; ``client`` is its principal."""

    def __init__(self, client: ApiClient, firm_id: str) -> None:
        self.client, self.id = client, firm_id

    def declared(self, place: str) -> None:
        """Declare work of tomorrow."""
        day = business_date(datetime.now(UTC)) + timedelta(days=1)
        job = ANSWERS | {"place": place} | hours(day)
        self.client.call(
            "POST", "permits/declarations", json={"enterprise_id": self.id, "day": str(day), "jobs": [job]}
        )

    def applied(self, place: str) -> dict[str, Any]:
        """Apply for a permit of tomorrow."""
        day = business_date(datetime.now(UTC)) + timedelta(days=1)
        return self.client.call(
            "POST", "permits/permits", json=WORK | {"enterprise_id": self.id, "place": place} | hours(day)
        )


def hours(day: Any) -> dict[str, str]:
    start, end = (datetime.combine(day, time(hour), tzinfo=PLACE).isoformat() for hour in (8, 17))
    return {"starts_at": start, "ends_at": end}


@pytest.fixture(scope="module")
def firm(running_sise: System) -> Firm:
    """Return an enterprise that permits knows; a subdistrict and an officer oversee it."""
    client = running_sise.client()
    firm_id = enter(client, NAME, CODE, division=DIVISION)
    employ(client, "oversee-own", "enterprise_principal", enterprise_id=firm_id)
    employ(client, "oversee-street", "subdistrict_officer", divisions=[DIVISION])
    employ(client, "oversee-officer", "bureau_officer", divisions=["331002"])

    def is_known() -> bool:
        try:
            return bool(client.call("GET", f"permits/enterprises/{firm_id}"))
        except ApiRefused:
            return False

    until(is_known, sentence="permits never heard of the enterprise")
    return Firm(ApiClient(running_sise.url, username="oversee-own", password=PASSWORD), firm_id)


@pytest.fixture
def officer(window: Window, firm: Firm) -> Page:
    return let_in(window(size=DESK, signed_in=False), "oversee-officer")


class TestAPilot:
    def test_is_switched_on_answered_in_and_ended(self, officer: Page, window: Window, firm: Firm) -> None:
        officer.goto("/declarations/reviews")
        officer.locator("#new-pilot summary").click()
        officer.select_option("#division", DIVISION)
        officer.fill("#document", DOCUMENT)
        officer.fill("#ends_on", str(business_date(datetime.now(UTC)) + timedelta(days=30)))
        officer.locator('#new-pilot button[type="submit"]').click()
        pilot = officer.locator("#pilots li").filter(has_text=DOCUMENT)
        expect(pilot.locator("[data-state]")).to_have_text("试点中")
        check_fit(officer, DESK)

        firm.declared("试点东门")
        street = let_in(window(size=PHONE, signed_in=False), "oversee-street")
        street.goto("/declarations/reviews?outcome=waiting")
        check_fit(street)
        street.locator("#answers li").filter(has_text=NAME).click()
        expect(street.locator("#review")).to_have_attribute("data-outcome", "waiting")
        street.get_by_role("button", name="收悉").click()
        expect(street.locator("#review")).to_have_attribute("data-outcome", "received")

        pilot.locator('[data-act="end"] summary').click()
        pilot.locator("textarea").fill("试验结束")
        pilot.locator('[data-act="end"] button').click()
        expect(pilot).to_contain_text("试验结束")
        expect(officer.locator('#answers li[data-outcome="received"]').filter(has_text=NAME)).to_be_visible()


class TestAPermit:
    def test_is_named_in_an_order_that_stops_it_alone(self, officer: Page, firm: Firm) -> None:
        named, other = firm.applied("南沟"), firm.applied("北沟")
        officer.goto(f"/permits/{named['id']}")
        officer.locator("#stop").click()
        order = officer.locator('form[data-act="named"]')
        expect(order.locator(f'[value="{named["id"]}"]')).to_be_checked()
        expect(order.locator(f'[value="{other["id"]}"]')).not_to_be_checked()
        order.get_by_label("理由").fill("沟边堆土")
        order.locator("button").click()
        expect(officer.locator("#permits li")).to_have_count(1)
        expect(officer.locator("#permits")).to_contain_text("南沟")
        check_fit(officer, DESK)

    def test_knows_the_place_of_a_hazard_that_is_found_there(self, window: Window, firm: Firm) -> None:
        permit = firm.applied("西沟")
        street = let_in(window(size=PHONE, signed_in=False), "oversee-street")
        street.goto(f"/hazards/new?permit_id={permit['id']}")
        expect(street.locator("#find-place")).to_have_value("西沟")
        check_fit(street)
        street.locator("#find-description").press("End")
        street.locator("#find-description").press_sequentially("未放坡")
        street.locator('form[data-act="find"] button[type="submit"]').click()
        street.wait_for_url(lambda url: "/hazards/new" not in url)
        expect(street.locator("main")).to_contain_text(f"{permit['number']}：未放坡")
