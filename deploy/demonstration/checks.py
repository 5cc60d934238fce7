"""The calendar month after the surveys: enterprises check themselves, and what is not in order is put right.

Nearly everything is in order, as in the district whose month the demonstration follows: of a thousand answers to
self-checks one says otherwise. Each such answer becomes a hazard that goes the whole way until it is closed.
"""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import segno

from deploy.demonstration.lists import Client
from deploy.demonstration.month import SignIn
from deploy.demonstration.waiting import until
from shared.clock import BUSINESS_ZONE

FIRMS = 600  # at most so many check themselves; each signs in once
SIGN_INS_AT_ONCE = 15  # with those of the bureau fewer than an address may in a minute (20); then hours pass
OUT_OF_ORDER = 0.001  # share of the answers; reference month of the district: 99.9 % in order
BETWEEN_COUNTS = 1.0  # seconds in which, when no task has come, no more will come
PATIENCE = 300.0  # seconds until the tasks of the month are made
SEED = 331003
ANSWERS = {"normal", "good", "no"}  # where nothing is out of order; "no" asks for nothing more
ORDER = {"responsible": "安全管理人员", "measures": "立即整改", "funds": "企业自筹", "acceptance": "现场复查"}

Document = dict[str, Any]


@dataclass(frozen=True)
class Life:
    """Who signs in, with which password, and the clock of the demonstration."""

    sign_in: SignIn
    password: str
    now: Callable[[], datetime]
    advance: Callable[[timedelta], object]


def check_for_a_month(life: Life) -> int:
    """Move to the next month, let firms check themselves in it, and return how many did."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable on purpose, protects nothing
    life.advance(until_next_month(life.now()))
    due = _due(life.sign_in("admin"))[:FIRMS]
    for first in range(0, len(due), SIGN_INS_AT_ONCE):
        for username, task in _hired(life, due[first : first + SIGN_INS_AT_ONCE], first=first + 1).items():
            _check_oneself(life, username, task=task, chance=chance)
        life.advance(timedelta(hours=12))
    life.advance(until_next_month(life.now()))
    return len(due)


def until_next_month(now: datetime) -> timedelta:
    """Return how long it is until nine o'clock in China on the first day of the next month."""
    today = now.astimezone(BUSINESS_ZONE)
    following = (today.replace(day=1) + timedelta(days=32)).replace(day=1, hour=9, minute=0, second=0, microsecond=0)
    return following - today


def _due(client: Client) -> list[Document]:
    """Return the open self-checks, one of each enterprise, as soon as no more of them are being made."""
    owed, counts = {"duty": "self_check", "limit": 1}, [0]
    if not client.call("GET", "registry/obligations", params=owed)["items"]:
        return []

    def all_of_them() -> list[Document]:
        found = _self_checks(client)
        counts.append(len(found))
        return found if counts[-2] == len(found) else []

    found = until(all_of_them, what="the self-checks of the month are made", patience=PATIENCE, every=BETWEEN_COUNTS)
    return list({one["enterprise_id"]: one for one in found}.values())


def _self_checks(client: Client) -> list[Document]:
    found, query = list[Document](), {"tier": 1, "is_open": True, "limit": 200, "cursor": ""}
    while query["cursor"] is not None:
        answer = client.call("GET", "inspections/tasks", params=query)
        found, query["cursor"] = found + answer["items"], answer["next_cursor"]
    return found


def _hired(life: Life, tasks: list[Document], *, first: int) -> dict[str, Document]:
    """Give the firm of each task an account, numbered from ``first``; return the tasks by user name."""
    admin = life.sign_in("admin")
    by_username = {f"demo-firm-{number:04}": task for number, task in enumerate(tasks, first)}
    for username, task in by_username.items():
        facts = {"name": "演示企业", "roles": ["enterprise_administrator"], "enterprise_id": task["enterprise_id"]}
        admin.call("POST", "identity/accounts", json={"username": username, "password": life.password, **facts})
    return by_username


def _check_oneself(life: Life, username: str, *, task: Document, chance: random.Random) -> None:
    """Let a firm hand in its check; what is out of order is put right and closed."""
    firm, firm_id = life.sign_in(username), task["enterprise_id"]
    checklist = firm.call("GET", f"inspections/checklists/{task['checklist']}")
    items = [item for section in checklist["sections"] for item in section["items"]]
    answers = {item["id"]: _answer(item, chance) for item in items if item["shown_if"] is None}
    wrong = [item for item in answers if answers[item] == "abnormal"]
    photos = {item: [_photo(firm, firm_id, now=life.now())] for item in wrong}
    firm.call("POST", f"inspections/tasks/{task['id']}/steps", json={"event": "check_in"})
    handed_in = {"answers": answers, "photos": photos, "signed": True}
    record = firm.call("POST", f"inspections/tasks/{task['id']}/submit", json=handed_in)
    for hazard_id in record["hazards"].values():
        _put_right(life, firm, hazard_id, firm_id=firm_id)


def _answer(item: Document, chance: random.Random) -> str:
    offered = {one["id"] for one in item["responses"]}
    if "abnormal" in offered and not item["major"] and chance.random() < OUT_OF_ORDER:
        return "abnormal"
    return next(iter(offered & ANSWERS))


def _photo(client: Client, enterprise_id: str, *, now: datetime) -> str:
    picture = io.BytesIO()
    segno.make("演示照片").save(picture, kind="png", scale=8)
    facts = {"enterprise_id": enterprise_id, "taken_at": now.isoformat()}
    files = {"file": ("photo.png", picture.getvalue(), "image/png")}
    return str(client.call("POST", "inspections/attachments", data=facts, files=files)["id"])


def _put_right(life: Life, firm: Client, hazard_id: str, *, firm_id: str) -> None:
    officer, path = life.sign_in("demo-officer"), f"inspections/hazards/{hazard_id}"
    for event, given in (("grade_general", {}), ("order", ORDER)):
        officer.call("POST", f"{path}/steps", json={"event": event, **given})
    before, after = (_photo(firm, firm_id, now=life.now()) for _ in range(2))
    firm.call("POST", f"{path}/rectify", json={"before": [before], "after": [after]})
    for event in ("pass", "close"):
        officer.call("POST", f"{path}/steps", json={"event": event})
