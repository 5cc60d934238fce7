"""Grids with their teams, intermediaries with their contracts, and people of enterprises; nobody in them exists.

Everything comes the way that a bureau would take: accounts through the API, lists through the import.
"""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from deploy.demonstration.register import credit_code
from shared.errors import Refused

INTERMEDIARIES = 10
FIRST_INTERMEDIARY = 90_000_000  # far behind the numbers of the enterprises
CONTRACTED = 5  # one enterprise in so many has a contract
REACH = 0.009  # degrees from the point of a subdistrict to the edge of its four grids
QUARTERS = ((-1, -1), (0, -1), (-1, 0), (0, 0))
YEAR = timedelta(days=365)
BUREAU = (
    ("demo-leader", "局长", "bureau_leader"),
    ("demo-officer", "执法员甲", "bureau_officer"),
    ("demo-officer-2", "执法员乙", "bureau_officer"),
    ("demo-auditor", "审计员", "auditor"),
)
LICENSED, LICENSED_UNTIL = "bureau_officer", "2099-12-31"


class Client(Protocol):
    """What is needed of a client of the API."""

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]: ...

    def import_register(self, file: Path, *, kind: str = "") -> Iterator[Any]: ...


def load_lists(client: Client, enterprises: int, *, password: str, today: date) -> dict[str, int]:
    """Make the accounts, import the lists, and return how many rows of each kind were accepted."""
    for account in accounts():
        client.call("POST", "identity/accounts", json={**account, "password": password})
    accepted = {}
    with TemporaryDirectory() as folder:
        for kind, rows in lists(enterprises, today=today).items():
            *_, last = client.import_register(_written(Path(folder) / f"{kind}.csv", rows), kind=kind)
            accepted[kind] = accepted_of(last, what=kind)
    for account in _accounts_outside(client):
        client.call("POST", "identity/accounts", json={**account, "password": password})
    return accepted


def accepted_of(last: Mapping[str, Any], *, what: str) -> int:
    """Return how many rows an import has taken at its end; raises ``Refused`` when it gave up before."""
    if last["state"] != "completed":
        raise Refused(f"The list of {what} was not imported to its end: {last['problem']['detail']}")
    return int(last["accepted"])


def accounts() -> list[dict[str, Any]]:
    """Return those of the bureau, and a subdistrict officer and a grid worker for every subdistrict."""
    words = _words()
    district = words["subdistrict"][0]["code"][:6]
    found: list[dict[str, Any]] = [
        {"username": username, "name": f"演示{name}", "roles": [role], "divisions": [district]}
        | (_licence(username) if role == LICENSED else {})
        for username, name, role in BUREAU
    ]
    for place in words["subdistrict"]:
        number = place["code"][-3:]
        common = {"name": f"演示{place['name'][:2]}", "divisions": [place["code"]]}
        found.append({**common, "username": f"demo-street-{number}", "roles": ["subdistrict_officer"]})
        found.append({**common, "username": f"demo-grid-{number}", "roles": ["grid_worker"], "divisions": []})
    return found


def _licence(username: str) -> dict[str, str]:
    """Return a licence of enforcement (行政执法证): without one nobody signs a record or is drawn by lot."""
    return {"licence_number": f"演示{username.removeprefix('demo-')}", "licence_valid_until": LICENSED_UNTIL}


def _accounts_outside(client: Client) -> Iterator[dict[str, Any]]:
    """Give somebody of the first enterprise and an inspector of the first intermediary."""
    firm = client.call("GET", "registry/enterprises", params={"limit": 1})["items"][0]["id"]
    agency = client.call("GET", "registry/intermediaries", params={"limit": 1})["items"][0]["id"]
    yield {"username": "demo-firm", "name": "演示企业", "roles": ["enterprise_administrator"], "enterprise_id": firm}
    yield {"username": "demo-inspector", "name": "演示检查员", "roles": ["intermediary_inspector"],
           "intermediary_id": agency}  # fmt: skip


def lists(enterprises: int, *, today: date) -> dict[str, list[dict[str, str]]]:
    """Return the rows of every list by its kind, in the order in which they are imported."""
    return {
        "grids": [row for place in _words()["subdistrict"] for row in _grids(place)],
        "intermediaries": [_intermediary(number, today) for number in range(INTERMEDIARIES)],
        "contracts": [_contract(number, today) for number in range(0, enterprises, CONTRACTED)],
        "persons": [row for number in range(enterprises) for row in _people(number)],
        "members": [row for place in _words()["subdistrict"] for row in _members(place)],
    }


def places_of() -> dict[str, tuple[float, float]]:
    """Return the point of each subdistrict (longitude, latitude) by its code."""
    return {place["code"]: (place["longitude"], place["latitude"]) for place in _words()["subdistrict"]}


def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


def _grids(place: dict[str, Any]) -> Iterator[dict[str, str]]:
    for number, (x, y) in enumerate(QUARTERS, 1):
        west, south = place["longitude"] + x * REACH, place["latitude"] + y * REACH
        east, north = west + REACH, south + REACH
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        yield {
            "网格编号": _grid_code(place, number),
            "网格名称": f"{place['name'][:2]}第{number}网格（演示）",
            "所属区划": place["code"],
            "边界": json.dumps({"type": "Polygon", "coordinates": [ring]}),
        }


def _members(place: dict[str, Any]) -> Iterator[dict[str, str]]:
    suffix = place["code"][-3:]
    for number in range(1, len(QUARTERS) + 1):
        for account, kind in ((f"demo-grid-{suffix}", "专职网格员"), (f"demo-street-{suffix}", "网格长")):
            yield {"网格编号": _grid_code(place, number), "账号": account, "成员类别": kind}


def _grid_code(place: dict[str, Any], number: int) -> str:
    return f"{place['code']}-{number:02}"


def _intermediary(number: int, today: date) -> dict[str, str]:
    return {
        "统一社会信用代码": credit_code(FIRST_INTERMEDIARY + number),
        "机构名称": f"{'甲乙丙丁戊己庚辛壬癸'[number]}安全技术服务机构（演示）",
        "办公面积": str(90 + 20 * number),
        "服务范围": "隐患排查、安全培训、安全咨询",
        "执业告知编号": f"演示告知{number:02}",
        "执业告知有效期": (today + YEAR if number else today + timedelta(days=20)).isoformat(),
        "资质证书编号": f"演示资质{number:02}",
        "资质有效期": (today + 2 * YEAR).isoformat(),
    }


def _contract(number: int, today: date) -> dict[str, str]:
    begun = today - timedelta(days=30 + number % 300)
    return {
        "合同编号": f"演示合同{number:05}",
        "企业统一社会信用代码": credit_code(number),
        "机构统一社会信用代码": credit_code(FIRST_INTERMEDIARY + number // CONTRACTED % INTERMEDIARIES),
        "服务内容": "隐患排查、安全培训",
        "开始日期": begun.isoformat(),
        "结束日期": (begun + YEAR).isoformat(),
        "年服务次数": str(4 + number % 9),
    }


def _people(number: int) -> Iterator[dict[str, str]]:
    for post, kind in (("主要负责人", "甲"), ("安全管理人员", "乙")):
        yield {"统一社会信用代码": credit_code(number), "姓名": f"演示{kind}", "岗位": post}


def _written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
