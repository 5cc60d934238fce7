"""A decision about more enterprises than one step of its job takes."""

from collections.abc import Callable, Mapping
from typing import Any

from flask.testing import FlaskClient

from tests.integration.registry.conftest import BASE
from tests.unit.registry.registers import csv_text, row_of

SUPERVISED = {"kind": "supervision", "supervision": "supervised", "selection": {}, "basis": "区安委办〔2026〕3号"}
MANY = 1001


class TestDecision:
    def test_reaches_every_enterprise_once(
        self, bureau: FlaskClient, load: Callable[..., Mapping[str, Any]], run_jobs: Callable[[], None]
    ) -> None:
        load(csv_text([row_of(number) for number in range(MANY)]).encode())

        answer = bureau.post(f"{BASE}/obligations/decisions", json={**SUPERVISED, "expected": MANY})
        run_jobs()

        done = bureau.get(f"{BASE}/obligations/decisions/{answer.get_json()['id']}").get_json()
        assert [done[name] for name in ("state", "changed", "unchanged", "refused")] == ["completed", MANY, 0, 0]
