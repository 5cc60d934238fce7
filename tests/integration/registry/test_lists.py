"""Lists are exported in the columns that their import takes, within the own area."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from services.registry.queries.lists import LISTED
from shared.database import Database
from shared.database.chassis import audit_entry
from tests.integration.registry.conftest import BASE, counts, downloaded, send
from tests.integration.registry.intermediaries import ACTIONS
from tests.integration.registry.test_other_imports import NEEDS, OUTLINE, Load, listed, officer, take
from tests.support.callers import Signer

__all__ = ["officer", "take"]
PLENTY = [*ACTIONS, "enterprise:export", "enterprise:import", "grid:read", "grid:write", "personal_data:read"]


@pytest.fixture
def reader(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=PLENTY, divisions=["331002"])


def exported(client: FlaskClient, kind: str) -> bytes:
    return downloaded(client, "exports/persons.csv" if kind == "persons" else f"exports/lists.csv?kind={kind}")


@pytest.mark.parametrize("kind", [*LISTED, "persons"])
class TestExport:
    def test_can_be_imported_again_unchanged(self, take: Load, reader: FlaskClient, kind: str) -> None:
        take(kind, listed(kind), after=NEEDS.get(kind, ()))

        content = exported(reader, kind)

        assert counts(take(kind, content)) == ("completed", 1, 0, 1, 0, 0)

    def test_holds_the_own_area_only(
        self, take: Load, app: Flask, signer: Signer, kind: str, run_jobs: Callable[[], None]
    ) -> None:
        take(kind, listed(kind), after=NEEDS.get(kind, ()))
        stranger = signer.client(app, actions=PLENTY, divisions=["331003001"])

        assert len(exported(stranger, kind).decode("utf-8-sig").splitlines()) == 1


class TestWorkbook:
    def test_holds_the_outline_of_a_grid(self, take: Load, reader: FlaskClient) -> None:
        take("grids", listed("grids"))

        sheet: Any = load_workbook(BytesIO(downloaded(reader, "exports/lists.xlsx?kind=grids"))).active
        rows = list(sheet.iter_rows(values_only=True))

        assert (rows[0][0], json.loads(rows[1][3])) == ("网格编号", json.loads(OUTLINE))

    def test_needs_a_kind_that_is_no_personal_data(self, reader: FlaskClient) -> None:
        answers = [reader.get(f"{BASE}/exports/lists.csv?kind={kind}").status_code for kind in ("persons", "")]

        assert answers == [422, 422]


class TestPersons:
    def test_are_written_down_when_they_are_exported(self, take: Load, reader: FlaskClient, database: Database) -> None:
        take("persons", listed("persons"))

        text = exported(reader, "persons").decode("utf-8-sig")
        with database.reading() as session:
            entities = set(session.scalars(select(audit_entry.c.entity)))

        assert ("样例人" in text, "person:export" in entities) == (True, True)

    def test_are_exported_in_full_only_with_the_right(self, app: Flask, signer: Signer) -> None:
        client = signer.client(app, actions=[*ACTIONS, "enterprise:export", "person:read"], divisions=["331002"])

        assert client.get(f"{BASE}/exports/persons.csv").status_code == 403

    def test_send_the_preview_nothing(self, reader: FlaskClient, take: Load) -> None:
        take("persons", listed("persons"))

        preview = send(reader, exported(reader, "persons"), path="imports/preview", kind="persons").get_json()

        assert "样例人" not in str(preview)
