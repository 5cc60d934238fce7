"""The monthly assessment: ranking with its formula, from a number to its rows, an objection and its decision."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from services.inspections.domain.assessments import month_of, period_of_month
from services.inspections.tables import assessment, enterprise, task
from services.inspections.use_cases.assessments import begin_month
from services.inspections.use_cases.tasks import NewTask, make_task
from shared.clock import business_date
from shared.contracts.inspections import AssessmentPublished
from shared.database import Database, connect
from shared.events.outbox import publish
from shared.ids import new_id
from tests.browser.cast import check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, Window, width_of
from tests.support.events import until
from tests.support.running import System

UNITS = {"331002001": "考核试验甲厂", "331002002": "考核试验乙厂"}
OWN = "331002001"
REASON = "当日已上门，系统未同步"


@pytest.fixture(scope="module")
def month(running_sise: System) -> Iterator[str]:
    """Return a month that the clock has computed: each unit has a task that is done and one that is not."""
    client = running_sise.client()
    for username, role, division in (
        ("rank-street", "subdistrict_officer", OWN),
        ("rank-bureau", "bureau_officer", "331002"),
    ):
        employ(client, username, role, divisions=[division])
    ids = [
        enter(client, name, f"91331002MA28G777{number}7", division=unit, industry="C2927")
        for number, (unit, name) in enumerate(UNITS.items())
    ]
    with closing(connect(f"sqlite:///{running_sise.home}/inspections.db")) as database:
        yield computed(database, ids)


def computed(database: Database, ids: list[str]) -> str:
    """Make tasks that were due in a month long over, and let the running worker compute it."""
    one = month_of(business_date(datetime.now(UTC)).replace(day=1) - timedelta(days=40))
    for enterprise_id in ids:
        until(lambda wanted=enterprise_id: state(database, enterprise.c.enterprise_id, wanted), seconds=60)
        owed(database, enterprise_id, one)
    with database.transaction() as session:
        begin_month(session, now=datetime.fromisoformat(f"{one}-15T00:00:00+00:00"))
    until(lambda: state(database, assessment.c.month, one, assessment.c.state) == "computed", seconds=60)
    return one


def owed(database: Database, enterprise_id: str, month: str) -> None:
    with database.transaction() as session:
        session.execute(
            update(enterprise).where(enterprise.c.enterprise_id == enterprise_id).values(supervision="supervised")
        )
        for is_done in (True, False):
            wanted = NewTask(enterprise_id, 1, "self_check", period_of_month(month), key=new_id(), owner="somebody")
            task_id = make_task(session, wanted, now=datetime.now(UTC))
            row = session.execute(select(task).where(task.c.id == task_id)).one()
            done = {"state": "submitted", "submitted_at": row.due_at - timedelta(days=1)} if is_done else {}
            session.execute(update(task).where(task.c.id == task_id).values(climbed=9, **done))


def state(database: Database, column: Any, value: str, wanted: Any = None) -> Any:
    """Return what a row says, or its key; None while there is none."""
    with database.reading() as session:
        return session.scalar(select(column if wanted is None else wanted).where(column == value))


def tell_ranking(system: System, month: str) -> None:
    """Let inspections tell that a month is public, as the clock does when its day has come."""
    told = AssessmentPublished(month=month, version=9, ranking=tuple({"unit": unit} for unit in UNITS))
    with closing(connect(f"sqlite:///{system.home}/inspections.db")) as database, database.transaction() as session:
        publish(session, told, sequence=9, at=datetime.now(UTC))


def fill(page: Page, form: str, **given: str) -> None:
    """Open a form where it has to be opened, fill it in and send it."""
    box = page.locator(form)
    if box.locator("summary").count():
        box.locator("summary").click()
    for name, text in given.items():
        field = box.locator(f'[name="{name}"]')
        field.select_option(text) if field.evaluate("one => one.tagName") == "SELECT" else field.fill(text)
    box.locator('button[type="submit"]').click()


class TestRanking:
    def test_leads_from_a_number_to_an_objection_and_a_new_edition(self, window: Window, month: str) -> None:
        street = let_in(window(size=PHONE, signed_in=False), "rank-street")
        street.goto(f"/ranking?month={month}")
        expect(street.locator("#ranking tbody tr")).to_have_count(1)
        street.locator(f'[data-unit="{OWN}"]').get_by_role("link", name="1 / 2").click()
        street.get_by_role("link", name="未完成").click()
        expect(street.locator("#rows tbody tr")).to_have_count(1)
        fill(street, "#rows form", wanted="done", reason=REASON)
        expect(street.locator('[data-state="raised"]')).to_contain_text(REASON)

        bureau = let_in(window(signed_in=False), "rank-bureau")
        bureau.goto(f"/ranking?month={month}")
        expect(bureau.locator("#undecided")).to_contain_text("1 条异议")
        bureau.locator("#undecided a").click()
        fill(bureau, '[data-state="raised"] form', is_accepted="true", reply="属实，予以更正")
        expect(bureau.locator('[data-state="accepted"]')).to_contain_text("属实")
        bureau.goto(f"/ranking?month={month}")
        expect(bureau.locator(f'#ranking [data-unit="{OWN}"]')).to_contain_text("2 / 2")
        bureau.get_by_role("link", name="看改了什么").click()
        expect(bureau.locator(f'#changes [data-unit="{OWN}"]')).to_contain_text("1/2 → 2/2")

    def test_shows_what_was_entered_beside_the_figures(self, window: Window, month: str) -> None:
        bureau = let_in(window(signed_in=False), "rank-bureau")
        bureau.goto(f"/ranking?month={month}")
        fill(bureau, "#enter", unit="331002002", kind="commended_by_city", reason="市级通报表扬")
        expect(bureau.locator('#ranking [data-unit="331002002"]')).to_contain_text("+0.5")
        bureau.locator("#ranking [data-unit]").first.wait_for()
        assert width_of(bureau) <= DESK["width"]


class TestNews:
    def test_of_a_publication_comes_to_open_pages(self, running_sise: System, window: Window, month: str) -> None:
        cockpit = let_in(window(signed_in=False), "rank-bureau")
        cockpit.goto("/")
        expect(cockpit.locator("#live")).to_have_attribute(
            "data-state", "open", timeout=60_000
        )  # it tries again by itself
        street = let_in(window(size=PHONE, signed_in=False), "rank-street")
        street.goto(f"/ranking?month={month}")
        street.locator("[data-follows]").wait_for()
        entry = {"month": month, "unit": OWN, "kind": "commended_by_province", "reason": "省级通报表扬"}
        running_sise.client().call("POST", "inspections/assessments/entries", json=entry)

        tell_ranking(running_sise, month)

        expect(street.locator(f'#ranking [data-unit="{OWN}"]')).to_contain_text("+1")
        news = cockpit.locator("#changes").get_by_role("link", name=f"{month}考核已公布")
        expect(news).to_have_count(1)
        news.click()
        expect(cockpit.locator("#month-title")).to_have_text(month)


class TestPages:
    @pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
    def test_fit_the_window(self, window: Window, month: str, size: dict[str, int]) -> None:
        page = let_in(window(size=size, signed_in=False), "rank-street")
        for path in ("", "/rows", "/base", "/enterprises", "/objections", "/year"):
            page.goto(f"/ranking{path}?month={month}")
            expect(page.locator("h1")).to_have_text("月度考核")
            check_fit(page, size)

    def test_count_enterprises_and_what_is_due(self, window: Window, month: str) -> None:
        page = let_in(window(signed_in=False), "rank-street")
        page.goto(f"/ranking/base?month={month}")
        cell = page.locator(f'[data-unit="{OWN}"] tbody tr').filter(has_text="C29")
        cell.get_by_role("link").first.click()
        expect(page.locator("#rows")).to_contain_text(UNITS[OWN])
