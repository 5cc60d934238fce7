"""Checklists in the browser: a revision from draft to effect, unsaved work, two writers, files, who gets which list."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.cast import check_fit
from tests.browser.conftest import PHONE, REFUSED_INPUT, Window
from tests.support.running import System

VERSIONS = "inspections/checklists/versions"
CONFLICT = "Failed to load resource: the server responded with a status of 412 (PRECONDITION FAILED)"


def newest(system: System, checklist: str) -> dict[str, Any]:
    return dict(system.client().call("GET", f"{VERSIONS}?checklist={checklist}")["items"][0])


def draft_of(system: System, checklist: str) -> str:
    """Return a fresh draft of a list; what an earlier test has left is given up."""
    client, one = system.client(), newest(system, checklist)
    if one["state"] == "draft":
        client.call("POST", f"{VERSIONS}/{one['id']}/discard")
    heads = client.call("GET", f"{VERSIONS}?checklist={checklist}&state=published")["items"]
    return str(client.call("POST", VERSIONS, json={"based_on": heads[0]["id"]})["id"])


def editor_of(page: Page, version_id: str) -> Page:
    page.goto(f"/checklists/versions/{version_id}")
    expect(page.locator("#editor")).to_have_attribute("data-ready", "")
    return page


def part(page: Page, name: str) -> Locator:
    return page.locator(f'#outline li[data-part="{name}"]')


def choose(page: Page, name: str) -> None:
    part(page, name).locator(".outline-open").click()


class TestRevision:
    def test_goes_from_the_list_to_new_tasks(self, window: Window, running_sise: System) -> None:
        draft_of(running_sise, "AMMONIA")
        running_sise.client().call("POST", f"{VERSIONS}/{newest(running_sise, 'AMMONIA')['id']}/discard")
        page = window()
        page.goto("/checklists")
        page.locator('[data-list="AMMONIA"]').get_by_role("button", name="修订").click()
        expect(page.locator("#editor")).to_have_attribute("data-ready", "")
        first = part(page, "AM-01")
        choose(page, "AM-01")
        page.get_by_label("分值").fill("9")
        page.get_by_label("照片").select_option("always")
        first.get_by_role("button", name="下移").click()
        expect(page.locator("#saving")).to_have_attribute("data-state", "unsaved")
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.locator("#saving")).to_have_text("已保存")
        page.get_by_role("button", name="发布").click()
        page.get_by_role("button", name="确认发布").click()

        expect(page.locator("#done")).to_contain_text("已发布")
        expect(page.locator(".lead [data-standing]")).to_have_text("现行")
        page.get_by_role("link", name="对比改动").click()
        expect(page.locator("[data-change='changed']")).to_have_count(2)
        expect(page.locator("[data-change='moved']")).to_have_count(1)
        items = running_sise.client().call("GET", "inspections/checklists/AMMONIA")["sections"][0]["items"]
        assert [(one["id"], one["photo"]) for one in items][:2] == [("AM-02", "fault"), ("AM-01", "always")]

    def test_names_what_has_to_be_mended_and_leads_there(self, window: Window, running_sise: System) -> None:
        page = editor_of(window(), draft_of(running_sise, "DUST"))
        part(page, "daily").locator("..").get_by_role("button", name="添加检查项").last.click()
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.locator("#problems summary")).to_contain_text("2 处")
        page.get_by_role("button", name="发布").click()
        expect(page.locator("#toasts")).to_contain_text("请先完善")
        choose(page, "")
        page.locator("#problems").get_by_role("button").first.click()
        expect(part(page, "DU-14")).to_have_attribute("aria-current", "true")

    def test_builds_conditions_and_answers_that_the_preview_follows(self, window: Window, running_sise: System) -> None:
        page = editor_of(window(), draft_of(running_sise, "DUST"))
        choose(page, "DU-02")
        page.get_by_label("取决于").select_option("DU-01")
        page.locator(".editor-condition").get_by_label("不涉及").check()
        preview = page.locator("#preview")
        expect(preview.get_by_text("除尘系统不共用")).to_have_count(0)
        preview.locator("fieldset", has_text="场所不在非框架结构").locator('[data-meaning="not_applicable"]').click()
        expect(preview.get_by_text("除尘系统不共用")).to_be_visible()
        page.get_by_role("button", name="添加答案组").click()
        for _ in range(2):
            page.get_by_role("button", name="添加答案", exact=True).click()
        expect(page.locator(".editor-answer")).to_have_count(2)


class TestUnsavedWork:
    def test_is_there_again_after_leaving(self, window: Window, running_sise: System) -> None:
        version_id = draft_of(running_sise, "DUST")
        page = editor_of(window(), version_id)
        choose(page, "DU-03")
        page.get_by_label("依据条款").fill("改过的条款")
        expect(page.locator("#saving")).to_have_attribute("data-state", "unsaved")
        page.goto("/checklists")
        editor_of(page, version_id)
        expect(page.locator("#restored")).to_contain_text("已恢复")
        choose(page, "DU-03")
        expect(page.get_by_label("依据条款")).to_have_value("改过的条款")
        page.get_by_role("button", name="丢弃这些修改").click()
        expect(page.locator("#saving")).to_have_attribute("data-state", "saved")

    @pytest.mark.parametrize(("decision", "weight"), [("用我的覆盖", 8), ("用已保存的", 7)])
    def test_of_two_writers_is_shown_side_by_side(
        self, window: Window, running_sise: System, expected_lines: list[str], decision: str, weight: int
    ) -> None:
        expected_lines.append(CONFLICT)
        version_id = draft_of(running_sise, "DUST")
        page = editor_of(window(), version_id)
        client = running_sise.client()
        theirs = client.call("GET", f"{VERSIONS}/{version_id}")
        theirs["content"]["section"][0]["item"][0]["weight"] = 7
        body = {"content": theirs["content"]}
        client.call("PUT", f"{VERSIONS}/{version_id}", json=body, headers={"If-Match": '"1"'})
        choose(page, "DU-01")
        page.get_by_label("分值").fill("8")
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.locator("#conflict tbody tr")).to_have_count(1)
        page.locator("#conflict").get_by_role("button", name=decision).click()
        expect(page.locator("#saving")).to_have_attribute("data-state", "saved")
        choose(page, "DU-01")
        expect(page.get_by_label("分值")).to_have_value(str(weight))

    def test_that_is_saved_twice_in_a_row_is_no_conflict(self, window: Window, running_sise: System) -> None:
        page = editor_of(window(), draft_of(running_sise, "DUST"))
        choose(page, "DU-01")
        page.get_by_label("分值").fill("6")
        page.locator("#save").evaluate("button => { button.click(); button.click(); }")
        expect(page.locator("#saving")).to_have_attribute("data-state", "saved")
        assert newest(running_sise, "DUST")["revision"] == 2


class TestFile:
    def test_goes_out_and_comes_in_as_a_draft(self, window: Window, running_sise: System) -> None:
        client, page = running_sise.client(), window()
        draft = newest(running_sise, "CONFINED")
        page.goto(f"/checklists/versions/{draft['id']}")
        with page.expect_download() as download:
            page.get_by_role("link", name="XLSX").click()
        page.goto("/checklists/import")
        page.set_input_files("#file", download.value.path())
        expect(page.locator("#looked")).to_contain_text("0 处改动")
        page.get_by_role("button", name="以此开始草稿").click()
        expect(page.locator("#editor")).to_have_attribute("data-ready", "")
        client.call("POST", f"{VERSIONS}/{newest(running_sise, 'CONFINED')['id']}/discard")

    def test_with_mistakes_is_told_by_row(self, window: Window) -> None:
        page = window()
        page.goto("/checklists/import")
        body = "row,id,zh,en,weight\r\nlist,X,表,list,\r\nitem,A,甲,a,many\r\n".encode()
        page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": body})
        expect(page.locator("#looked tbody tr")).to_have_count(1)
        expect(page.locator("#looked tbody tr")).to_contain_text("检查项前面须有章节行")


class TestChoices:
    def test_are_put_in_order_and_saved(self, window: Window, running_sise: System, expected_lines: list[str]) -> None:
        expected_lines.append(REFUSED_INPUT)
        page = window()
        page.goto("/checklists/choices")
        before = page.locator("[data-rule]").count()
        page.get_by_role("button", name="添加规则").click()
        page.get_by_role("button", name="保存规则").click()
        expect(page.locator("#choices-problem")).to_contain_text("第 1 条")
        first = page.locator("[data-rule]").first
        first.locator("select").select_option("CONFINED")
        first.get_by_text("须同时具备的危险特征").click()
        first.locator('[data-feature="toxic_confined_space"]').check()
        page.get_by_role("button", name="保存规则").click()
        expect(page.locator("p", has_text=re.compile("第 1 次决定"))).to_be_visible()
        rules = running_sise.client().call("GET", "inspections/checklists/choices")["rules"]
        assert (len(rules), rules[0]["features"]) == (before + 1, ["toxic_confined_space"])


class TestPhone:
    @pytest.mark.parametrize("path", ["", "/choices", "/import", "/versions/{draft}", "/versions/{draft}/changes"])
    def test_fits(self, window: Window, running_sise: System, path: str) -> None:
        page = window(size=PHONE)
        page.goto("/checklists" + path.format(draft=draft_of(running_sise, "DUST")))
        check_fit(page)

    def test_shows_outline_form_and_preview_in_turn(self, window: Window, running_sise: System) -> None:
        page = editor_of(window(size=PHONE), draft_of(running_sise, "DUST"))
        choose(page, "DU-05")
        expect(page.locator("#form")).to_be_visible()
        expect(page.locator("#outline")).to_be_hidden()
        page.get_by_role("button", name="手机预览").click()
        expect(page.locator("#preview .phone-screen")).to_be_visible()
        check_fit(page)
