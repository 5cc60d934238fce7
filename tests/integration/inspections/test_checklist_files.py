"""Checklists from files and into files: previewed, taken in as a draft, handed out; hostile files are answered."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
from flask.testing import FlaskClient

from tests.integration.inspections.conftest import INSPECTIONS, Caller

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
CHECKLISTS = f"{INSPECTIONS}/checklists"
VERSIONS = f"{CHECKLISTS}/versions"


@pytest.fixture
def editor(caller: Caller) -> FlaskClient:
    return caller("administrator")


def sent(client: FlaskClient, content: bytes, *, path: str = "/preview", name: str = "list.xlsx") -> Any:
    form = {"file": (BytesIO(content), name)}
    return client.post(f"{CHECKLISTS}/imports{path}", data=form, content_type="multipart/form-data")


def version_of(client: FlaskClient, checklist: str) -> str:
    return str(client.get(f"{VERSIONS}?checklist={checklist}").json["items"][-1]["id"])


def exported(client: FlaskClient, checklist: str, form: str) -> bytes:
    answer = client.get(f"{VERSIONS}/{version_of(client, checklist)}/export?format={form}")
    assert answer.status_code == 200
    assert f"{checklist}-1.{form}" in answer.headers["Content-Disposition"]
    content = bytes(answer.data)
    answer.close()
    return content


def bomb() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><workbook>&b;</workbook>")
    return file.getvalue()


class TestExport:
    @pytest.mark.parametrize("form", ["xlsx", "json"])
    @pytest.mark.parametrize("checklist", ["CONFINED", "FIRE-SMALL"])
    def test_is_taken_in_again_without_a_change(self, editor: FlaskClient, checklist: str, form: str) -> None:
        preview = sent(editor, exported(editor, checklist, form)).json
        assert (preview["errors"], preview["problems"], preview["changes"]) == ([], [], [])
        assert (preview["id"], preview["based_on"]) == (checklist, version_of(editor, checklist))


class TestImport:
    def test_begins_a_draft_with_what_the_file_says(self, editor: FlaskClient) -> None:
        content = orjson.loads(exported(editor, "DUST", "json"))
        content["section"][0]["item"][0]["weight"] = 9
        body = orjson.dumps(content)
        assert [one["field"] for one in sent(editor, body).json["changes"]] == ["weight"]

        draft = sent(editor, body, path="", name="改.json")

        assert (draft.status_code, draft.json["standing"], draft.json["note"]) == (201, "draft", "改.json")
        assert (draft.json["number"], draft.json["content"]["section"][0]["item"][0]["weight"]) == (2, 9)
        assert sent(editor, body, path="").json["code"] == "checklist_draft_exists"

    def test_begins_a_list_that_nobody_knows(self, editor: FlaskClient) -> None:
        rows = (
            ["行类型", "编号", "中文", "英文", "依据条款", "答案组", "分值"],
            ["检查表", "SCHOOL", "学校", "Schools", "", "", ""],
            ["章节", "s", "节", "s", "", "", ""],
            ["检查项", "S-1", "'=甲", "a", "第一条", "standard", "2"],
        )
        body = "\r\n".join(map(",".join, rows)).encode("gb18030")
        preview = sent(editor, body, name="a.csv").json
        assert (preview["errors"], preview["based_on"], preview["items"]) == ([], None, 1)
        assert [one["code"] for one in preview["problems"]] == ["source_missing", "nothing_scored", "responses_unknown"]

        draft = sent(editor, body, path="", name="a.csv").json

        assert (draft["checklist"], draft["number"], draft["content"]["section"][0]["item"][0]["zh"]) == (
            "SCHOOL",
            1,
            "=甲",
        )

    def test_of_a_file_with_mistakes_is_refused(self, editor: FlaskClient) -> None:
        body = "row,id,zh,en,weight\r\nlist,X,表,list,\r\nitem,A,甲,a,many\r\n".encode()
        [error] = sent(editor, body).json["errors"]
        assert (error["row"], error["field"], error["code"]) == (3, "行类型", "no_section_above")
        refused = sent(editor, body, path="")
        assert (refused.status_code, refused.json["code"]) == (422, "checklist_file_wrong")
        assert refused.json["facts"]["errors"] == [error]

    def test_needs_an_id(self, editor: FlaskClient) -> None:
        body = orjson.dumps({"checklist": {"zh": "表", "en": "list"}, "section": [], "set": []})
        [error] = sent(editor, body).json["errors"]
        assert (error["row"], error["field"]) == (0, "checklist.id")

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "file_empty"),
            (b"{not json", "json_unreadable"),
            (b"\xef\xbb\xbf{}x", "json_unreadable"),
            (b'{"a":' + b"[" * 5_000, "json_unreadable"),
            (b"PK\x03\x04 no archive", None),
            (bomb(), None),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        ],
        ids=["empty", "no_json", "trailing", "deep", "no_archive", "entities", "old"],
    )
    def test_answers_hostile_files(self, editor: FlaskClient, content: bytes, code: str | None) -> None:
        answer = sent(editor, content)
        assert answer.status_code == 422, answer.text
        assert code in (None, answer.json["code"])

    @pytest.mark.parametrize("content", [b"{}", b'{"checklist": [], "section": {}, "set": 1}', b"a,b\r\n1,2\r\n"])
    def test_names_what_is_no_list(self, editor: FlaskClient, content: bytes) -> None:
        answer = sent(editor, content)
        assert (answer.status_code, bool(answer.json["errors"])) == (200, True)

    def test_names_the_broken_rows_of_a_sheet(self, editor: FlaskClient) -> None:
        body = f"row,id,zh,en\r\nlist,X,表,list\r\nsection,{'s' * 70_000}\r\n".encode()
        assert [(one["row"], one["code"]) for one in sent(editor, body).json["errors"]] == [(3, "row_broken")]
