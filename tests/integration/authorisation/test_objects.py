"""Routes of single things: whoever may not see the enterprise gets them neither to read nor to change."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import update

from services.inspections.domain.draws import Asked
from services.inspections.tables import campaign, campaign_member, campaign_plan
from services.inspections.use_cases.campaigns import NewCampaign, start_campaign
from services.inspections.use_cases.draws import make_draw, prepare_draw
from services.inspections.use_cases.planning import keep_grades, keep_staff
from services.risk.use_cases.assessing import Answers, draft_assessment
from shared.clock import business_date
from shared.contracts.identity import StaffChanged
from shared.contracts.risk import EnterpriseGraded
from shared.work.attachments import Taken, keep_attachment
from tests.integration.authorisation.test_matrix import (
    GUARDED,
    SEES_NOTHING,
    SEES_OWN,
    UNKNOWN_ID,
    Route,
    actions,
    named,
)
from tests.integration.authorisation.world import (
    ENTERPRISES,
    NOW,
    World,
    database_of,
    day_of,
    running_world,
)
from tests.support.events import received

REASON = {"reason": "因为如此"}
POINT = {"place": "罐区", "hazard": "泄漏", "method": "LS4", "judged": {"L": 2, "S": 2}}
WORK = {
    "description": "换阀门", "place": "罐区",
    "starts_at": NOW.isoformat(), "ends_at": (NOW + timedelta(hours=2)).isoformat(),
}  # fmt: skip
BODIES: Mapping[str, Mapping[str, Any]] = {
    "/contracts/<id:contract_id>/end": REASON,
    "/parks/<id:park_id>/tenants": {"selection": {"q": "厂"}, "expected": 1},
    "/parks/<id:park_id>/tenants/preview": {"selection": {"q": "厂"}},
    "/parks/<id:park_id>/tenants/leave": {"enterprise_ids": [UNKNOWN_ID]},
    "/persons/<id:person_id>/leave": {"left_on": day_of(NOW, 0)},
    "/persons/<id:person_id>/unmask": REASON,
    "/assessments/<id:assessment_id>": {"facts": {}},
    "/assessments/<id:assessment_id>/return": REASON,
    "/risk-points/<id:point_id>": POINT,
    "/tasks/<id:task_id>/steps": {"event": "accept"},
    "/tasks/<id:task_id>/submit": {"answers": {}},
    "/tasks/<id:task_id>/late-checks/<id:sending_id>": {"answers": {}},
    "/complaints/<id:complaint_id>/steps": {"event": "withdraw"},
    "/reviews/<id:review_id>/decide": {"agrees": True, "remark": "属实"},
    "/visits/<id:visit_id>/steps": {"event": "follow_up"},
    "/visits/<id:visit_id>/findings": {"description": "无护栏", "place": "平台"},
    "/hazards/<id:hazard_id>/steps": {"event": "order"},
    "/hazards/<id:hazard_id>/verify": {"passed": True},
    "/draws/<id:draw_id>/cancel": REASON,
    "/documents/<id:document_id>/signatures": {"place": "officer", "sha256": "0" * 64},
    "/transfers/<id:hazard_transfer_id>/answers": {"event": "receive"},
    "/documents/<id:document_id>/take-back": REASON,
    "/documents/<id:document_id>/fields": {"version": 1, "fields": {}},
    "/campaigns/<id:campaign_id>/plans/<id:enterprise_id>/ticks": {"item": "training", "outcome": "done"},
    "/campaigns/<id:campaign_id>/close": {"summary": "已服务"},
    "/campaigns/<id:campaign_id>/cancel": {"summary": "台风"},
    "/joint-checks/<id:joint_id>/parts": {"agency": "消防救援大队", "result": "合格"},
    "/commitments/<id:commitment_id>/judge": {"tier": "team"},
    "/people/<id:person_id>/certificates": {"kind": "welding", "valid_from": "2026-01-01"},
    "/people/<id:person_id>/fitness": {"unfit_for": []},
    "/certificates/<id:certificate_id>": {"category": ""},
    "/certificates/<id:certificate_id>/query": {"outcome": "confirmed"},
    "/certificates/<id:certificate_id>/end": {"why": "录入有误"},
    "/stop-orders/<id:stop_order_id>/steps": {"event": "drop", "reason": "误开"},
    "/declarations/jobs/<id:job_id>/steps": {"event": "withdraw", "reason": "大风"},
    "/declarations/jobs/<id:job_id>/answers": {"event": "receive"},
    "/permits/<id:permit_id>": WORK,
    "/permits/<id:permit_id>/steps": {"event": "withdraw"},
    "/permits/<id:permit_id>/gas-tests": {"gas": "methane", "value": 0.1, "unit": "vol_pct"},
    "/permits/<id:permit_id>/positions": {"person_id": UNKNOWN_ID, "longitude": 121.4, "latitude": 28.6},
    "/permits/<id:permit_id>/renew": {name: WORK[name] for name in ("starts_at", "ends_at")},
    "/exposures/<id:exposure_id>/decide": {"event": "suspend", "reason": "核实"},
    "/exposures/<id:exposure_id>/objections": {"statement": "不属实"},
    "/exposures/<id:exposure_id>/objections/<id:objection_id>/reply": {"reply": "属实"},
    "/accidents/<id:accident_id>": {"occurred_on": "2026-01-05", "kind": "fall"},
    "/suggestions/<id:suggestion_id>/confirm": {
        "act": "V-102",
        "severity": "general",
        "facts": "逾期",
        "found_on": "2026-01-05",
    },
    "/suggestions/<id:suggestion_id>/dismiss": REASON,
    "/closures/<id:closure_id>/decide": {"event": "dismiss", **REASON},
    "/penalties/<id:penalty_id>/steps": {"event": "keep_back", "reason": "轻微"},
    "/cases/<id:case_id>/steps": {"event": "record"},
    "/cases/<id:case_id>/decisions": {"event": "revoke"},
    "/cases/<id:case_id>/statements": {"statement": "不服"},
    "/cases/<id:case_id>/applications": {"application": "申请提前移出"},
    "/restrictions/<id:restriction_id>/feedback": {"status": "RECEIVED"},
    "/watched/<id:watched_id>/end": REASON,
    "/attestations/<id:attestation_id>/end": REASON,
    "/reports/<id:report_id>/decide": {"is_substantiated": False, "reply": "不属实"},
}
LISTED = {  # where the things of each kind are listed
    "contract_id": ("registry", "contracts"),
    "hazard_id": ("inspections", "hazards"),
    "job_id": ("permits", "declarations/jobs"),
    "stop_order_id": ("permits", "stop-orders"),
    "task_id": ("inspections", "tasks"),
    "check_id": ("inspections", "checks"),
    "visit_id": ("inspections", "visits"),
    "review_id": ("inspections", "reviews"),
    "complaint_id": ("inspections", "complaints"),
    "joint_id": ("inspections", "joint-checks"),
    "report_id": ("inspections", "reports"),
    "document_id": ("inspections", "documents"),
    "hazard_transfer_id": ("inspections", "transfers"),
    "commitment_id": ("permits", "commitments"),
    "certificate_id": ("permits", "certificates"),
    "mandate_id": ("permits", "mandates"),
    "permit_id": ("permits", "permits"),
    "place_id": ("permits", "places"),
    "doing_id": ("permits", "doings"),
    "violation_id": ("credit", "violations"),
    "penalty_id": ("credit", "penalties"),
    "exposure_id": ("credit", "exposures"),
    "accident_id": ("credit", "accidents"),
    "suggestion_id": ("credit", "suggestions"),
    "closure_id": ("credit", "closures"),
    "case_id": ("credit", "cases"),
    "restriction_id": ("credit", "restrictions"),
    "watched_id": ("credit", "watched"),
    "attestation_id": ("credit", "attestations"),
}
ELSEWHERE = (  # of the caller's own account, enterprise or service, of the whole district, or found by what they name
    *("account_id", "client_id", "claim_id", "invitation_id", "member_id", "session_id", "parked_id", "policy_id"),
    *("grid_id", "import_id", "intermediary_id", "decision_id", "transfer_id", "survey_id", "plan_id"),
    *("avoidance_id", "objection_id", "entry_id", "version_id", "upload_id", "pilot_id", "receipt_id"),
)
KINDS = (
    *LISTED,
    "draw_id",
    "campaign_id",
    "park_id",
    "person_id",
    "attachment_id",
    "point_id",
    "override_id",
    "assessment_id",
    "enterprise_id",
)
Things = Mapping[tuple[str, str], Mapping[str, str]]  # (service, kind) → part → id


def kind_of(route: Route) -> str:
    """Return the kind of thing that the address of a route names first; "" for none that lies in an area."""
    first = re.search(r"<id:(\w+)>", route.rule)
    return first[1] if first and first[1] not in ELSEWHERE else ""


ROUTES = [route for route in GUARDED if kind_of(route) and route.scope == "none" and route.service != "gateway"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture(scope="module")
def things(world: World) -> Things:
    """Return a thing of each kind for each of the enterprises."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for kind, (service, path) in LISTED.items():
        rows = world.client(service, "bureau_officer").get(f"/api/v1/{service}/{path}?limit=100").json["items"]
        by_enterprise = {row["enterprise_id"]: row["id"] for row in rows}
        found[service, kind] = {part: by_enterprise[one] for part, one in world.enterprises.items()}
    for part, enterprise_id in world.enterprises.items():
        park = created(world, "registry", "parks", PARK | {"division": PARTS_DIVISION[part]})
        found.setdefault(("registry", "park_id"), {})[part] = park
        for key, one in made(world, enterprise_id).items():
            found.setdefault(key, {})[part] = one
    made_there = {("inspections", "draw_id"): drawn(world), ("inspections", "campaign_id"): served(world)}
    return found | made_there


def drawn(world: World) -> Mapping[str, str]:
    """Draw in each subdistrict that has an enterprise, and prepare a draw of the whole district."""
    officers = [
        StaffChanged(account_id=one, roles=("bureau_officer",), divisions=("331002",), licence_valid_until="2099-01-01")
        for one in ("drawn-a", "drawn-b")
    ]
    grades = [EnterpriseGraded(enterprise_id=one, level=1, colour="red") for one in world.enterprises.values()]
    found = {}
    with database_of(world.apps["inspections"]).transaction() as session:
        keep_staff(session, [received(one, sequence=1) for one in officers], now=NOW)
        keep_grades(session, [received(one, sequence=10**9) for one in grades], now=NOW)
        for part, division in {**PARTS_DIVISION, "unplaced": "331002"}.items():
            asked = Asked(division, (), (), 1, business_date(NOW))
            found[part] = prepare_draw(session, asked, by="drawn-a", now=NOW)
        for part in ("own", "foreign"):
            make_draw(session, found[part], by="drawn-a", now=NOW)
    return found


def served(world: World) -> Mapping[str, str]:
    """Begin a campaign for each enterprise, with its id: the address of a plan names the two."""
    people = {"served-a": ("bureau_officer",), "served-b": ("grid_worker",)}
    team = [StaffChanged(account_id=one, roles=roles, divisions=("331002",)) for one, roles in people.items()]
    days = {"first_day": business_date(NOW), "last_day": business_date(NOW)}
    with database_of(world.apps["inspections"]).transaction() as session:
        keep_staff(session, [received(one, sequence=1) for one in team], now=NOW)
        for one in world.enterprises.values():
            wanted = NewCampaign("某行动", "industry", ["C"], [1], ["training"], list(people), "served-a", **days)
            begun = start_campaign(session, wanted, chosen=[(one, 1)], dense=[], by="served-a", now=NOW)
            session.execute(update(campaign).where(campaign.c.id == begun).values(id=one))
            for table in (campaign_member, campaign_plan):
                session.execute(update(table).where(table.c.campaign_id == begun).values(campaign_id=one))
    return world.enterprises


def made(world: World, enterprise_id: str) -> Mapping[tuple[str, str], str]:
    """Make what the world does not have yet, and find the person whom it has."""
    with database_of(world.apps["risk"]).transaction() as session:
        answers = Answers({}, [])
        drafted = draft_assessment(session, enterprise_id=enterprise_id, answers=answers, by="a", now=NOW)
    persons = world.client("registry", "bureau_officer").get(f"/api/v1/registry/enterprises/{enterprise_id}/persons")
    wish = {"level": 3, "expires_at": (NOW + timedelta(days=30)).isoformat(), **REASON}
    return {
        ("risk", "assessment_id"): drafted,
        ("risk", "point_id"): created(world, "risk", "risk-points", POINT | {"enterprise_id": enterprise_id}),
        ("risk", "override_id"): created(world, "risk", "overrides", wish | {"enterprise_id": enterprise_id}),
        ("risk", "enterprise_id"): enterprise_id,
        ("registry", "person_id"): str(persons.json["items"][0]["id"]),
        ("permits", "person_id"): str(persons.json["items"][0]["id"]),
        ("registry", "attachment_id"): attached(world, "registry", enterprise_id),
        ("inspections", "attachment_id"): attached(world, "inspections", enterprise_id),
        ("permits", "attachment_id"): kept_photo(world, enterprise_id),
    }


def created(world: World, service: str, path: str, body: Mapping[str, Any]) -> str:
    answer = world.client(service, "bureau_officer").post(f"/api/v1/{service}/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def attached(world: World, service: str, enterprise_id: str) -> str:
    photo = (BytesIO(b"\xff\xd8\xff a photo"), "a.jpg")
    form = {"enterprise_id": enterprise_id, "taken_at": NOW.isoformat(), "file": photo}
    answer = world.client(service, "bureau_officer").post(f"/api/v1/{service}/attachments", data=form)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def kept_photo(world: World, enterprise_id: str) -> str:
    """Keep a photo at permits, where only the enterprise itself adds photos."""
    with database_of(world.apps["permits"]).transaction() as session:
        taken = Taken(author="a-1", taken_at=NOW)
        return keep_attachment(session, BytesIO(b"\xff\xd8\xff a photo"), owner=enterprise_id, taken=taken, now=NOW).id


PARK = {"name": "小微园", "kind": "park", "location": {"longitude": 121.4, "latitude": 28.6}}
PARTS_DIVISION = {"own": "331002001", "foreign": "331002002", "unplaced": "331002003"}
NOT_EVERYBODYS = ("enterprise_id", "park_id")  # it has no code to draw; a park is of its area, not of its tenants


class TestThing:
    def test_is_of_a_kind_that_is_asked_for(self) -> None:
        assert {kind_of(route) for route in ROUTES} == set(KINDS)

    @pytest.mark.parametrize("role", [*SEES_OWN, *SEES_NOTHING])
    @pytest.mark.parametrize("route", ROUTES, ids=named)
    def test_of_a_foreign_enterprise_is_not_found(self, world: World, things: Things, route: Route, role: str) -> None:
        if route.action not in actions(role):
            return
        for part in ("foreign", "unplaced"):
            answer = self.send(world, route, role, things[route.service, kind_of(route)][part])
            assert (answer.status_code, ENTERPRISES[part]["name"] in answer.text) == (404, False), answer.text

    @pytest.mark.parametrize("role", [*SEES_OWN, "bureau_officer"])
    @pytest.mark.parametrize("route", [one for one in ROUTES if one.method == "GET"], ids=named)
    def test_of_the_own_enterprise_is_shown(self, world: World, things: Things, route: Route, role: str) -> None:
        kind = kind_of(route)
        if route.action in actions(role) and kind not in NOT_EVERYBODYS:
            assert self.send(world, route, role, things[route.service, kind]["own"]).status_code == 200

    def send(self, world: World, route: Route, role: str, thing: str) -> Any:
        path = re.sub(r"<id:\w+>", thing, route.rule)
        short = route.rule.removeprefix(f"/api/v1/{route.service}")
        body = {} if route.method == "GET" else {"json": BODIES.get(short, {}), "headers": {"If-Match": '"1"'}}
        return world.client(route.service, role).open(path, method=route.method, **body)
