"""The credit record at the desk and on a phone: a penalty is recorded, published, settled; a closure is decided on."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.clock import business_date
from shared.ids import new_id
from shared.running.client import ApiClient, ApiRefused
from tests.browser.cast import PASSWORD, check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, REFUSED_INPUT, Window
from tests.support.events import until
from tests.support.running import System

CODE, NAME, DIVISION = "91331002MA28G55558", "信用试验铸造厂", "331002004"
MAIN_ACTS = "summary.button-main, form > button.button-main"
FINDING = {"description": "除尘系统无泄爆装置", "place": "打磨车间", "item": "GM-11-03"}


@pytest.fixture(scope="module")
def officer(running_sise: System) -> ApiClient:
    """Return an officer; an enterprise that credit knows, its principal and a leader are there."""
    client = running_sise.client()
    firm_id = enter(client, NAME, CODE, division=DIVISION)
    employ(client, "credit-officer", "bureau_officer", divisions=["331002"])
    employ(client, "credit-leader", "bureau_leader", divisions=["331002"])
    employ(client, "credit-own", "enterprise_principal", enterprise_id=firm_id)

    def is_known() -> bool:
        try:
            return bool(client.call("GET", f"credit/ratings/{firm_id}"))
        except ApiRefused:
            return False

    until(is_known, sentence="credit never heard of the enterprise")
    return ApiClient(running_sise.url, username="credit-officer", password=PASSWORD)


def firm(officer: ApiClient) -> str:
    [one] = officer.call("GET", "search", params={"q": CODE, "limit": 5})["items"]
    return str(one["id"])


def decided(officer: ApiClient, **changes: Any) -> dict[str, Any]:
    """Record a decision against the enterprise."""
    said = {
        "conduct": "未采取措施消除事故隐患",
        "facts": "冲床无防护",
        "basis": "安全生产法 第一百零二条",
        "content": "罚款三万元",
    }
    fine = {"kinds": ["fine"], "fine": 30_000, "decided_on": business_date(datetime.now(UTC)).isoformat()}
    number = {"document_number": f"椒应急罚〔2026〕{new_id()[-5:]}号", "authority": "区应急管理局"}
    return officer.call(
        "POST", "credit/penalties", json={"enterprise_id": firm(officer), **said, **fine, **number, **changes}
    )


class TestAPenalty:
    def test_is_recorded_published_and_settled(
        self, window: Window, officer: ApiClient, expected_lines: list[str]
    ) -> None:
        expected_lines.append(REFUSED_INPUT)
        page = let_in(window(size=DESK, signed_in=False), "credit-officer")
        page.goto("/credit/penalties/new")
        page.fill("#q", NAME)
        page.locator("form.filter-bar button").click()
        page.locator("#found a", has_text=NAME).click()
        number = f"椒应急罚〔2026〕{new_id()[-5:]}号"
        for field, text in {"document_number": number, "authority": "区应急管理局", "conduct": "未消除隐患"}.items():
            page.fill(f".deed [name={field}]", text)
        for field, text in {"facts": "冲床无防护", "basis": "安全生产法 第一百零二条", "content": "罚款三万元"}.items():
            page.fill(f".deed [name={field}]", text)
        page.locator("input[name=kinds][value=fine]").check()
        page.wait_for_load_state()
        page.locator("form[data-act=record] > button[type=submit]").click()
        expect(page.locator(".deed-problem")).to_contain_text("选择罚款时填写金额")
        page.fill("#fine", "30000")
        page.locator("form[data-act=record] > button[type=submit]").click()
        expect(page.locator("#number")).to_have_text(number)
        page.wait_for_load_state()
        expect(page.locator("#acts").locator(MAIN_ACTS)).to_have_count(1)
        page.locator("form[data-act=publish] summary").click()
        page.locator("form[data-act=publish] button[type=submit]").click()
        expect(page.locator("#state")).to_have_attribute("data-state", "published")
        page.wait_for_load_state()
        page.locator("form[data-act=settle] summary").click()
        page.fill("#settle-settled_on", business_date(datetime.now(UTC)).isoformat())
        page.fill("#settle-proof", "缴款书")
        page.locator("form[data-act=settle] button[type=submit]").click()
        expect(page.locator(".loop-steps li")).to_have_count(3)
        expect(page.locator("#acts").locator(MAIN_ACTS)).to_have_count(0)
        check_fit(page, DESK)

    def test_of_the_light_class_is_kept_back_first(self, window: Window, officer: ApiClient) -> None:
        one = decided(officer, kinds=["warning"], fine=0, content="警告")
        page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        page.goto(f"/credit/penalties/{one['id']}")
        expect(page.locator("#acts").locator(MAIN_ACTS)).to_have_count(1)
        expect(page.locator("form[data-act=keep_back] summary.button-main")).to_be_visible()
        check_fit(page)

    def test_against_a_person_shows_nobody_in_full(self, window: Window, officer: ApiClient) -> None:
        page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        page.goto(f"/credit/penalties/new?enterprise_id={firm(officer)}")
        said = {"conduct": "无证上岗", "facts": "王大明无证上岗", "basis": "安全生产法 第九十七条", "content": "警告"}
        number = {"document_number": f"椒应急罚〔2026〕{new_id()[-5:]}号", "authority": "区应急管理局"}
        for field, text in (number | said).items():
            page.fill(f".deed [name={field}]", text)
        page.select_option("#subject_kind", "natural")
        page.locator("#person-fields summary").click()
        page.fill("#person", "王大明")
        page.locator("input[name=kinds][value=warning]").check()
        page.wait_for_load_state()
        check_fit(page)
        page.locator("form[data-act=record] > button[type=submit]").click()
        expect(page.locator("#number")).to_have_text(number["document_number"])
        expect(page.locator(".loop-head")).to_contain_text("王**")

    def test_that_was_entered_wrongly_is_recorded_anew(self, window: Window, officer: ApiClient) -> None:
        one = decided(officer, fine=300_000)
        page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        page.goto(f"/credit/penalties/{one['id']}")
        page.locator("form[data-act=strike] summary").click()
        page.fill("#strike-reason", "罚款金额录错")
        page.locator("form[data-act=strike] button[type=submit]").click()
        page.locator("#anew").click()
        expect(page.locator("#document_number")).to_have_value(one["document_number"])
        page.wait_for_load_state()
        page.fill("#fine", "30000")
        page.locator("form[data-act=record] > button[type=submit]").click()
        expect(page.locator("#number")).to_have_text(one["document_number"])
        expect(page.locator("#state")).to_have_attribute("data-state", "decided")
        check_fit(page)

    def test_is_listed_with_its_deadline_and_public_once_published(self, window: Window, officer: ApiClient) -> None:
        one = decided(officer)
        page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        page.goto("/credit?state=decided")
        row = page.locator(f"[data-penalty='{one['id']}']")
        expect(row).to_contain_text(one["document_number"])
        check_fit(page)
        officer.call("POST", f"credit/penalties/{one['id']}/steps", json={"event": "publish"})
        public = page.request.get("/api/v1/public/penalties", params={"q": CODE}).json()["items"]
        assert one["document_number"] in [each["CF_WSH"] for each in public]

    def test_is_seen_by_the_enterprise_which_can_do_nothing(self, window: Window, officer: ApiClient) -> None:
        one = decided(officer)
        page = let_in(window(size=PHONE, signed_in=False), "credit-own")
        page.goto(f"/credit/penalties/{one['id']}")
        expect(page.locator("#number")).to_have_text(one["document_number"])
        assert page.locator("#acts form").count() == 0
        check_fit(page)


class TestACheck:
    def test_shows_the_penalties_that_are_public(self, window: Window, officer: ApiClient) -> None:
        one, kept = decided(officer), decided(officer)
        officer.call("POST", f"credit/penalties/{one['id']}/steps", json={"event": "publish"})
        page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        page.goto(f"/credit-checks?q={CODE}&purpose=PROJ")
        expect(page.locator("#answers")).to_contain_text(one["document_number"])
        expect(page.locator("#answers")).not_to_contain_text(kept["document_number"])
        check_fit(page)


class TestThePublic:
    def test_reads_penalties_and_why_others_were_withdrawn(self, window: Window, officer: ApiClient) -> None:
        one, other = decided(officer), decided(officer)
        for each in (one, other):
            officer.call("POST", f"credit/penalties/{each['id']}/steps", json={"event": "publish"})
        given = {"annulled_on": business_date(datetime.now(UTC)).isoformat(), "reason": "复议撤销", "document": "1号"}
        officer.call("POST", f"credit/penalties/{other['id']}/steps", json={"event": "withdraw", **given})
        page = window(size=DESK, signed_in=False)
        page.goto("/penalties")
        expect(page.locator(f"[data-withdrawn='{other['id']}']")).to_contain_text("复议撤销")
        check_fit(page, DESK)
        phone = window(size=PHONE, signed_in=False)
        phone.goto(f"/penalties?q={CODE.lower()}")
        expect(phone.locator(f"[data-entry='{one['id']}']")).to_contain_text(one["document_number"])
        check_fit(phone)
        phone.goto("/exposed")
        check_fit(phone)


class TestAClosure:
    def test_is_proposed_by_law_and_decided_by_the_leader(self, window: Window, officer: ApiClient) -> None:
        for _ in range(3):
            decided(officer)
        officer.call("POST", "inspections/hazards", json={"enterprise_id": firm(officer), **FINDING})
        until(lambda: bool(proposed(officer)), sentence="no closure was proposed")
        page = let_in(window(size=DESK, signed_in=False), "credit-leader")
        page.goto("/credit/suggestions")
        row = page.locator("#closures li", has_text=NAME)
        page.wait_for_load_state()
        row.locator("form[data-act=dismiss] summary").click()
        row.locator("form[data-act=dismiss] textarea").fill("隐患正在整改，暂不提请")
        row.locator("form[data-act=dismiss] button[type=submit]").click()
        expect(page.locator("#closures li", has_text=NAME)).to_have_count(0)


class TestAViolation:
    def test_is_recorded_and_listed(self, window: Window, officer: ApiClient) -> None:
        page: Page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        page.goto(f"/credit/violations/new?enterprise_id={firm(officer)}")
        page.select_option("#act", "V-102")
        page.fill("#facts", "隐患逾期未消除")
        check_fit(page)
        page.wait_for_load_state()
        page.locator("form[data-act=record] > button[type=submit]").click()
        page.wait_for_url("**/credit/violations")
        expect(page.locator("#violations li").first).to_contain_text("隐患逾期未消除")
        check_fit(page)


class TestAnExposure:
    def test_is_proposed_decided_objected_to_and_answered(self, window: Window, officer: ApiClient) -> None:
        page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        page.goto(f"/credit/exposures/new?enterprise_id={firm(officer)}")
        page.select_option("#kind", "red_card")
        page.fill("#said-title", "重大隐患逾期未整改")
        page.fill("#said-content", "除尘系统无泄爆装置，逾期未整改。")
        check_fit(page)
        page.wait_for_load_state()
        page.locator("form[data-act=propose] > button[type=submit]").click()
        expect(page.locator("#state")).to_have_attribute("data-state", "proposed")
        address = page.url
        leader = let_in(window(size=DESK, signed_in=False), "credit-leader")
        press(leader, address, "publish")
        expect(leader.locator("#state")).to_have_attribute("data-state", "published")
        own = let_in(window(size=PHONE, signed_in=False), "credit-own")
        press(own, address, "object", statement="已于昨日整改完毕")
        expect(own.locator("#objections")).to_contain_text("已于昨日整改完毕")
        check_fit(own)
        press(page, address, "reply", reply="复查未通过")
        expect(page.locator("#objections")).to_contain_text("复查未通过")
        [entry] = page.request.get("/api/v1/public/exposures", params={"q": CODE}).json()["items"]
        assert (entry["objections"][0]["reply"], entry["kind"]) == ("复查未通过", "red_card")
        page.goto(f"/exposed?q={CODE}")
        expect(page.locator("[data-entry]")).to_contain_text("复查未通过")
        check_fit(page)
        page.goto("/credit/exposures?kind=red_card")
        expect(page.locator("#exposures")).to_contain_text("重大隐患逾期未整改")
        check_fit(page)


class TestAnAccident:
    def test_is_recorded_and_counted_beside_the_year_before(self, window: Window, officer: ApiClient) -> None:
        page = let_in(window(size=DESK, signed_in=False), "credit-officer")
        page.goto(f"/credit/accidents/new?enterprise_id={firm(officer)}")
        page.select_option("#kind", "machinery")
        page.fill("#serious_injuries", "1")
        page.wait_for_load_state()
        page.locator("form[data-act=record] > button[type=submit]").click()
        page.wait_for_url("**/credit/accidents")
        expect(page.locator("#accidents")).to_contain_text(NAME)
        expect(page.locator("#figures [data-total]")).to_contain_text("1")
        check_fit(page, DESK)

    def test_is_put_right_when_more_is_known(self, window: Window, officer: ApiClient) -> None:
        happened = {"kind": "fall", "occurred_on": business_date(datetime.now(UTC)).isoformat(), "place": "打磨车间"}
        told = {"enterprise_id": firm(officer), "serious_injuries": 1, "is_mainly_responsible": True, **happened}
        one = officer.call("POST", "credit/accidents", json=told)
        page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        page.goto("/credit/accidents")
        page.locator(f"[data-accident='{one['id']}'] [data-correct]").click()
        expect(page.locator("#place")).to_have_value("打磨车间")
        check_fit(page)
        page.wait_for_load_state()
        page.fill("#deaths", "1")
        page.fill("#serious_injuries", "0")
        page.locator("form[data-act=correct] > button[type=submit]").click()
        page.wait_for_url("**/credit/accidents")
        right = officer.call("GET", f"credit/accidents/{one['id']}")
        assert {name: right[name] for name in happened} == happened
        assert (right["deaths"], right["serious_injuries"], right["is_mainly_responsible"]) == (1, 0, True)

    def test_of_earlier_years_comes_in_a_register_that_is_tried_out_first(
        self, window: Window, officer: ApiClient
    ) -> None:
        page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        rows = f"统一社会信用代码,发生日期,事故类型,死亡人数\n{CODE},2023-03-01,触电,1\n{CODE},明天,触电,1\n"
        sheet = {"name": "accidents.csv", "mimeType": "text/csv", "buffer": rows.encode()}
        page.goto("/credit/registers")
        page.set_input_files("#file", sheet)
        page.locator("#register button[type=submit]").click()
        expect(page.locator("#errors li")).to_have_count(1)
        check_fit(page)
        page.set_input_files("#file", sheet)
        page.uncheck("input[name=is_trial]")
        page.locator("#register button[type=submit]").click()
        expect(page.locator("#taken")).to_be_visible()
        page.goto("/credit/accidents?year=2023")
        expect(page.locator("#accidents")).to_contain_text(NAME)
        check_fit(page)

    def test_of_penalties_says_what_each_row_cannot_be(self, window: Window) -> None:
        page = let_in(window(size=PHONE, signed_in=False), "credit-officer")
        header = "CF_XDR_SHXYM,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_CFJG,简易程序"
        same = "未消除隐患,无护栏,安全生产法第一百零二条,罚款,罚款"
        rows = [
            f"{CODE},甲{number}号,{same},{rest}"
            for number, rest in enumerate((",2026-01-05,局,", "500,2026-01-05,局,是"))
        ]
        sheet = {
            "name": "penalties.csv",
            "mimeType": "text/csv",
            "buffer": "\n".join([header, *rows]).encode("gb18030"),
        }
        page.goto("/credit/registers")
        page.select_option("#register-kind", "penalties")
        page.set_input_files("#file", sheet)
        page.locator("#register button[type=submit]").click()
        expect(page.locator("#errors li")).to_contain_text(["选择罚款时填写金额", "简易程序只适用于警告和小额罚款"])
        check_fit(page)


def press(page: Page, address: str, act: str, **fields: str) -> None:
    """Open an entry, fill the form of ``act`` and send it."""
    page.goto(address)
    page.wait_for_load_state()
    form = page.locator(f"form[data-act={act}]")
    if fields:
        form.locator("summary").click()
    for name, text in fields.items():
        form.locator(f"[name={name}]").fill(text)
    form.locator("button[type=submit]").click()


def proposed(officer: ApiClient) -> list[dict[str, Any]]:
    return list(officer.call("GET", "credit/closures", params={"state": "proposed"})["items"])
