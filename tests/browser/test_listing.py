"""The list in a browser: an officer proposes and serves, a leader decides, a clerk of a bank asks, anybody reads."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from shared.clock import business_date
from shared.running.client import ApiClient, ApiRefused
from tests.browser.cast import PASSWORD, check_fit, employ, enter, let_in
from tests.browser.conftest import DESK, PHONE, Window
from tests.support.events import until
from tests.support.running import System

FACTS = {"division": "331002005", "industry": "C2614", "address": "椒江区三甲街道"}
PERSON = {"role": "principal", "name": "王建国", "identity": "33100219800101123X"}
NOTICE = {"facts": "瞒报一起事故", "basis": "第六条第四项", "measures": "第八条", "rights": "陈述、申辩"}
DECISION = {
    "number": "（椒）应急失信〔2026〕77号",
    "facts": "瞒报一起事故",
    "basis": "第六条第四项",
    "measures": "第八条",
    "repair": "列入满十二个月可以申请",
    "remedies": "六十日内申请行政复议",
    "legal_review": "法审〔2026〕3号",
    "collective_decision": "会议纪要〔2026〕5号",
}


class Bureau:
    """An officer and a leader who act through the API."""

    def __init__(self, system: System) -> None:
        self.admin = system.client()
        for username, role in (("listing-officer", "bureau_officer"), ("listing-leader", "bureau_leader")):
            employ(self.admin, username, role, divisions=["331002"])
        bank = self.agency("农商银行（试验）", "FIN", "check:read", "restriction:read", "restriction:answer")
        employ(self.admin, "listing-clerk", "agency_clerk", agency_id=bank)
        self.officer = ApiClient(system.url, username="listing-officer", password=PASSWORD)
        self.leader = ApiClient(system.url, username="listing-leader", password=PASSWORD)

    def agency(self, name: str, purpose: str, *actions: str) -> str:
        """Register an agency that is granted actions for a purpose, with all their fields; return its id."""
        agency_id = str(self.admin.call("POST", "identity/clients", json={"name": name})["client_id"])
        possible = {one["action"]: one for one in self.admin.call("GET", "identity/grants/possible")["items"]}
        ends = (datetime.now(UTC) + timedelta(days=300)).isoformat()
        for action in actions:
            same = {"divisions": ["331002"], "purposes": [purpose], "until": ends, "basis": "〔2026〕7"}
            terms = {**same, "fields": possible[action]["fields"]}
            self.admin.call("PUT", f"identity/clients/{agency_id}/grants/{action}", json=terms)
        return agency_id

    def penalised(self, name: str, uscc: str) -> str:
        """Enter an enterprise with a penalty of today and return its id."""
        firm = enter(self.admin, name, uscc, **FACTS)
        body = {
            "enterprise_id": firm,
            "document_number": f"（椒）应急罚〔2026〕{uscc[-3:]}号",
            "act": "V-110",
            "conduct": "瞒报事故",
            "facts": "瞒报一起事故",
            "basis": "安全生产法 第一百一十条",
            "kinds": ["fine"],
            "content": "罚款",
            "fine": 300_000,
            "decided_on": today(),
            "authority": "台州市椒江区应急管理局",
        }

        def is_recorded() -> bool:
            try:
                return bool(self.officer.call("POST", "credit/penalties", json=body))
            except ApiRefused:
                return False

        until(is_recorded, sentence="credit never heard of the enterprise")
        return firm

    def listed(self, name: str, uscc: str) -> str:
        """Put an enterprise on the list and return the id of its case."""
        firm = self.penalised(name, uscc)
        (penalty,) = self.officer.call("GET", f"credit/penalties?enterprise_id={firm}")["items"]
        same = {"enterprise_id": firm, "condition": "BL-6-4", "penalty_id": penalty["id"], "is_confirmed": True}
        body = {**same, "facts": NOTICE["facts"], "basis": NOTICE["basis"], "persons": [PERSON]}
        case = self.officer.call("POST", "credit/cases", json=body)
        people = ["firm", *(one["id"] for one in case["persons"])]
        self.step(case, "issue_notice", **NOTICE)
        self.step(case, "serve_notice", deliveries=deliveries(people, "notice"))
        self.officer.call("POST", f"credit/cases/{case['id']}/statements", json={"statement": "不服"})
        decided = {"event": "decide_listing", "reply": "不予采纳", **DECISION}
        self.leader.call("POST", f"credit/cases/{case['id']}/decisions", json=decided)
        self.step(case, "serve", deliveries=deliveries(people, "decision", "repair_notice"))
        self.step(case, "record", system_number="X-77")
        self.step(case, "publish")
        return str(case["id"])

    def step(self, case: dict[str, Any], event: str, **given: Any) -> None:
        self.officer.call("POST", f"credit/cases/{case['id']}/steps", json={"event": event, **given})


def today() -> str:
    return business_date(datetime.now(UTC)).isoformat()


def deliveries(people: list[str], *documents: str) -> list[dict[str, Any]]:
    same = {"method": "direct", "proof": "送达回证", "served_on": today()}
    return [{"document": document, "addressee": one, **same} for document in documents for one in people]


@pytest.fixture(scope="module")
def bureau(running_sise: System) -> Bureau:
    return Bureau(running_sise)


class TestProposing:
    def test_leads_from_the_form_to_the_served_notice(self, bureau: Bureau, window: Window) -> None:
        firm = bureau.penalised("名单试验化工厂", "91331002MA28G77016")
        page = let_in(window(size=DESK, signed_in=False), "listing-officer")
        page.goto(f"/cases/new?enterprise_id={firm}")
        page.check('input[name="condition"][value="BL-6-4"]')
        page.fill("#facts", NOTICE["facts"])
        page.locator('input[name="name"]').first.fill(PERSON["name"])
        page.locator('input[name="identity"]').first.fill(PERSON["identity"])
        page.check('input[name="is_confirmed"]')
        page.locator("#proposal button[type=submit]").click()
        expect(page.locator("#state [data-state]")).to_have_attribute("data-state", "candidate")
        assert PERSON["identity"] not in page.content()
        act = page.locator('[data-act="issue_notice"]')
        act.locator("summary").click()
        for name, text in NOTICE.items():
            act.locator(f'[name="{name}"]').fill(text)
        act.locator("button[type=submit]").click()
        expect(page.locator("#state [data-state]")).to_have_attribute("data-state", "noticed")
        page.locator('[data-act="serve_notice"] summary').click()
        for field in page.locator('[data-act="serve_notice"] [name="proof"]').all():
            field.fill("送达回证")
        page.locator('[data-act="serve_notice"] button[type=submit]').click()
        expect(page.locator("#deliveries li")).to_have_count(2)
        expect(page.locator('#steps [data-event="issue_notice"] [data-given="rights"]')).to_contain_text(
            NOTICE["rights"]
        )
        expect(page.locator('#deadlines [data-step="window_elapsed"] .due-left')).to_be_visible()

    def test_tells_why_it_is_refused(self, bureau: Bureau, window: Window) -> None:
        firm = bureau.penalised("名单试验铸造厂", "91331002MA28G77024")
        page = let_in(window(size=DESK, signed_in=False), "listing-officer")
        page.goto(f"/cases/new?enterprise_id={firm}")
        page.check('input[name="condition"][value="BL-6-2"]')
        page.fill("#facts", "两起较大事故")
        page.locator("#proposal button[type=submit]").click()
        expect(page.locator("#refusal")).to_contain_text("不符合")


class TestTheList:
    def test_is_seen_by_leader_clerk_and_public(self, bureau: Bureau, window: Window) -> None:
        case_id = bureau.listed("名单试验仓储部", "91331002MA28G77032")
        leader = let_in(window(size=DESK, signed_in=False), "listing-leader")
        leader.goto("/cases?state=active")
        leader.goto(f"/cases/{case_id}")
        expect(leader.locator('#deadlines [data-step="expire"]')).to_be_visible()
        expect(leader.locator("#restrictions li")).to_have_count(14)
        expect(leader.locator('[data-act="revoke"]')).to_be_visible()
        officer = let_in(window(size=DESK, signed_in=False), "listing-officer")
        officer.goto(f"/cases/{case_id}")
        expect(officer.locator("#nothing")).to_contain_text("起可以申请提前移出")
        public = window(size=DESK, signed_in=False)
        public.goto("/listed?q=名单试验仓储部")
        expect(public.locator("[data-entry]")).to_contain_text("3****************X")
        assert PERSON["identity"] not in public.content()

    def test_is_asked_about_by_a_clerk(self, bureau: Bureau, window: Window) -> None:
        bureau.listed("名单试验机械厂", "91331002MA28G77041")
        page = let_in(window(size=DESK, signed_in=False), "listing-clerk")
        page.goto("/credit-checks")
        page.fill("#q", "91331002MA28G77041")
        page.select_option("#purpose", "FIN")
        page.locator("#ask button[type=submit]").click()
        expect(page.locator('#answers [data-uscc="91331002MA28G77041"]')).to_have_attribute("data-hit", "true")
        expect(page.locator("#answers [data-effect]")).to_have_attribute("data-effect", "ADVISORY")
        expect(page.locator("#receipts li")).not_to_have_count(0)
        page.locator("details summary", has_text="批量").click()
        page.fill("#codes", "91331002MA28G77041\n91330000742004828D")
        page.select_option("#purpose-many", "FIN")
        page.locator("#ask-many button[type=submit]").click()
        expect(page.locator('#answers [data-hit="false"]')).to_have_count(1)

    def test_is_asked_about_by_name_for_the_purposes_of_the_agency_only(self, bureau: Bureau, window: Window) -> None:
        bureau.listed("名单试验电缆厂", "91331002MA28G77112")
        page = let_in(window(size=PHONE, signed_in=False), "listing-clerk")
        page.goto("/credit-checks")
        expect(page.locator("#acting-for")).to_contain_text("农商银行（试验）")
        assert page.locator("#purpose option").evaluate_all("all => all.map(one => one.value)") == ["", "FIN"]
        page.fill("#q", "名单试验电缆")
        page.select_option("#purpose", "FIN")
        page.locator("#ask button[type=submit]").click()
        expect(page.locator('#answers [data-uscc="91331002MA28G77112"]')).to_have_attribute("data-hit", "true")
        expect(page.locator("#receipts li").first).to_contain_text("农商银行（试验）")
        check_fit(page)
        page.goto("/credit-checks?q=91331002MA28G77112&purpose=TAX")
        expect(page.locator("#refusal")).to_contain_text("授权不包括此用途")
        expect(page.locator("#answers")).to_have_count(0)

    def test_is_in_the_file_of_the_enterprise(self, bureau: Bureau, window: Window) -> None:
        case_id = bureau.listed("名单试验家具厂", "91331002MA28G77075")
        firm = bureau.officer.call("GET", f"credit/cases/{case_id}")["enterprise_id"]
        page = let_in(window(size=DESK, signed_in=False), "listing-officer")
        page.goto(f"/enterprises/{firm}")
        page.locator("#tab-credit").click()
        expect(page.locator("#file-listed")).to_be_visible()
        expect(page.locator("#file-cases li")).to_have_count(1)
        page.locator("#file-credit .panel-head a").click()
        expect(page).to_have_url(f"/cases/new?enterprise_id={firm}")

    def test_is_answered_by_a_clerk_of_the_agency(self, bureau: Bureau, window: Window) -> None:
        case_id = bureau.listed("名单试验纺织厂", "91331002MA28G77059")
        page = let_in(window(size=PHONE, signed_in=False), "listing-clerk")
        page.goto(f"/restrictions?case_id={case_id}")
        expect(page.locator("#restrictions li")).to_have_count(1)
        check_fit(page)
        page.locator("#restrictions a").first.click()
        page.locator('[data-act="RECEIVED"] button[type=submit]').click()
        expect(page.locator("#state")).to_have_attribute("data-state", "received")
        act = page.locator('[data-act="APPLIED"]')
        act.locator("summary").click()
        for name, text in (("measure", "下调授信"), ("date", today()), ("handler", "信贷部")):
            act.locator(f'[name="{name}"]').fill(text)
        check_fit(page)
        act.locator("button[type=submit]").click()
        expect(page.locator("#state")).to_have_attribute("data-state", "applied")
        expect(page.locator("#steps li[data-event=apply]")).to_contain_text("农商银行（试验）")

    def test_is_answered_by_an_officer_for_an_agency_without_anybody(self, bureau: Bureau, window: Window) -> None:
        case_id = bureau.listed("名单试验印染厂", "91331002MA28G77120")
        page = let_in(window(size=DESK, signed_in=False), "listing-officer")
        page.goto(f"/restrictions?agency=TAX&case_id={case_id}")
        page.locator("#restrictions a").first.click()
        page.locator('[data-act="RECEIVED"] button[type=submit]').click()
        expect(page.locator("#state")).to_have_attribute("data-state", "received")


class TestPeopleOfAnAgency:
    def test_get_an_account_that_names_it(self, bureau: Bureau, window: Window) -> None:
        agency_id = bureau.agency("税务局（试验）", "TAX", "check:read")
        page = window(size=DESK)
        page.goto(f"/admin/clients/{agency_id}")
        expect(page.locator("#people")).to_contain_text("由执法人员代为录入")
        page.locator("#people a.button").click()
        expect(page.locator("#agency_id option:checked")).to_have_text("税务局（试验）")
        expect(page.locator('input[name="roles"][value="agency_clerk"]')).to_be_checked()
        page.fill("#username", "listing-tax-clerk")
        page.fill("#name", "经办人")
        check_fit(page, DESK)
        page.locator("form.panel button[type=submit]").click()
        expect(page.locator(".once")).to_contain_text("listing-tax-clerk")
        page.goto(f"/admin/clients/{agency_id}")
        expect(page.locator("#people")).to_contain_text("listing-tax-clerk")

    def test_are_refused_at_once_when_the_grant_is_taken_back(
        self, bureau: Bureau, window: Window, tolerated_lines: list[str]
    ) -> None:
        tolerated_lines.append("Failed to load resource: the server responded with a status of 403")
        agency_id = bureau.agency("海关（试验）", "CUST", "check:read")
        employ(bureau.admin, "listing-customs", "agency_clerk", agency_id=agency_id)
        page = let_in(window(size=PHONE, signed_in=False), "listing-customs")
        page.goto("/credit-checks")
        expect(page.locator("#ask")).to_be_visible()
        bureau.admin.call("DELETE", f"identity/clients/{agency_id}/grants/check:read")

        def is_refused() -> bool:
            page.goto("/credit-checks")
            return "请联系应急管理局系统管理员授权" in page.locator("main").inner_text()

        until(is_refused, sentence="the grant that was taken back still holds")
        check_fit(page)


class TestWhoIsWatched:
    def test_is_named_with_a_reason_and_a_last_day_until_that_is_ended(self, bureau: Bureau, window: Window) -> None:
        firm = bureau.penalised("名单试验电镀厂", "91331002MA28G77083")
        page = let_in(window(size=DESK, signed_in=False), "listing-officer")
        page.goto(f"/enterprises/{firm}")
        page.locator("#tab-credit").click()
        page.locator("#file-watch").click()
        page.wait_for_load_state()
        page.fill("#reason", "一年内多次违章作业")
        page.fill("#until", (date.fromisoformat(today()) + timedelta(30)).isoformat())
        page.locator("form[data-act=watch] > button[type=submit]").click()
        page.wait_for_url("**/watched")
        row = page.locator("#watched li", has_text="名单试验电镀厂")
        expect(row).to_contain_text("一年内多次违章作业")
        check_fit(page, DESK)
        page.goto(f"/enterprises/{firm}")
        page.locator("#tab-credit").click()
        page.locator("#file-watched").click()
        page.wait_for_load_state()
        row.locator("summary").click()
        row.locator("textarea").fill("已整改")
        row.locator("button[type=submit]").click()
        expect(row).to_contain_text("已整改")
        expect(row.locator("form")).to_have_count(0)
        page.goto("/watched")
        expect(row).to_have_count(0)

    def test_is_searched_for_on_a_phone_and_watched_once(
        self, bureau: Bureau, window: Window, expected_lines: list[str]
    ) -> None:
        expected_lines.append("Failed to load resource: the server responded with a status of 409 (CONFLICT)")
        firm = bureau.penalised("名单试验船舶厂", "91331002MA28G77091")
        page = let_in(window(size=PHONE, signed_in=False), "listing-officer")
        page.goto("/watched/new")
        page.fill("#q", "名单试验船舶厂")
        page.locator("form.filter-bar button").click()
        page.locator("#found a").click()
        check_fit(page)
        late = (date.fromisoformat(today()) + timedelta(9)).isoformat()
        bureau.officer.call("POST", "credit/watched", json={"enterprise_id": firm, "reason": "多次违章", "until": late})
        page.wait_for_load_state()
        page.fill("#reason", "多次违章")
        page.fill("#until", late)
        page.locator("form[data-act=watch] > button[type=submit]").click()
        expect(page.locator(".deed-problem .notice")).to_have_text("该企业已是重点监管对象。")
        page.goto("/watched?division=331002005")
        expect(page.locator("#watched li", has_text="名单试验船舶厂")).to_contain_text("剩")
        check_fit(page)

    def test_is_read_by_a_leader_who_leaves_it_to_officers(self, bureau: Bureau, window: Window) -> None:
        firm = bureau.penalised("名单试验制冰厂", "91331002MA28G77104")
        late = (date.fromisoformat(today()) + timedelta(9)).isoformat()
        bureau.officer.call("POST", "credit/watched", json={"enterprise_id": firm, "reason": "多次违章", "until": late})
        page = let_in(window(size=DESK, signed_in=False), "listing-leader")
        page.goto("/cases")
        page.locator(".segments a", has_text="重点监管对象").click()
        row = page.locator("#watched li", has_text="名单试验制冰厂")
        expect(row).to_be_visible()
        expect(row.locator("form")).to_have_count(0)


class TestOnAPhone:
    @pytest.mark.parametrize("address", ["/cases", "/restrictions", "/credit-checks", "/listed"])
    def test_every_page_fits(self, bureau: Bureau, window: Window, address: str) -> None:
        bureau_page = let_in(window(size=PHONE, signed_in=False), "listing-officer")
        bureau_page.goto(address)
        check_fit(bureau_page)

    def test_a_case_fits(self, bureau: Bureau, window: Window) -> None:
        case_id = bureau.listed("名单试验木器厂", "91331002MA28G77067")
        page = let_in(window(size=PHONE, signed_in=False), "listing-leader")
        page.goto(f"/cases/{case_id}")
        check_fit(page)
