"""A small running system: every service on its own SQLite file, spoken to by HTTP, three enterprises, all roles."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.gateway.use_cases.streaming import Told, take_turn, tell
from services.identity.use_cases import create_account, ensure_administrator
from services.inspections.domain.caps import Part
from services.inspections.domain.reviews import half_of
from services.inspections.tables import document, service_contract, task, visit
from services.inspections.use_cases.checks import HandedIn, Visit, begin_check, submit_check
from services.inspections.use_cases.complaints import receive_complaint
from services.inspections.use_cases.documents import Wanted, draw_up
from services.inspections.use_cases.hazards import Finding, find_hazard, step_hazard
from services.inspections.use_cases.joint_checks import JointCheck, begin_joint_check
from services.inspections.use_cases.planning import keep_staff
from services.inspections.use_cases.reports import receive_report
from services.inspections.use_cases.reviews import draw_sample
from services.inspections.use_cases.signing import Signer, Signing, sign_document
from services.inspections.use_cases.tasks import step_task
from services.inspections.use_cases.visiting import plan_visits
from services.permits.domain.signers import Signer as WorkSigner
from services.permits.subscriptions import on_obligations_changed
from services.permits.tables import person as work_person
from services.permits.use_cases.commitment_days import open_day
from services.permits.use_cases.declarations import Declared, Undeclared, declare_work, record_undeclared
from services.permits.use_cases.doings import plan_doing
from services.permits.use_cases.people import enter_certificate
from services.permits.use_cases.permits import Application, apply_permit
from services.permits.use_cases.places import enter_place
from services.permits.use_cases.reviews import Decided, begin_pilot
from services.permits.use_cases.signers import NewMandate, give_mandate
from services.permits.use_cases.stop_orders import Ordered, prepare_order
from services.registry.domain.credit_code import check_digit
from shared.clock import business_date
from shared.contracts.envelope import decode
from shared.contracts.identity import StaffChanged
from shared.contracts.registry import ObligationsChanged
from shared.database import Database, Session
from shared.database.chassis import outbox
from shared.events.received import Received
from shared.http.chassis import EXTENSION
from shared.machines import Step, end_of
from shared.security.tokens import KeyRing
from shared.services import Service, load, service_names
from shared.work.attachments import Taken, keep_attachment
from tests.integration.authorisation.agencies import of_an_agency
from tests.integration.authorisation.breaches import breach_everywhere
from tests.integration.authorisation.works import start_everywhere
from tests.integration.credit.listing import list_everywhere
from tests.support.databases import migrated_sqlite
from tests.support.events import received
from tests.support.pictures import PICTURE
from tests.support.serving import serving
from tests.unit.inspections.builders import all_normal, default_list

PASSWORD = "a quiet harbour 1"
DISTRICT = "331002"
NOW = datetime.now(UTC)
ORDER = {  # due today: the assessment of this month counts it
    "responsible": "车间主任",
    "measures": "加装护栏",
    "funds": "2万元",
    "acceptance": "安全员",
    "deadline": business_date(NOW),
}
ENTERPRISES = {
    "own": {"uscc": "91331002MA28G00017", "name": "甲字号机械厂", "division": "331002001", "grid": "grid-own"},
    "foreign": {"uscc": "91331002MA28G00025", "name": "乙字号化工厂", "division": "331002002", "grid": "grid-foreign"},
    "unplaced": {"uscc": "91331002MA28G00033", "name": "丙字号仓储部"},
}


@dataclass(frozen=True)
class World:
    """The applications by name of service, the ids of the enterprises by their part, a token for each role."""

    apps: Mapping[str, Flask]
    enterprises: Mapping[str, str]
    tokens: Mapping[str, str]

    def client(self, service: str, role: str | None = None) -> FlaskClient:
        """Return a client of ``service`` with the token of ``role``, or without one."""
        client = self.apps[service].test_client()
        if role:
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.tokens[role]}"
        return client

    def tell_of_every_enterprise(self) -> range:
        """Let the stream tell something about each enterprise; return the numbers of these events."""
        told = [
            Told(
                kind="enterprise_graded",
                division=str(content.get("division", "331002")),
                grid=str(content.get("grid", "")),
                enterprise_id=self.enterprises[part],
                content={"enterprise_id": self.enterprises[part]},
            )
            for part, content in ENTERPRISES.items()
        ]
        with database_of(self.apps["gateway"]).transaction() as session:
            start = take_turn(session)
            tell(session, told, now=NOW)
        return range(start, start + len(told))


@contextmanager
def running_world(home: Path) -> Iterator[World]:
    """Start everything below ``home``, and stop it."""
    names = sorted(service_names(), key=lambda name: (name == "gateway", name != "identity"))
    services = {name: load(name) for name in names}
    urls: dict[str, str] = {}
    with ExitStack() as stack:
        apps = {}
        for name, service in services.items():
            apps[name] = _app(service, home, urls, stack, identity=apps.get("identity"))
            if name != "gateway":
                urls[f"SISE_URL_{name.upper()}"] = stack.enter_context(serving(apps[name]))
        ids = _enterprises(apps["registry"], _first_token(apps["identity"]))
        agency = _contracts(apps["registry"], _first_token(apps["identity"]), enterprises=ids)
        _deliver_everything(services, apps)
        _claim_everything(apps["identity"])
        _inspect_everything(database_of(apps["inspections"]), ids)
        _work_everywhere(database_of(apps["permits"]), ids)
        _apply_everywhere(database_of(apps["permits"]), ids)
        _places_everywhere(database_of(apps["permits"]), ids)
        start_everywhere(database_of(apps["gateway"]), ids, now=NOW)
        breach_everywhere(database_of(apps["credit"]), ids, now=NOW)
        list_everywhere(database_of(apps["credit"]), ids, now=NOW)
        yield World(apps, ids, _tokens(apps["identity"], ids, agency=agency))


def _app(service: Service, home: Path, urls: Mapping[str, str], stack: ExitStack, *, identity: Flask | None) -> Flask:
    environment = {"SISE_HOME": str(home), "SISE_DISTRICT": DISTRICT, "SISE_MOST_STREAMS": "0"}
    settings = service.settings_from_env({**environment, **urls})
    stack.callback(migrated_sqlite(Path(settings.database_url.removeprefix("sqlite:///")), service.name).close)
    app = service.create_app(settings)
    if identity is not None:
        keys = KeyRing(lambda: identity.test_client().get("/api/v1/oauth/jwks").json)
        app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], keys=keys)
    return app


def database_of(app: Flask) -> Database:
    database: Database = app.extensions[EXTENSION].database
    return database


def _first_token(identity: Flask) -> str:
    with database_of(identity).transaction() as session:
        ensure_administrator(session, PASSWORD, now=NOW, district=DISTRICT)
    return _sign_in(identity, "admin")


def _sign_in(identity: Flask, username: str) -> str:
    body = {"username": username, "password": PASSWORD}
    answer = identity.test_client().post("/api/v1/auth/login", json=body)
    return str(answer.json["access_token"])


def _enterprises(registry: Flask, token: str) -> dict[str, str]:
    client, headers = registry.test_client(), {"Authorization": f"Bearer {token}"}
    ids = {}
    for part, content in ENTERPRISES.items():
        body = {**content, "credit_code_override": "a made up code"}
        answer = client.post("/api/v1/registry/enterprises", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        ids[part] = answer.json["id"]
    return ids


def _contracts(registry: Flask, token: str, *, enterprises: Mapping[str, str]) -> str:
    """Give the enterprises people, and each a contract with an intermediary of its own; return that of the own one."""
    client, headers = registry.test_client(), {"Authorization": f"Bearer {token}"}

    def send(method: str, path: str, body: dict[str, Any], **more: str) -> Any:
        answer = client.open(f"/api/v1/registry/{path}", method=method, json=body, headers={**headers, **more})
        assert answer.status_code < 300, answer.text
        return answer.json

    agencies = {}
    for number, (part, enterprise_id) in enumerate(enterprises.items()):
        uscc = f"91331002{number:09}"
        body = {"uscc": uscc + check_digit(uscc), "name": f"某机构{number}", "services": ["training"]}
        agency = send("POST", "intermediaries", body)
        documents = [{"kind": kind, "number": "1"} for kind in ("practice_notice", "qualification")]
        send("PUT", f"intermediaries/{agency['id']}/documents", {"documents": documents}, **{"If-Match": '"1"'})
        days = {"starts_on": day_of(NOW, -1), "ends_on": day_of(NOW, 300)}
        sides = {"enterprise_id": enterprise_id, "intermediary_id": agency["id"], "services": ["training"]}
        send("POST", "contracts", {**sides, **days, "number": "1", "visits_per_year": 4})
        send("POST", f"enterprises/{enterprise_id}/persons", {"name": "某人", "posts": ["principal"]})
        agencies[part] = str(agency["id"])
    return agencies["own"]


def day_of(moment: datetime, days: int) -> str:
    """Return the calendar day so many days from a moment."""
    return (business_date(moment) + timedelta(days=days)).isoformat()


def _deliver_everything(services: Mapping[str, Service], apps: Mapping[str, Flask]) -> None:
    """Carry the events of each service to all others, producers first."""
    for producer in ("identity", "registry", "risk"):
        with database_of(apps[producer]).reading() as session:
            bodies = list(session.scalars(select(outbox.c.body).order_by(outbox.c.id)))
        for body in bodies:
            received = decode(orjson.loads(body))
            for name, service in services.items():
                _deliver(received, service, into=database_of(apps[name]))


def _deliver(received: Received[Any], service: Service, *, into: Database) -> None:
    for subscription in service.declarations().by_event().get(received.type, []):
        with into.transaction() as session:
            subscription.handler(session, [received] if subscription.is_batch else received, now=NOW)


def _inspect_everything(database: Database, enterprises: Mapping[str, str]) -> None:
    """Let each enterprise check itself, be visited, a hazard be found there, and somebody report something about it."""
    _visit_everything(database)
    for enterprise_id in enterprises.values():
        report = {"subject": "某厂", "description": "有粉尘", "place": "", "enterprise_id": enterprise_id}
        with database.transaction() as session:
            hazard_id = find_hazard(session, Finding(enterprise_id, "无护栏", "平台"), by="finder", tier=3, now=NOW)
            for step in ("grade_general", "order"):
                step_hazard(session, hazard_id, step=Step(step, "finder", 3, NOW, ORDER))
            receive_report(session, report, now=NOW)
            begin_joint_check(session, jointly(enterprise_id), by="officer", tier=4, now=NOW)
            task_id = begin_check(session, Visit(enterprise_id), by="somebody", tier=1, now=NOW)
            step_task(session, task_id, step=Step("check_in", "somebody", 1, NOW))
            row = session.execute(select(task).where(task.c.id == task_id)).one()
            answers = HandedIn(all_normal(default_list(row.checklist)), given={"signed": True})
            submit_check(session, row, answers, by="somebody", tier=1, now=NOW)
            _send_letter(session, enterprise_id)
            major = find_hazard(
                session, Finding(enterprise_id, "无泄爆", "车间", item="GM-11-03"), by="f", tier=3, now=NOW
            )
            step_hazard(session, major, step=Step("safety_order", "officer-1", 4, NOW, {"order_number": "1号"}))


def _apply_everywhere(database: Database, enterprises: Mapping[str, str]) -> None:
    """Let each enterprise apply for hot work."""
    with database.transaction() as session:
        for enterprise_id in enterprises.values():
            wanted = Application(enterprise_id, "hot_work", "换阀门", "罐区", NOW, NOW + timedelta(hours=2))
            apply_permit(session, wanted, by="a-1", now=NOW)


def _places_everywhere(database: Database, enterprises: Mapping[str, str]) -> None:
    """Let each enterprise have a place of work, and something without a permit done there."""
    with database.transaction() as session:
        for enterprise_id in enterprises.values():
            spot = {"kind": "spot", "number": "1", "title": "作业点"}
            place_id = enter_place(session, enterprise_id, spot, by="somebody", now=NOW)
            window = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1)}
            venting = {"kind": "venting", "place_id": place_id, "description": "", **window}
            plan_doing(session, enterprise_id, venting, by="somebody", now=NOW)


def _work_everywhere(database: Database, enterprises: Mapping[str, str]) -> None:
    """Let each enterprise owe the daily commitment of today."""
    yesterday, today = NOW - timedelta(days=1), business_date(NOW)
    daily = {"duty": "commitment", "rule": "x", "basis": "y", "frequency": "daily", "ends_on": None}
    owed = (daily | {"starts_on": business_date(yesterday).isoformat()},)
    with database.transaction() as session:
        for enterprise_id in enterprises.values():
            told = received(ObligationsChanged(enterprise_id=enterprise_id, obligations=owed), sequence=10**9)
            on_obligations_changed(session, [told], now=yesterday)
        open_day(session, today.isoformat(), now=NOW)
        begin_pilot(
            session, Decided(DISTRICT, "区应急〔2026〕1号", today, today + timedelta(days=30)), by="a-1", now=NOW
        )
        for enterprise_id in enterprises.values():
            _declare_work(session, enterprise_id)
        _certify_everybody(session)


def _certify_everybody(session: Session) -> None:
    """Give everybody a certificate and a role in writing."""
    today = business_date(NOW)
    given = {"kind": "welding", "valid_from": today}
    for holder in session.execute(select(work_person)).all():
        enter_certificate(session, holder.person_id, given, owner=holder.enterprise_id, by="a", now=NOW)
        principal = WorkSigner("a", "", frozenset({"principal"}))
        give_mandate(session, holder, NewMandate("base_unit", today, today), giver=principal, now=NOW)


def _declare_work(session: Session, enterprise_id: str) -> None:
    """Declare a job of tomorrow and prepare an order to stop it; work of another day was not declared."""
    tomorrow = business_date(NOW) + timedelta(days=1)
    starts_at = end_of(business_date(NOW)) + timedelta(hours=9)
    job = {"kind": "excavation", "place": "东门", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    answers = {"is_contractor": False, "approver": "principal", "is_guardian_trained": True}
    declare_work(session, Declared(enterprise_id, tomorrow, jobs=[job | answers]), by="a-1", now=NOW)
    record_undeclared(session, Undeclared(enterprise_id, "patrol", "lifting", "西门", "未报备"), by="a-2", now=NOW)
    officer = Step("prepare", "officer-1", 3, NOW, roles=frozenset({"bureau_officer"}))
    prepare_order(session, Ordered(enterprise_id, "无监护人", "安全生产法 第六十五条", is_whole=True), step=officer)


def _send_letter(session: Session, enterprise_id: str) -> None:
    """Transfer a hazard by a letter that two officers have signed."""
    hazard_id = find_hazard(session, Finding(enterprise_id, "无灭火器", "仓库"), by="finder", tier=3, now=NOW)
    officers = ("officer-1", "officer-2")
    told = [
        StaffChanged(account_id=name, roles=("bureau_officer",), licence_valid_until="2099-12-31") for name in officers
    ]
    keep_staff(session, [received(one) for one in told], now=NOW)
    letter = Wanted("transfer_letter", {"receiver": "消防救援大队", "reason": "消防"}, hazard_ids=[hazard_id])
    document_id = draw_up(session, letter, asked=Step("", "officer-1", 4, NOW))
    picture = keep_attachment(
        session, BytesIO(PICTURE), owner=enterprise_id, taken=Taken(author="officer-1", taken_at=NOW), now=NOW
    )
    seen = session.scalars(select(document.c.sha256).where(document.c.id == document_id)).one()
    for name in officers:
        signing = Signing("officer", seen, image_id=picture.id)
        sign_document(session, document_id, signing, signer=Signer(name, "某人", "", False), public_url="", now=NOW)


def _visit_everything(database: Database) -> None:
    """Let every intermediary report a visit, one report be looked at again, and every enterprise complain."""
    complaint = {"subject": "careless", "description": "没有进车间"}
    with database.transaction() as session:
        for contract_id in session.scalars(select(service_contract.c.contract_id)).all():
            plan_visits(session, contract_id, now=NOW)
        session.execute(update(visit).values(reported_at=NOW))
        for row in session.execute(select(visit)).all():
            draw_sample(session, half_of(business_date(NOW)), row.intermediary_id, by="somebody", now=NOW)
            receive_complaint(session, row, step=Step("complain", "somebody", 1, NOW, complaint))


def jointly(enterprise_id: str) -> JointCheck:
    visit = Visit(enterprise_id, cause="complaint", basis="12350-1")
    return JointCheck(visit, [Part("应急管理局", "安全生产"), Part("消防救援大队", "消防安全")])


def _claim_everything(identity: Flask) -> None:
    """Let somebody claim each enterprise, so that every reviewer has a claim to see, or not to see."""
    client = identity.test_client()
    for part, content in ENTERPRISES.items():
        photo = (BytesIO(b"\xff\xd8\xff licence"), "licence.jpg")
        person = {"name": "某人", "mobile": "13800000000", "username": f"claims-{part}", "password": PASSWORD}
        form = {**person, "uscc": content["uscc"], "photo": photo}
        answer = client.post("/api/v1/identity/claims", data=form, content_type="multipart/form-data")
        assert answer.status_code == 201, answer.text


def _tokens(identity: Flask, ids: Mapping[str, str], *, agency: str) -> dict[str, str]:
    accounts: dict[str, dict[str, Any]] = {
        "bureau_leader": {"divisions": [DISTRICT]},
        "bureau_officer": {"divisions": [DISTRICT]},
        "administrator": {"divisions": [DISTRICT]},
        "auditor": {"divisions": [DISTRICT]},
        "subdistrict_officer": {"divisions": ["331002001"]},
        "grid_worker": {"grids": ["grid-own"]},
        "intermediary_inspector": {"intermediary_id": agency},
        "enterprise_user": {"enterprise_id": ids["own"]},
        "enterprise_administrator": {"enterprise_id": ids["own"]},
        **of_an_agency(database_of(identity)),
        "stranger": {"roles": ["bureau_officer"], "divisions": ["331003001"]},
    }
    tokens = {}
    for role, jurisdiction in accounts.items():
        username = role.replace("_", "-")
        content = {"username": username, "name": "某人", "password": PASSWORD, "roles": [role], **jurisdiction}
        with database_of(identity).transaction() as session:
            create_account(session, content, giver=None, now=NOW)
        tokens[role] = _sign_in(identity, username)
    return tokens
