"""The daily commitment: three taps on a phone, the board of the officer, the screen at the gate."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from services.permits.subscriptions import on_obligations_changed
from services.permits.tables import enterprise
from shared.clock import business_date
from shared.contracts.registry import ObligationsChanged
from shared.database import connect
from tests.browser.cast import check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.events import received, until
from tests.support.running import System

PLANTS = {"承诺试验一厂": "91331002MA28G78013", "承诺试验二厂": "91331002MA28G78021"}
AREA = "331002402"  # the register of the other tests has nobody there


@pytest.fixture(scope="module")
def plants(running_sise: System) -> list[str]:
    """Return two enterprises that have owed the commitment since yesterday, each with its principal."""
    client = running_sise.client()
    ids = [enter(client, name, number, division=AREA) for name, number in PLANTS.items()]
    for number, one in enumerate(ids):
        employ(client, f"commits-{number}", "enterprise_principal", enterprise_id=one)
        employ(client, f"helps-{number}", "enterprise_safety_officer", enterprise_id=one)
    employ(client, "watches-commitments", "subdistrict_officer", divisions=[AREA])
    with closing(connect(f"sqlite:///{running_sise.home}/permits.db")) as database:
        before = datetime.now(UTC) - timedelta(days=1)
        duty = {"duty": "commitment", "rule": "x", "basis": "y", "frequency": "daily", "ends_on": None}
        owed = duty | {"starts_on": business_date(before).isoformat()}

        def all_known() -> bool:
            with database.reading() as session:
                known = select(enterprise.c.enterprise_id).where(enterprise.c.enterprise_id.in_(ids))
                return len(session.scalars(known).all()) == len(ids)

        until(all_known, sentence="permits never heard of the enterprises")
        with database.transaction() as session:
            for one in ids:
                told = received(ObligationsChanged(enterprise_id=one, obligations=(owed,)), sequence=10**9)
                on_obligations_changed(session, [told], now=before)
    return ids


def phone_of(window: Window, username: str) -> Page:
    """Return somebody's phone at the own commitment of today, opened if it is not."""
    page = let_in(window(size=PHONE, signed_in=False), username)
    page.goto("/commitments")
    if page.locator("#commitment, #published").count() == 0:
        page.get_by_role("button", name="打开今日承诺").click()
    return page


class TestThePhone:
    def test_signs_in_three_taps(self, window: Window, plants: list[str]) -> None:
        page = phone_of(window, "commits-0")
        expect(page.locator("#commitment")).to_have_attribute("data-tier", "principal")
        check_fit(page)

        page.locator("#is_nil").check()
        page.get_by_role("button", name="签字并公告").click()

        expect(page.locator("#published")).to_have_attribute("data-edition", "1")
        expect(page.locator("#done")).to_contain_text("已签发并公告")
        check_fit(page)
        page.locator("#amend summary").first.click()
        page.locator("#amend #reason").fill("下午增加一处动火")
        page.locator("#amend #is_nil").uncheck()
        page.locator("#amend #hot_work_1").fill("1")
        check_fit(page)
        page.get_by_role("button", name="签字并重新公告").click()
        expect(page.locator("#published")).to_have_attribute("data-edition", "2")

    def test_tells_a_delegate_what_is_missing(self, window: Window, plants: list[str]) -> None:
        page = phone_of(window, "helps-1")
        page.fill("#letter", "委托书第3号")

        page.get_by_role("button", name="签字并公告").click()

        expect(page.locator("#refusal")).to_contain_text("零报告")
        page.fill("#letter", "委托书第3号")
        page.fill("#height", "2")
        page.get_by_role("button", name="签字并公告").click()
        expect(page.locator("#published")).to_contain_text("委托签字")


class TestTheBoard:
    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_opens_the_rows_of_each_figure(self, window: Window, plants: list[str], size: dict[str, int]) -> None:
        phone_of(window, "commits-0").close()
        page = let_in(window(size=size, signed_in=False), "watches-commitments")
        page.goto("/commitments")

        page.locator('#figures [data-mark="owed"]').click()

        expect(page.locator("#rows li")).to_have_count(int(page.locator('[data-mark="owed"] strong').inner_text()))
        check_fit(page, size)
        page.locator("#rows a", has_text="承诺试验一厂").click()
        expect(page.locator("#steps")).to_be_visible()
        check_fit(page, size)


class TestTheGate:
    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_shows_what_was_published_to_everybody(
        self, window: Window, plants: list[str], size: dict[str, int]
    ) -> None:
        signer = phone_of(window, "commits-0")
        if signer.locator("#commitment").count():
            signer.locator("#is_nil").check()
            signer.get_by_role("button", name="签字并公告").click()
            expect(signer.locator("#published")).to_be_visible()
        page = window(size=size, signed_in=False)

        page.goto(f"/commitments/public?enterprise_id={plants[0]}")

        expect(page.locator(".commitment-card")).to_have_count(1)
        expect(page.locator(".commitment-card")).to_contain_text("承诺试验一厂")
        check_fit(page, size)
