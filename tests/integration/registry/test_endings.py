"""Leaving the register: with reason, day and basis; what ends with it; and coming back."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.database import Database
from shared.database.chassis import audit_entry
from tests.integration.registry.conftest import ALL, BASE, events
from tests.integration.registry.intermediaries import concluded, day, working
from tests.integration.registry.test_enterprises import amended, created
from tests.support.callers import Signer
from tests.unit.registry.registers import csv_text

ENDING = {"reason": "cancelled", "on": day(-3), "basis": "注销核准通知书 2026-17"}


@pytest.fixture
def bureau(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=[*ALL, "intermediary:read", "intermediary:write"], divisions=["331002"])


def asked(client: FlaskClient, row: Mapping[str, Any], deed: str, **body: Any) -> Any:
    headers = {"If-Match": f'"{row["version"]}"'}
    return client.post(f"{BASE}/enterprises/{row['id']}/{deed}", json=body, headers=headers)


def ended(client: FlaskClient, row: Mapping[str, Any], **changes: Any) -> Any:
    return asked(client, row, "deregister", **{**ENDING, **changes})


def newest(client: FlaskClient, row: Mapping[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"{BASE}/enterprises/{row['id']}/history").get_json()["items"][0])


class TestDeregistration:
    def test_ends_supervision_and_is_told_urgently_with_the_whole_state(
        self, bureau: FlaskClient, database: Database
    ) -> None:
        row = created(bureau, supervision="supervised").get_json()

        now = ended(bureau, row).get_json()

        (event,) = events(database, "registry.enterprise_deregistered.v1")
        assert (now["status"], now["supervision"], now["version"]) == ("deregistered", "ceased", 2)
        assert (event["subject"], event["data"]["status"], event["sequence"]) == (row["id"], "deregistered", "2")

    def test_keeps_reason_day_and_basis_in_the_history(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        ended(bureau, row)

        change = newest(bureau, row)

        kept = {name: change["changes"][f"ending_{name}"] for name in ENDING}
        assert (change["reason"], kept) == ("deregistered", {name: [None, text] for name, text in ENDING.items()})

    def test_is_written_down_in_the_audit_trail(self, bureau: FlaskClient, database: Database) -> None:
        row = created(bureau).get_json()
        ended(bureau, row)

        with database.reading() as session:
            entity = f"enterprise:{row['id']}"
            noted = list(session.scalars(select(audit_entry.c.details).where(audit_entry.c.entity == entity)))

        kept = {f"ending_{name}": text for name, text in ENDING.items()}
        assert {name: noted[-1][name] for name in kept} == kept

    def test_ends_obligations_and_contracts(self, bureau: FlaskClient, database: Database) -> None:
        row = created(bureau, supervision="supervised").get_json()
        contract = concluded(bureau, working(bureau), row["id"]).get_json()
        ended(bureau, row)

        owed = bureau.get(f"{BASE}/enterprises/{row['id']}/obligations").get_json()["obligations"]
        shown = bureau.get(f"{BASE}/contracts/{contract['id']}").get_json()

        assert {one["end_reason"] for one in owed} == {"supervision"}
        assert (shown["phase"], shown["end_reason"]) == ("ended", "deregistered")
        assert [event["subject"] for event in events(database, "registry.service_contract_ended.v1")] == [shown["id"]]

    def test_by_a_register_file_ends_contracts_too(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        contract = concluded(bureau, working(bureau), row["id"]).get_json()
        amended(bureau, row, status="deregistered")

        assert bureau.get(f"{BASE}/contracts/{contract['id']}").get_json()["phase"] == "ended"

    def test_leaves_no_room_for_new_contracts(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        ended(bureau, row)

        assert concluded(bureau, working(bureau), row["id"]).get_json()["code"] == "enterprise_has_ended"

    def test_refuses_a_list_of_contracts_row_by_row(
        self, bureau: FlaskClient, load: Callable[..., Mapping[str, Any]]
    ) -> None:
        row = created(bureau).get_json()
        agency = working(bureau)
        ended(bureau, row)
        columns = {"合同编号": "合同-9", "统一社会信用代码": row["uscc"], "机构信用代码": agency["uscc"]}
        columns |= {"服务内容": "隐患排查", "开始日期": day(-1), "结束日期": day(300), "年服务次数": "12次"}

        told = load(csv_text([list(columns.values())], list(columns)).encode(), kind="contracts")

        assert [one["code"] for one in told["errors"]] == ["enterprise_has_ended"]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"reason": "tired"}, "invalid_fields"),
            ({"basis": "x"}, "invalid_fields"),
            ({"on": day(2)}, "ending_malformed"),
        ],
    )
    def test_is_refused_without_good_grounds(self, bureau: FlaskClient, changes: dict[str, str], code: str) -> None:
        assert ended(bureau, created(bureau).get_json(), **changes).get_json()["code"] == code

    def test_happens_once_and_on_the_version_that_was_read(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        now = ended(bureau, row).get_json()

        assert [ended(bureau, one).status_code for one in (row, now)] == [412, 409]

    def test_needs_its_own_right_and_area(self, app: Flask, signer: Signer, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        grid_worker = signer.client(app, actions=["enterprise:read", "enterprise:write"], divisions=["331002"])
        elsewhere = signer.client(app, actions=ALL, divisions=["331002001"])

        assert [ended(client, row).status_code for client in (grid_worker, elsewhere)] == [403, 404]

    def test_names_its_reasons_with_their_sources(self, bureau: FlaskClient) -> None:
        items = bureau.get(f"{BASE}/enterprises/endings").get_json()["items"]

        assert [one["id"] for one in items] == ["cancelled", "revoked", "moved_away", "never_there"]
        assert (items[0]["status"], items[0]["clause"]) == ("official", "第四十四条")


class TestComingBack:
    def test_is_told_and_waits_for_somebody_to_look(self, bureau: FlaskClient, database: Database) -> None:
        row = created(bureau, supervision="supervised").get_json()
        gone = ended(bureau, row).get_json()

        back = asked(bureau, gone, "register-again", reason="注销公告撤回").get_json()

        event = events(database, "registry.enterprise_updated.v1")[-1]
        assert (back["status"], back["supervision"], event["data"]["status"]) == ("active", "unverified", "active")
        assert newest(bureau, row)["changes"]["return_reason"] == [None, "注销公告撤回"]
        owed = bureau.get(f"{BASE}/enterprises/{row['id']}/obligations").get_json()["obligations"]
        assert [one for one in owed if one["ends_on"] is None] == []

    def test_is_for_those_who_have_left_only(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()

        assert asked(bureau, row, "register-again", reason="nothing").get_json()["code"] == "not_ended"
