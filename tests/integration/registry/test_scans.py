"""The scans of an intermediary's documents: kept with it, named by a document, shown to those who may see it."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.registry.conftest import BASE
from tests.integration.registry.intermediaries import ACTIONS, documents, registered, send
from tests.support.callers import Signer

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
PDF = b"%PDF-1.7 a licence"


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=[*ACTIONS, "enterprise:import"], divisions=["331002"])


def scanned(client: FlaskClient, row: dict[str, Any], content: bytes = PDF) -> Any:
    form = {"file": (BytesIO(content), "licence.pdf")}
    return client.post(f"{BASE}/intermediaries/{row['id']}/attachments", data=form)


def documented(client: FlaskClient, row: dict[str, Any], scan: str) -> Any:
    notice, qualification = documents()
    return send(client, row, "/documents", documents=[{**notice, "attachment_id": scan}, qualification])


class TestScan:
    def test_is_named_by_its_document_and_shown_as_it_came(self, officer: FlaskClient) -> None:
        row = registered(officer)
        scan = scanned(officer, row).get_json()["id"]
        held = documented(officer, row, scan).get_json()["documents"]

        assert [one["attachment_id"] for one in held] == [scan, None]
        with officer.get(f"{BASE}/intermediaries/{row['id']}/attachments/{scan}") as answer:
            assert (answer.data, answer.mimetype) == (PDF, "application/pdf")

    def test_stays_when_a_file_renews_the_document(self, officer: FlaskClient, load: Any) -> None:
        row = registered(officer)
        documented(officer, row, scan := scanned(officer, row).get_json()["id"])
        cells = f"{row['uscc']},{row['name']},告知-1,2031-01-01"
        load(f"统一社会信用代码,机构名称,执业告知编号,执业告知有效期\n{cells}\n".encode(), kind="intermediaries")
        held = officer.get(f"{BASE}/intermediaries/{row['id']}").get_json()["documents"]

        assert (held[0]["valid_until"], held[0]["attachment_id"]) == ("2031-01-01", scan)

    def test_of_another_one_is_refused(self, officer: FlaskClient) -> None:
        row, other = registered(officer), registered(officer, 701)
        scan = scanned(officer, other).get_json()["id"]

        assert documented(officer, row, scan).get_json()["code"] == "document_not_found"
        assert officer.get(f"{BASE}/intermediaries/{row['id']}/attachments/{scan}").status_code == 404

    def test_is_a_photo_or_a_pdf(self, officer: FlaskClient) -> None:
        assert scanned(officer, registered(officer), b"<html>").get_json()["code"] == "attachment_refused"

    def test_is_left_to_the_bureau_and_hidden_from_others(
        self, officer: FlaskClient, app: Flask, signer: Signer
    ) -> None:
        row = registered(officer)
        scan = scanned(officer, row).get_json()["id"]
        street = signer.client(app, actions=ACTIONS, divisions=["331002004"])
        stranger = signer.client(app, actions=ACTIONS, divisions=["331003001"])

        assert scanned(street, row).get_json()["code"] == "whole_district_only"
        assert stranger.get(f"{BASE}/intermediaries/{row['id']}/attachments/{scan}").status_code == 404
