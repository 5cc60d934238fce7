"""The people of an enterprise and their certificates, on the desk and on a phone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shared.clock import business_date
from tests.browser.cast import PHOTO, check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, REFUSED_INPUT, Window
from tests.support.running import System, wait_for

OWN, HEAD = "certified-one", "certified-head"


@pytest.fixture(scope="module")
def firm(running_sise: System) -> str:
    """Return an enterprise with two people and an account of its own."""
    client = running_sise.client()
    firm_id = enter(client, "持证试验化工厂", "91331002MA28G55569")
    for name, posts in (("王焊工", ["special_operator"]), ("赵监护", ["guardian"])):
        person = {"name": name, "posts": posts}
        client.call("POST", f"registry/enterprises/{firm_id}/persons", json=person)
    employ(client, OWN, "enterprise_user", enterprise_id=firm_id)
    employ(client, HEAD, "enterprise_principal", enterprise_id=firm_id)
    path = f"permits/people?enterprise_id={firm_id}"
    wait_for(lambda: len(client.call("GET", path)["items"]) == 2, seconds=60, what="permits knows the people")
    return firm_id


class TestCertificates:
    def test_are_entered_and_their_clocks_are_seen(self, window: Window, firm: str, expected_lines: list[str]) -> None:
        expected_lines.append(REFUSED_INPUT)
        page = let_in(window(signed_in=False), OWN)
        page.goto("/certificates")
        page.get_by_role("link", name="王").click()
        page.fill("[name=valid_from]", (business_date(datetime.now(UTC)) - timedelta(days=1060)).isoformat())
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
        page = let_in(window(size=size, signed_in=False), OWN)
        page.goto("/certificates")
        expect(page.locator("#people li")).to_have_count(2)
        page.get_by_role("link", name="赵").click()
        expect(page.locator("#enter")).to_be_visible()
        check_fit(page, size)

    @pytest.mark.parametrize("path", ["/certificates", "/mandates"])
    def test_of_no_enterprise_lead_to_the_choice(self, window: Window, path: str) -> None:
        page = window()
        page.goto(path)
        expect(page.get_by_role("heading", level=2)).to_have_text("请先选择企业")


class TestFile:
    def test_is_filled_in_and_taken_in(self, window: Window, firm: str) -> None:
        page = let_in(window(signed_in=False), HEAD)
        page.goto("/certificates")
        page.locator("#file summary").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="下载人员与证书表").click()
        header, *rows = Path(download.value.path()).read_text("utf-8-sig").splitlines()
        blank = next(row for row in rows if ",赵" in row)
        person, name, post, *_ = blank.split(",")
        good = f"{person},{name},{post},作业监护人培训合格证,,GP-1,,2026-01-05,,"
        filled = "\n".join((header, good, f"{person},,,驾驶证,,,,2026-01-05,,"))
        page.set_input_files(
            '#file input[type="file"]', {"name": "a.csv", "mimeType": "text/csv", "buffer": filled.encode()}
        )
        page.locator("#file button").click()
        expect(page.locator("#taken-in")).to_contain_text("登记 1 本，已有 0 本，1 行未登记")
        expect(page.locator("#taken-in")).to_contain_text("没有这种证书")
        expect(page.locator("#people li").filter(has_text="赵")).to_contain_text("作业监护人培训合格证")
        check_fit(page, DESK)

    @pytest.mark.parametrize(
        ("content", "sentence"), [(b"", "文件是空的"), (b"name\nsomebody", "缺少必需的列")], ids=["empty", "columns"]
    )
    def test_that_cannot_be_used_says_what_to_do(
        self, window: Window, firm: str, content: bytes, sentence: str
    ) -> None:
        page = let_in(window(size=PHONE, signed_in=False), HEAD)
        page.goto("/certificates")
        page.locator("#file summary").click()
        check_fit(page)
        page.set_input_files('#file input[type="file"]', {"name": "a.csv", "mimeType": "text/csv", "buffer": content})
        page.locator("#file button").click()
        expect(page.locator("#refusal")).to_contain_text(sentence)


class TestMandates:
    def test_are_given_with_the_letter_and_taken_back(
        self, window: Window, firm: str, expected_lines: list[str]
    ) -> None:
        expected_lines.append(REFUSED_INPUT)
        page = let_in(window(signed_in=False), HEAD)
        page.goto("/certificates")
        page.get_by_role("link", name="签字授权").click()
        page.wait_for_load_state()
        expect(page.locator('#signers [data-role="principal"]')).to_contain_text("第七条")
        check_fit(page, DESK)
        person = page.locator('#give [name="person_id"]')
        person.select_option(person.locator("option").filter(has_text="赵").get_attribute("value"))
        page.select_option('#give [name="role"]', "principal")
        give = page.locator('#give button[type="submit"]')
        give.click()
        expect(page.locator("#give .deed-problem")).to_contain_text("请附委托书")
        page.set_input_files('[data-evidence="letter_id"] input[type="file"]', PHOTO)
        expect(page.locator(".evidence-photo")).to_be_visible()
        give.click()
        held = page.locator('#holding [data-mandate="principal"]')
        expect(held).to_contain_text("赵")
        expect(held.get_by_role("link", name="委托书")).to_be_visible()
        expect(page.locator('#signers [data-role="principal"]')).to_contain_text("赵")

        page.wait_for_load_state()
        held.get_by_role("button").click()
        page.get_by_role("dialog").get_by_role("button", name="确定").click()
        expect(page.locator("#holding li")).to_have_text("没有书面授权，按岗位签字。")

    def test_are_only_shown_to_who_may_not_give_them(self, window: Window, firm: str) -> None:
        page = let_in(window(size=PHONE, signed_in=False), OWN)
        page.goto("/mandates")
        expect(page.locator("#signers tr[data-role]").first).to_be_visible()
        expect(page.locator("#give")).to_have_count(0)
        check_fit(page)
