"""A morning with hazardous work: chemical enterprises commit themselves, declare, and work under permits.

It is the last that the demonstration lives through, so that boards and map show works that go on. Everything goes
through the API: a foreman applies and leads on, the principal approves, nobody does both.
"""

import tomllib
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from deploy.demonstration.checks import ORDER, Life
from deploy.demonstration.lists import Client
from deploy.demonstration.plants import survey_plants
from deploy.demonstration.special_work import Plant, permit_work
from deploy.demonstration.waiting import until
from shared.clock import business_date

PAST_THE_HOUR = timedelta(hours=1, minutes=10)  # from nine until the missed commitments are marked
TRAINED = timedelta(days=40)  # so long ago the certificates were given
UNITS = {"risk_grade": 3, "units": 2, "running": 2}
Document = dict[str, Any]


def live_through_morning(life: Life) -> dict[str, int]:
    """Let plants work on the next morning; return how many permits, commitments and hazards there are."""
    words = tomllib.loads(Path(__file__).with_name("special_work.toml").read_text("utf-8"))
    plant_ids = survey_plants(life.sign_in("demo-officer"), now=life.now())
    life.advance(timedelta(days=1))  # from then on they owe the commitment
    plants = [_opened(life, one, number, words=words) for number, one in enumerate(plant_ids)]
    done = {"permits": 0, "commitments": 0, "hazards": 0}
    for work in _of(words["work"], plants):
        permit_work(plants[work["plant"]], work, words=words, now=life.now())
        done["permits"] += 1
    for declared in _of(words["declared"], plants):
        _declare(plants[declared["plant"]], declared, now=life.now())
    for number, plant in enumerate(plants[:-1]):  # the last one forgets it
        _commit(plant, is_silent=number == 1)
        done["commitments"] += 1
    officer = life.sign_in("demo-officer")
    for found in _of(words["hazard"], plants):
        _find(officer, plants[found["plant"]], found)
        done["hazards"] += 1
    life.advance(PAST_THE_HOUR)
    return done


def _of(rows: list[Document], plants: list[Plant]) -> list[Document]:
    """Return the rows of the plants that there are: a small district has fewer."""
    return [row for row in rows if row["plant"] < len(plants)]


def _opened(life: Life, enterprise_id: str, number: int, *, words: Document) -> Plant:
    """Give a plant its accounts, people with certificates, and places; return it once permits knows of them."""
    admin = life.sign_in("admin")
    for post, role in (("foreman", "enterprise_safety_officer"), ("principal", "enterprise_principal")):
        facts = {"name": f"演示{post}", "roles": [role], "enterprise_id": enterprise_id, "password": life.password}
        admin.call("POST", "identity/accounts", json={"username": f"demo-plant-{number + 1}-{post}", **facts})
    foreman, approver = (life.sign_in(f"demo-plant-{number + 1}-{post}") for post in ("foreman", "principal"))
    firm = until(lambda: _placed(foreman, enterprise_id), what="its gate is known")
    crew = {}
    for one in words["crew"]:
        person = {"name": one["name"], "posts": ["worker"]}
        made = foreman.call("POST", f"registry/enterprises/{enterprise_id}/persons", json=person)
        crew[one["role"]] = str(made["id"])
    _certify(foreman, crew, valid_from=business_date(life.now() - TRAINED).isoformat())
    plant = Plant(enterprise_id, (firm["longitude"], firm["latitude"]), foreman, approver, crew)
    for place in words["place"]:
        _enter_place(plant, place)
    return plant


def _placed(client: Client, enterprise_id: str) -> Document | None:
    found = client.call("GET", f"registry/enterprises/{enterprise_id}")
    return found if found["longitude"] is not None else None


def _certify(foreman: Client, crew: dict[str, str], *, valid_from: str) -> None:
    """Enter every certificate that there is for each of the crew, as soon as permits knows them."""
    kinds = [one["id"] for one in foreman.call("GET", "permits/people/table")["kinds"]]
    for person_id in crew.values():
        until(partial(_known, foreman, person_id), what="permits knows the crew")
        for kind in kinds:
            held = {"kind": kind, "valid_from": valid_from, "authority": "演示发证机关", "number": f"演示{kind}"[:40]}
            foreman.call("POST", f"permits/people/{person_id}/certificates", json=held)


def _known(client: Client, person_id: str) -> bool:
    return any(one["person_id"] == person_id for one in client.call("GET", "permits/people?limit=200")["items"])


def _enter_place(plant: Plant, place: Document) -> None:
    content: Document = {name: place[name] for name in ("kind", "number", "title", "hazards") if name in place}
    where = {**plant.at(place["east"], place["north"]), "accuracy_m": 5}
    body = {"enterprise_id": plant.enterprise_id, **content, "location": where, "radius_m": 10}
    plant.foreman.call("POST", "permits/places", json=body)


def _declare(plant: Plant, job: Document, *, now: datetime) -> None:
    content: Document = {name: job[name] for name in ("kind", "description", "place")} | job["answers"]
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=job["hours"])).isoformat()}
    body = {"enterprise_id": plant.enterprise_id, "day": business_date(now).isoformat(), "jobs": [content | times]}
    plant.foreman.call("POST", "permits/declarations", json=body)


def _commit(plant: Plant, *, is_silent: bool) -> None:
    """Sign today's commitment; one that ``is_silent`` about its works is disputed."""
    asked = {"enterprise_id": plant.enterprise_id}
    today = until(
        lambda: plant.approver.call("POST", "permits/commitments/today", json=asked), what="the commitment is owed"
    )
    works = {} if is_silent else _works(plant)
    content = {**today["suggested"], **UNITS, **works}
    path = f"permits/commitments/{today['id']}"
    for tier in today["tiers"]:
        plant.foreman.call("POST", f"{path}/judge", json={"tier": tier, "content": content})
    signed = {"content": content, "is_nil": not any(works.values()), "offline_reason": "演示"}
    plant.approver.call("POST", f"{path}/sign", json=signed)


def _works(plant: Plant) -> Document:
    """Return how many approved permits there are of each field of the commitment."""
    fields = plant.approver.call("GET", "permits/commitments/rules")["fields"]
    permits = plant.approver.call("GET", "permits/permits", params={"enterprise_id": plant.enterprise_id})["items"]
    approved = [(one["kind"], one["level"]) for one in permits if one["approved_at"]]
    return {
        field["id"]: sum(kind == field["work"] and field["level"] in ("", level) for kind, level in approved)
        for field in fields
        if field["work"]
    }


def _find(officer: Client, plant: Plant, found: Document) -> None:
    content = {name: found[name] for name in ("description", "place")}
    body = {"enterprise_id": plant.enterprise_id, **content}
    hazard_id = officer.call("POST", "inspections/hazards", json=body)["id"]
    for event in found["events"]:
        given = ORDER if event == "order" else {}
        officer.call("POST", f"inspections/hazards/{hazard_id}/steps", json={"event": event, **given})
