"""A case of the list: proposed, told to the firm, decided, served, published, and answered by agencies."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from deploy.demonstration.lists import Client

FIRM, NOTICE, BOTH = "firm", ("notice",), ("decision", "repair_notice")
OFFERED = ("FIN", "PROC")  # for which the clerk of the sandbox answers
Document = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """Who acts, the words in which they do, and the day."""

    officer: Client
    leader: Client
    clerk: Client
    words: Document
    today: date


def lead_case(listing: Listing, row: Document, *, penalty: Document) -> None:
    """Propose the firm of ``penalty`` and its principal, serve the notice, and list them if ``row`` says so."""
    words = {name: row[name] for name in ("facts", "basis")}
    body = {**words, "enterprise_id": penalty["enterprise_id"], "penalty_id": penalty["id"], "is_confirmed": True}
    body |= {"condition": row["condition"], "persons": [listing.words["person"]]}
    body["scope_reason"] = listing.words["scope_reason"]
    case = listing.officer.call("POST", "credit/cases", json=body)
    path = f"credit/cases/{case['id']}"
    _take(listing, path, event="issue_notice", **words, **listing.words["notice"])
    _take(listing, path, event="serve_notice", deliveries=_deliveries(listing, case, documents=NOTICE))
    if row["until"] == "listed":
        _list(listing, case, words=words)
        _answer(listing, case["id"])


def _take(listing: Listing, path: str, *, event: str, **given: Any) -> None:
    listing.officer.call("POST", f"{path}/steps", json={"event": event, **given})


def _deliveries(listing: Listing, case: Document, *, documents: tuple[str, ...]) -> list[Document]:
    """Return how each document reached the firm and everybody whom the case names."""
    same = {"method": "direct", "proof": "演示送达回证", "served_on": listing.today.isoformat()}
    addressees = (FIRM, *(one["id"] for one in case["persons"]))
    return [{"document": one, "addressee": each, **same} for one in documents for each in addressees]


def _list(listing: Listing, case: Document, *, words: Document) -> None:
    """Enter what the firm states, let the leader decide, and bring the decision to the public."""
    path, said = f"credit/cases/{case['id']}", listing.words
    listing.officer.call("POST", f"{path}/statements", json={"statement": said["statement"]})
    decision = {**words, **said["decision"], **said["review"]}
    decision["number"] = decision["number"].format(year=listing.today.year)
    listing.leader.call("POST", f"{path}/decisions", json={"event": "decide_listing", **decision})
    _take(listing, path, event="serve", deliveries=_deliveries(listing, case, documents=BOTH))
    _take(listing, path, event="record", system_number=said["system_number"])
    _take(listing, path, event="publish")


def _answer(listing: Listing, case_id: str) -> None:
    """Let the clerk of the sandbox answer, enter for the bureau what others wrote, and leave one without an answer."""
    said = listing.words
    applied = {"status": "APPLIED", "date": listing.today.isoformat(), **said["applied"]}
    query = {"case_id": case_id, "limit": 100}
    for one in listing.officer.call("GET", "credit/restrictions", params=query)["items"]:
        path = f"credit/restrictions/{one['id']}/feedback"
        if one["agency"] in OFFERED:
            listing.clerk.call("POST", path, json=applied)
        elif one["agency"] != said["unanswered"]:
            listing.officer.call("POST", path, json={"status": "RECEIVED", "handler": said["on_paper"]})
