"""Papers of permits: printed, verified by anybody, kept in the night after the acceptance."""

from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from services.permits.tables import permit_paper, person
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import NOW, PERMITS, Caller, known_enterprise, run_clock
from tests.integration.permits.permitting import WORK, applied, approved, briefed, sent, shown, started, taken
from tests.support.databases import Begin
from tests.support.permits import GUARDIAN, HOT_FACTS, LEADER, WORKER

FIRM = new_id()


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database, enterprise_id=FIRM, industry="C2614")


@pytest.fixture
def foreman(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_user", divisions=[], enterprise_id=enterprise_id)


@pytest.fixture
def approver(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)


@pytest.fixture
def permit(foreman: FlaskClient, approver: FlaskClient, enterprise_id: str, begin_with: Begin) -> dict[str, Any]:
    """Return an approved permit for work at height."""
    return begin_with(lambda: approved(foreman, approver, applied(foreman, enterprise_id, "height")))


def printed(client: FlaskClient, permit: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"{WORK}/{permit['id']}/papers")
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def verified(client: FlaskClient, code: str) -> Any:
    return client.get(f"{PERMITS}/public/papers/{code}")


def read(client: FlaskClient, paper: dict[str, Any]) -> str:
    file = client.get(f"{PERMITS}/papers/{paper['id']}/file")
    with pypdfium2.PdfDocument(file.data) as pages:
        return "".join(page.get_textpage().get_text_bounded() for page in pages)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestPaper:
    def test_says_who_confirmed_what_nothing_measures(
        self, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        one = applied(foreman, enterprise_id)
        started(foreman, approver, one)
        text = read(foreman, printed(foreman, one))
        assert ("现场确认" in text, "作业过程视频监控已开启" in text) == (True, True)

    def test_says_how_many_extinguishers_stand_ready(self, foreman: FlaskClient, enterprise_id: str) -> None:
        """A.1: the form leaves numbers blank, and its last row is another measure with who drew it up."""
        one = applied(foreman, enterprise_id)
        taken(foreman, one, "submit")
        answers, notes = (
            {"8": True, "16": True},
            {"8": "灭火器2台，灭火毯1块，消防水带1条", "16": " 设专人看护；编制：安全员 "},
        )
        taken(foreman, one, "answer", answers=answers, notes=notes)
        strange = sent(foreman, one, "answer", answers={"8": True}, notes={"9": "已接地"})
        kept = {row["number"]: row["note"] for row in shown(foreman, one)["measures"] if row["note"]}
        text = read(foreman, printed(foreman, one)).replace("\r\n", "")

        assert (strange.status_code, strange.json["code"]) == (422, "answer_unknown")
        assert kept == {8: "灭火器2台，灭火毯1块，消防水带1条", 16: "设专人看护；编制：安全员"}
        assert ("【灭火器2台，灭火毯1块，消防水带1条】" in text, "编制：安全员" in text) == (True, True)

    def test_says_what_the_permit_says(self, foreman: FlaskClient, permit: dict[str, Any]) -> None:
        paper = printed(foreman, permit)

        file = foreman.get(f"{PERMITS}/papers/{paper['id']}/file")
        with pypdfium2.PdfDocument(file.data) as pages:
            text = "".join(page.get_textpage().get_text_bounded() for page in pages)

        assert file.mimetype == "application/pdf"
        for words in (permit["number"], paper["id"], "高处作业安全作业票", "作业人员身体条件符合要求", "作业负责人"):
            assert words in text

    def test_names_what_the_form_was_told(
        self, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        """GB 30871-2022 annex A: a choice in its words, a number with its unit, signatures in their order."""
        form = {"hot_spot": "R101法兰", "method": "grinding", "fire_watch_minutes": "30"}
        facts = HOT_FACTS | {"risk_place": True}  # class 1
        permit = approved(foreman, approver, applied(foreman, enterprise_id, "hot_work", form=form, facts=facts))

        file = foreman.get(f"{PERMITS}/papers/{printed(foreman, permit)['id']}/file")
        with pypdfium2.PdfDocument(file.data) as pages:
            text = "".join(page.get_textpage().get_text_bounded() for page in pages)

        for words in ("动火部位 R101法兰", "动火方式 砂轮打磨", "作业后留守观察 30 min"):
            assert words in text
        assert text.index("作业负责人 同意") < text.index("所在单位 同意") < text.index("安全管理部门 同意")

    def test_says_what_was_analysed_isolated_and_explained_and_to_whom(
        self, foreman: FlaskClient, enterprise_id: str
    ) -> None:
        """Annex A: risks identified, related work with its numbers, who works, who explained it to whom."""
        one = applied(foreman, enterprise_id, "confined_space")
        taken(foreman, one, "submit")
        before = read(foreman, printed(foreman, one))
        briefed(foreman, one, related=["hot_work"])
        [other] = shown(foreman, one)["related"]
        text = read(foreman, printed(foreman, one)).replace("\r\n", "")

        said = (
            "火花引燃",
            "清理可燃物，设接火盆",
            f"动火作业 {other['number']}",
            "V-101",
            "盲板位置图 map-1",
            "方案 plan-1",
        )
        people = (f"监护人 人员 {GUARDIAN[-8:]}", f"交底人 人员 {LEADER[-8:]}", "所在单位分析人 unit-1")
        assert [words for words in (*said, *people) if words not in text] == []
        assert ("风险辨识" in before, "安全交底" in before, f"监护人 人员 {GUARDIAN[-8:]}" in before) == (
            False,
            False,
            True,
        )

    def test_names_everybody_by_number_and_certificate_and_nothing_by_what_only_we_call_it(
        self, foreman: FlaskClient, approver: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        """A.1 names the certificate beside who works; who signed is the person who has the account."""
        one = started(foreman, approver, applied(foreman, enterprise_id))
        with database.transaction() as session:
            told = update(person).where(person.c.person_id == WORKER)
            session.execute(told.values(account_id=shown(foreman, one)["applied_by"]))
        text = read(foreman, printed(foreman, one))

        said = (
            f"作业人 人员 {WORKER[-8:]}　焊接与热切割作业操作证",
            f"监护人 人员 {GUARDIAN[-8:]}　作业监护人培训合格证",
            "依据 GB 30871-2022《危险化学品企业特殊作业安全规范》",
            "申请时间 ",
        )
        signed_by = next(line for line in text.splitlines() if line.startswith("作业负责人 同意"))
        assert [words for words in said if words not in text] == []
        assert (signed_by.endswith(f"人员 {WORKER[-8:]}"), "gb30871" in text) == (True, False)

    def test_begins_no_line_with_what_closes(self, foreman: FlaskClient, enterprise_id: str) -> None:
        text = read(foreman, printed(foreman, applied(foreman, enterprise_id)))

        assert [line for line in text.splitlines() if line.lstrip()[:1] in tuple("，。；：、）”》】")] == []
        assert "加盲板（ ）块" in text

    def test_before_anybody_signed_says_so(self, foreman: FlaskClient, enterprise_id: str) -> None:
        assert "尚未签字" in read(foreman, printed(foreman, applied(foreman, enterprise_id)))

    def test_is_the_same_until_something_happens(self, foreman: FlaskClient, permit: dict[str, Any]) -> None:
        first, again = printed(foreman, permit), printed(foreman, permit)
        taken(foreman, permit, "check_in", person_id=GUARDIAN)
        later = printed(foreman, permit)

        assert first["id"] == again["id"] != later["id"]
        assert [one["id"] for one in foreman.get(f"{WORK}/{permit['id']}/papers").json["items"]] == [
            later["id"],
            first["id"],
        ]

    def test_is_verified_by_anybody_who_holds_it(
        self, foreman: FlaskClient, caller: Caller, permit: dict[str, Any]
    ) -> None:
        paper = printed(foreman, permit)

        found = verified(caller("agency", divisions=[]), paper["id"].lower()).json

        assert (found["is_genuine"], found["is_newest"], found["state"]) == (True, True, "approved")
        assert "description" not in found

    def test_that_was_overtaken_says_so(self, foreman: FlaskClient, permit: dict[str, Any]) -> None:
        paper = printed(foreman, permit)
        taken(foreman, permit, "check_in", person_id=GUARDIAN)

        assert verified(foreman, paper["id"]).json["is_newest"] is False

    def test_that_was_altered_is_not_genuine(
        self, foreman: FlaskClient, database: Database, permit: dict[str, Any]
    ) -> None:
        paper = printed(foreman, permit)
        with database.transaction() as session:
            session.execute(update(permit_paper).values(content={"number": "1", "kind_zh": "高处作业"}))

        assert verified(foreman, paper["id"]).json["is_genuine"] is False

    def test_of_no_such_code_does_not_exist(self, foreman: FlaskClient, permit: dict[str, Any]) -> None:
        answer = verified(foreman, "0" * 20)

        assert (answer.status_code, answer.json["code"]) == (404, "paper_not_found")

    def test_of_another_enterprise_does_not_exist(
        self, foreman: FlaskClient, caller: Caller, database: Database, permit: dict[str, Any]
    ) -> None:
        paper = printed(foreman, permit)
        other = caller("enterprise_user", divisions=[], enterprise_id=known_enterprise(database))
        paths = (f"papers/{paper['id']}/file", f"permits/{permit['id']}/papers")

        assert [other.get(f"{PERMITS}/{path}").status_code for path in paths] == [404, 404]


class TestArchive:
    def test_is_made_in_the_night_after_the_acceptance(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, enterprise_id: str
    ) -> None:
        """Cl. B.3."""
        done = started(foreman, approver, applied(foreman, enterprise_id, "height"))
        taken(foreman, done, "finish")
        taken(approver, done, "close", restored=True)

        run_clock(database, now=NOW + timedelta(days=1, minutes=1))
        run_clock(database, now=NOW + timedelta(days=2))

        assert foreman.get(f"{WORK}/{done['id']}").json["state"] == "archived"
        kept = foreman.get(f"{WORK}/{done['id']}/papers").json["items"]
        assert [verified(foreman, one["id"]).json["is_newest"] for one in kept] == [True]
