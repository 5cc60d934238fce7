"""People, grids, members, intermediaries and contracts come by the same import as enterprises."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.registry import subscriptions
from services.registry.domain.forms import KINDS, form_of
from services.registry.domain.register_file import RegisterFile
from services.registry.domain.rulebook import rulebook
from services.registry.tables import import_error, import_row, person
from services.registry.use_cases.grid_teams import username_digest
from shared.contracts.identity import StaffChanged
from shared.database import Database
from shared.database.chassis import outbox
from shared.sheets import FileUnreadable
from tests.integration.registry.conftest import BASE, counts, send
from tests.integration.registry.intermediaries import ACTIONS, day, enterprise
from tests.support.callers import Signer
from tests.support.events import received
from tests.unit.registry.registers import code_of, csv_text

CARD = "11010519491231002X"
ACCOUNT = "01932f7e-5c00-7a10-8b21-0c4d5e6f7a91"
SQUARE = [[121.40, 28.60], [121.44, 28.60], [121.44, 28.64], [121.40, 28.64], [121.40, 28.60]]
OUTLINE = json.dumps({"type": "Polygon", "coordinates": [SQUARE]})
ROWS: Mapping[str, Mapping[str, str]] = {
    "persons": {
        "企业信用代码": code_of(1),
        "姓名": "样例人",
        "岗位": "安全员、监护人",
        "手机": "13800138000",
        "身份证号": CARD.lower(),
        "入职日期": "2020/3/1",
    },
    "grids": {
        "网格编号": "HJ-01",
        "网格名称": "洪家一号网格",
        "所属街道": "洪家街道",
        "边界": OUTLINE,
        "坐标系": "WGS84",
    },
    "members": {"网格": "HJ-01", "用户名": "Wang.Wu", "成员类别": "专职网格员"},
    "intermediaries": {
        "机构信用代码": code_of(700),
        "机构名称": "样例安全服务",
        "办公面积(平方米)": "120㎡",
        "服务范围": "隐患排查；安全培训",
        "联系电话": "13800138000",
        "执业告知编号": "告知-1",
        "执业告知有效期": "2099-12-31",
        "资质编号": "资质-1",
    },
    "contracts": {
        "合同编号": "合同-1",
        "统一社会信用代码": code_of(1),
        "机构信用代码": code_of(700),
        "服务内容": "隐患排查",
        "开始日期": day(-1),
        "结束日期": day(300),
        "年服务次数": "12次",
    },
}
EVENTS = {
    "persons": "person_registered",
    "grids": "grid_changed",
    "members": "grid_changed",
    "intermediaries": "intermediary_registered",
    "contracts": "service_contract_started",
}
Load = Callable[..., Mapping[str, Any]]


def listed(kind: str, *changes: Mapping[str, str]) -> bytes:
    """Return a file of `kind` with one row for each of the changes."""
    rows = [{**ROWS[kind], **change} for change in changes or ({},)]
    return csv_text([list(row.values()) for row in rows], list(rows[0])).encode()


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    actions = [*ACTIONS, "enterprise:import", "grid:read", "grid:write", "person:read"]
    return signer.client(app, actions=actions, divisions=["331002"])


@pytest.fixture
def take(officer: FlaskClient, run_jobs: Callable[[], None], database: Database) -> Load:
    """Import files of the kinds on which a kind stands, then the file itself, and return how it ended."""
    enterprise(officer)
    told = StaffChanged(account_id=ACCOUNT, roles=("grid_worker",), username_digest=username_digest("wang.wu"))
    with database.transaction() as session:
        subscriptions.on_staff_changed(session, [received(told)], now=datetime.now(UTC))

    def load(kind: str, content: bytes, *, dry_run: bool = False, after: Sequence[str] = ()) -> Mapping[str, Any]:
        for other in after:
            load(other, listed(other))
        form = {"kind": kind, **({"dry_run": "true"} if dry_run else {})}
        answer = send(officer, content, **form)
        assert answer.status_code == 202, answer.text
        run_jobs()
        return dict(officer.get(f"{BASE}/imports/{answer.get_json()['id']}").get_json())

    return load


NEEDS = {"members": ["grids"], "contracts": ["intermediaries"]}


def events(database: Database, kind: str) -> list[dict[str, Any]]:
    statement = select(outbox.c.body).where(outbox.c.type == f"registry.{EVENTS[kind]}.v1").order_by(outbox.c.id)
    with database.reading() as session:
        return [json.loads(body)["data"] for body in session.scalars(statement)]


@pytest.mark.parametrize("kind", ROWS)
class TestEveryKind:
    def test_is_taken_over_with_its_event(self, take: Load, database: Database, kind: str) -> None:
        progress = take(kind, listed(kind), after=NEEDS.get(kind, ()))

        assert (progress["kind"], counts(progress)[:3], progress["errors"]) == (kind, ("completed", 1, 1), [])
        assert len(events(database, kind)) == (2 if kind == "members" else 1)

    def test_changes_nothing_the_second_time(self, take: Load, database: Database, kind: str) -> None:
        take(kind, listed(kind), after=NEEDS.get(kind, ()))
        before = len(events(database, kind))

        assert counts(take(kind, listed(kind)))[:4] == ("completed", 1, 0, 1)
        assert len(events(database, kind)) == before

    def test_may_be_tried_dry(self, take: Load, database: Database, kind: str) -> None:
        for other in NEEDS.get(kind, ()):
            take(other, listed(other))
        before = len(events(database, kind))

        assert counts(take(kind, listed(kind), dry_run=True))[:3] == ("completed", 1, 1)
        assert len(events(database, kind)) == before

    def test_is_previewed_with_its_columns(self, officer: FlaskClient, kind: str) -> None:
        preview = send(officer, listed(kind), path="imports/preview", kind=kind).get_json()

        assert (preview["rows_read"], preview["rows_refused"], preview["columns"]["unrecognised"]) == (1, 0, [])

    def test_may_be_a_workbook(self, take: Load, kind: str) -> None:
        book, out = openpyxl.Workbook(), BytesIO()
        book.active.append(list(ROWS[kind]))
        book.active.append(list(ROWS[kind].values()))
        book.save(out)

        assert counts(take(kind, out.getvalue(), after=NEEDS.get(kind, ())))[:3] == ("completed", 1, 1)

    def test_needs_its_columns(self, take: Load, kind: str) -> None:
        progress = take(kind, b"a,b\n1,2\n")

        assert (progress["state"], progress["problem"]["code"]) == ("failed", "columns_missing")


class TestRows:
    @pytest.mark.parametrize(
        ("kind", "change", "code"),
        [
            ("persons", {"企业信用代码": code_of(2)}, "enterprise_unknown"),
            ("persons", {"企业信用代码": "1"}, "code_format"),
            ("persons", {"姓名": " "}, "field_missing"),
            ("persons", {"姓名": "长" * 51}, "text_too_long"),
            ("persons", {"岗位": "皇帝"}, "post_unknown"),
            ("persons", {"身份证号": "110105194912310021"}, "identity_malformed"),
            ("persons", {"手机": "1" * 31}, "text_too_long"),
            ("persons", {"入职日期": "昨天"}, "date_unreadable"),
            ("grids", {"所属街道": "331003001"}, "division_unknown"),
            ("grids", {"所属街道": "331002"}, "grid_malformed"),
            ("grids", {"所属街道": "三门湾"}, "division_unknown"),
            ("grids", {"边界": "POLYGON(("}, "geometry_unreadable"),
            ("grids", {"边界": "[1]"}, "geometry_unreadable"),
            ("grids", {"边界": '{"type":"Point"}'}, "area_invalid"),
            ("grids", {"坐标系": "月球"}, "crs_unknown"),
            ("members", {"网格": "HJ-99"}, "grid_unknown"),
            ("members", {"用户名": "nobody"}, "account_unknown"),
            ("members", {"成员类别": "皇帝"}, "member_kind_unknown"),
            ("members", {"成员类别": "网格指导员"}, "member_unfit"),
            ("intermediaries", {"服务范围": "餐饮"}, "service_unknown"),
            ("intermediaries", {"办公面积(平方米)": "很大"}, "number_unreadable"),
            ("contracts", {"统一社会信用代码": code_of(2)}, "enterprise_unknown"),
            ("contracts", {"机构信用代码": code_of(2)}, "intermediary_unknown"),
            ("contracts", {"服务内容": "检测检验"}, "intermediary_may_not_work"),
            ("contracts", {"结束日期": day(-9)}, "dates_reversed"),
        ],
    )
    def test_are_refused_one_by_one(self, take: Load, kind: str, change: dict[str, str], code: str) -> None:
        other = {"合同编号": "合同-2"} if kind == "contracts" else {"网格编号": "HJ-02"} if kind == "grids" else {}
        good = {"姓名": "另一人", "身份证号": ""} if kind == "persons" else other

        progress = take(kind, listed(kind, good, {**change}), after=NEEDS.get(kind, ()))

        assert counts(progress)[:3] == ("completed", 2, 1)
        assert (progress["errors"][0]["row"], progress["errors"][0]["code"]) == (3, code)

    def test_show_no_personal_data_when_refused(self, take: Load, database: Database) -> None:
        cells = {"姓名": "长" * 51, "手机": "13900139000" * 3, "身份证号": "110105194912310021"}
        broken = listed("persons", cells) + "\n甲,乙\n".encode()
        progress = take("persons", broken)
        with database.reading() as session:
            kept = str(session.execute(select(import_error)).all()) + str(session.execute(select(import_row)).all())

        assert {error["value"] for error in progress["errors"]} == {"***"}
        assert [secret for secret in ("长长", "139001", "19491231", "甲") if secret in kept] == []

    def test_are_masked_in_the_preview(self, officer: FlaskClient) -> None:
        preview = send(officer, listed("persons"), path="imports/preview", kind="persons").get_json()
        cells = preview["first_rows"][0]["cells"]

        assert (cells[1], cells[3], CARD.lower() in cells) == ("***", "138****8000", False)

    def test_that_repeat_a_key_with_other_content_are_named(self, take: Load) -> None:
        progress = take("persons", listed("persons", {}, {}, {"岗位": "员工"}))

        assert counts(progress) == ("completed", 3, 1, 1, 0, 1)
        assert progress["errors"][0]["code"] == "key_repeated"

    def test_report_a_code_kept_in_another_writing(self, take: Load) -> None:
        progress = take("persons", listed("persons", {"企业信用代码": f" {code_of(1).lower()}"}))

        assert (counts(progress)[4], progress["corrections"][0]["after"]) == (1, code_of(1))


class TestPersons:
    def test_change_leave_and_come_back(self, take: Load, database: Database) -> None:
        steps = [{}, {"岗位": "主要负责人"}, {"离职日期": "2026-01-31"}, {"离职日期": ""}, {"离职日期": "2019-01-31"}]
        results = [counts(take("persons", listed("persons", {"离职日期": "", **step})))[2:6] for step in steps]
        with database.reading() as session:
            row = session.execute(select(person.c.version, person.c.left_on)).one()

        assert results == [(1, 0, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1)]
        assert (row.version, row.left_on) == (4, None)

    def test_may_have_left_before_they_were_known(self, take: Load, database: Database) -> None:
        assert counts(take("persons", listed("persons", {"离职日期": "2026-01-31"})))[2] == 1
        assert events(database, "persons") == []


class TestGrids:
    def test_let_their_enterprises_follow(self, take: Load, officer: FlaskClient, run_jobs: Callable[[], None]) -> None:
        place = {"location": {"longitude": 121.41, "latitude": 28.61}}
        body = {"uscc": code_of(5), "name": "样例", "address": "椒江区三甲街道样例路", **place}
        row = officer.post(f"{BASE}/enterprises", json=body).get_json()
        take("grids", listed("grids"))
        run_jobs()

        assert officer.get(f"{BASE}/enterprises/{row['id']}").get_json()["grid"] == "HJ-01"

    def test_keep_their_outline_when_a_file_has_none(self, take: Load, officer: FlaskClient) -> None:
        take("grids", listed("grids"))
        renamed = {"网格编号": "HJ-01", "网格名称": "新名", "所属街道": "331002004"}

        assert counts(take("grids", csv_text([list(renamed.values())], list(renamed)).encode()))[2] == 1
        row = officer.get(f"{BASE}/grids").get_json()["items"][0]
        assert (row["name"], row["has_area"]) == ("新名", True)


class TestMembers:
    def test_may_be_named_by_the_id_of_the_account(self, take: Load, database: Database) -> None:
        change = {"用户名": ACCOUNT.upper(), "成员类别": "grid_leader"}

        assert counts(take("members", listed("members", {}, change), after=["grids"]))[2] == 2
        assert [one["kind"] for one in events(database, "members")[-1]["members"]] == [
            "grid_leader",
            "full_time_worker",
        ]


class TestIntermediaries:
    def test_bring_their_documents(self, take: Load, officer: FlaskClient) -> None:
        take("intermediaries", listed("intermediaries"))
        renewed = counts(take("intermediaries", listed("intermediaries", {"执业告知有效期": "2020-12-31"})))
        row = officer.get(f"{BASE}/intermediaries").get_json()["items"][0]

        assert (renewed[2], row["status"], row["reason"]) == (1, "suspended", "document_expired")
        assert [one["valid_until"] for one in row["documents"]] == ["2020-12-31", None]

    def test_may_come_without_documents(self, take: Load) -> None:
        bare = {"机构信用代码": code_of(701), "机构名称": "样例二"}
        content = csv_text([list(bare.values())], list(bare)).encode()

        assert [counts(take("intermediaries", content))[2:4] for _ in range(2)] == [(1, 0), (0, 1)]


class TestContracts:
    def test_can_be_extended_and_keep_their_enterprise(self, take: Load, officer: FlaskClient) -> None:
        enterprise(officer, 2)
        take("contracts", listed("contracts"), after=["intermediaries"])

        longer = take("contracts", listed("contracts", {"结束日期": day(500)}))
        moved = take("contracts", listed("contracts", {"统一社会信用代码": code_of(2)}))

        assert (counts(longer)[2], moved["errors"][0]["code"]) == (1, "contract_exists")


class TestMutatedFiles:
    @pytest.mark.parametrize("kind", ROWS)
    def test_never_break_the_reader(self, kind: str) -> None:
        chance = random.Random(331002)
        files = [mutated(listed(kind, *({} for _ in range(5))), chance) for _ in range(60)]

        assert sum(rows_read(content, kind) for content in files) > 0

    def test_have_a_form_for_every_kind(self) -> None:
        assert [form_of(kind, rulebook()).kind for kind in KINDS] == list(KINDS)


def rows_read(content: bytes, kind: str) -> int:
    """Return how many rows are read of a file, until its end or the place where it breaks off."""
    read = 0
    with suppress(FileUnreadable):
        file = RegisterFile(BytesIO(content), rulebook(), kind=kind)  # type: ignore[arg-type]
        while rows := file.take(1000):
            read += len([file.drafts.read(row) for row in rows])
    return read


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return a file with some bytes replaced, doubled or cut out."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(changed))
        piece = chance.choice([b'"', b"\n", b",", b"\x00", b"\xff", b"=", b"", bytes(changed[place : place + 40])])
        changed[place : place + chance.choice([0, 1, 2, 60])] = piece
    return bytes(changed)
