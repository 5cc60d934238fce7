"""A month in the life of the generated district: week by week people survey what lies in their area.

They answer at the gate as people do: mostly they find what was suggested, sometimes something else, sometimes nobody
knows; a few enterprises have closed. Everything goes through the API, and the clock is moved between the weeks.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from deploy.demonstration.lists import Client, accounts
from shared.ids import new_id

WEEKS = 4
WEEK = timedelta(days=7)
SURVEYS_A_WEEK = 12  # of one person
SURVEYORS = {"grid_worker", "subdistrict_officer"}
SEED = 331002

SignIn = Callable[[str], Client]


def live_through_month(sign_in: SignIn, *, now: Callable[[], datetime], advance: Callable[[timedelta], object]) -> int:
    """Let four weeks pass and return how many surveys were made; `sign_in` gives a client for a user name."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable on purpose, protects nothing
    count = 0
    for _ in range(WEEKS):
        for username in _surveyors():
            count += _survey_some(sign_in(username), chance, now=now())
        advance(WEEK)
    return count


def _surveyors() -> Iterator[str]:
    return (one["username"] for one in accounts() if SURVEYORS & set(one["roles"]))


def _survey_some(client: Client, chance: random.Random, *, now: datetime) -> int:
    due = client.call("GET", "registry/surveys", params={"limit": SURVEYS_A_WEEK})["items"]
    for row in due:
        card = client.call("GET", f"registry/enterprises/{row['id']}/survey")
        client.call("PUT", f"registry/surveys/{new_id()}", json=_found(card, chance, now=now))
    return len(due)


def _found(card: dict[str, Any], chance: random.Random, *, now: datetime) -> dict[str, Any]:
    common = {"enterprise_id": card["enterprise_id"], "surveyed_at": now.isoformat()}
    if chance.random() < 0.06:
        return {**common, "outcome": "closed", "note": "演示：大门紧锁，已停业"}
    return {
        **common,
        "outcome": "exists",
        "headcount": card["headcount"] or chance.randint(2, 60),
        "answers": [_answer(question, chance) for question in card["questions"]],
        "contact_name": "演示联系人",
    }


def _answer(question: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return what is found at the gate: what words suggested, now and then not, rarely something new."""
    suggested = [fact["id"] for fact in question["facts"] if fact["value"] == "yes"]
    present = suggested if chance.random() < 0.9 else []
    if not suggested and chance.random() < 0.02:
        present = [chance.choice(question["facts"])["id"]]
    if present:
        return {"question": question["id"], "answer": "some", "present": present}
    return {"question": question["id"], "answer": "unknown" if chance.random() < 0.03 else "none", "present": []}
