"""Contacts of an import: sealed at rest, masked wherever they are shown, told to nobody (PIPL Art. 51)."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.registry.tables import enterprise
from shared.database import Database
from shared.database.chassis import audit_entry, outbox
from tests.integration.registry.conftest import BASE, counts, downloaded, send
from tests.support.callers import Signer
from tests.unit.registry.registers import HEADER, csv_text, row_of

Load = Callable[..., Mapping[str, Any]]
NAME, PHONE = "欧阳样例", "13800138000"
MASKED = ("欧***", "138****8000")


def register(*rows: list[str], name: str = "联系人", phone: str = "联系电话") -> bytes:
    return csv_text(rows, [*HEADER, name, phone]).encode()


def with_contacts(number: int, name: str = NAME, phone: str = PHONE, **changes: str) -> list[str]:
    return [*row_of(number, **changes), name, phone]


def only_row(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{BASE}/enterprises").get_json()["items"][0]
    return client.get(f"{BASE}/enterprises/{found['id']}").get_json()


def is_told(text: str) -> bool:
    return NAME in text or PHONE in text


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=["enterprise:read", "personal_data:read"], divisions=["331002"])


class TestContactColumns:
    @pytest.mark.parametrize(
        ("name", "phone"), [("联系人", "联系电话"), ("安全负责人", "手机号"), ("Contact Person", "Mobile")]
    )
    def test_are_known_by_any_usual_name_and_masked(
        self, load: Load, bureau: FlaskClient, name: str, phone: str
    ) -> None:
        progress = load(register(with_contacts(1), name=name, phone=phone))
        row = only_row(bureau)

        assert (counts(progress), progress["columns"]["recognised"]["contact_phone"]) == (
            ("completed", 1, 1, 0, 0, 0),
            phone,
        )
        assert (row["contact_name"], row["contact_phone"]) == MASKED

    def test_are_sealed_in_the_table_and_in_no_event(self, load: Load, database: Database) -> None:
        load(register(with_contacts(1)))

        with database.reading() as session:
            sealed = session.execute(select(enterprise.c.contact_name, enterprise.c.contact_phone)).one()
            events = b"".join(session.scalars(select(outbox.c.body))).decode()
        assert not is_told("".join(sealed))
        assert all(sealed)
        assert "contact" not in events
        assert not is_told(events)

    def test_change_the_history_without_being_told_there(self, load: Load, bureau: FlaskClient) -> None:
        load(register(with_contacts(1)))
        load(register(with_contacts(1, phone="13900139000")))

        entry = bureau.get(f"{BASE}/enterprises/{only_row(bureau)['id']}/history").get_json()["items"][0]

        assert entry["changes"] == {"contact_phone": ["•", "•"]}

    def test_change_nothing_when_only_their_seal_would(self, load: Load, bureau: FlaskClient) -> None:
        load(register(with_contacts(1)))

        assert counts(load(register(with_contacts(1), with_contacts(2)))) == ("completed", 2, 1, 1, 0, 0)
        assert counts(load(register(with_contacts(1), name="安全负责人"))) == ("completed", 1, 0, 1, 0, 0)

    @pytest.mark.parametrize(
        ("row", "value"),
        [
            (with_contacts(1)[:-1], row_of(1)[1]),
            ([*with_contacts(1), "more"], row_of(1)[1]),
            (with_contacts(1, name=NAME * 20), "***"),
            (with_contacts(1, phone=PHONE * 9), "***"),
        ],
    )
    def test_are_in_no_error_file(self, load: Load, bureau: FlaskClient, row: list[str], value: str) -> None:
        progress = load(register(row))
        errors = downloaded(bureau, f"imports/{progress['id']}/errors.csv").decode()

        assert (progress["refused"], progress["errors"][0]["value"]) == (1, value)
        assert not is_told(errors)

    def test_of_a_row_without_any_code_leave_nothing_to_show(self, load: Load) -> None:
        progress = load(register([*with_contacts(1, 统一社会信用代码=""), "more"]))

        assert progress["errors"][0]["value"] == ""

    @pytest.mark.parametrize("row", [with_contacts(1), [PHONE, *with_contacts(1)]])
    def test_are_masked_in_the_preview(self, bureau: FlaskClient, row: list[str]) -> None:
        answer = send(bureau, register(row), path="imports/preview")

        assert (answer.status_code, is_told(answer.text)) == (200, False)


class TestUnmasking:
    def test_shows_contacts_for_a_reason_that_is_written_down(
        self, load: Load, officer: FlaskClient, database: Database
    ) -> None:
        load(register(with_contacts(1)))
        path = f"{BASE}/enterprises/{only_row(officer)['id']}"

        shown = officer.post(f"{path}/unmask", json={"reason": "核实隐患"}).get_json()

        with database.reading() as session:
            entry = session.execute(select(audit_entry).where(audit_entry.c.action == "personal_data:read")).one()
        assert shown == {"contact_name": NAME, "contact_phone": PHONE}
        assert (entry.entity, entry.details["reason"], entry.result) == (f"enterprise:{path[-36:]}", "核实隐患", "done")
        assert not is_told(str(entry))

    def test_of_an_enterprise_without_contacts_shows_nothing(self, load: Load, officer: FlaskClient) -> None:
        load(csv_text([row_of(1)]).encode())

        shown = officer.post(f"{BASE}/enterprises/{only_row(officer)['id']}/unmask", json={"reason": "核实隐患"})

        assert shown.get_json() == {"contact_name": "", "contact_phone": ""}

    def test_needs_the_action_and_a_reason(self, load: Load, bureau: FlaskClient, officer: FlaskClient) -> None:
        load(register(with_contacts(1)))
        path = f"{BASE}/enterprises/{only_row(bureau)['id']}/unmask"

        answers = bureau.post(path, json={"reason": "核实隐患"}), officer.post(path, json={"reason": ""})

        assert [answer.status_code for answer in answers] == [403, 422]
