"""Chain 2 (contracts.md): a major hazard is everybody's task at once, red when it is late, and lifted when reviewed.

It is walked whole on both ways to run the program: everything in one process, and a process per role on the servers.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.running.client import ApiClient
from tests.support.running import PASSWORD, System
from tests.system.chains import REACTS_WITHIN, Chain

GRID, WORKER, SECOND = "HC-01", "chain-worker", "chain-officer"
DEADLINE = timedelta(days=60)
REPORT = {"condition": "无泄爆", "difficulty": "需停产", "treatment": "改造", "told_workers_on": "2026-11-25"}
PLAN = {
    "goal": "消除", "methods": "改造", "funds": "20万元", "people": "设备科", "schedule": "两个月", "emergency": "撤人",
}  # fmt: skip


class HazardChain(Chain):
    """One enterprise with its people, and the steps of its hazard."""

    def __init__(self, system: System) -> None:
        client = system.client()
        licence = {"licence_number": "浙J-2", "licence_valid_until": "2099-12-31"}
        for name, role, area in ((WORKER, "grid_worker", {"grids": [GRID]}), (SECOND, "bureau_officer", licence)):
            account = {"username": name, "roles": [role], "name": "试验员", "password": PASSWORD, **area}
            client.call("POST", "identity/accounts", json={"divisions": ["331002"], **account})
        super().__init__(system, uscc="91331002MA28G99994", name="链条试验厂", grid=GRID)
        assert system.reconciled()["status"] == 0  # inspections has heard of the enterprise and of its people

    def owners(self, hazard_id: str) -> set[str]:
        items = self.system.client().call("GET", "inspections/tasks?is_open=true")["items"]
        return {one["owner"] for one in items if one["hazard_id"] == hazard_id}


@pytest.fixture
def chain(system: System) -> HazardChain:
    return HazardChain(system)


class TestMajorHazard:
    def test_goes_from_the_check_over_red_to_the_colour_of_the_card(
        self, chain: HazardChain, record_property: Callable[[str, Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        system, before = chain.system, chain.level()
        worker = ApiClient(system.url, username=WORKER, password=PASSWORD)
        second = ApiClient(system.url, username=SECOND, password=PASSWORD).call("GET", "identity/me")["id"]
        found = {"enterprise_id": chain.enterprise_id, "description": "除尘系统无泄爆装置", "place": "打磨车间"}
        one = worker.call("POST", "inspections/hazards", json={**found, "item": "GM-11-03"})["id"]
        own = worker.call("GET", "identity/me")["id"]
        chain.reacts("the grid and the bureau have a task", lambda: own in (had := chain.owners(one)) and len(had) == 2)

        def step(event: str, **given: Any) -> str:
            body = {"event": event, **given}
            return str(system.client().call("POST", f"inspections/hazards/{one}/steps", json=body)["state"])

        step("dual_report", **REPORT)
        step("safety_order", order_number="责停〔2026〕1号", part="打磨车间")
        chain.reacts("the halt counts", lambda: chain.is_everywhere(3, reds=0))
        step("approve_plan", **PLAN, deadline=(chain.today() + DEADLINE).isoformat())
        step("list", decision="区安委办〔2026〕3号")

        system.advance(62)
        chain.reacts("the late hazard is red on the map", lambda: chain.is_everywhere(1, reds=1))

        worker = ApiClient(system.url, username=WORKER, password=PASSWORD)
        worker.call("POST", f"inspections/hazards/{one}/rectify", json={"evaluation": "评估报告1"})
        assert step("pass", officers=[second], signed=True) == "cancelled"
        chain.reacts("the rule is lifted", lambda: chain.is_everywhere(before, reds=0))

        with capsys.disabled():
            print(f"\nchain 2, seconds: {chain.reactions}")  # noqa: T201 - the figures are what one wants to see
        record_property("reactions", chain.reactions)
        assert max(chain.reactions.values()) <= REACTS_WITHIN
        assert (chain.owners(one), system.reconciled()["status"]) == (set(), 0)
