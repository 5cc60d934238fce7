"""The chemical enterprises of the generated district: surveyed as what they are, so that they owe what such ones do."""

from datetime import datetime
from typing import Any

from deploy.demonstration.lists import Client, places_of
from shared.ids import new_id

WORDS = "化工"  # in the name of those that make or store chemicals
MOST = 6
FACT = "hazchem_production"
APART = 0.003  # degrees between the gates of two of them, some three hundred metres
HEADCOUNT = 45
CEASED = "ceased"
Document = dict[str, Any]


def survey_plants(client: Client, *, now: datetime) -> list[str]:
    """Survey the first chemical enterprises by name as producers, each with its gate, and return their ids."""
    query = {"q": WORDS, "limit": 100, "sort": "name"}
    found = client.call("GET", "registry/enterprises", params=query)["items"]
    going = [one for one in found if one["supervision"] != CEASED]  # some were found closed in the weeks before
    plants = [one for one in going if one["subdistrict"] in places_of()][:MOST]
    for number, one in enumerate(plants):
        card = client.call("GET", f"registry/enterprises/{one['id']}/survey")
        client.call("PUT", f"registry/surveys/{new_id()}", json=_found(card, one, number=number, now=now))
    return [one["id"] for one in plants]


def _found(card: Document, enterprise: Document, *, number: int, now: datetime) -> Document:
    longitude, latitude = places_of()[enterprise["subdistrict"]]
    known = (card["longitude"], card["latitude"])
    gate = known if None not in known else (longitude + APART * number, latitude)
    return {
        "enterprise_id": card["enterprise_id"],
        "outcome": "exists",
        "surveyed_at": now.isoformat(),
        "place": {"longitude": gate[0], "latitude": gate[1], "accuracy": 8},
        "headcount": card["headcount"] or HEADCOUNT,
        "answers": [_answer(question) for question in card["questions"]],
        "contact_name": "演示联系人",
    }


def _answer(question: Document) -> Document:
    present = [FACT] if FACT in {fact["id"] for fact in question["facts"]} else []
    return {"question": question["id"], "answer": "some" if present else "none", "present": present}
