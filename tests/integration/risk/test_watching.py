"""Inspection frequencies, dynamic supervision of levels 1 and 2, what-if, and the information code."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update

from services.risk.app import create_app
from services.risk.settings import Settings
from services.risk.tables import grade, risk_point, risk_report
from services.risk.use_cases.keeping import ALPHABET, check_character, new_token
from shared.contracts.registry import EnterpriseDeregistered
from shared.database import Database
from shared.database.chassis import audit_entry, outbox
from shared.ids import new_id
from tests.integration.risk.conftest import Tell, feature, state_event
from tests.support.callers import Signer, service_settings
from tests.support.codes import read_codes

RISK = "/api/v1/risk"
ACTIONS = ["grade:read", "fact:write", "supervision:write", "supervision:report", "code:write", "risk_point:write"]
SAFE = {name: feature("no", origin="confirmed") for name in ("hazchem_production", "hazchem_storage_trade")}


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    """Return the application with a public address."""
    settings = service_settings(
        Settings, home=tmp_path, service="risk", database_url=database.url, public_url="https://sise.example"
    )
    return create_app(settings)


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, subject="officer", actions=ACTIONS, divisions=["331002"])


@pytest.fixture
def one(tell: Tell) -> str:
    enterprise_id = new_id()
    tell(state_event(enterprise_id, name="甲字号机械厂", address="机场路1号", grid="g1", headcount=10, features=SAFE))
    return enterprise_id


def declare(client: FlaskClient, one: str, **facts: Any) -> None:
    body = {"facts": {name: {"value": value} for name, value in facts.items()}}
    answer = client.put(f"{RISK}/facts/{one}", json=body, headers={"If-Match": '"0"'})
    assert answer.status_code == 200, answer.text


def add_red_point(client: FlaskClient, one: str) -> None:
    judged = {"L": 6, "E": 6, "C": 15}
    body = {"enterprise_id": one, "place": "罐区", "hazard": "泄漏", "method": "LEC", "judged": judged}
    assert client.post(f"{RISK}/risk-points", json=body).status_code == 201


class TestFrequencies:
    def test_never_pass_the_legal_cap(self, officer: FlaskClient) -> None:
        profiles = officer.get(f"{RISK}/frequencies").json

        caps = [row["cap"] for profile in profiles["items"] for row in profile["levels"]]
        planned = [row["planned"] or 0 for profile in profiles["items"] for row in profile["levels"]]
        assert (profiles["legal_cap"], max(caps), max(planned)) == (2, 2, 2)
        assert [profile["is_on"] for profile in profiles["items"]] == [True, False]

    def test_follow_the_present_level(self, officer: FlaskClient, one: str) -> None:
        blue = officer.get(f"{RISK}/grades/{one}/frequency").json
        add_red_point(officer, one)
        red = officer.get(f"{RISK}/grades/{one}/frequency").json

        assert [(row["mode"], row["planned"], row["cap"]) for row in (blue, red)] == [
            ("random", None, 1), ("key", 2, 2),
        ]  # fmt: skip


class TestWhatIf:
    def test_answers_with_the_fewest_changes(self, officer: FlaskClient, one: str) -> None:
        declare(officer, one, metal_smelting="yes", no_dual_prevention="yes")

        answer = officer.get(f"{RISK}/grades/{one}/what-if?level=4").json

        assert (answer["level"], answer["is_reachable"]) == (3, True)
        assert [(one_["fact"], one_["after"]) for one_ in answer["changes"]] == [("std_level", "1")]

    def test_is_confirmed_when_the_changes_are_made(self, officer: FlaskClient, one: str) -> None:
        declare(officer, one, metal_smelting="yes", fatal_1_2_accident_3y="yes", penalties_1y=4, open_major_hazards=2)
        changes = officer.get(f"{RISK}/grades/{one}/what-if?level=3").json["changes"]
        facts = officer.get(f"{RISK}/facts/{one}").json["facts"]
        body = {"facts": facts | {change["fact"]: {"value": change["after"]} for change in changes}}

        officer.put(f"{RISK}/facts/{one}", json=body, headers={"If-Match": '"1"'})

        assert officer.get(f"{RISK}/grades/{one}").json["level"] == 3

    def test_also_says_what_would_make_it_worse(self, officer: FlaskClient, one: str) -> None:
        answer = officer.get(f"{RISK}/grades/{one}/what-if?level=3").json

        assert (answer["level"], answer["is_reachable"], len(answer["changes"])) == (4, True, 1)

    def test_takes_the_next_better_level_when_none_is_named(self, officer: FlaskClient, one: str) -> None:
        declare(officer, one, metal_smelting="yes", no_dual_prevention="yes")

        assert officer.get(f"{RISK}/grades/{one}/what-if").json["wanted"] == 4

    def test_needs_nothing_for_the_level_that_it_has(self, officer: FlaskClient, one: str) -> None:
        assert officer.get(f"{RISK}/grades/{one}/what-if?level=4").json["changes"] == []

    def test_names_what_facts_cannot_change(self, officer: FlaskClient, one: str) -> None:
        add_red_point(officer, one)

        answer = officer.get(f"{RISK}/grades/{one}/what-if?level=4").json

        assert (answer["is_reachable"], answer["blocked_by"]) == (False, ["risk_points"])

    def test_names_the_one_change_that_gives_even_more_than_asked(self, officer: FlaskClient, one: str) -> None:
        declare(officer, one, hazchem_production="yes", special_operators_uncertified="yes")

        answer = officer.get(f"{RISK}/grades/{one}/what-if?level=3").json

        changes = [(change["fact"], change["after"]) for change in answer["changes"]]
        assert (answer["level"], answer["is_reachable"], changes) == (
            1, True, [("special_operators_uncertified", "no")],
        )  # fmt: skip

    def test_lifts_a_veto_first(self, officer: FlaskClient, one: str) -> None:
        declare(officer, one, hazchem_production="yes", major_accident_3y=2)

        answer = officer.get(f"{RISK}/grades/{one}/what-if?level=4").json

        assert ("major_accident_3y", 0) in [(change["fact"], change["after"]) for change in answer["changes"]]


class TestSupervision:
    def test_watches_levels_1_and_2_only(self, officer: FlaskClient, one: str) -> None:
        before = officer.get(f"{RISK}/supervision").json["items"]
        add_red_point(officer, one)

        [watched] = officer.get(f"{RISK}/supervision").json["items"]

        assert (before, watched["name"], watched["level"], watched["officer"]) == ([], "甲字号机械厂", 1, None)

    def test_names_an_officer_and_a_person_of_the_subdistrict(self, officer: FlaskClient, one: str) -> None:
        add_red_point(officer, one)
        first = {"officer": new_id(), "subdistrict_person": new_id()}
        later = {"subdistrict_person": new_id()}

        answers = [officer.put(f"{RISK}/supervision/{one}", json=body).status_code for body in (first, later)]

        [watched] = officer.get(f"{RISK}/supervision").json["items"]
        assert (answers, {name: watched[name] for name in first}) == ([204, 204], first | later)

    def test_keeps_no_name_of_a_person(self, database: Database, officer: FlaskClient, one: str) -> None:
        """PIPL art. 47: what the append-only audit trail took could not be deleted any more."""
        add_red_point(officer, one)
        account_id = new_id()

        refused = officer.put(f"{RISK}/supervision/{one}", json={"officer": "样例人"})
        officer.put(f"{RISK}/supervision/{one}", json={"officer": account_id})

        with database.reading() as session:
            kept = [str(row) for row in session.execute(select(audit_entry))]
        assert (refused.status_code, any("样例人" in row for row in kept)) == (422, False)
        assert sum(account_id in row for row in kept) == 1

    @pytest.mark.parametrize(("level", "months"), [(1, 6), (2, 12)])
    def test_asks_for_a_report_every_6_or_12_months(
        self, database: Database, officer: FlaskClient, one: str, level: int, months: int
    ) -> None:
        since = datetime.now(UTC) - timedelta(days=31 * months)
        with database.transaction() as session:
            session.execute(update(grade).values(level=level, since=since))
        overdue = officer.get(f"{RISK}/supervision?overdue=true").json["items"]

        officer.post(f"{RISK}/supervision/{one}/reports", json={"kind": "periodic", "summary": "情况平稳"})

        assert [row["is_overdue"] for row in overdue] == [True]
        assert officer.get(f"{RISK}/supervision?overdue=true").json["items"] == []
        assert officer.get(f"{RISK}/supervision/{one}/reports").json["items"][0]["reported_by"] == "officer"

    def test_asks_for_an_event_report_within_24_hours(self, database: Database, officer: FlaskClient, one: str) -> None:
        add_red_point(officer, one)
        with database.transaction() as session:
            session.execute(update(risk_point).values(created_at=datetime.now(UTC) - timedelta(hours=25)))
        [late] = officer.get(f"{RISK}/supervision").json["items"]

        officer.post(f"{RISK}/supervision/{one}/reports", json={"kind": "event", "summary": "新增重大风险点"})

        [reported] = officer.get(f"{RISK}/supervision").json["items"]
        assert (late["is_overdue"], reported["event_due"], reported["is_overdue"]) == (True, None, False)
        with database.reading() as session:
            assert session.scalar(select(risk_report.c.kind)) == "event"


class TestCode:
    def issue(self, officer: FlaskClient, one: str) -> str:
        answer = officer.post(f"{RISK}/codes/{one}")
        assert answer.status_code == 201, answer.text
        return str(answer.json["address"])

    def public(self, app: Flask, address: str) -> Any:
        return app.test_client().get(f"{RISK}/codes/public/{address.rsplit('/', 1)[1]}")

    def test_shows_public_facts_and_the_present_colour(self, app: Flask, officer: FlaskClient, one: str) -> None:
        address = self.issue(officer, one)
        before = self.public(app, address).json
        add_red_point(officer, one)

        after = self.public(app, address).json

        assert (before["name"], before["address"], before["colour"], after["colour"]) == (
            "甲字号机械厂", "机场路1号", "blue", "red",
        )  # fmt: skip
        assert set(before) == {
            "enterprise_id", "name", "address", "industry_section", "is_active", "level", "colour", "since",
            "provisional",
        }  # fmt: skip

    def test_says_that_an_enterprise_has_left_the_register(
        self, app: Flask, officer: FlaskClient, tell: Tell, one: str
    ) -> None:
        address = self.issue(officer, one)
        tell(state_event(one, kind=EnterpriseDeregistered, sequence=2, status="deregistered"))

        shown = self.public(app, address).json

        assert (shown["is_active"], shown["level"], shown["colour"]) == (False, None, "grey")
        with pypdfium2.PdfDocument(officer.get(f"{RISK}/codes/sheets.pdf?grid=g1").data) as sheets:
            assert [text for page in sheets for text in read_codes(page.render().to_pil())] == []

    def test_shows_nothing_once_revoked(self, app: Flask, officer: FlaskClient, one: str) -> None:
        address = self.issue(officer, one)
        officer.post(f"{RISK}/codes/{one}/revoke", json={"reason": "遗失"})

        answer = self.public(app, address)
        again = officer.post(f"{RISK}/codes/{one}/revoke", json={"reason": "遗失"})

        assert (answer.status_code, answer.json["code"], again.json["code"]) == (404, "code_not_found", "no_code")
        assert officer.get(f"{RISK}/codes/{one}.svg").status_code == 404

    def test_is_replaced_by_a_new_one(self, app: Flask, officer: FlaskClient, one: str) -> None:
        first, second = self.issue(officer, one), self.issue(officer, one)

        shown = officer.get(f"{RISK}/codes/{one}").json["items"]
        assert [self.public(app, address).status_code for address in (first, second)] == [404, 200]
        assert [(code["revoked_reason"], code["address"]) for code in shown] == [(None, second), ("reissued", "")]

    def test_is_told_without_its_token(self, database: Database, officer: FlaskClient, one: str) -> None:
        address = self.issue(officer, one)
        officer.post(f"{RISK}/codes/{one}/revoke", json={"reason": "遗失"})

        with database.reading() as session:
            bodies = list(session.scalars(select(outbox.c.body).where(outbox.c.type.like("risk.information_code%"))))
        assert [orjson.loads(body)["type"].split("_")[-1] for body in bodies] == ["issued.v1", "revoked.v1"]
        assert not any(address.rsplit("/", 1)[1].encode() in body for body in bodies)

    def test_is_a_picture_that_a_phone_can_read(self, officer: FlaskClient, one: str) -> None:
        address = self.issue(officer, one)

        png = officer.get(f"{RISK}/codes/{one}.png")
        svg = officer.get(f"{RISK}/codes/{one}.svg")

        assert read_codes(Image.open(io.BytesIO(png.data))) == [address]
        assert (svg.mimetype, b"<svg" in svg.data) == ("image/svg+xml", True)

    def test_can_be_read_from_the_printed_sheets(
        self, app: Flask, signer: Signer, officer: FlaskClient, tell: Tell, one: str
    ) -> None:
        others = [state_event(new_id(), name=f"乙{n:02}号厂", grid="g1", headcount=3) for n in range(13)]
        tell(*others, state_event(new_id(), name="别处的厂", grid="g2"))
        addresses = {self.issue(officer, id_) for id_ in (one, *(event.subject for event in others))}

        pdf = officer.get(f"{RISK}/codes/sheets.pdf?grid=g1")

        pages = [page.render(scale=3).to_pil() for page in pypdfium2.PdfDocument(pdf.data)]
        read = {text for page in pages for text in read_codes(page)}
        assert (pdf.mimetype, len(pages), read) == ("application/pdf", 2, addresses)

    def test_is_printed_for_the_own_area_only(self, app: Flask, signer: Signer, officer: FlaskClient, one: str) -> None:
        self.issue(officer, one)
        foreign = signer.client(app, actions=ACTIONS, divisions=["331002002"])

        pdf = foreign.get(f"{RISK}/codes/sheets.pdf?division=331002")

        assert len(pypdfium2.PdfDocument(pdf.data)) == 1
        assert not [text for page in pypdfium2.PdfDocument(pdf.data) for text in read_codes(page.render().to_pil())]

    def test_needs_the_public_address(self, database: Database, tmp_path: Path, signer: Signer, one: str) -> None:
        bare = create_app(service_settings(Settings, home=tmp_path, service="risk", database_url=database.url))
        client = signer.client(bare, actions=ACTIONS, divisions=["331002"])
        client.post(f"{RISK}/codes/{one}")

        answers = [client.get(f"{RISK}/codes/{one}.svg").json, client.get(f"{RISK}/codes/sheets.pdf").json]

        assert [answer["code"] for answer in answers] == ["public_url_missing"] * 2
        assert "SISE_PUBLIC_URL" in answers[0]["detail"]


class TestToken:
    def test_is_random_and_checks_itself(self) -> None:
        tokens = [new_token() for _ in range(200)]

        assert len(set(tokens)) == 200
        assert {len(token) for token in tokens} == {17}
        assert all(check_character(token[:-1]) == token[-1] for token in tokens)

    def test_notices_any_single_wrong_character(self) -> None:
        token = new_token()
        wrong = [token[:place] + other + token[place + 1 :] for place in range(16) for other in ALPHABET]

        assert [one for one in wrong if one != token and check_character(one[:-1]) == one[-1]] == []
