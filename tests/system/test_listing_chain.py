"""Chain 3 (contracts.md): a penalty becomes public, a listing turns the map red and hits, and repair takes it all back.

It is walked whole on both ways to run the program: everything in one process, and a process per role on the servers.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
import requests
import rfc8785
from joserfc import jws
from joserfc.jwk import KeySet

from shared.running.client import ApiClient
from tests.support.running import PASSWORD, System
from tests.system.chains import REACTS_WITHIN, Chain

USCC = "91331002MA28G88883"
PEOPLE: Mapping[str, tuple[str, bool]] = {  # role, and whether it is somebody of the enterprise
    "list-officer": ("bureau_officer", False),
    "list-leader": ("bureau_leader", False),
    "list-clerk": ("agency_clerk", False),
    "list-principal": ("enterprise_principal", True),
    "list-safety": ("enterprise_safety_officer", True),
}
PENALTY = {
    "document_number": "（椒）应急罚〔2026〕88号", "act": "V-110", "conduct": "瞒报事故", "facts": "瞒报一起事故",
    "basis": "安全生产法 第一百一十条", "kinds": ["fine"], "content": "罚款三十万元", "fine": 300_000,
    "authority": "台州市椒江区应急管理局",
}  # fmt: skip
GROUNDS = {"condition": "BL-6-4", "facts": "瞒报一起事故", "basis": "第六条第四项", "is_confirmed": True}
NOTICE = {"facts": "瞒报事故", "basis": "第六条第四项", "measures": "第八条", "rights": "陈述、申辩"}
DECISION = {
    "number": "（椒）应急失信〔2026〕8号", "facts": "瞒报事故", "basis": "第六条第四项", "measures": "第八条",
    "repair": "列入满十二个月可以申请", "remedies": "六十日内申请行政复议", "legal_review": "法审〔2026〕8号",
    "collective_decision": "会议纪要〔2026〕8号", "reply": "不予采纳",
}  # fmt: skip
WORK = {"kind": "height", "description": "更换雨棚", "place": "一车间", "facts": {"height_m": 6.0}, "crew": []}


class ListingChain(Chain):
    """One enterprise with everybody who acts."""

    def __init__(self, system: System) -> None:
        self.clients = dict[str, ApiClient]()
        facts = {"name": "列入试验化工厂", "industry": "C2614", "address": "椒江区海门街道试验路1号"}
        super().__init__(system, uscc=USCC, **facts)
        agency_id = self.agency()
        for name, (role, is_own) in PEOPLE.items():
            area = {"enterprise_id": self.enterprise_id, "divisions": []} if is_own else {"divisions": ["331002"]}
            area |= {"agency_id": agency_id} if role == "agency_clerk" else {}
            account = {"username": name, "roles": [role], "name": "试验员", "password": PASSWORD, **area}
            system.client().call("POST", "identity/accounts", json=account)
        assert system.reconciled()["status"] == 0  # everybody has heard of the enterprise

    def agency(self) -> str:
        """Register an agency that acts for every purpose, as a common service centre does; return its id."""
        admin = self.system.client()
        agency_id = admin.call("POST", "identity/clients", json={"name": "公共信用信息中心（试验）"})["client_id"]
        until = (self.system.now() + timedelta(days=700)).isoformat()
        for one in admin.call("GET", "identity/grants/possible")["items"]:
            if one["purposes"]:
                terms = {"divisions": ["331002"], "until": until, "basis": "〔2026〕8号"}
                terms |= {"fields": one["fields"], "purposes": one["purposes"]}
                admin.call("PUT", f"identity/clients/{agency_id}/grants/{one['action']}", json=terms)
        return str(agency_id)

    def advance(self, days: int) -> None:
        self.system.advance(days)
        self.clients.clear()  # everybody signs in anew

    def ask(self, who: str, method: str, path: str, **content: Any) -> dict[str, Any]:
        if who not in self.clients:
            self.clients[who] = ApiClient(self.system.url, username=f"list-{who}", password=PASSWORD)
        return self.clients[who].call(method, path, **content)

    def is_flagged(self, permit_id: str) -> bool:
        return bool(self.ask("officer", "GET", f"permits/permits/{permit_id}")["is_listed"])

    def checked(self) -> dict[str, Any]:
        """Return a signed answer about the enterprise, proven with the published keys as anybody outside can."""
        answer = self.ask("clerk", "GET", f"credit/checks/{USCC}?purpose=PROC")
        keys = KeySet.import_key_set(requests.get(f"{self.system.url}/api/v1/credit/checks/keys", timeout=30).json())
        payload = rfc8785.dumps({name: value for name, value in answer.items() if name != "signature"})
        header, _, signature = answer["signature"].split(".")
        part = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
        proven = jws.deserialize_compact(f"{header}.{part}.{signature}".encode(), keys, algorithms=["Ed25519"])
        assert proven.payload == payload
        return answer

    def step(self, case_id: str, who: str, address: str, **body: Any) -> str:
        return str(self.ask(who, "POST", f"credit/cases/{case_id}/{address}", json=body)["state"])

    def deliver(self, case: Mapping[str, Any], *documents: str) -> list[dict[str, Any]]:
        same = {"method": "direct", "proof": "送达回证", "served_on": self.today().isoformat()}
        return [{"document": one, "addressee": "firm", **same} for one in documents]

    def restrictions(self) -> list[dict[str, Any]]:
        query = f"credit/restrictions?enterprise_id={self.enterprise_id}&limit=50"
        return list(self.ask("clerk", "GET", query)["items"])

    def public(self, what: str) -> list[dict[str, Any]]:
        """Return what everybody reads about the enterprise."""
        answer = requests.get(f"{self.system.url}/api/v1/public/{what}", timeout=30).json()
        return [one for one in answer["items"] if USCC in one.values()]


@pytest.fixture
def chain(system: System) -> ListingChain:
    return ListingChain(system)


class TestAListing:
    def test_goes_from_the_penalty_over_red_and_a_hit_to_its_repair(
        self, chain: ListingChain, record_property: Callable[[str, Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = chain.level()
        permit_id = self.applied(chain)
        decided = {**PENALTY, "enterprise_id": chain.enterprise_id, "decided_on": chain.today().isoformat()}
        penalty_id = chain.ask("officer", "POST", "credit/penalties", json=decided)["id"]
        assert (chain.public("penalties"), chain.checked()["hit"]) == ([], False)

        chain.advance(14)
        chain.reacts("the penalty is public", lambda: len(chain.public("penalties")) == 1)

        case = self.proposed(chain, penalty_id)
        self.listed(chain, case)
        chain.reacts("the listing is red on the map", lambda: chain.is_everywhere(1, reds=1))
        chain.reacts("the permit needs attention", lambda: chain.is_flagged(permit_id))
        chain.reacts("the answer is a hit", lambda: chain.checked()["hit"])
        chain.reacts("the list is public", lambda: len(chain.public("list")) == 1)
        answer = chain.checked()
        assert [one["decision_number"] for one in answer["lists"]] == [DECISION["number"]]
        assert {one["agency"] for one in answer["measures"]} == {"PROC"}
        assert {one["effect"] for one in answer["measures"]} <= {"RESTRICT", "ADVISORY"}
        self.answered(chain, "APPLIED", measure="不予采购", date=chain.today().isoformat(), handler="采购科")

        chain.advance(366)
        self.repaired(chain, case["id"])
        chain.reacts("the colour of the card is back", lambda: chain.is_everywhere(before, reds=0))
        chain.reacts("the permit needs none", lambda: not chain.is_flagged(permit_id))
        chain.reacts("the answer is no hit", lambda: not chain.checked()["hit"])
        chain.reacts("the list is empty", lambda: chain.public("list") == [])
        self.answered(chain, "LIFTED")
        assert chain.step(case["id"], "officer", "steps", event="update_system") == "removing"
        assert chain.step(case["id"], "officer", "steps", event="complete") == "removed"

        with capsys.disabled():
            print(f"\nchain 3, seconds: {chain.reactions}")  # noqa: T201 - the figures are what one wants to see
        record_property("reactions", chain.reactions)
        assert max(chain.reactions.values()) <= REACTS_WITHIN
        assert chain.system.reconciled()["status"] == 0

    def applied(self, chain: ListingChain) -> str:
        """Apply for work that stays a draft."""
        begins = chain.system.now() + timedelta(days=1)
        window = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=4)).isoformat()}
        body = {**WORK, **window, "enterprise_id": chain.enterprise_id, "longitude": 121.42, "latitude": 28.67}
        return str(chain.ask("safety", "POST", "permits/permits", json=body)["id"])

    def proposed(self, chain: ListingChain, penalty_id: str) -> dict[str, Any]:
        body = {**GROUNDS, "enterprise_id": chain.enterprise_id, "penalty_id": penalty_id}
        return chain.ask("officer", "POST", "credit/cases", json=body)

    def listed(self, chain: ListingChain, case: Mapping[str, Any]) -> None:
        """Lead a case from the notice onto the list."""
        one = case["id"]
        chain.step(one, "officer", "steps", event="issue_notice", **NOTICE)
        chain.step(one, "officer", "steps", event="serve_notice", deliveries=chain.deliver(case, "notice"))
        chain.step(one, "principal", "statements", statement="不服")
        chain.step(one, "leader", "decisions", event="decide_listing", **DECISION)
        both = chain.deliver(case, "decision", "repair_notice")
        chain.step(one, "officer", "steps", event="serve", deliveries=both)
        chain.step(one, "officer", "steps", event="record", system_number="X-8")
        assert chain.step(one, "officer", "steps", event="publish") == "active"

    def repaired(self, chain: ListingChain, case_id: str) -> None:
        """Lead a listing to its early removal."""
        chain.step(case_id, "principal", "applications", application="已履行处罚决定，申请提前移出")
        chain.step(case_id, "officer", "steps", event="accept", duty_proof="缴款书", promise="信用承诺书")
        granted = {"number": "（椒）应急移出〔2027〕1号", "duty_done": True, "harm_removed": True, "no_relapse": True}
        assert chain.step(case_id, "leader", "decisions", event="grant", **granted) == "removing"

    def answered(self, chain: ListingChain, status: str, **said: Any) -> None:
        """Let a clerk answer about every restriction."""
        for one in chain.restrictions():
            chain.ask("clerk", "POST", f"credit/restrictions/{one['id']}/feedback", json={"status": status, **said})
