"""The people of an enterprise and their certificates, on the desk and on a phone."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from shared.clock import business_date
from tests.browser.cast import check_fit, employ, enter, sign_in_as
from tests.browser.conftest import DESK, PHONE, REFUSED_INPUT, Window
from tests.support.running import System, wait_for

OWN = "certified-one"
TODAY = business_date(datetime.now(UTC))


@pytest.fixture(scope="module")
def firm(running_sise: System) -> str:
    """Return an enterprise with two people and an account of its own."""
    client = running_sise.client()
    firm_id = enter(client, "持证试验化工厂", "91331002MA28G55569")
    for name, posts in (("王焊工", ["special_operator"]), ("赵监护", ["guardian"])):
        person = {"name": name, "posts": posts}
        client.call("POST", f"registry/enterprises/{firm_id}/persons", json=person)
    employ(client, OWN, "enterprise_user", enterprise_id=firm_id)
    path = f"permits/people?enterprise_id={firm_id}"
    wait_for(lambda: len(client.call("GET", path)["items"]) == 2, seconds=60, what="permits knows the people")
    return firm_id


class TestCertificates:
    def test_are_entered_and_their_clocks_are_seen(self, window: Window, firm: str, expected_lines: list[str]) -> None:
        expected_lines.append(REFUSED_INPUT)
        page = sign_in_as(window(signed_in=False), OWN)
        page.goto("/certificates")
        page.get_by_role("link", name="王").click()
        page.fill("[name=valid_from]", (TODAY - timedelta(days=1060)).isoformat())
        page.fill("[name=valid_to]", "2099-01-01")
        page.locator("#enter").get_by_role("button").click()
        expect(page.locator("#enter .deed-problem")).to_contain_text("有效期超过规定的最长年限")
        page.fill("[name=valid_to]", "")
        page.fill("[name=number]", "T331002199001011234")
        page.locator("#enter").get_by_role("button").click()
        held = page.locator(".certificate")
        expect(held).to_have_attribute("data-state", "expiring")
        expect(held).to_contain_text("T*****************4")

        page.get_by_role("button", name="查询属实").click()
        expect(held).to_contain_text("查询属实 ·")
        page.goto("/certificates?view=attention")
        expect(page.locator("#people li")).to_have_count(1)

    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_fit_the_screen_and_the_thumb(self, window: Window, firm: str, size: dict[str, int]) -> None:
        page = sign_in_as(window(size=size, signed_in=False), OWN)
        page.goto("/certificates")
        expect(page.locator("#people li")).to_have_count(2)
        page.get_by_role("link", name="赵").click()
        expect(page.locator("#enter")).to_be_visible()
        check_fit(page, size)

    def test_of_no_enterprise_lead_to_the_choice(self, window: Window) -> None:
        page = window()
        page.goto("/certificates")
        expect(page.get_by_role("heading", level=2)).to_have_text("请先选择企业")
