"""Hazardous work in the file of an enterprise: what permits tells, and that it says so when permits is away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.gateway.subscriptions import on_permit
from shared.contracts.permits import PermitStarted
from shared.http.chassis import EXTENSION
from shared.ids import new_id
from tests.integration.gateway.browsing import gateway_at, signed_in
from tests.integration.gateway.builders import enterprise, received
from tests.integration.gateway.conftest import project
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer
from tests.support.events import received as heard

WORKS = enterprise()
ID = WORKS.enterprise_id
PART = f"/api/v1/permits/enterprises/{ID}"
DAY = {"id": "c-1", "day": "2026-11-25", "is_owed": True, "is_nil": False, "is_late": False, "is_missed": True}
MONTH = {"since": "2026-10-27", "made": 28, "late": 1, "missed": 1, "days": [DAY | {"signed_at": None}]}
PERMIT = {
    "id": "p-1", "kind": "hot_work", "level": "L1", "state": "active", "state_zh": "作业中", "state_en": "active",
    "is_listed": False,
    "description": "更换法兰", "place": "一车间", "number": "DHZY-20261125-0001",
    "starts_at": "2026-11-25T00:00:00+00:00", "ends_at": "2026-11-25T08:00:00+00:00",
}  # fmt: skip
PLACES = {"count": 3, "kinds": [{"kind": "confined_space", "zh": "有限空间", "en": "x", "count": 3, "located": 1}]}
FILE: dict[str, Any] = {
    "month": MONTH,
    "permits": {"open_count": 1, "live_count": 1, "open": [PERMIT], "ended": []},
    "stop_orders": {"open_count": 0, "items": []},
    "places": PLACES,
}
TERMS = {"terms": [{"kind": "hot_work", "level": "L1", "zh": "一级动火", "en": "x"}]}


@pytest.fixture
def permits() -> Iterator[Neighbour]:
    with neighbour() as service:
        service.answers |= {PART: FILE, "/api/v1/permits/forms": TERMS}
        yield service


@pytest.fixture
def others() -> Iterator[Neighbour]:
    """Return who answers as identity and as registry."""
    with neighbour() as service:
        service.answers |= {
            f"/api/v1/registry/enterprises/{ID}": {"id": ID, "name": WORKS.name, "version": 1, "status": "active"},
            f"/api/v1/registry/enterprises/{ID}/history": {"items": []},
            f"/api/v1/registry/enterprises/{ID}/obligations": {},
            "/api/v1/registry/enterprises/endings": {"items": []},
            "/api/v1/registry/divisions": {"items": []},
        }
        yield service


@pytest.fixture
def reader(tmp_path: Path, permits: Neighbour, others: Neighbour) -> FlaskClient:
    """Return the browser of somebody who may read the file."""
    signer = Signer()
    rights = ["enterprise:read", "permit:read", "commitment:read", "declaration:read", "place:read"]
    token = signer.token("reader", actions=rights, divisions=["331002"], name="Reader")
    app = gateway_at(tmp_path, signer, identity=others, registry=others, permits=permits)
    project(app.extensions[EXTENSION].database, [received(WORKS)])
    return signed_in(app, others, token)


class TestTheTab:
    def test_shows_permits_promises_orders_and_places(self, reader: FlaskClient) -> None:
        page = reader.get(f"/enterprises/{ID}").text

        assert [
            word for word in ("更换法兰", "一级动火", "有限空间", "2 处未定位", "2026-11-25 · 缺报") if word not in page
        ] == []
        assert f'href="/permits/rows?enterprise_id={ID}&amp;is_live=true"' in page

    def test_says_that_permits_does_not_answer(self, reader: FlaskClient, permits: Neighbour) -> None:
        permits.answers[PART] = lambda: ("", 503)

        page = reader.get(f"/enterprises/{ID}").text

        assert ('id="tab-permits"' in page, "更换法兰" in page, page.count("“作业许可”暂时没有响应")) == (
            True,
            False,
            2,
        )

    def test_says_so_when_permits_goes_away_meanwhile(self, reader: FlaskClient, permits: Neighbour) -> None:
        permits.answers["/api/v1/permits/forms"] = lambda: ("", 503)

        page = reader.get(f"/enterprises/{ID}").text

        assert ("更换法兰" in page, "plug-connected-x" in page) == (True, True)

    def test_says_that_the_register_does_not_answer_in_place_of_its_history(
        self, reader: FlaskClient, others: Neighbour
    ) -> None:
        others.answers[f"/api/v1/registry/enterprises/{ID}/history"] = lambda: ("", 503)

        history = reader.get(f"/enterprises/{ID}").text.partition('id="history"')[2]

        assert ("“企业登记”暂时没有响应" in history, "hx-get" in history) == (True, False)

    def test_asks_for_the_words_of_levels_only_where_there_are_permits(
        self, reader: FlaskClient, permits: Neighbour
    ) -> None:
        permits.answers[PART] = FILE | {"permits": {"open_count": 0, "live_count": 0, "open": [], "ended": []}}

        page = reader.get(f"/enterprises/{ID}").text

        assert ('id="tab-permits"' in page, "更换法兰" in page) == (True, False)
        assert [path for _, path, _ in permits.requests] == [PART]

    def test_is_not_there_for_who_may_not_see_it(self, reader: FlaskClient, permits: Neighbour) -> None:
        permits.answers[PART] = lambda: ("{}", 403)

        assert 'id="tab-permits"' not in reader.get(f"/enterprises/{ID}").text


class TestRows:
    def test_of_permits_say_what_they_were_chosen_by(self, reader: FlaskClient, permits: Neighbour) -> None:
        kinds = {"kinds": [{"id": "hot_work", "zh": "动火作业", "en": "Hot work"}]}
        permits.answers |= {
            "/api/v1/permits/permits": {"items": [PERMIT | {"name": "甲厂"}], "next_cursor": "older"},
            "/api/v1/permits/permits/table": {"states": [{"id": "active", "zh": "作业中", "en": "active"}]},
            "/api/v1/permits/forms": TERMS | kinds,
        }
        chosen = (
            "kind=hot_work&level=L1&state=active&cause=gas&from=2026-11-01&to=2026-11-30&reason=大风&is_approved=true"
        )

        page = reader.get(f"/permits/rows?{chosen}&subdistrict=331002001&other=x").text

        words = (
            "动火作业</li>",
            "一级</li>",
            "气体超限</li>",
            "自 2026-11-01</li>",
            "大风</li>",
            "企业已批准</li>",
            "甲厂",
            "cursor=older",
        )
        assert [word for word in words if word not in page] == []

    @pytest.mark.parametrize(("items", "word"), [([], "没有"), ([DAY], "乙厂")], ids=["none", "one"])
    def test_of_commitments_are_those_of_the_days(
        self, reader: FlaskClient, permits: Neighbour, items: list[Any], word: str
    ) -> None:
        made = {"name": "乙厂", "subdistrict": "331002001", "signed_at": None, "is_disputed": False, "letter": ""}
        answer = {"items": [one | made | {"suggests_credit_entry": False} for one in items], "next_cursor": None}
        permits.answers["/api/v1/permits/commitments"] = answer

        page = reader.get(f"/commitments/rows?enterprise_id={ID}&mark=missed&from=2026-11-01&to=2026-11-30").text

        assert [one for one in (word, "缺报</li>", "自 2026-11-01</li>", "至 2026-11-30</li>") if one not in page] == []


STATES = [{"id": one, "zh": one, "en": one} for one in ("active", "suspended", "approved")]


class TestTheBoard:
    @pytest.mark.parametrize(
        ("view", "word"),
        [("timeline", "permit-bar"), ("list", "permit-list"), ("map", "work-points"), ("x", "permit-bar")],
    )
    def test_is_drawn_in_each_view(self, reader: FlaskClient, permits: Neighbour, view: str, word: str) -> None:
        row = PERMIT | {"name": "甲厂", "longitude": 121.4, "latitude": 28.6, "accuracy_m": 5.0}
        permits.answers |= {
            "/api/v1/permits/permits": {"items": [row], "next_cursor": None},
            "/api/v1/permits/permits/table": {"states": STATES},
            "/api/v1/permits/forms": TERMS | {"kinds": []},
        }

        page = reader.get(f"/permits?view={view}").text

        assert (word in page, page.count("aria-current") > 0) == (True, True)


class TestWorkThatGoesOn:
    @pytest.fixture
    def started(self, reader: FlaskClient) -> str:
        """Let work go on at the enterprise, and return its id."""
        permit_id, now = new_id(), datetime.now(UTC)
        window = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=8)).isoformat()}
        told = PermitStarted(
            permit_id=permit_id, enterprise_id=ID, kind="hot_work", number="DHZY-7", level="L1", **window
        )
        with reader.application.extensions[EXTENSION].database.transaction() as session:
            on_permit(session, [heard(told)], now=now)
        return permit_id

    def test_is_listed_with_what_permits_knows_of_it(
        self, reader: FlaskClient, permits: Neighbour, started: str
    ) -> None:
        permits.answers["/api/v1/permits/permits"] = {"items": [PERMIT | {"id": started}], "next_cursor": None}

        page = reader.get("/permits/now?state=active&kind=hot_work&section=C&provisional=true").text

        assert [word for word in ("更换法兰", "DHZY-7", "动火作业</li>", "暂定等级</li>") if word not in page] == []

    def test_is_listed_also_while_permits_does_not_answer(
        self, reader: FlaskClient, permits: Neighbour, started: str
    ) -> None:
        permits.answers["/api/v1/permits/permits"] = lambda: ("", 503)

        page = reader.get("/permits/now?division=331002001").text

        assert [word for word in ("动火作业</strong>", "DHZY-7", "331002001</li>") if word not in page] == []

    def test_is_said_to_be_none(self, reader: FlaskClient) -> None:
        assert "没有正在进行的作业" in reader.get("/permits/now?state=suspended").text
